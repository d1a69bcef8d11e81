"""The document of the benchmarks: verdicts follow from the figures, and no figure is typed in by hand."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def report() -> object:
    sys.path.insert(0, str(FOLDER))
    try:
        import report as module
    finally:
        sys.path.remove(str(FOLDER))
    return module


@pytest.mark.parametrize(
    ("value", "goal", "at_least", "verdict"),
    [
        (1.21, 1.10, False, "**missed by 10 %**"),
        (0.99, 1.10, False, "met, 10 % to spare"),
        (1.10, 1.10, False, "met, 0 % to spare"),
        (0.45, 0.9, True, "**missed by 50 %**"),
        (0.99, 0.9, True, "met, 10 % to spare"),
        (3, 0, False, "**missed by 3.00**"),
        (0, 0, False, "met"),
        (5, None, False, "no goal"),
    ],
)
def test_verdict(report, value, goal, at_least, verdict) -> None:  # type: ignore[no-untyped-def]
    assert report.Figure("x", value, "", goal, at_least=at_least).verdict == verdict


def test_ratio_is_that_of_the_medians_and_spread_that_of_the_pairs(report) -> None:  # type: ignore[no-untyped-def]
    figure = report.ratio_of("x", [(1, 1), (2, 4), (3, 9), (4, 16), (5, 25)], goal=2)
    assert (figure.value, figure.spread, figure.met) == (3.0, (2.0, 4.0), False)


def test_document_counts_goals_and_names_obstacles_only_where_missed(report) -> None:  # type: ignore[no-untyped-def]
    missed = report.Section("Slow", "How.", [report.Figure("a", 2, "s", 1)], "the cores.")
    met = report.Section("Fast", "How.", [report.Figure("b", 1, "s", 2)], "nothing.")
    text = report.document([missed, met], date="2026-01-02", machine="2 cores", quick=False)
    assert "1 of 2 goals met" in text
    assert "| a | 2.00 s |  | at most 1.00 s | **missed by 100 %** |" in text
    assert "What stands in the way: the cores." in text
    assert "nothing." not in text
    assert "quick run" not in text
    assert "quick run" in report.document([met], date="", machine="", quick=True)


def test_profiles_that_led_to_a_change_are_named_whether_goals_are_met_or_not(report) -> None:  # type: ignore[no-untyped-def]
    met = report.Section(
        "Fast", "How.", [report.Figure("b", 1, "s", 2)], profiles=("x took long; it is gone",)
    )
    text = report.document([met], date="", machine="", quick=False)
    assert "Profiles that led to a change:\n\n- x took long; it is gone" in text
    assert "Profiles" not in report.document([report.Section("a", "b", [])], date="", machine="", quick=False)


def test_every_benchmark_can_be_run_by_the_runner() -> None:
    files = list(FOLDER.glob("bench_*.py"))
    assert len(files) >= 4
    for file in files:
        functions = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
        measure = next((one for one in functions if one.name == "measure"), None)
        assert measure, file.name
        assert [argument.arg for argument in measure.args.args] == ["quick"], file.name
