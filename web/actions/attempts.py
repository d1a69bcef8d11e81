"""One try of an action whose request has a key: what a failure leaves behind for the next try.

A failure frees the key: trying again is a new attempt. Where nobody knows the outcome the key stays unsure,
and the next try looks before it acts. What could not be read any more if it is done is kept with the key
before it is asked for, so that it gets into the journal also after a silence, or when the process died.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import g

from b24.errors import OutcomeUnknown, PortalError, Refused
from boards.core.change import Change
from boards.core.errors import OfNewerRelease
from boards.core.lost import made_after_all
from boards.core.model import Notice
from store import requests
from store.requests import Begun
from web.core.services import services
from web.core.session import PortalSession
from web.core.tokens import client


@dataclass(frozen=True)
class Perhaps:
    """A change that the portal may have made, and whose it is."""

    user_id: int
    user_name: str
    change: Change

    def to_json(self) -> str:
        return json.dumps(vars(self) | {"change": self.change.to_json()}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Perhaps:
        """What `to_json` wrote; OfNewerRelease when this release cannot read it."""
        try:
            data = json.loads(text)
            return cls(data["user_id"], data["user_name"], Change.from_json(data["change"]))
        except (KeyError, TypeError, ValueError) as error:
            raise OfNewerRelease("what a request left") from error


@dataclass
class Trying:
    """`acted`: the portal has answered; what fails now is the writing down, and the next try must look."""

    acted: bool = False


@contextmanager
def attempt(begun: Begun, user_id: int, key: str) -> Iterator[Trying]:
    """Try what a claimed key stands for; after a failure the key is free, or unsure."""
    db, who, trying = services().db, _who(), Trying()
    g.answer_lost = begun.unsure and not begun.pending_change
    g.keep = lambda change: requests.keep(db, who.member_id, user_id, key, _perhaps(change))
    try:
        yield trying
    except BaseException as error:
        if trying.acted or _is_open(begun, error):
            requests.unsure(db, who.member_id, user_id, key)
        else:
            requests.forget(db, who.member_id, user_id, key)
        raise


@dataclass(frozen=True)
class DoneUnheard:
    """What came of an earlier try that nobody heard of: the portal has made this change."""

    change: Change

    @property
    def notices(self) -> tuple[Notice, ...]:
        return self.change.notices


def done_unheard(begun: Begun) -> DoneUnheard | None:
    """What came of an earlier try, if that left a change behind and the portal has made it after all.

    One request to the portal, and none where no change was left behind.
    """
    if begun.pending_change is None:
        return None
    change = made_after_all(client(), Perhaps.from_json(begun.pending_change).change)
    return DoneUnheard(change) if change else None


def _is_open(begun: Begun, error: BaseException) -> bool:
    """Whether it is not known or half done: by this try, or by an earlier one nobody has looked into."""
    if isinstance(error, OfNewerRelease):
        return begun.unsure
    if not isinstance(error, PortalError):
        return False
    if error.halfway or isinstance(error, OutcomeUnknown):
        return True
    return begun.unsure and not isinstance(error, Refused)


def _perhaps(change: Change) -> str:
    who = _who()
    return Perhaps(who.user_id, who.user_name, change).to_json()


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who
