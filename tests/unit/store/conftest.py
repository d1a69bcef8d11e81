"""A store with the tables the migrations make, on SQLite, and on PostgreSQL where an address is given."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from cryptography.fernet import Fernet

from store import Database, portals
from store.models import Base
from tests.support import postgres

ROOT = Path(__file__).resolve().parents[3]
PORTAL, OTHER = "a" * 32, "b" * 32


def migrate(url: str, monkeypatch: pytest.MonkeyPatch, revision: str = "head") -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(AlembicConfig(ROOT / "alembic.ini"), revision)


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> str:
    """A database that all tests of the store share; each empties it."""
    return postgres.create(postgres_server, "store")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def key() -> str:
    return Fernet.generate_key().decode()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, migrated once and copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "store.db"
    with pytest.MonkeyPatch.context() as patch:
        migrate(f"sqlite:///{file}", patch)
    return file


@pytest.fixture
def db(url: str, key: str, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", url)
    if url.startswith("postgresql"):
        migrate(url, monkeypatch)
    else:
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
    database = Database(url, [key])
    with database.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(sa.delete(table))
    yield database
    database.close()


@pytest.fixture
def portal(db: Database) -> str:
    """Two portals, so that every query has somebody else's rows to stumble over; the id of the first."""
    for member_id in (PORTAL, OTHER):
        portals.remember(
            db,
            member_id,
            client_endpoint=f"https://{member_id[0]}.example.com/rest/",
            auth_server="https://auth.example.com",
            installed=True,
            app_status="L",
            scope="task",
        )
    return PORTAL
