"""Numbers behind the charts, computed; drawing them is the web's business.

The portal keeps no history of a sprint: what is in it now counts for all of its days, and a task counts as
done from the day it was closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from boards.scrum.model import Item, Sprint
from boards.scrum.points import Scale

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
