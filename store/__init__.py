"""What the app remembers. Every function takes the `member_id` of the portal whose data it touches."""

from __future__ import annotations

from store.database import Database

__all__ = ["Database"]
