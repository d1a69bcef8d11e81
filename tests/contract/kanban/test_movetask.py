"""`task.stages.movetask`, `canmovetask` and the manual order they leave (behaviour.md §3.6, §3.7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.state import ordering
from sandbox.state.portal import Subscription, Task
from tests.contract.portal_fixture import PortalFixture

MOVE = "task.stages.movetask"


@pytest.fixture
def portal() -> PortalFixture:
    made = PortalFixture()
    made.empty()
    return made


def order_of(portal: PortalFixture, stage_id: int, who: str = "member") -> list[int]:
    """Task ids of a column of the main board in the order a page asks for."""
    wanted = {"GROUP_ID": portal.main.id, "STAGE_ID": [stage_id]}
    found = portal.ask(who, "tasks.task.list", filter=wanted, order={"SORTING": "ASC"}, select=["ID"])
    return [int(task["id"]) for task in found["tasks"]]


def column(portal: PortalFixture, amount: int, index: int = 1) -> list[Task]:
    return [portal.task(stage_id=portal.stages()[index].id) for _ in range(amount)]


# --- canmovetask ---
@pytest.mark.parametrize(
    ("who", "answer"), [("owner", True), ("member", True), ("admin", True), ("outsider", False)]
)
def test_members_and_admins_may_move_cards_of_a_group(portal: PortalFixture, who: str, answer: bool) -> None:
    assert portal.ask(who, "task.stages.canmovetask", entityId=portal.main.id, entityType="G") is answer


def test_only_the_owner_of_a_plan_may_move_cards_in_it(portal: PortalFixture) -> None:
    plan = {"entityId": portal.id_of("member"), "entityType": "U"}
    answers = [portal.ask(who, "task.stages.canmovetask", **plan) for who in ("member", "owner", "admin")]
    assert answers == [True, False, False]


def test_can_move_task_needs_both_arguments(portal: PortalFixture) -> None:
    assert portal.refused("owner", "task.stages.canmovetask", entityId=1).code == "DISPATCHER_ERROR"


def test_an_unknown_group_is_no_error(portal: PortalFixture) -> None:
    assert portal.ask("member", "task.stages.canmovetask", entityId=999, entityType="G") is False


# --- refusals, in their order ---
def test_stage_zero_is_not_found(portal: PortalFixture) -> None:
    assert portal.refused("member", MOVE, id=portal.task().id, stageId=0).code == "NOT_FOUND"


def test_an_unknown_stage_comes_before_an_unknown_task(portal: PortalFixture) -> None:
    assert portal.refused("member", MOVE, id=98765, stageId=98765).code == "NOT_FOUND"


def test_an_unreadable_task_is_not_found(portal: PortalFixture) -> None:
    refusal = portal.refused("outsider", MOVE, id=portal.task().id, stageId=portal.stages()[1].id)
    assert (refusal.code, refusal.description) == (
        "TASK_NOT_FOUND",
        "The task was not found, or access is denied.",
    )


def test_a_deleted_task_is_not_found(portal: PortalFixture) -> None:
    task = portal.task(deleted=True)
    assert portal.refused("owner", MOVE, id=task.id, stageId=portal.stages()[1].id).code == "TASK_NOT_FOUND"


def test_who_can_read_but_not_sort_is_denied(portal: PortalFixture) -> None:
    task = portal.task(responsible_id=portal.id_of("outsider"))
    refusal = portal.refused("outsider", MOVE, id=task.id, stageId=portal.stages()[1].id)
    assert refusal.code == "ACCESS_DENIED_MOVE"


def test_a_stage_of_another_group_is_refused(portal: PortalFixture) -> None:
    other = next(group for group in portal.state.groups.values() if group.name == "Unopened")
    task = portal.task(group_id=other.id)
    assert portal.refused("owner", MOVE, id=task.id, stageId=portal.stages()[1].id).code == "DIFFERENT_STAGES"


def test_a_plan_of_someone_else_is_denied(portal: PortalFixture) -> None:
    stage = next(s for s in portal.state.stages.values() if s.entity_type == "U")
    refusal = portal.refused("owner", MOVE, id=portal.task().id, stageId=stage.id)
    assert refusal.code == "ACCESS_DENIED_MOVE"


# --- groups ---
def test_moving_writes_the_stage_id(portal: PortalFixture) -> None:
    task, stage = portal.task(), portal.stages()[2]
    assert portal.ask("member", MOVE, ID=str(task.id), STAGEID=str(stage.id)) is True
    assert task.stage_id == stage.id


def test_moving_needs_no_right_to_edit(portal: PortalFixture) -> None:
    task = portal.task(responsible_id=portal.id_of("moderator"))
    assert portal.refused("member", "tasks.task.update", taskId=task.id, fields={"TITLE": "x"}).code == "0"
    assert portal.ask("member", MOVE, id=task.id, stageId=portal.stages()[2].id) is True


def test_moving_does_not_complete_a_task(portal: PortalFixture) -> None:
    task = portal.task()
    portal.ask("member", MOVE, id=task.id, stageId=portal.stages()[3].id)
    assert task.status == 2


def events_of(portal: PortalFixture, who: str, **params: Any) -> list[str]:
    app = portal.client().application
    assert app is not None
    registered = portal.state.app
    assert registered is not None
    registered.installed = True
    url = "http://127.0.0.1:9/events"
    registered.subscriptions = [Subscription(1, "ONTASKUPDATE", url)]
    process: dict[str, Any] = {}
    portal.ask(who, MOVE, process, **params)
    return sorted(process.get("events", set()))


def test_moving_in_a_group_raises_ontaskupdate(portal: PortalFixture) -> None:
    task = portal.task()
    raised = events_of(portal, "member", id=task.id, stageId=portal.stages()[2].id)
    assert len(raised) == 1
    assert "ONTASKUPDATE" in raised[0]


def test_moving_in_a_plan_raises_nothing(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=0, numeric=1)
    task = portal.task()
    portal.state.relations[(task.id, "U", portal.id_of("member"))] = int(stages[0]["ID"])
    assert events_of(portal, "member", id=task.id, stageId=stages[1]["ID"]) == []


# --- plans ---
def test_a_planned_task_is_moved_by_its_relation(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=0, numeric=1)
    task, key = portal.task(), (0, "U", portal.id_of("member"))
    key = (task.id, *key[1:])
    portal.state.relations[key] = int(stages[0]["ID"])
    assert portal.ask("member", MOVE, id=task.id, stageId=stages[2]["ID"]) is True
    assert (portal.state.relations[key], task.stage_id) == (int(stages[2]["ID"]), 0)


def test_a_task_without_a_relation_is_not_moved_and_still_true(portal: PortalFixture) -> None:
    stages = portal.ask("member", "task.stages.get", entityId=0, numeric=1)
    task = portal.task()
    assert portal.ask("member", MOVE, id=task.id, stageId=stages[2]["ID"]) is True
    assert portal.state.relations == {}


# --- scrum ---
def test_a_scrum_task_answers_false_with_status_200(portal: PortalFixture) -> None:
    scrum = next(group for group in portal.state.groups.values() if group.is_scrum)
    task = portal.task(group_id=scrum.id)
    stage_id = portal.stages()[1].id
    answer = portal.client().post(portal.path("member", MOVE), json={"id": task.id, "stageId": stage_id})
    assert (answer.status_code, answer.json["result"], task.stage_id) == (200, False, 0)


# --- the manual order ---
def test_unplaced_tasks_come_newest_first(portal: PortalFixture) -> None:
    tasks = column(portal, 3)
    assert order_of(portal, portal.stages()[1].id) == [task.id for task in reversed(tasks)]


def test_without_a_neighbour_a_card_goes_to_the_top(portal: PortalFixture) -> None:
    first, second, third = column(portal, 3)
    portal.ask("member", MOVE, id=first.id, stageId=portal.stages()[1].id)
    assert order_of(portal, portal.stages()[1].id) == [first.id, third.id, second.id]


def test_the_project_setting_sends_it_to_the_bottom(portal: PortalFixture) -> None:
    portal.main.new_tasks_on_top = False
    first, second, third = column(portal, 3)
    portal.ask("member", MOVE, id=third.id, stageId=portal.stages()[1].id)
    assert order_of(portal, portal.stages()[1].id) == [second.id, first.id, third.id]


@pytest.mark.parametrize(("where", "expected"), [("before", [4, 1, 3, 2]), ("after", [4, 3, 1, 2])])
def test_before_and_after_an_unplaced_card(portal: PortalFixture, where: str, expected: list[int]) -> None:
    tasks = column(portal, 4)
    numbers = {task.id: number for number, task in enumerate(tasks, 1)}
    portal.ask("member", MOVE, id=tasks[0].id, stageId=portal.stages()[1].id, **{where: tasks[2].id})
    assert [numbers[task_id] for task_id in order_of(portal, portal.stages()[1].id)] == expected


def test_a_card_from_another_column_lands_between_two(portal: PortalFixture) -> None:
    tasks, stage_id = column(portal, 3), portal.stages()[1].id
    moved = portal.task(stage_id=portal.stages()[2].id)
    portal.ask("member", MOVE, id=moved.id, stageId=stage_id, after=tasks[2].id)
    assert order_of(portal, stage_id) == [tasks[2].id, moved.id, tasks[1].id, tasks[0].id]


def test_moving_back_and_forth_restores_the_exact_place(portal: PortalFixture) -> None:
    tasks, stage_id = column(portal, 5), portal.stages()[1].id
    before = order_of(portal, stage_id)
    portal.ask("member", MOVE, id=tasks[2].id, stageId=portal.stages()[3].id)
    portal.ask("member", MOVE, id=tasks[2].id, stageId=stage_id, before=tasks[1].id)
    assert order_of(portal, stage_id) == before


def test_the_first_column_orders_stageless_cards_along_with_its_own(portal: PortalFixture) -> None:
    first_id = portal.stages()[0].id
    old, loose, own = portal.task(stage_id=first_id), portal.task(stage_id=0), portal.task(stage_id=first_id)
    portal.ask("member", MOVE, id=own.id, stageId=first_id, after=loose.id)
    wanted = {"GROUP_ID": portal.main.id, "STAGE_ID": [0, first_id]}
    found = portal.ask("member", "tasks.task.list", filter=wanted, order={"SORTING": "ASC"}, select=["ID"])
    assert [int(task["id"]) for task in found["tasks"]] == [loose.id, own.id, old.id]


def test_a_neighbour_from_elsewhere_leaves_the_order_alone(portal: PortalFixture) -> None:
    tasks, stage_id = column(portal, 3), portal.stages()[1].id
    stranger = portal.task(group_id=0)
    portal.ask("member", MOVE, id=tasks[1].id, stageId=stage_id, before=stranger.id)
    assert order_of(portal, stage_id) == [task.id for task in reversed(tasks)]


def test_a_hundred_moves_into_one_gap_keep_their_order(portal: PortalFixture) -> None:
    tasks, board = column(portal, 102), ("G", portal.main.id)
    ids = {task.id for task in tasks}
    for task in tasks[1:]:
        ordering.put_next_to(portal.state, board, task.id, tasks[0].id, ids, before=True)
    shown = sorted(ids, key=lambda task_id: ordering.sort_key(portal.state, board, task_id))
    assert shown == [*(task.id for task in tasks[1:]), tasks[0].id]
