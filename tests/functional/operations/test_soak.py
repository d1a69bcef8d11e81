"""A short version of benchmarks/soak.py: mixed load, and nothing that piles up."""

from __future__ import annotations

from pathlib import Path

from tests.support.installing import installed_app
from tests.support.soak import EXPECTED, Report, Sample, soak

SECONDS = 24.0
MOST_KILOBYTES = 12_000
"""Half a minute warms up longer than it works: what leaks in earnest needs more than this."""
MOST_FILES = 8


def test_memory_and_open_files_stay_where_they_are(tmp_path: Path) -> None:
    processes = {"WEB_CONCURRENCY": "2", "WEB_THREADS": "32"}
    with installed_app("small", folder=tmp_path, **processes) as (portal, app):
        report = soak(portal, app, SECONDS, every=0.4)
    assert report.requests > 100 and set(report.answers) <= EXPECTED, report.answers
    assert report.answers[200] > report.requests * 0.7, report.answers
    assert len(report.samples) == 2
    for pid in report.samples:
        assert report.growth(pid, lambda one: one.kilobytes) < MOST_KILOBYTES
        assert report.growth(pid, lambda one: one.files) < MOST_FILES


def test_what_grows_is_noticed() -> None:
    leaking = [Sample(float(n), 80_000 + 1_000 * n, 40 + n) for n in range(60)]
    report = Report({200: 1}, {7: leaking})
    assert report.growth(7, lambda one: one.kilobytes) > MOST_KILOBYTES
    assert report.growth(7, lambda one: one.files) > MOST_FILES
