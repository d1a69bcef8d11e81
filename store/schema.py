"""Which revision of the tables there is, and which this release wants."""

from __future__ import annotations

import functools
from pathlib import Path

import sqlalchemy as sa

from store.database import Database

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


@functools.cache
def newest() -> str:
    """The revision this release was written for."""
    from alembic.script import ScriptDirectory  # a third of a second of the start, for the first who asks

    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def present(db: Database) -> str:
    """The revision of the store, "" for one without tables. SQLAlchemyError when it does not answer."""
    with db.looking() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "")
