"""A board under a finger, on a phone: what a long press, a swipe and a tap do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.board_page import BoardPage
from tests.support.browser import Complaints, new_context
from tests.support.finger import Finger, middle
from tests.support.servers import Sandbox, Server

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
    " Mobile Safari/537.36"
)
"""SortableJS scrolls by itself, not by the browser's drag and drop, only where it sees a phone."""


@pytest.fixture
def board(browser: Browser, installed: Sandbox, empty_app: Server) -> Iterator[BoardPage]:
    """The main project's board on a phone."""
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = new_context(browser, **phone, user_agent=ANDROID)
    page = context.new_page()
    complaints = Complaints(page)
    opened = BoardPage.open(page, installed, "owner")
    opened.frame.locator("#columns").scroll_into_view_if_needed()
    yield opened
    context.close()
    assert complaints.except_for("Failed to load resource") == []


@pytest.fixture
def finger(board: BoardPage) -> Finger:
    return Finger(board.page)


def stage_of(sandbox: Sandbox, task_id: int) -> int:
    task = sandbox.act("admin", "tasks.task.get", taskId=task_id, select=["ID", "STAGE_ID"])["task"]
    return int(task["stageId"])


def hold(board: BoardPage, finger: Finger, card: int) -> None:
    """Press the card of that place in the first column until it lifts."""
    finger.press(board.card(0, card))
    expect(board.card(0, card)).to_have_class("card sortable-chosen")


def test_a_long_press_drags_a_card_within_its_column(
    board: BoardPage, finger: Finger, installed: Sandbox
) -> None:
    before = board.cards(0)
    hold(board, finger, 0)
    x, y = middle(board.card(0, 2))
    with installed.recording() as seen:
        finger.move(x, y + 10)
        finger.up()
        board.toast("Moved the task")
    assert seen.http == 1
    assert board.cards(0)[:3] == [before[1], before[2], before[0]]


def test_a_long_press_drags_a_card_to_another_column(
    board: BoardPage, finger: Finger, installed: Sandbox
) -> None:
    """At the edge of the screen the row of columns comes along."""
    moved = board.cards(0)[0]
    hold(board, finger, 0)
    x, y = finger.at
    finger.move(345, y)
    board.frame.wait_for_function("() => document.querySelector('#columns').scrollLeft > 100")
    finger.move(x, y + 20)
    finger.up()
    board.toast("Moved the task")
    assert moved not in board.cards(0)
    assert stage_of(installed, moved) in {board.stage_id(place) for place in range(1, len(board.titles()))}


def test_a_stage_is_dragged_by_its_handle(board: BoardPage, finger: Finger, installed: Sandbox) -> None:
    before = board.titles()
    board.frame.locator("#shape").tap()
    board.column(1).scroll_into_view_if_needed()
    finger.press(board.column(1).locator(".stage__grip"))
    finger.move(345, finger.at[1])
    board.frame.wait_for_function("() => document.querySelector('#columns').scrollLeft > 500")
    with installed.recording() as seen:
        finger.up()
        board.toast("Moved the stage")
    assert seen.http == 1
    now = board.titles()
    assert now.index(before[1]) > 1 and sorted(now) == sorted(before)
    stages = installed.act("admin", "task.stages.get", entityId=installed.main_group_id, numeric=1)
    assert [one["TITLE"] for one in stages] == now


def test_a_swipe_scrolls_the_column_and_moves_no_card(
    board: BoardPage, finger: Finger, installed: Sandbox
) -> None:
    before = board.cards(0)
    with installed.recording() as seen:
        x, y = middle(board.card(0, 2))
        finger.down(x, y)
        finger.move(x, y - 200)
        finger.up()
        board.frame.wait_for_function("() => document.querySelector('.cards').scrollTop > 100")
    assert seen.http == 0
    assert board.cards(0) == before


def test_a_swipe_to_the_side_brings_the_next_column(board: BoardPage, finger: Finger) -> None:
    target = board.stage_id(1)
    _x, y = middle(board.card(0))
    finger.down(300, y)
    finger.move(60, y)
    finger.up()
    board.frame.wait_for_function(
        "id => Math.abs(document.getElementById(`stage-${id}`).getBoundingClientRect().left) < 24",
        arg=target,
    )


def test_a_tap_opens_the_drawer(board: BoardPage) -> None:
    board.card(0).locator(".card__open").tap()
    dialog = board.frame.locator("#task-dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[data-close]").first.tap()
    expect(dialog).to_have_count(0)


def test_the_menu_moves_a_card(board: BoardPage, installed: Sandbox) -> None:
    moved = board.cards(0)[0]
    board.card(0).locator(".card__more").tap()
    board.frame.locator("#card-menu [data-do=card-down]").tap()
    board.toast("Moved the task")
    assert board.cards(0)[1] == moved
    board.card(0, 1).locator(".card__more").tap()
    board.frame.locator("#card-menu select").select_option(label=board.titles()[1])
    board.toast("Moved the task")
    board.settled()
    assert stage_of(installed, moved) == board.stage_id(1)
