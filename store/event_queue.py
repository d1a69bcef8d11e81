"""Events that portals have sent and that the worker has not worked off yet."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from store import models as m
from store.database import Database

LEASE = 120.0
"""Seconds for which an event is the caller's who took it."""
MOST_UNPROVEN = 3
"""How many events without the portal's application token are kept per portal until they are checked."""


@dataclass(frozen=True)
class Queued:
    """An event taken from the queue.

    `proven`: it carried the portal's application token. `attempts` counts how often it was taken. The payload
    may hold tokens, so it stays out of `repr`.
    """

    id: int
    member_id: str
    name: str
    payload: Mapping[str, Any] = field(repr=False)
    proven: bool
    attempts: int


def put(db: Database, member_id: str, name: str, payload: Mapping[str, Any], *, proven: bool = True) -> bool:
    """Queue an event; False when too many unproven events of the portal wait already."""
    now = time.time()
    row = m.QueuedEvent(
        member_id=member_id,
        name=name,
        payload_sealed=db.vault.encrypt(msgspec.json.encode(payload).decode()),
        proven=proven,
        received_at=now,
        due_at=now,
    )
    with db.session() as session:
        if not proven and _unproven(session, member_id) >= MOST_UNPROVEN:
            return False
        session.add(row)
    return True


def take(db: Database) -> Queued | None:
    """The next event that is due, for the caller alone for `LEASE` seconds; None when no event is due."""
    now = time.time()
    query = sa.select(m.QueuedEvent).where(m.QueuedEvent.due_at <= now).order_by(m.QueuedEvent.id).limit(1)
    with db.session() as session:
        row = session.scalars(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.due_at = now + LEASE
        row.attempts += 1
        payload = msgspec.json.decode(db.vault.decrypt(row.payload_sealed))
        return Queued(row.id, row.member_id, row.name, payload, row.proven, row.attempts)


def finish(db: Database, event_id: int) -> None:
    """Delete an event that was worked off."""
    with db.session() as session:
        session.execute(sa.delete(m.QueuedEvent).where(m.QueuedEvent.id == event_id))


def postpone(db: Database, event_id: int, seconds: float) -> None:
    """Let an event be taken again after so many `seconds`."""
    with db.session() as session:
        session.execute(
            sa.update(m.QueuedEvent).where(m.QueuedEvent.id == event_id).values(due_at=time.time() + seconds)
        )


def waiting(db: Database) -> int:
    """How many events of all portals are not worked off yet."""
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(m.QueuedEvent)) or 0


def _unproven(session: sa.orm.Session, member_id: str) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(m.QueuedEvent)
        .where(m.QueuedEvent.member_id == member_id, m.QueuedEvent.proven.is_(False))
    )
    return session.scalar(query) or 0
