"""Taking a change back: once, by whoever may, and only noted as undone when the portal did it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import Response
from flask_babel import gettext as _

from boards.core.change import Change
from boards.core.errors import CannotUndo
from boards.core.jobs import Halfway
from boards.core.model import Actor
from boards.core.outcome import Outcome
from boards.core.undo import undo_change, undo_job
from store import journal, requests
from store.journal import PRIVATE, Entry
from store.requests import Begun
from web.actions import jobs
from web.actions.attempts import RequestAttempt, attempt, done_earlier
from web.actions.jobs import StepForm
from web.actions.responses import announced, done_toast, failure_report, toast
from web.actions.run import Done, record_change, stage_resolver
from web.core import visible_boards
from web.core.context import RequestContext
from web.core.failures import ActionRunning

ANYBODY = 0
"""The claim to an undo is the portal's, not a person's: two people must not undo the same thing."""
BY_JOB = 0
"""`undone_by` of an entry whose undo runs in steps and has no entry of its own yet."""


def undo_entry(ctx: RequestContext, form: StepForm, entry: Entry) -> Response:
    """Undo it, say what came of it, and have the page read again; errors go to the one table of errors."""
    change = Change.from_json(entry.change)
    if entry.undone_by is not None:
        return _already()
    if change.board_key == PRIVATE and entry.user_id != ctx.user_id:
        raise CannotUndo("somebody else's plan")
    who = _actor(ctx, change.board_key)
    job = undo_job(change, who, stage_resolver(ctx))
    with _claim(ctx, entry) as (begun, current):
        if begun.state == "done":
            return _already()
        if job is not None:
            response = jobs.begin(current.ctx, form, job)
            _note(ctx, entry, BY_JOB)
            return response
        try:
            outcome = done_earlier(current.ctx, begun) or _undo(current.ctx, who, change)
        except Halfway as stopped:  # what is done is done; the page goes on from there
            response = jobs.resume(ctx, stopped.job)
            _note(ctx, entry, BY_JOB)
            return response
        if isinstance(outcome, Outcome):
            outcome.raise_if_nothing_done()
        current.sent = True
        with ctx.db.session():
            undo_id = record_change(ctx, outcome.change)
            _note(ctx, entry, undo_id)
    html = done_toast(Done(outcome, outcome.change, undo_id), outcome.notices)
    if isinstance(outcome, Outcome) and outcome.failed:
        html += failure_report(outcome.results)
    return announced(html, board_refresh={})


def _undo(ctx: RequestContext, who: Actor, change: Change) -> Outcome[Any]:
    things = change.undo.size if change.undo else 1
    return undo_change(ctx.client(things=things), who, change, stage_resolver(ctx))


def _actor(ctx: RequestContext, board_key: str) -> Actor:
    """Who undoes: an administrator of the portal only where they have no right of their own."""
    own = board_key == PRIVATE or visible_boards.shapes_by_themselves(ctx, board_key)
    return replace(ctx.actor, is_admin=False) if own else ctx.actor


@contextmanager
def _claim(ctx: RequestContext, entry: Entry) -> Iterator[tuple[Begun, RequestAttempt]]:
    """New for exactly one request at a time, and done ever after one that worked."""
    key = f"undo-{entry.id}"
    begun = requests.begin(ctx.db, ctx.member_id, ANYBODY, key)
    if begun.state == "running":
        raise ActionRunning
    if begun.state == "done":
        yield begun, RequestAttempt(ctx)
        return
    with attempt(ctx, begun, ANYBODY, key) as current:
        yield begun, current
    requests.finish(ctx.db, ctx.member_id, ANYBODY, key, entry.id)


def _note(ctx: RequestContext, entry: Entry, by_entry_id: int) -> None:
    journal.mark_undone(ctx.db, ctx.member_id, entry.id, by_entry_id)


def _already() -> Response:
    return announced(toast(_("This was undone already."), "warn"), board_refresh={})
