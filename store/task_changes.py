"""Which tasks of a portal changed lately, so that open boards can say so.

A portal's event brings the id of a task, but not who changed it. So a change made through the app is noted
with its person, and an event that comes within seconds of it counts as the event of this change.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa

from store import models as m
from store.database import Database

KEPT = 12 * 3600.0
"""Seconds for which a change stays known."""
MOST = 5000
"""Rows of one portal; the oldest are deleted first."""
ECHO = 15.0
"""Seconds between a change made through the app and its event, whichever comes first."""
PORTION = 500
"""Ids in one statement."""


def changed(db: Database, member_id: str, task_id: int) -> None:
    """Note that a task was added, changed or deleted, as an event of the portal says."""
    row = {"member_id": member_id, "task_id": task_id, "at": time.time(), "own_user_id": 0, "own_at": 0.0}
    with db.writing() as connection:
        connection.execute(db.prepared(_changed_by_event), row)


def touched(db: Database, member_id: str, user_id: int, task_ids: Collection[int]) -> None:
    """Note that a person has changed these tasks through the app just now."""
    own = {"member_id": member_id, "at": 0.0, "own_user_id": user_id, "own_at": time.time()}
    rows = [own | {"task_id": task_id} for task_id in sorted(task_ids)]
    if rows:
        with db.writing() as connection:
            connection.execute(db.prepared(_changed_here), rows)


def _changed_by_event(db: Database) -> sa.Executable:
    return db.upsert_of(m.TaskChange, ("member_id", "task_id"), ("at",))


def _changed_here(db: Database) -> sa.Executable:
    return db.upsert_of(m.TaskChange, ("member_id", "task_id"), ("own_user_id", "own_at"))


def since(
    db: Database, member_id: str, user_id: int, task_ids: Collection[int], moment: float
) -> frozenset[int]:
    """Which of these tasks other people changed after `moment` (seconds since 1970)."""
    wanted, found = sorted(task_ids), set()
    echo = sa.and_(
        m.TaskChange.own_user_id == user_id,
        m.TaskChange.at.between(m.TaskChange.own_at - ECHO, m.TaskChange.own_at + ECHO),
    )
    with db.reading() as session:
        for start in range(0, len(wanted), PORTION):
            part = m.TaskChange.task_id.in_(wanted[start : start + PORTION])
            query = sa.select(m.TaskChange.task_id).where(m.TaskChange.member_id == member_id, part)
            found |= set(session.scalars(query.where(m.TaskChange.at > moment, ~echo)))
    return frozenset(found)


def prune(session: sa.orm.Session) -> None:
    """Delete changes that are too old, and the oldest of a portal that has too many."""
    old = time.time() - KEPT
    session.execute(sa.delete(m.TaskChange).where(m.TaskChange.at < old, m.TaskChange.own_at < old))
    counts = sa.select(m.TaskChange.member_id).group_by(m.TaskChange.member_id).having(sa.func.count() > MOST)
    for member_id in session.scalars(counts).all():
        mine = m.TaskChange.member_id == member_id
        newest = sa.select(m.TaskChange.at).where(mine).order_by(m.TaskChange.at.desc()).offset(MOST).limit(1)
        session.execute(sa.delete(m.TaskChange).where(mine, m.TaskChange.at <= newest.scalar_subquery()))
