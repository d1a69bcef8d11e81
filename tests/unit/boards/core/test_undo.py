"""Do, undo, undo the undo: the portal is as before, then as after; through the journal's JSON each time."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import boards
from b24.errors import ActionUnavailable, StageNotEmpty
from boards.core import jobs
from boards.core.change import Change, Kind
from boards.core.errors import CannotUndo, OfNewerRelease
from boards.core.model import Actor, BoardRef
from boards.core.outcome import Outcome
from boards.core.recipes import VERSION, UnknownRecipe
from boards.core.tasks import TaskEdit
from boards.core.undo import same_id, undo_change, undo_job
from boards.kanban.bulk import change_cards
from boards.kanban.deletion import plan_deletion
from boards.kanban.moves import move_card, move_cards
from boards.kanban.stage_jobs import start_deletion
from boards.kanban.stages import RenameStage, add_stage, move_stage, recolor_stage, rename_stage
from boards.kanban.tasks import task_action, update_task
from sandbox.state.portal import AWAITS_CONTROL, IN_PROGRESS, USER_BOARD
from tests.unit.boards.scene import ADMIN, GROUP, OUTSIDER, OWNER, Scene, moment

REF = BoardRef(GROUP)
PLAN = BoardRef(0)

Act = Callable[[Scene], Outcome]


def delete(scene: Scene, stage: int, target: int) -> Outcome:
    """Delete a stage of the project, its tasks going to another one."""
    stage_id, target_id = scene.stage_ids[stage], scene.stage_ids[target]
    plan = plan_deletion(scene.client, REF, scene.actor(), stage_id)
    job = start_deletion(REF, plan, target_id)
    return jobs.run(scene.client, scene.actor(), job)


def move(task_id: int, stage: int, **more: int) -> Act:
    return lambda s: move_card(s.client, REF, s.actor(), task_id, s.stage_ids[stage], **more)


def edit(task_id: int, what: TaskEdit) -> Act:
    return lambda s: update_task(s.client, s.actor(), task_id, what)


def many(what: TaskEdit | str) -> Act:
    return lambda s: change_cards(s.client, s.actor(), [1, 3, 6], what, ref=REF)


def shift(stage: int, after: int | None) -> Act:
    def act(s: Scene) -> Outcome:
        after_id = 0 if after is None else s.stage_ids[after]
        return move_stage(s.client, REF, s.actor(), s.stage_ids[stage], after_id)

    return act


def new(after: int | None) -> Act:
    def act(s: Scene) -> Outcome:
        after_id = 0 if after is None else s.stage_ids[after]
        return add_stage(s.client, REF, s.actor(), "Mine", "123456", after_id)

    return act


# Neighbours as the page sees them; the board is 1 2 3 4 | 5 6 | 7.
ACTS: dict[str, Act] = {
    "stage to the front": shift(2, None),
    "first stage away": shift(0, 2),
    "stage to the end": shift(1, 2),
    "rename": lambda s: rename_stage(s.client, REF, s.actor(), s.stage_ids[1], "New name"),
    "recolor": lambda s: recolor_stage(s.client, REF, s.actor(), s.stage_ids[1], "#123"),
    "add in the middle": new(0),
    "add at the front": new(None),
    "add at the end": new(2),
    "delete with tasks": lambda s: delete(s, 1, 2),
    "delete into the first": lambda s: delete(s, 2, 0),
    "card down its column": move(2, 0, after=4, was_before=3, was_after=1),
    "card from the top": move(1, 1, after=5, was_before=2),
    "card with stage 0 to another column": move(2, 2, before=7, was_before=3, was_after=1),
    "card to an end": move(6, 2, after=7, was_after=5),
    "only card away": move(7, 1, before=5),
    "title and text": edit(3, TaskEdit(title="A", description="B\nC")),
    "deadline": edit(3, TaskEdit(deadline="2026-05-01T10:00:00+02:00")),
    "priority and tags": edit(3, TaskEdit(priority=2, tags=("x", "y"))),
    "responsible": edit(3, TaskEdit(responsible_id=2)),
    "stage in the drawer": edit(7, TaskEdit(stage_id=-1)),
    "project": edit(5, TaskEdit(group_id=13)),
    "project, from between two cards": edit(3, TaskEdit(group_id=13)),
    "project and more": edit(1, TaskEdit(group_id=13, title="There")),
    "complete": lambda s: task_action(s.client, s.actor(), 4, "complete"),
    "start": lambda s: task_action(s.client, s.actor(), 4, "start"),
    "defer": lambda s: task_action(s.client, s.actor(), 4, "defer"),
    "complete what was started": lambda s: task_action(s.client, s.actor(), 6, "complete"),
    "several moved": lambda s: move_cards(
        s.client,
        REF,
        s.actor(),
        [2, 3, 6],
        s.stage_ids[2],
        was={2: (3, 1), 3: (4, 2), 6: (0, 5)},
    ),
    "several completed": many("complete"),
    "several tagged": many(TaskEdit(add_tags=("red", "old"))),
    "several handed on": many(TaskEdit(responsible_id=2)),
    "several dated": many(TaskEdit(deadline="2026-05-01T10:00:00+00:00")),
}


def state(scene: Scene) -> object:
    """All that must come back. Where a task lies counts as people see it; ids of stages do not."""
    portal = scene.portal
    tasks = [
        (
            task.id,
            task.title,
            task.description,
            task.group_id,
            task.status,
            task.responsible_id,
            task.deadline,
            task.priority,
            sorted(task.tags),
            sorted(task.auditors),
        )
        for task in portal.tasks.values()
    ]
    return scene.picture(), scene.picture(13), scene.picture(OWNER, USER_BOARD), tasks


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """A second project, and tasks that have something to lose."""
    scene.add_group(13, {OWNER: "A"}, 2)
    scene.portal.tasks[3].tags = ["old", "älter"]
    scene.portal.tasks[3].deadline = moment("2026-01-01T09:00:00+03:00")
    scene.portal.tasks[3].auditors = [OUTSIDER]
    scene.portal.tasks[3].status = scene.portal.tasks[6].status = IN_PROGRESS
    return scene


def perform(scene: Scene, name: str) -> Outcome:
    if name == "stage in the drawer":
        return edit(7, TaskEdit(stage_id=scene.stage_ids[0]))(scene)
    return ACTS[name](scene)


def stored(change: Change) -> Change:
    """The change as the journal gives it back."""
    again = Change.from_json(change.to_json())
    assert again == change
    return again


def following(aliases: dict[int, int]) -> Callable[[int], int]:
    """The resolver that the store's aliases are."""

    def resolve(stage_id: int) -> int:
        while stage_id in aliases:
            stage_id = aliases[stage_id]
        return stage_id

    return resolve


