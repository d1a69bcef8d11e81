"""OAuth pairs and the lease that lets exactly one worker refresh a pair.

The pair of a person is keyed by portal and person: a later opening brings a fresh pair that serves the
earlier ones as well. `INSTALLER` is the pair the app uses for its own work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database, table

INSTALLER = 0
"""The `user_id` of the pair that came with the installation."""


@dataclass(frozen=True)
class StoredPair:
    """A person's tokens. `generation` grows with each replacement. `expires_at` in seconds since 1970."""

    user_id: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float = 0.0
    generation: int = 0


def get(db: Database, member_id: str, user_id: int) -> StoredPair | None:
    """The pair of a person, or None."""
    with db.single_select() as connection:
        row = connection.execute(db.prepared(_by_person), {"member": member_id, "user": user_id}).first()
    return opened(db, row) if row else None


def delete(db: Database, member_id: str, user_id: int) -> None:
    """Delete the pair of a person; the pair of the installation (`INSTALLER`) is another row."""
    with db.session() as session:
        session.execute(
            sa.delete(m.TokenPair).where(m.TokenPair.member_id == member_id, m.TokenPair.user_id == user_id)
        )


def newest(db: Database, member_id: str, *, limit: int) -> list[StoredPair]:
    """Pairs of a portal: the installer's, then those that were replaced last; `limit` of them at most."""
    query = (
        _pairs()
        .where(m.TokenPair.member_id == member_id)
        .order_by(m.TokenPair.user_id != INSTALLER, m.TokenPair.changed_at.desc())
        .limit(limit)
    )
    with db.single_select() as connection:
        return [opened(db, row) for row in connection.execute(query)]


def put(
    db: Database, member_id: str, user_id: int, access_token: str, refresh_token: str, expires_at: float
) -> None:
    """Store a pair that came with a launch or an installation; a lease on the pair before ends."""
    values = {
        "access_sealed": db.vault.encrypt(access_token),
        "refresh_sealed": db.vault.encrypt(refresh_token),
        "expires_at": expires_at,
        "changed_at": time.time(),
        "lease_until": 0.0,
        "lease_owner": "",
    }
    key = (m.TokenPair.member_id == member_id) & (m.TokenPair.user_id == user_id)
    update = sa.update(m.TokenPair).where(key).values(**values, generation=m.TokenPair.generation + 1)
    with db.session() as session:
        if not session.execute(update).rowcount:  # type: ignore[attr-defined]
            session.execute(
                db.insert_if_absent(m.TokenPair, member_id=member_id, user_id=user_id, generation=1, **values)
            )


def lease(db: Database, member_id: str, pair: StoredPair, owner: str, *, seconds: float, now: float) -> bool:
    """Take the right to refresh `pair` for `seconds`; False when it is taken, or the pair was replaced.

    One conditional UPDATE decides, so it holds across threads, processes and machines. The lease of an owner
    that dies ends by itself.
    """
    statement = (
        sa.update(m.TokenPair)
        .where(_same(member_id, pair), m.TokenPair.lease_until < now)
        .values(lease_until=now + seconds, lease_owner=owner)
    )
    with db.session() as session:
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def extend(db: Database, member_id: str, pair: StoredPair, owner: str, *, until: float) -> None:
    """Extend the lease of an owner that is still refreshing; nothing happens when its lease is over."""
    statement = (
        sa.update(m.TokenPair)
        .where(_same(member_id, pair), m.TokenPair.lease_owner == owner)
        .values(lease_until=until)
    )
    with db.session() as session:
        session.execute(statement)


def replace(
    db: Database,
    member_id: str,
    pair: StoredPair,
    access_token: str,
    refresh_token: str,
    expires_at: float,
) -> bool:
    """Store the successor of `pair` and end the lease; False when `pair` was replaced meanwhile."""
    statement = (
        sa.update(m.TokenPair)
        .where(_same(member_id, pair))
        .values(
            access_sealed=db.vault.encrypt(access_token),
            refresh_sealed=db.vault.encrypt(refresh_token),
            expires_at=expires_at,
            changed_at=time.time(),
            generation=pair.generation + 1,
            lease_until=0.0,
            lease_owner="",
        )
    )
    with db.session() as session:
        return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def release(db: Database, member_id: str, pair: StoredPair, owner: str) -> None:
    """End a lease without replacing the pair."""
    statement = (
        sa.update(m.TokenPair)
        .where(_same(member_id, pair), m.TokenPair.lease_owner == owner)
        .values(lease_until=0.0, lease_owner="")
    )
    with db.session() as session:
        session.execute(statement)


def lease_until(db: Database, member_id: str, user_id: int) -> float:
    """Until when the pair of a person is being refreshed; 0 or a moment in the past when it is not."""
    query = sa.select(m.TokenPair.lease_until).where(
        m.TokenPair.member_id == member_id, m.TokenPair.user_id == user_id
    )
    with db.reading() as session:
        return session.scalar(query) or 0.0


def _same(member_id: str, pair: StoredPair) -> sa.ColumnElement[bool]:
    return sa.and_(
        m.TokenPair.member_id == member_id,
        m.TokenPair.user_id == pair.user_id,
        m.TokenPair.generation == pair.generation,
    )


def opened(db: Database, row: Any) -> StoredPair:
    """The decrypted pair of a row with the columns of `_pairs`."""
    return StoredPair(
        row.user_id, db.vault.decrypt(row.access_sealed), db.vault.decrypt(row.refresh_sealed),
        row.pair_expires_at, row.generation,
    )  # fmt: skip


def _pairs() -> sa.Select[Any]:
    pair = table(m.TokenPair).c
    ends = pair.expires_at.label("pair_expires_at")
    return sa.select(pair.user_id, pair.access_sealed, pair.refresh_sealed, ends, pair.generation)


def _by_person(_db: Database) -> sa.Executable:
    pair = table(m.TokenPair).c
    person = sa.and_(pair.member_id == sa.bindparam("member"), pair.user_id == sa.bindparam("user"))
    return _pairs().where(person)
