"""The app's own database. Functions take the `member_id` of the portal whose rows they touch."""

from __future__ import annotations

from store.database import Database

__all__ = ["Database"]
