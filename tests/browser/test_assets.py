"""What a page asks for, and that the sources work in a browser as they are written."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage
from tests.support.servers import ROOT, Sandbox, Server

STATIC = ROOT / "static"
OF_STATIC = re.compile(r"/static/[0-9a-f]{12}/(.+)$")


def names(asked: list[str]) -> list[str]:
    return sorted(found[1] for url in asked if (found := OF_STATIC.search(url)))


@pytest.fixture
def asked(page: Page) -> list[str]:
    """The addresses the page asks for."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    return found


def test_a_page_asks_for_four_files(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints, asked: list[str]
) -> None:
    BoardPage.open(page, installed, "moderator")
    assert names(asked) == ["css/app.css", "js/app.js", "vendor/Sortable.min.js", "vendor/htmx.min.js"]


def test_the_sources_work_as_they_are_written(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints, asked: list[str]
) -> None:
    """As where no small files were made: native modules and imported sheets."""

    def send_source(route: Route) -> None:
        name = OF_STATIC.search(route.request.url)
        assert name
        kind = "text/css" if name[1].endswith(".css") else "text/javascript"
        route.fulfill(body=(STATIC / name[1]).read_text(), content_type=kind)

    page.route(re.compile(r"/static/[0-9a-f]{12}/(js|css)/app\.(js|css)$"), send_source)
    board = BoardPage.open(page, installed, "owner")
    assert len(names(asked)) > 40
    board.focus(0)
    board.press("Alt+ArrowDown")
    board.toast("Moved the task")
    board.focus(0)
    board.press("Enter")
    expect(board.frame.locator("#task-dialog")).to_be_visible()
