"""`task.stages.movetask`, `canmovetask` and the manual order they leave (behaviour.md §3.6, §3.7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.state import ordering
from sandbox.state.portal import Subscription, Task
from tests.contract.desk import Desk

MOVE = "task.stages.movetask"


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.empty()
    return made


def order_of(desk: Desk, stage_id: int, who: str = "member") -> list[int]:
    """Task ids of a column of the main board in the order a page asks for."""
    wanted = {"GROUP_ID": desk.main.id, "STAGE_ID": [stage_id]}
    found = desk.ask(who, "tasks.task.list", filter=wanted, order={"SORTING": "ASC"}, select=["ID"])
    return [int(task["id"]) for task in found["tasks"]]


def column(desk: Desk, amount: int, index: int = 1) -> list[Task]:
    return [desk.task(stage_id=desk.stages()[index].id) for _ in range(amount)]


# --- canmovetask ---
@pytest.mark.parametrize(
    ("who", "answer"), [("owner", True), ("member", True), ("admin", True), ("outsider", False)]
)
def test_members_and_admins_may_move_cards_of_a_group(desk: Desk, who: str, answer: bool) -> None:
    assert desk.ask(who, "task.stages.canmovetask", entityId=desk.main.id, entityType="G") is answer


def test_only_the_owner_of_a_plan_may_move_cards_in_it(desk: Desk) -> None:
    plan = {"entityId": desk.id_of("member"), "entityType": "U"}
    answers = [desk.ask(who, "task.stages.canmovetask", **plan) for who in ("member", "owner", "admin")]
    assert answers == [True, False, False]


def test_can_move_task_needs_both_arguments(desk: Desk) -> None:
    assert desk.refused("owner", "task.stages.canmovetask", entityId=1).code == "DISPATCHER_ERROR"


def test_an_unknown_group_is_no_error(desk: Desk) -> None:
    assert desk.ask("member", "task.stages.canmovetask", entityId=999, entityType="G") is False


# --- refusals, in their order ---
def test_stage_zero_is_not_found(desk: Desk) -> None:
    assert desk.refused("member", MOVE, id=desk.task().id, stageId=0).code == "NOT_FOUND"


def test_an_unknown_stage_comes_before_an_unknown_task(desk: Desk) -> None:
    assert desk.refused("member", MOVE, id=98765, stageId=98765).code == "NOT_FOUND"


def test_an_unreadable_task_is_not_found(desk: Desk) -> None:
    refusal = desk.refused("outsider", MOVE, id=desk.task().id, stageId=desk.stages()[1].id)
    assert (refusal.code, refusal.description) == (
        "TASK_NOT_FOUND",
        "The task was not found, or access is denied.",
    )


def test_a_deleted_task_is_not_found(desk: Desk) -> None:
    task = desk.task(deleted=True)
    assert desk.refused("owner", MOVE, id=task.id, stageId=desk.stages()[1].id).code == "TASK_NOT_FOUND"


def test_who_can_read_but_not_sort_is_denied(desk: Desk) -> None:
    task = desk.task(responsible_id=desk.id_of("outsider"))
    refusal = desk.refused("outsider", MOVE, id=task.id, stageId=desk.stages()[1].id)
    assert refusal.code == "ACCESS_DENIED_MOVE"


def test_a_stage_of_another_group_is_refused(desk: Desk) -> None:
    other = next(group for group in desk.portal.groups.values() if group.name == "Unopened")
    task = desk.task(group_id=other.id)
    assert desk.refused("owner", MOVE, id=task.id, stageId=desk.stages()[1].id).code == "DIFFERENT_STAGES"


def test_a_plan_of_someone_else_is_denied(desk: Desk) -> None:
    stage = next(s for s in desk.portal.stages.values() if s.entity_type == "U")
    refusal = desk.refused("owner", MOVE, id=desk.task().id, stageId=stage.id)
    assert refusal.code == "ACCESS_DENIED_MOVE"


# --- groups ---
def test_moving_writes_the_stage_id(desk: Desk) -> None:
    task, stage = desk.task(), desk.stages()[2]
    assert desk.ask("member", MOVE, ID=str(task.id), STAGEID=str(stage.id)) is True
    assert task.stage_id == stage.id


def test_moving_needs_no_right_to_edit(desk: Desk) -> None:
    task = desk.task(responsible_id=desk.id_of("moderator"))
    assert desk.refused("member", "tasks.task.update", taskId=task.id, fields={"TITLE": "x"}).code == "0"
    assert desk.ask("member", MOVE, id=task.id, stageId=desk.stages()[2].id) is True


def test_moving_does_not_complete_a_task(desk: Desk) -> None:
    task = desk.task()
    desk.ask("member", MOVE, id=task.id, stageId=desk.stages()[3].id)
    assert task.status == 2


def events_of(desk: Desk, who: str, **params: Any) -> list[str]:
    app = desk.client().application
    assert app is not None
    registered = desk.portal.app
    assert registered is not None
    registered.installed = True
    url = "http://127.0.0.1:9/events"
    registered.subscriptions = [Subscription(1, "ONTASKUPDATE", url)]
    process: dict[str, Any] = {}
    desk.ask(who, MOVE, process, **params)
    return sorted(process.get("events", set()))


def test_moving_in_a_group_raises_ontaskupdate(desk: Desk) -> None:
    task = desk.task()
    raised = events_of(desk, "member", id=task.id, stageId=desk.stages()[2].id)
    assert len(raised) == 1
    assert "ONTASKUPDATE" in raised[0]


def test_moving_in_a_plan_raises_nothing(desk: Desk) -> None:
    stages = desk.ask("member", "task.stages.get", entityId=0, numeric=1)
    task = desk.task()
    desk.portal.relations[(task.id, "U", desk.id_of("member"))] = int(stages[0]["ID"])
    assert events_of(desk, "member", id=task.id, stageId=stages[1]["ID"]) == []


# --- plans ---
def test_a_planned_task_is_moved_by_its_relation(desk: Desk) -> None:
    stages = desk.ask("member", "task.stages.get", entityId=0, numeric=1)
    task, key = desk.task(), (0, "U", desk.id_of("member"))
    key = (task.id, *key[1:])
    desk.portal.relations[key] = int(stages[0]["ID"])
    assert desk.ask("member", MOVE, id=task.id, stageId=stages[2]["ID"]) is True
    assert (desk.portal.relations[key], task.stage_id) == (int(stages[2]["ID"]), 0)


def test_a_task_without_a_relation_is_not_moved_and_still_true(desk: Desk) -> None:
    stages = desk.ask("member", "task.stages.get", entityId=0, numeric=1)
    task = desk.task()
    assert desk.ask("member", MOVE, id=task.id, stageId=stages[2]["ID"]) is True
    assert desk.portal.relations == {}


# --- scrum ---
def test_a_scrum_task_answers_false_with_status_200(desk: Desk) -> None:
    scrum = next(group for group in desk.portal.groups.values() if group.is_scrum)
    task = desk.task(group_id=scrum.id)
    stage_id = desk.stages()[1].id
    answer = desk.client().post(desk.path("member", MOVE), json={"id": task.id, "stageId": stage_id})
    assert (answer.status_code, answer.json["result"], task.stage_id) == (200, False, 0)


# --- the manual order ---
def test_unplaced_tasks_come_newest_first(desk: Desk) -> None:
    tasks = column(desk, 3)
    assert order_of(desk, desk.stages()[1].id) == [task.id for task in reversed(tasks)]


def test_without_a_neighbour_a_card_goes_to_the_top(desk: Desk) -> None:
    first, second, third = column(desk, 3)
    desk.ask("member", MOVE, id=first.id, stageId=desk.stages()[1].id)
    assert order_of(desk, desk.stages()[1].id) == [first.id, third.id, second.id]


def test_the_project_setting_sends_it_to_the_bottom(desk: Desk) -> None:
    desk.main.new_tasks_on_top = False
    first, second, third = column(desk, 3)
    desk.ask("member", MOVE, id=third.id, stageId=desk.stages()[1].id)
    assert order_of(desk, desk.stages()[1].id) == [second.id, first.id, third.id]


@pytest.mark.parametrize(("where", "expected"), [("before", [4, 1, 3, 2]), ("after", [4, 3, 1, 2])])
def test_before_and_after_an_unplaced_card(desk: Desk, where: str, expected: list[int]) -> None:
    tasks = column(desk, 4)
    numbers = {task.id: number for number, task in enumerate(tasks, 1)}
    desk.ask("member", MOVE, id=tasks[0].id, stageId=desk.stages()[1].id, **{where: tasks[2].id})
    assert [numbers[task_id] for task_id in order_of(desk, desk.stages()[1].id)] == expected


def test_a_card_from_another_column_lands_between_two(desk: Desk) -> None:
    tasks, stage_id = column(desk, 3), desk.stages()[1].id
    moved = desk.task(stage_id=desk.stages()[2].id)
    desk.ask("member", MOVE, id=moved.id, stageId=stage_id, after=tasks[2].id)
    assert order_of(desk, stage_id) == [tasks[2].id, moved.id, tasks[1].id, tasks[0].id]


def test_moving_back_and_forth_restores_the_exact_place(desk: Desk) -> None:
    tasks, stage_id = column(desk, 5), desk.stages()[1].id
    before = order_of(desk, stage_id)
    desk.ask("member", MOVE, id=tasks[2].id, stageId=desk.stages()[3].id)
    desk.ask("member", MOVE, id=tasks[2].id, stageId=stage_id, before=tasks[1].id)
    assert order_of(desk, stage_id) == before


def test_the_first_column_orders_stageless_cards_along_with_its_own(desk: Desk) -> None:
    first_id = desk.stages()[0].id
    old, loose, own = desk.task(stage_id=first_id), desk.task(stage_id=0), desk.task(stage_id=first_id)
    desk.ask("member", MOVE, id=own.id, stageId=first_id, after=loose.id)
    wanted = {"GROUP_ID": desk.main.id, "STAGE_ID": [0, first_id]}
    found = desk.ask("member", "tasks.task.list", filter=wanted, order={"SORTING": "ASC"}, select=["ID"])
    assert [int(task["id"]) for task in found["tasks"]] == [loose.id, own.id, old.id]


def test_a_neighbour_from_elsewhere_leaves_the_order_alone(desk: Desk) -> None:
    tasks, stage_id = column(desk, 3), desk.stages()[1].id
    stranger = desk.task(group_id=0)
    desk.ask("member", MOVE, id=tasks[1].id, stageId=stage_id, before=stranger.id)
    assert order_of(desk, stage_id) == [task.id for task in reversed(tasks)]


def test_a_hundred_moves_into_one_gap_keep_their_order(desk: Desk) -> None:
    tasks, board = column(desk, 102), ("G", desk.main.id)
    ids = {task.id for task in tasks}
    for task in tasks[1:]:
        ordering.put_next_to(desk.portal, board, task.id, tasks[0].id, ids, before=True)
    shown = sorted(ids, key=lambda task_id: ordering.sort_key(desk.portal, board, task_id))
    assert shown == [*(task.id for task in tasks[1:]), tasks[0].id]
