"""What was read from a portal and may be used again for a stated time. Losing one costs a request."""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database, table

EVERYBODY = 0


def get(db: Database, member_id: str, user_id: int, key: str) -> Any:
    """The memo, or None when there is none or its time is over."""
    which = {"member": member_id, "user": user_id, "name": key, "now": time.time()}
    with db.looking() as connection:
        return connection.execute(db.prepared(_fresh), which).scalar()


def put(db: Database, member_id: str, user_id: int, key: str, data: Any, lifetime: float) -> None:
    """Keep `data` (JSON) for `lifetime` seconds; `user_id` 0 is for everybody in the portal."""
    row = {"member_id": member_id, "user_id": user_id, "key": key, "data": data}
    with db.writing() as connection:
        connection.execute(db.prepared(_kept), row | {"expires_at": time.time() + lifetime})


def add(db: Database, member_id: str, user_id: int, key: str, entries: dict[str, Any]) -> None:
    """More entries of a memo that is an object, without reading it; nothing where there is none.

    Two at once both stay. An entry that is there already is replaced; null is no entry.
    """
    which = {"member": member_id, "user": user_id, "name": key, "entries": entries}
    with db.writing() as connection:
        connection.execute(db.prepared(_merged), which)


def _merged(db: Database) -> sa.Executable:
    memo = table(m.Memo)
    this = (
        memo.c.member_id == sa.bindparam("member"),
        memo.c.user_id == sa.bindparam("user"),
        memo.c.key == sa.bindparam("name"),
    )
    more = sa.bindparam("entries", type_=sa.JSON)
    return sa.update(memo).where(*this).values(data=db.merged_json(memo.c.data, more))


def _fresh(_db: Database) -> sa.Executable:
    memo = table(m.Memo).c
    this = memo.member_id == sa.bindparam("member"), memo.user_id == sa.bindparam("user")
    return sa.select(memo.data).where(
        *this, memo.key == sa.bindparam("name"), memo.expires_at > sa.bindparam("now")
    )


def _kept(db: Database) -> sa.Executable:
    return db.upsert_of(m.Memo, ("member_id", "user_id", "key"), ("data", "expires_at"))


# Small things a person chose, and where they were last.


LAST_BOARD = "last_board"
THEME = "theme"


def get_preference(db: Database, member_id: str, user_id: int, key: str, default: str = "") -> str:
    """What they chose, or `default`."""
    with db.looking() as connection:
        which = {"member": member_id, "user": user_id, "name": key}
        found = connection.execute(db.prepared(_chosen), which).scalar()
    return default if found is None else str(found)


def put_preference(db: Database, member_id: str, user_id: int, key: str, value: str) -> None:
    """They chose something else."""
    row = {"member_id": member_id, "user_id": user_id, "key": key, "value": value}
    with db.writing() as connection:
        connection.execute(db.prepared(_kept_preference), row)


def _chosen(_db: Database) -> sa.Executable:
    row = table(m.Preference).c
    this = row.member_id == sa.bindparam("member"), row.user_id == sa.bindparam("user")
    return sa.select(row.value).where(*this, row.key == sa.bindparam("name"))


def _kept_preference(db: Database) -> sa.Executable:
    return db.upsert_of(m.Preference, ("member_id", "user_id", "key"), ("value",))
