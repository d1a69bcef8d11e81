"""The old name of `PortalFixture`, for the functional tests until they take the new one."""

from __future__ import annotations

from sandbox.state.portal import Portal
from tests.contract.portal_fixture import PortalFixture


class Desk(PortalFixture):
    """`PortalFixture` whose state is also called `portal`."""

    @property
    def portal(self) -> Portal:
        return self.state
