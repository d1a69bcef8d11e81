"""The thin typed calls: exact parameters out, honest rows in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from b24.client import Answer, Command
from b24.methods import groups, placements, stages, tasks, users
from b24.methods.users import PersonRow
from b24.wire import build_query

STAGE: dict[str, Any] = {
    "ID": "5", "TITLE": "New", "SORT": "100", "COLOR": "00c4fb", "SYSTEM_TYPE": "NEW", "ENTITY_ID": "12",
    "ENTITY_TYPE": "G", "ADDITIONAL_FILTER": [], "TO_UPDATE": [], "TO_UPDATE_ACCESS": None,
}  # fmt: skip


# --- stages ---
@pytest.mark.parametrize(
    ("command", "method", "params"),
    [
        (stages.get(12), "task.stages.get", {"entityId": 12, "numeric": 1}),
        (stages.get(0, as_admin=True), "task.stages.get", {"entityId": 0, "numeric": 1, "isAdmin": 1}),
        (
            stages.add(12, "T", "AABBCC", 0),
            "task.stages.add",
            {"fields": {"TITLE": "T", "COLOR": "AABBCC", "AFTER_ID": 0, "ENTITY_ID": 12}},
        ),
        (stages.update(5, title="T"), "task.stages.update", {"id": 5, "fields": {"TITLE": "T"}}),
        (stages.update(5, after_id=0), "task.stages.update", {"id": 5, "fields": {"AFTER_ID": 0}}),
        (
            stages.update("$result[a]", color="AABBCC", as_admin=True),
            "task.stages.update",
            {"id": "$result[a]", "fields": {"COLOR": "AABBCC"}, "isAdmin": 1},
        ),
        (stages.delete(5), "task.stages.delete", {"id": 5}),
        (stages.move_task(1, 2), "task.stages.movetask", {"id": 1, "stageId": 2}),
        (stages.move_task(1, 2, before=3), "task.stages.movetask", {"id": 1, "stageId": 2, "before": 3}),
        (stages.move_task(1, 2, after=3), "task.stages.movetask", {"id": 1, "stageId": 2, "after": 3}),
        (stages.can_move_task(12), "task.stages.canmovetask", {"entityId": 12, "entityType": "G"}),
    ],
)
def test_stage_commands(command: Command, method: str, params: dict[str, Any]) -> None:
    assert (command.method, command.params) == (method, params)


def test_only_one_neighbour_is_sent() -> None:
    assert "after" not in stages.move_task(1, 2, before=3, after=4).params


def test_stages_are_ordered_by_sort_and_both_empty_types_are_none() -> None:
    result = {
        "5": {**STAGE, "SORT": "200", "SYSTEM_TYPE": ""},
        "6": {**STAGE, "ID": "6", "SORT": "100"},
        "7": {**STAGE, "ID": "7", "SORT": "300", "SYSTEM_TYPE": None, "COLOR": None},
    }
    rows = stages.parse_stages(result)
    assert [row.id for row in rows] == [6, 5, 7]
    assert [row.system_type for row in rows] == ["NEW", None, None]
    assert (rows[0].color, rows[0].raw_color) == ("00C4FB", "00c4fb")
    assert (rows[2].color, rows[2].raw_color) == ("47D1E2", "")
    assert (rows[0].entity_id, rows[0].entity_type) == (12, "G")
    assert stages.parse_stages([]) == ()
    assert stages.parse_stages(list(result.values())) == rows


def test_an_added_id() -> None:
    assert (stages.parse_id(17), stages.parse_id("17"), stages.parse_id([])) == (17, 17, 0)


@pytest.mark.parametrize(
    "command",
    [
        stages.add(1, "$result[a][b]", "AABBCC", 0),
        stages.update(1, title="x $RESULT[a]"),
        tasks.update(1, {"TITLE": "$result[a]", "DESCRIPTION": "$next[a]", "TAGS": ["$total[a]", "b"]}),
        tasks.add({"TITLE": "$time[a]", "RESPONSIBLE_ID": 1}),
        tasks.list_tasks({"%TITLE": "$error[a]", "SEARCH_INDEX": "$result[a]"}),
        groups.list_groups(name="$result[a]"),
        users.search("$result[a]"),
    ],
)
def test_what_people_type_is_never_a_reference(command: Command) -> None:
    query = build_query(command.params).lower()
    for word in ("result", "next", "total", "time", "error"):
        assert f"%24{word}%5b" not in query


def test_references_where_we_mean_them_stay() -> None:
    command = tasks.list_tasks({"STAGE_ID": "$result[st][0][ID]"})
    assert command.params["filter"] == {"STAGE_ID": "$result[st][0][ID]"}


# --- tasks ---
TASK: dict[str, Any] = {
    "id": "8017", "parentId": "7", "title": "A <b>task</b>", "description": "text", "priority": "2",
    "status": "3", "groupId": "12", "stageId": "0", "createdBy": "503", "responsibleId": "547",
    "accomplices": [], "auditors": ["13"],
    "createdDate": "2025-10-24T19:00:00+02:00", "changedDate": None, "deadline": "2025-10-25T19:00:00+02:00",
    "group": {"id": "12", "name": "Project", "image": "", "additionalData": []},
    "creator": {"id": "503", "name": "Maria", "icon": "https://x/p.png", "workPosition": None},
    "responsible": {"id": "547", "name": "Anna", "icon": "/bitrix/images/avatar.png", "workPosition": "Dev"},
    "accomplicesData": [],
    "auditorsData": {"13": {"id": "13", "name": "John", "icon": "", "workPosition": ""}},
    "ufCrmTask": ["D_17"], "tags": {"35": {"id": 35, "title": "urgent"}},
    "action": {"edit": True, "complete": False, "edit.originator": True, "changeDeadline": True},
}  # fmt: skip


def test_a_task() -> None:
    row = tasks.parse_task({"task": TASK})
    assert row is not None
    assert (row.id, row.title, row.status, row.priority, row.stage_id) == (8017, "A <b>task</b>", "3", 2, 0)
    assert (row.group_id, row.group_name, row.parent_id) == (12, "Project", 7)
    assert row.deadline == dt.datetime(2025, 10, 25, 17, tzinfo=dt.UTC)
    assert row.created is not None
    assert row.changed is None
    assert row.responsible == PersonRow(547, "Anna", "", "Dev")
    assert row.creator == PersonRow(503, "Maria", "https://x/p.png", "")
    assert (row.auditors, row.accomplices) == ((PersonRow(13, "John"),), ())
    assert (row.crm, row.tags) == (("D_17",), ("urgent",))
    assert row.actions == {"edit", "edit.originator", "changeDeadline"}


@pytest.mark.parametrize("result", [[], {}, None, {"task": []}, {"task": True}])
def test_a_task_that_is_not_there(result: Any) -> None:
    assert tasks.parse_task(result) is None


def test_a_bare_task() -> None:
    row = tasks.parse_task(
        {"task": {"id": "5", "responsibleId": "7", "group": [], "tags": [], "ufCrmTask": False}}
    )
    assert row is not None
    assert row.responsible == PersonRow(7, "")
    assert (row.creator, row.tags, row.crm, row.status, row.priority) == (None, (), (), "2", 1)


def test_auditors_without_their_data_keep_their_ids() -> None:
    row = tasks.parse_task({"task": {"id": "5", "auditors": ["13", "14"], "auditorsData": []}})
    assert row is not None
    assert [person.id for person in row.auditors] == [13, 14]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], ()),
        (["a", "b"], ("a", "b")),
        ([{"id": 1, "title": "a"}], ("a",)),
        ({"1": {"title": "a"}}, ("a",)),
        (None, ()),
    ],
)
def test_tags_in_every_form(tags: Any, expected: tuple[str, ...]) -> None:
    row = tasks.parse_task({"task": {"id": "5", "tags": tags}})
    assert row is not None
    assert row.tags == expected


def test_a_list_of_tasks() -> None:
    assert [row.id for row in tasks.parse_list(Answer({"tasks": [TASK, {"id": "2"}]}, total=2))] == [8017, 2]
    assert tasks.parse_list(Answer({"tasks": []})) == ()
    assert tasks.parse_list(Answer([])) == ()


def test_task_commands() -> None:
    listing = tasks.list_tasks({"GROUP_ID": 12}, order={"SORTING": "asc"}, start=50)
    assert listing.params == {
        "filter": {"GROUP_ID": 12},
        "select": list(tasks.CARD_FIELDS),
        "order": {"SORTING": "asc"},
        "start": 50,
    }
    assert "start" not in tasks.list_tasks({}).params
    assert tasks.list_tasks({}, select=["ID"], start=-1).params["start"] == -1
    assert tasks.get(5).params == {"taskId": 5, "select": list(tasks.DRAWER_FIELDS)}
    assert tasks.delete(5) == Command("tasks.task.delete", {"taskId": 5})
    assert tasks.status_action("renew", 5) == Command("tasks.task.renew", {"taskId": 5})
    with pytest.raises(ValueError, match="delete"):
        tasks.status_action("delete", 5)


def test_what_comes_only_when_named_is_named() -> None:
    for fields in (tasks.CARD_FIELDS, tasks.DRAWER_FIELDS):
        assert {"STAGE_ID", "TAGS", "UF_CRM_TASK"} <= set(fields)


# --- groups ---
def test_groups() -> None:
    command = groups.list_groups(start=50, as_admin=True, name="Pro")
    assert command == Command(
        "sonet_group.get",
        {"ORDER": {"NAME": "ASC"}, "FILTER": {"ACTIVE": "Y", "%NAME": "Pro"}, "IS_ADMIN": "Y", "start": 50},
    )
    assert groups.list_groups().params == {"ORDER": {"NAME": "ASC"}, "FILTER": {"ACTIVE": "Y"}}
    assert groups.get_group(5).params == {"FILTER": {"ID": 5}}
    row = {
        "ID": "77",
        "NAME": "P",
        "DESCRIPTION": None,
        "OWNER_ID": "3",
        "NUMBER_OF_MEMBERS": "12",
        "PROJECT": "Y",
    }
    [group] = groups.parse_groups(Answer([{**row, "VISIBLE": "N", "OPENED": "Y", "CLOSED": "Y"}]))
    assert (group.id, group.name, group.description, group.owner_id, group.member_count) == (
        77,
        "P",
        "",
        3,
        12,
    )
    assert (group.is_project, group.visible, group.opened, group.closed) == (True, False, True, True)


def test_roles() -> None:
    assert groups.my_groups() == Command("sonet_group.user.groups")
    assert groups.parse_my_groups([{"GROUP_ID": "7", "ROLE": "K"}]) == {7: "K"}
    assert groups.members(7) == Command("sonet_group.user.get", {"ID": 7})
    assert groups.parse_members([{"USER_ID": "5", "ROLE": "A"}]) == {5: "A"}
    assert groups.parse_members([]) == {}


# --- users ---
def test_profile() -> None:
    assert users.parse_profile(
        {"ID": "1", "ADMIN": True, "NAME": "Ann", "LAST_NAME": "Lee"}
    ) == users.Profile(1, "Ann Lee", True)
    assert users.parse_profile([]) is None
    assert users.profile() == Command("profile")


def test_users() -> None:
    assert users.get_users(ids=[5, 7], start=50).params == {
        "FILTER": {"ACTIVE": True, "ID": [5, 7]},
        "sort": "LAST_NAME",
        "order": "ASC",
        "start": 50,
    }
    assert users.get_users(ids=[]).params["FILTER"]["ID"] == [0], "nobody, and not everybody"
    assert users.get_users(active=False).params["FILTER"] == {}
    assert users.search("ann").params == {"FILTER": {"FIND": "ann"}}
    rows = users.parse_users(
        [
            {
                "ID": "1",
                "NAME": "Ann",
                "LAST_NAME": "",
                "PERSONAL_PHOTO": "https://x/a.png",
                "WORK_POSITION": "Boss",
            },
            {"ID": "2", "PERSONAL_PHOTO": "", "TIMESTAMP_X": {}},
        ]
    )
    assert rows == (PersonRow(1, "Ann", "https://x/a.png", "Boss"), PersonRow(2, "#2"))


# --- placements ---
def test_placements() -> None:
    command = placements.bind(
        "SONET_GROUP_DETAIL_TAB", "https://app.example/", {"de": "Bretter", "en": "Boards"}
    )
    assert command == Command(
        "placement.bind",
        {
            "PLACEMENT": "SONET_GROUP_DETAIL_TAB",
            "HANDLER": "https://app.example/",
            "TITLE": "Boards",
            "LANG_ALL": {"de": {"TITLE": "Bretter"}, "en": {"TITLE": "Boards"}},
        },
    )
    assert placements.bind("X", "https://a.example/", {"de": "Bretter"}).params["TITLE"] == "Bretter"
    assert placements.unbind("X").params == {"PLACEMENT": "X"}
    assert placements.unbind("X", "https://a.example/").params["HANDLER"] == "https://a.example/"
    assert placements.list_bound() == Command("placement.get")
    assert placements.available() == Command("placement.list")
    bound = placements.parse_bound(
        [{"placement": "X", "handler": "https://a.example/", "title": "T", "options": []}]
    )
    assert bound == (placements.BoundPlacement("X", "https://a.example/", "T"),)
    assert placements.parse_available(["A", "B", None]) == {"A", "B"}


def test_event_subscriptions() -> None:
    assert placements.bind_event("ONTASKADD", "https://a.example/events") == Command(
        "event.bind", {"event": "ONTASKADD", "handler": "https://a.example/events"}
    )
    assert placements.unbind_event("ONTASKADD", "https://a.example/").method == "event.unbind"
    assert placements.bound_events() == Command("event.get")
    listed = [
        {"event": "onTaskAdd", "handler": "https://a.example/", "offline": 0},
        {"event": "ONTASKADD", "offline": 1},
    ]
    assert placements.parse_events(listed) == (placements.BoundEvent("ONTASKADD", "https://a.example/"),)
