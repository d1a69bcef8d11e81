"""Where the processes keep the figures for /metrics, and what is left of it when they have gone."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def settings(monkeypatch: pytest.MonkeyPatch, **env: str) -> dict[str, Any]:
    """What gunicorn reads, under these settings; the environment is put back afterwards."""
    for name in (FOLDER, "METRICS_TOKEN"):
        monkeypatch.setenv(name, env.get(name, ""))
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_a_folder_made_for_the_run_goes_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    conf = settings(monkeypatch, METRICS_TOKEN="a-token-of-the-tests")
    made = Path(conf["made"])
    assert made.is_dir()
    conf["on_exit"](None)
    assert not made.exists()


def test_a_folder_that_was_given_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    conf = settings(monkeypatch, METRICS_TOKEN="a-token-of-the-tests", **{FOLDER: str(tmp_path)})
    conf["on_exit"](None)
    assert tmp_path.is_dir() and not conf["made"]


def test_nothing_is_shared_where_nobody_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings(monkeypatch)["made"]
