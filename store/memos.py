"""What was read from a portal and may be used again for a stated time. Losing one costs a request."""

from __future__ import annotations

import time
from typing import Any

from store import models as m
from store.database import Database

EVERYBODY = 0


def get(db: Database, member_id: str, user_id: int, key: str) -> Any:
    """The memo, or None when there is none or its time is over."""
    with db.reading() as session:
        row = session.get(m.Memo, (member_id, user_id, key))
    return row.data if row and row.expires_at > time.time() else None


def put(db: Database, member_id: str, user_id: int, key: str, data: Any, lifetime: float) -> None:
    """Keep `data` (JSON) for `lifetime` seconds; `user_id` 0 is for everybody in the portal."""
    with db.session() as session:
        session.execute(
            db.upsert(
                m.Memo,
                {"member_id": member_id, "user_id": user_id, "key": key},
                {"data": data, "expires_at": time.time() + lifetime},
            )
        )
