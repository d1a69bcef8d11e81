"""The document of the benchmarks: verdicts follow from the figures, and no figure is typed in by hand."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tests.support.soak import Report, Sample

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def report() -> object:
    sys.path.insert(0, str(FOLDER))
    try:
        import report as module
    finally:
        sys.path.remove(str(FOLDER))
    return module


@pytest.fixture(scope="module")
def soak_result(report) -> object:  # type: ignore[no-untyped-def]
    sys.path.insert(0, str(FOLDER))
    try:
        import soak_result as module
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


def hour(megabytes_per_hour: float, files_per_hour: float) -> list[Sample]:
    """A look each minute at a process that grows evenly."""
    return [
        Sample(60.0 * n, int(1024 * (80 + megabytes_per_hour * n / 60)), int(20 + files_per_hour * n / 60))
        for n in range(60)
    ]


def test_a_soak_tells_begin_middle_end_growth_and_slope(soak_result) -> None:  # type: ignore[no-untyped-def]
    report = Report({200: 90, 502: 9, 500: 1}, {8: hour(0, 0), 7: hour(12, 30)})
    found = soak_result.result_of(report, minutes=60, date="2026-01-02", machine="2 cores")
    leaking, flat = found.memory
    assert (leaking.begin, leaking.middle, leaking.slope) == (80, 86, pytest.approx(12, abs=0.1))
    assert leaking.end == pytest.approx(91.8, abs=0.1) and leaking.growth == pytest.approx(4, abs=0.1)
    assert (flat.begin, flat.end, flat.growth, flat.slope) == (80, 80, 0, 0)
    assert found.files[0].growth == 10 and found.files[0].slope == pytest.approx(30, abs=1)
    assert (found.requests, found.unexpected, found.flat) == (100, 1, False)


def test_a_soak_kept_is_the_section_it_was(soak_result, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("BENCH_SOAK", str(tmp_path / "soak.json"))
    assert soak_result.kept() == []
    report = Report({200: 100}, {7: hour(0.5, 1)})
    found = soak_result.result_of(report, minutes=60, date="2026-01-02", machine="2 cores")
    soak_result.save(found)
    assert soak_result.kept() == [soak_result.section(found)]
    assert found.flat and "2026-01-02" in soak_result.section(found).how


def test_a_soak_that_met_nothing_but_failures_is_none(soak_result) -> None:  # type: ignore[no-untyped-def]
    """Answers that a failing portal explains, but no work: flat memory tells nothing then."""
    report = Report({200: 30, 502: 70}, {7: hour(0, 0)})
    assert not soak_result.result_of(report, minutes=60, date="", machine="").flat


def test_every_benchmark_can_be_run_by_the_runner() -> None:
    files = list(FOLDER.glob("bench_*.py"))
    assert len(files) >= 4
    for file in files:
        functions = [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)]
        measure = next((one for one in functions if one.name == "measure"), None)
        assert measure, file.name
        assert [argument.arg for argument in measure.args.args] == ["quick"], file.name
