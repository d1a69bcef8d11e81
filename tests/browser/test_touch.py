"""A board under a finger, on a phone: what a long press, a swipe and a tap do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Complaints, new_context
from tests.support.pages.board import BoardPage, stage_of
from tests.support.pages.crm import CrmScreen
from tests.support.pages.planning import PlanningPage
from tests.support.servers import Sandbox, Server
from tests.support.touch import Finger, middle

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
    " Mobile Safari/537.36"
)
"""SortableJS scrolls by itself, not by the browser's drag and drop, only where it sees a phone."""


@pytest.fixture
def phone(browser: Browser, installed: Sandbox, empty_app: Server) -> Iterator[Page]:
    """A page on a phone, and the app installed."""
    screen = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = new_context(browser, **screen, user_agent=ANDROID)
    page = context.new_page()
    complaints = Complaints(page)
    yield page
    context.close()
    assert complaints.except_for("Failed to load resource") == []


@pytest.fixture
def board(phone: Page, installed: Sandbox) -> BoardPage:
    """The main project's board on a phone."""
    opened = BoardPage.open(phone, installed, "owner")
    opened.frame.locator("#columns").scroll_into_view_if_needed()
    return opened


@pytest.fixture
def finger(phone: Page) -> Finger:
    return Finger(phone)


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


def test_a_stage_of_the_crm_is_dragged_by_its_handle(phone: Page, finger: Finger, installed: Sandbox) -> None:
    crm = CrmScreen.open(phone, installed, entity_id="DEAL_STAGE")
    before = crm.names()
    crm.row(0).scroll_into_view_if_needed()
    finger.press(crm.row(0).locator(".crm-row__grip"))
    x, y = middle(crm.row(1))
    with installed.recording() as seen:
        finger.move(x, y + 10)
        finger.up()
        crm.toast("Changed the order")
    assert seen.http == 1
    assert crm.names()[:2] == [before[1], before[0]] == crm.chips()[:2]


def test_a_long_press_drags_an_item_of_the_backlog(phone: Page, finger: Finger, installed: Sandbox) -> None:
    plan = PlanningPage.plan(phone, installed)
    backlog = 2
    before = plan.cards(backlog)
    plan.card(backlog, 2).scroll_into_view_if_needed()
    finger.press(plan.card(backlog, 0).locator(".card__open"))
    expect(plan.card(backlog, 0)).to_contain_class("sortable-chosen")
    x, y = middle(plan.card(backlog, 1))
    with installed.recording() as seen:
        finger.move(x, y + 15)
        finger.up()
        plan.toast("Moved")
    assert seen.http <= 2
    assert plan.cards(backlog)[:2] == [before[1], before[0]]


def test_points_are_set_by_taps(phone: Page, installed: Sandbox) -> None:
    plan = PlanningPage.plan(phone, installed)
    task_id = plan.cards(1)[0]
    plan.card(1, 0).locator(".pick").tap()
    plan.frame.locator(".scale [data-value='8']").tap()
    plan.toast("Estimated")
    found = installed.act("member", "tasks.api.scrum.task.get", id=task_id)
    assert found["storyPoints"] == "8"
