"""Epics: added once, changed, deleted with their items cared for, brought back."""

from __future__ import annotations

from typing import Any

import pytest

from b24.errors import AccessDenied, ConnectionLost, PortalTimeout, Refused
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode, EpicGone
from boards.core.ids import IdKind, alias_key, current_id
from boards.core.outcome import Outcome
from boards.core.undo import undo_change
from boards.scrum.epics import EpicEdit, add_epic, delete_epic, edit_epic, plan_epic_deletion
from boards.scrum.model import Epic
from tests.unit.boards.scrum.scene import OUTSIDER, REF, TEAM, ScrumScene


def add(team: ScrumScene, name: str = "Mobile", color: str = "#abc", **more: object) -> Outcome[Epic]:
    return add_epic(team.client, REF, team.actor(), name, color, **more)  # type: ignore[arg-type]


def edit(team: ScrumScene, what: EpicEdit, seen: EpicEdit | None = None) -> Outcome[Epic]:
    return edit_epic(team.client, REF, team.actor(), team.epic, what, seen=seen)


def back(team: ScrumScene, outcome: Outcome[Any]) -> Outcome[Epic]:
    change = Change.from_json(outcome.change.to_json())
    return undo_change(team.client, team.actor(), change)


def test_an_epic_is_added_and_taken_back(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = add(team, " Mobile  app ", "#ABC", description="For <b>phones</b>")
    assert team.wire.count == 1
    made = team.epics[outcome.change.target]
    assert (made.name, made.color, made.group_id) == ("Mobile app", "#aabbcc", TEAM)
    assert outcome.now.color == "AABBCC"
    assert outcome.change.kind is Kind.EPIC_ADD
    back(team, outcome)
    assert team.team_picture() == start


@pytest.mark.parametrize(
    ("name", "color", "code"),
    [(" ", "#abc", BadInputCode.TITLE_BLANK), ("x", "mauve", BadInputCode.COLOR_INVALID)],
)
def test_bad_epics_are_not_sent(team: ScrumScene, name: str, color: str, code: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        add(team, name, color)
    assert (caught.value.code, team.wire.count) == (code, 0)


@pytest.mark.parametrize(("fate", "requests"), [("before", 3), ("after", 2)])
def test_a_lost_answer_adds_nothing_twice(team: ScrumScene, fate: str, requests: int) -> None:
    team.wire.lose = [fate]
    outcome = add(team, seen=[team.epic, team.other_epic])
    assert team.wire.count == requests
    assert [epic.name for epic in team.epics.values()].count("Mobile") == 1
    told = [notice.code for notice in outcome.notices]
    assert told == ([NoticeCode.ANSWER_LOST_BUT_DONE] if fate == "after" else [])


def test_a_twin_that_was_there_is_not_taken_for_ours(team: ScrumScene) -> None:
    twin = add(team).change.target
    team.wire.lose = ["before"]
    assert add(team, seen=[twin]).change.target != twin


def test_more_epics_than_a_page(team: ScrumScene) -> None:
    for number in range(60):
        team.add_epic(f"Epic {number}")
    seen = [epic.id for epic in team.planning().team.epics]
    assert len(seen) == 62
    team.wire.lose = ["after"]
    add(team, seen=seen)
    assert [epic.name for epic in team.epics.values()].count("Mobile") == 1
    plan = plan_epic_deletion(team.client, REF, team.actor(), team.epic)
    assert len(plan.others) == 62


def test_nobody_waits_a_minute_twice(team: ScrumScene) -> None:
    team.wire.lose, team.wire.lost_error = ["after"], PortalTimeout
    with pytest.raises(PortalTimeout):
        add(team)


def test_strangers_are_refused(team: ScrumScene) -> None:
    team.become(OUTSIDER)
    with pytest.raises((AccessDenied, Refused)):
        add(team)


@pytest.mark.parametrize(
    "what", [EpicEdit(name="Find"), EpicEdit(color="123456"), EpicEdit(name="Find", description="More")]
)
def test_changes_and_back(team: ScrumScene, what: EpicEdit) -> None:
    team.epics[team.epic].description = "Old"
    start = team.team_picture()
    outcome = edit(team, what)
    assert team.wire.count == 1
    assert team.team_picture() != start
    assert not outcome.notices
    forth = back(team, outcome)
    assert team.team_picture() == start
    back(team, forth)
    assert team.team_picture() != start


def test_two_people_rename(team: ScrumScene) -> None:
    outcome = edit(team, EpicEdit(name="Mine"), EpicEdit(name="What I saw"))
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.FIELD_CHANGED_MEANWHILE, {"field": "name", "old": "Search"})
    ]


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_name_like_a_reference_survives_a_lost_answer(team: ScrumScene, fate: str) -> None:
    """It is stored with a sign in it, and found again all the same."""
    start = [epic.name for epic in team.epics.values()]
    team.wire.lose = [fate]
    made = add(team, "$result[x] 1", seen=[team.epic, team.other_epic])
    assert len(team.epics) == len(start) + 1
    back(team, made)
    team.wire.lose = [fate]
    back(team, edit(team, EpicEdit(name="$result[x] 2"), EpicEdit(name="Search")))
    assert [epic.name for epic in team.epics.values()] == start


