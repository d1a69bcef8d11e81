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
PORTION = 20

Where = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True)
class Begun:
    """`state` is "new" (it is yours), "running" (somebody has it) or "done" (with the entry, if any).

    `unsure` with "new": it was tried before, and nobody knows whether the portal has done it. `perhaps` is
    what it has left with `keep`.
    """

    state: str
    entry_id: int | None = None
    unsure: bool = False
    perhaps: str | None = None


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


def keep(db: Database, member_id: str, user_id: int, key: str, perhaps: str) -> None:
    """What is to be written down should this action be done and nobody hear of it."""
    with db.writing() as connection:
        action = sa.update(table(m.Action)).where(*_is(member_id, user_id, key))
        connection.execute(action.values(perhaps=perhaps))


def unsure(db: Database, member_id: str, user_id: int, key: str) -> None:
    """The portal may have done it or not: a repetition goes on with it and looks first."""
    values = {"state": UNSURE, "started_at": time.time()}
    with db.writing() as connection:
        connection.execute(sa.update(table(m.Action)).where(*_is(member_id, user_id, key)).values(values))


def forget(db: Database, member_id: str, user_id: int, key: str) -> None:
    """It failed: a repetition is a new attempt."""
    with db.writing() as connection:
        connection.execute(sa.delete(m.Action).where(*_is(member_id, user_id, key)))


@dataclass(frozen=True)
class Left:
    """An action of any portal whose outcome nobody came back to look for; `perhaps` is what it left."""

    member_id: str
    user_id: int
    request_key: str
    started_at: float
    perhaps: str


def left_unsure(db: Database, seconds: float) -> list[Left]:
    """Those that may have to be written down and were left so long ago; a portion of them.

    `seconds` above `ABANDONED_AFTER`: also those whose process died count.
    """
    row = table(m.Action).c
    query = (
        sa.select(row.member_id, row.user_id, row.request_key, row.started_at, row.perhaps)
        .where(row.state != "done", row.perhaps.is_not(None), row.started_at < time.time() - seconds)
        .order_by(row.started_at)
        .limit(PORTION)
    )
    with db.looking() as connection:
        return [Left(*one) for one in connection.execute(query)]


def give_up(db: Database, left: Left) -> bool:
    """Forget it; False when somebody else has, or has come back to it. For a transaction of the caller."""
    this = _is(left.member_id, left.user_id, left.request_key)
    row = table(m.Action).c
    same = row.state != "done", row.started_at == left.started_at
    with db.writing() as connection:
        return connection.execute(sa.delete(m.Action).where(*this, *same)).rowcount == 1


def _known(connection: sa.Connection, this: Where, now: float) -> Begun:
    """Somebody had the key before: it is done, running, or left behind and ours from now on."""
    crashed = sa.and_(m.Action.state == "running", m.Action.started_at < now - ABANDONED_AFTER)
    free = sa.or_(crashed, m.Action.state == UNSURE)
    ours = sa.update(m.Action).where(*this, free).values(state="running", started_at=now)
    if connection.execute(ours).rowcount == 1:
        perhaps = connection.scalar(sa.select(m.Action.perhaps).where(*this))
        return Begun("new", unsure=True, perhaps=perhaps)
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