@pytest.mark.parametrize("name", ACTS)
def test_there_and_back_and_there_again(busy: Scene, name: str) -> None:
    aliases: dict[int, int] = {}
    resolve = following(aliases)
    start = state(busy)
    done = perform(busy, name)
    end = state(busy)
    assert start != end
    change = stored(done.change)
    for turn in range(4):
        busy.wire.requests.clear()
        change = stored(undo_change(busy.client, busy.actor(), change, resolve).change)
        aliases |= change.aliases
        assert state(busy) == (end if turn % 2 else start)
        assert busy.wire.count <= 3


FORGOTTEN = {
    "project, from between two cards": "the place that a task had in the project it left",
    "project": "the column that a task had in the project it left",
    "several handed on": "the status and the observers that the portal changes by itself",
}
"""What nothing tells after the answer to a repetition got lost."""


@pytest.mark.parametrize("request_lost", [0, 1, 2])
@pytest.mark.parametrize("name", [name for name in ACTS if name not in FORGOTTEN])
def test_a_lost_answer_on_the_way_back_keeps_the_way_there(busy: Scene, name: str, request_lost: int) -> None:
    aliases: dict[int, int] = {}
    resolve = following(aliases)
    start = state(busy)
    change = stored(perform(busy, name).change)
    end = state(busy)
    for turn in range(4):
        busy.wire.lose = [*[""] * request_lost, "after"]
        change = stored(undo_change(busy.client, busy.actor(), change, resolve).change)
        aliases |= change.aliases
        assert state(busy) == (end if turn % 2 else start)


