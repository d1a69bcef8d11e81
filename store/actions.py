"""Idempotency keys: the same request of a person arrives twice (double click, repeated submit), acts once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database, table

ABANDONED_AFTER = 120.0
"""Seconds after which a running action counts as crashed: longer than one request to a portal may last."""
KEPT = 2 * 86400.0
UNSURE = "unsure"

Where = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True)
class Begun:
    """`state` is "new" (it is yours), "running" (somebody has it) or "done" (with the entry, if any).

    `unsure` with "new": it was tried before, and nobody knows whether the portal has done it.
    """

    state: str
    entry_id: int | None = None
    unsure: bool = False


def begin(db: Database, member_id: str, user_id: int, key: str) -> Begun:
    """Claim a key. Two callers at once: exactly one gets "new"."""
    now = time.time()
    claim = {"member_id": member_id, "user_id": user_id, "request_key": key, "started_at": now}
    with db.writing() as connection:
        if connection.execute(db.prepared(_claim), claim | {"state": "running"}).first() is not None:
            return Begun("new")
        return _known(connection, _is(member_id, user_id, key), now)


def finish(db: Database, member_id: str, user_id: int, key: str, entry_id: int | None) -> None:
    """It is done; `entry_id` is None when nothing had to be changed."""
    values = {"member": member_id, "user": user_id, "key": key, "entry": entry_id}
    with db.writing() as connection:
        connection.execute(db.prepared(_done), values)


def unsure(db: Database, member_id: str, user_id: int, key: str) -> None:
    """The portal may have done it or not: a repetition goes on with it and looks first."""
    values = {"state": UNSURE, "started_at": time.time()}
    with db.writing() as connection:
        connection.execute(sa.update(table(m.Action)).where(*_is(member_id, user_id, key)).values(values))


def forget(db: Database, member_id: str, user_id: int, key: str) -> None:
    """It failed: a repetition is a new attempt."""
    with db.writing() as connection:
        connection.execute(sa.delete(m.Action).where(*_is(member_id, user_id, key)))


def _known(connection: sa.Connection, this: Where, now: float) -> Begun:
    """Somebody had the key before: it is done, running, or left behind and ours from now on."""
    crashed = sa.and_(m.Action.state == "running", m.Action.started_at < now - ABANDONED_AFTER)
    free = sa.or_(crashed, m.Action.state == UNSURE)
    ours = sa.update(m.Action).where(*this, free).values(state="running", started_at=now)
    if connection.execute(ours).rowcount == 1:
        return Begun("new", unsure=True)
    row = connection.execute(sa.select(m.Action.state, m.Action.entry_id).where(*this)).first()
    return Begun(row.state, row.entry_id) if row else Begun("running")


def _is(member: Any, user: Any, key: Any) -> Where:
    row = table(m.Action).c
    return row.member_id == member, row.user_id == user, row.request_key == key


def _claim(db: Database) -> sa.Executable:
    mine: sa.Executable = db.insert_if_absent(table(m.Action)).returning(table(m.Action).c.request_key)
    return mine


def _done(_db: Database) -> sa.Executable:
    which = _is(sa.bindparam("member"), sa.bindparam("user"), sa.bindparam("key"))
    done = {"state": "done", "entry_id": sa.bindparam("entry")}
    return sa.update(table(m.Action)).where(*which).values(done)
