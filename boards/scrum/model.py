"""What scrum planning is made of. Plain values; templates read them, nothing here knows HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from boards.core.model import CardResult, Denial, Person, TaskStatus
from boards.core.tasks import Card


class SprintStatus(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    COMPLETED = "completed"


class ColumnType(StrEnum):
    """What a column of a sprint does to the tasks that come into it (behaviour.md §3.7)."""

    NEW = "NEW"  # where tasks stand when the sprint starts
    WORK = "WORK"
    FINISH = "FINISH"  # completes them; leaving it renews them


@dataclass(frozen=True)
class Sprint:
    """`start` and `end` are moments; the portal keeps what it was given, not when it really started."""

    id: int
    name: str
    status: SprintStatus
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    goal: str = ""
    sort: int = 0

    @property
    def active(self) -> bool:
        return self.status == SprintStatus.ACTIVE


@dataclass(frozen=True)
class Epic:
    """`color` is six upper-case hex digits; `description` plain text."""

    id: int
    name: str
    color: str
    description: str = ""


@dataclass(frozen=True)
class ItemFacts:
    """What only `scrum.task.get` tells: one call per item. `epic_id` 0 for none; `points` "" for none."""

    points: str
    epic_id: int
    entity_id: int
    sort: float


@dataclass(frozen=True)
class Item:
    """A task in the backlog or in a sprint.

    `points` None: not read yet. `missing`: the task has no scrum record, so it cannot be estimated before
    it is given one. `epic_id` may name an epic that is gone (`ScrumTeam.epic` gives None then).
    """

    task_id: int
    title: str
    entity_id: int
    epic_id: int | None = None
    points: str | None = None
    responsible: Person | None = None
    tags: tuple[str, ...] = ()
    completed: bool = False
    sort: float | None = None
    task_status: TaskStatus = TaskStatus.PENDING
    parent_id: int = 0
    closed: dt.datetime | None = None
    stage_id: int = 0
    missing: bool = False

    @property
    def known(self) -> bool:
        """Whether its points were read."""
        return self.points is not None


@dataclass(frozen=True)
class ItemList:
    """The backlog (`sprint` None) or a sprint, with the items read so far.

    `total` is exact; `next_start` is None when there are no more. Items whose place is known come first, in
    their order; the others follow until their facts are there.
    """

    entity_id: int
    sprint: Sprint | None
    items: tuple[Item, ...] = ()
    total: int = 0
    next_start: int | None = None

    @property
    def is_backlog(self) -> bool:
        return self.sprint is None


@dataclass(frozen=True)
class ScrumRights:
    """What the person may do in a team, known before they try (behaviour.md §2).

    Any member plans and shapes; starting and completing a sprint is for owner and moderators. A portal
    admin has no more rights here than their role gives them.
    """

    role: str = ""
    may_plan: bool = False
    may_start: bool = False
    why_not_plan: Denial | None = None
    why_not_start: Denial | None = None


@dataclass(frozen=True)
class ScrumTeam:
    """`backlog_id` 0: the team has no backlog, so new tasks get no scrum record (behaviour.md §4.5).

    `sprints` are the planned and active ones, `completed` the last ones that ended, newest first.
    """

    group_id: int
    title: str
    rights: ScrumRights
    backlog_id: int = 0
    sprints: tuple[Sprint, ...] = ()
    completed: tuple[Sprint, ...] = ()
    epics: tuple[Epic, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether the person sees nothing of this team; `rights.why_not_plan` says why."""
        return not self.rights.may_plan

    @property
    def has_backlog(self) -> bool:
        return self.backlog_id > 0

    @property
    def active(self) -> Sprint | None:
        return next((sprint for sprint in self.sprints if sprint.active), None)

    @property
    def entity_ids(self) -> frozenset[int]:
        """The lists that can be planned: the backlog and the open sprints."""
        own = {self.backlog_id} if self.backlog_id else set()
        return frozenset({*own, *(sprint.id for sprint in self.sprints)})

    def sprint(self, sprint_id: int) -> Sprint | None:
        """The open or completed sprint with that id."""
        return next((sprint for sprint in (*self.sprints, *self.completed) if sprint.id == sprint_id), None)

    def epic(self, epic_id: int | None) -> Epic | None:
        """The epic with that id; None for none and for one that was deleted."""
        return next((epic for epic in self.epics if epic.id == epic_id), None)


@dataclass(frozen=True)
class Planning:
    """The planning page: the active sprint, the planned ones, then the backlog.

    `fresh`: tasks whose facts were read just now; those of the others are old, or not there at all.
    """

    team: ScrumTeam
    lists: tuple[ItemList, ...] = ()
    fresh: frozenset[int] = frozenset()

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for items in self.lists for item in items.items)

    @property
    def unknown_ids(self) -> tuple[int, ...]:
        """Tasks whose points are still to be read, in the order of the page."""
        return tuple(item.task_id for item in self.items if not item.known and not item.missing)

    @property
    def unchecked_ids(self) -> tuple[int, ...]:
        """Tasks whose facts are still to be read or to be checked, the unknown ones first."""
        old = (item for item in self.items if item.known and item.task_id not in self.fresh)
        return (*self.unknown_ids, *(item.task_id for item in old))

    @property
    def backlog(self) -> ItemList | None:
        return next((items for items in self.lists if items.is_backlog), None)


@dataclass(frozen=True)
class SprintColumn:
    """A column of a sprint. `type` is WORK where the portal has a type that we do not know (`odd_type`)."""

    id: int
    name: str
    color: str
    type: ColumnType
    sort: int
    odd_type: str = ""


@dataclass(frozen=True)
class SprintLane:
    """A column with its cards. `total` is exact; `next_start` None: no more."""

    column: SprintColumn
    cards: tuple[Card, ...] = ()
    total: int = 0
    next_start: int | None = None
    loaded: bool = True


@dataclass(frozen=True)
class SprintBoard:
    """The board of a sprint. `off_board`: items of the sprint that stand in no column (surprise 24)."""

    team: ScrumTeam
    sprint: Sprint | None
    lanes: tuple[SprintLane, ...] = ()
    off_board: tuple[Item, ...] = ()

    @property
    def columns(self) -> tuple[SprintColumn, ...]:
        return tuple(lane.column for lane in self.lanes)


@dataclass(frozen=True)
class ItemResult(CardResult):
    """What became of one item. `facts` is how it is now.

    `offer_record`: the task has no scrum record; `add_records` can give it one.
    """

    facts: ItemFacts | None = None
    offer_record: bool = False


Facts = Mapping[int, ItemFacts | None]
"""What was read of items, by task id; None for a task without a scrum record."""


@dataclass(frozen=True)
class FactsAnswer:
    """The facts of some items. `refused`: those the portal would not tell, with its reason."""

    facts: dict[int, ItemFacts] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    refused: dict[int, Exception] = field(default_factory=dict)


class RecipePart(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Values inside an undo recipe of scrum. A field with its default is not written down."""


class SomeFields(RecipePart, frozen=True):
    """Some fields of a thing: those to change, or those a person saw. None: the field is not given."""

    def values(self) -> dict[str, Any]:
        """Only the given fields."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not None}
