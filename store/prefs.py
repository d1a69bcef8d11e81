"""Small things a person chose, and where they were last."""

from __future__ import annotations

import sqlalchemy as sa

from store import models as m
from store.database import Database, table

LAST_BOARD = "last_board"
THEME = "theme"


def get(db: Database, member_id: str, user_id: int, key: str, default: str = "") -> str:
    """What they chose, or `default`."""
    with db.looking() as connection:
        which = {"member": member_id, "user": user_id, "name": key}
        found = connection.execute(db.prepared(_chosen), which).scalar()
    return default if found is None else str(found)


def put(db: Database, member_id: str, user_id: int, key: str, value: str) -> None:
    """They chose something else."""
    row = {"member_id": member_id, "user_id": user_id, "key": key, "value": value}
    with db.writing() as connection:
        connection.execute(db.prepared(_kept), row)


def _chosen(_db: Database) -> sa.Executable:
    row = table(m.Preference).c
    this = row.member_id == sa.bindparam("member"), row.user_id == sa.bindparam("user")
    return sa.select(row.value).where(*this, row.key == sa.bindparam("name"))


def _kept(db: Database) -> sa.Executable:
    return db.upsert_of(m.Preference, ("member_id", "user_id", "key"), ("value",))
