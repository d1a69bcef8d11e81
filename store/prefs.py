"""Small things a person chose, and where they were last."""

from __future__ import annotations

from store import models as m
from store.database import Database

LAST_BOARD = "last_board"
THEME = "theme"


def get(db: Database, member_id: str, user_id: int, key: str, default: str = "") -> str:
    with db.reading() as session:
        row = session.get(m.Preference, (member_id, user_id, key))
    return row.value if row else default


def put(db: Database, member_id: str, user_id: int, key: str, value: str) -> None:
    with db.session() as session:
        session.execute(
            db.upsert(
                m.Preference, {"member_id": member_id, "user_id": user_id, "key": key}, {"value": value}
            )
        )
