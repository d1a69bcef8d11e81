"""Which revision the tables have, and which revision this release needs."""

from __future__ import annotations

import functools
from pathlib import Path

import sqlalchemy as sa

from store.database import Database

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def newest() -> str:
    """The revision this release was written for."""
    return _known()[0]


def pending(found: str) -> bool:
    """Whether the tables of revision `found` lack something this release needs.

    A revision this release does not know is a newer one's: an update migrates first, and since migrations
    only add, the processes of this release serve on until they are replaced.
    """
    return not found or found in _known()[1:]


@functools.cache
def _known() -> tuple[str, ...]:
    """The revisions this release has migrations for, newest first."""
    from alembic.script import ScriptDirectory  # takes a third of a second, so not at the start

    return tuple(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def present(db: Database) -> str:
    """The revision of the store, "" for one without tables. SQLAlchemyError when it does not answer."""
    with db.single_select() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "")
