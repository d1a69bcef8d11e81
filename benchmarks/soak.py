"""An hour of mixed load: do memory and open files of the app stay where they are?

`python benchmarks/soak.py [minutes]` (60) keeps what it found in benchmarks/soak.json, or in the file that
BENCH_SOAK names; the next `make bench` puts it into its document. Exits with 1 when something grows or an
answer was none of those expected. A short one is among the tests
(`tests/functional/operations/test_soak.py`).
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report import document, machine
from soak_result import result_of, save, section

from tests.support.installing import installed_app
from tests.support.soak import soak


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with installed_app("small", WEB_CONCURRENCY="2", WEB_THREADS="32") as (portal, app):
        report = soak(portal, app, minutes * 60, every=max(0.5, minutes))
    today = dt.datetime.now(dt.UTC).date().isoformat()
    result = result_of(report, minutes=minutes, date=today, machine=machine())
    save(result)
    print(document([section(result)], date=today, machine=machine(), quick=False))
    print(f"answers: {report.answers}")
    raise SystemExit(0 if result.flat else 1)


if __name__ == "__main__":
    main()
