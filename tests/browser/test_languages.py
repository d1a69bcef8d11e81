"""Longer words fit: every page of the app in Russian and German on a small phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Complaints, new_context
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox

TEXTS = "button, select, label, legend, h1, h2, .status, .role, .mark, .due, .bulk__count, .toast strong"
STICKS_OUT = """texts => {
  const wide = node => node.scrollWidth > node.clientWidth + 1;
  const box = node => node.getBoundingClientRect();
  const shown = [...document.querySelectorAll(texts)].filter(
    node => node.checkVisibility() && !node.closest('.visually-hidden, .stage__title'));
  const clipped = shown.filter(wide);
  const outside = shown.filter(node => box(node).right > innerWidth + 1
    && !node.closest('.columns, .filters'));
  const broken = shown.filter(node => node.matches('.button') && box(node).height > 60);
  const page = wide(document.documentElement) ? ['the page scrolls sideways'] : [];
  return [...clipped, ...outside, ...broken].map(node => node.outerHTML.slice(0, 160)).concat(page);
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = new_context(browser, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def sticking_out(board: BoardPage) -> list[str]:
    """Words wider than what holds them or than the screen, and buttons of more than two lines."""
    board.settled()
    return list(board.frame.evaluate(STICKS_OUT, TEXTS))


@pytest.mark.parametrize(
    ("lang", "boards", "journal"), [("ru", "Доски", "Журнал"), ("de", "Boards", "Protokoll")]
)
def test_every_page_fits_a_phone(
    phone: Page, installed: Sandbox, lang: str, boards: str, journal: str
) -> None:
    complaints = Complaints(phone)
    board = BoardPage.open(phone, installed, "owner", lang=lang)
    frame = board.frame
    assert frame.evaluate("document.documentElement.lang") == lang
    assert sticking_out(board) == []
    frame.locator(".pick").first.check(force=True)
    for action in ("move", "responsible", "deadline", "priority", "tag"):
        frame.select_option("#bulk-action", action)
        assert sticking_out(board) == [], action
    phone.evaluate("scrollTo(0, 9999)")  # the bar is at the end of the frame, which ends below the window
    frame.click("[data-do=unselect]")
    board.card(0).locator(".card__open").click()
    frame.locator("#task-dialog").wait_for()
    assert sticking_out(board) == []
    frame.fill("#task-title", "?")
    board.press("Escape")
    frame.locator("[data-ask]").wait_for()
    assert sticking_out(board) == []
    frame.click("[data-discard]")
    board.shape()
    assert sticking_out(board) == []
    board.column(1).locator("[hx-get$='/color']").click()
    frame.locator(".colors").wait_for()
    assert sticking_out(board) == []
    board.press("Escape")
    board.column(1).locator("[hx-get$='/delete']").click()
    frame.locator("#delete-stage").wait_for()
    assert sticking_out(board) == []
    board.press("Escape")
    board.column(1).locator(".stage__input").fill("X")
    board.press("Enter")
    frame.locator(".toast").wait_for()
    assert sticking_out(board) == []
    frame.click("nav.top [hx-get='/journal']")
    expect(frame.locator("h1")).to_have_text(journal)
    frame.locator(".entry").wait_for()
    assert sticking_out(board) == []
    frame.click("nav.top [hx-get='/home']")
    expect(frame.locator("h1")).to_have_text(boards)
    assert sticking_out(board) == []
    assert complaints.found == []
