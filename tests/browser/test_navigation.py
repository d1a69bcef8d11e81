"""Going from page to page: what was asked for last is what stays."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server


def test_a_late_answer_does_not_take_a_newer_page_away(
    page: Page, installed: Sandbox, empty_app: Server
) -> None:
    board = BoardPage.open(page, installed, "owner")
    installed.fault("sonet_group.get", "delay", seconds=3, times=1)
    with page.expect_response(lambda answer: answer.url.endswith("/home")):
        board.frame.locator("nav.top [hx-get='/home']").click()
        board.frame.locator("nav.top [hx-get='/journal']").click()
        expect(board.frame.locator("#journal")).to_be_visible()
    page.wait_for_timeout(300)  # the late answer has arrived; give it the time to do what it must not do
    expect(board.frame.locator("#journal")).to_be_visible()
    assert board.frame.locator(".home").count() == 0


def test_the_bar_shows_which_page_is_open(page: Page, installed: Sandbox, empty_app: Server) -> None:
    board = BoardPage.open(page, installed, "owner")
    here = board.frame.locator("nav.top [aria-current=page]")
    expect(here).to_have_attribute("hx-get", "/home")
    for address in ("/crm", "/journal", "/home"):
        board.frame.locator(f"nav.top [hx-get='{address}']").click()
        expect(here).to_have_attribute("hx-get", address)
    expect(here).to_have_count(1)
