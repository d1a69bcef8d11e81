"""What became of several things at once, when not all of them could be done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.core.change import NoticeCode
from boards.core.model import Notice, Rights, Stage
from boards.core.outcome import Outcome
from web.actions.run import Done
from web.core.errors import explain
from web.core.filters import band_mark
from web.core.sentences import change_text, notice_text


class Result(Protocol):
    """One of them; `error` is None when it worked."""

    @property
    def task_id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def error(self) -> Exception | None: ...


def account_of(results: Iterable[Result]) -> str:
    """A dialog that names those that stayed as they were, and why; "" when all worked."""
    every = list(results)
    failures = [
        [one.title or _("Task %(number)s", number=one.task_id), explain(one.error)[0]]
        for one in every
        if one.error
    ]
    if not failures:
        return ""
    return render_block("shared/results.html", "tasks", worked=len(every) - len(failures), failures=failures)


# Answers of actions: regions of the page that changed, a toast with its undo, events for the scripts.


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
        "shared/toast.html", toast_text=text, toast_kind=kind, undo_id=undo_id, toast_details=list(details)
    )


def done_toast(done: Done[Any], notices: Iterable[Notice] = ()) -> str:
    """What was done, what else should be known, and the way back."""
    text = change_text(done.change) if done.change else _("Done.")
    details = [notice_text(notice) for notice in notices]
    return toast(text, "warn" if details else "ok", undo_id=done.undo_id, details=details)


def is_stale(notices: Iterable[Notice]) -> bool:
    """Whether the page shows something that is no longer so."""
    return any(notice.code in STALE for notice in notices)


def shaped(ref: Place, done: Done[Outcome[tuple[Stage, ...]]], *, html: str = "", **events: Any) -> Response:
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
    order = {"order": [stage.id for stage in outcome.now]}
    return announced(html, board_stages=order | events.pop("more", {}), **events)


def _unlike_the_page(outcome: Outcome[tuple[Stage, ...]]) -> list[Stage]:
    """The changed stage, and those that the page shows otherwise (the marks it sent as `shown`)."""
    shown, rights = set(request.form.get("shown", "").split(",")), shaper()
    return [
        stage
        for stage in outcome.now
        if stage.id == outcome.change.target or band_mark(stage, rights) not in shown
    ]


def stage_bands(ref: Place, stages: Iterable[Stage]) -> str:
    """The bands of these stages, each as a region of its own."""
    return render_block("kanban/_answers.html", "stage_bands", stages=stages, key=ref.key, rights=shaper())


def shaper() -> Rights:
    """Whoever has just shaped a board may do so again."""
    return Rights(may_move=True, may_shape=True, as_admin=request.form.get("as_admin") == "1")
