"""A scrum team with a backlog, two sprints and an epic, and a second team next door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from boards.core.model import BoardRef
from boards.scrum.model import ItemFacts, Planning
from boards.scrum.planning import load_planning
from sandbox.state import scrum_board, stage_rows
from sandbox.state.portal import COMPLETED, SPRINT_BOARD, Stage, Task
from sandbox.state.scrum import ACTIVE, BACKLOG, PLANNED, SPRINT, Entity, Epic, Item
from sandbox.state.scrum import COMPLETED as OVER
from tests.unit.boards.scene import ADMIN, HELPER, MEMBER, NOW, OUTSIDER, OWNER, Scene, hide, moment

__all__ = [
    "ADMIN",
    "HELPER",
    "MEMBER",
    "NOW",
    "OUTSIDER",
    "OWNER",
    "REF",
    "TEAM",
    "ScrumScene",
    "hide",
    "moment",
]

TEAM, OTHER_TEAM, PLAIN = 20, 21, 22
REF = BoardRef(TEAM)
TYPES = (scrum_board.NEW, scrum_board.WORK, scrum_board.FINISH)


class ScrumScene(Scene):
    """Items 1–6 in the backlog, 11–13 in the planned sprint, 21–24 on the board of the active one.

    Old rows of journals name its ids: the backlog 1, the sprints 3 to 5, the epics 6 and 7, the columns of
    the active sprint 912 to 914; 15 is the next sprint and the next epic, 915 the next column.
    """

    def __init__(self) -> None:
        super().__init__()
        self.backlog = self.team(TEAM, {OWNER: "A", MEMBER: "K"})
        self.other_backlog = self.team(OTHER_TEAM, {OWNER: "K", MEMBER: "A"})
        self.add_group(PLAIN, {OWNER: "A", MEMBER: "K"})
        self.done = self.sprint("Sprint 1", OVER, end=moment("2026-02-28T00:00:00+00:00"))
        self.planned = self.sprint("Sprint 3", sort=2)
        self.active = self.sprint("Sprint 2", ACTIVE, sort=0)
        self.portal.counters |= {"scrum_epic": 5, "stage": 908}
        self.epic, self.other_epic = self.add_epic("Search"), self.add_epic("Billing")
        self.foreign_epic = self.add_epic("Theirs", OTHER_TEAM)
        self.old_columns, self.columns = self.board_of(self.done), self.board_of(self.active)
        self.portal.counters |= {"scrum_epic": 14, "scrum_entity": 14}
        self._fill()

    def _fill(self) -> None:
        for task_id, points in enumerate(("8", "0.5", "½", "XL", "", "13 or more"), 1):
            self.item(task_id, self.backlog, points, epic_id=self.epic if task_id < 3 else 0)
        for task_id, points in enumerate(("3", "0,5", "5"), 11):
            self.item(task_id, self.planned, points)
        for task_id, column in zip((21, 22, 23, 24), (0, 1, 2, 2), strict=True):
            self.item(task_id, self.active, "2")
            self.stand(task_id, self.columns[column])
        self.tasks[23].status = self.tasks[24].status = COMPLETED

    # --- short names of what the portal keeps ---
    @property
    def tasks(self) -> dict[int, Task]:
        return self.portal.tasks

    @property
    def entities(self) -> dict[int, Entity]:
        return self.portal.scrum.entities

    @property
    def items(self) -> dict[int, Item]:
        return self.portal.scrum.items

    @property
    def epics(self) -> dict[int, Epic]:
        return self.portal.scrum.epics

    # --- what there is ---
    def team(self, group_id: int, roles: dict[int, str]) -> int:
        """A scrum team; the id of its backlog."""
        self.add_group(group_id, roles, scrum_master_id=min(roles))
        return self._entity(Entity(0, group_id, BACKLOG))

    def sprint(self, name: str, status: str = PLANNED, group_id: int = TEAM, **more: Any) -> int:
        given = {"start": moment("2026-03-02T00:00:00+00:00"), "end": moment("2026-03-16T00:00:00+00:00")}
        return self._entity(Entity(0, group_id, SPRINT, name, status=status, **{"sort": 1} | given | more))

    def _entity(self, entity: Entity) -> int:
        entity.id = self.portal.next_id("scrum_entity")
        self.entities[entity.id] = entity
        return entity.id

    def item(self, task_id: int, entity_id: int, points: str = "", epic_id: int = 0, **more: Any) -> Task:
        task = self.add_task(task_id, self.entities[entity_id].group_id, **more)
        self.items[task_id] = Item(task_id, entity_id, points, epic_id, float(task_id), OWNER)
        return task

    def add_epic(self, name: str, group_id: int = TEAM) -> int:
        number = self.portal.next_id("scrum_epic")
        self.epics[number] = Epic(number, group_id, name, color="#69dafc")
        return number

    def board_of(self, sprint_id: int, types: Sequence[str] = TYPES) -> list[int]:
        """Columns C1, C2 … of these types; their ids."""
        return [
            self.add_column(sprint_id, f"C{place}", kind, place * 100).id
            for place, kind in enumerate(types, 1)
        ]

    def add_column(self, sprint_id: int, title: str, kind: str, sort: int) -> Stage:
        return stage_rows.add_row(
            self.portal, SPRINT_BOARD, sprint_id, title, "47D1E2", sort=sort, system_type=kind
        )

    def drop_columns(self, sprint_id: int) -> None:
        for stage_id in scrum_board.ids(self.portal, sprint_id):
            del self.portal.stages[stage_id]

    def stand(self, task_id: int, column_id: int) -> None:
        """The task stands in this column and in no other."""
        self.portal.scrum.columns[task_id] = [column_id]
        self.tasks[task_id].stage_id = column_id

    # --- what people see ---
    def in_list(self, entity_id: int) -> list[int]:
        return [item.task_id for item in self.portal.scrum.items_of(entity_id)]

    def lane(self, column_id: int) -> list[int]:
        return self.portal.scrum.tasks_in({column_id})

    def places(self, task_id: int) -> list[int]:
        """The columns in which a task stands."""
        return self.portal.scrum.columns.get(task_id, [])

    def own_columns(self, sprint_id: int) -> list[Stage]:
        return scrum_board.columns(self.portal, sprint_id)

    def shape(self, sprint_id: int) -> list[tuple[Any, ...]]:
        """What a person sees of a sprint's board, ids of columns left out."""
        return [
            (stage.title, stage.system_type, stage.color, sorted(self.lane(stage.id)))
            for stage in self.own_columns(sprint_id)
        ]

    def planning(self, known: dict[int, ItemFacts] | None = None) -> Planning:
        return load_planning(self.client, REF, self.actor(), known)

    def seen(self) -> dict[int, ItemFacts]:
        """What a page that knows everything has."""
        return {
            task_id: ItemFacts(item.points, item.epic_id, item.entity_id, item.sort)
            for task_id, item in self.items.items()
        }

    def team_picture(self) -> dict[str, object]:
        """Everything a person sees of the team, ids of what may be recreated left out."""
        names = {entity.id: entity.name or entity.kind for entity in self.entities.values()}
        epics = {epic.id: epic.name for epic in self.epics.values()}
        return {
            "lists": {
                names[entity.id]: (
                    entity.status,
                    entity.start,
                    entity.end,
                    self.in_list(entity.id),
                )
                for entity in self.entities.values()
            },
            "items": {
                task_id: (item.points, epics.get(item.epic_id), self.tasks[task_id].status)
                for task_id, item in self.items.items()
            },
            "epics": sorted((epic.name, epic.color, epic.description) for epic in self.epics.values()),
            "boards": {
                names[sprint]: self.shape(sprint) for sprint in (self.active, self.done) if sprint in names
            },
        }
