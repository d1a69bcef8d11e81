"""Sessions: which person of which portal holds a bearer token."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field

import sqlalchemy as sa

from store import models as m
from store.database import Database, table
from store.tokens import StoredPair, opened
from store.vault import fingerprint

KEPT_AFTER_END = 7 * 86400.0
"""Seconds an ended session stays known, so that a fresh login can be recognised as the same person's."""
_COLUMNS = ("id", "member_id", "user_id", "user_name", "is_admin", "lang", "expires_at")


@dataclass(frozen=True)
class SessionRow:
    """A session with the present address of its portal. Times in seconds since 1970.

    `pair` are the person's tokens as they were when the session was looked up; None if there are none.
    """

    id: int
    member_id: str
    user_id: int
    user_name: str
    is_admin: bool
    lang: str
    expires_at: float
    client_endpoint: str
    auth_server: str
    pair: StoredPair | None = field(default=None, repr=False)


def create(
    db: Database, member_id: str, *, user_id: int, user_name: str, is_admin: bool, lang: str, lifetime: float
) -> str:
    """Store a new session of `lifetime` seconds; its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    now = time.time()
    row = m.UserSession(
        token_hash=fingerprint(token),
        member_id=member_id,
        user_id=user_id,
        user_name=user_name,
        is_admin=is_admin,
        lang=lang,
        created_at=now,
        expires_at=now + lifetime,
    )
    with db.session() as session:
        session.add(row)
    return token


def find(db: Database, token: str) -> SessionRow | None:
    """The session of a token, ended or not; None for a token that no session has."""
    with db.single_select() as connection:
        row = connection.execute(db.prepared(_by_token), {"hash": fingerprint(token)}).first()
    if row is None:
        return None
    return SessionRow(
        row.id, row.member_id, row.user_id, row.user_name, row.is_admin, row.lang, row.expires_at,
        row.client_endpoint, row.auth_server, None if row.generation is None else opened(db, row),
    )  # fmt: skip


def _by_token(_db: Database) -> sa.Executable:
    """A session with its portal and its person's tokens, all that a request needs first, in one SELECT."""
    session, portal, pair = (table(model).c for model in (m.UserSession, m.Portal, m.TokenPair))
    known = portal.member_id == session.member_id
    theirs = sa.and_(pair.member_id == session.member_id, pair.user_id == session.user_id)
    return (
        sa.select(
            *(session[name] for name in _COLUMNS),
            *(portal.client_endpoint, portal.auth_server),
            *(pair.access_sealed, pair.refresh_sealed, pair.generation),
            pair.expires_at.label("pair_expires_at"),
        )
        .join_from(table(m.UserSession), table(m.Portal), known)
        .outerjoin(table(m.TokenPair), theirs)
        .where(session.token_hash == sa.bindparam("hash"))
    )


def last_known(db: Database, member_id: str, user_id: int) -> tuple[str, bool] | None:
    """The name and the admin flag of a person's latest session; None for nobody known."""
    query = (
        sa.select(m.UserSession.user_name, m.UserSession.is_admin)
        .where(m.UserSession.member_id == member_id, m.UserSession.user_id == user_id)
        .order_by(m.UserSession.id.desc())
        .limit(1)
    )
    with db.reading() as session:
        row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def end(db: Database, member_id: str, session_id: int) -> None:
    """End a session; it stays known for `KEPT_AFTER_END` seconds, for a renewal."""
    _end(db, m.UserSession.member_id == member_id, m.UserSession.id == session_id)


def end_all(db: Database, member_id: str, user_id: int) -> None:
    """End every session of a person whom the portal refuses."""
    _end(db, m.UserSession.member_id == member_id, m.UserSession.user_id == user_id)


def _end(db: Database, *which: sa.ColumnElement[bool]) -> None:
    """End the sessions that have not ended before; those that have keep the moment of their end."""
    now = time.time()
    with db.session() as session:
        session.execute(
            sa.update(m.UserSession).where(*which, m.UserSession.expires_at >= now).values(expires_at=now - 1)
        )


def delete(db: Database, member_id: str, session_id: int) -> None:
    """Delete a session that another session has replaced."""
    with db.session() as session:
        session.execute(
            sa.delete(m.UserSession).where(
                m.UserSession.member_id == member_id, m.UserSession.id == session_id
            )
        )
