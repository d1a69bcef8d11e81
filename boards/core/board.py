"""A board as a page shows it: its stages with the cards in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from boards.core.model import BoardRef, Filters, Person, Rights, Stage
from boards.core.tasks import Card


@dataclass(frozen=True)
class Column:
    """A stage with the cards read so far. `total` is exact; `next_start` is None when there are no more.

    `loaded` is False for a column whose cards this page has not asked for yet.
    """

    stage: Stage
    cards: tuple[Card, ...] = ()
    total: int = 0
    next_start: int | None = None
    loaded: bool = True


@dataclass(frozen=True)
class Board:
    """`is_scrum`: the group is a scrum team, so its sprints are planned elsewhere (behaviour.md §3.2)."""

    ref: BoardRef
    title: str
    columns: tuple[Column, ...]
    rights: Rights
    filters: Filters = field(default_factory=Filters)
    people: tuple[Person, ...] = ()
    member_count: int = 0
    is_scrum: bool = False

    @property
    def stages(self) -> tuple[Stage, ...]:
        return tuple(column.stage for column in self.columns)
