"""One bucket for all processes: what one takes the other does not get."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from b24.errors import QueryLimitExceeded
from b24.limits import BULK_PATIENCE, Limiter
from store import Database, cleanup, portals
from store.rate_limits import LONG_AGO, SharedLedger
from tests.unit.b24.support import Clock

PORTAL = "https://a.example/rest/"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(db: Database, clock: Clock) -> Limiter:
    """The limiter of one process."""
    return Limiter(ledger=SharedLedger(db), clock=clock, sleep=clock.sleep)


def taken(*limiters: Limiter) -> int:
    """How many places they get together, in turns, without waiting."""
    for count in range(200):
        try:
            limiters[count % len(limiters)].wait(PORTAL, patience=0)
        except QueryLimitExceeded:
            return count
    raise AssertionError("no limit at all")


def rows(db: Database) -> int:
    with db.single_select() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM bucket")).scalar_one())


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_together_they_never_take_more_than_the_portal_bears(
    db: Database, clock: Clock, processes: int
) -> None:
    assert 40 <= taken(*(limiter(db, clock) for _ in range(processes))) <= 50


def test_a_full_bucket_is_full_for_a_process_that_comes_later(db: Database, clock: Clock) -> None:
    taken(limiter(db, clock))
    with pytest.raises(QueryLimitExceeded) as caught:
        limiter(db, clock).wait(PORTAL, patience=0.1)
    assert caught.value.retry_after == pytest.approx(0.5)
    assert limiter(db, clock).wait(PORTAL, patience=1) == pytest.approx(0.5)


def test_a_single_person_writes_nothing_but_the_report(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, writes = limiter(db, clock), []
    add = SharedLedger.add
    monkeypatch.setattr(SharedLedger, "add", lambda *a, **k: writes.append(1) or add(*a, **k))
    for _ in range(2):
        mine.wait(PORTAL, patience=0)
    assert writes == []
    mine.report()
    mine.report()
    assert len(writes) == 1
    assert SharedLedger(db).empty_at(PORTAL) == pytest.approx(clock.now + 1.0)


def test_threads_of_two_processes_at_once(db: Database, clock: Clock) -> None:
    both, got = (limiter(db, clock), limiter(db, clock)), []

    def work(mine: Limiter) -> None:
        for _ in range(10):
            try:
                mine.wait(PORTAL, patience=0)
                got.append(1)
            except QueryLimitExceeded:
                pass

    threads = [threading.Thread(target=work, args=(both[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 40 <= len(got) <= 50


def test_a_503_of_one_process_holds_the_other_back(db: Database, clock: Clock) -> None:
    limiter(db, clock).filled(PORTAL)
    other = limiter(db, clock)
    assert other.wait(PORTAL, patience=5) == 0
    assert other.wait(PORTAL, patience=5) == pytest.approx(0.5)


def test_bulk_work_steps_back_while_people_fill_the_bucket(db: Database, clock: Clock) -> None:
    people, bulk = limiter(db, clock), limiter(db, clock)
    for _ in range(30):
        people.wait(PORTAL, patience=0)
    assert bulk.wait(PORTAL, patience=15, bulk=True) == pytest.approx(4.25, abs=0.6)
    assert people.wait(PORTAL, patience=0) == 0, "people had room all the time"


def test_bulk_work_is_not_put_off_for_ever(db: Database, clock: Clock) -> None:
    taken(limiter(db, clock))
    assert limiter(db, clock).wait(PORTAL, patience=15, bulk=True) == pytest.approx(BULK_PATIENCE)


def test_a_clock_that_was_far_ahead_stops_nobody(db: Database, clock: Clock) -> None:
    SharedLedger(db).fill(PORTAL, clock.now + 86400)
    assert limiter(db, clock).wait(PORTAL, patience=0) == 0


def test_the_row_goes_with_the_portal_and_with_time(db: Database, clock: Clock) -> None:
    ledger, other = SharedLedger(db), "https://b.example/rest/"
    portals.remember(db, "a", client_endpoint=PORTAL, auth_server="https://oauth.example", installed=True)
    for key in (PORTAL, other):
        ledger.add(key, 0.5, now=1_000_000.0, latest=2_000_000.0)
    portals.uninstall(db, "a", forget_everything=False)
    assert (rows(db), ledger.empty_at(PORTAL)) == (1, 0.0)
    cleanup.sweep(db, call_log_days=3)
    assert rows(db) == 0
    ledger.fill(other, clock.now + LONG_AGO)
    cleanup.sweep(db, call_log_days=3)
    assert rows(db) == 1
