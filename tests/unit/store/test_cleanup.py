"""What is thrown away when its time is over, as the manual says (docs/operate.md), and what stays."""

from __future__ import annotations

import time

import sqlalchemy as sa

from store import Database, call_log, cleanup, jobs, journal, memos, rate_limits, requests
from store import models as m
from store.call_log import CallEntry

DAY = 86400.0
CHANGE = '{"kind": "stage_rename", "board_key": "g1"}'


def call(age: float) -> CallEntry:
    return CallEntry(
        at=time.time() - age, endpoint="https://p.example/rest/", method="batch", commands=[], status=200,
        error="", milliseconds=1.0, params={}, request_id="",
    )  # fmt: skip


def count(db: Database, model: type[m.Base]) -> int:
    with db.single_select() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def fill(db: Database, portal: str, name: str) -> None:
    """One thing of each kind that is kept for a time."""
    requests.begin(db, portal, 5, f"request-{name}")
    memos.Memo(name, int, lifetime=3600).put(memos.PortalUser(db, portal, 5), 1)
    jobs.create(db, portal, 5, "stage", "g1", {})
    rate_limits.SharedLedger(db).fill(f"https://{name}.example/rest/", time.time())
    call_log.write(db, [call(0)])


SWEPT = (m.Action, m.StoredMemo, m.StoredJob, m.Bucket, m.LoggedCall)


def test_each_thing_goes_when_its_time_is_over(db: Database, portal: str) -> None:
    """The journal stays."""
    fill(db, portal, "old")
    journal.record(db, portal, 5, "Ada", CHANGE)
    ages = {
        m.Action.started_at: requests.KEPT, m.StoredMemo.expires_at: 3600.0,
        m.StoredJob.changed_at: cleanup.JOBS_KEPT, m.Bucket.empty_at: rate_limits.LONG_AGO,
        m.LoggedCall.at: 3 * DAY, m.JournalEntry.at: 1000 * DAY,
    }  # fmt: skip
    with db.writing() as connection:
        for column, age in ages.items():
            connection.execute(sa.update(column.class_).values({column: column - age - 60}))
    fill(db, portal, "new")
    cleanup.sweep(db, call_log_days=3)
    assert {model.__tablename__: count(db, model) for model in SWEPT} == {
        model.__tablename__: 1 for model in SWEPT
    }
    assert count(db, m.JournalEntry) == 1


def test_nothing_goes_before(db: Database, portal: str) -> None:
    fill(db, portal, "new")
    ages = {
        m.Action.started_at: requests.KEPT, m.StoredJob.changed_at: cleanup.JOBS_KEPT,
        m.Bucket.empty_at: rate_limits.LONG_AGO, m.LoggedCall.at: 3 * DAY,
    }  # fmt: skip
    with db.writing() as connection:
        for column, age in ages.items():
            connection.execute(sa.update(column.class_).values({column: column - age + 60}))
    cleanup.sweep(db, call_log_days=3)
    assert [count(db, model) for model in SWEPT] == [1] * len(SWEPT)


def test_the_manual_says_the_same() -> None:
    assert (requests.KEPT, cleanup.JOBS_KEPT, rate_limits.LONG_AGO) == (2 * DAY, 7 * DAY, 3600)
