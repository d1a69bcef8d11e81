"""The task in the drawer, and many tasks at once."""

from __future__ import annotations

import pytest

from b24.errors import ActionUnavailable, NotFound
from boards.core.change import Kind, NoticeCode
from boards.core.errors import BadInput
from boards.core.model import BoardRef, TaskStatus
from boards.core.tasks import TaskEdit
from boards.kanban.bulk import change_cards
from boards.kanban.lookups import load_drawer
from boards.kanban.task_edits import way
from boards.kanban.tasks import load_task, task_action, update_task
from sandbox.state.portal import COMPLETED, IN_PROGRESS
from tests.unit.boards.scene import GROUP, OUTSIDER, OWNER, Scene, moment

REF = BoardRef(GROUP)


def test_a_task_that_is_not_there(scene: Scene) -> None:
    for act in (
        lambda: load_task(scene.client, scene.actor(), 999),
        lambda: load_drawer(scene.client, scene.actor(), 999),
        lambda: update_task(scene.client, scene.actor(), 999, TaskEdit(title="x")),
    ):
        with pytest.raises((NotFound, ActionUnavailable)):
            act()
    scene.become(OUTSIDER)
    with pytest.raises(NotFound):
        load_task(scene.client, scene.actor(), 1)


def test_the_drawer_is_one_request(scene: Scene) -> None:
    drawer = load_drawer(scene.client, scene.actor(), 5)
    assert scene.wire.count == 1
    assert (drawer.task.title, drawer.task.group_name) == ("Task 5", "Project 12")
    assert [stage.title for stage in drawer.stages] == ["S1", "S2", "S3"]
    assert [project.id for project in drawer.projects] == [GROUP]
    assert len(drawer.people) == 5
    scene.add_task(50)
    assert load_drawer(scene.client, scene.actor(), 50).stages == ()


def test_only_what_was_changed_is_sent(scene: Scene) -> None:
    seen = TaskEdit(title="Task 5", description="", deadline="", priority=1, tags=())
    wanted = TaskEdit(title="Task 5", description="More", deadline="", priority=1, tags=())
    outcome = update_task(scene.client, scene.actor(), 5, wanted, seen=seen)
    assert scene.wire.sent("tasks.task.update")[0]["fields"] == {"DESCRIPTION": "More"}
    assert outcome.now
    assert outcome.now.description == "More"
    assert outcome.notices == ()
    with pytest.raises(BadInput) as caught:
        update_task(scene.client, scene.actor(), 5, seen, seen=seen)
    assert caught.value.code == "nothing_to_change"


def test_somebody_changed_the_same_field(scene: Scene) -> None:
    scene.portal.tasks[5].title = "Theirs"
    seen = TaskEdit(title="Task 5", priority=1)
    outcome = update_task(scene.client, scene.actor(), 5, TaskEdit(title="Mine", priority=2), seen=seen)
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.FIELD_CHANGED_MEANWHILE, {"field": "title", "old": "Theirs"})
    ]
    assert scene.portal.tasks[5].title == "Mine"
    assert outcome.change.before["title"] == "Theirs"


def test_offsets_and_order_of_tags_are_no_conflict(scene: Scene) -> None:
    scene.portal.tasks[5].deadline = moment("2026-05-01T10:00:00+02:00")
    scene.portal.tasks[5].tags = ["b", "a"]
    seen = TaskEdit(deadline="2026-05-01T08:00:00+00:00", tags=("a", "b"))
    edit = TaskEdit(deadline="2026-05-02T08:00:00+00:00", tags=("a",))
    assert update_task(scene.client, scene.actor(), 5, edit, seen=seen).notices == ()


@pytest.mark.parametrize(
    ("edit", "field", "code"),
    [
        (TaskEdit(), "", "nothing_to_change"),
        (TaskEdit(title=" "), "title", "title_blank"),
        (TaskEdit(title="x" * 300), "title", "title_too_long"),
        (TaskEdit(deadline="tomorrow"), "deadline", "deadline_invalid"),
        (TaskEdit(deadline="2026-05-01T10:00"), "deadline", "deadline_invalid"),
        (TaskEdit(priority=3), "priority", "choice_invalid"),
        (TaskEdit(responsible_id=0), "responsible_id", "person_invalid"),
        (TaskEdit(tags=("x" * 101,)), "tags", "tag_too_long"),
        (TaskEdit(stage_id=0), "stage_id", "stage_missing"),
    ],
)
def test_bad_values_are_not_sent(scene: Scene, edit: TaskEdit, field: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        update_task(scene.client, scene.actor(), 5, edit)
    assert (caught.value.field, caught.value.code) == (field, code)
    assert scene.wire.count == 0


def test_clearing(scene: Scene) -> None:
    scene.portal.tasks[5].deadline = moment("2026-05-01T10:00:00+02:00")
    scene.portal.tasks[5].tags = ["a"]
    update_task(scene.client, scene.actor(), 5, TaskEdit(deadline="", tags=(), description=""))
    assert (scene.portal.tasks[5].deadline, scene.portal.tasks[5].tags) == (None, [])


def test_project_and_stage_in_one_request(scene: Scene) -> None:
    other = scene.add_group(13, {OWNER: "A"})
    edit = TaskEdit(group_id=13, stage_id=other[1], title="There")
    outcome = update_task(scene.client, scene.actor(), 5, edit)
    assert scene.wire.count == 1
    assert (scene.portal.tasks[5].group_id, scene.portal.tasks[5].stage_id) == (13, other[1])
    assert outcome.change.board_key == "g12"
    assert outcome.change.before["names"] == {"group_id": "Project 12"}
    assert outcome.change.after["names"] == {"group_id": "Project 13"}
    assert all("STAGE_ID" not in sent["fields"] for sent in scene.wire.sent("tasks.task.update"))


def test_a_refused_stage_does_not_hide_what_was_saved(scene: Scene) -> None:
    other = scene.add_group(13, {OWNER: "A"})
    edit = TaskEdit(title="Saved", stage_id=other[1])
    outcome = update_task(scene.client, scene.actor(), 5, edit)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.STAGE_NOT_TAKEN]
    assert outcome.change.undo is not None
    assert outcome.change.undo.values == {"title": "Task 5"}
    assert (scene.portal.tasks[5].title, scene.portal.tasks[5].stage_id) == ("Saved", scene.stage_ids[1])


def test_a_refusal_is_raised(scene: Scene) -> None:
    scene.protect(5)
    with pytest.raises(ActionUnavailable):
        update_task(scene.client, scene.actor(), 5, TaskEdit(title="x"))


def test_saved_and_out_of_sight(scene: Scene) -> None:
    outcome = update_task(scene.client, scene.actor(), 5, TaskEdit(group_id=0))  # not the owner's own task
    assert outcome.now is None
    assert [notice.code for notice in outcome.notices] == [NoticeCode.TASK_UNREADABLE]


def test_a_lost_answer_keeps_only_what_is_known(scene: Scene) -> None:
    scene.wire.lose = ["after"]
    edit, seen = TaskEdit(title="New", priority=2), TaskEdit(title="Task 5")
    outcome = update_task(scene.client, scene.actor(), 5, edit, seen=seen)
    assert outcome.change.undo is not None
    assert outcome.change.undo.values == {"title": "Task 5"}
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.VALUE_BEFORE_UNKNOWN, {"fields": ["priority"]})
    ]


def test_who_sets_what_somebody_else_set_meanwhile_replaced_nothing(scene: Scene) -> None:
    seen = TaskEdit(title="Task 5", priority=1)
    update_task(scene.client, scene.actor(), 5, TaskEdit(title="Same"), seen=seen)
    again = update_task(scene.client, scene.actor(), 5, TaskEdit(title="Same", priority=2), seen=seen)
    assert again.notices == ()
    other = update_task(scene.client, scene.actor(), 5, TaskEdit(title="Other"), seen=seen)
    assert [notice.code for notice in other.notices] == [NoticeCode.FIELD_CHANGED_MEANWHILE]


@pytest.mark.parametrize("now", list(TaskStatus))
@pytest.mark.parametrize("wanted", list(TaskStatus))
def test_every_way_between_statuses_leads_there(scene: Scene, now: TaskStatus, wanted: TaskStatus) -> None:
    actions = way(now, wanted)
    if actions is None:
        assert wanted == TaskStatus.AWAITS_CONTROL or now == TaskStatus.AWAITS_CONTROL
        return
    scene.portal.tasks[5].status = int(now)
    for action in actions:
        task_action(scene.client, scene.actor(), 5, action)
    assert scene.portal.tasks[5].status == int(wanted)


def test_actions(scene: Scene) -> None:
    outcome = task_action(scene.client, scene.actor(), 5, "complete")
    assert scene.wire.count == 1
    assert outcome.change.kind == Kind.TASK_ACTION
    assert (outcome.change.before, outcome.change.after["status"]) == ({"status": "2"}, "5")
    with pytest.raises(ActionUnavailable):
        task_action(scene.client, scene.actor(), 5, "complete")
    with pytest.raises(BadInput):
        task_action(scene.client, scene.actor(), 5, "delete")


def test_many_tasks_at_once(scene: Scene) -> None:
    ids = list(range(1000, 1200))
    for task_id in ids:
        scene.add_task(task_id, GROUP, scene.stage_ids[0])
    scene.protect(1001)
    outcome = change_cards(scene.client, scene.actor(), ids, TaskEdit(priority=2), ref=REF)
    assert scene.wire.count == 5
    assert [result.task_id for result in outcome.results if result.error] == [1001]
    assert outcome.change.board_key == "g12"
    assert outcome.change.after["count"] == 199
    scene.wire.requests.clear()
    change_cards(scene.client, scene.actor(), ids, TaskEdit(add_tags=("new",)), ref=REF)
    assert scene.wire.count == 5
    for what in (
        TaskEdit(title="alike"),
        TaskEdit(stage_id=1),
        "delete",
        TaskEdit(),
        TaskEdit(add_tags=(" ",)),
    ):
        with pytest.raises(BadInput):
            change_cards(scene.client, scene.actor(), ids, what)
    assert scene.wire.count == 5


def test_tags_are_added_not_replaced(scene: Scene) -> None:
    scene.portal.tasks[5].tags = ["a", "Red"]
    scene.protect(6)
    outcome = change_cards(scene.client, scene.actor(), [5, 6, 7, 999], TaskEdit(add_tags=("red", "b")))
    assert scene.portal.tasks[5].tags == ["a", "Red", "b"]
    assert scene.portal.tasks[7].tags == ["red", "b"]
    assert [type(result.error) for result in outcome.results] == [
        type(None),
        ActionUnavailable,
        type(None),
        NotFound,
    ]
    again = change_cards(scene.client, scene.actor(), [5, 7], TaskEdit(add_tags=("B",)))
    assert [result.error for result in again.results] == [None, None]
    assert again.change.undo is None


def test_many_actions_have_their_own_ways_back(scene: Scene) -> None:
    scene.portal.tasks[6].status = IN_PROGRESS
    scene.portal.tasks[7].status = COMPLETED
    outcome = change_cards(scene.client, scene.actor(), [5, 6, 7], "complete")
    assert [type(result.error) for result in outcome.results] == [type(None), type(None), ActionUnavailable]
    assert outcome.change.undo is not None
    assert [card.actions for card in outcome.change.undo.cards] == [("renew",), ("renew", "start")]
