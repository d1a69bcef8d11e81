"""The board in Chromium, in a frame from another site, against the stand-in portal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage, stage_of, stages_of
from tests.support.servers import Sandbox, Server


@pytest.fixture
def board(page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints) -> BoardPage:
    return BoardPage.open(page, installed, "owner")


# --- cards ---
def test_a_card_moves_by_keys_with_one_request_and_comes_back_by_undo(
    board: BoardPage, installed: Sandbox
) -> None:
    moved, before, counts = board.cards(0)[1], board.cards(0), board.counts()
    with installed.recording() as seen:
        board.focus(0, 1)
        board.press("Alt+ArrowRight")
        toast = board.toast("Moved the task")
    assert seen.http == 1
    assert board.cards(1)[0] == moved
    assert board.counts()[:2] == [counts[0] - 1, counts[1] + 1]
    assert stage_of(installed, moved) == board.stage_id(1)
    expect(board.frame.locator("#announcer")).to_contain_text("position 1 of")
    toast.locator("[data-undo]").click()
    expect(board.column(0).locator(".card")).to_have_count(len(before))
    assert board.cards(0) == before
    assert board.counts() == counts


def test_the_focus_stays_on_a_card_that_moves(board: BoardPage) -> None:
    moved = board.cards(0)[0]
    board.focus(0)
    board.press("Alt+ArrowDown", "Alt+ArrowDown")
    board.settled()
    assert board.cards(0)[2] == moved
    assert board.frame.evaluate("document.activeElement.closest('.card').dataset.taskId") == str(moved)


def test_moves_in_quick_succession_all_arrive(board: BoardPage, installed: Sandbox) -> None:
    """The first one is slow; what is pressed meanwhile is sent after it, as one move."""
    installed.fault("task.stages.movetask", "delay", seconds=1, times=1)
    moved = board.cards(0)[0]
    board.focus(0)
    board.press("Alt+ArrowRight", "Alt+ArrowRight", "Alt+ArrowRight")
    board.frame.wait_for_selector("[aria-busy=true]")
    board.settled()
    assert moved in board.cards(3)
    assert stage_of(installed, moved) == board.stage_id(3)


def test_a_card_is_dragged_to_another_column(board: BoardPage, installed: Sandbox) -> None:
    moved = board.cards(0)[0]
    with installed.recording() as seen:
        board.card(0).drag_to(board.column(2).locator(".cards"), target_position={"x": 80, "y": 30})
        board.toast("Moved the task")
    assert seen.http == 1
    assert moved in board.cards(2)
    assert stage_of(installed, moved) == board.stage_id(2)


def test_the_drag_shows_before_the_portal_answers(board: BoardPage, installed: Sandbox) -> None:
    installed.fault("task.stages.movetask", "delay", seconds=2, times=1)
    moved = board.cards(0)[0]
    board.card(0).drag_to(board.column(1).locator(".cards"), target_position={"x": 80, "y": 30})
    expect(board.frame.locator(f"#task-{moved}[aria-busy=true]")).to_be_visible()
    assert moved in board.cards(1)
    board.toast("Moved the task")
    expect(board.frame.locator(f"#task-{moved}[aria-busy=true]")).to_have_count(0)


def test_a_card_moves_by_the_menu(board: BoardPage, installed: Sandbox) -> None:
    moved = board.cards(0)[0]
    board.card(0).locator(".card__more").click()
    board.frame.click("#card-menu [data-do=card-bottom]")
    board.toast("Moved the task")
    assert board.cards(0)[-1] == moved
    board.card(0, board.counts()[0] - 1).locator(".card__more").click()
    board.frame.select_option("#card-menu select", label=board.titles()[2])
    board.settled()
    assert stage_of(installed, moved) == board.stage_id(2)


def test_a_refused_move_goes_back_with_the_reason(board: BoardPage, installed: Sandbox) -> None:
    before, counts = board.cards(0), board.counts()
    installed.fault("task.stages.movetask", "command_error", code="ACCESS_DENIED_MOVE", description="no")
    board.focus(0)
    board.press("Alt+ArrowRight")
    board.toast("You may not do this")
    board.settled()
    assert board.cards(0) == before
    assert board.counts() == counts


def test_several_cards_are_moved_at_once(board: BoardPage, installed: Sandbox) -> None:
    moved = board.cards(0)[:3]
    for place in range(3):
        board.focus(0, place)
        board.press("x")
    expect(board.frame.locator(".bulk__count")).to_have_text("3 selected")
    with installed.recording() as seen:
        board.frame.select_option("#bulk [name=stage_id]", label=board.titles()[2])
        board.frame.click("#bulk [type=submit]")
        board.toast("Moved 3 tasks")
    assert seen.http == 1
    assert set(moved) <= set(board.cards(2))
    assert {stage_of(installed, one) for one in moved} == {board.stage_id(2)}
    expect(board.frame.locator(".pick:checked")).to_have_count(0)


def test_selected_cards_follow_the_one_that_is_dragged(board: BoardPage, installed: Sandbox) -> None:
    """They keep their order, whichever of them was taken, and the portal has them as the page shows them."""
    columns = [board.cards(place) for place in range(3)]
    first, second, other = columns[0][0], columns[0][2], columns[1][1]
    for column, place in ((0, 0), (0, 2), (1, 1)):
        board.focus(column, place)
        board.press("x")
    with installed.recording() as seen:
        board.card(0, 2).drag_to(board.card(2, 1), target_position={"x": 80, "y": 4})
        board.toast("Moved 3 tasks")
        board.settled()
    assert seen.http == 1
    shown = board.cards(2)
    at = shown.index(first)
    assert shown[at : at + 3] == [first, second, other]
    assert [one for one in shown if one not in (first, second, other)] == columns[2]
    expect(board.frame.locator(".pick:checked")).to_have_count(0)
    counts = board.counts()
    again = BoardPage.open(board.page, installed, "owner")
    assert (again.counts(), again.cards(2)) == (counts, shown)
    again.frame.click("nav >> text=Journal")
    again.frame.locator("[data-undo], .entry__undo button").first.click()
    again.toast("Moved 3 tasks")
    back = BoardPage.open(board.page, installed, "owner")
    assert [back.cards(place) for place in range(3)] == columns


def test_selected_cards_that_may_not_move_go_back(board: BoardPage, installed: Sandbox) -> None:
    columns = [board.cards(place) for place in range(3)]
    for column, place in ((0, 0), (0, 1), (1, 0)):
        board.focus(column, place)
        board.press("x")
    counts = board.counts()
    installed.fault(
        "task.stages.movetask", "command_error", code="ACCESS_DENIED_MOVE", description="no", times=2, after=1
    )
    board.card(0, 0).drag_to(board.card(2, 0), target_position={"x": 80, "y": 4})
    expect(board.frame.locator("#dialog .results li")).to_have_count(2)
    board.frame.click("#dialog [data-do=close]")
    board.settled()
    assert board.cards(0) == columns[0][1:]
    assert board.cards(1) == columns[1]
    assert columns[0][0] in board.cards(2)
    assert board.counts()[:3] == [counts[0] - 1, counts[1], counts[2] + 1]


def test_several_cards_are_tagged_with_one_request_and_show_it(board: BoardPage, installed: Sandbox) -> None:
    chosen = board.cards(0)[:2]
    tags = [board.card(0, place).locator(".tag").all_text_contents() for place in range(2)]
    for place in range(2):
        board.focus(0, place)
        board.press("x")
    board.frame.select_option("#bulk-action", "tag")
    board.frame.fill("#bulk [name=tag]", "by many")
    with installed.recording() as seen:
        board.frame.click("#bulk [type=submit]")
        board.toast("Changed")
        board.settled()
    assert seen.http == 1
    assert board.cards(0)[:2] == chosen
    expect(board.frame.locator(".pick:checked")).to_have_count(0)
    for place, had in enumerate(tags):
        assert set(board.card(0, place).locator(".tag").all_text_contents()) == {*had, "by many"}
    board.focus(0, 1)
    board.press("Alt+ArrowUp")
    board.toast("Moved the task")


def test_a_result_for_each_card_when_some_cannot_be_changed(board: BoardPage, installed: Sandbox) -> None:
    gone, other = board.cards(0)[:2]
    installed.act("admin", "tasks.task.delete", taskId=gone)
    for place in range(2):
        board.focus(0, place)
        board.press("x")
    board.frame.select_option("#bulk-action", "priority")
    board.frame.click("#bulk [type=submit]")
    expect(board.frame.locator("#dialog dialog .results li")).to_have_count(1)
    assert installed.act("admin", "tasks.task.get", taskId=other)["task"]["priority"] == "2"
    board.frame.click("#dialog [data-do=close]")
    expect(board.frame.locator(f"#task-{gone}")).to_have_count(0)


# --- stages ---
def test_a_stage_is_renamed_in_place(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    title = 'Later <b>&</b> "better"'
    with installed.recording() as seen:
        board.column(1).locator("[data-rename]").fill(title)
        board.press("Enter")
        board.toast("Renamed the stage")
    assert seen.http == 1
    assert board.titles()[1] == title
    assert stages_of(installed)[1]["TITLE"] == title


def test_escape_takes_a_name_back_and_sends_nothing(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    field, before = board.column(1).locator("[data-rename]"), board.titles()
    with installed.recording() as seen:
        field.fill("never")
        board.press("Escape", "Tab")
        board.settled()
    assert seen.http == 0
    assert field.input_value() == before[1]


def test_a_blank_name_is_refused_before_the_portal_hears_of_it(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    with installed.recording() as seen:
        board.column(1).locator("[data-rename]").fill("   ")
        board.press("Enter")
        board.toast("Enter a title")
    assert seen.http == 0


def test_a_stage_is_recolored_and_its_text_stays_readable(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    board.column(1).locator("[aria-label^='Color of']").click()
    board.frame.fill("[data-pop] [name=color]", "#102030")
    expect(board.frame.locator("[data-pop] .colors__sample.stage--light")).to_have_text("Contrast 16.5 : 1")
    with installed.recording() as seen:
        board.frame.click("[data-pop] .button--primary")
        board.toast("Changed the color")
    assert seen.http == 1
    assert stages_of(installed)[1]["COLOR"] == "102030"
    expect(board.column(1).locator(".stage--light")).to_be_visible()
    expect(board.frame.locator("[data-pop]")).to_have_count(0)


def test_stages_are_moved_by_keys_on_the_handle(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    before = board.titles()
    with installed.recording() as seen:
        board.column(1).locator(".stage__grip").focus()
        board.press("ArrowRight")
        board.toast("Moved the stage")
    assert seen.http == 1
    assert board.titles() == [before[0], before[2], before[1], *before[3:]]
    assert [stage["TITLE"] for stage in stages_of(installed)] == board.titles()


def test_a_change_brings_what_others_did_and_nothing_else(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    moved, named = board.stage_id(1), board.stage_id(3)
    installed.act("owner", "task.stages.update", id=named, fields={"TITLE": "Named elsewhere"})
    with board.page.expect_response("**/move") as answered:
        board.column(1).locator(".stage__grip").focus()
        board.press("ArrowRight")
    board.toast("Moved the stage")
    assert board.titles()[3] == "Named elsewhere"
    bands = re.findall(r'hx-target="#stage-(\d+)-bar"', answered.value.text())
    assert {int(one) for one in bands} == {moved, named}


def test_a_stage_is_dragged_by_its_handle_in_edit_mode_only(board: BoardPage, installed: Sandbox) -> None:
    before = board.titles()
    board.shape()
    grip, target = board.column(1).locator(".stage__grip"), board.column(2).locator(".column__head")
    grip.drag_to(target, target_position={"x": 200, "y": 10})
    board.toast("Moved the stage")
    assert board.titles()[2] == before[1]
    assert [stage["TITLE"] for stage in stages_of(installed)] == board.titles()


def test_a_stage_is_added_after_another_and_once_only(board: BoardPage, installed: Sandbox) -> None:
    """The answer gets lost after the portal acted; the stage is there, and there once."""
    board.shape()
    before = board.titles()
    installed.fault("task.stages.add", "drop_after", times=1)
    board.column(1).locator(".stage__add").click()
    board.frame.fill("#new-stage-title", "Between")
    board.press("Enter")
    board.toast("Added the stage")
    assert board.titles() == [*before[:2], "Between", *before[2:]]
    assert [stage["TITLE"] for stage in stages_of(installed)] == board.titles()


def test_a_double_click_adds_one_stage(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    count = len(board.titles())
    board.column(0).locator(".stage__add").click()
    board.frame.fill("#new-stage-title", "Only one")
    board.frame.locator(".column--new .button--primary").dblclick()
    board.toast("Added the stage")
    board.settled()
    assert len(stages_of(installed)) == count + 1


def test_the_first_stage_says_why_it_cannot_go(board: BoardPage) -> None:
    board.shape()
    board.column(0).locator("[aria-label^='Delete']").click(force=True)
    board.toast("The first stage of a board cannot be deleted")


def test_a_stage_with_tasks_is_deleted_and_comes_back(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    titles, counts, cards = board.titles(), board.counts(), board.cards(1)
    board.column(1).locator("[aria-label^='Delete']").click()
    board.frame.select_option("[name=target_stage_id]", label=titles[2])
    board.frame.click("#dialog .button--danger")
    toast = board.toast("Deleted the stage")
    assert board.titles() == [titles[0], *titles[2:]]
    assert board.counts()[1] == counts[1] + counts[2]
    assert set(cards) <= set(board.cards(1))
    toast.locator("[data-undo]").click()
    board.toast("Brought back the stage")
    expect(board.frame.locator(".column[data-stage-id]")).to_have_count(len(titles))
    assert (board.titles(), board.counts(), board.cards(1)) == (titles, counts, cards)


def test_what_cannot_be_moved_is_listed_and_the_stage_stays(board: BoardPage, installed: Sandbox) -> None:
    board.shape()
    titles = board.titles()
    installed.fault(
        "task.stages.movetask", "command_error", code="ACCESS_DENIED_MOVE", description="no", times=1
    )
    board.column(1).locator("[aria-label^='Delete']").click()
    board.frame.click("#dialog .button--danger")
    expect(board.frame.locator("#dialog .results li")).to_have_count(1)
    board.frame.click("#dialog [data-do=close]")
    assert board.titles() == titles


def test_a_stage_that_somebody_else_deleted_leaves_the_board(
    page: Page, installed: Sandbox, complaints: Complaints
) -> None:
    group = installed.main_group_id
    fields = {"TITLE": "Short-lived", "COLOR": "FF0000", "ENTITY_ID": group}
    first = stages_of(installed)[0]["ID"]
    created = installed.act("admin", "task.stages.add", fields={**fields, "AFTER_ID": first}, isAdmin=True)
    board = BoardPage.open(page, installed, "owner")
    board.shape()
    installed.act("admin", "task.stages.delete", id=created, isAdmin=True)
    board.column(1).locator("[data-rename]").fill("Too late")
    board.press("Enter")
    board.toast("not there")
    expect(board.frame.locator(f"#stage-{created}")).to_have_count(0)


# --- who may what ---
def test_a_member_sees_why_they_may_not_shape(page: Page, installed: Sandbox, complaints: Complaints) -> None:
    board = BoardPage.open(page, installed, "member")
    board.frame.click("text=Shape the board", force=True)
    board.toast("Only the owner and the moderators")
    expect(board.frame.locator(".stage__tools")).to_have_count(0)


def test_an_administrator_is_told_that_they_act_as_one(
    page: Page, installed: Sandbox, complaints: Complaints
) -> None:
    board = BoardPage.open(page, installed, "admin")
    expect(board.frame.locator("#as-admin")).to_contain_text("portal administrator")
    board.shape()
    board.column(1).locator("[data-rename]").fill("By an administrator")
    board.press("Enter")
    board.toast("Renamed the stage")
    assert stages_of(installed)[1]["TITLE"] == "By an administrator"


# --- looking ---
def test_filters_cost_one_request_and_keep_the_focus(board: BoardPage, installed: Sandbox) -> None:
    title = board.card(0).locator(".card__open").inner_text()
    with installed.recording() as seen:
        board.frame.locator("#filter-text").press_sequentially(title[:12], delay=10)
        expect(board.frame.locator(".card__open", has_text=title[:12]).first).to_be_visible()
        expect(board.frame.locator("#filter-clear")).to_be_enabled()
    assert seen.http == 1
    assert board.frame.evaluate("document.activeElement.id") == "filter-text"
    assert board.frame.locator("#filter-text").input_value() == title[:12]
    board.frame.click("#filter-clear")
    expect(board.frame.locator("#filter-clear")).to_be_disabled()


def test_an_ended_session_is_renewed_and_the_move_is_made(board: BoardPage, installed: Sandbox) -> None:
    """The token is gone; the page asks its parent and repeats what was being done."""
    moved = board.cards(0)[0]
    broken = {"done": False}

    def forget(route: Any) -> None:
        headers = {**route.request.headers}
        if not broken["done"]:
            broken["done"] = True
            headers["authorization"] = "Bearer long-forgotten"
        route.continue_(headers=headers)

    board.page.route("**/cards/*/move", forget)
    board.focus(0)
    board.press("Alt+ArrowRight")
    board.toast("Moved the task")
    assert broken["done"]
    assert stage_of(installed, moved) == board.stage_id(1)


def test_the_theme_is_switched_by_keys_at_once_and_stays(board: BoardPage, installed: Sandbox) -> None:
    colors = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    light = board.frame.evaluate(colors)
    board.frame.locator("[name=theme]").focus()
    with board.page.expect_response("**/theme") as answered:
        board.press("End")
    assert answered.value.status == 204
    dark = board.frame.evaluate(colors)
    assert dark[0] != light[0] and dark[1] != light[1]
    again = BoardPage.open(board.page, installed, "owner")
    assert again.frame.evaluate(colors) == dark
    again.frame.select_option("[name=theme]", "light")
    assert again.frame.evaluate(colors) == light


HURRY = "const real = setInterval; window.setInterval = (work, pause) => real(work, Math.min(pause, 200))"


def test_changes_by_others_are_told_while_somebody_looks(
    page: Page, installed: Sandbox, empty_app: Server, complaints: Complaints
) -> None:
    page.add_init_script(HURRY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/news") else None)
    board = BoardPage.open(page, installed, "owner")
    changed, other = board.cards(0)[:2]
    for one in (changed, other):
        installed.act("admin", "tasks.task.update", taskId=one, fields={"TITLE": f"By somebody else {one}"})
    bar = board.frame.locator("#news button")
    expect(bar).to_contain_text("Changed in the portal: 2 cards")
    board.focus(1)
    with installed.recording() as seen:
        bar.click()
        expect(board.frame.locator(f"#task-{changed}")).to_contain_text("By somebody else")
        expect(bar).to_have_count(0)
    assert seen.http == 1
    board.frame.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.wait_for_timeout(300)
    del asked[:]
    page.wait_for_timeout(700)
    assert asked == []
    board.frame.evaluate("delete document.hidden")
    with page.expect_request("**/news"):
        pass
    board.frame.click("nav >> text=Journal")
    board.frame.wait_for_selector("#app[data-page=journal]")
    page.wait_for_timeout(300)
    before = len(asked)
    page.wait_for_timeout(700)
    assert len(asked) == before
