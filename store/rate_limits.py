"""How full the portals' buckets are, for all processes of the app: a `Ledger` of `b24.limits`.

Each change is one conditional statement, so two processes never get the same permit. A moment never goes
back, so that a machine whose clock is behind gives no permit twice.
"""

from __future__ import annotations

import sqlalchemy as sa

from store import models as m
from store.database import Database, table

LONG_AGO = 3600.0
"""Seconds after which the row of an empty bucket is deleted."""
TOO_FAR = 600.0
"""Seconds that no bucket takes to drain: the clock was wrong then, and the bucket counts as empty."""


class SharedLedger:
    """Keeps the moments at which the buckets will be empty (seconds since 1970): a row for each address."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def empty_at(self, portal_key: str) -> float:
        """The moment at which the bucket will be empty; 0 for a portal without a row."""
        with self._db.single_select() as connection:
            row = connection.execute(self._db.prepared(_look), {"key": portal_key}).first()
        return row.empty_at if row else 0.0

    def add(self, portal_key: str, seconds: float, *, now: float, latest: float) -> float | None:
        """Fill in what takes `seconds` to drain; the new moment, or None when it would be after `latest`."""
        first = now + seconds
        if first > latest:
            return None
        values = {"endpoint": portal_key, "empty_at": first, "seconds": seconds}
        asked = {"now": now, "far": now + TOO_FAR, "latest": latest}
        with self._db.writing() as connection:
            row = connection.execute(self._db.prepared(_add), values | asked).first()
        return row.empty_at if row else None

    def fill(self, portal_key: str, until: float) -> None:
        """See to it that the bucket is not empty before `until`."""
        with self._db.writing() as connection:
            connection.execute(self._db.prepared(_fill), {"endpoint": portal_key, "empty_at": until})


def forget(connection: sa.Connection, endpoint: str) -> None:
    """Delete the bucket of a portal that has removed the app; `endpoint` is its address."""
    connection.execute(sa.delete(table(m.Bucket)).where(m.Bucket.endpoint == endpoint))


def prune(connection: sa.Connection, now: float) -> None:
    """Delete buckets that have long been empty at the moment `now`."""
    connection.execute(sa.delete(table(m.Bucket)).where(m.Bucket.empty_at < now - LONG_AGO))


def _look(_db: Database) -> sa.Executable:
    bucket = table(m.Bucket).c
    return sa.select(bucket.empty_at).where(bucket.endpoint == sa.bindparam("key"))


def _add(db: Database) -> sa.Executable:
    bucket = table(m.Bucket).c
    now, far, seconds, latest = (
        sa.bindparam(name, type_=sa.Float(53)) for name in ("now", "far", "seconds", "latest")
    )
    later = sa.case((bucket.empty_at.between(now, far), bucket.empty_at), else_=now) + seconds
    insert = db.insert_into(m.Bucket)
    put = insert.on_conflict_do_update(
        index_elements=["endpoint"],
        set_={"empty_at": later},
        where=later <= latest,
    )
    statement: sa.Executable = put.returning(bucket.empty_at)
    return statement


def _fill(db: Database) -> sa.Executable:
    bucket, insert = table(m.Bucket).c, db.insert_into(m.Bucket)
    given = insert.excluded.empty_at
    statement: sa.Executable = insert.on_conflict_do_update(
        index_elements=["endpoint"], set_={"empty_at": given}, where=given > bucket.empty_at
    )
    return statement
