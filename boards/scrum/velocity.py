"""How much a team finishes in a sprint, how full the next one is, and how far down the backlog it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from b24.client import BATCH_SIZE, Client
from b24.tasks import parse_list
from boards.actor import Actor
from boards.model import BoardRef
from boards.scrum.load import PAGE_SIZE, list_sprint
from boards.scrum.model import Item, ItemFacts, Sprint
from boards.scrum.points import PointSum, Scale
from boards.scrum.reading import in_order, to_item
from boards.scrum.totals import sum_items
from boards.sending import chunks

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
        return all(one.completed.complete for one in self.results)


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

    Points come from `known` or, by `load.load_points`, afterwards: completed sprints do not change, so a
    page can remember them.
    """
    del actor
    facts = known or {}
    wanted = sprints[: BATCH_SIZE // PAGES_AT_FIRST]
    pages = [(one.id, page * PAGE_SIZE) for one in wanted for page in range(PAGES_AT_FIRST)]
    found: dict[int, dict[int, Item]] = {one.id: {} for one in wanted}
    totals = _read_pages(client, ref, pages, found, facts)
    rest = [
        (one.id, start)
        for one in wanted
        for start in range(PAGES_AT_FIRST * PAGE_SIZE, totals.get(one.id, 0), PAGE_SIZE)
    ]
    for part in chunks(rest, BATCH_SIZE):
        _read_pages(client, ref, part, found, facts)
    return {one: in_order(items.values()) for one, items in found.items()}


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
    commands = {f"{PAGE}{one}_{start}": list_sprint(ref, one, start) for one, start in pages}
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
    ended = sorted((one for one in sprints if one.id in history), key=_ended)[-LAST_SPRINTS:]
    results = tuple(_result(one, history[one.id], scale) for one in ended)
    done = [one.completed.total for one in results]
    if not done:
        return Velocity()
    average = (sum(done, Decimal()) / len(done)).quantize(_TENTH, ROUND_HALF_UP)
    return Velocity(results, average, min(done), max(done))


def _ended(sprint: Sprint) -> tuple[float, int]:
    return (sprint.end.timestamp() if sprint.end else 0.0, sprint.id)


def _result(sprint: Sprint, items: Sequence[Item], scale: Scale) -> SprintResult:
    return SprintResult(
        sprint, sum_items(items, scale), sum_items((one for one in items if one.completed), scale)
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
