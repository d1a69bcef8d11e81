"""Deletes rows whose time is over. The worker runs it now and then."""

from __future__ import annotations

import time

import sqlalchemy as sa

from store import call_log, rate_limits, task_changes
from store import models as m
from store.database import Database
from store.requests import KEPT
from store.sessions import KEPT_AFTER_END

JOBS_KEPT = 7 * 86400.0


def sweep(db: Database, *, call_log_days: float) -> None:
    """Delete old sessions, unused token pairs, request keys, memos, jobs, task changes, buckets, log entries.

    `call_log_days`: how long the log of calls is kept.
    """
    now = time.time()
    in_use = sa.select(m.UserSession.id).where(
        m.UserSession.member_id == m.TokenPair.member_id, m.UserSession.user_id == m.TokenPair.user_id
    )
    with db.session() as session:
        session.execute(sa.delete(m.UserSession).where(m.UserSession.expires_at < now - KEPT_AFTER_END))
        session.execute(
            sa.delete(m.TokenPair).where(m.TokenPair.user_id != 0, ~in_use.exists()),
            execution_options={"synchronize_session": False},
        )
        session.execute(sa.delete(m.Action).where(m.Action.started_at < now - KEPT))
        session.execute(sa.delete(m.StoredMemo).where(m.StoredMemo.expires_at < now))
        session.execute(sa.delete(m.StoredJob).where(m.StoredJob.changed_at < now - JOBS_KEPT))
        task_changes.prune(session)
        rate_limits.prune(session.connection(), now)
    call_log.purge(db, call_log_days)
