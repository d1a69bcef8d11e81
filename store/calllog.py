"""The log of REST calls, kept for some days (wire.md §7 number 16)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database


@dataclass(frozen=True)
class CallEntry:
    """One HTTP request; `params` are redacted by whoever made the call."""

    at: float
    endpoint: str
    method: str
    commands: list[str]
    status: int | None
    error: str
    milliseconds: float
    params: Any


def write(db: Database, calls: Sequence[CallEntry]) -> None:
    """Append calls in one transaction."""
    with db.session() as session:
        session.add_all([m.LoggedCall(**asdict(call)) for call in calls])


def latest(db: Database, limit: int = 100) -> list[CallEntry]:
    """The newest first, for the operator."""
    query = sa.select(m.LoggedCall).order_by(m.LoggedCall.id.desc()).limit(limit)
    with db.reading() as session:
        return [
            CallEntry(
                row.at,
                row.endpoint,
                row.method,
                row.commands,
                row.status,
                row.error,
                row.milliseconds,
                row.params,
            )
            for row in session.scalars(query)
        ]


def purge(db: Database, days: float) -> int:
    """Delete what is older; answers how many."""
    with db.session() as session:
        done = session.execute(sa.delete(m.LoggedCall).where(m.LoggedCall.at < time.time() - days * 86400))
        return done.rowcount  # type: ignore[attr-defined, no-any-return]
