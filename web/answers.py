"""Answers of actions: regions of the page that changed, a toast with its undo, events for the scripts.

Events travel in `HX-Trigger`: `board:stages` (the true order), `board:cards` (cards that moved or went),
`board:refresh` (read the page again), `dialog:close`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from boards.model import Notice, Rights, Stage
from boards.notices import NoticeCode
from boards.outcomes import StageOutcome
from web.journal_service import Done
from web.sentences import change_text, notice_text
from web.view import band_mark

STALE = {
    NoticeCode.BOARD_CHANGED_MEANWHILE,
    NoticeCode.CARD_MOVED_MEANWHILE,
    NoticeCode.STAGE_OF_ANOTHER_BOARD,
}


class Place(Protocol):
    """A board with stages; its key is what its addresses begin with."""

    @property
    def key(self) -> str: ...


def announced(html: str, **events: Any) -> Response:
    """HTML and events; "_" in the name of an event stands for ":"."""
    response = make_response(html)
    if events:
        named = {name.replace("_", ":"): detail for name, detail in events.items()}
        response.headers["HX-Trigger"] = json.dumps(named)
    return response


def toast(text: str, kind: str = "ok", *, undo_id: int | None = None, details: Iterable[str] = ()) -> str:
    """A toast as a region of its own."""
    return render_template(
        "_toast.html", toast_text=text, toast_kind=kind, undo_id=undo_id, toast_details=list(details)
    )


def done_toast(done: Done[Any], notices: Iterable[Notice] = ()) -> str:
    """What was done, what else should be known, and the way back."""
    text = change_text(done.change) if done.change else _("Done.")
    details = [notice_text(notice) for notice in notices]
    return toast(text, "warn" if details else "ok", undo_id=done.undo_id, details=details)


def is_stale(notices: Iterable[Notice]) -> bool:
    """Whether the page shows something that is no longer so."""
    return any(notice.code in STALE for notice in notices)


def shaped(ref: Place, done: Done[StageOutcome], *, html: str = "", **events: Any) -> Response:
    """The bands that the page does not show so yet, the true order of the stages, and a toast.

    The band of the changed stage is always there: what was typed into it may not be what came of it. A
    repeated request gets the board read again: the first answer is gone.
    """
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={}, **events)
    outcome = done.outcome
    if is_stale(outcome.notices):
        return announced(done_toast(done, outcome.notices), board_refresh={}, **events)
    html += stage_bands(ref, _unlike_the_page(outcome)) + done_toast(done, outcome.notices)
    order = {"order": [stage.id for stage in outcome.stages]}
    return announced(html, board_stages=order | events.pop("more", {}), **events)


def _unlike_the_page(outcome: StageOutcome) -> list[Stage]:
    """The changed stage, and those that the page shows otherwise (the marks it sent as `shown`)."""
    shown, rights = set(request.form.get("shown", "").split(",")), shaper()
    return [
        stage
        for stage in outcome.stages
        if stage.id == outcome.change.target or band_mark(stage, rights) not in shown
    ]


def stage_bands(ref: Place, stages: Iterable[Stage]) -> str:
    """The bands of these stages, each as a region of its own."""
    return render_template("_stage_bands.html", stages=stages, key=ref.key, rights=shaper())


def shaper() -> Rights:
    """Whoever has just shaped a board may do so again."""
    return Rights(may_move=True, may_shape=True, as_admin=request.form.get("as_admin") == "1")
