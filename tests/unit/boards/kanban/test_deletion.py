"""Deleting stages: known refusals, choices, portions, and honesty about what stayed."""

from __future__ import annotations

import pytest

from b24.errors import ConnectionLost, NotFound, StageIsSystem, StageNotEmpty
from boards.core import jobs
from boards.core.change import Kind, NoticeCode
from boards.core.errors import BadInput, FirstStage, MoveIgnored, StageGone
from boards.core.jobs import Progress
from boards.core.model import BoardRef, CardResult, Denial
from boards.core.undo import undo_change, undo_job
from boards.kanban.deletion import plan_deletion
from boards.kanban.stage_jobs import StageDeletion, start_deletion
from sandbox.state.portal import COMPLETED, PENDING
from tests.unit.boards.scene import ADMIN, GROUP, MEMBER, Scene, hide

REF = BoardRef(GROUP)


def finish(scene: Scene, job: StageDeletion) -> tuple[Progress, list[CardResult]]:
    """All steps, each through JSON, with a bound on their number."""
    results: list[CardResult] = []
    for _ in range(40):
        progress = jobs.advance(scene.client, scene.actor(), jobs.job_from_json(job.to_json()))
        results += progress.results
        if progress.finished:
            return progress, results
        assert isinstance(progress.job, StageDeletion)
        job = progress.job
    raise AssertionError("it does not end")


def start(scene: Scene, stage: int, target: int) -> StageDeletion:
    plan = plan_deletion(scene.client, REF, scene.actor(), scene.stage_ids[stage])
    return start_deletion(REF, plan, scene.stage_ids[target])


def test_the_plan_is_one_request_and_changes_nothing(scene: Scene) -> None:
    scene.portal.tasks[6].status = COMPLETED
    picture = scene.picture()
    plan = plan_deletion(scene.client, REF, scene.actor(), scene.stage_ids[1])
    assert (plan.task_ids, plan.total, plan.refusal) == ((5, 6), 2, None)
    assert [column.title for column in plan.others] == ["S1", "S3"]
    assert scene.wire.count == 1
    assert scene.picture() == picture


def test_a_deletion_nobody_goes_on_with_is_a_change_that_can_be_undone(scene: Scene) -> None:
    for task_id in range(1000, 1060):
        scene.add_task(task_id, GROUP, scene.stage_ids[1])
    picture, job = scene.picture(), start(scene, 1, 2)
    assert jobs.abandoned(job) is None
    job = jobs.advance(scene.client, scene.actor(), job).job
    change = jobs.abandoned(jobs.job_from_json(job.to_json()))
    assert change is not None
    assert (change.kind, change.after["count"]) == (Kind.CARDS_MOVE, 50)
    assert [notice.code for notice in change.notices] == [NoticeCode.ABANDONED]
    assert scene.picture() != picture
    undo_change(scene.client, scene.actor(), change, lambda one: one)
    assert scene.picture() == picture


def test_a_restoration_nobody_goes_on_with_is_a_change_that_can_be_undone(scene: Scene) -> None:
    for task_id in range(1000, 1060):
        scene.add_task(task_id, GROUP, scene.stage_ids[1])
    gone = jobs.run(scene.client, scene.actor(), start(scene, 1, 2))
    picture, job = scene.picture(), undo_job(gone.change, scene.actor(), lambda one: one)
    assert job is not None
    assert jobs.abandoned(job) is None
    for _ in range(2):
        job = jobs.advance(scene.client, scene.actor(), job).job
    change = jobs.abandoned(jobs.job_from_json(job.to_json()))
    assert change is not None
    assert (change.kind, change.after["returned"]) == (Kind.STAGE_RESTORE, 50)
    undo_change(scene.client, scene.actor(), change, lambda one: one)
    assert scene.picture() == picture


def test_a_finished_job_leaves_nothing_behind(scene: Scene) -> None:
    progress, _results = finish(scene, start(scene, 1, 2))
    assert jobs.abandoned(progress.job) is None


@pytest.mark.parametrize(
    ("who", "as_admin", "stage", "refusal"),
    [
        (1, False, 0, Denial.FIRST_STAGE),
        (1, False, 1, None),
        (MEMBER, False, 1, Denial.NOT_OWNER_OR_MODERATOR),
        (MEMBER, True, 1, Denial.NOT_OWNER_OR_MODERATOR),
        (ADMIN, True, 1, None),
        (ADMIN, False, 1, Denial.NOT_A_MEMBER),
    ],
)
def test_refusals_are_known_beforehand(
    scene: Scene, who: int, as_admin: bool, stage: int, refusal: Denial | None
) -> None:
    scene.become(who)
    plan = plan_deletion(scene.client, REF, scene.actor(), scene.stage_ids[stage], as_admin=as_admin)
    assert plan.refusal == refusal


def test_bad_choices_are_not_sent(scene: Scene) -> None:
    client, actor = scene.client, scene.actor()
    with pytest.raises(StageGone):
        plan_deletion(client, REF, actor, 9999)
    with pytest.raises(FirstStage):
        start(scene, 0, 1)
    plan = plan_deletion(client, REF, actor, scene.stage_ids[1])
    for target, code in {0: "stage_missing", 9999: "stage_missing", scene.stage_ids[1]: "same_stage"}.items():
        with pytest.raises(BadInput) as caught:
            start_deletion(REF, plan, target)
        assert caught.value.code == code
    assert {method for request in scene.wire.requests for method, _query in request}.isdisjoint(
        {"task.stages.delete", "task.stages.movetask"}
    )


