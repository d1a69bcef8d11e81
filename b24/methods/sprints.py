"""`tasks.api.scrum.sprint.*` and `.epic.*` (behaviour.md §4.4, §4.6).

Lists have no total and no next: a page of 50 that is full may have another behind it (surprise 25). Their
filters know the UPPER-CASE names only; an unknown one empties the list without a word. Rows come whole, so
nothing is selected: a partial `select` would invent the rest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from b24.client import Command
from b24.wire import as_color, as_int, as_map, as_text, as_time, literal, plain_text, rows

Id = int | str

PAGE_SIZE = 50
PLANNED, ACTIVE, COMPLETED = "planned", "active", "completed"
SPRINT_ENTITY = "sprint"


@dataclass(frozen=True)
class SprintRow:
    """A sprint; `status` planned, active or completed."""

    id: int
    group_id: int
    name: str
    status: str
    start: dt.datetime | None
    end: dt.datetime | None
    goal: str = ""
    sort: int = 0
    created_by: int = 0


@dataclass(frozen=True)
class EpicRow:
    id: int
    group_id: int
    name: str
    description: str = ""
    color: str = ""
    created_by: int = 0


# --- sprints ---
def get_sprint(sprint_id: Id) -> Command:
    """One sprint, by `id` (the documented `sprintId` is refused, surprise 8). NotFound when it is gone."""
    return Command("tasks.api.scrum.sprint.get", {"id": sprint_id})


def parse_sprint(result: Any) -> SprintRow | None:
    """What `get_sprint`, `add_sprint`, … gave; None for nothing, or for a backlog."""
    row = as_map(result)
    return _sprint(row) if _is_sprint(row) else None


def list_open_sprints(group_id: int, *, start: int = 0) -> Command:
    """A page of the planned and active sprints, as the portal sorts them; the active one has sort 0."""
    wanted = {**_sprints_of(group_id), "!=STATUS": COMPLETED}
    return _list("sprint", wanted, {"SORT": "ASC", "ID": "ASC"}, start)


def list_active_sprints(group_id: int) -> Command:
    """The active sprint of a group: at most one, unless somebody went around the rules."""
    return _list("sprint", {**_sprints_of(group_id), "=STATUS": ACTIVE}, {"ID": "ASC"}, 0)


def list_completed_sprints(group_id: int, *, start: int = 0) -> Command:
    """A page of the completed sprints, the one that ended last first."""
    wanted = {**_sprints_of(group_id), "=STATUS": COMPLETED}
    return _list("sprint", wanted, {"DATE_END": "DESC", "ID": "DESC"}, start)


def parse_sprints(result: Any) -> tuple[SprintRow, ...]:
    """The sprints of a list, in its order; a backlog among them is left out."""
    return tuple(_sprint(row) for row in rows(result) if _is_sprint(row))


def add_sprint(
    group_id: int,
    name: str,
    start: dt.datetime,
    end: dt.datetime,
    created_by: int,
    *,
    sort: int | None = None,
) -> Command:
    """A planned sprint; gives it. `createdBy` is required, whatever the docs say (surprise 9).

    Never with another status: that would skip everything `start` does (surprise 23). Not repeatable.
    """
    fields: dict[str, Any] = {
        "groupId": group_id,
        "name": literal(name),
        "dateStart": _moment(start),
        "dateEnd": _moment(end),
        "status": PLANNED,
        "createdBy": created_by,
    }
    if sort is not None:
        fields["sort"] = sort
    return Command("tasks.api.scrum.sprint.add", {"fields": fields})


def update_sprint(
    sprint_id: Id,
    *,
    name: str | None = None,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    sort: int | None = None,
) -> Command:
    """Change what is given; dates are moments, so none can become 1970 (surprise 7)."""
    given = {
        "name": None if name is None else literal(name),
        "dateStart": _moment(start) if start else None,
        "dateEnd": _moment(end) if end else None,
        "sort": sort,
    }
    fields = {key: value for key, value in given.items() if value is not None}
    return Command("tasks.api.scrum.sprint.update", {"id": sprint_id, "fields": fields})


def delete_sprint(sprint_id: Id) -> Command:
    """Remove a sprint; its items go to the backlog. `[]` even when it failed (surprise 25)."""
    return Command("tasks.api.scrum.sprint.delete", {"id": sprint_id})


def start_sprint(sprint_id: Id) -> Command:
    """Start a planned sprint, by the sprint's id. Not repeatable: half of it stays when it fails (§4.4)."""
    return Command("tasks.api.scrum.sprint.start", {"id": sprint_id})


