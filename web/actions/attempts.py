"""One attempt at an action whose request has a key: what a failure leaves behind for the next attempt.

A failure frees the key: trying again is a new action. Where it is not known whether the portal carried it
out, the key stays unsure, and the next attempt looks before it acts. What could not be read any more if it is
done is kept with the key before it is asked for, so that it gets into the journal also after a silence, or
when the process died.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from b24.errors import OutcomeUnknown, PortalError, Refused
from boards.core.change import Change
from boards.core.errors import OfNewerRelease
from boards.core.lost import made_after_all
from boards.core.model import Notice
from store import requests
from store.requests import Begun
from web.core.context import RequestContext
from web.core.session import PortalSession


@dataclass(frozen=True)
class PendingChange:
    """A change that the portal may have made, and whose it is."""

    user_id: int
    user_name: str
    change: Change

    def to_json(self) -> str:
        return json.dumps(vars(self) | {"change": self.change.to_json()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> PendingChange:
        """What `to_json` wrote; OfNewerRelease when this release cannot read it."""
        try:
            data = json.loads(text)
            return cls(data["user_id"], data["user_name"], Change.from_json(data["change"]))
        except (KeyError, TypeError, ValueError) as error:
            raise OfNewerRelease("what a request left") from error


@dataclass
class RequestAttempt:
    """`ctx` is for whatever the attempt asks of the portal.

    `sent`: the portal has answered; what fails now is the writing down, and the next attempt must look.
    """

    ctx: RequestContext
    sent: bool = False


@contextmanager
def attempt(ctx: RequestContext, begun: Begun, owner_id: int, key: str) -> Iterator[RequestAttempt]:
    """Attempt what a claimed key of `owner_id` stands for; after a failure the key is free, or unsure."""
    db, member_id = ctx.db, ctx.member_id

    def keep(change: Change) -> None:
        requests.keep(db, member_id, owner_id, key, pending_change(ctx.session, change).to_json())

    current = RequestAttempt(
        ctx.for_attempt(answer_lost=begun.unsure and not begun.pending_change, keep=keep)
    )
    try:
        yield current
    except BaseException as error:
        if current.sent or _is_open(begun, error):
            requests.unsure(db, member_id, owner_id, key)
        else:
            requests.forget(db, member_id, owner_id, key)
        raise


@dataclass(frozen=True)
class DoneEarlier:
    """What came of an earlier attempt whose answer was lost: the portal has made this change."""

    change: Change

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.change.notices


def done_earlier(ctx: RequestContext, begun: Begun) -> DoneEarlier | None:
    """What came of an earlier attempt, if that left a change behind and the portal has made it after all.

    One request to the portal, and none where no change was left behind.
    """
    if begun.pending_change is None:
        return None
    change = made_after_all(ctx.client(), PendingChange.from_json(begun.pending_change).change)
    return DoneEarlier(change) if change else None


def pending_change(session: PortalSession, change: Change) -> PendingChange:
    """A change that the person of this session is about to ask the portal for."""
    return PendingChange(session.user_id, session.user_name, change)


def _is_open(begun: Begun, error: BaseException) -> bool:
    """Whether it is not known or half done: by this attempt, or by one nothing is known of."""
    if isinstance(error, OfNewerRelease):
        return begun.unsure
    if not isinstance(error, PortalError):
        return False
    if error.halfway or isinstance(error, OutcomeUnknown):
        return True
    return begun.unsure and not isinstance(error, Refused)
