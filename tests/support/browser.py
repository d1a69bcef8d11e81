"""A browser as people have it: Chromium, the portal on one site and the app in a frame from another."""

from __future__ import annotations

import shutil
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1, MAP localhost 127.0.0.1, MAP * ~NOTFOUND, "
    "EXCLUDE 127.0.0.1",
]


SHELL = "chromium-headless-shell"
"""Chromium without windows. The whole one makes a window with its toolbar for each context, which nobody
sees and which costs three times the processor time."""
WHOLE = ("chromium", "chromium-browser", "google-chrome")


def chromium_path(*, whole: bool = False) -> str:
    """The program of the system's Chromium; `make test` installs it where it is missing.

    `whole` prefers the browser that people have, for figures that are to be theirs.
    RuntimeError: there is no Chromium.
    """
    for name in (*WHOLE, SHELL) if whole else (SHELL, *WHOLE):
        found = shutil.which(name)
        if found:
            return found
    raise RuntimeError("no Chromium found; run: sh scripts/chromium.sh")


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)


class Complaints:
    """Collects what a page complains about: errors, refused resources, uncaught exceptions."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"uncaught: {error} {error.stack}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.found.append(f"{message.type}: {message.text}")

    def except_for(self, *allowed: str) -> list[str]:
        return [text for text in self.found if not any(part in text for part in allowed)]


def new_context(browser: Browser, **options: Any) -> BrowserContext:
    """A clean profile of 1280×800 unless `options` say otherwise."""
    return browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