def test_a_lost_answer_of_a_change(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    outcome = edit(team, EpicEdit(name="Mine"), EpicEdit(name="Search"))
    assert outcome.change.before == {"name": "Search"}
    team.wire.lose = ["after"]
    assert not edit(team, EpicEdit(name="Yours")).change.undoable


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (EpicEdit(), BadInputCode.NOTHING_TO_CHANGE),
        (EpicEdit(name=" "), BadInputCode.TITLE_BLANK),
        (EpicEdit(description=" "), BadInputCode.CANNOT_CLEAR),
        (EpicEdit(color="x"), BadInputCode.COLOR_INVALID),
    ],
)
def test_bad_changes(team: ScrumScene, what: EpicEdit, code: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        edit(team, what)
    assert (caught.value.code, team.wire.count) == (code, 0)


def test_a_description_that_was_empty_cannot_come_back(team: ScrumScene) -> None:
    assert not edit(team, EpicEdit(description="New")).change.undoable


def test_an_epic_deleted_meanwhile(team: ScrumScene) -> None:
    del team.epics[team.epic]
    with pytest.raises(EpicGone):
        edit(team, EpicEdit(name="Find"))
    with pytest.raises(EpicGone):
        plan_epic_deletion(team.client, REF, team.actor(), team.epic)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("to_other", [False, True])
def test_deleting_cares_for_the_items(team: ScrumScene, many: bool, to_other: bool) -> None:
    if many:
        for task_id in range(1000, 1400):
            team.item(task_id, team.backlog, "1", epic_id=team.epic)
    start = team.team_picture()
    plan = plan_epic_deletion(team.client, REF, team.actor(), team.epic)
    assert plan.total == (402 if many else 2)
    assert [column.name for column in plan.others] == ["Billing"]
    team.wire.requests.clear()
    target = team.other_epic if to_other else 0
    outcome = delete_epic(team.client, REF, team.actor(), team.epic, to_epic_id=target)
    assert team.wire.count == (11 if many else 2)
    assert team.epic not in team.epics
    assert {item.epic_id for item in team.items.values()} == {0, target}
    assert (outcome.now, outcome.notices) == (None, ())
    undone = back(team, outcome)
    assert team.team_picture() == start
    assert undone.change.aliases == {alias_key(IdKind.EPIC, team.epic): alias_key(IdKind.EPIC, undone.now.id)}


def test_items_that_got_another_epic_since_keep_it(team: ScrumScene) -> None:
    outcome = delete_epic(team.client, REF, team.actor(), team.epic)
    team.items[1].epic_id = team.other_epic
    undone = back(team, outcome)
    assert team.items[1].epic_id == team.other_epic
    assert [(notice.code, notice.values) for notice in undone.notices] == [
        (NoticeCode.TASKS_LEFT_ALONE, {"count": 1})
    ]


def test_a_change_made_before_the_deletion_is_undone_on_the_new_one(team: ScrumScene) -> None:
    renamed = edit(team, EpicEdit(name="Find"))
    gone = delete_epic(team.client, REF, team.actor(), team.epic)
    aliases = back(team, gone).change.aliases
    undo_change(team.client, team.actor(), renamed.change, lambda one: aliases.get(one, one))
    assert sorted(epic.name for epic in team.epics.values()) == ["Billing", "Search", "Theirs"]


def test_items_that_refuse_are_told(team: ScrumScene) -> None:
    team.refuse("tasks.api.scrum.task.update", "OPERATION_TIME_LIMIT", 429)
    outcome = delete_epic(team.client, REF, team.actor(), team.epic)
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.EPIC_LEFT_ON_ITEMS, {"count": 2})
    ]


def test_a_deletion_that_only_seems_to_work(team: ScrumScene) -> None:
    team.ignore("tasks.api.scrum.epic.delete")
    with pytest.raises(Refused):
        delete_epic(team.client, REF, team.actor(), team.epic)


def test_other_teams_epics_are_not_deleted(team: ScrumScene) -> None:
    with pytest.raises(EpicGone):
        delete_epic(team.client, REF, team.actor(), team.foreign_epic)
    assert team.foreign_epic in team.epics
    with pytest.raises(EpicGone):
        delete_epic(team.client, REF, team.actor(), team.epic, to_epic_id=team.foreign_epic)


def test_a_connection_that_breaks_while_deleting(team: ScrumScene) -> None:
    team.wire.lose = ["before", "before"]
    with pytest.raises(ConnectionLost):
        delete_epic(team.client, REF, team.actor(), team.epic)
    assert team.epic in team.epics


def test_numbers_of_epics_sprints_and_stages_do_not_meet() -> None:
    keys = {alias_key(kind, number) for kind in (IdKind.EPIC, IdKind.SPRINT) for number in range(1, 50)}
    assert len(keys) == 98 and max(keys) < 0
    table = {
        alias_key(IdKind.EPIC, 5): alias_key(IdKind.EPIC, 9),
        alias_key(IdKind.SPRINT, 5): alias_key(IdKind.SPRINT, 8),
        5: 7,
    }
    for kind, now in ((IdKind.EPIC, 9), (IdKind.SPRINT, 8), (IdKind.STAGE, 7)):
        assert current_id(lambda key: table.get(key, key), kind, 5) == now
        assert current_id(lambda key: key, kind, 0) == 0
