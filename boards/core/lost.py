"""Deletions and turns of sprints whose answer never came: what would have been done, and whether it has been.

What they act upon is gone afterwards (or started, or completed), so nobody can plan them again to write them
down. Who asks for one therefore says beforehand what it will have been (`Client.intend`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from b24.client import Client, Command
from b24.errors import NotFound
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import OfNewerRelease
from boards.core.model import BoardRef
from boards.scrum.model import SprintStatus

THERE = "there"


def made_after_all(client: Client, change: Change) -> Change | None:
    """The change, if the portal has made it; None if it has not. One HTTP request.

    Whoever made it: the same thing, deleted by somebody else in the same minute, looks no different.
    OfNewerRelease for a kind that this release does not leave behind.
    """
    if change.kind not in _LOOKS:
        raise OfNewerRelease(f"unheard {change.kind}")
    if not _LOOKS[change.kind](client, change):
        return None
    return replace(change, notices=(*change.notices, note(NoticeCode.ANSWER_LOST_BUT_DONE)))


def _epic_is_gone(client: Client, change: Change) -> bool:
    return _is_gone(client, sprint_calls.get_epic(change.target))


def _sprint_is_gone(client: Client, change: Change) -> bool:
    return _is_gone(client, sprint_calls.get_sprint(change.target))


def _is_gone(client: Client, look: Command) -> bool:
    answer = client.batch({THERE: look})
    return isinstance(answer.errors.get(THERE), NotFound) or not answer[THERE].result


def _column_is_gone(client: Client, change: Change) -> bool:
    sprint_id = (change.undo or {})["sprint_id"]
    rows = scrum_calls.parse_columns(client.call(scrum_calls.get_columns(sprint_id)).result)
    return all(one.id != change.target for one in rows)


def _sprint_is(status: SprintStatus) -> Callable[[Client, Change], bool]:
    def look(client: Client, change: Change) -> bool:
        answer = client.batch({THERE: sprint_calls.get_sprint(change.target)})
        row = sprint_calls.parse_sprint(answer[THERE].result)
        own = BoardRef.parse(change.board_key).group_id
        return row is not None and (row.status, row.group_id) == (status, own)

    return look


_LOOKS: dict[Kind, Callable[[Client, Change], bool]] = {
    Kind.EPIC_DELETE: _epic_is_gone,
    Kind.SPRINT_DELETE: _sprint_is_gone,
    Kind.COLUMN_DELETE: _column_is_gone,
    Kind.SPRINT_START: _sprint_is(SprintStatus.ACTIVE),
    Kind.SPRINT_COMPLETE: _sprint_is(SprintStatus.COMPLETED),
}
