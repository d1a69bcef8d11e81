"""`tasks.task.get`, `getaccess`, `getFields` (behaviour.md §5.1, §5.2, §5.6): one rule per test."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sandbox.state.portal import Task
from tests.contract.portal_fixture import PortalFixture

GET = "tasks.task.get"


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


def get(portal: PortalFixture, task: Task, who: str = "member", **params: Any) -> Any:
    return portal.ask(who, GET, taskId=task.id, **params)["task"]


# --- addressing ---
def test_id_is_accepted_and_wins(portal: PortalFixture) -> None:
    one, two = portal.task(), portal.task()
    assert portal.ask("member", GET, id=str(one.id), taskId=two.id)["task"]["id"] == str(one.id)


@pytest.mark.parametrize("value", ["abc", "12abc", "", 0, -5, "0"])
def test_a_wrong_task_id_is_error_0(portal: PortalFixture, value: Any) -> None:
    refusal = portal.refused("member", GET, taskId=value)
    assert (refusal.status, refusal.code, refusal.description) == (400, "0", "wrong task id")


def test_no_task_id_is_error_100(portal: PortalFixture) -> None:
    refusal = portal.refused("member", GET, TASKID=1)
    assert refusal.code == "100"
    assert refusal.description == "CTaskItem All parameters in the constructor must have real class type"


def test_an_unresolved_reference_addresses_task_1(portal: PortalFixture) -> None:
    assert portal.ask("admin", GET, taskId={"new": []})["task"]["id"] == "1"


# --- not there, not readable ---
def test_an_unknown_task_is_an_empty_list_with_status_200(portal: PortalFixture) -> None:
    answer = portal.client().get(portal.path("member", GET), query_string={"taskId": 98765})
    assert (answer.status_code, answer.json["result"]) == (200, [])


def test_an_unreadable_task_is_an_empty_list(portal: PortalFixture) -> None:
    assert portal.ask("outsider", GET, taskId=portal.task().id) == []


def test_a_deleted_task_is_an_empty_list(portal: PortalFixture) -> None:
    assert portal.ask("admin", GET, taskId=portal.task(deleted=True).id) == []


@pytest.mark.parametrize("role", ["created_by", "responsible_id"])
def test_who_takes_part_can_read_without_the_group(portal: PortalFixture, role: str) -> None:
    task = portal.task(**{role: portal.id_of("outsider")})
    assert portal.ask("outsider", GET, taskId=task.id)["task"]


@pytest.mark.parametrize("role", ["accomplices", "auditors"])
def test_accomplices_and_auditors_can_read(portal: PortalFixture, role: str) -> None:
    task = portal.task(**{role: [portal.id_of("outsider")]})
    assert portal.ask("outsider", GET, taskId=task.id)["task"]


# --- the answer ---
def test_scalars_are_strings_in_camel_case(portal: PortalFixture) -> None:
    task = portal.task(stage_id=portal.stages()[1].id, priority=2)
    row = get(portal, task)
    shown = {key: row[key] for key in ("id", "groupId", "stageId", "priority", "status", "responsibleId")}
    assert shown == {
        "id": str(task.id),
        "groupId": str(portal.main.id),
        "stageId": str(portal.stages()[1].id),
        "priority": "2",
        "status": "2",
        "responsibleId": str(portal.id_of("member")),
    }


def test_absent_values_are_null(portal: PortalFixture) -> None:
    row = get(portal, portal.task())
    assert [row[key] for key in ("parentId", "mark", "deadline", "closedDate", "sprintId", "backlogId")] == [
        None
    ] * 6


def test_a_task_without_a_column_says_stage_0(portal: PortalFixture) -> None:
    assert get(portal, portal.task())["stageId"] == "0"


def test_status_is_the_real_one_even_when_overdue(portal: PortalFixture) -> None:
    overdue = portal.state.now() - dt.timedelta(days=3)
    assert get(portal, portal.task(deadline=overdue, status=3))["status"] == "3"


def test_dates_carry_the_users_offset(portal: PortalFixture) -> None:
    deadline = dt.datetime(2026, 1, 15, 12, 0, tzinfo=dt.UTC)
    task = portal.task(deadline=deadline)
    portal.state.users[portal.id_of("owner")].time_zone = "Europe/Berlin"
    assert get(portal, task, "owner")["deadline"] == "2026-01-15T13:00:00+01:00"


def test_the_group_is_a_short_object(portal: PortalFixture) -> None:
    assert get(portal, portal.task())["group"] == {
        "id": str(portal.main.id),
        "name": "Main project",
        "opened": False,
        "membersCount": 3,
        "image": "",
        "additionalData": [],
    }


def test_without_a_group_it_is_an_empty_list(portal: PortalFixture) -> None:
    assert get(portal, portal.task(group_id=0))["group"] == []


def test_persons_are_objects(portal: PortalFixture) -> None:
    row = get(portal, portal.task(auditors=[portal.id_of("moderator")]))
    member = portal.state.users[portal.id_of("member")]
    assert row["responsible"] == {
        "id": str(member.id),
        "name": member.full_name,
        "link": f"/company/personal/user/{member.id}/",
        "icon": "/bitrix/images/tasks/default_avatar.png",
        "workPosition": member.position,
    }
    assert list(row["auditorsData"]) == [str(portal.id_of("moderator"))]
    assert row["accomplicesData"] == []


def test_markup_survives_the_php_escaping(portal: PortalFixture) -> None:
    task = portal.task(title="<b>\"A\" & 'B'</b> / ёж")
    answer = portal.client().get(portal.path("member", GET), query_string={"taskId": task.id})
    assert b"\\u003Cb\\u003E" in answer.data
    assert answer.json["result"]["task"]["title"] == "<b>\"A\" & 'B'</b> / ёж"


# --- select ---
def test_select_limits_the_fields(portal: PortalFixture) -> None:
    row = get(portal, portal.task(), select=["TITLE", "UF_CRM_TASK"])
    always = {"id", "favorite", "group", "descriptionInBbcode", "creator", "responsible", "action"}
    assert set(row) == always | {"title", "ufCrmTask"}


def test_a_select_of_nothing_valid_gives_the_default_set(portal: PortalFixture) -> None:
    row = get(portal, portal.task(), select=["title", "NONSENSE"])
    assert {"title", "deadline", "stageId", "checkListTree"} <= set(row)


def test_user_fields_come_only_when_named(portal: PortalFixture) -> None:
    task = portal.task(crm=["D_17"])
    assert "ufCrmTask" not in get(portal, task, select=["*"])
    assert get(portal, task, select=["*", "UF_CRM_TASK"])["ufCrmTask"] == ["D_17"]


def test_tags_are_a_block(portal: PortalFixture) -> None:
    task = portal.task(tags=["urgent"])
    assert "tags" not in get(portal, task)
    assert [tag["title"] for tag in get(portal, task, select=["TAGS"])["tags"].values()] == ["urgent"]


def test_no_tags_are_an_empty_list(portal: PortalFixture) -> None:
    assert get(portal, portal.task(), select=["TAGS"])["tags"] == []


def test_a_select_that_is_no_array_is_error_100(portal: PortalFixture) -> None:
    refusal = portal.refused("member", GET, taskId=portal.task().id, select="ID")
    assert refusal.code == "100"
    text = "Invalid value {ID} to match with parameter {select}. Should be value of type array."
    assert refusal.description == text


# --- action ---
def actions(portal: PortalFixture, who: str, **values: Any) -> set[str]:
    row = get(portal, portal.task(**values), who)
    return {name for name, allowed in row["action"].items() if allowed}


def test_the_creator_may_edit_and_remove(portal: PortalFixture) -> None:
    assert {"edit", "remove", "complete", "start", "defer", "delegate"} <= actions(portal, "owner")


def test_a_moderator_may_edit_tasks_of_the_group(portal: PortalFixture) -> None:
    assert "edit" in actions(portal, "moderator")


def test_the_responsible_person_works_but_does_not_edit(portal: PortalFixture) -> None:
    found = actions(portal, "member", allow_change_deadline=False)
    assert {"start", "complete", "delegate"} <= found
    assert not {"edit", "remove", "changeDeadline"} & found


def test_the_responsible_person_may_change_the_deadline_where_allowed(portal: PortalFixture) -> None:
    assert "changeDeadline" in actions(portal, "member", allow_change_deadline=True)


def test_a_mere_reader_may_do_nothing_to_the_task(portal: PortalFixture) -> None:
    found = actions(portal, "member", responsible_id=portal.id_of("moderator"))
    assert found == {"create", "addFavorite", "favorite.add"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (2, {"complete", "start", "defer"}),
        (3, {"complete", "pause"}),
        (4, {"approve", "disapprove", "renew"}),
        (5, {"renew"}),
        (6, {"complete", "renew"}),
    ],
)
def test_the_state_decides_what_comes_next(portal: PortalFixture, status: int, expected: set[str]) -> None:
    state = {"complete", "start", "pause", "defer", "renew", "approve", "disapprove"}
    assert actions(portal, "owner", status=status) & state == expected


# --- getaccess, getFields ---
def test_getaccess_shows_actions_in_upper_case(portal: PortalFixture) -> None:
    found = portal.ask("owner", "tasks.task.getaccess", taskId=portal.task().id)["allowedActions"]
    mine = found[str(portal.id_of("owner"))]
    assert (mine["EDIT"], mine["CHANGE_DEADLINE"], mine["EDIT.PLAN"], mine["PAUSE"]) == (
        True,
        True,
        True,
        False,
    )


def test_getaccess_of_a_stranger_is_all_false(portal: PortalFixture) -> None:
    task = portal.task()
    found = portal.ask(
        "owner", "tasks.task.getaccess", taskId=task.id, users=[98765, portal.id_of("outsider")]
    )
    assert not any(found["allowedActions"]["98765"].values())
    assert not any(found["allowedActions"][str(portal.id_of("outsider"))].values())


def test_getaccess_for_an_unreadable_task_is_empty(portal: PortalFixture) -> None:
    assert portal.ask("outsider", "tasks.task.getaccess", taskId=portal.task().id) == {"allowedActions": []}


def test_getfields_has_upper_case_names_and_no_story_points(portal: PortalFixture) -> None:
    fields = portal.ask("member", "tasks.task.getFields")["fields"]
    assert fields["ID"] == {"title": "ID", "type": "integer", "primary": True}
    assert {"STAGE_ID", "SPRINT_ID", "FLOW_ID", "CHAT_ID", "UF_CRM_TASK"} <= set(fields)
    assert not {"STORY_POINTS", "EPIC", "TAGS"} & set(fields)
