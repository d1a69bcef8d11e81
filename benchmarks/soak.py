"""Half an hour of mixed load: do memory and open files of the app stay where they are?

`python benchmarks/soak.py [minutes]` (30). Exits with 1 when something grows or an answer was none of those
expected. A short one is among the tests (`tests/functional/test_soak.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.support.installing import installed_app
from tests.support.soak import EXPECTED, soak

MOST_KILOBYTES = 3000
MOST_FILES = 5


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    with installed_app("small", WEB_CONCURRENCY="2", WEB_THREADS="32") as (portal, app):
        report = soak(portal, app, minutes * 60, every=max(0.5, minutes))
    grown = False
    for pid, seen in report.samples.items():
        memory = report.growth(pid, lambda one: one.kilobytes)
        files = report.growth(pid, lambda one: one.files)
        print(
            f"process {pid}: {seen[-1].kilobytes / 1024:.1f} MB, {memory / 1024:+.2f} MB from the middle "
            f"third to the last; {seen[-1].files} open files, {files:+.0f}"
        )
        grown = grown or memory > MOST_KILOBYTES or files > MOST_FILES
    print(f"{report.requests} requests in {minutes:g} minutes, answers: {report.answers}")
    raise SystemExit(1 if grown or not set(report.answers) <= EXPECTED else 0)


if __name__ == "__main__":
    main()
