"""What the last soak found, kept as data beside it, and its section of the document."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Figure, Section

from tests.support.soak import EXPECTED, Report, Sample

MOST_MEGABYTES = 3.0
MOST_FILES = 5
DONE = 0.7
"""Below it the run was no work any more but a row of failures, and says nothing."""


@dataclass(frozen=True)
class Course:
    """How one thing of a process went: at three moments, the last third's median less the middle third's, and
    the slope of a line through all but the first third, per hour.
    """

    begin: float
    middle: float
    end: float
    growth: float
    slope: float


@dataclass(frozen=True)
class Result:
    """A soak: courses of memory (MB) and open files by process, in the order they were started.

    `done` is the share of requests that were answered with what was asked for.
    """

    date: str
    machine: str
    minutes: float
    requests: int
    unexpected: int
    done: float
    memory: list[Course]
    files: list[Course]

    @property
    def flat(self) -> bool:
        return all(figure.met for figure in section(self).figures)


def result_of(report: Report, *, minutes: float, date: str, machine: str) -> Result:
    """What counts of a report. `unexpected` answers are those that a failing portal does not explain."""
    pids = sorted(report.samples)
    return Result(
        date,
        machine,
        minutes,
        report.requests,
        sum(number for status, number in report.answers.items() if status not in EXPECTED),
        round(report.answers.get(200, 0) / max(report.requests, 1), 3),
        [_course(report, pid, lambda sample: sample.kilobytes / 1024) for pid in pids],
        [_course(report, pid, lambda sample: sample.files) for pid in pids],
    )


def file_of_results() -> Path:
    """BENCH_SOAK, or soak.json beside the benchmarks."""
    return Path(os.environ.get("BENCH_SOAK") or Path(__file__).with_name("soak.json"))


def save(result: Result) -> None:
    file_of_results().write_text(json.dumps(dataclasses.asdict(result), indent=1) + "\n")


def kept() -> list[Section]:
    """The section of the last soak; nothing when there was none."""
    if not file_of_results().exists():
        return []
    data: dict[str, Any] = json.loads(file_of_results().read_text())
    courses = {name: [Course(**one) for one in data[name]] for name in ("memory", "files")}
    return [section(Result(**{**data, **courses}))]


def section(result: Result) -> Section:
    figures = [
        Figure("requests", result.requests),
        Figure("answers that a failing portal does not explain", result.unexpected, "", 0),
        Figure("share of requests answered with what was asked for", result.done, "", DONE, at_least=True),
    ]
    for number, (memory, files) in enumerate(zip(result.memory, result.files, strict=True), 1):
        figures += _figures(f"process {number}, memory", memory, "MB", MOST_MEGABYTES)
        figures += _figures(f"process {number}, open files", files, "", MOST_FILES)
    return Section(
        f"{result.minutes:g} minutes of mixed load",
        f"A run of its own (`python benchmarks/soak.py {result.minutes:g}`), on {result.date}, "
        f"{result.machine}: four people look at a board, move cards, rename stages, take things back and "
        "read the journal without a pause, strangers knock, and the portal fails now and then. What is "
        "judged is the last third against the middle one; the slope is that of a line through both.",
        figures,
    )


def _course(report: Report, pid: int, of: Callable[[Sample], float]) -> Course:
    samples = report.samples[pid]
    values, warm = [of(one) for one in samples], samples[len(samples) // 3 :]
    slope = statistics.linear_regression([one.at / 3600 for one in warm], [of(one) for one in warm]).slope
    moments = values[0], values[len(values) // 2], values[-1]
    return Course(*(round(one, 2) for one in (*moments, report.growth(pid, of), slope)))


def _figures(name: str, course: Course, unit: str, most: float) -> list[Figure]:
    per_hour = f"{unit} an hour".strip()
    return [
        Figure(f"{name} at the beginning", course.begin, unit),
        Figure(f"{name} in the middle", course.middle, unit),
        Figure(f"{name} at the end", course.end, unit),
        Figure(f"{name}, last third less middle third", course.growth, unit, most),
        Figure(f"{name}, slope", course.slope, per_hour),
    ]
