"""Answers of actions: regions of the page that changed, a toast with its undo, events for the scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Protocol

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.core.change import NoticeCode
from boards.core.model import Notice, Rights, Stage
from web.actions.run import Done
from web.core.errors import explain
from web.core.filters import header_etag
from web.core.forms import Form, Names
from web.core.sentences import change_text, notice_text


class Result(Protocol):
    """What became of one of several things; `error` is None when it worked."""

    @property
    def task_id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def error(self) -> Exception | None: ...


def failure_report(results: Iterable[Result]) -> str:
    """A dialog that names the things that stayed as they were, and why; "" when all worked."""
    every = list(results)
    failures = [
        [result.title or _("Task %(number)s", number=result.task_id), explain(result.error)[0]]
        for result in every
        if result.error
    ]
    if not failures:
        return ""
    return render_block("shared/results.html", "tasks", worked=len(every) - len(failures), failures=failures)


STALE = {
    NoticeCode.BOARD_CHANGED_MEANWHILE,
    NoticeCode.CARD_MOVED_MEANWHILE,
    NoticeCode.STAGE_OF_ANOTHER_BOARD,
}


class StageChangeForm(Form, frozen=True, kw_only=True):
    """What the page sends along with every change of stages.

    `as_admin`: the person chose to act with their rights as an administrator of the portal. `shown`: the
    etags of the stage headers on the page (`header_etag`).
    """

    as_admin: bool = False
    shown: Names = ()


class StageBoard(Protocol):
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


def shaped(
    form: StageChangeForm,
    board: StageBoard,
    done: Done[Any],
    stages: Iterable[Stage],
    *,
    html: str = "",
    **events: Any,
) -> Response:
    """The headers of the stages that the page does not show so yet, the true order, and a toast.

    `stages` are those of the board as they are now. The header of the changed stage is always in the answer:
    what was typed into it may not be what came of it. A repeated request gets the board read again: the first
    answer is gone.
    """
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={}, **events)
    notices = done.outcome.notices
    if is_stale(notices):
        return announced(done_toast(done, notices), board_refresh={}, **events)
    stages, rights = list(stages), shaper(form)
    changed = [
        stage
        for stage in stages
        if stage.id == done.outcome.change.target or header_etag(stage, rights) not in form.shown
    ]
    html += stage_headers(board, changed, rights) + done_toast(done, notices)
    order = {"order": [stage.id for stage in stages]}
    return announced(html, board_stages=order | events.pop("more", {}), **events)


def stage_headers(board: StageBoard, stages: Iterable[Stage], rights: Rights) -> str:
    """The headers of these stages, each as a region of its own."""
    return render_block("kanban/_answers.html", "stage_headers", stages=stages, key=board.key, rights=rights)


def shaper(form: StageChangeForm) -> Rights:
    """Rights of a person who has just shaped a board: they may do so again."""
    return Rights(may_move=True, may_shape=True, as_admin=form.as_admin)
