"""Deletions and turns of sprints whose answer never came: what would have been done, and whether it has been.

What they act upon is gone afterwards (or started, or completed), so nobody can plan them again to write them
down. Who asks for one therefore says beforehand what it will have been (`Client.intend`), and its feature
registers how to look whether it happened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from b24.client import Client
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import OfNewerRelease

Look = Callable[[Client, Change], bool]
"""Whether the portal has made the change; one HTTP request."""

_LOOKS: dict[Kind, Look] = {}


def looks_for(kind: Kind) -> Callable[[Look], Look]:
    """Function decorator: how to look whether a change of this kind has been made after all."""

    def register(look: Look) -> Look:
        _LOOKS[kind] = look
        return look

    return register


def made_after_all(client: Client, change: Change) -> Change | None:
    """The change, if the portal has made it; None if it has not. One HTTP request.

    Whoever made it: the same thing, deleted by somebody else in the same minute, looks no different.
    OfNewerRelease for a kind that this release does not leave behind.
    """
    if change.kind not in _LOOKS:
        raise OfNewerRelease(f"intended {change.kind}")
    if not _LOOKS[change.kind](client, change):
        return None
    return replace(change, notices=(*change.notices, note(NoticeCode.ANSWER_LOST_BUT_DONE)))
