"""Points and epics of items: their cost, two people at once, what is missing, and the way back."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, ConnectionLost, OperationTimeLimit
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode, EpicGone, NoScrumRecord
from boards.core.undo import undo_change
from boards.scrum.items import ItemsOutcome, assign_epic, set_points
from tests.support.portal_scene import instead
from tests.unit.boards.scrum.scene import REF, TEAM, ScrumScene


def estimate(team: ScrumScene, points: dict[int, str], seen: dict[int, str] | None = None) -> ItemsOutcome:
    return set_points(team.client, REF, team.actor(), points, seen=seen)


def epic_of(team: ScrumScene, task_ids: list[int], epic_id: int) -> ItemsOutcome:
    return assign_epic(team.client, REF, team.actor(), task_ids, epic_id)


def points(team: ScrumScene) -> dict[int, str]:
    return {task_id: item.points for task_id, item in team.items.items()}


def codes(outcome: ItemsOutcome) -> list[str]:
    return [notice.code for notice in outcome.notices]


def test_one_edit_is_one_request_and_comes_back(team: ScrumScene) -> None:
    start = points(team)
    outcome = estimate(team, {1: "13"}, {1: "8"})
    assert team.wire.count == 1
    assert points(team) == start | {1: "13"}
    assert outcome.change.kind is Kind.SCRUM_POINTS
    assert (outcome.change.label, outcome.change.before, outcome.change.after) == (
        "Task 1",
        {"points": "8"},
        {"points": "13"},
    )
    assert outcome.results[0].facts and outcome.results[0].facts.points == "13"
    assert not outcome.notices
    back = undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))
    assert points(team) == start
    undo_change(team.client, team.actor(), back.change)
    assert points(team) == start | {1: "13"}


@pytest.mark.parametrize(("count", "requests"), [(24, 1), (25, 1), (30, 2), (49, 2), (50, 2), (100, 4)])
def test_what_many_cost(team: ScrumScene, count: int, requests: int) -> None:
    ids = range(1000, 1000 + count)
    for task_id in ids:
        team.item(task_id, team.backlog, "1")
    outcome = estimate(team, dict.fromkeys(ids, "½"))
    assert team.wire.count == requests
    assert all(result.error is None for result in outcome.results)
    assert {team.items[task_id].points for task_id in ids} == {"½"}
    assert outcome.change.after["count"] == count
    undo_change(team.client, team.actor(), outcome.change)
    assert {team.items[task_id].points for task_id in ids} == {"1"}


def test_points_are_cleared_by_nothing(team: ScrumScene) -> None:
    outcome = estimate(team, {1: " "})
    assert team.items[1].points == ""
    undo_change(team.client, team.actor(), outcome.change)
    assert team.items[1].points == "8"


def test_a_reference_in_points_stays_text(team: ScrumScene) -> None:
    estimate(team, {1: "$result[was_1][storyPoints]"})
    assert "result" in team.items[1].points


def test_two_people_estimate_the_same_item(team: ScrumScene) -> None:
    outcome = estimate(team, {1: "13", 2: "0.5"}, {1: "3", 2: "3"})
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.POINTS_CHANGED_MEANWHILE, {"task": "Task 1", "old": "8", "new": "13"})
    ]  # both said 0.5: no conflict
    undo_change(team.client, team.actor(), outcome.change)
    assert team.items[1].points == "8"  # the other's value, not what we had seen


def test_an_item_without_scrum_record(team: ScrumScene) -> None:
    team.add_task(99, TEAM)
    outcome = estimate(team, {99: "5", 1: "5"})
    assert outcome.results[0].offer_record
    assert isinstance(outcome.results[0].error, NoScrumRecord)
    assert outcome.results[1].error is None
    assert outcome.change.after["count"] == 1
    with pytest.raises(NoScrumRecord):
        estimate(team, {99: "5"})


def test_a_task_that_went_to_another_team(team: ScrumScene) -> None:
    team.tasks[1].group_id = 21
    team.items[1].entity_id = team.other_backlog
    outcome = estimate(team, {1: "13"}, {1: "8"})
    assert codes(outcome) == [NoticeCode.ITEM_LEFT_TEAM]


def test_a_lost_answer_does_not_lose_the_way_back(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    outcome = estimate(team, {1: "13"}, {1: "8"})
    assert team.wire.count == 2
    assert not outcome.notices
    undo_change(team.client, team.actor(), outcome.change)
    assert team.items[1].points == "8"


def test_a_lost_answer_without_a_witness(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    outcome = estimate(team, {1: "13", 2: "13"})
    assert codes(outcome) == [NoticeCode.VALUE_BEFORE_UNKNOWN]
    assert not outcome.change.undoable


def test_a_connection_that_stays_broken(team: ScrumScene) -> None:
    team.wire.lose = ["before", "before"]
    with pytest.raises(ConnectionLost):
        estimate(team, {1: "13"})


def test_refusals(team: ScrumScene) -> None:
    team.refuse("tasks.api.scrum.task.update", "OPERATION_TIME_LIMIT", 429)
    with pytest.raises(OperationTimeLimit):
        estimate(team, {1: "13"})
    outcome = estimate(team, {1: "13", 2: "13"})
    assert [type(result.error) for result in outcome.results] == [OperationTimeLimit] * 2
    assert not outcome.change.undoable
    assert outcome.results[0].facts and outcome.results[0].facts.points == "8"  # the truth for the page
    team.refuse("tasks.api.scrum.task.get", "0", description="Access denied")
    with pytest.raises(AccessDenied):
        estimate(team, {1: "13"})


def test_a_no_with_http_200(team: ScrumScene, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "tasks.api.scrum.task.update", lambda call, real: False)
    outcome = estimate(team, {1: "13", 2: "13"})
    assert all(result.error for result in outcome.results)


@pytest.mark.parametrize(
    ("wanted", "code"), [({}, BadInputCode.NO_CARDS), ({1: "x" * 256}, BadInputCode.POINTS_TOO_LONG)]
)
def test_bad_values_are_not_sent(team: ScrumScene, wanted: dict[int, str], code: BadInputCode) -> None:
    with pytest.raises(BadInput) as caught:
        estimate(team, wanted)
    assert caught.value.code is code
    assert team.wire.count == 0


# --- epics ---
def epics(team: ScrumScene) -> dict[int, int]:
    return {task_id: item.epic_id for task_id, item in team.items.items()}


@pytest.mark.parametrize(("ids", "requests"), [([3], 1), ([1, 2, 3], 2), (list(range(1, 7)), 2)])
def test_assigning_an_epic(team: ScrumScene, ids: list[int], requests: int) -> None:
    start = epics(team)
    outcome = epic_of(team, ids, team.other_epic)
    assert team.wire.count == requests
    assert epics(team) == start | dict.fromkeys(ids, team.other_epic)
    assert outcome.change.kind is Kind.SCRUM_EPIC_ASSIGN
    undo_change(team.client, team.actor(), outcome.change)
    assert epics(team) == start


def test_taking_an_epic_away(team: ScrumScene) -> None:
    start = epics(team)
    outcome = epic_of(team, [1, 2, 3], 0)
    assert team.wire.count == 1
    assert epics(team) == start | {1: 0, 2: 0}
    undo_change(team.client, team.actor(), outcome.change)
    assert epics(team) == start


@pytest.mark.parametrize("ids", [[1], [1, 2]])
def test_an_epic_deleted_meanwhile_clears_nothing(team: ScrumScene, ids: list[int]) -> None:
    start = epics(team)
    del team.epics[team.other_epic]
    with pytest.raises(EpicGone):
        epic_of(team, ids, team.other_epic)
    assert epics(team) == start


def test_an_epic_of_another_team(team: ScrumScene) -> None:
    with pytest.raises(EpicGone):
        epic_of(team, [1, 2], team.foreign_epic)
    with pytest.raises(BadInput):
        epic_of(team, [1], -1)


def test_two_people_sort_the_same_item(team: ScrumScene) -> None:
    outcome = assign_epic(team.client, REF, team.actor(), [1], team.other_epic, seen={1: 0})
    assert [(notice.code, notice.values["old"]) for notice in outcome.notices] == [
        (NoticeCode.EPIC_CHANGED_MEANWHILE, team.epic)
    ]


def test_limits_while_looking_for_the_epic_are_told(team: ScrumScene) -> None:
    team.refuse("tasks.api.scrum.epic.get", "OPERATION_TIME_LIMIT", 429)
    with pytest.raises(OperationTimeLimit):
        epic_of(team, [1], team.epic)


def test_an_item_without_record_gets_no_epic(team: ScrumScene) -> None:
    team.add_task(99, TEAM)
    with pytest.raises(NoScrumRecord):
        epic_of(team, [99], team.epic)
