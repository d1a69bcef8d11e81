"""`tasks.task.add`, `update`, `delete` and the status methods (behaviour.md §5.3–5.5, §5.8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sandbox.state.portal import Group, Subscription, Task
from tests.contract.portal_fixture import PortalFixture

ADD, UPDATE, DELETE = "tasks.task.add", "tasks.task.update", "tasks.task.delete"


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


def other_group(portal: PortalFixture, name: str = "Unopened") -> Group:
    return next(group for group in portal.state.groups.values() if group.name == name)


def add(portal: PortalFixture, who: str = "owner", **fields: Any) -> Task:
    given = {"TITLE": "New one", "RESPONSIBLE_ID": portal.id_of("member")} | fields
    return portal.state.tasks[int(portal.ask(who, ADD, fields=given)["task"]["id"])]


def update(portal: PortalFixture, task: Task, who: str = "owner", **fields: Any) -> Any:
    return portal.ask(who, UPDATE, taskId=task.id, fields=fields)


def complaint(portal: PortalFixture, method: str, **params: Any) -> str:
    refusal = portal.refused("owner", method, **params)
    assert (refusal.status, refusal.code) == (400, "ERROR_CORE")
    return refusal.description


# --- add ---
def test_add_answers_the_whole_task(portal: PortalFixture) -> None:
    answer = portal.ask("owner", ADD, fields={"TITLE": "T", "RESPONSIBLE_ID": portal.id_of("member")})["task"]
    assert (answer["title"], answer["createdBy"], answer["status"]) == ("T", str(portal.id_of("owner")), "2")
    assert answer["action"]["edit"] is True


def test_add_without_fields_is_error_100(portal: PortalFixture) -> None:
    refusal = portal.refused("owner", ADD)
    assert (refusal.code, refusal.description) == ("100", "Could not find value for parameter {fields}")


def test_all_complaints_come_together_with_br(portal: PortalFixture) -> None:
    text = complaint(portal, ADD, fields={"DESCRIPTION": "x"})
    assert text == "Task title is not specified<br>Responsible person is not specified<br>"


def test_the_br_is_escaped_on_the_wire(portal: PortalFixture) -> None:
    fields = {"RESPONSIBLE_ID": portal.id_of("member")}
    answer = portal.client().post(portal.path("owner", ADD), json={"fields": fields})
    assert answer.status_code == 400
    assert b"\\u003Cbr\\u003E" in answer.data


def test_an_unknown_responsible_is_refused(portal: PortalFixture) -> None:
    text = complaint(portal, ADD, fields={"TITLE": "x", "RESPONSIBLE_ID": 98765})
    assert text == 'The user specified in the "Responsible" field was not found<br>'


def test_add_stores_any_stage(portal: PortalFixture) -> None:
    assert add(portal, GROUP_ID=portal.main.id, STAGE_ID=98765).stage_id == 98765


def test_add_without_a_stage_stays_at_0(portal: PortalFixture) -> None:
    assert add(portal, GROUP_ID=portal.main.id).stage_id == 0


def test_camel_case_and_unknown_fields_are_dropped(portal: PortalFixture) -> None:
    assert add(portal, description="lost", NONSENSE=1).description == ""


def test_a_tilde_before_a_field_is_stripped(portal: PortalFixture) -> None:
    assert add(portal, **{"~DESCRIPTION": "kept"}).description == "kept"


def test_a_group_one_is_not_in_is_refused(portal: PortalFixture) -> None:
    fields = {"TITLE": "x", "RESPONSIBLE_ID": 1, "GROUP_ID": portal.main.id}
    assert portal.refused("outsider", ADD, fields=fields).code == "ERROR_TASK_CREATE_ACCESS_DENIED"


def test_a_portal_admin_may_create_anywhere(portal: PortalFixture) -> None:
    assert add(portal, "admin", GROUP_ID=portal.main.id).group_id == portal.main.id


def test_add_reads_the_usual_fields(portal: PortalFixture) -> None:
    task = add(
        portal,
        DEADLINE="2026-03-01T10:00:00+02:00",
        PRIORITY="2",
        TAGS="one, two",
        UF_CRM_TASK=["D_17", "L_4"],
        ACCOMPLICES=[portal.id_of("moderator"), 98765],
        ALLOW_CHANGE_DEADLINE="N",
    )
    assert task.deadline == dt.datetime(2026, 3, 1, 8, 0, tzinfo=dt.UTC)
    assert (task.priority, task.tags, task.crm) == (2, ["one", "two"], ["D_17", "L_4"])
    assert (task.accomplices, task.allow_change_deadline) == ([portal.id_of("moderator")], False)


def test_a_new_task_enters_the_plans_of_those_who_have_one(portal: PortalFixture) -> None:
    task, member = add(portal), portal.id_of("member")
    assert (task.id, "U", member) in portal.state.relations
    assert (task.id, "U", portal.id_of("owner")) not in portal.state.relations


# --- update: the request ---
def test_update_answers_the_task_as_it_is_now(portal: PortalFixture) -> None:
    assert update(portal, portal.task(), TITLE="Better")["task"]["title"] == "Better"


def test_update_without_fields_is_error_100(portal: PortalFixture) -> None:
    assert portal.refused("owner", UPDATE, taskId=portal.task().id).code == "100"


def test_an_unreadable_task_is_unavailable(portal: PortalFixture) -> None:
    refusal = portal.refused("outsider", UPDATE, taskId=portal.task().id, fields={"TITLE": "x"})
    assert (refusal.code, refusal.description) == ("0", "Action unavailable")


def test_empty_fields_are_a_no_op(portal: PortalFixture) -> None:
    task = portal.task()
    before = task.changed
    assert portal.ask("member", UPDATE, taskId=task.id, fields={})["task"]["id"] == str(task.id)
    assert task.changed == before


def test_empty_fields_on_an_unreadable_task_are_an_empty_list(portal: PortalFixture) -> None:
    assert portal.ask("outsider", UPDATE, taskId=portal.task().id, fields={}) == []


def test_who_loses_sight_of_the_task_gets_an_empty_list(portal: PortalFixture) -> None:
    task = portal.task(group_id=0, created_by=portal.id_of("outsider"))
    fields = {"CREATED_BY": portal.id_of("owner"), "TITLE": "Gone"}
    assert portal.ask("outsider", UPDATE, taskId=task.id, fields=fields) == []


# --- update: rights ---
def test_a_reader_may_not_edit(portal: PortalFixture) -> None:
    refusal = portal.refused("member", UPDATE, taskId=portal.task().id, fields={"TITLE": "x"})
    assert (refusal.code, refusal.description) == (
        "0",
        "Cannot edit the task due to insufficient permissions",
    )


def test_a_deadline_alone_needs_the_deadline_right_only(portal: PortalFixture) -> None:
    task = portal.task(allow_change_deadline=True)
    update(portal, task, "member", DEADLINE="2026-05-01")
    assert task.deadline is not None


def test_without_the_deadline_right_it_is_refused(portal: PortalFixture) -> None:
    task = portal.task(allow_change_deadline=False)
    refusal = portal.refused("member", UPDATE, taskId=task.id, fields={"DEADLINE": "2026-05-01"})
    assert refusal.code == "0"


def test_a_deadline_with_something_else_needs_the_right_to_edit(portal: PortalFixture) -> None:
    fields = {"DEADLINE": "2026-05-01", "PRIORITY": 2}
    assert portal.refused("member", UPDATE, taskId=portal.task().id, fields=fields).code == "0"


def test_status_alone_needs_the_status_right_only(portal: PortalFixture) -> None:
    task = portal.task()
    update(portal, task, "member", STATUS=5)
    assert (task.status, task.closed_by) == (5, portal.id_of("member"))


def test_responsible_alone_is_delegation(portal: PortalFixture) -> None:
    task = portal.task(status=3)
    update(portal, task, "member", RESPONSIBLE_ID=portal.id_of("moderator"))
    assert (task.responsible_id, task.status) == (portal.id_of("moderator"), 2)
    assert task.auditors == [portal.id_of("member")]


def test_responsible_among_others_is_a_plain_change(portal: PortalFixture) -> None:
    task = portal.task(status=3)
    update(portal, task, RESPONSIBLE_ID=portal.id_of("moderator"), PRIORITY=2)
    assert (task.responsible_id, task.status, task.auditors) == (portal.id_of("moderator"), 3, [])


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
def test_validation_texts(portal: PortalFixture, fields: dict[str, Any], text: str) -> None:
    assert complaint(portal, UPDATE, taskId=portal.task().id, fields=fields) == text


def test_a_task_cannot_be_its_own_parent(portal: PortalFixture) -> None:
    task = portal.task()
    text = complaint(portal, UPDATE, taskId=task.id, fields={"PARENT_ID": task.id})
    assert text == "Cannot bind the node to itself<br>"


def test_a_subtask_cannot_become_the_parent(portal: PortalFixture) -> None:
    task = portal.task()
    child = portal.task(parent_id=portal.task(parent_id=task.id).id)
    text = complaint(portal, UPDATE, taskId=task.id, fields={"PARENT_ID": child.id})
    assert text == "Creating cyclic links in tasks is prohibited<br>"


def test_nothing_is_stored_when_one_field_is_wrong(portal: PortalFixture) -> None:
    task = portal.task(title="Old")
    complaint(portal, UPDATE, taskId=task.id, fields={"TITLE": "New", "STATUS": 99})
    assert task.title == "Old"


# --- update: stages and groups ---
@pytest.mark.parametrize(("value", "stored"), [(98765, 98765), ("12abc", 12), ("text", 0)])
def test_a_stage_is_stored_without_validation(portal: PortalFixture, value: Any, stored: int) -> None:
    task = portal.task()
    update(portal, task, STAGE_ID=value)
    assert task.stage_id == stored


def test_stage_0_alone_stays_0(portal: PortalFixture) -> None:
    task = portal.task(stage_id=portal.stages()[1].id)
    update(portal, task, STAGE_ID=0)
    assert task.stage_id == 0


def test_stage_0_with_the_group_becomes_the_new_column(portal: PortalFixture) -> None:
    task = portal.task(stage_id=portal.stages()[1].id)
    update(portal, task, STAGE_ID=0, GROUP_ID=portal.main.id)
    assert task.stage_id == portal.stages()[0].id


def test_the_same_group_is_no_change_of_group(portal: PortalFixture) -> None:
    task, stage = portal.task(stage_id=portal.stages()[1].id), portal.stages()[2]
    update(portal, task, STAGE_ID=stage.id, GROUP_ID=portal.main.id)
    assert task.stage_id == stage.id


def test_another_group_takes_the_stage_away_even_a_given_one(portal: PortalFixture) -> None:
    task = portal.task(stage_id=portal.stages()[1].id)
    update(portal, task, GROUP_ID=other_group(portal).id, STAGE_ID=portal.stages()[2].id)
    assert (task.group_id, task.stage_id) == (other_group(portal).id, 0)


def test_another_group_with_a_board_gives_its_new_column(portal: PortalFixture) -> None:
    task = portal.task(group_id=other_group(portal).id)
    update(portal, task, GROUP_ID=portal.main.id)
    assert task.stage_id == portal.stages()[0].id


def test_a_group_one_may_not_create_in_is_refused(portal: PortalFixture) -> None:
    task = portal.task()
    fields = {"GROUP_ID": other_group(portal, "Hidden").id}
    assert portal.refused("owner", UPDATE, taskId=task.id, fields=fields).code == "0"


# --- delete ---
def test_delete_answers_task_true(portal: PortalFixture) -> None:
    task = portal.task()
    assert portal.ask("owner", DELETE, taskId=task.id) == {"task": True}
    assert portal.ask("owner", "tasks.task.get", taskId=task.id) == []


@pytest.mark.parametrize("who", ["member", "outsider"])
def test_a_forbidden_delete_has_its_own_number(portal: PortalFixture, who: str) -> None:
    refusal = portal.refused(who, DELETE, taskId=portal.task().id)
    assert (refusal.status, refusal.code) == (400, "1048582")


def test_an_unknown_task_is_refused_alike(portal: PortalFixture) -> None:
    assert portal.refused("admin", DELETE, taskId=98765).code == "1048582"


def test_delete_clears_plans_and_order_and_lifts_subtasks(portal: PortalFixture) -> None:
    task = portal.task()
    child = portal.task(parent_id=task.id)
    portal.state.relations[(task.id, "U", 4)] = 9
    portal.state.sorting[("G", portal.main.id)] = {task.id: 1.0}
    portal.ask("owner", DELETE, taskId=task.id)
    assert (task.id, "U", 4) not in portal.state.relations
    assert portal.state.sorting[("G", portal.main.id)] == {}
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
def test_status_methods(portal: PortalFixture, method: str, before: int, after: int) -> None:
    task = portal.task(status=before)
    answer = portal.ask("owner", f"tasks.task.{method}", taskId=task.id)
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
def test_a_state_that_does_not_allow_it_is_refused(
    portal: PortalFixture, method: str, status: int, code: str
) -> None:
    refusal = portal.refused("owner", f"tasks.task.{method}", taskId=portal.task(status=status).id)
    assert (refusal.status, refusal.code, refusal.description) == (400, code, "Action unavailable")


def test_a_mere_reader_may_not_complete(portal: PortalFixture) -> None:
    task = portal.task(responsible_id=portal.id_of("moderator"))
    assert portal.refused("member", "tasks.task.complete", taskId=task.id).code == "0"


def test_completing_leaves_dates_behind(portal: PortalFixture) -> None:
    task = portal.task()
    portal.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.closed is not None
    assert (task.closed_by, task.status_changed_by) == (portal.id_of("member"),) * 2


def test_renewing_takes_the_closing_date_away(portal: PortalFixture) -> None:
    task = portal.task(status=5, closed=portal.state.now(), closed_by=4)
    portal.ask("member", "tasks.task.renew", taskId=task.id)
    assert (task.closed, task.closed_by) == (None, 0)


def test_a_controlled_task_waits_for_review(portal: PortalFixture) -> None:
    task = portal.task(task_control=True)
    portal.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.status == 4


def test_the_creator_completes_a_controlled_task_at_once(portal: PortalFixture) -> None:
    task = portal.task(task_control=True)
    portal.ask("owner", "tasks.task.complete", taskId=task.id)
    assert task.status == 5


def test_completing_does_not_move_the_card(portal: PortalFixture) -> None:
    task = portal.task(stage_id=portal.stages()[1].id)
    portal.ask("member", "tasks.task.complete", taskId=task.id)
    assert task.stage_id == portal.stages()[1].id


def test_delegate_makes_the_former_person_watch(portal: PortalFixture) -> None:
    task = portal.task(status=3)
    portal.ask("member", "tasks.task.delegate", taskId=task.id, userId=str(portal.id_of("moderator")))
    assert (task.responsible_id, task.status, task.auditors) == (
        portal.id_of("moderator"),
        2,
        [portal.id_of("member")],
    )


# --- events (§9.3) ---
@pytest.fixture
def listening(portal: PortalFixture) -> PortalFixture:
    """The app is installed and wants all task events; nothing is sent, as no request ends."""
    portal.client()
    app = portal.state.app
    assert app is not None
    app.installed = True
    names = ("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
    app.subscriptions = [Subscription(n, name, "http://127.0.0.1:9/e") for n, name in enumerate(names, 1)]
    return portal


def sent(portal: PortalFixture) -> list[tuple[str, str]]:
    return [(item.event, item.form.get("data[FIELDS_AFTER][ID]", "-")) for item in portal.state.outbox]


def test_add_update_and_delete_raise_their_events(listening: PortalFixture) -> None:
    task = add(listening)
    update(listening, task, TITLE="x")
    listening.ask("owner", DELETE, taskId=task.id)
    assert sent(listening) == [
        ("ONTASKADD", str(task.id)),
        ("ONTASKUPDATE", str(task.id)),
        ("ONTASKDELETE", "-"),
    ]


def test_the_payload_says_undefined_where_there_is_nothing(listening: PortalFixture) -> None:
    task = add(listening)
    form = listening.state.outbox[0].form
    data = {key: value for key, value in form.items() if key.startswith("data")}
    assert data == {
        "data[FIELDS_BEFORE]": "undefined",
        "data[FIELDS_AFTER][ID]": str(task.id),
        "data[IS_ACCESSIBLE_BEFORE]": "N",
        "data[IS_ACCESSIBLE_AFTER]": "undefined",
    }


def test_two_updates_in_one_process_are_one_event(listening: PortalFixture) -> None:
    task, process = listening.task(), dict[str, Any]()
    for title in ("a", "b"):
        listening.ask("owner", UPDATE, process, taskId=task.id, fields={"TITLE": title})
    assert sent(listening) == [("ONTASKUPDATE", str(task.id))]


def test_status_methods_raise_an_update(listening: PortalFixture) -> None:
    task = listening.task()
    listening.ask("owner", "tasks.task.complete", taskId=task.id)
    assert sent(listening) == [("ONTASKUPDATE", str(task.id))]


def test_a_refused_update_raises_nothing(listening: PortalFixture) -> None:
    listening.refused("member", UPDATE, taskId=listening.task().id, fields={"TITLE": "x"})
    assert sent(listening) == []
