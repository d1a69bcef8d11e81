"""The leaky bucket: 50 at once, then two a second, per portal."""

from __future__ import annotations

import threading

import pytest

from b24.errors import QueryLimitExceeded
from b24.limits import Limiter
from tests.unit.b24.support import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    return Limiter(clock=clock, sleep=clock.sleep)


def take(limiter: Limiter, count: int, portal: str = "a", patience: float = 6.0) -> None:
    for _ in range(count):
        limiter.wait(portal, patience=patience)


def test_fifty_at_once_then_half_a_second_each(limiter: Limiter, clock: Clock) -> None:
    take(limiter, 50)
    assert clock.slept == []
    take(limiter, 2)
    assert clock.slept == [0.5, 0.5]


def test_the_bucket_drains(limiter: Limiter, clock: Clock) -> None:
    take(limiter, 50)
    clock.now += 10
    take(limiter, 20)
    assert clock.slept == []


def test_portals_do_not_share(limiter: Limiter, clock: Clock) -> None:
    take(limiter, 50, "a")
    take(limiter, 50, "b")
    assert clock.slept == []


def test_beyond_the_patience_nothing_is_taken(limiter: Limiter, clock: Clock) -> None:
    take(limiter, 50)
    with pytest.raises(QueryLimitExceeded) as caught:
        limiter.wait("a", patience=0.4)
    assert caught.value.retry_after == 0.5
    clock.now += 0.5
    limiter.wait("a", patience=0.0)
    assert clock.slept == []


def test_a_503_holds_the_others_back(limiter: Limiter, clock: Clock) -> None:
    take(limiter, 1)
    limiter.filled("a")
    take(limiter, 2)
    assert clock.slept == [0.5]


def test_threads_never_take_more_than_there_is() -> None:
    clock = Clock()
    limiter = Limiter(clock=clock, sleep=clock.sleep)
    refused: list[int] = []

    def work() -> None:
        for _ in range(20):
            try:
                limiter.wait("a", patience=0)
            except QueryLimitExceeded:
                refused.append(1)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 50


def test_the_reset_of_a_method_is_remembered(limiter: Limiter) -> None:
    limiter.remember("a", "tasks.task.list", {"operating_reset_at": 1_759_759_963, "operating": 3.1})
    limiter.remember("a", "profile", {})
    assert limiter.reset_at("a", "tasks.task.list") == 1_759_759_963
    assert limiter.reset_at("a", "profile") is None
    assert limiter.reset_at("b", "tasks.task.list") is None
