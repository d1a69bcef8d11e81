"""A store that somebody else holds: the way to a transaction fails as a transaction of the engine does."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from store import Database, database
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
