"""The page of all components: axe finds nothing in any of them, and only the demo has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import wrong
from tests.support.browser import Complaints
from tests.support.servers import Server, free_port, http, start_app


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the setting of `make demo`; the page asks no portal."""
    server = start_app(free_port(), "http://localhost:9", tmp_path_factory.mktemp("demo"), COMPONENTS="1")
    yield server
    server.stop()


@pytest.mark.parametrize("width", [1280, 360])
def test_every_component_is_in_order(page: Page, complaints: Complaints, demo: Server, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{demo.url}/components")
    assert page.locator("section").count() >= 9
    assert page.locator(".card").count() >= 10
    assert wrong(page) == []


def test_the_theme_can_be_chosen(page: Page, demo: Server) -> None:
    shades = {}
    for theme in ("light", "dark"):
        page.goto(f"{demo.url}/components?theme={theme}")
        shades[theme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shades["light"] != shades["dark"]


def test_without_the_setting_there_is_no_such_page(empty_app: Server) -> None:
    assert http().get(f"{empty_app.url}/components", timeout=30).status_code == 404
