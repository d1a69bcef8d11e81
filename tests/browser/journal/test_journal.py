"""Home and journal in Chromium: filters, undo, the table, the search; accessible, without scroll bars."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.accessibility import wrong
from tests.support.browser import Complaints, new_context
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server


@pytest.fixture
def board(page: Page, installed: Sandbox, empty_app: Server) -> Iterator[BoardPage]:
    complaints = Complaints(page)
    yield BoardPage.open(page, installed, "owner")
    assert complaints.except_for("Failed to load resource") == []


def go(board: BoardPage, address: str) -> None:
    """Press a word of the top bar."""
    board.frame.locator(f"nav.top [hx-get='{address}']").click()
    board.frame.wait_for_selector("#journal" if address == "/journal" else ".home")


def rename(board: BoardPage, title: str) -> None:
    stage = board.stage_id(1)
    board.frame.evaluate(
        "([group, stage, title]) => htmx.ajax('POST', `/boards/${group}/stages/${stage}/rename`,"
        " {values: {title}, swap: 'none'})",
        [board.frame.get_attribute("#board", "data-board"), stage, title],
    )
    board.toast("Renamed the stage")


def test_undo_from_the_journal(board: BoardPage, installed: Sandbox) -> None:
    old = board.titles()[1]
    rename(board, "Other")
    go(board, "/journal")
    entry = board.frame.locator(".entry").first
    expect(entry).to_contain_text("Renamed the stage")
    expect(entry.locator(".was")).to_contain_text(old)
    expect(entry.locator(".now")).to_contain_text("Other")
    entry.locator("[hx-post$='/undo']").click()
    expect(board.frame.locator(".entry")).to_have_count(2)
    expect(board.frame.locator(".entry").nth(1)).to_contain_text("Undone")
    titles = installed.act("owner", "task.stages.get", entityId=installed.main_group_id, numeric=1)
    assert titles[1]["TITLE"] == old


def test_what_an_undo_says_is_in_sight_though_the_frame_is_taller_than_the_window(
    board: BoardPage, installed: Sandbox
) -> None:
    for title in ("One", "Two", "Three", "Four"):
        rename(board, title)
    while board.frame.locator("[data-toast]").count():
        board.frame.locator("[data-do=dismiss]").first.click()
    board.page.set_viewport_size({"width": 1280, "height": 400})
    go(board, "/journal")
    board.frame.locator(".entry").nth(1).locator("[hx-post$='/undo']").click()
    told = board.frame.locator("#toasts .toast")
    expect(told).to_have_count(1)
    box = told.bounding_box()  # in the window, which is half as high as the frame
    assert box and box["y"] >= 0 and box["y"] + box["height"] <= 400
    go(board, "/home")
    board.frame.click("[data-group-id] >> nth=0")
    board.frame.wait_for_selector("#board")
    assert board.frame.evaluate("document.querySelector('#toasts').style.bottom") == ""


def test_filters_keep_the_focus_and_fill_the_table(board: BoardPage, tmp_path: Path) -> None:
    rename(board, "=cmd()")
    go(board, "/journal")
    kind = board.frame.locator("#journal-kind")
    kind.focus()
    kind.select_option("stage_move")
    expect(board.frame.locator(".journal__none")).to_be_visible()
    expect(kind).to_be_focused()
    kind.select_option("stage_rename")
    expect(board.frame.locator(".entry")).to_have_count(1)
    with board.page.expect_download() as saved:
        board.frame.locator("[data-do=download]").click()
    file = tmp_path / "journal.csv"
    saved.value.save_as(file)
    rows = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2 and saved.value.suggested_filename == "stagecraft-journal.csv"
    assert not [cell for row in rows for cell in row if cell.startswith("=")]


def test_times_are_the_readers_own(browser: Browser, installed: Sandbox, empty_app: Server) -> None:
    context = new_context(browser, timezone_id="Asia/Tokyo")
    board = BoardPage.open(context.new_page(), installed, "owner")
    rename(board, "Other")
    go(board, "/journal")
    shown = board.frame.locator(".entry time").first.get_attribute("datetime") or ""
    context.close()
    assert shown.endswith("+09:00")


def test_a_search_for_projects_asks_once_and_keeps_the_focus(board: BoardPage, installed: Sandbox) -> None:
    go(board, "/home")
    field = board.frame.locator("#projects-q")
    with installed.recording() as seen:
        field.press_sequentially("main", delay=30)
        expect(board.frame.locator(".project")).to_have_count(1)
    assert seen.http == 1
    expect(field).to_be_focused()
    board.frame.locator(".project__open").click()
    expect(board.frame.locator("#board")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_are_accessible_and_fit(
    browser: Browser, installed: Sandbox, empty_app: Server, width: int
) -> None:
    context = new_context(browser, viewport={"width": width, "height": 800})
    board = BoardPage.open(context.new_page(), installed, "owner")
    rename(board, "A title that is as long as titles of stages can get " * 4)
    found = {}
    for address in ("/home", "/journal"):
        go(board, address)
        found[address] = wrong(board.frame)
    board.frame.locator(".entry__board").first.click()
    board.frame.wait_for_selector("#board")
    board.frame.locator(".card__open").first.click()
    board.frame.locator("summary#task-responsible_id").click()
    found["drawer"] = wrong(board.frame, "#task-dialog")
    assert board.frame.evaluate(
        "[...document.querySelectorAll('#task-dialog *')]"
        ".every(one => one.getBoundingClientRect().right <= innerWidth + 1)"
    )
    context.close()
    assert found == {"/home": [], "/journal": [], "drawer": []}
