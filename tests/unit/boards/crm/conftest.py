"""The scene of these tests."""

from __future__ import annotations

import pytest

from tests.unit.boards.crm.scene import CrmScene


@pytest.fixture
def scene() -> CrmScene:
    return CrmScene()
