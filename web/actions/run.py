"""Actions of people: done once however often the request arrives, in the journal before the answer leaves."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from flask import g, request

from boards.core.change import Change, Kind
from boards.core.model import Notice
from boards.core.outcome import Outcome
from store import journal, requests, task_changes
from store.requests import Begun
from web.actions.attempts import DoneUnheard, attempt, done_unheard
from web.core import counters
from web.core.failures import ActionRunning
from web.core.services import services
from web.core.session import PortalSession

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

    `outcome` is None when `repeated`: the first request has (or nobody has) the domain's answer, this one has
    the journal entry and its change; the page then shows the board as it is. `entry_id` and `change` are None
    for a repetition of something that had nothing to write down.
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


def run_action(do: Callable[[], OutcomeT], *, request_key: str | None = None) -> Done[OutcomeT]:
    """Do it, unless this very request was already done; write the change to the journal.

    The key comes from the form (`request_key`) unless given. A failure frees the key: trying again is a new
    attempt; after a lost answer it goes on with the first one and looks whether that has had its effect.
    ActionRunning when another worker has the request and does not come to an end.
    """
    who: PortalSession = g.portal_session
    db = services().db
    key = request_key or _key_of_form()
    begun = _begin(who, key)
    if begun.state == "done":
        return _repetition(who, begun.entry_id)
    with attempt(begun, who.user_id, key) as trying:
        outcome = done_unheard(begun) or do()
        trying.acted = True
        nothing = isinstance(outcome, Outcome) and outcome.nothing_done
        with db.writing():  # written down and done, or neither: a repetition must not act again
            entry_id = None if nothing else record_change(outcome.change, request_key=key)
            requests.finish(db, who.member_id, who.user_id, key, entry_id)
    if isinstance(outcome, DoneUnheard):
        return Done(None, outcome.change, entry_id, repeated=True)
    return Done(outcome, outcome.change, entry_id)


def record_change(change: Change, *, request_key: str = "") -> int:
    """Write a change of this request's person to the journal, with the new ids of restored stages."""
    who: PortalSession = g.portal_session
    db = services().db
    if change.aliases:
        journal.put(db, who.member_id, change.aliases)
    counters.ENTRIES.labels(change.kind).inc()
    task_changes.touched(db, who.member_id, who.user_id, change.task_ids)
    return journal.record(
        db, who.member_id, who.user_id, who.user_name, change.to_json(), request_key=request_key
    )


def resolve_stage(stage_id: int) -> int:
    """The id a stage has now, for `undo_change`: it may have been deleted and restored since."""
    who: PortalSession = g.portal_session
    return journal.resolve(services().db, who.member_id, stage_id)


def _key_of_form() -> str:
    """The page's key; without a usable one the request counts as unique."""
    key = request.form.get("request_key", "")
    return key if KEY.fullmatch(key) else uuid.uuid4().hex


def _begin(who: PortalSession, key: str) -> Begun:
    """Claim the key, or wait for the worker that has it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        begun = requests.begin(services().db, who.member_id, who.user_id, key)
        if begun.state != "running":
            return begun
        if time.monotonic() > deadline:
            raise ActionRunning
        time.sleep(POLL_SECONDS)


def _repetition(who: PortalSession, entry_id: int | None) -> Done[OutcomeT]:
    entry = journal.get(services().db, who.member_id, entry_id) if entry_id else None
    known = entry is not None and entry.kind in KINDS  # else a newer release has done it
    change = Change.from_json(entry.change) if entry and known else None
    return Done(None, change, entry_id, repeated=True)
