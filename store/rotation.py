"""Bring every stored secret under the first key, while the app goes on working (`make rotate-keys`)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from store import models as m
from store.database import Database

SECRETS: tuple[tuple[type[m.Base], str], ...] = tuple(
    (mapper.class_, column.name)
    for mapper in m.Base.registry.mappers
    for column in mapper.columns
    if column.name.endswith("_sealed")
)
"""Every column with a secret: those whose name says so (`store/models.py`)."""
AT_ONCE = 200
"""Rows of one transaction."""


def rotate(db: Database) -> int:
    """Encrypt all secrets with the first key; the number of rewritten secrets.

    A secret that the app replaces meanwhile stays as it was replaced. VaultError when no key opens a secret;
    the secrets before it are rewritten then, and nothing is lost.
    """
    return sum(_rotate_column(db, table, name) for table, name in SECRETS)


def _rotate_column(db: Database, table: type[m.Base], name: str) -> int:
    """Rewrite one column in short transactions: a refresh of tokens never waits for the whole table."""
    column = getattr(table, name)
    keys = sa.inspect(table).primary_key
    with db.reading() as session:
        rows = session.execute(sa.select(*keys, column).where(column != "")).all()
    changed = 0
    for start in range(0, len(rows), AT_ONCE):
        fresh = [(row, db.vault.rotate(row[-1])) for row in rows[start : start + AT_ONCE]]
        with db.session() as session:
            for row, sealed in fresh:
                same: list[Any] = [key == value for key, value in zip(keys, row[:-1], strict=True)]
                update = sa.update(table).where(*same, column == row[-1]).values({name: sealed})
                changed += session.execute(update, execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    return changed