def test_five_hundred_tasks_take_twelve_requests_and_keep_their_order(scene: Scene) -> None:
    del scene.portal.tasks[5], scene.portal.tasks[6]
    for task_id in range(1000, 1500):
        scene.add_task(task_id, GROUP, scene.stage_ids[1], status=COMPLETED if task_id % 3 else PENDING)
    progress, results = finish(scene, start(scene, 1, 2))
    assert scene.wire.count == 12
    assert len(results) == 500
    assert scene.picture() == [("S1", "47D1E2", [1, 2, 3, 4]), ("S3", "47D1E2", [*range(1000, 1500), 7])]
    assert progress.outcome
    assert [stage.title for stage in progress.outcome.now] == ["S1", "S3"]
    assert [stage.sort for stage in progress.outcome.now] == [100, 300]


def test_more_tasks_than_one_plan_holds(scene: Scene) -> None:
    for task_id in range(1000, 1700):
        scene.add_task(task_id, GROUP, scene.stage_ids[1])
    progress, _ = finish(scene, start(scene, 1, 2))
    assert [title for title, _, _ in scene.picture()] == ["S1", "S3"]
    assert progress.job.done == 702


def test_a_task_that_came_meanwhile_is_moved_too(scene: Scene) -> None:
    job = start(scene, 1, 2)
    scene.add_task(50, GROUP, scene.stage_ids[1])
    progress, _ = finish(scene, job)
    assert progress.outcome
    assert progress.outcome.change.kind == Kind.STAGE_DELETE
    assert sorted(scene.picture()[1][2]) == [5, 6, 7, 50]


def test_hidden_tasks_keep_the_stage_and_that_is_said(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.add_task(50, GROUP, scene.stage_ids[1])
    hide(monkeypatch, 50)
    progress, _ = finish(scene, start(scene, 1, 2))
    assert progress.outcome
    assert [notice.code for notice in progress.outcome.notices] == [NoticeCode.HIDDEN_TASKS_REMAIN]
    assert progress.outcome.now == ()
    assert [title for title, _, _ in scene.picture()] == ["S1", "S2", "S3"]
    undo_change(scene.client, scene.actor(), progress.outcome.change)
    assert [tasks for _, _, tasks in scene.picture()] == [[1, 2, 3, 4], [5, 6, 50], [7]]


def test_a_move_that_was_none_is_found_out(scene: Scene) -> None:
    scene.ignore("task.stages.movetask", after=1)  # the first move is that of task 5
    progress, results = finish(scene, start(scene, 1, 2))
    assert progress.outcome
    assert progress.outcome.notices[0].code == NoticeCode.TASKS_NOT_MOVED
    assert progress.outcome.notices[0].values == {"count": 1}
    assert [result.task_id for result in results if isinstance(result.error, MoveIgnored)] == [6]
    assert len(scene.picture()) == 3


def test_refused_moves_have_reasons(scene: Scene) -> None:
    job = start(scene, 1, 2)
    scene.portal.tasks[5].deleted = True
    progress, results = finish(scene, job)
    assert [type(result.error) for result in results] == [NotFound, type(None)]
    assert progress.outcome
    assert progress.outcome.notices[0].values == {"count": 1}


def test_a_lost_answer_in_between_can_be_tried_again(scene: Scene) -> None:
    job = start(scene, 1, 2)
    scene.wire.lose = ["before", "before"]
    with pytest.raises(ConnectionLost):
        jobs.advance(scene.client, scene.actor(), job)
    progress, _ = finish(scene, job)
    assert progress.outcome
    assert [title for title, _, _ in scene.picture()] == ["S1", "S3"]


def test_the_single_steps(scene: Scene) -> None:
    client, actor, (first, second, third) = scene.client, scene.actor(), scene.stage_ids
    job = StageDeletion(board_key=REF.key, stage_id=second, target_id=third)
    with pytest.raises(StageNotEmpty):
        job.finish(client, actor)
    with pytest.raises(StageIsSystem):
        StageDeletion(board_key=REF.key, stage_id=first).finish(client, actor)
    assert [result.error for result in job.move(client, [5, 6])] == [None, None]
    outcome = StageDeletion(board_key=REF.key, stage_id=second, target_id=third, moved=(5, 6)).finish(
        client, actor
    )
    assert outcome.change.undo
    assert outcome.change.undo.moved == ((5, third), (6, third))


def test_an_odd_color_comes_back_as_it_was(scene: Scene) -> None:
    scene.portal.stages[scene.stage_ids[1]].color = "#f0a"
    progress, _ = finish(scene, start(scene, 1, 2))
    assert progress.outcome
    undo_change(scene.client, scene.actor(), progress.outcome.change)
    assert scene.board(GROUP)[1].color == "#f0a"


def test_a_deletion_that_was_done_although_the_answer_was_lost(scene: Scene) -> None:
    job = start(scene, 1, 2)
    progress = jobs.advance(scene.client, scene.actor(), job)
    scene.wire.lose = ["after"]
    last = jobs.advance(scene.client, scene.actor(), progress.job)
    assert last.outcome
    assert last.outcome.change.kind == Kind.STAGE_DELETE
    assert [title for title, _, _ in scene.picture()] == ["S1", "S3"]
    assert [notice.code for notice in last.outcome.notices] == [NoticeCode.ANSWER_LOST_BUT_DONE]
    undo_change(scene.client, scene.actor(), last.outcome.change)
    assert [(title, tasks) for title, _, tasks in scene.picture()] == [
        ("S1", [1, 2, 3, 4]),
        ("S2", [5, 6]),
        ("S3", [7]),
    ]
