"""What lies where on a board in Chromium: nothing jumps or covers anything, what is unseen costs nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Complaints, new_context
from tests.support.pages.board import BoardPage, stage_of
from tests.support.servers import Sandbox, Server

LAYOUT_SHIFT = """() => new Promise(done => {
    const total = list => list.getEntries().reduce((sum, one) => sum + one.value, 0);
    new PerformanceObserver(list => done(total(list))).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(0), 300);
})"""


@pytest.fixture
def board(page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints) -> BoardPage:
    return BoardPage.open(page, installed, "owner")


def test_no_scroll_bars_of_the_frame(board: BoardPage) -> None:
    root = "document.documentElement"
    assert board.frame.evaluate(f"{root}.scrollWidth <= innerWidth && {root}.scrollHeight <= innerHeight")


def test_a_short_page_fills_the_frame_as_a_board_does(board: BoardPage) -> None:
    board.frame.click("nav >> text=Journal")
    board.frame.wait_for_selector("#app[data-page=journal]")
    board.page.wait_for_function("document.querySelector('iframe.app-frame').offsetHeight >= 600")
    gap = "host => host.clientHeight - host.firstElementChild.offsetHeight"
    assert board.page.locator(".frame-host").evaluate(gap) <= 0


def test_nothing_shifts_while_the_board_loads(board: BoardPage) -> None:
    shift = board.frame.evaluate(LAYOUT_SHIFT)
    assert shift < 0.02


@pytest.mark.parametrize("width", [1280, 360])
def test_shaping_the_board_moves_nothing(
    browser: Browser, installed: Sandbox, empty_app: Server, width: int
) -> None:
    """Not even right after a click, when shifts are forgiven; a name being typed takes the tools' room."""
    context = new_context(browser, viewport={"width": width, "height": 800})
    board = BoardPage.open(context.new_page(), installed, "owner")
    board.settled()
    board.frame.evaluate(
        "() => { window.shifts = []; new PerformanceObserver(list => shifts.push(...list.getEntries()"
        ".map(one => one.value))).observe({type: 'layout-shift'}); }"
    )
    places = (
        "() => [...document.querySelectorAll('.column, .cards')].map(one => [one.offsetLeft, one.offsetTop])"
    )
    before = board.frame.evaluate(places)
    board.shape()
    assert board.frame.evaluate(places) == before
    board.column(1).locator(".stage__input").focus()
    board.frame.click("#shape")
    board.page.wait_for_timeout(300)
    assert board.frame.evaluate(places) == before
    assert board.frame.evaluate("shifts") == []
    context.close()


def test_a_column_out_of_sight_is_not_drawn_until_it_is_needed(
    browser: Browser, installed: Sandbox, empty_app: Server
) -> None:
    """Keys reach its cards, and they can be dragged from there."""
    context = new_context(browser, viewport={"width": 1000, "height": 800})
    board = BoardPage.open(context.new_page(), installed, "owner")
    drawn = "card => card.checkVisibility({contentVisibilityAuto: true})"
    last = len(board.titles()) - 1
    while not board.cards(last):
        last -= 1
    assert board.card(0).evaluate(drawn) and not board.card(last).locator(".card__open").evaluate(drawn)
    board.focus(last)
    expect(board.card(last).locator(".card__open")).to_be_focused()
    moved = board.cards(last)[0]
    board.card(last).drag_to(board.column(last - 1).locator(".cards"), target_position={"x": 80, "y": 30})
    board.toast("Moved the task")
    assert stage_of(installed, moved) == board.stage_id(last - 1)
    context.close()


def test_a_choice_in_a_list_computes_no_style_of_the_cards_anew(board: BoardPage) -> None:
    """`:has()` above the cards that asks what is checked would, on every choice in any list of the page."""
    rules = board.frame.evaluate(
        "() => [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])"
        ".map(rule => rule.selectorText ?? '')"
        ".filter(text => /:has\\([^)]*:checked\\) [^,]*[.](card|pick)/.test(text))"
    )
    assert [text for text in rules if not text.startswith(".dragging ")] == []
    board.card(0).locator(".pick").check(force=True)
    assert board.frame.locator("body.picking").count() == 1
    board.press("Escape")
    assert board.frame.locator("body.picking").count() == 0


def test_a_phone_shows_one_column_and_can_do_everything(
    browser: Browser, installed: Sandbox, empty_app: Server
) -> None:
    context = new_context(browser, viewport={"width": 360, "height": 700}, has_touch=True, is_mobile=True)
    page = context.new_page()
    board = BoardPage.open(page, installed, "owner")
    assert board.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    moved = board.cards(0)[0]
    board.card(0).locator(".card__more").tap()
    board.frame.select_option("#card-menu select", label=board.titles()[1])
    board.toast("Moved the task")
    assert stage_of(installed, moved) == board.stage_id(1)
    context.close()


def test_on_a_phone_no_message_lies_over_what_is_open_and_no_name_over_the_tools(
    browser: Browser, installed: Sandbox, empty_app: Server
) -> None:
    """The message with the way back goes to the top as long as a choice of colors is open below."""
    context = new_context(browser, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    board = BoardPage.open(context.new_page(), installed, "admin")
    board.shape()
    board.column(1).locator(".stage__input").tap()
    board.column(1).locator(".stage__input").fill("A name so long that the message about it needs room " * 4)
    board.press("Enter")
    board.toast("Renamed the stage")
    board.column(1).locator("[hx-get$='/color']").tap()
    board.frame.wait_for_selector(".pop")
    assert not board.frame.evaluate(
        "() => { const [one, other] = ['.pop', '.toast'].map(it => document.querySelector(it)"
        ".getBoundingClientRect()); return one.top < other.bottom && other.top < one.bottom; }"
    )
    board.frame.locator("[data-pop] .button--primary").tap()
    board.toast("Changed the color")
    context.close()
