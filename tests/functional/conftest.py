"""Fixtures of the functional tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.helpers import Store
from tests.support.servers import Server


@pytest.fixture
def store(empty_app: Server, folder: Path, ports: tuple[int, int]) -> Store:
    """The store of the running app."""
    del empty_app
    return Store(folder / f"app-{ports[1]}.sqlite")
