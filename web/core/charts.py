"""Geometry of charts: numbers → coordinates within a fixed view box. Nothing here is HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 30
LABELS_AT_MOST = 12
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Mark:
    """A label at a place of an axis."""

    at: float
    text: str


@dataclass(frozen=True)
class Axes:
    """The frame of a chart: where values lie, and the labels of both axes."""

    top: float
    values: tuple[Mark, ...]
    labels: tuple[Mark, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM

    def y(self, value: Decimal | float) -> float:
        """The height at which a value is drawn."""
        share = float(value) / self.top if self.top else 0.0
        return round(self.bottom - share * (self.bottom - TOP), 1)


@dataclass(frozen=True)
class Bar:
    """A column of a bar chart: the whole and the part of it that is done."""

    x: float
    width: float
    whole: float
    part: float
    text: str


def axes_for(highest: Decimal | float, labels: Sequence[str]) -> Axes:
    """Axes from 0 to a round number above `highest`; a label per place, thinned out where there are many."""
    top, step = round_up(float(highest))
    frame = Axes(top, ())
    values = tuple(Mark(frame.y(step * n), f"{step * n:g}") for n in range(int(top / step) + 1))
    every = max(1, math.ceil(len(labels) / LABELS_AT_MOST))
    marks = tuple(Mark(place_of(n, len(labels)), text) for n, text in enumerate(labels) if n % every == 0)
    return Axes(top, values, marks)


def place_of(index: int, count: int) -> float:
    """The middle of one of `count` places on the lower axis."""
    width = (WIDTH - LEFT - RIGHT) / max(count, 1)
    return round(LEFT + width * (index + 0.5), 1)


def line(axes: Axes, values: Sequence[Decimal | None]) -> str:
    """Points of a polyline; it ends where values are not known."""
    known = [(n, value) for n, value in enumerate(values) if value is not None]
    return " ".join(f"{place_of(n, len(values))},{axes.y(value)}" for n, value in known)


def bars(axes: Axes, rows: Sequence[tuple[str, Decimal, Decimal]]) -> tuple[Bar, ...]:
    """A bar per row of (label, whole, part)."""
    width = min(48.0, (WIDTH - LEFT - RIGHT) / max(len(rows), 1) * 0.7)
    return tuple(
        Bar(round(place_of(n, len(rows)) - width / 2, 1), round(width, 1), axes.y(whole), axes.y(part), text)
        for n, (text, whole, part) in enumerate(rows)
    )


def round_up(highest: float) -> tuple[float, float]:
    """A round top at or above `highest`, and the step between its marks (about four of them)."""
    if highest <= 0:
        return 1.0, 1.0
    rough = highest / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((unit * power for unit in STEPS if unit * power >= rough), 10 * power)
    return math.ceil(round(highest / step, 6)) * step, step
