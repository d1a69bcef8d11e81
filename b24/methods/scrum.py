"""`tasks.api.scrum.task`, `.backlog` and `.kanban`: items, backlog, columns of a sprint (§4.2–4.5).

Parameter names are camelCase and exact. A sprint and a backlog are both an "entity"; an item is in one of
them. `kanban.*` say no with HTTP 200 and `false`: test them with `is_done` (surprise 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24.client import Command
from b24.wire import as_color, as_int, as_map, as_text, literal, rows

Id = int | str

LOWEST_SORT, HIGHEST_SORT = 0, 255  # of the rounded `sort`; `sortFloat` has no bounds (§4.2)


@dataclass(frozen=True)
class ItemRow:
    """The scrum item of a task. `points` is free text, "" for none; `sort` the exact one where it is sent."""

    entity_id: int
    points: str
    epic_id: int
    sort: float
    created_by: int = 0


@dataclass(frozen=True)
class BacklogRow:
    id: int
    group_id: int


@dataclass(frozen=True)
class ColumnRow:
    """A column of a sprint. `type` is what is stored: NEW, WORK, FINISH, or something newer."""

    id: int
    name: str
    sort: int
    type: str
    sprint_id: int
    color: str


# --- items ---
def get_item(task_id: Id) -> Command:
    """The scrum item of a task; NotFound when it has none (§4.2)."""
    return Command("tasks.api.scrum.task.get", {"id": task_id})


def parse_item(result: Any) -> ItemRow:
    """What `get_item` gave."""
    row = as_map(result)
    exact = row.get("sortFloat", row.get("sort"))
    return ItemRow(
        entity_id=as_int(row.get("entityId")),
        points=as_text(row.get("storyPoints")),
        epic_id=as_int(row.get("epicId")),
        sort=as_number(exact),
        created_by=as_int(row.get("createdBy")),
    )


def update_item(
    task_id: Id,
    *,
    entity_id: Id | None = None,
    points: str | None = None,
    epic_id: Id | None = None,
    sort: float | None = None,
    created_by: int | None = None,
) -> Command:
    """Change what is given of an item; `points` "" and `epic_id` 0 clear. Sets values, so it is repeatable.

    Points travel as a string: a number would be ignored with the answer true (surprise 4). An item that is
    missing is created when `entity_id` and `created_by` are given (surprise 9). Nothing but the item changes:
    no column, no STAGE_ID (surprise 24).
    """
    fields: dict[str, Any] = {
        "entityId": entity_id,
        "storyPoints": None if points is None else literal(str(points)),
        "epicId": epic_id,
        "createdBy": created_by,
    }
    if sort is not None:
        fields["sortFloat"] = sort
        fields["sort"] = min(max(round(sort), LOWEST_SORT), HIGHEST_SORT)  # older portals know only this one
    given = {key: value for key, value in fields.items() if value is not None}
    return Command("tasks.api.scrum.task.update", {"id": task_id, "fields": given})


# --- the backlog ---
def get_backlog(group_id: Id) -> Command:
    """The backlog of a group; takes the GROUP's id (surprise 8). NotFound when the group has none."""
    return Command("tasks.api.scrum.backlog.get", {"id": group_id})


def add_backlog(group_id: int, created_by: int) -> Command:
    """Give a group a backlog; `created_by` is required (surprise 9). Not repeatable."""
    return Command("tasks.api.scrum.backlog.add", {"fields": {"groupId": group_id, "createdBy": created_by}})


def parse_backlog(result: Any) -> BacklogRow:
    """What `get_backlog` and `add_backlog` gave."""
    row = as_map(result)
    return BacklogRow(as_int(row.get("id")), as_int(row.get("groupId")))


# --- columns of a sprint ---
def get_columns(sprint_id: Id) -> Command:
    """The columns of a sprint; an empty list for one that never started (surprise 19).

    Leaves the portal in sprint mode for the rest of a batch: no `task.stages.get` after it (surprise 14).
    """
    return Command("tasks.api.scrum.kanban.getStages", {"sprintId": sprint_id})


def parse_columns(result: Any) -> tuple[ColumnRow, ...]:
    """The columns in the order one sees them."""
    return tuple(sorted((_column(row) for row in rows(result)), key=lambda column: (column.sort, column.id)))


def add_column(sprint_id: Id, name: str, color: str, kind: str, sort: int) -> Command:
    """A further column; gives its id. Sorts are stored as given, nothing is renumbered. Not repeatable."""
    fields = {"sprintId": sprint_id, "name": literal(name), "type": kind, "sort": sort, "color": color}
    return Command("tasks.api.scrum.kanban.addStage", {"fields": fields})


def update_column(
    column_id: Id,
    *,
    name: str | None = None,
    color: str | None = None,
    kind: str | None = None,
    sort: int | None = None,
) -> Command:
    """Change what is given of a column; true, or false with HTTP 200."""
    given = {"name": None if name is None else literal(name), "color": color, "type": kind, "sort": sort}
    fields = {key: value for key, value in given.items() if value is not None}
    return Command("tasks.api.scrum.kanban.updateStage", {"stageId": column_id, "fields": fields})


def delete_column(column_id: Id) -> Command:
    """Remove an empty column; false with HTTP 200 when tasks are in it."""
    return Command("tasks.api.scrum.kanban.deleteStage", {"stageId": column_id})


def put_on_board(sprint_id: Id, task_id: Id, column_id: Id) -> Command:
    """Give a task a place on a sprint's board.

    Sets no STAGE_ID and looks for no other place the task may have; `stages.move_task` afterwards sets both.
    """
    params = {"sprintId": sprint_id, "taskId": task_id, "stageId": column_id}
    return Command("tasks.api.scrum.kanban.addTask", params)


def take_off_board(sprint_id: Id, task_id: Id) -> Command:
    """Take a task off a sprint's board and set its STAGE_ID to 0; the item stays in the sprint."""
    return Command("tasks.api.scrum.kanban.deleteTask", {"sprintId": sprint_id, "taskId": task_id})


def is_done(result: Any) -> bool:
    """Whether a method that answers false with HTTP 200 did it (surprise 2).

    The documentation shows `{"status", "data": true}` for some of them; that counts as well.
    """
    return result is True or as_map(result).get("data") is True


def as_number(value: Any) -> float:
    """A float from 0.5, "0.5", 1; 0 for anything else."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return 0.0


def _column(row: dict[str, Any]) -> ColumnRow:
    return ColumnRow(
        id=as_int(row.get("id")),
        name=as_text(row.get("name")),
        sort=as_int(row.get("sort")),
        type=as_text(row.get("type")),
        sprint_id=as_int(row.get("sprintId")),
        color=as_color(row.get("color")),
    )
