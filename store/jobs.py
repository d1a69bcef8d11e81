"""Jobs: work in several steps, one request each. A job outlives the page that started it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from store import journal
from store import models as m
from store.database import Database

LEASE = 90.0
"""Seconds for which a step belongs to the request that took it."""
GIVEN_BACK = 0.0
"""The `lease_until` of a job whose last step has ended; another moment in the past: nobody knows how."""
PORTION = 20
"""How many idle jobs are read at once."""


@dataclass(frozen=True)
class JobRow:
    """A job as it is stored. `data` is the job's own document, which the store does not read.

    `state`: "plan" until the person agrees, "open" while there are steps, then "done", or "abandoned" when
    nobody took the next step. `unsure`, for a job that `lease` or `idle` gave: it is not known whether the
    portal has done its last step. `changed_at` in seconds since 1970.
    """

    id: str
    member_id: str
    user_id: int
    kind: str
    board_key: str
    state: str
    data: dict[str, Any]
    unsure: bool = False
    changed_at: float = 0.0


def create(
    db: Database,
    member_id: str,
    user_id: int,
    kind: str,
    board_key: str,
    data: Mapping[str, Any],
    *,
    state: str = "open",
) -> str:
    """Store a new job; its id."""
    now = time.time()
    row = m.StoredJob(
        id=secrets.token_hex(16),
        member_id=member_id,
        user_id=user_id,
        kind=kind,
        board_key=board_key,
        state=state,
        data=dict(data),
        created_at=now,
        changed_at=now,
    )
    with db.session() as session:
        session.add(row)
    return row.id


def get(db: Database, member_id: str, job_id: str) -> JobRow | None:
    """The job, or None if this portal has none with that id."""
    with db.reading() as session:
        row = session.get(m.StoredJob, job_id)
    return _job(row) if row and row.member_id == member_id else None


def lease(db: Database, member_id: str, job_id: str) -> JobRow | None:
    """Take the next step of an open job; None while another request works on it, or when it is over."""
    now = time.time()
    mine = (
        sa.update(m.StoredJob)
        .where(_is(member_id, job_id), m.StoredJob.state == "open")
        .values(lease_until=now + LEASE)
    )
    left = {False: m.StoredJob.lease_until == GIVEN_BACK, True: m.StoredJob.lease_until < now}
    with db.session() as session:
        for unsure, how in left.items():
            if session.execute(mine.where(how)).rowcount == 1:  # type: ignore[attr-defined]
                return replace(_job(session.get_one(m.StoredJob, job_id)), unsure=unsure)
    return None


def save(db: Database, member_id: str, job_id: str, data: Mapping[str, Any], *, state: str = "open") -> None:
    """Store what a step has achieved, and let the next step be taken."""
    with db.session() as session:
        session.execute(
            sa.update(m.StoredJob)
            .where(_is(member_id, job_id))
            .values(data=dict(data), state=state, lease_until=GIVEN_BACK, changed_at=time.time())
        )


def release(db: Database, member_id: str, job_id: str, *, unsure: bool = False) -> None:
    """Let a step that failed be taken again.

    `unsure`: the portal may have done that step all the same.
    """
    now = time.time()
    until = now if unsure else GIVEN_BACK
    with db.session() as session:
        session.execute(
            sa.update(m.StoredJob).where(_is(member_id, job_id)).values(lease_until=until, changed_at=now)
        )


def drop(db: Database, member_id: str, job_id: str) -> None:
    """Delete a job that has done nothing."""
    with db.session() as session:
        session.execute(sa.delete(m.StoredJob).where(_is(member_id, job_id)))


def open_ones(db: Database) -> int:
    """How many jobs of all portals have steps to take."""
    with db.single_select() as connection:
        count = sa.select(sa.func.count()).select_from(m.StoredJob).where(m.StoredJob.state == "open")
        return connection.scalar(count) or 0


def unfinished(db: Database, member_id: str, user_id: int, board_key: str) -> str | None:
    """The id of a person's newest job on a board that still has steps to take; None for none."""
    query = (
        sa.select(m.StoredJob.id)
        .where(m.StoredJob.member_id == member_id, m.StoredJob.user_id == user_id)
        .where(m.StoredJob.board_key == board_key, m.StoredJob.state == "open")
        .order_by(m.StoredJob.changed_at.desc())
        .limit(1)
    )
    with db.reading() as session:
        return session.scalar(query)


def idle(db: Database, seconds: float) -> list[JobRow]:
    """Open jobs of all portals whose last step was more than `seconds` ago; `PORTION` of them at most."""
    query = sa.select(m.StoredJob).where(_is_idle(seconds)).order_by(m.StoredJob.changed_at).limit(PORTION)
    with db.reading() as session:
        return [replace(_job(row), unsure=row.lease_until > GIVEN_BACK) for row in session.scalars(query)]


def abandon(db: Database, row: JobRow, seconds: float, user_name: str, change_json: str | None) -> bool:
    """End an idle job and write to the journal what it did, `change_json` (None: nothing), both or neither.

    False when it is not idle any more: another process has ended it, or the person has taken a step.
    """
    ended = (
        sa.update(m.StoredJob).where(_is(row.member_id, row.id), _is_idle(seconds)).values(state="abandoned")
    )
    with db.session() as session:
        if session.execute(ended).rowcount != 1:  # type: ignore[attr-defined]
            return False
        if change_json is not None:
            journal.record(db, row.member_id, row.user_id, user_name, change_json, request_key=row.id)
    return True


def _is_idle(seconds: float) -> sa.ColumnElement[bool]:
    now = time.time()
    return sa.and_(
        m.StoredJob.state == "open", m.StoredJob.changed_at < now - seconds, m.StoredJob.lease_until < now
    )


def _is(member_id: str, job_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(m.StoredJob.member_id == member_id, m.StoredJob.id == job_id)


def _job(row: m.StoredJob) -> JobRow:
    return JobRow(
        row.id, row.member_id, row.user_id, row.kind, row.board_key, row.state, dict(row.data),
        changed_at=row.changed_at,
    )  # fmt: skip
