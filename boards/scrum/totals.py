"""Sums of a planning page: per list, per epic, per person; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from boards.model import Person
from boards.scrum.model import Epic, Item, Planning, ScrumTeam
from boards.scrum.points import PointSum, Scale, sum_points

Key = TypeVar("Key")


@dataclass(frozen=True)
class EpicTotal:
    """An epic with all and with the completed points; `epic` None: items without one, or of a deleted one."""

    epic: Epic | None
    all: PointSum
    done: PointSum

    @property
    def progress(self) -> Decimal:
        """Share of the points that is completed, 0 to 1; by count of items where nothing is estimated."""
        if self.all.total:
            return self.done.total / self.all.total
        return Decimal(self.done.count) / self.all.count if self.all.count else Decimal()


@dataclass(frozen=True)
class PersonTotal:
    """What a person has; `person` None: items without a responsible one."""

    person: Person | None
    all: PointSum
    done: PointSum


@dataclass(frozen=True)
class Totals:
    """`lists` by entity id. Epics without items are among `epics`, with nothing in them."""

    lists: Mapping[int, PointSum]
    epics: tuple[EpicTotal, ...]
    people: tuple[PersonTotal, ...]


def count_totals(planning: Planning, scale: Scale) -> Totals:
    """The sums of a page; items whose points are not read yet are counted as `unknown`."""
    return Totals(
        lists={one.entity_id: sum_items(one.items, scale) for one in planning.lists},
        epics=epic_totals(planning.team, planning.items, scale),
        people=person_totals(planning.items, scale),
    )


def sum_items(items: Iterable[Item], scale: Scale) -> PointSum:
    """The sum of some items; one without scrum record counts as without points."""
    return sum_points(("" if item.missing else item.points for item in items), scale)


def epic_totals(team: ScrumTeam, items: Iterable[Item], scale: Scale) -> tuple[EpicTotal, ...]:
    """Points per epic in the team's order, then of the items without one."""
    known = {one.id for one in team.epics}
    groups = _grouped(items, lambda item: item.epic_id if item.epic_id in known else 0)
    epics: list[Epic | None] = [*team.epics, *([None] if 0 in groups else [])]
    return tuple(EpicTotal(one, *_both(groups.get(one.id if one else 0, []), scale)) for one in epics)


def person_totals(items: Iterable[Item], scale: Scale) -> tuple[PersonTotal, ...]:
    """Points per responsible person, by name; those without one last."""
    groups = _grouped(items, lambda item: item.responsible.id if item.responsible else 0)
    people = {id_: group[0].responsible for id_, group in groups.items()}
    order = sorted(people, key=lambda one: (not one, (people[one] or Person(0, "")).name.casefold(), one))
    return tuple(PersonTotal(people[one], *_both(groups[one], scale)) for one in order)


def _both(items: list[Item], scale: Scale) -> tuple[PointSum, PointSum]:
    return sum_items(items, scale), sum_items((item for item in items if item.completed), scale)


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups
