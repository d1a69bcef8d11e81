"""Numbers behind the charts, computed; drawing them is the web's business.

The portal keeps no history of a sprint: what is in it now counts for all of its days, and a task counts as
done from the day it was closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from b24.client import BATCH_SIZE, Client
from b24.methods.tasks import parse_list
from boards.core.batches import chunks
from boards.core.model import Actor, BoardRef, Person
from boards.scrum.model import Epic, Item, ItemFacts, Planning, ScrumTeam, Sprint
from boards.scrum.planning import PAGE_SIZE, list_sprint
from boards.scrum.points import PointSum, Scale, sum_points
from boards.scrum.reading import in_order, to_item

LONGEST = 370  # days; a sprint whose end somebody mistyped by centuries shall not fill a page
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class BurndownDay:
    """One day, at its end. `remaining` is None for days to come."""

    day: dt.date
    ideal: Decimal
    remaining: Decimal | None


@dataclass(frozen=True)
class Burndown:
    """The days of a sprint, beginning with the evening before it as day 0.

    `total`: all points on the scale; `apart`: items that are off the scale or not estimated; `sure`: the
    points of all items are known. `cut`: the sprint is longer than is drawn.
    """

    days: tuple[BurndownDay, ...]
    total: Decimal
    apart: int = 0
    sure: bool = True
    cut: bool = False


def burn_down(
    sprint: Sprint, items: Iterable[Item], scale: Scale, now: dt.datetime, zone: dt.tzinfo | None = None
) -> Burndown | None:
    """The burndown of a sprint; None for one without dates. Days are those of `zone`, else of `now`."""
    where = zone or now.tzinfo or dt.UTC
    if sprint.start is None or sprint.end is None or sprint.end < sprint.start:
        return None
    first = sprint.start.astimezone(where).date()
    count = (sprint.end.astimezone(where).date() - first).days + 1
    points = _numbers(items, scale)
    total = sum((number for number, _ in points.counted), Decimal())
    closed = [(number, at.astimezone(where).date()) for number, at in points.counted if at]
    today = now.astimezone(where).date()
    days = tuple(
        _day(first - dt.timedelta(days=1), index, count, total, closed, today)
        for index in range(min(count, LONGEST) + 1)
    )
    return Burndown(days, total, points.apart, points.sure, cut=count > LONGEST)


@dataclass(frozen=True)
class _Numbers:
    """Points on the scale with the moment they were completed, and how many items have none."""

    counted: Sequence[tuple[Decimal, dt.datetime | None]]
    apart: int
    sure: bool


def _numbers(items: Iterable[Item], scale: Scale) -> _Numbers:
    counted: list[tuple[Decimal, dt.datetime | None]] = []
    apart, sure = 0, True
    for item in items:
        sure = sure and (item.known or item.missing)
        estimate = scale.estimate(item.points or "")
        if estimate.number is None or estimate.marked:
            apart += 1
        else:
            counted.append((estimate.number, item.closed if item.completed else None))
    return _Numbers(counted, apart, sure)


def _day(
    eve: dt.date,
    index: int,
    count: int,
    total: Decimal,
    closed: Sequence[tuple[Decimal, dt.date]],
    today: dt.date,
) -> BurndownDay:
    day = eve + dt.timedelta(days=index)
    ideal = (total * (count - index) / count).quantize(_HUNDREDTH)
    done = sum((number for number, at in closed if at <= day), Decimal())
    if index == 0:
        return BurndownDay(day, ideal, total)
    return BurndownDay(day, ideal, total - done if day <= today else None)


# Sums of a planning page: per list, per epic, per person; pure.


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
        lists={items.entity_id: sum_items(items.items, scale) for items in planning.lists},
        epics=epic_totals(planning.team, planning.items, scale),
        people=person_totals(planning.items, scale),
    )


def sum_items(items: Iterable[Item], scale: Scale) -> PointSum:
    """The sum of some items; one without scrum record counts as without points."""
    return sum_points(("" if item.missing else item.points for item in items), scale)


def epic_totals(team: ScrumTeam, items: Iterable[Item], scale: Scale) -> tuple[EpicTotal, ...]:
    """Points per epic in the team's order, then of the items without one."""
    known = {epic.id for epic in team.epics}
    groups = _grouped(items, lambda item: item.epic_id if item.epic_id in known else 0)
    epics: list[Epic | None] = [*team.epics, *([None] if 0 in groups else [])]
    return tuple(EpicTotal(epic, *_both(groups.get(epic.id if epic else 0, []), scale)) for epic in epics)


def person_totals(items: Iterable[Item], scale: Scale) -> tuple[PersonTotal, ...]:
    """Points per responsible person, by name; those without one last."""
    groups = _grouped(items, lambda item: item.responsible.id if item.responsible else 0)
    people = {id_: group[0].responsible for id_, group in groups.items()}
    order = sorted(people, key=lambda who: (not who, (people[who] or Person(0, "")).name.casefold(), who))
    return tuple(PersonTotal(people[who], *_both(groups[who], scale)) for who in order)


def _both(items: list[Item], scale: Scale) -> tuple[PointSum, PointSum]:
    return sum_items(items, scale), sum_items((item for item in items if item.completed), scale)


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


# How much a team finishes in a sprint, how full the next one is, and how far down the backlog it reaches.


