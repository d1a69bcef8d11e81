"""`tasks.task.add`, `update`, `delete` and the status methods (behaviour.md §5.3–5.5, §5.8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sandbox.state.portal import Group, Subscription, Task
from tests.contract.desk import Desk

ADD, UPDATE, DELETE = "tasks.task.add", "tasks.task.update", "tasks.task.delete"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def other_group(desk: Desk, name: str = "Unopened") -> Group:
    return next(group for group in desk.portal.groups.values() if group.name == name)


def add(desk: Desk, who: str = "owner", **fields: Any) -> Task:
    given = {"TITLE": "New one", "RESPONSIBLE_ID": desk.id_of("member")} | fields
    return desk.portal.tasks[int(desk.ask(who, ADD, fields=given)["task"]["id"])]


def update(desk: Desk, task: Task, who: str = "owner", **fields: Any) -> Any:
    return desk.ask(who, UPDATE, taskId=task.id, fields=fields)


def complaint(desk: Desk, method: str, **params: Any) -> str:
    refusal = desk.refused("owner", method, **params)
    assert (refusal.status, refusal.code) == (400, "ERROR_CORE")
    return refusal.description


# --- add ---
def test_add_answers_the_whole_task(desk: Desk) -> None:
    answer = desk.ask("owner", ADD, fields={"TITLE": "T", "RESPONSIBLE_ID": desk.id_of("member")})["task"]
    assert (answer["title"], answer["createdBy"], answer["status"]) == ("T", str(desk.id_of("owner")), "2")
    assert answer["action"]["edit"] is True


def test_add_without_fields_is_error_100(desk: Desk) -> None:
    refusal = desk.refused("owner", ADD)
    assert (refusal.code, refusal.description) == ("100", "Could not find value for parameter {fields}")


def test_all_complaints_come_together_with_br(desk: Desk) -> None:
    text = complaint(desk, ADD, fields={"DESCRIPTION": "x"})
    assert text == "Task title is not specified<br>Responsible person is not specified<br>"


def test_the_br_is_escaped_on_the_wire(desk: Desk) -> None:
    fields = {"RESPONSIBLE_ID": desk.id_of("member")}
    answer = desk.client().post(desk.path("owner", ADD), json={"fields": fields})
    assert answer.status_code == 400
    assert b"\\u003Cbr\\u003E" in answer.data


def test_an_unknown_responsible_is_refused(desk: Desk) -> None:
    text = complaint(desk, ADD, fields={"TITLE": "x", "RESPONSIBLE_ID": 98765})
    assert text == 'The user specified in the "Responsible" field was not found<br>'


def test_add_stores_any_stage(desk: Desk) -> None:
    assert add(desk, GROUP_ID=desk.main.id, STAGE_ID=98765).stage_id == 98765


def test_add_without_a_stage_stays_at_0(desk: Desk) -> None:
    assert add(desk, GROUP_ID=desk.main.id).stage_id == 0


def test_camel_case_and_unknown_fields_are_dropped(desk: Desk) -> None:
    assert add(desk, description="lost", NONSENSE=1).description == ""


def test_a_tilde_before_a_field_is_stripped(desk: Desk) -> None:
    assert add(desk, **{"~DESCRIPTION": "kept"}).description == "kept"


def test_a_group_one_is_not_in_is_refused(desk: Desk) -> None:
    fields = {"TITLE": "x", "RESPONSIBLE_ID": 1, "GROUP_ID": desk.main.id}
    assert desk.refused("outsider", ADD, fields=fields).code == "ERROR_TASK_CREATE_ACCESS_DENIED"


def test_a_portal_admin_may_create_anywhere(desk: Desk) -> None:
    assert add(desk, "admin", GROUP_ID=desk.main.id).group_id == desk.main.id


def test_add_reads_the_usual_fields(desk: Desk) -> None:
    task = add(
        desk,
        DEADLINE="2026-03-01T10:00:00+02:00",
        PRIORITY="2",
        TAGS="one, two",
        UF_CRM_TASK=["D_17", "L_4"],
        ACCOMPLICES=[desk.id_of("moderator"), 98765],
        ALLOW_CHANGE_DEADLINE="N",
    )
    assert task.deadline == dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
    assert (task.priority, task.tags, task.crm) == (2, ["one", "two"], ["D_17", "L_4"])
    assert (task.accomplices, task.allow_change_deadline) == ([desk.id_of("moderator")], False)


def test_a_new_task_enters_the_plans_of_those_who_have_one(desk: Desk) -> None:
    task, member = add(desk), desk.id_of("member")
    assert (task.id, "U", member) in desk.portal.relations
    assert (task.id, "U", desk.id_of("owner")) not in desk.portal.relations


# --- update: the request ---
def test_update_answers_the_task_as_it_is_now(desk: Desk) -> None:
    assert update(desk, desk.task(), TITLE="Better")["task"]["title"] == "Better"


def test_update_without_fields_is_error_100(desk: Desk) -> None:
    assert desk.refused("owner", UPDATE, taskId=desk.task().id).code == "100"


def test_an_unreadable_task_is_unavailable(desk: Desk) -> None:
    refusal = desk.refused("outsider", UPDATE, taskId=desk.task().id, fields={"TITLE": "x"})
    assert (refusal.code, refusal.description) == ("0", "Action unavailable")


def test_empty_fields_are_a_no_op(desk: Desk) -> None:
    task = desk.task()
    before = task.changed
    assert desk.ask("member", UPDATE, taskId=task.id, fields={})["task"]["id"] == str(task.id)
    assert task.changed == before


def test_empty_fields_on_an_unreadable_task_are_an_empty_list(desk: Desk) -> None:
    assert desk.ask("outsider", UPDATE, taskId=desk.task().id, fields={}) == []


def test_who_loses_sight_of_the_task_gets_an_empty_list(desk: Desk) -> None:
    task = desk.task(group_id=0, created_by=desk.id_of("outsider"))
    fields = {"CREATED_BY": desk.id_of("owner"), "TITLE": "Gone"}
    assert desk.ask("outsider", UPDATE, taskId=task.id, fields=fields) == []


# --- update: rights ---
def test_a_reader_may_not_edit(desk: Desk) -> None:
    refusal = desk.refused("member", UPDATE, taskId=desk.task().id, fields={"TITLE": "x"})
    assert (refusal.code, refusal.description) == (
        "0",
        "Cannot edit the task due to insufficient permissions",
    )


def test_a_deadline_alone_needs_the_deadline_right_only(desk: Desk) -> None:
    task = desk.task(allow_change_deadline=True)
    update(desk, task, "member", DEADLINE="2026-05-01")
    assert task.deadline is not None


def test_without_the_deadline_right_it_is_refused(desk: Desk) -> None:
    task = desk.task(allow_change_deadline=False)
    refusal = desk.refused("member", UPDATE, taskId=task.id, fields={"DEADLINE": "2026-05-01"})
    assert refusal.code == "0"


def test_a_deadline_with_something_else_needs_the_right_to_edit(desk: Desk) -> None:
    fields = {"DEADLINE": "2026-05-01", "PRIORITY": 2}
    assert desk.refused("member", UPDATE, taskId=desk.task().id, fields=fields).code == "0"


def test_status_alone_needs_the_status_right_only(desk: Desk) -> None:
    task = desk.task()
    update(desk, task, "member", STATUS=5)
    assert (task.status, task.closed_by) == (5, desk.id_of("member"))


def test_responsible_alone_is_delegation(desk: Desk) -> None:
    task = desk.task(status=3)
    update(desk, task, "member", RESPONSIBLE_ID=desk.id_of("moderator"))
    assert (task.responsible_id, task.status) == (desk.id_of("moderator"), 2)
    assert task.auditors == [desk.id_of("member")]


def test_responsible_among_others_is_a_plain_change(desk: Desk) -> None:
    task = desk.task(status=3)
    update(desk, task, RESPONSIBLE_ID=desk.id_of("moderator"), PRIORITY=2)
    assert (task.responsible_id, task.status, task.auditors) == (desk.id_of("moderator"), 3, [])


# --- update: validation ---
@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"TITLE": "  "}, "Task title is not specified<br>"),
        ({"STATUS": 99}, "Invalid status<br>"),
        ({"PARENT_ID": 98765}, 'The task specified in the "Parent Task" field was not found<br>'),
        (
            {"START_DATE_PLAN": "2026-02-02", "END_DATE_PLAN": "2026-02-01"},
            "The end date specified in the scheduling is earlier than the start date<br>",
        ),
        (
            {"START_DATE_PLAN": "2026-02-02", "END_DATE_PLAN": "2126-02-01"},
            "The duration of the task specified in the scheduling is too long<br>",
        ),
    ],
)
def test_validation_texts(desk: Desk, fields: dict[str, Any], text: str) -> None:
    assert complaint(desk, UPDATE, taskId=desk.task().id, fields=fields) == text


def test_a_task_cannot_be_its_own_parent(desk: Desk) -> None:
    task = desk.task()
    text = complaint(desk, UPDATE, taskId=task.id, fields={"PARENT_ID": task.id})
    assert text == "Cannot bind the node to itself<br>"


def test_a_subtask_cannot_become_the_parent(desk: Desk) -> None:
    task = desk.task()
    child = desk.task(parent_id=desk.task(parent_id=task.id).id)
    text = complaint(desk, UPDATE, taskId=task.id, fields={"PARENT_ID": child.id})
    assert text == "Creating cyclic links in tasks is prohibited<br>"


def test_nothing_is_stored_when_one_field_is_wrong(desk: Desk) -> None:
    task = desk.task(title="Old")
    complaint(desk, UPDATE, taskId=task.id, fields={"TITLE": "New", "STATUS": 99})
    assert task.title == "Old"


# --- update: stages and groups ---
@pytest.mark.parametrize(("value", "stored"), [(98765, 98765), ("12abc", 12), ("text", 0)])
def test_a_stage_is_stored_without_validation(desk: Desk, value: Any, stored: int) -> None:
    task = desk.task()
    update(desk, task, STAGE_ID=value)
    assert task.stage_id == stored


def test_stage_0_alone_stays_0(desk: Desk) -> None:
    task = desk.task(stage_id=desk.stages()[1].id)
    update(desk, task, STAGE_ID=0)
    assert task.stage_id == 0


def test_stage_0_with_the_group_becomes_the_new_column(desk: Desk) -> None:
    task = desk.task(stage_id=desk.stages()[1].id)
    update(desk, task, STAGE_ID=0, GROUP_ID=desk.main.id)
    assert task.stage_id == desk.stages()[0].id


def test_the_same_group_is_no_change_of_group(desk: Desk) -> None:
    task, stage = desk.task(stage_id=desk.stages()[1].id), desk.stages()[2]
    update(desk, task, STAGE_ID=stage.id, GROUP_ID=desk.main.id)
    assert task.stage_id == stage.id


def test_another_group_takes_the_stage_away_even_a_given_one(desk: Desk) -> None:
    task = desk.task(stage_id=desk.stages()[1].id)
    update(desk, task, GROUP_ID=other_group(desk).id, STAGE_ID=desk.stages()[2].id)
    assert (task.group_id, task.stage_id) == (other_group(desk).id, 0)


def test_another_group_with_a_board_gives_its_new_column(desk: Desk) -> None:
    task = desk.task(group_id=other_group(desk).id)
    update(desk, task, GROUP_ID=desk.main.id)
    assert task.stage_id == desk.stages()[0].id


def test_a_group_one_may_not_create_in_is_refused(desk: Desk) -> None:
    task = desk.task()
    fields = {"GROUP_ID": other_group(desk, "Hidden").id}
    assert desk.refused("owner", UPDATE, taskId=task.id, fields=fields).code == "0"


# --- delete ---
def test_delete_answers_task_true(desk: Desk) -> None:
    task = desk.task()
    assert desk.ask("owner", DELETE, taskId=task.id) == {"task": True}
    assert desk.ask("owner", "tasks.task.get", taskId=task.id) == []


@pytest.mark.parametrize("who", ["member", "outsider"])
def test_a_forbidden_delete_has_its_own_number(desk: Desk, who: str) -> None:
    refusal = desk.refused(who, DELETE, taskId=desk.task().id)
    assert (refusal.status, refusal.code) == (400, "1048582")


def test_an_unknown_task_is_refused_alike(desk: Desk) -> None:
    assert desk.refused("admin", DELETE, taskId=98765).code == "1048582"


def test_delete_clears_plans_and_order_and_lifts_subtasks(desk: Desk) -> None:
    task = desk.task()
    child = desk.task(parent_id=task.id)
    desk.portal.relations[(task.id, "U", 4)] = 9
    desk.portal.sorting[("G", desk.main.id)] = {task.id: 1.0}
    desk.ask("owner", DELETE, taskId=task.id)
    assert (task.id, "U", 4) not in desk.portal.relations
    assert desk.portal.sorting[("G", desk.main.id)] == {}
    assert child.parent_id == 0


# --- status methods ---
@pytest.mark.parametrize(
    ("method", "before", "after"),
    [
        ("start", 2, 3),
        ("pause", 3, 2),
        ("defer", 2, 6),
        ("complete", 3, 5),
        ("renew", 5, 2),
        ("approve", 4, 5),
        ("disapprove", 4, 2),
    ],
)
def test_status_methods(desk: Desk, method: str, before: int, after: int) -> None:
    task = desk.task(status=before)
    answer = desk.ask("owner", f"tasks.task.{method}", taskId=task.id)
    assert answer["task"]["status"] == str(after)


@pytest.mark.parametrize(
    ("method", "status", "code"),
    [
        ("complete", 5, "0"),
        ("start", 3, "0"),
        ("pause", 2, "1048582"),
        ("defer", 3, "1048582"),
        ("renew", 2, "1048582"),
        ("approve", 3, "1048582"),
    ],
)
def test_a_state_that_does_not_allow_it_is_refused(desk: Desk, method: str, status: int, code: str) -> None:
    refusal = desk.refused("owner", f"tasks.task.{method}", taskId=desk.task(status=status).id)
    assert (refusal.status, refusal.code, refusal.description) == (400, code, "Action unavailable")


def test_a_mere_reader_may_not_complete(desk: Desk) -> None:
    task = desk.task(responsible_id=desk.id_of("moderator"))
    assert desk.refused("member", "tasks.task.complete", taskId=task.id).code == "0"


def test_completing_leaves_dates_behind(desk: Desk) -> None:
    task = desk.task()
    desk.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.closed is not None
    assert (task.closed_by, task.status_changed_by) == (desk.id_of("member"),) * 2


def test_renewing_takes_the_closing_date_away(desk: Desk) -> None:
    task = desk.task(status=5, closed=desk.portal.now(), closed_by=4)
    desk.ask("member", "tasks.task.renew", taskId=task.id)
    assert (task.closed, task.closed_by) == (None, 0)


def test_a_controlled_task_waits_for_review(desk: Desk) -> None:
    task = desk.task(task_control=True)
    desk.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.status == 4


def test_the_creator_completes_a_controlled_task_at_once(desk: Desk) -> None:
    task = desk.task(task_control=True)
    desk.ask("owner", "tasks.task.complete", taskId=task.id)
    assert task.status == 5


def test_completing_does_not_move_the_card(desk: Desk) -> None:
    task = desk.task(stage_id=desk.stages()[1].id)
    desk.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.stage_id == desk.stages()[1].id


def test_delegate_makes_the_former_person_watch(desk: Desk) -> None:
    task = desk.task(status=3)
    desk.ask("member", "tasks.task.delegate", taskId=task.id, userId=str(desk.id_of("moderator")))
    assert (task.responsible_id, task.status, task.auditors) == (
        desk.id_of("moderator"),
        2,
        [desk.id_of("member")],
    )


# --- events (§9.3) ---
@pytest.fixture
def listening(desk: Desk) -> Desk:
    """The app is installed and wants all task events; nothing is sent, as no request ends."""
    desk.client()
    app = desk.portal.app
    assert app is not None
    app.installed = True
    names = ("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
    app.subscriptions = [Subscription(n, name, "http://127.0.0.1:9/e") for n, name in enumerate(names, 1)]
    return desk


def sent(desk: Desk) -> list[tuple[str, str]]:
    return [(item.event, item.form.get("data[FIELDS_AFTER][ID]", "-")) for item in desk.portal.outbox]


def test_add_update_and_delete_raise_their_events(listening: Desk) -> None:
    task = add(listening)
    update(listening, task, TITLE="x")
    listening.ask("owner", DELETE, taskId=task.id)
    assert sent(listening) == [
        ("ONTASKADD", str(task.id)),
        ("ONTASKUPDATE", str(task.id)),
        ("ONTASKDELETE", "-"),
    ]


def test_the_payload_says_undefined_where_there_is_nothing(listening: Desk) -> None:
    task = add(listening)
    form = listening.portal.outbox[0].form
    data = {key: value for key, value in form.items() if key.startswith("data")}
    assert data == {
        "data[FIELDS_BEFORE]": "undefined",
        "data[FIELDS_AFTER][ID]": str(task.id),
        "data[IS_ACCESSIBLE_BEFORE]": "N",
        "data[IS_ACCESSIBLE_AFTER]": "undefined",
    }


def test_two_updates_in_one_process_are_one_event(listening: Desk) -> None:
    task, process = listening.task(), dict[str, Any]()
    for title in ("a", "b"):
        listening.ask("owner", UPDATE, process, taskId=task.id, fields={"TITLE": title})
    assert sent(listening) == [("ONTASKUPDATE", str(task.id))]


def test_status_methods_raise_an_update(listening: Desk) -> None:
    task = listening.task()
    listening.ask("owner", "tasks.task.complete", taskId=task.id)
    assert sent(listening) == [("ONTASKUPDATE", str(task.id))]


def test_a_refused_update_raises_nothing(listening: Desk) -> None:
    listening.refused("member", UPDATE, taskId=listening.task().id, fields={"TITLE": "x"})
    assert sent(listening) == []
