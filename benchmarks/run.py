"""Run every benchmark and write docs/benchmarks.md.

BENCH_QUICK=1 takes few turns, to see that all of it works; BENCH_OUT names another file to write;
BENCH_ONLY names modules, separated by commas, and prints instead of writing.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import platform
import sys
import time
from pathlib import Path

from report import Section, document

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def modules() -> list[str]:
    """All benchmarks, or those BENCH_ONLY names."""
    only = [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name]
    return only or sorted(file.stem for file in Path(__file__).parent.glob("bench_*.py"))


def machine() -> str:
    """What the figures depend on: no names of hosts."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def main() -> None:
    quick = os.environ.get("BENCH_QUICK") == "1"
    sections: list[Section] = []
    for name in modules():
        began = time.monotonic()
        sections.append(importlib.import_module(name).measure(quick))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    text = document(sections, date=dt.datetime.now(dt.UTC).date().isoformat(), machine=machine(), quick=quick)
    if os.environ.get("BENCH_ONLY"):
        print(text)
        return
    Path(os.environ.get("BENCH_OUT") or ROOT / "docs" / "benchmarks.md").write_text(text)


if __name__ == "__main__":
    main()
