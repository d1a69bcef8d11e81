"""The thread of each process that does what nobody waits for."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from web.core import worker as work
from web.core.worker import Worker


def eventually(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end and not true():
        time.sleep(0.01)
    return true()


def test_it_tidies_up_when_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[bool] = []
    monkeypatch.setattr(work, "PAUSE", 0.01)
    monkeypatch.setattr(work, "SWEEP_EVERY", 0.05)
    worker = Worker(lambda: None, lambda: swept.append(True))
    worker.start()
    assert eventually(lambda: len(swept) > 1)
    worker.stop()


def test_it_outlives_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[bool] = []

    def fail() -> None:
        rounds.append(True)
        raise RuntimeError("the store is away")

    monkeypatch.setattr(work, "PAUSE", 0.01)
    worker = Worker(fail, lambda: None)
    worker.start()
    assert eventually(lambda: len(rounds) > 2)
    worker.stop()