def complete_sprint(group_id: Id) -> Command:
    """Complete the active sprint of a group, by the GROUP's id (surprise 8). Not repeatable."""
    return Command("tasks.api.scrum.sprint.complete", {"id": group_id})


# --- epics ---
def get_epic(epic_id: Id) -> Command:
    """One epic without its files; NotFound when it is gone."""
    return Command("tasks.api.scrum.epic.get", {"id": epic_id, "withFiles": 0})


def parse_epic(result: Any) -> EpicRow | None:
    """What `get_epic`, `add_epic` and `update_epic` gave; None for nothing."""
    row = as_map(result)
    return _epic(row) if as_int(row.get("id")) else None


def list_epics(group_id: int, *, start: int = 0, newest_first: bool = False) -> Command:
    """A page of a group's epics, by age."""
    return _list("epic", {"=GROUP_ID": group_id}, {"ID": "DESC" if newest_first else "ASC"}, start)


def parse_epics(result: Any) -> tuple[EpicRow, ...]:
    """The epics of a list, in its order."""
    return tuple(_epic(row) for row in rows(result) if as_int(row.get("id")))


def add_epic(group_id: int, name: str, color: str, description: str, created_by: int) -> Command:
    """A further epic; gives it. `color`: six hex digits. Not repeatable."""
    fields = {
        "groupId": group_id,
        "name": literal(name),
        "color": spell_color(color),
        "description": literal(description),
        "createdBy": created_by,
    }
    return Command("tasks.api.scrum.epic.add", {"fields": fields})


def update_epic(
    epic_id: Id, *, name: str | None = None, color: str | None = None, description: str | None = None
) -> Command:
    """Change what is given; the portal ignores empty values, so nothing can be cleared (§4.6)."""
    given = {
        "name": None if name is None else literal(name),
        "color": None if color is None else spell_color(color),
        "description": None if description is None else literal(description),
    }
    fields = {key: value for key, value in given.items() if value is not None}
    return Command("tasks.api.scrum.epic.update", {"id": epic_id, "fields": fields})


def delete_epic(epic_id: Id) -> Command:
    """Remove an epic; its items keep the id of something that is gone. `[]` even when it failed."""
    return Command("tasks.api.scrum.epic.delete", {"id": epic_id})


def spell_color(color: str) -> str:
    """Six hex digits as the portal's own epics have them: "#69dafc"."""
    return f"#{color.lower()}"


# --- shared ---
def _sprints_of(group_id: int) -> dict[str, Any]:
    """A backlog is a row of the same table; among the sprints it would shift what references count."""
    return {"=GROUP_ID": group_id, "=ENTITY_TYPE": SPRINT_ENTITY}


def _list(kind: str, wanted: dict[str, Any], order: dict[str, str], start: int) -> Command:
    params: dict[str, Any] = {"filter": wanted, "order": order}
    return Command(f"tasks.api.scrum.{kind}.list", {**params, **({"start": start} if start else {})})


def _moment(moment: dt.datetime) -> str:
    """ISO 8601 with an offset; ValueError without one, for the portal would guess."""
    if moment.tzinfo is None:
        raise ValueError("a moment without an offset")
    return moment.isoformat(timespec="seconds")


def _is_sprint(row: dict[str, Any]) -> bool:
    return as_int(row.get("id")) > 0 and as_text(row.get("entityType") or SPRINT_ENTITY) == SPRINT_ENTITY


def _sprint(row: dict[str, Any]) -> SprintRow:
    return SprintRow(
        id=as_int(row.get("id")),
        group_id=as_int(row.get("groupId")),
        name=as_text(row.get("name")),
        status=as_text(row.get("status")),
        start=as_time(row.get("dateStart")),
        end=as_time(row.get("dateEnd")),
        goal=as_text(row.get("goal")),
        sort=as_int(row.get("sort")),
        created_by=as_int(row.get("createdBy")),
    )


def _epic(row: dict[str, Any]) -> EpicRow:
    return EpicRow(
        id=as_int(row.get("id")),
        group_id=as_int(row.get("groupId")),
        name=as_text(row.get("name")),
        description=plain_text(row.get("description")),
        color=as_color(row.get("color")),
        created_by=as_int(row.get("createdBy")),
    )
