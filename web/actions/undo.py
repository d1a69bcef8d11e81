"""Taking a change back: once, by whoever may, and only noted as undone when the portal did it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from flask import Response, g
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
from web.actions.attempts import Trying, attempt, done_unheard
from web.actions.responses import account_of, announced, done_toast, toast
from web.actions.run import Done, record_change, resolve_stage
from web.core import visible_boards
from web.core.failures import ActionRunning
from web.core.services import services
from web.core.session import PortalSession
from web.core.tokens import actor, client

ANYBODY = 0
"""The claim to an undo is the portal's, not a person's: two people must not undo the same thing."""
BY_JOB = 0
"""`undone_by` of an entry whose undo runs in steps and has no entry of its own yet."""


def undo_entry(entry: Entry) -> Response:
    """Do it, say what came of it, and have the page read again; errors go to the one table of errors."""
    change = Change.from_json(entry.change)
    if entry.undone_by is not None:
        return _already()
    if change.board_key == PRIVATE and entry.user_id != _who().user_id:
        raise CannotUndo("somebody else's plan")
    who = _actor(change.board_key)
    job = undo_job(change, who, resolve_stage)
    with _claim(entry) as (begun, trying):
        if begun.state == "done":
            return _already()
        if job is not None:
            response = jobs.begin(job)
            _note(entry, BY_JOB)
            return response
        portal = partial(client, things=change.undo.size if change.undo else 1)
        try:
            outcome = done_unheard(begun) or undo_change(portal(), who, change, resolve_stage)
        except Halfway as stopped:  # what is done is done; the page goes on from there
            response = jobs.resume(stopped.job)
            _note(entry, BY_JOB)
            return response
        if isinstance(outcome, Outcome):
            outcome.raise_if_nothing_done()
        trying.acted = True
        with services().db.session():
            undo_id = record_change(outcome.change)
            _note(entry, undo_id)
    html = done_toast(Done(outcome, outcome.change, undo_id), outcome.notices)
    if isinstance(outcome, Outcome) and outcome.failed:
        html += account_of(outcome.results)
    return announced(html, board_refresh={})


def _actor(board_key: str) -> Actor:
    """Who undoes: an administrator of the portal only where they have no right of their own."""
    who = actor()
    own = board_key == PRIVATE or visible_boards.shapes_by_themselves(board_key)
    return replace(who, is_admin=False) if own else who


@contextmanager
def _claim(entry: Entry) -> Iterator[tuple[Begun, Trying]]:
    """New for exactly one request at a time, and done ever after one that worked."""
    db, member_id, key = services().db, _who().member_id, f"undo-{entry.id}"
    begun = requests.begin(db, member_id, ANYBODY, key)
    if begun.state == "running":
        raise ActionRunning
    if begun.state == "done":
        yield begun, Trying()
        return
    with attempt(begun, ANYBODY, key) as trying:
        yield begun, trying
    requests.finish(db, member_id, ANYBODY, key, entry.id)


def _note(entry: Entry, by_entry_id: int) -> None:
    journal.mark_undone(services().db, _who().member_id, entry.id, by_entry_id)


def _already() -> Response:
    return announced(toast(_("This was undone already."), "warn"), board_refresh={})


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who
