"""`task.stages.*`: the columns of a group's board and of My Planner (behaviour.md §3).

Ids may be numbers or references like `$result[add]`. `entity_id` 0 is the caller's own My Planner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24.client import Command
from b24.wire import as_color, as_int, as_text, literal, rows

Id = int | str


@dataclass(frozen=True)
class StageRow:
    """`color` is six upper-case hex digits, `raw_color` what is stored; `system_type` NEW, … or None."""

    id: int
    title: str
    color: str
    sort: int
    system_type: str | None = None
    entity_id: int = 0
    entity_type: str = "G"
    raw_color: str = ""


def get(entity_id: Id, *, as_admin: bool = False) -> Command:
    """All columns of a board; creates the default ones where there are none (§3.2)."""
    return Command("task.stages.get", {"entityId": entity_id, "numeric": 1, **_admin(as_admin)})


def parse_stages(result: Any) -> tuple[StageRow, ...]:
    """The columns in the order one sees them: by SORT, never by key (surprise 19)."""
    return tuple(sorted((_row(row) for row in rows(result)), key=lambda row: (row.sort, row.id)))


def add(entity_id: Id, title: str, color: str, after_id: Id, *, as_admin: bool = False) -> Command:
    """A new column after `after_id`, 0 for the front; gives its id (§3.3). Not repeatable."""
    fields = {"TITLE": literal(title), "COLOR": color, "AFTER_ID": after_id, "ENTITY_ID": entity_id}
    return Command("task.stages.add", {"fields": fields, **_admin(as_admin)})


def parse_id(result: Any) -> int:
    """The id `add` gave; 0 when there is none."""
    return as_int(result)


def update(
    stage_id: Id,
    *,
    title: str | None = None,
    color: str | None = None,
    after_id: Id | None = None,
    as_admin: bool = False,
) -> Command:
    """Change what is given; `after_id` 0 moves to the front, None leaves the order alone (§3.4)."""
    given = {"TITLE": None if title is None else literal(title), "COLOR": color, "AFTER_ID": after_id}
    fields = {key: value for key, value in given.items() if value is not None}
    return Command("task.stages.update", {"id": stage_id, "fields": fields, **_admin(as_admin)})


def delete(stage_id: Id, *, as_admin: bool = False) -> Command:
    """Remove an empty column that is not the first (§3.5)."""
    return Command("task.stages.delete", {"id": stage_id, **_admin(as_admin)})


def move_task(task_id: Id, stage_id: Id, *, before: Id = 0, after: Id = 0) -> Command:
    """Put a task into a column, before or after another task, or where the project's setting says (§3.7)."""
    params: dict[str, Id] = {"id": task_id, "stageId": stage_id}
    if before:
        params["before"] = before
    elif after:
        params["after"] = after
    return Command("task.stages.movetask", params)


def can_move_task(group_id: Id) -> Command:
    """Whether the caller may move cards on this group's board; true or false (§3.6)."""
    return Command("task.stages.canmovetask", {"entityId": group_id, "entityType": "G"})


def _admin(as_admin: bool) -> dict[str, Any]:
    return {"isAdmin": 1} if as_admin else {}


def _row(row: dict[str, Any]) -> StageRow:
    return StageRow(
        id=as_int(row.get("ID")),
        title=as_text(row.get("TITLE")),
        color=as_color(row.get("COLOR")),
        sort=as_int(row.get("SORT")),
        system_type=as_text(row.get("SYSTEM_TYPE")) or None,
        entity_id=as_int(row.get("ENTITY_ID")),
        entity_type=as_text(row.get("ENTITY_TYPE")),
        raw_color=as_text(row.get("COLOR")),
    )
