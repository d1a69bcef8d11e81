"""Moving cards, one and many."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, ConnectionLost, DifferentStages, NotFound, OperationTimeLimit
from boards.core.change import NoticeCode
from boards.core.errors import BadInput, MoveIgnored, StageGone
from boards.core.model import BoardRef
from boards.kanban.moves import move_card, move_cards
from tests.unit.boards.scene import GROUP, OUTSIDER, OWNER, Scene

REF = BoardRef(GROUP)
PLAN = BoardRef(0)


def test_a_move_is_one_request_of_read_write_look(scene: Scene) -> None:
    _, second, _ = scene.stage_ids
    outcome = move_card(
        scene.client, REF, scene.actor(), 2, second, before=6, after=5, was_before=3, was_after=1
    )
    assert scene.wire.count == 1
    assert scene.picture()[1][2] == [5, 2, 6]
    assert outcome.now == scene.stage_ids[0]  # STAGE_ID 0 is the first one
    assert outcome.change.label == "Task 2"
    assert (outcome.change.before["stage"], outcome.change.after["stage"]) == ("S1", "S2")
    sent = scene.wire.sent("task.stages.movetask")
    assert sent == [{"id": "2", "stageId": str(second), "after": "5"}]  # never both neighbours


def test_a_yes_that_was_none(scene: Scene) -> None:
    scene.ignore("task.stages.movetask")
    with pytest.raises(MoveIgnored) as caught:
        move_card(scene.client, REF, scene.actor(), 5, scene.stage_ids[2])
    assert (caught.value.task_id, caught.value.stage_id) == (5, scene.stage_ids[1])


def test_planner_says_yes_to_a_card_that_is_not_in_it(scene: Scene) -> None:
    with pytest.raises(MoveIgnored) as caught:
        move_card(scene.client, PLAN, scene.actor(), 5, scene.plan_ids[2])
    assert caught.value.stage_id == 0
    scene.add_to_plan(5, scene.plan_ids[0])
    outcome = move_card(scene.client, PLAN, scene.actor(), 5, scene.plan_ids[2])
    assert outcome.now == scene.plan_ids[0]
    assert len(scene.wire.requests[-1]) <= 50


def test_refusals(scene: Scene) -> None:
    other = scene.add_group(13, {OWNER: "A"})
    with pytest.raises(DifferentStages):
        move_card(scene.client, REF, scene.actor(), 5, other[0])
    with pytest.raises(NotFound):
        move_card(scene.client, REF, scene.actor(), 5, 9999)
    with pytest.raises(NotFound):
        move_card(scene.client, REF, scene.actor(), 999, scene.stage_ids[0])
    scene.become(OUTSIDER)
    with pytest.raises(AccessDenied):
        move_card(scene.client, REF, scene.actor(), 5, scene.stage_ids[0])


def test_a_stage_of_another_board_is_not_ours(scene: Scene) -> None:
    other = scene.add_group(13, {OWNER: "A"})
    scene.add_task(50, 13, other[0])
    with pytest.raises(StageGone):
        move_card(scene.client, REF, scene.actor(), 50, other[1])


def test_somebody_moved_it_meanwhile(scene: Scene) -> None:
    first, second, third = scene.stage_ids
    outcome = move_card(scene.client, REF, scene.actor(), 5, third, was_stage=first)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.CARD_MOVED_MEANWHILE]
    assert outcome.notices[0].values == {"stage_id": second}
    same = move_card(scene.client, REF, scene.actor(), 1, third, was_stage=first)
    assert same.notices == ()


def test_a_lost_answer_does_not_forget_where_the_card_was(scene: Scene) -> None:
    scene.wire.lose = ["after"]
    _, second, third = scene.stage_ids
    outcome = move_card(scene.client, REF, scene.actor(), 5, third, was_stage=second)
    assert outcome.change.undo is not None
    assert outcome.change.undo.stage_id == second
    scene.wire.lose = ["after"]
    unknown = move_card(scene.client, REF, scene.actor(), 6, third)
    assert unknown.change.undo is None
    assert [notice.code for notice in unknown.notices] == [NoticeCode.PLACE_UNKNOWN]


@pytest.mark.parametrize(("count", "requests"), [(1, 1), (47, 1), (48, 2), (100, 3), (200, 5)])
def test_many_cards_few_requests(scene: Scene, count: int, requests: int) -> None:
    ids = list(range(1000, 1000 + count))
    for task_id in ids:
        scene.add_task(task_id, GROUP, scene.stage_ids[0])
    outcome = move_cards(scene.client, REF, scene.actor(), ids, scene.stage_ids[2])
    assert scene.wire.count == requests
    assert [result.task_id for result in outcome.results] == ids
    assert all(result.error is None for result in outcome.results)
    assert scene.picture()[2][2] == [*ids, 7]  # together, in their order
    assert outcome.results[0].title == "Task 1000"


@pytest.mark.parametrize(("spot", "order"), [({"after": 6}, [5, 6, 1, 2]), ({"before": 6}, [5, 1, 2, 6])])
def test_many_cards_go_where_they_were_dropped(scene: Scene, spot: dict[str, int], order: list[int]) -> None:
    target = scene.board(GROUP)[1]
    assert scene.column(target) == [5, 6]
    move_cards(scene.client, REF, scene.actor(), [1, 2], target.id, **spot)
    assert scene.wire.count == 1
    assert scene.column(target) == order


def test_many_planner_cards(scene: Scene) -> None:
    ids = list(range(1000, 1200))
    for index, task_id in enumerate(ids):
        scene.add_task(task_id)
        scene.add_to_plan(task_id, scene.plan_ids[index % 2])
    outcome = move_cards(scene.client, PLAN, scene.actor(), [*ids[:199], 5], scene.plan_ids[2])
    assert scene.wire.count == 5
    assert [result.task_id for result in outcome.results if isinstance(result.error, MoveIgnored)] == [5]
    assert outcome.change.undo is not None
    assert len(outcome.change.undo.moves) == 199


def test_a_result_per_card(scene: Scene) -> None:
    scene.ignore("task.stages.movetask", after=1, times=1)  # the second move is that of task 5
    scene.portal.tasks[6].deleted = True
    outcome = move_cards(scene.client, REF, scene.actor(), [1, 5, 6, 999, 1], scene.stage_ids[2])
    kinds = [type(result.error) for result in outcome.results]
    assert kinds == [type(None), MoveIgnored, NotFound, NotFound]
    assert outcome.change.after["count"] == 1
    assert [move[0] for move in outcome.change.undo.moves] == [1]  # type: ignore[index]


def test_bulk_limits(scene: Scene) -> None:
    for ids, code in (([], "no_cards"), ([0], "no_cards"), (list(range(1, 202)), "too_many_cards")):
        with pytest.raises(BadInput) as caught:
            move_cards(scene.client, REF, scene.actor(), ids, scene.stage_ids[2])
        assert caught.value.code == code
    with pytest.raises(StageGone):
        move_cards(scene.client, REF, scene.actor(), [1], 9999)
    assert scene.wire.count == 1


def test_what_was_done_before_a_break_counts(scene: Scene) -> None:
    ids = list(range(1000, 1100))
    for task_id in ids:
        scene.add_task(task_id, GROUP, scene.stage_ids[0])
    scene.wire.lose = ["", "before", "before"]
    outcome = move_cards(scene.client, REF, scene.actor(), ids, scene.stage_ids[2])
    done = [result.task_id for result in outcome.results if result.error is None]
    assert 30 < len(done) < 50 and done == ids[: len(done)], "what went with the first batch"
    assert {type(result.error) for result in outcome.results[len(done) :]} == {ConnectionLost}
    assert [move[0] for move in outcome.change.undo.moves] == done  # type: ignore[index]
    scene.wire.lose = ["before", "before"]
    with pytest.raises(ConnectionLost):
        move_cards(scene.client, REF, scene.actor(), ids, scene.stage_ids[2])


def test_a_lost_first_answer_of_many(scene: Scene) -> None:
    scene.wire.lose = ["after"]
    outcome = move_cards(scene.client, REF, scene.actor(), [1, 5], scene.stage_ids[2])
    assert all(result.error is None for result in outcome.results)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.PLACE_UNKNOWN]
    assert outcome.change.undo is None


def test_a_lost_answer_does_no_harm_where_the_person_saw_the_stages(scene: Scene) -> None:
    start = scene.picture(GROUP)
    seen = {1: scene.stage_ids[0], 5: scene.stage_ids[1]}
    scene.wire.lose = ["after"]
    outcome = move_cards(scene.client, REF, scene.actor(), [1, 5], scene.stage_ids[2], was_stages=seen)
    assert not outcome.notices and outcome.change.undo
    moves = {task_id: stage for task_id, stage, _below, _above in outcome.change.undo.moves}
    assert moves == seen and start != scene.picture(GROUP)


def test_a_limit_within_the_batch_is_the_cards_result(scene: Scene) -> None:
    scene.refuse("task.stages.movetask", "OPERATION_TIME_LIMIT", 429)
    outcome = move_cards(scene.client, REF, scene.actor(), [1, 5], scene.stage_ids[2])
    assert {type(result.error) for result in outcome.results} == {OperationTimeLimit}
    assert outcome.change.undo is None
