"""Measurements as data, and the document made of them: every figure in it comes from the run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value. `spread` are its quartiles; without a `goal` it is shown for information only."""

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    at_least: bool = False
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def verdict(self) -> str:
        """Met or missed, and by how much of the goal."""
        if self.goal is None:
            return "no goal"
        if not self.goal:
            return "met" if self.met else f"**missed by {_number(abs(self.value))}**"
        apart = f"{abs(self.value - self.goal) / abs(self.goal) * 100:.0f} %"
        return f"met, {apart} to spare" if self.met else f"**missed by {apart}**"


@dataclass(frozen=True)
class Section:
    """What one benchmark found.

    `obstacle` is what stands in the way, printed when a goal is missed. `profiles` are those that led to a
    change: what each showed and what was changed, always printed.
    """

    title: str
    how: str
    figures: Sequence[Figure]
    obstacle: str = ""
    profiles: Sequence[str] = ()


def ratio_of(name: str, pairs: Sequence[tuple[float, float]], **goal: float | bool) -> Figure:
    """The ratio B ÷ A of the medians of what was measured in turn; spread: quartiles of the single ratios."""
    base, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Figure(name, other / base, "×", spread=quartiles([b / a for a, b in pairs]), **goal)  # type: ignore[arg-type]


def median_of(name: str, values: Sequence[float], unit: str, **goal: float | bool) -> Figure:
    """The median of many and its quartiles."""
    return Figure(name, statistics.median(values), unit, spread=quartiles(values), **goal)  # type: ignore[arg-type]


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """First and third quartile; twice the same for a single value."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def document(sections: Sequence[Section], *, date: str, machine: str, quick: bool) -> str:
    """The whole of docs/benchmarks.md."""
    goals = [figure for section in sections for figure in section.figures if figure.goal is not None]
    missed = sum(not figure.met for figure in goals)
    parts = [
        "# How fast it is",
        "Written by `make bench`, which runs everything in `benchmarks/` against the stand-in "
        "portal; no figure "
        "is typed in by hand. Ratios are taken in one run, A and B in turn: the median of many, with the "
        "quartiles of the single values behind it. Load generator, stand-in portal and app "
        "share the machine.",
        f"Run of {date} on {machine}. {len(goals) - missed} of {len(goals)} goals met.",
    ]
    if quick:
        parts.append("**A quick run, which shows that the benchmarks work: too few turns to judge by.**")
    parts += [_section(section) for section in sections]
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    lines = [f"## {section.title}", "", section.how, ""]
    lines += ["| measured | value | quartiles | goal | |", "|---|---|---|---|---|"]
    lines += [_row(figure) for figure in section.figures]
    if section.obstacle and not all(figure.met for figure in section.figures):
        lines += ["", f"What stands in the way: {section.obstacle}"]
    if section.profiles:
        lines += ["", "Profiles that led to a change:", "", *(f"- {profile}" for profile in section.profiles)]
    return "\n".join(lines)


def _row(figure: Figure) -> str:
    spread = f"{_number(figure.spread[0])} to {_number(figure.spread[1])}" if figure.spread else ""
    goal = ""
    if figure.goal is not None:
        side = "at least" if figure.at_least else "at most"
        goal = f"{side} {_number(figure.goal)} {figure.unit}".rstrip()
    value = f"{_number(figure.value)} {figure.unit}".rstrip()
    return f"| {figure.name} | {value} | {spread} | {goal} | {figure.verdict} |"


def _number(value: float) -> str:
    """Three digits that say something, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
