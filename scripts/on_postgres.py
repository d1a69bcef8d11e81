"""The part of `make test` that runs on PostgreSQL: what reads and writes the store in ways of its own.

`make test-postgres` runs all functional tests on it. Without PostgreSQL this part is skipped and says so.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.postgres import why_not  # noqa: E402 (the path comes first)

CHOSEN = (
    "journal/test_calls",
    "portal/test_events",
    "journal/test_journal",
    "failures/test_killed",
    "kanban/test_task_changes",
    "portal/test_session",
)


def main() -> None:
    if why := why_not():
        print(f"tests on PostgreSQL: SKIPPED, {why}")
        return
    files = [f"tests/functional/{name}.py" for name in CHOSEN]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--store", "postgresql", *files], cwd=ROOT, check=False
    )
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
