"""One scrum team with nothing in it yet, for the rules of behaviour.md §4.

Its owner is the fixed person "owner", "moderator" and "member" have the roles of their names, "admin" and
"outsider" are no members.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sandbox.rest.registry import RestError
from sandbox.state import scrum_board, stage_rows
from sandbox.state.portal import Group, Stage, Task
from sandbox.state.scrum import ACTIVE, BACKLOG, PLANNED, SPRINT, Entity, Epic, Item, Scrum
from tests.contract.portal_fixture import PortalFixture

API = "tasks.api.scrum."
DENIED = ("0", "Access denied")
THREE = ("NEW", "WORK", "FINISH")


class ScrumTeam:
    """A small portal whose scrum state was thrown away, with a backlog for the one team that is left."""

    def __init__(self) -> None:
        self.fixture = PortalFixture()
        self.fixture.empty()
        self.portal = self.fixture.state
        self.portal.scrum = Scrum()
        for stage in [s for s in self.portal.stages.values() if s.entity_type == "A"]:
            del self.portal.stages[stage.id]
        self.group = next(g for g in self.portal.groups.values() if g.name == "Second scrum team")
        self.other_group = next(g for g in self.portal.groups.values() if g.name == "Scrum team")
        self.process: dict[str, Any] = {}
        self.backlog = self.entity(BACKLOG)

    # --- asking ---
    def ask(self, method: str, who: str = "member", /, **params: Any) -> Any:
        """The result; every call is an HTTP request of its own. `process` keeps what it left behind."""
        self.process = {}
        return self.fixture.ask(who, self._name(method), self.process, **params)

    def together(self, *calls: tuple[str, dict[str, Any]], who: str = "member") -> list[Any]:
        """The results of several commands of one batch."""
        self.process = {}
        return [self.fixture.ask(who, self._name(method), self.process, **params) for method, params in calls]

    def error(self, method: str, who: str = "member", /, **params: Any) -> tuple[str, str]:
        """Code and text of the refusal; it must be one, and HTTP 400."""
        refusal: RestError = self.fixture.refused(who, self._name(method), {}, **params)
        assert refusal.status == 400
        return refusal.code, refusal.description

    def _name(self, method: str) -> str:
        return method if method.startswith(("tasks.task", "task.stages")) else API + method

    def updates(self) -> list[int]:
        """Tasks about which the last request raised ONTASKUPDATE."""
        raised = [json.loads(mark) for mark in self.process.get("events", set())]
        return sorted(data["FIELDS_AFTER"]["ID"] for name, data in raised if name == "ONTASKUPDATE")

    # --- making ---
    def entity(self, kind: str = SPRINT, status: str = "", group: Group | None = None, **more: Any) -> Entity:
        number = self.portal.next_id("scrum_entity")
        entity = Entity(number, (group or self.group).id, kind, status=status, created_by=2, **more)
        self.portal.scrum.entities[number] = entity
        return entity

    def sprint(self, status: str = PLANNED, kinds: tuple[str, ...] = (), **more: Any) -> Entity:
        """A sprint with columns of these types, titled by type and place."""
        sprint = self.entity(SPRINT, status, **{"name": "A sprint", **more})
        for place, kind in enumerate(kinds, 1):
            stage_rows.add_row(
                self.portal, "A", sprint.id, f"{kind} {place}", "AABBCC", sort=place * 100, system_type=kind
            )
        return sprint

    def active(self, kinds: tuple[str, ...] = THREE) -> Entity:
        return self.sprint(ACTIVE, kinds)

    def columns(self, sprint: Entity) -> list[Stage]:
        return scrum_board.columns(self.portal, sprint.id)

    def task(self, **values: Any) -> Task:
        """A task of the team without an item, made by the owner for the member."""
        return self.fixture.task(**{"group_id": self.group.id, **values})

    def item(
        self, entity: Entity | None = None, stage: Stage | None = None, /, points: str = "", **values: Any
    ) -> Task:
        """A task with an item in the sprint or backlog and, if told, standing in a column."""
        task = self.task(**values)
        self.portal.scrum.items[task.id] = Item(task.id, (entity or self.backlog).id, points, created_by=2)
        if stage is not None:
            self.portal.scrum.put(task.id, stage.id)
            task.stage_id = stage.id
        return task

    def epic(self, name: str = "An epic", group: Group | None = None) -> Epic:
        epic = Epic(self.portal.next_id("scrum_epic"), (group or self.group).id, name, created_by=2)
        self.portal.scrum.epics[epic.id] = epic
        return epic

    # --- looking ---
    def home(self, task: Task) -> int:
        """The entity the task's item is in; 0 without an item."""
        item = self.portal.scrum.items.get(task.id)
        return item.entity_id if item else 0

    def stands(self, task: Task) -> list[int]:
        """All sprint columns the task stands in."""
        return list(self.portal.scrum.columns.get(task.id, []))

    def days_ago(self, days: int) -> dt.datetime:
        return self.portal.now() - dt.timedelta(days=days)
