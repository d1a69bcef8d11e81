"""Edits when two people edit or an answer gets lost: one set of rules for epics, sprints, columns, items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from boards.core.change import Change, NoticeCode
from boards.core.outcome import Outcome
from boards.core.undo import undo_change
from boards.scrum.columns import edit_column
from boards.scrum.epics import EpicEdit, edit_epic
from boards.scrum.items import assign_epic, set_points
from boards.scrum.model import ColumnType
from boards.scrum.sprints import SprintEdit, edit_sprint
from tests.unit.boards.scrum.scene import REF, ScrumScene

ZONE = dt.timezone(dt.timedelta(hours=3))
FORTNIGHT = dt.timedelta(days=14)


@dataclass(frozen=True)
class Edited:
    """One field of one kind of object.

    `edit`: writes a value, with the one that the person saw (None: nothing is known). `read`: what the
    portal has. `old`, `mine`: the value of the scene and another one. `code`: the notice of a value that was
    replaced.
    """

    field: str
    edit: Callable[[ScrumScene, Any, Any], Outcome[Any]]
    read: Callable[[ScrumScene], Any]
    old: Any
    mine: Any
    never: Any
    code: NoticeCode = NoticeCode.FIELD_CHANGED_MEANWHILE


def edit_dates(team: ScrumScene, value: str, seen: str | None) -> Outcome[Any]:
    """A fortnight from that moment; what the person saw is written with another offset."""
    start = dt.datetime.fromisoformat(value)
    dates = (value, (start + FORTNIGHT).isoformat())
    began = dt.datetime.fromisoformat(seen).astimezone(ZONE) if seen else None
    shown = SprintEdit(start=began, end=began + FORTNIGHT) if began else None
    return edit_sprint(team.client, REF, team.actor(), team.planned, dates=dates, seen=shown)


def read_start(team: ScrumScene) -> str:
    start = team.entities[team.planned].start
    assert start
    return start.isoformat()


def edit_type(team: ScrumScene, value: str, seen: str | None) -> Outcome[Any]:
    shown = {"type": ColumnType(seen)} if seen else None
    acts = (team.client, REF, team.actor(), team.active, team.columns[1])
    return edit_column(*acts, kind=value, seen=shown)


def edit_column_name(team: ScrumScene, value: str, seen: str | None) -> Outcome[Any]:
    acts = (team.client, REF, team.actor(), team.active, team.columns[1])
    return edit_column(*acts, name=value, seen={"name": seen} if seen else None)


EDITED: dict[str, Edited] = {
    "epic": Edited(
        "name",
        lambda team, value, seen: edit_epic(
            team.client,
            REF,
            team.actor(),
            team.epic,
            EpicEdit(name=value),
            seen=EpicEdit(name=seen) if seen else None,
        ),
        lambda team: team.epics[team.epic].name,
        "Search",
        "Mine",
        "Never",
    ),
    "sprint": Edited(
        "name",
        lambda team, value, seen: edit_sprint(
            team.client,
            REF,
            team.actor(),
            team.planned,
            name=value,
            seen=SprintEdit(name=seen) if seen else None,
        ),
        lambda team: team.entities[team.planned].name,
        "Sprint 3",
        "Mine",
        "Never",
    ),
    "dates of a sprint": Edited(
        "start",
        edit_dates,
        read_start,
        "2026-03-02T00:00:00+00:00",
        "2026-03-04T00:00:00+00:00",
        "2026-03-01T00:00:00+00:00",
    ),
    "column": Edited(
        "name",
        edit_column_name,
        lambda team: team.portal.stages[team.columns[1]].title,
        "C2",
        "Mine",
        "Never",
        NoticeCode.STAGE_CHANGED_SINCE,
    ),
    "type of a column": Edited(
        "type",
        edit_type,
        lambda team: team.portal.stages[team.columns[1]].system_type,
        "WORK",
        "NEW",
        "FINISH",
        NoticeCode.STAGE_CHANGED_SINCE,
    ),
    "points": Edited(
        "points",
        lambda team, value, seen: set_points(
            team.client, REF, team.actor(), {1: value}, seen={1: seen} if seen else None
        ),
        lambda team: team.items[1].points,
        "8",
        "13",
        "5",
        NoticeCode.POINTS_CHANGED_MEANWHILE,
    ),
    "epic of an item": Edited(
        "epic_id",
        lambda team, value, seen: assign_epic(
            team.client, REF, team.actor(), [1], value, seen={1: seen} if seen else None
        ),
        lambda team: team.items[1].epic_id,
        6,
        7,
        4711,
        NoticeCode.EPIC_CHANGED_MEANWHILE,
    ),
}


@pytest.fixture(params=EDITED)
def edited(request: pytest.FixtureRequest) -> Edited:
    return EDITED[request.param]


def codes(outcome: Outcome[Any]) -> list[str]:
    return [notice.code for notice in outcome.notices]


def back(team: ScrumScene, outcome: Outcome[Any]) -> Outcome[Any]:
    return undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))


def test_what_was_seen_is_what_is_replaced(team: ScrumScene, edited: Edited) -> None:
    outcome = edited.edit(team, edited.mine, edited.old)
    assert (codes(outcome), edited.read(team)) == ([], edited.mine)
    assert codes(back(team, outcome)) == []
    assert edited.read(team) == edited.old


def test_a_later_value_of_somebody_else_is_named_and_comes_back(team: ScrumScene, edited: Edited) -> None:
    outcome = edited.edit(team, edited.mine, edited.never)
    told = [(notice.code, notice.values["old"]) for notice in outcome.notices]
    assert told[0] == (edited.code, edited.old)
    assert {code for code, _old in told} == {edited.code}  # of dates both are told
    back(team, outcome)
    assert edited.read(team) == edited.old


def test_who_sets_the_same_value_as_somebody_else_replaced_nothing(team: ScrumScene, edited: Edited) -> None:
    outcome = edited.edit(team, edited.old, edited.never)
    assert codes(outcome) == []
    back(team, outcome)
    assert edited.read(team) == edited.old


def test_nothing_is_said_where_nothing_was_seen(team: ScrumScene, edited: Edited) -> None:
    assert codes(edited.edit(team, edited.mine, None)) == []


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_answer_is_undone_to_what_was_seen(team: ScrumScene, edited: Edited, fate: str) -> None:
    team.wire.lose = [fate]
    outcome = edited.edit(team, edited.mine, edited.old)
    assert codes(outcome) == []
    back(team, outcome)
    assert edited.read(team) == edited.old


def test_a_lost_answer_without_a_value_seen_explains_the_missing_undo(
    team: ScrumScene, edited: Edited
) -> None:
    team.wire.lose = ["after"]
    outcome = edited.edit(team, edited.mine, None)
    [notice] = outcome.notices
    assert (notice.code, edited.field in notice.values["fields"]) == (NoticeCode.VALUE_BEFORE_UNKNOWN, True)
    assert edited.read(team) == edited.mine
    assert not outcome.change.undoable


def test_a_lost_request_without_a_value_seen_can_be_undone(team: ScrumScene, edited: Edited) -> None:
    """The portal has read the old value: nothing was written before."""
    team.wire.lose = ["before"]
    outcome = edited.edit(team, edited.mine, None)
    assert codes(outcome) == []
    back(team, outcome)
    assert edited.read(team) == edited.old


def test_the_fields_that_are_known_have_a_way_back(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    what, seen = EpicEdit(name="Mine", color="123456"), EpicEdit(name="Search")
    outcome = edit_epic(team.client, REF, team.actor(), team.epic, what, seen=seen)
    assert [notice.values for notice in outcome.notices] == [{"fields": ["color"]}]
    assert outcome.change.before == {"name": "Search"}
    back(team, outcome)
    epic = team.epics[team.epic]
    assert (epic.name, epic.color) == ("Search", "#123456")


def test_the_fields_of_a_column_that_are_known_have_a_way_back(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    acts = (team.client, REF, team.actor(), team.active, team.columns[1])
    outcome = edit_column(*acts, name="Mine", color="#123456", seen={"color": "47D1E2"})
    assert [notice.values for notice in outcome.notices] == [{"fields": ["name"]}]
    back(team, outcome)
    column = team.portal.stages[team.columns[1]]
    assert (column.title, column.color) == ("Mine", "47D1E2")
