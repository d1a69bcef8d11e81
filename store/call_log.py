"""The log of REST calls, kept for some days (wire.md §7.16)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database, table


@dataclass(frozen=True)
class CallEntry:
    """One HTTP request to Bitrix24: what was asked, and how it went.

    `params` hold no secrets and no texts of people: the caller has redacted them. `at` in seconds since 1970.
    `request_id` is the person's request to the app it was made for, "" for what the app does by itself;
    `member_id` is the portal, "" for a request that was to find out which portal it is.
    """

    at: float
    endpoint: str
    method: str
    commands: list[str]
    status: int | None
    error: str
    milliseconds: float
    params: Any
    request_id: str = ""
    id: int = 0
    member_id: str = ""


_COLUMNS = tuple(field.name for field in fields(CallEntry) if field.name != "id")


def write(db: Database, calls: Sequence[CallEntry]) -> None:
    """Append calls in one transaction."""
    with db.writing() as connection:
        connection.execute(
            db.prepared(_append), [{name: getattr(call, name) for name in _COLUMNS} for call in calls]
        )


def _append(_db: Database) -> sa.Executable:
    return sa.insert(table(m.LoggedCall))


def latest(db: Database, limit: int = 100) -> list[CallEntry]:
    """The newest entries of all portals, newest first, for the operator."""
    with db.reading() as session:
        rows = session.scalars(sa.select(m.LoggedCall).order_by(m.LoggedCall.id.desc()).limit(limit))
        return [_entry(row) for row in rows]


def search(
    db: Database, member_id: str, *, text: str = "", failed: bool = False, before: int = 0, limit: int = 100
) -> list[CallEntry]:
    """Requests made for one portal, the newest first, below the entry `before`.

    `text` is a part of a method's name or of an error's code, or the id of a person's request; `failed`
    leaves out what went well. The portal is named by its member id, since its address may change hands.
    """
    call = m.LoggedCall
    query = sa.select(call).where(call.member_id == member_id)
    if before:
        query = query.where(call.id < before)
    if failed:
        query = query.where(sa.or_(call.error != "", call.status.is_(None), call.status >= 400))
    if text:
        names = (call.method, call.error, sa.cast(call.commands, sa.Text))
        parts = (name.icontains(text, autoescape=True) for name in names)
        query = query.where(sa.or_(call.request_id == text, *parts))
    with db.reading() as session:
        return [_entry(row) for row in session.scalars(query.order_by(call.id.desc()).limit(limit))]


def _entry(row: m.LoggedCall) -> CallEntry:
    return CallEntry(
        row.at, row.endpoint, row.method, row.commands, row.status, row.error, row.milliseconds, row.params,
        row.request_id, row.id, row.member_id,
    )  # fmt: skip


def purge(db: Database, days: float) -> int:
    """Delete the entries that are older than `days`; the number of deleted entries."""
    with db.session() as session:
        done = session.execute(sa.delete(m.LoggedCall).where(m.LoggedCall.at < time.time() - days * 86400))
        return done.rowcount  # type: ignore[attr-defined, no-any-return]
