"""Where the running application keeps its portal, so that a reset can put another one in its place."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app

from sandbox.portal import Portal
from sandbox.settings import Settings


class PortalHolder:
    """`app.extensions["portal"]`: always ask it anew for `.portal`, a reset swaps the object."""

    def __init__(self, portal: Portal, build: Callable[[str], Portal]) -> None:
        self.portal = portal
        self._build = build

    def reset(self, seed: str) -> Portal:
        """Seed a new portal and put it in the place of the old one; ValueError for an unknown seed.

        The application is registered in it but not added. Whoever holds the lock of the old portal finishes
        on the old one.
        """
        fresh = self._build(seed)
        with self.portal.lock:
            self.portal = fresh
        return fresh


def current_portal() -> Portal:
    """The portal of the running application."""
    holder: PortalHolder = current_app.extensions["portal"]
    return holder.portal


def current_settings() -> Settings:
    """The settings of the running application."""
    settings: Settings = current_app.extensions["settings"]
    return settings