LAST_SPRINTS = 5
PAGE = "history_"
PAGES_AT_FIRST = 4
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class SprintResult:
    """A sprint that ended: what was in it at the end, and what of that was completed.

    What went back to the backlog is not known any more (behaviour.md §4.4).
    """

    sprint: Sprint
    all: PointSum
    completed: PointSum


@dataclass(frozen=True)
class Velocity:
    """Points completed per sprint, over the last sprints, the oldest first. None without any."""

    results: tuple[SprintResult, ...] = ()
    average: Decimal | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None

    @property
    def complete(self) -> bool:
        """Whether the points of all items are known."""
        return all(result.completed.complete for result in self.results)


@dataclass(frozen=True)
class Load:
    """How full a sprint is. `share` of the velocity, None without one; `over`: more than ever done."""

    points: Decimal
    velocity: Decimal | None = None
    share: Decimal | None = None
    over: bool = False


@dataclass(frozen=True)
class ForecastLine:
    """The line in the backlog where the next sprint would end.

    `after_id`: the last item that fits, 0 when not even the first does. `points`: what fits. `sure` is False
    while items above the line are not estimated or not read.
    """

    after_id: int
    count: int
    points: Decimal
    sure: bool


def load_history(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprints: Sequence[Sprint],
    known: Mapping[int, ItemFacts] | None = None,
) -> dict[int, tuple[Item, ...]]:
    """The items of the given sprints (at most 12), by sprint; one HTTP request for up to 200 items each.

    Points come from `known` or, by `planning.load_points`, afterwards: completed sprints do not change, so a
    page can remember them.
    """
    del actor
    facts = known or {}
    wanted = sprints[: BATCH_SIZE // PAGES_AT_FIRST]
    pages = [(sprint.id, page * PAGE_SIZE) for sprint in wanted for page in range(PAGES_AT_FIRST)]
    found: dict[int, dict[int, Item]] = {sprint.id: {} for sprint in wanted}
    totals = _read_pages(client, ref, pages, found, facts)
    rest = [
        (sprint.id, start)
        for sprint in wanted
        for start in range(PAGES_AT_FIRST * PAGE_SIZE, totals.get(sprint.id, 0), PAGE_SIZE)
    ]
    for part in chunks(rest, BATCH_SIZE):
        _read_pages(client, ref, part, found, facts)
    return {sprint_id: in_order(items.values()) for sprint_id, items in found.items()}


def _read_pages(
    client: Client,
    ref: BoardRef,
    pages: Sequence[tuple[int, int]],
    found: dict[int, dict[int, Item]],
    facts: Mapping[int, ItemFacts],
) -> dict[int, int]:
    """Put the items of these pages into `found`; the totals by sprint."""
    if not pages:
        return {}
    commands = {
        f"{PAGE}{sprint_id}_{start}": list_sprint(ref, sprint_id, start) for sprint_id, start in pages
    }
    answer = client.batch(commands, halt=True)
    totals: dict[int, int] = {}
    for sprint_id, start in pages:
        page = answer[f"{PAGE}{sprint_id}_{start}"]
        totals[sprint_id] = page.total or 0
        rows = parse_list(page)
        found[sprint_id] |= {row.id: to_item(row, sprint_id, facts.get(row.id)) for row in rows}
    return totals


def measure_velocity(
    sprints: Sequence[Sprint], history: Mapping[int, Sequence[Item]], scale: Scale
) -> Velocity:
    """The velocity of the sprints whose items are known: the last five, whichever way they are given."""
    ended = sorted((sprint for sprint in sprints if sprint.id in history), key=_ended)[-LAST_SPRINTS:]
    results = tuple(_result(sprint, history[sprint.id], scale) for sprint in ended)
    done = [result.completed.total for result in results]
    if not done:
        return Velocity()
    average = (sum(done, Decimal()) / len(done)).quantize(_TENTH, ROUND_HALF_UP)
    return Velocity(results, average, min(done), max(done))


def _ended(sprint: Sprint) -> tuple[float, int]:
    return (sprint.end.timestamp() if sprint.end else 0.0, sprint.id)


def _result(sprint: Sprint, items: Sequence[Item], scale: Scale) -> SprintResult:
    return SprintResult(
        sprint, sum_items(items, scale), sum_items((item for item in items if item.completed), scale)
    )


def measure_load(points: PointSum, velocity: Velocity) -> Load:
    """How full a sprint with these points is, against the average; `over` against the best so far."""
    if not velocity.average:
        return Load(points.total, velocity.average)
    over = velocity.highest is not None and points.total > velocity.highest
    return Load(points.total, velocity.average, points.total / velocity.average, over)


def forecast_line(backlog: Iterable[Item], velocity: Velocity, scale: Scale) -> ForecastLine | None:
    """Where the next sprint would end if it took the backlog from the top; None without a velocity.

    Items without a number take no room; they, and numbers off the scale, make the line unsure.
    """
    if not velocity.average:
        return None
    line = ForecastLine(0, 0, Decimal(), True)
    for item in backlog:
        estimate = scale.estimate(item.points or "")
        points = line.points + (estimate.number or 0)
        if points > velocity.average:
            return line
        sure = line.sure and estimate.number is not None and not estimate.marked
        line = replace(line, after_id=item.task_id, count=line.count + 1, points=points, sure=sure)
    return line
