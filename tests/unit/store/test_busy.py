"""A store that somebody else holds: the way to a transaction fails as a transaction of the engine does.

What fails is written to the log, which must hold nothing of what was to be stored.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import Database, database, journal, sessions, tokens
from store.models import Base


def test_a_store_that_stays_locked_is_an_operational_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which the app answers with "busy" (503) and not with a defect of its own."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    db = Database(f"sqlite:///{tmp_path / 'store.sqlite'}")
    Base.metadata.create_all(db.engine)
    with contextlib.closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sa.exc.OperationalError, match="locked"), db.writing():
            pass
        with db.reading() as session:  # who only reads does not wait
            assert session.execute(sa.text("SELECT 1")).scalar() == 1
        other.execute("ROLLBACK")
    with db.writing() as connection:  # the connection was given back whole
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    db.close()


@pytest.mark.parametrize("table", ["journal_entry", "user_session", "token_pair"])
def test_an_error_does_not_tell_what_was_to_be_stored(db: Database, portal: str, table: str) -> None:
    """Errors of the store go to the log (`web/core/errors.py`), with their text."""
    change = '{"kind": "stage_rename", "board_key": "g1", "after": {"title": "Secret plans"}}'
    with db.writing() as connection:
        connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO away"))
    try:
        with pytest.raises(sa.exc.SQLAlchemyError) as caught:
            _write(db, portal, table, change)
    finally:
        with db.writing() as connection:
            connection.execute(sa.text(f"ALTER TABLE away RENAME TO {table}"))
    for secret in ("Secret plans", "Ada Lovelace", "gAAAA", portal):
        assert secret not in str(caught.value)


def _write(db: Database, portal: str, table: str, change: str) -> None:
    if table == "journal_entry":
        journal.record(db, portal, 5, "Ada Lovelace", change)
    elif table == "user_session":
        who = {"user_id": 5, "user_name": "Ada Lovelace", "is_admin": False, "lang": "en"}
        sessions.create(db, portal, **who, lifetime=1.0)  # type: ignore[arg-type]
    else:
        tokens.put(db, portal, 5, "access", "refresh", 1.0)
