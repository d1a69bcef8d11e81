"""Jobs: work in several steps that survives a closed tab. The page, or anybody with the right, goes on."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database

LEASE = 90.0


@dataclass(frozen=True)
class JobRow:
    """`data` is the job's own document, `state` "open" until the job is over ("done", "failed")."""

    id: str
    member_id: str
    user_id: int
    kind: str
    board_key: str
    state: str
    data: dict[str, Any]


def create(
    db: Database, member_id: str, user_id: int, kind: str, board_key: str, data: Mapping[str, Any]
) -> str:
    """A new job; answers its id."""
    now = time.time()
    row = m.Job(
        id=secrets.token_hex(16),
        member_id=member_id,
        user_id=user_id,
        kind=kind,
        board_key=board_key,
        state="open",
        data=dict(data),
        created_at=now,
        changed_at=now,
    )
    with db.session() as session:
        session.add(row)
    return row.id


def get(db: Database, member_id: str, job_id: str) -> JobRow | None:
    """A job of this portal."""
    with db.reading() as session:
        row = session.get(m.Job, job_id)
    return _job(row) if row and row.member_id == member_id else None


def lease(db: Database, member_id: str, job_id: str) -> JobRow | None:
    """Take the next step of an open job; None while another request works on it, or when it is over."""
    now = time.time()
    statement = (
        sa.update(m.Job)
        .where(_one(member_id, job_id), m.Job.state == "open", m.Job.lease_until < now)
        .values(lease_until=now + LEASE)
    )
    with db.session() as session:
        if session.execute(statement).rowcount != 1:  # type: ignore[attr-defined]
            return None
        row = session.get(m.Job, job_id)
        return _job(row) if row else None


def save(db: Database, member_id: str, job_id: str, data: Mapping[str, Any], *, state: str = "open") -> None:
    """Keep what a step achieved and give the lease back."""
    with db.session() as session:
        session.execute(
            sa.update(m.Job)
            .where(_one(member_id, job_id))
            .values(data=dict(data), state=state, lease_until=0.0, changed_at=time.time())
        )


def release(db: Database, member_id: str, job_id: str) -> None:
    """Give the lease back after a step that failed."""
    with db.session() as session:
        session.execute(sa.update(m.Job).where(_one(member_id, job_id)).values(lease_until=0.0))


def _one(member_id: str, job_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(m.Job.member_id == member_id, m.Job.id == job_id)


def _job(row: m.Job) -> JobRow:
    return JobRow(row.id, row.member_id, row.user_id, row.kind, row.board_key, row.state, dict(row.data))
