"""Where the processes keep the figures for /metrics, and how long what is under way is waited for."""

from __future__ import annotations

import inspect
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from b24.limits import BULK_PATIENCE
from b24.retry import RetryPolicy
from b24.transport import Transport
from store import jobs, requests

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


def longest_request() -> float:
    """Seconds a request may last that waits for its turn, then for the portal."""
    connect, read = inspect.signature(Transport).parameters["timeout"].default
    return float(RetryPolicy().queue + BULK_PATIENCE + connect + read)


def test_nothing_is_cut_off_while_the_portal_may_still_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by gunicorn, at work or when told to end, nor by systemd with the unit of the manual."""
    conf = settings(monkeypatch)
    assert conf["timeout"] >= longest_request()
    assert conf["graceful_timeout"] >= longest_request()
    manual = (ROOT / "docs" / "operate.md").read_text()
    [stop] = re.findall(r"^ +TimeoutStopSec=(\d+)$", manual, re.MULTILINE)
    assert int(stop) > conf["graceful_timeout"]


def test_nobody_takes_over_what_may_still_be_under_way() -> None:
    """A click, a step of a job: whoever has it counts as dead only after the longest request there is."""
    assert longest_request() < requests.ABANDONED_AFTER
    assert longest_request() < jobs.LEASE
