"""Which tasks of a portal changed lately, so that open boards can tell. Events bring ids and no more.

A portal does not say who changed a task. What a person changes through the app is noted as theirs, and an
event that comes within seconds of it is taken for its echo.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import sqlalchemy as sa

from store import models as m
from store.database import Database

KEPT = 12 * 3600.0
MOST = 5000
"""Rows of one portal; the oldest go first."""
ECHO = 15.0
"""Seconds between a change made here and its event, either way."""
PORTION = 500


def changed(db: Database, member_id: str, task_id: int) -> None:
    """The portal says that a task was added, changed or deleted."""
    row = {"member_id": member_id, "task_id": task_id, "at": time.time(), "own_user_id": 0, "own_at": 0.0}
    with db.writing() as connection:
        connection.execute(db.prepared(_change_told), row)


def touched(db: Database, member_id: str, user_id: int, task_ids: Collection[int]) -> None:
    """A person changed these tasks through the app just now."""
    own = {"member_id": member_id, "at": 0.0, "own_user_id": user_id, "own_at": time.time()}
    rows = [own | {"task_id": task_id} for task_id in sorted(task_ids)]
    if rows:
        with db.writing() as connection:
            connection.execute(db.prepared(_change_made), rows)


def _change_told(db: Database) -> sa.Executable:
    return db.upsert_of(m.TaskNews, ("member_id", "task_id"), ("at",))


def _change_made(db: Database) -> sa.Executable:
    return db.upsert_of(m.TaskNews, ("member_id", "task_id"), ("own_user_id", "own_at"))


def since(
    db: Database, member_id: str, user_id: int, task_ids: Collection[int], moment: float
) -> frozenset[int]:
    """Which of these tasks others changed after `moment` (seconds since 1970)."""
    wanted, found = sorted(task_ids), set()
    echo = sa.and_(
        m.TaskNews.own_user_id == user_id,
        m.TaskNews.at.between(m.TaskNews.own_at - ECHO, m.TaskNews.own_at + ECHO),
    )
    with db.reading() as session:
        for start in range(0, len(wanted), PORTION):
            part = m.TaskNews.task_id.in_(wanted[start : start + PORTION])
            query = sa.select(m.TaskNews.task_id).where(m.TaskNews.member_id == member_id, part)
            found |= set(session.scalars(query.where(m.TaskNews.at > moment, ~echo)))
    return frozenset(found)


def prune(session: sa.orm.Session) -> None:
    """Forget what is old, and what is too much."""
    old = time.time() - KEPT
    session.execute(sa.delete(m.TaskNews).where(m.TaskNews.at < old, m.TaskNews.own_at < old))
    counts = sa.select(m.TaskNews.member_id).group_by(m.TaskNews.member_id).having(sa.func.count() > MOST)
    for member_id in session.scalars(counts).all():
        mine = m.TaskNews.member_id == member_id
        newest = sa.select(m.TaskNews.at).where(mine).order_by(m.TaskNews.at.desc()).offset(MOST).limit(1)
        session.execute(sa.delete(m.TaskNews).where(mine, m.TaskNews.at <= newest.scalar_subquery()))
