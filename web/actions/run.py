"""Actions of people: done once however often the request arrives, in the journal before the answer leaves."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from boards.core.change import Change, Kind
from boards.core.model import Notice
from boards.core.outcome import Outcome
from store import journal, requests, task_changes
from store.requests import Begun
from web.actions.attempts import DoneEarlier, attempt, done_earlier
from web.core import counters
from web.core.context import RequestContext
from web.core.failures import ActionRunning

KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
KINDS = frozenset(Kind)
WAIT_SECONDS = 15.0
POLL_SECONDS = 0.1


class HasChange(Protocol):
    """Anything the domain gives back for a write."""

    @property
    def change(self) -> Change: ...


OutcomeT = TypeVar("OutcomeT", bound=HasChange)


@dataclass(frozen=True)
class Done(Generic[OutcomeT]):
    """What came of an action.

    `outcome` is None when `repeated`: the domain's answer went to the first request, or was lost; this one
    has the journal entry and its change, and the page then shows the board as it is. `entry_id` and `change`
    are None for a repetition of something that had nothing to write down.
    """

    outcome: OutcomeT | None
    change: Change | None
    entry_id: int | None
    repeated: bool = False

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What else should be known of the change."""
        return self.change.notices if self.change else ()

    @property
    def undo_id(self) -> int | None:
        """The entry to offer "Undo" for; None when there is no way back."""
        return self.entry_id if self.change and self.change.undoable else None


def run_action(ctx: RequestContext, do: Callable[[RequestContext], OutcomeT]) -> Done[OutcomeT]:
    """Do it, unless this very request was already done; write the change to the journal.

    `do` is given the context of this attempt, whose clients look before they write if an earlier answer was
    lost. A failure frees the key of the request: trying again is a new action; after a lost answer it goes on
    with the first one and looks whether that has had its effect. ActionRunning when another worker has the
    request and does not come to an end. Without a request key of 8 to 64 letters, digits, "_" and "-" each
    request counts as one of its own.
    """
    key = ctx.request_key if KEY.fullmatch(ctx.request_key) else uuid.uuid4().hex
    begun = _begin(ctx, key)
    if begun.state == "done":
        return _repetition(ctx, begun.entry_id)
    with attempt(ctx, begun, ctx.user_id, key) as current:
        outcome = done_earlier(current.ctx, begun) or do(current.ctx)
        current.sent = True
        nothing = isinstance(outcome, Outcome) and outcome.nothing_done
        with ctx.db.writing():  # written down and done, or neither: a repetition must not act again
            entry_id = None if nothing else record_change(ctx, outcome.change, request_key=key)
            requests.finish(ctx.db, ctx.member_id, ctx.user_id, key, entry_id)
    if isinstance(outcome, DoneEarlier):
        return Done(None, outcome.change, entry_id, repeated=True)
    return Done(outcome, outcome.change, entry_id)


def record_change(ctx: RequestContext, change: Change, *, request_key: str = "") -> int:
    """Write a change of this request's person to the journal, with the new ids of restored stages."""
    db, session = ctx.db, ctx.session
    if change.aliases:
        journal.put(db, ctx.member_id, change.aliases)
    counters.ENTRIES.labels(change.kind).inc()
    task_changes.touched(db, ctx.member_id, ctx.user_id, change.task_ids)
    return journal.record(
        db, ctx.member_id, ctx.user_id, session.user_name, change.to_json(), request_key=request_key
    )


def stage_resolver(ctx: RequestContext) -> Callable[[int], int]:
    """For `undo_change`: tells the id that a stage has now, which may have been deleted and restored."""
    return lambda stage_id: journal.resolve(ctx.db, ctx.member_id, stage_id)


def _begin(ctx: RequestContext, key: str) -> Begun:
    """Claim the key, or wait for the worker that has it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        begun = requests.begin(ctx.db, ctx.member_id, ctx.user_id, key)
        if begun.state != "running":
            return begun
        if time.monotonic() > deadline:
            raise ActionRunning
        time.sleep(POLL_SECONDS)


def _repetition(ctx: RequestContext, entry_id: int | None) -> Done[OutcomeT]:
    entry = journal.get(ctx.db, ctx.member_id, entry_id) if entry_id else None
    known = entry is not None and entry.kind in KINDS  # else a newer release has done it
    change = Change.from_json(entry.change) if entry and known else None
    return Done(None, change, entry_id, repeated=True)
