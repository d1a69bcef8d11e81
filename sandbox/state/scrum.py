"""Scrum as the portal keeps it: sprints, backlogs, their items, epics, sprint columns (behaviour.md §4).

A backlog and a sprint are rows of one table with one id sequence, so an id is never both. An item is the
scrum side of a task; a task without one is in no list at all, even in a scrum team.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

SPRINT, BACKLOG = "sprint", "backlog"
PLANNED, ACTIVE, COMPLETED = "planned", "active", "completed"
STATUSES = frozenset({PLANNED, ACTIVE, COMPLETED})


@dataclass
class Entity:
    """A sprint or a backlog; a backlog has neither name nor dates nor a status."""

    id: int
    group_id: int
    kind: str = SPRINT
    name: str = ""
    goal: str = ""
    sort: int = 0
    created_by: int = 0
    modified_by: int = 0
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    status: str = ""


@dataclass
class Item:
    """What scrum knows of a task. `points` is free text, "" for none; `sort` any number (§4.2)."""

    task_id: int
    entity_id: int
    points: str = ""
    epic_id: int = 0
    sort: float = 0.0
    created_by: int = 0
    modified_by: int = 0


@dataclass
class Epic:
    """An epic of a team. `color` and the ids in `files` are kept as they came, "" is no color."""

    id: int
    group_id: int
    name: str
    description: str = ""
    color: str = ""
    created_by: int = 0
    modified_by: int = 0
    files: list[str] = field(default_factory=list)


@dataclass
class Scrum:
    """All teams together. `columns`: task → the sprint columns it stands in, several at worst (§4.3)."""

    entities: dict[int, Entity] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)  # by task id
    epics: dict[int, Epic] = field(default_factory=dict)
    columns: dict[int, list[int]] = field(default_factory=dict)

    def sprint(self, entity_id: int) -> Entity | None:
        """The sprint with this id; None for an unknown id and for that of a backlog."""
        entity = self.entities.get(entity_id)
        return entity if entity is not None and entity.kind == SPRINT else None

    def backlog(self, entity_id: int) -> Entity | None:
        """The backlog with this id; None for an unknown id and for that of a sprint."""
        entity = self.entities.get(entity_id)
        return entity if entity is not None and entity.kind == BACKLOG else None

    def backlog_of(self, group_id: int) -> Entity | None:
        """The group's backlog; a group that was never opened as a scrum team has none (§4.5)."""
        return next((e for e in self.entities.values() if e.kind == BACKLOG and e.group_id == group_id), None)

    def sprints_of(self, group_id: int, status: str = "") -> list[Entity]:
        """The group's sprints by id, all or those of one status."""
        return [
            entity
            for entity in self.entities.values()
            if entity.kind == SPRINT and entity.group_id == group_id and status in ("", entity.status)
        ]

    def active(self, group_id: int) -> Entity | None:
        """The active sprint of the group; None without one."""
        return next(iter(self.sprints_of(group_id, ACTIVE)), None)

    def items_of(self, entity_id: int) -> list[Item]:
        """The items of a sprint or backlog, in their manual order."""
        found = [item for item in self.items.values() if item.entity_id == entity_id]
        return sorted(found, key=lambda item: (item.sort, item.task_id))

    def entity_of(self, task_id: int) -> Entity | None:
        """Where the task's item is; None without an item or when its entity is gone."""
        item = self.items.get(task_id)
        return self.entities.get(item.entity_id) if item else None

    def put(self, task_id: int, stage_id: int) -> None:
        """One more column for the task, whatever it stands in already."""
        stages = self.columns.setdefault(task_id, [])
        if stage_id not in stages:
            stages.append(stage_id)

    def take(self, task_id: int, stage_ids: set[int]) -> bool:
        """Take the task out of these columns; whether it was in any."""
        before = self.columns.get(task_id, [])
        left = [stage_id for stage_id in before if stage_id not in stage_ids]
        if left:
            self.columns[task_id] = left
        else:
            self.columns.pop(task_id, None)
        return len(left) < len(before)

    def tasks_in(self, stage_ids: set[int]) -> list[int]:
        """The tasks standing in any of these columns."""
        return [task_id for task_id, stages in self.columns.items() if not stage_ids.isdisjoint(stages)]

    def drop_column(self, stage_id: int) -> None:
        """Take all tasks out of a column that is gone."""
        for task_id in self.tasks_in({stage_id}):
            self.take(task_id, {stage_id})

    def forget(self, task_id: int) -> None:
        """The task is gone, and everything scrum knew of it."""
        self.items.pop(task_id, None)
        self.columns.pop(task_id, None)
