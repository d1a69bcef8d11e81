"""The runner of the benchmarks as `make bench` calls it, with quick turns: a row for each measure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.servers import ROOT

SECONDS = 60
ROW = re.compile(
    r"^\| (?P<name>[^|]+) \| (?P<value>[^|]+) \| (?P<spread>[^|]*) \| [^|]* \| (?P<verdict>[^|]+) \|$"
)
FIGURE = re.compile(r"\d+(\.\d+)?( (ms|s|×|MB|kB))?")
CALL = (
    "own, CPU per call",
    "b24pysdk, CPU per call",
    "fast-bitrix24, CPU per call",
    "b24pysdk ÷ the app's client",
    "the app's client ÷ fast-bitrix24",
)
READERS = {
    r"\d+ tasks": ("the app's reader", r"fast-bitrix24 \(get_all\)", r"b24pysdk \(list_fast\)"),
    "points of 20 items": ("the app's reader", r"fast-bitrix24 \(get_by_ID\)"),
}


def run(folder: Path, **env: str) -> str:
    """The document a run writes."""
    out = folder / "benchmarks.md"
    asked = {"BENCH_QUICK": "1", "BENCH_OUT": str(out), "BENCH_SOAK": str(folder / "soak.json")} | env
    kept = (ROOT / "docs" / "benchmarks.md").read_bytes()
    subprocess.run(
        [sys.executable, "benchmarks/run.py"], cwd=ROOT, env=os.environ | asked, check=True, timeout=SECONDS
    )
    assert (ROOT / "docs" / "benchmarks.md").read_bytes() == kept, "only BENCH_OUT is written"
    return out.read_text()


def rows(text: str) -> dict[str, re.Match[str]]:
    """The rows of figures by their name; none twice."""
    found = [
        match for line in text.splitlines() if (match := ROW.match(line)) and "value" not in match["value"]
    ]
    by_name = {match["name"]: match for match in found if "---" not in match["name"]}
    assert len(by_name) == len([one for one in found if "---" not in one["name"]])
    return by_name


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    return run(tmp_path_factory.mktemp("bench"), BENCH_ONLY="bench_client,bench_read")


def test_each_measure_has_a_row_with_a_figure_of_the_run(text: str) -> None:
    found = rows(text)
    wanted = [re.escape(name) for name in CALL]
    for what, readers in READERS.items():
        wanted += [f"{what}, {who}: {measure}" for who in readers for measure in ("HTTP requests", "time")]
        wanted += [f"{what}: requests that batches of 50 take at least"]
    for pattern in wanted:
        row = next((one for name, one in found.items() if re.fullmatch(pattern, name)), None)
        assert row, pattern
        assert FIGURE.fullmatch(row["value"]), row[0]
        assert float(row["value"].split()[0]) > 0 or "time" in pattern, row[0]
    assert len(found) == len(wanted)


def test_what_was_taken_many_times_shows_its_spread(text: str) -> None:
    for name, row in rows(text).items():
        if name in CALL or name.endswith(": time"):
            low, high = (float(one) for one in row["spread"].split(" to "))
            assert 0 <= low <= high, row[0]


def test_the_ratio_is_that_of_the_rows_above_it(text: str) -> None:
    found = rows(text)
    own, vendor = (float(found[name]["value"].split()[0]) for name in CALL[:2])
    assert float(found[CALL[3]]["value"].split()[0]) == pytest.approx(vendor / own, rel=0.05)


def test_the_head_counts_the_goals_of_the_rows(text: str) -> None:
    verdicts = [row["verdict"] for row in rows(text).values()]
    goals = [one for one in verdicts if one != "no goal"]
    met = [one for one in goals if one.startswith("met")]
    assert f"{len(met)} of {len(goals)} goals met." in text
    assert len(goals) == 6
    assert "A quick run" in text
    assert re.search(r"^Run of \d{4}-\d\d-\d\d on \d+ cores", text, re.MULTILINE)


def test_the_same_twice_gives_other_figures(text: str, tmp_path: Path) -> None:
    again = rows(run(tmp_path, BENCH_ONLY="bench_client"))
    before = rows(text)
    assert again.keys() == set(CALL)
    assert [again[name]["value"] for name in CALL] != [before[name]["value"] for name in CALL]


def test_the_document_has_the_last_soak_with_its_own_date(tmp_path: Path) -> None:
    course = {"begin": 70.5, "middle": 90.25, "end": 91.0, "growth": 4.5, "slope": 0.25}
    files = {"begin": 12, "middle": 25, "end": 25, "growth": 0, "slope": 0}
    data = {"date": "2026-01-02", "machine": "3 cores", "minutes": 60, "requests": 12345, "unexpected": 0}
    courses = {"memory": [course], "files": [files]}
    (tmp_path / "soak.json").write_text(json.dumps(data | {"done": 0.91} | courses))
    script = (
        "import sys; sys.path[:0] = ['benchmarks', '.']\nimport run\nrun.modules = lambda: []\nrun.main()"
    )
    out = tmp_path / "out.md"
    env = os.environ | {"BENCH_OUT": str(out), "BENCH_SOAK": str(tmp_path / "soak.json"), "BENCH_ONLY": ""}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, check=True, timeout=SECONDS)
    found = rows(out.read_text())
    assert "## 60 minutes of mixed load" in out.read_text() and "on 2026-01-02, 3 cores" in out.read_text()
    assert found["requests"]["value"] == "12345"
    assert found["share of requests answered with what was asked for"]["value"] == "0.91"
    assert found["process 1, memory at the beginning"]["value"] == "70.5 MB"
    assert found["process 1, memory, last third less middle third"]["verdict"] == "**missed by 50 %**"
    assert found["process 1, open files, last third less middle third"]["verdict"].startswith("met")
