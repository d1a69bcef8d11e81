"""The scene of the scrum tests."""

from __future__ import annotations

import pytest

from tests.unit.boards.scrum.scene import ScrumScene


@pytest.fixture
def team() -> ScrumScene:
    return ScrumScene()
