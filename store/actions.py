"""Idempotency keys: the same request of a person arrives twice (double click, repeated submit), acts once."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa

from store import models as m
from store.database import Database

ABANDONED_AFTER = 120.0
"""Seconds after which a running action counts as crashed: longer than one request to a portal may last."""
KEPT = 2 * 86400.0


@dataclass(frozen=True)
class Begun:
    """`state` is "new" (it is yours), "running" (somebody has it) or "done" (with the entry, if any)."""

    state: str
    entry_id: int | None = None


def begin(db: Database, member_id: str, user_id: int, key: str) -> Begun:
    """Claim a key. Two callers at once: exactly one gets "new"."""
    now = time.time()
    row_key = (m.Action.member_id == member_id, m.Action.user_id == user_id, m.Action.request_key == key)
    claim = db.insert_if_absent(
        m.Action, member_id=member_id, user_id=user_id, request_key=key, state="running", started_at=now
    ).returning(m.Action.request_key)
    take_over = (
        sa.update(m.Action)
        .where(*row_key, m.Action.state == "running", m.Action.started_at < now - ABANDONED_AFTER)
        .values(started_at=now)
    )
    with db.session() as session:
        if session.execute(claim).first() is not None:
            return Begun("new")
        if session.execute(take_over).rowcount == 1:  # type: ignore[attr-defined]
            return Begun("new")
        row = session.scalars(sa.select(m.Action).where(*row_key)).first()
        return Begun(row.state, row.entry_id) if row else Begun("running")


def finish(db: Database, member_id: str, user_id: int, key: str, entry_id: int | None) -> None:
    """It is done; `entry_id` is None when nothing had to be changed."""
    _where(db, member_id, user_id, key, {"state": "done", "entry_id": entry_id})


def forget(db: Database, member_id: str, user_id: int, key: str) -> None:
    """It failed: a repetition is a new attempt."""
    with db.session() as session:
        session.execute(
            sa.delete(m.Action).where(
                m.Action.member_id == member_id, m.Action.user_id == user_id, m.Action.request_key == key
            )
        )


def _where(db: Database, member_id: str, user_id: int, key: str, values: dict[str, object]) -> None:
    with db.session() as session:
        session.execute(
            sa.update(m.Action)
            .where(m.Action.member_id == member_id, m.Action.user_id == user_id, m.Action.request_key == key)
            .values(**values)
        )
