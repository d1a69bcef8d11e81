"""The calls of scrum: exact parameters out, honest rows in, texts that decide where codes say nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from b24 import errors
from b24.classify import classify
from b24.client import Command
from b24.methods import scrum, sprints
from b24.wire import build_query

START = dt.datetime(2026, 3, 2, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))
END = START + dt.timedelta(days=14)
API = "tasks.api.scrum."


@pytest.mark.parametrize(
    ("command", "method", "params"),
    [
        (scrum.get_item(5), "task.get", {"id": 5}),
        (scrum.get_backlog(12), "backlog.get", {"id": 12}),  # the group's id
        (scrum.add_backlog(12, 3), "backlog.add", {"fields": {"groupId": 12, "createdBy": 3}}),
        (scrum.get_columns(7), "kanban.getStages", {"sprintId": 7}),
        (
            scrum.add_column(7, "N", "AABBCC", "WORK", 150),
            "kanban.addStage",
            {"fields": {"sprintId": 7, "name": "N", "type": "WORK", "sort": 150, "color": "AABBCC"}},
        ),
        (
            scrum.update_column(9, sort=300),
            "kanban.updateStage",
            {"stageId": 9, "fields": {"sort": 300}},
        ),
        (
            scrum.update_column(9, name="N", color="AABBCC", kind="NEW"),
            "kanban.updateStage",
            {"stageId": 9, "fields": {"name": "N", "color": "AABBCC", "type": "NEW"}},
        ),
        (scrum.delete_column(9), "kanban.deleteStage", {"stageId": 9}),
        (scrum.put_on_board(7, 5, 9), "kanban.addTask", {"sprintId": 7, "taskId": 5, "stageId": 9}),
        (scrum.take_off_board(7, 5), "kanban.deleteTask", {"sprintId": 7, "taskId": 5}),
        (sprints.get_sprint(7), "sprint.get", {"id": 7}),
        (sprints.start_sprint(7), "sprint.start", {"id": 7}),
        (sprints.complete_sprint(12), "sprint.complete", {"id": 12}),  # the group's id
        (sprints.delete_sprint(7), "sprint.delete", {"id": 7}),
        (sprints.get_epic(4), "epic.get", {"id": 4, "withFiles": 0}),
        (sprints.delete_epic(4), "epic.delete", {"id": 4}),
        (
            sprints.add_epic(12, "E", "69DAFC", "D", 3),
            "epic.add",
            {"fields": {"groupId": 12, "name": "E", "color": "#69dafc", "description": "D", "createdBy": 3}},
        ),
        (sprints.update_epic(4, color="69DAFC"), "epic.update", {"id": 4, "fields": {"color": "#69dafc"}}),
        (
            sprints.update_sprint(7, name="S", start=START, end=END, sort=2),
            "sprint.update",
            {
                "id": 7,
                "fields": {
                    "name": "S",
                    "dateStart": "2026-03-02T09:00:00+03:00",
                    "dateEnd": "2026-03-16T09:00:00+03:00",
                    "sort": 2,
                },
            },
        ),
    ],
)
def test_commands(command: Command, method: str, params: dict[str, Any]) -> None:
    assert (command.method, command.params) == (API + method, params)


def fields(command: Command) -> dict[str, Any]:
    return dict(command.params["fields"])


@pytest.mark.parametrize("points", ["8", "", "½", "13 or more"])
def test_points_are_strings(points: str) -> None:
    assert fields(scrum.update_item(5, points=points)) == {"storyPoints": points}
    assert build_query(scrum.update_item(5, points="").params) == "id=5&fields[storyPoints]="


def test_even_a_number_travels_as_a_string() -> None:
    assert fields(scrum.update_item(5, points=8))["storyPoints"] == "8"  # type: ignore[arg-type]


def test_only_what_is_given_is_changed() -> None:
    assert fields(scrum.update_item(5, epic_id=0)) == {"epicId": 0}
    assert fields(scrum.update_item(5, entity_id=7, created_by=3)) == {"entityId": 7, "createdBy": 3}


@pytest.mark.parametrize(("sort", "rounded"), [(1.5, 2), (-3.0, 0), (999.25, 255)])
def test_older_portals_get_a_sort_they_can_keep(sort: float, rounded: int) -> None:
    assert fields(scrum.update_item(5, sort=sort)) == {"sortFloat": sort, "sort": rounded}


def test_a_reference_in_a_text_is_no_reference() -> None:
    for command in (
        scrum.update_item(5, points="$result[a]"),
        scrum.add_column(7, "$result[a]", "AABBCC", "WORK", 1),
        scrum.update_column(9, name="$result[a]"),
        sprints.add_sprint(12, "$result[a]", START, END, 3),
        sprints.update_sprint(7, name="$result[a]"),
        sprints.add_epic(12, "$result[a]", "AABBCC", "$result[a]", 3),
        sprints.update_epic(4, name="$result[a]", description="$result[a]"),
    ):
        assert "$result" not in str(command.params)


def test_a_sprint_is_added_planned_with_a_creator() -> None:
    assert fields(sprints.add_sprint(12, "S", START, END, 3)) == {
        "groupId": 12,
        "name": "S",
        "dateStart": "2026-03-02T09:00:00+03:00",
        "dateEnd": "2026-03-16T09:00:00+03:00",
        "status": "planned",
        "createdBy": 3,
    }
    assert fields(sprints.add_sprint(12, "S", START, END, 3, sort=4))["sort"] == 4
    with pytest.raises(ValueError, match="without an offset"):
        sprints.add_sprint(12, "S", START.replace(tzinfo=None), END, 3)


def test_lists_ask_with_the_names_the_portal_knows() -> None:
    wanted = {"=GROUP_ID": 12, "=ENTITY_TYPE": "sprint"}
    assert sprints.list_open_sprints(12).params["filter"] == wanted | {"!=STATUS": "completed"}
    assert sprints.list_active_sprints(12).params["filter"] == wanted | {"=STATUS": "active"}
    ended = sprints.list_completed_sprints(12, start=50)
    assert ended.params["filter"] == wanted | {"=STATUS": "completed"}
    assert (ended.params["order"], ended.params["start"]) == ({"DATE_END": "DESC", "ID": "DESC"}, 50)
    assert sprints.list_epics(12).params == {"filter": {"=GROUP_ID": 12}, "order": {"ID": "ASC"}}


# --- rows ---
def test_items() -> None:
    row = {"entityId": 7, "storyPoints": "½", "epicId": 0, "sort": 1, "sortFloat": 0.5, "createdBy": 1}
    assert scrum.parse_item(row) == scrum.ItemRow(7, "½", 0, 0.5, 1)
    older = {key: value for key, value in row.items() if key != "sortFloat"}
    assert scrum.parse_item(older).sort == 1.0
    assert scrum.parse_item([]) == scrum.ItemRow(0, "", 0, 0.0)
    assert scrum.as_number({}) == 0.0


def test_columns_come_by_sort_and_keep_types_nobody_knows() -> None:
    row = {"id": "31", "name": "New", "sort": "200", "type": "NEW", "sprintId": "7", "color": "00c4fb"}
    found = scrum.parse_columns([row, {**row, "id": "32", "sort": "100", "type": "REVIEW", "color": None}])
    assert [(one.id, one.type, one.color) for one in found] == [
        (32, "REVIEW", "47D1E2"),
        (31, "NEW", "00C4FB"),
    ]
    assert scrum.parse_columns([]) == ()


@pytest.mark.parametrize(
    ("result", "done"),
    [
        (True, True),
        ({"status": "success", "data": True, "errors": []}, True),
        (False, False),
        (None, False),
        ([], False),
        (1, False),
        ("true", False),
    ],
)
def test_only_true_is_done(result: Any, done: bool) -> None:
    assert scrum.is_done(result) is done


def test_sprints_and_backlogs() -> None:
    row = {
        "id": 2, "groupId": 143, "entityType": "sprint", "name": "S", "goal": "G", "sort": 1, "createdBy": 1,
        "modifiedBy": 1, "dateStart": "2024-07-19T15:03:01+00:00", "dateEnd": "", "status": "planned",
    }  # fmt: skip
    one = sprints.parse_sprint(row)
    assert one == sprints.SprintRow(
        2, 143, "S", "planned", dt.datetime(2024, 7, 19, 15, 3, 1, tzinfo=dt.UTC), None, "G", 1, 1
    )
    backlog = {**row, "id": 3, "entityType": "backlog"}
    assert sprints.parse_sprint(backlog) is None
    assert sprints.parse_sprint([]) is None
    assert sprints.parse_sprints([backlog, row]) == (one,)
    assert scrum.parse_backlog({"id": 3, "groupId": 143}) == scrum.BacklogRow(3, 143)


def test_epics() -> None:
    row = {"id": 1, "groupId": 143, "name": "E", "description": "<b>D</b> &amp; more", "color": "#69dafc"}
    assert sprints.parse_epic(row) == sprints.EpicRow(1, 143, "E", "D & more", "69DAFC")
    assert sprints.parse_epics([row, []]) == (sprints.EpicRow(1, 143, "E", "D & more", "69DAFC"),)
    assert sprints.parse_epic([]) is None


# --- refusals: code "0" for everything ---
@pytest.mark.parametrize("status", [400, None])
@pytest.mark.parametrize("code", ["0", 0])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Access denied", errors.AccessDenied),
        ("Sprint not found", errors.NotFound),
        ("Backlog not found", errors.NotFound),
        ("Task not found.", errors.NotFound),
        ("Unable to start sprint", errors.SprintNotStarted),
        ("Unable to add two active sprint", errors.SprintAlreadyActive),
        ("Backlog already added", errors.BacklogExists),
        ("Item not created", errors.Refused),
        ("", errors.Refused),
    ],
)
def test_english_texts_decide_for_scrum_only(
    status: int | None, code: str | int, text: str, kind: type[errors.PortalError]
) -> None:
    assert type(classify(status, code, text, f"{API}sprint.get")) is kind
    assert type(classify(status, code, text, "crm.status.get")) is errors.Refused


def test_codes_that_say_something_still_decide() -> None:
    assert type(classify(401, "expired_token", "Access denied", f"{API}task.get")) is errors.TokenExpired
    assert type(classify(None, "100", "Task not found", f"{API}task.get")) is errors.InvalidParameter
    assert type(classify(502, "0", "Task not found", f"{API}task.get")) is errors.ServerFailure
