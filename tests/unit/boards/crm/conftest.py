"""The scene of these tests."""

from __future__ import annotations

import pytest

from tests.unit.boards.fakes.crm import CrmScene


@pytest.fixture
def scene() -> CrmScene:
    return CrmScene()
