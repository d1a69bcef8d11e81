"""Fixtures of the functional tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.support import postgres
from tests.support.servers import Sandbox, Server, free_port, start_app
from tests.support.stores import store_url


@pytest.fixture
def twins(sandbox: Sandbox, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two processes of one app: one store, one set of keys, as behind a load balancer."""
    shared = {
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": store_url(tmp_path / "shared.sqlite"),
    }
    first = start_app(free_port(), sandbox.url, tmp_path, **shared)
    second = start_app(free_port(), sandbox.url, tmp_path, **shared)
    yield first, second
    first.stop()
    second.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return postgres.create(request.getfixturevalue("postgres_server"), f"e{free_port()}")
