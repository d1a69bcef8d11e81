"""The scene of these tests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.unit.boards.scene import Scene

# A busy machine is not a failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.fill()
    return scene
