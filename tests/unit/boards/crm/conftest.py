"""The scene of these tests, and what the CRM registers: its undo recipes and jobs."""

from __future__ import annotations

import pytest

import boards.crm.undo  # noqa: F401 (for what it registers)
from tests.unit.boards.crm.scene import CrmScene


@pytest.fixture
def scene() -> CrmScene:
    return CrmScene()
