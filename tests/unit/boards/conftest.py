"""The scene of these tests."""

from __future__ import annotations

import pytest

from tests.unit.boards.scene import Scene


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.fill()
    return scene
