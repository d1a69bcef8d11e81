"""Idempotency keys: a request that arrives twice (double click, repeated submit) acts once."""

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
"""Seconds for which a key stays known."""
UNSURE = "unsure"
"""The state of an action that the portal may have carried out or not."""
PORTION = 20
"""How many abandoned actions are read at once."""

Where = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True)
class Begun:
    """What became of a claim. `state`: "new" (the caller has the key), "running" (another request has it) or
    "done" (`entry_id` is the entry in the journal, None if nothing had to be changed).

    `unsure` with "new": the action was tried before, and it is not known whether the portal has carried it
    out; `pending_change` is what the earlier attempt left with `keep`.
    """

    state: str
    entry_id: int | None = None
    unsure: bool = False
    pending_change: str | None = None


def begin(db: Database, member_id: str, user_id: int, key: str) -> Begun:
    """Claim a key. Of two requests at once exactly one gets "new"."""
    now = time.time()
    claim = {"member_id": member_id, "user_id": user_id, "request_key": key, "started_at": now}
    with db.writing() as connection:
        if connection.execute(db.prepared(_claim), claim | {"state": "running"}).first() is not None:
            return Begun("new")
        return _known(connection, _is(member_id, user_id, key), now)


def finish(db: Database, member_id: str, user_id: int, key: str, entry_id: int | None) -> None:
    """Note that an action is done; `entry_id` is None when nothing had to be changed."""
    values = {"member": member_id, "user": user_id, "key": key, "entry": entry_id}
    with db.writing() as connection:
        connection.execute(db.prepared(_done), values)


def keep(db: Database, member_id: str, user_id: int, key: str, pending_change: str) -> None:
    """Keep what to write to the journal if the portal carries out this action and its answer is lost."""
    with db.writing() as connection:
        action = sa.update(table(m.Action)).where(*_is(member_id, user_id, key))
        connection.execute(action.values(pending_change=pending_change))


def unsure(db: Database, member_id: str, user_id: int, key: str) -> None:
    """Note that the portal may have carried out an action: the next request with the key looks first."""
    values = {"state": UNSURE, "started_at": time.time()}
    with db.writing() as connection:
        connection.execute(sa.update(table(m.Action)).where(*_is(member_id, user_id, key)).values(values))


def forget(db: Database, member_id: str, user_id: int, key: str) -> None:
    """Delete the key of an action that failed: the next request with it is a new attempt."""
    with db.writing() as connection:
        connection.execute(sa.delete(m.Action).where(*_is(member_id, user_id, key)))


@dataclass(frozen=True)
class Left:
    """An action of any portal whose outcome is not known and that nobody repeated.

    `pending_change` is what it left with `keep`; `started_at` in seconds since 1970.
    """

    member_id: str
    user_id: int
    request_key: str
    started_at: float
    pending_change: str


def left_unsure(db: Database, seconds: float) -> list[Left]:
    """Actions of all portals that were started more than `seconds` ago and may have to be written down.

    `PORTION` of them at most. With `seconds` above `ABANDONED_AFTER` actions whose process died count too.
    """
    row = table(m.Action).c
    query = (
        sa.select(row.member_id, row.user_id, row.request_key, row.started_at, row.pending_change)
        .where(row.state != "done", row.pending_change.is_not(None), row.started_at < time.time() - seconds)
        .order_by(row.started_at)
        .limit(PORTION)
    )
    with db.single_select() as connection:
        return [Left(*row) for row in connection.execute(query)]


def give_up(db: Database, left: Left) -> bool:
    """Delete the key of an abandoned action; False when it was deleted or taken up again meanwhile."""
    this = _is(left.member_id, left.user_id, left.request_key)
    row = table(m.Action).c
    same = row.state != "done", row.started_at == left.started_at
    with db.writing() as connection:
        return connection.execute(sa.delete(m.Action).where(*this, *same)).rowcount == 1


def _known(connection: sa.Connection, this: Where, now: float) -> Begun:
    """The state of a key that was claimed before; one that was left behind is the caller's from now on."""
    crashed = sa.and_(m.Action.state == "running", m.Action.started_at < now - ABANDONED_AFTER)
    free = sa.or_(crashed, m.Action.state == UNSURE)
    ours = sa.update(m.Action).where(*this, free).values(state="running", started_at=now)
    if connection.execute(ours).rowcount == 1:
        pending_change = connection.scalar(sa.select(m.Action.pending_change).where(*this))
        return Begun("new", unsure=True, pending_change=pending_change)
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