@pytest.mark.parametrize("name", [name for name in ACTS if "delete" not in name])
def test_each_action_and_each_undo_is_one_request(busy: Scene, name: str) -> None:
    done = perform(busy, name)
    assert busy.wire.count == (2 if name == "several tagged" else 1)
    undo_change(busy.client, busy.actor(), done.change)
    assert busy.wire.count == (3 if name == "several tagged" else 2)


def test_a_restored_stage_keeps_out_of_other_peoples_way(busy: Scene) -> None:
    first, _, third = busy.stage_ids
    done = delete(busy, 1, 2)
    busy.portal.tasks[5].stage_id = first  # somebody moved it on
    busy.portal.stages[third].title = "Renamed since"
    outcome = undo_change(busy.client, busy.actor(), done.change)
    assert [str(notice.code) for notice in outcome.notices] == ["tasks_left_alone"]
    assert [(title, sorted(tasks)) for title, _, tasks in busy.picture()] == [
        ("S1", [1, 2, 3, 4, 5]),
        ("S2", [6]),
        ("Renamed since", [7]),
    ]


def test_a_restored_stage_finds_the_nearest_neighbour(busy: Scene) -> None:
    client, actor = busy.client, busy.actor()
    fourth = add_stage(client, REF, actor, "S4", "111111", busy.stage_ids[2]).change.target
    gone = jobs.run(client, actor, start_deletion(REF, plan_deletion(client, REF, actor, fourth)))
    add_stage(client, REF, actor, "S5", "111111", busy.stage_ids[2])
    delete(busy, 2, 0)  # the one it stood after is gone as well
    outcome = undo_change(client, actor, gone.change)
    assert [title for title, _, _ in busy.picture()] == ["S1", "S2", "S4", "S5"]
    assert [stage.title for stage in outcome.now] == ["S1", "S2", "S4", "S5"]


def test_a_moved_stage_finds_the_nearest_neighbour(busy: Scene) -> None:
    client, actor = busy.client, busy.actor()
    first, second, third = busy.stage_ids
    done = move_stage(client, REF, actor, third, first)  # was after the second
    add_stage(client, REF, actor, "S4", "111111", second)
    delete(busy, 1, 0)
    undo_change(client, actor, done.change)
    assert [title for title, _, _ in busy.picture()] == ["S1", "S3", "S4"]


def test_restoring_is_not_done_twice_when_the_answer_is_lost(busy: Scene) -> None:
    done = delete(busy, 1, 2)
    busy.wire.lose = ["after"]
    outcome = undo_change(busy.client, busy.actor(), done.change)
    assert busy.picture() == [("S1", "47D1E2", [1, 2, 3, 4]), ("S2", "47D1E2", [5, 6]), ("S3", "47D1E2", [7])]
    assert outcome.change.kind == Kind.STAGE_RESTORE


def test_restoring_that_stops_halfway_can_be_gone_on_with(busy: Scene) -> None:
    before = state(busy)
    done = delete(busy, 1, 2)
    busy.wire.lose = ["", "before", "before"]
    with pytest.raises(jobs.Halfway) as stopped:
        undo_change(busy.client, busy.actor(), done.change)
    assert [title for title, _, _ in busy.picture()] == ["S1", "S2", "S3"] and state(busy) != before
    jobs.run(busy.client, busy.actor(), jobs.job_from_json(stopped.value.job.to_json()))
    assert state(busy) == before


def test_an_added_stage_with_cards_does_not_vanish(busy: Scene) -> None:
    for after in (None, 1):
        done = new(after)(busy)
        busy.portal.tasks[7].stage_id = done.change.target
        before = state(busy)
        with pytest.raises(StageNotEmpty):
            undo_change(busy.client, busy.actor(), done.change)
        assert state(busy) == before
        busy.portal.tasks[7].stage_id = busy.stage_ids[2]


def test_a_portal_admin_undoes_as_admin(busy: Scene) -> None:
    done = shift(2, None)(busy)
    before = [title for title, _, _ in busy.picture()]
    busy.become(ADMIN)
    outcome = undo_change(busy.client, busy.actor(), done.change)
    assert [title for title, _, _ in busy.picture()] == ["S1", "S2", "S3"] != before
    assert [str(notice.code) for notice in outcome.notices] == ["acted_as_admin"]


