"""The task drawer in Chromium: keys, what was typed, focus, what the board shows afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server


@pytest.fixture
def board(page: Page, installed: Sandbox, empty_app: Server) -> Iterator[BoardPage]:
    complaints = Complaints(page)
    yield BoardPage.open(page, installed, "owner")
    assert complaints.except_for("Failed to load resource") == []


def open_drawer(board: BoardPage, column: int = 0, card: int = 0) -> tuple[int, Locator]:
    """Open a card by key; its id and the dialog."""
    task_id = board.cards(column)[card]
    board.focus(column, card)
    board.press("Enter")
    dialog = board.frame.locator("#task-dialog")
    expect(dialog).to_be_visible()
    return task_id, dialog


def task(sandbox: Sandbox, task_id: int) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.act("admin", "tasks.task.get", taskId=task_id, select=["*", "TAGS"])[
        "task"
    ]
    return found


def focused(board: BoardPage) -> Any:
    return board.frame.evaluate("document.activeElement.id")


def test_a_card_opens_and_closes_by_keys_and_the_focus_returns(board: BoardPage) -> None:
    task_id, dialog = open_drawer(board)
    assert board.frame.evaluate("document.querySelector('#task-dialog').contains(document.activeElement)")
    board.press("Escape")
    expect(dialog).to_have_count(0)
    assert focused(board) == f"t{task_id}"


def test_what_is_only_read_stands_where_the_fields_do(board: BoardPage) -> None:
    board.card(0).click()
    lefts = [
        board.frame.locator(f"#drawer {what}").first.bounding_box() or {}
        for what in ("#task-title", "dl.facts", "dl.facts dt", "section a[target]")
    ]
    assert len({round(box["x"]) for box in lefts}) == 1


def test_the_focus_stays_in_the_drawer(board: BoardPage) -> None:
    open_drawer(board)
    for _ in range(60):
        board.press("Tab")
        inside = board.frame.evaluate(
            "!document.activeElement || document.activeElement === document.body"
            " || document.querySelector('#task-dialog').contains(document.activeElement)"
        )
        assert inside


def test_a_title_saved_by_enter_is_on_the_card_and_undone_from_the_toast(
    board: BoardPage, installed: Sandbox
) -> None:
    task_id, dialog = open_drawer(board)
    old = dialog.locator("#task-title").input_value()
    dialog.locator("#task-title").fill("A new title")
    with installed.recording() as seen:
        dialog.locator("#task-title").press("Enter")
        expect(dialog).to_have_count(0)
    assert seen.http == 1
    card = board.frame.locator(f"#task-{task_id}")
    expect(card).to_contain_text("A new title")
    assert focused(board) == f"t{task_id}"
    board.toast("Changed the task").locator("[data-undo]").click()
    expect(card).to_contain_text(old)
    assert task(installed, task_id)["title"] == old


def test_a_bad_value_is_said_beside_the_field_and_everything_typed_stays(board: BoardPage) -> None:
    _, dialog = open_drawer(board)
    dialog.locator("#task-description").fill("Typed with care")
    dialog.locator("#task-title").fill("   ")
    dialog.locator("#task-save").click()
    title = dialog.locator("#task-title")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("#task-title-error")).not_to_be_empty()
    assert "task-title-error" in (title.get_attribute("aria-describedby") or "")
    expect(title).to_be_focused()
    expect(dialog.locator("#task-description")).to_have_value("Typed with care")
    title.fill("Better")
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)


def test_escape_does_not_throw_away_what_was_typed(board: BoardPage) -> None:
    _, dialog = open_drawer(board)
    dialog.locator("#task-title").fill("Half a thought")
    board.press("Escape", "Escape")
    expect(dialog.locator("[data-keep]")).to_be_focused()
    dialog.locator("[data-keep]").click()
    expect(dialog.locator("#task-title")).to_have_value("Half a thought")
    board.press("Escape")
    dialog.locator("[data-discard]").click()
    expect(dialog).to_have_count(0)


def test_tags_by_keys(board: BoardPage, installed: Sandbox) -> None:
    task_id, dialog = open_drawer(board)
    field = dialog.locator("#task-tags")
    field.fill("")
    for _ in range(dialog.locator(".chip").count()):
        field.press("Backspace")
    expect(dialog.locator(".chip")).to_have_count(0)
    field.press_sequentially("one,two")
    field.press("Enter")
    field.press_sequentially("one,three")
    expect(dialog.locator(".chip > span")).to_have_text(["one", "two"])
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)
    tags = task(installed, task_id)["tags"]
    titles = [tag["title"] for tag in (tags.values() if isinstance(tags, dict) else tags)]
    assert sorted(titles) == ["one", "three", "two"]


def test_somebody_is_found_by_typing_and_stays_chosen_through_another_search(
    board: BoardPage, installed: Sandbox
) -> None:
    task_id, dialog = open_drawer(board)
    me = installed.user("member")
    name = installed.act("admin", "user.get", ID=me)[0]["LAST_NAME"]
    dialog.locator("summary#task-responsible_id").press("Enter")
    search = dialog.locator("#task-responsible_id-q")
    with installed.recording() as seen:
        search.press_sequentially(name, delay=20)
        expect(dialog.locator("#task-responsible_id-rows label")).to_have_count(1)
    assert seen.http == 1
    dialog.locator("#task-responsible_id-rows input").check()
    search.fill("nobody is called this")
    expect(dialog.locator("#task-responsible_id-rows")).to_contain_text("Nothing found")
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)
    assert task(installed, task_id)["responsibleId"] == str(me)


def test_another_project_offers_its_own_stages(board: BoardPage, installed: Sandbox) -> None:
    task_id, dialog = open_drawer(board)
    own = dialog.locator("#task-stage_id option").all_text_contents()
    dialog.locator("summary#task-group_id").press("Enter")
    others = dialog.locator(f"#task-group_id-rows input:not([value='{installed.main_group_id}'])")
    group = others.first.get_attribute("value")
    with installed.recording() as seen:
        others.first.check()
        expect(dialog.locator("#task-stage_id option").first).not_to_have_text(own[0])
    assert seen.http == 1
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)
    expect(board.frame.locator(f"#task-{task_id}")).to_have_count(0)
    assert task(installed, task_id)["groupId"] == group


def test_a_new_stage_moves_the_card_on_the_board_without_reading_it_again(
    board: BoardPage, installed: Sandbox
) -> None:
    task_id, dialog = open_drawer(board)
    counts = board.counts()
    dialog.locator("#task-stage_id").select_option(index=1)
    with installed.recording() as seen:
        dialog.locator("#task-save").click()
        expect(board.column(1).locator(f"#task-{task_id}")).to_have_count(1)
        board.settled()
    assert seen.http == 1
    assert board.counts()[:2] == [counts[0] - 1, counts[1] + 1]


def test_a_status_action_waits_for_unsaved_changes(board: BoardPage, installed: Sandbox) -> None:
    task_id, dialog = open_drawer(board)
    complete = dialog.locator(f"[hx-post='/tasks/{task_id}/complete']")
    dialog.locator("#task-title").fill("Not saved yet")
    expect(complete).to_be_disabled()
    expect(dialog.locator("[data-unsaved]")).to_be_visible()
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)
    open_drawer(board)
    complete.click()
    expect(dialog).to_have_count(0)
    expect(board.frame.locator(f"#task-{task_id}.card--done")).to_have_count(1)
    assert task(installed, task_id)["status"] == "5"


def test_a_failure_is_readable_over_the_open_drawer(board: BoardPage, installed: Sandbox) -> None:
    _, dialog = open_drawer(board)
    dialog.locator("#task-title").fill("Try")
    installed.fault("tasks.task.update", "html", times=None)
    dialog.locator("#task-save").click()
    toast = dialog.locator("[data-toast]")
    expect(toast).to_be_visible(timeout=20000)
    toast.locator("[data-do=dismiss]").click()
    expect(toast).to_have_count(0)
    installed.delete("faults")
    expect(dialog.locator("#task-title")).to_have_value("Try")
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)


def test_a_failure_is_told_once_though_the_board_cannot_be_read_either(
    board: BoardPage, installed: Sandbox
) -> None:
    _, dialog = open_drawer(board)
    dialog.locator("#task-title").fill("Try")
    installed.fault("*", "html", times=None)
    with board.frame.page.expect_response(lambda one: "/boards/" in one.url and one.status == 502):
        dialog.locator("#task-save").click()
    board.settled()
    expect(board.frame.locator("[data-toast]")).to_have_count(1)
    dialog.locator("[data-toast] [data-do=dismiss]").click()
    board.frame.evaluate("document.dispatchEvent(new CustomEvent('board:refresh'))")
    expect(board.frame.locator("[data-toast]")).to_have_count(1)
    installed.delete("faults")


def test_a_vanished_task_leaves_the_board(board: BoardPage, installed: Sandbox) -> None:
    task_id = board.cards(0)[0]
    installed.act("admin", "tasks.task.delete", taskId=task_id)
    board.focus(0)
    board.press("Enter")
    expect(board.frame.locator("#toasts")).to_contain_text("not there any more")
    expect(board.frame.locator(f"#task-{task_id}")).to_have_count(0)
