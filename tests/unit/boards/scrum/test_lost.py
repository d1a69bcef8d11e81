"""What cannot be read any more once it is done: said before it is asked for, and looked for afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from b24.errors import PortalError, PortalTimeout
from boards.core.change import Change, Kind, NoticeCode
from boards.core.lost import made_after_all
from boards.scrum.column_deletion import delete_column
from boards.scrum.epics import delete_epic
from boards.scrum.lifecycle import complete_sprint, start_sprint
from boards.scrum.sprints import delete_sprint
from tests.unit.boards.scrum.scene import REF, ScrumScene

Action = Callable[[ScrumScene], Any]


def _start(team: ScrumScene) -> Any:
    team.entities[team.active].status = "completed"
    return start_sprint(team.client, REF, team.actor(), team.planned)


ACTIONS: dict[Kind, Action] = {
    Kind.EPIC_DELETE: lambda team: delete_epic(
        team.client, REF, team.actor(), team.epic, to_epic_id=team.other_epic
    ),
    Kind.SPRINT_DELETE: lambda team: delete_sprint(team.client, REF, team.actor(), team.planned),
    Kind.SPRINT_START: _start,
    Kind.SPRINT_COMPLETE: lambda team: complete_sprint(team.client, REF, team.actor(), team.active),
    Kind.COLUMN_DELETE: lambda team: delete_column(
        team.client, REF, team.actor(), team.active, team.columns[1], target_id=team.columns[0]
    ),
}


@pytest.fixture(params=ACTIONS)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def unanswered(team: ScrumScene, kind: Kind, fate: str) -> Change:
    """What was said before the portal was asked; it did it (after) or not (before), and kept silent."""
    team.wire.lose, team.wire.lost_error = ["", fate, fate], PortalTimeout
    with pytest.raises(PortalTimeout):
        ACTIONS[kind](team)
    team.wire.lose = []
    [(sent, change)] = team.intended
    assert sent == 1, "after the look and before the write"
    return Change.from_json(change.to_json())


def test_what_is_said_is_what_comes_of_it(team: ScrumScene, kind: Kind) -> None:
    change = ACTIONS[kind](team).change
    [(sent, said)] = team.intended
    assert (sent, said, said.kind) == (1, change, kind)


def test_what_the_portal_has_done_is_found(team: ScrumScene, kind: Kind) -> None:
    change = unanswered(team, kind, "after")
    asked = team.wire.count
    found = made_after_all(team.client, change)
    assert team.wire.count == asked + 1
    assert found and found.notices[-1].code == NoticeCode.ANSWER_LOST_BUT_DONE
    assert replace(found, notices=found.notices[:-1]) == change


def test_what_the_portal_has_not_done_is_not(team: ScrumScene, kind: Kind) -> None:
    assert made_after_all(team.client, unanswered(team, kind, "before")) is None


def test_who_may_not_look_learns_nothing(team: ScrumScene, kind: Kind) -> None:
    """A refusal is no sign that it is gone."""
    change = unanswered(team, kind, "after")
    scrum = "tasks.api.scrum"
    for method in ("epic.get", "sprint.get", "kanban.getStages"):
        team.refuse(f"{scrum}.{method}", "ACCESS_DENIED")
    with pytest.raises(PortalError):
        made_after_all(team.client, change)