def test_the_way_back_of_a_refused_edit_is_refused_too(busy: Scene) -> None:
    done = edit(3, TaskEdit(title="A"))(busy)
    busy.protect(3)
    with pytest.raises(ActionUnavailable):
        undo_change(busy.client, busy.actor(), done.change)


def test_no_recipe_no_undo(busy: Scene) -> None:
    busy.portal.tasks[4].status = AWAITS_CONTROL
    done = task_action(busy.client, busy.actor(), 4, "renew")
    assert [str(notice.code) for notice in done.notices] == ["no_exact_reverse"]
    with pytest.raises(CannotUndo):
        undo_change(busy.client, busy.actor(), done.change)


def test_planner_cards_and_stages(scene: Scene) -> None:
    plan = scene.plan_ids
    for task_id in (21, 22, 23):
        scene.add_task(task_id)
        scene.add_to_plan(task_id, plan[0])
    start = scene.picture(OWNER, USER_BOARD)
    done = move_card(scene.client, PLAN, scene.actor(), 22, plan[1], was_before=23, was_after=21)
    assert scene.picture(OWNER, USER_BOARD)[1][2] == [22]
    undo_change(scene.client, scene.actor(), done.change)
    assert scene.picture(OWNER, USER_BOARD) == start
    several = move_cards(scene.client, PLAN, scene.actor(), [21, 23], plan[2], was={21: (22, 0), 23: (0, 22)})
    assert sorted(scene.picture(OWNER, USER_BOARD)[2][2]) == [21, 23]
    undo_change(scene.client, scene.actor(), several.change)
    assert scene.picture(OWNER, USER_BOARD) == start
    job = start_deletion(PLAN, plan_deletion(scene.client, PLAN, scene.actor(), plan[1]), plan[0])
    gone = jobs.run(scene.client, scene.actor(), job)
    assert len(scene.board(OWNER, USER_BOARD)) == 2
    undo_change(scene.client, scene.actor(), gone.change)
    assert scene.picture(OWNER, USER_BOARD) == start


def test_long_undo_is_a_job(scene: Scene) -> None:
    for task_id in range(1000, 1500):
        scene.add_task(task_id, GROUP, scene.stage_ids[1])
    start = scene.picture()
    done = delete(scene, 1, 2)
    assert scene.wire.count == 13  # 502 tasks; 500 would be 12
    assert len(done.change.to_json()) < 16_000
    scene.wire.requests.clear()
    job = undo_job(stored(done.change), scene.actor(), same_id)
    assert job is not None
    progress = jobs.advance(scene.client, scene.actor(), jobs.job_from_json(job.to_json()))
    while not progress.outcome:
        again = jobs.job_from_json(progress.job.to_json())
        assert again == progress.job
        assert 0 <= again.done <= again.total == 502
        progress = jobs.advance(scene.client, scene.actor(), again)
    assert progress.finished
    assert scene.wire.count == 12
    assert scene.picture() == start
    assert undo_job(new(None)(scene).change, scene.actor(), same_id) is None


def test_a_row_of_a_later_version_is_left_to_the_releases_that_know_it() -> None:
    undo = RenameStage(stage_id=5, title="Old", expected="New")
    row = json.loads(Change(Kind.STAGE_RENAME, "g12", 5, "New", undo=undo).to_json())
    assert Change.from_json(json.dumps(row)).undo == undo
    later = Change.from_json(json.dumps(row | {"version": VERSION + 1}))
    assert later.undo == UnknownRecipe(row["undo"])
    with pytest.raises(OfNewerRelease):
        undo_job(later, Actor(1, False, "en", dt.datetime.now(dt.UTC)))


def test_importing_the_features_registers_all_recipes_and_looks() -> None:
    program = (
        "from boards import features\n"
        "from boards.core.jobs import kinds\n"
        "from boards.core.recipes import known_tags\n"
        "print(len(known_tags()), len(kinds()))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    sources = [file.read_text() for file in Path(boards.__path__[0]).rglob("*.py")]
    written = [sum(text.count(f"\n{decorator}\n") for text in sources) for decorator in ("@recipe", "@job")]
    assert written >= [28, 4]
    assert [int(number) for number in told.stdout.split()] == written
