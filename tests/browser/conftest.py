"""Fixtures for tests in Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import Complaints, launch, new_context

PATIENCE = 30_000
"""Milliseconds that an expectation may take to come true on a machine that has much else to do: as long as
Playwright gives a click. An expectation that is met sooner takes no longer for it."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser)
    yield context.new_page()
    context.close()


@pytest.fixture
def complaints(page: Page) -> Iterator[Complaints]:
    """What the page complained about; answers with an error status are no complaint."""
    found = Complaints(page)
    yield found
    assert found.except_for("Failed to load resource") == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test in a browser a second chance: on a busy machine a frame may be late for its timeout.

    The summary counts such tests as rerun, so that a test that needs it often can be seen.
    """
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.flaky(reruns=1))
