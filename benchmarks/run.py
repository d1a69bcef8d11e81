"""Run every benchmark and write docs/benchmarks.md.

BENCH_QUICK=1 takes few turns, to see that all of it works; BENCH_OUT names another file to write;
BENCH_ONLY names modules, separated by commas, and prints unless BENCH_OUT says where to write. What the last
soak found (soak.py) comes along in the whole document.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from report import Section, document, machine
from soak_result import kept

ROOT = Path(__file__).resolve().parents[1]


def modules() -> list[str]:
    """All benchmarks, or those BENCH_ONLY names."""
    only = [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name]
    return only or sorted(file.stem for file in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    quick = os.environ.get("BENCH_QUICK") == "1"
    sections: list[Section] = []
    for name in modules():
        began = time.monotonic()
        sections.append(importlib.import_module(name).measure(quick))
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    only, out = os.environ.get("BENCH_ONLY"), os.environ.get("BENCH_OUT")
    if not only:
        sections += kept()
    text = document(sections, date=dt.datetime.now(dt.UTC).date().isoformat(), machine=machine(), quick=quick)
    if only and not out:
        print(text)
        return
    Path(out or ROOT / "docs" / "benchmarks.md").write_text(text)


if __name__ == "__main__":
    main()
