"""Planning in a browser: points typed like in a spreadsheet, items moved in every way, sprints started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from tests.support.accessibility import schemes
from tests.support.browser import Complaints, new_context
from tests.support.pages.board import BoardPage
from tests.support.pages.planning import PlanningPage
from tests.support.servers import ROOT, Sandbox

PASTE = """input => {
  const data = new DataTransfer(), options = { clipboardData: data, bubbles: true, cancelable: true };
  data.setData('text/plain', '1\\tx\\r\\n2\\r\\n3\\r\\n');
  input.dispatchEvent(new ClipboardEvent('paste', options));
}"""
"""What a spreadsheet puts on the clipboard, put down in a cell."""

AXE = Path(ROOT, "node_modules/axe-core/axe.min.js")


@pytest.fixture
def complaints(page: Page) -> Iterator[Complaints]:
    found = Complaints(page)
    yield found
    assert found.except_for("status of 4", "status of 5") == []


@pytest.fixture
def plan(page: Page, installed: Sandbox, complaints: Complaints) -> PlanningPage:
    return PlanningPage.plan(page, installed)


def item(portal: Sandbox, task_id: int) -> dict[str, object]:
    return dict(portal.act("member", "tasks.api.scrum.task.get", id=task_id))


def violations(frame: Frame) -> list[str]:
    """What axe has to say about the frame, in light and in dark."""
    frame.evaluate(AXE.read_text())
    return [
        f"{scheme} {one['id']}: {one['nodes'][0]['html'][:160]}"
        for scheme in schemes(frame)
        for one in frame.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    ]


# --- points ---
def test_points_are_typed_down_a_column(plan: PlanningPage, installed: Sandbox) -> None:
    ids = plan.cards(2)
    plan.cell(2, 0).click()
    plan.press("Control+A")
    for text in ("8", "½", "0,5"):
        plan.page.keyboard.type(text)
        plan.press("Enter")
    expect(plan.cell(2, 3)).to_be_focused()
    plan.settled()
    assert [item(installed, one)["storyPoints"] for one in ids[:3]] == ["8", "½", "0,5"]
    plan.press("ArrowUp")
    expect(plan.cell(2, 2)).to_be_focused()
    plan.press("Shift+Tab")
    expect(plan.cell(2, 1)).to_be_focused()
    plan.page.keyboard.type("99")
    plan.press("Escape")
    assert plan.points(2)[1] == "½" and item(installed, ids[1])["storyPoints"] == "½"


def test_one_cell_is_one_request_and_the_sums_follow(plan: PlanningPage, installed: Sandbox) -> None:
    for place in range(3):
        plan.cell(1, place).fill("13")
        plan.press("Enter")
    plan.settled()
    expect(plan.total(1)).to_have_text("39 points")
    with installed.recording() as seen:
        plan.cell(1, 0).fill("21")
        plan.press("Enter")
        expect(plan.total(1)).to_have_text("47 points")
    assert seen.http == 1


def test_a_column_is_pasted_and_undone(plan: PlanningPage, installed: Sandbox) -> None:
    ids, before = plan.cards(2), plan.points(2)
    plan.cell(2, 1).focus()
    with installed.recording() as seen:
        plan.cell(2, 1).evaluate(PASTE)
        toast = plan.toast("Estimated 3 items")
    assert seen.http == 1
    assert [item(installed, one)["storyPoints"] for one in ids[1:4]] == ["1", "2", "3"]
    assert plan.points(2)[1:4] == ["1", "2", "3"]
    toast.locator("[data-undo]").click()
    plan.ready()
    expect(plan.cell(2, 1)).to_have_value(before[1])
    assert plan.points(2) == before


def test_number_keys_fill_down_clear_and_many(plan: PlanningPage, installed: Sandbox) -> None:
    ids = plan.cards(2)
    plan.focus(2, 0)
    plan.press("8")
    expect(plan.cell(2, 0)).to_have_value("8")
    plan.cell(2, 1).focus()
    plan.press("Control+d")
    expect(plan.cell(2, 1)).to_have_value("8")
    plan.focus(2, 0)
    plan.press("Delete")
    expect(plan.cell(2, 0)).to_have_value("")
    plan.settled()
    assert [item(installed, one)["storyPoints"] for one in ids[:2]] == ["", "8"]
    for place in range(3):
        plan.card(2, place).locator(".pick").check()
    plan.frame.fill("#bulk [name=value]", "3")
    plan.frame.click("#bulk [type=submit]")
    plan.toast("Estimated 3 items")
    expect(plan.frame.locator(".pick:checked")).to_have_count(0)
    assert plan.points(2)[:3] == ["3", "3", "3"]


def test_points_are_typed_and_filled_down_on_a_russian_keyboard(plan: PlanningPage) -> None:
    plan.focus(2, 0)
    plan.press("8")
    expect(plan.cell(2, 0)).to_have_value("8")
    plan.card(2, 1).locator(".card__open").dispatch_event("keydown", {"key": "з", "code": "KeyP"})
    expect(plan.cell(2, 1)).to_be_focused()
    plan.cell(2, 1).dispatch_event("keydown", {"key": "в", "code": "KeyD", "ctrlKey": True})
    expect(plan.cell(2, 1)).to_have_value("8")


def test_what_is_off_the_scale_is_marked(plan: PlanningPage) -> None:
    plan.cell(1, 0).fill("7")
    plan.press("Enter")
    expect(plan.cell(1, 0)).to_have_attribute("data-fit", "off")
    expect(plan.column(1).locator(".sum__off").last).to_contain_text("off the scale")
    assert plan.points(1)[0] == "7"


def test_what_was_typed_stays_when_the_portal_fails(plan: PlanningPage, installed: Sandbox) -> None:
    installed.fault("batch", "error", status=503, code="QUERY_LIMIT_EXCEEDED", description="x", times=None)
    plan.cell(1, 0).fill("34")
    plan.press("Enter")
    expect(plan.cell(1, 0)).to_have_attribute("data-failed", "1", timeout=20000)
    assert plan.points(1)[0] == "34"
    installed.delete("faults")
    plan.cell(1, 0).focus()
    plan.press("Enter")
    plan.toast("Estimated")
    assert item(installed, plan.cards(1)[0])["storyPoints"] == "34"


# --- epics ---
def drag_onto_epic(plan: PlanningPage, item: Locator, epic: str) -> None:
    """Epics to drop on show as soon as something is dragged."""
    item.evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = item.bounding_box()
    assert box
    mouse = plan.page.mouse
    mouse.move(box["x"] + 200, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + 200, box["y"] + 30, steps=3)
    chip = (
        plan.frame.locator("#epics .epic", has_text=epic)
        if epic
        else plan.frame.locator("#epics .epic--none")
    )
    expect(chip).to_be_visible()
    end = chip.bounding_box()
    assert end
    x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] / 2
    mouse.move(x, y, steps=8)
    for turn in range(40):  # no hand is ever still
        if chip.locator(".card").count():
            break
        mouse.move(x + turn % 3, y + turn % 2)
        plan.page.wait_for_timeout(50)
    expect(chip.locator(".card")).to_have_count(1)
    mouse.up()


def test_an_item_is_dragged_onto_an_epic_and_off_it(plan: PlanningPage, installed: Sandbox) -> None:
    before = plan.cards(1)
    moved = before[0]
    with installed.recording() as seen:
        drag_onto_epic(plan, plan.card(1, 0), "Second epic")
        expect(plan.frame.locator(f"#task-{moved} .epic")).to_have_text("Second epic")
    assert [name for name in seen.methods if name.endswith("movetask")] == []
    assert plan.cards(1) == before, "it stays in its place"
    chosen = item(installed, moved)["epicId"]
    assert chosen
    plan.ready()
    for place in (0, 1):
        plan.card(1, place).locator(".pick").check()
    drag_onto_epic(plan, plan.card(1, 1), "Second epic")
    expect(plan.frame.locator(f"#task-{before[1]} .epic")).to_have_text("Second epic")
    assert {item(installed, one)["epicId"] for one in before[:2]} == {chosen}
    plan.ready()
    drag_onto_epic(plan, plan.card(1, 0), "")
    expect(plan.frame.locator(f"#task-{moved} .epic--none")).to_have_count(1)
    assert not item(installed, moved)["epicId"]
    assert plan.cards(1) == before


def test_sums_are_made_while_an_item_is_over_an_epic(plan: PlanningPage) -> None:
    """It is in no list then; the sums of what another request has just changed are made all the same."""
    with plan.page.expect_response("**/totals") as answered:
        plan.frame.evaluate("""() => {
            document.querySelector('#epics .epic').append(document.querySelector('.planning .card'));
            document.dispatchEvent(new Event('board:idle'));
        }""")
    assert answered.value.status == 200


# --- moves ---
def test_items_are_dragged_into_a_sprint_together(plan: PlanningPage, installed: Sandbox) -> None:
    moved = plan.cards(1)[:2]
    for place in range(2):
        plan.card(1, place).locator(".pick").check()
    target = plan.cards(0)
    with installed.recording() as seen:
        plan.drag(plan.card(1, 0), plan.card(0, 3))
        plan.toast("Moved 2 items")
    assert seen.http <= 2
    assert {item(installed, one)["entityId"] for one in moved} == {plan.stage_id(0)}
    plan.settled()
    assert set(plan.cards(0)) == {*moved, *target}


def test_selected_items_move_together_inside_a_list(plan: PlanningPage, installed: Sandbox) -> None:
    before = plan.cards(2)
    for place in (0, 2):
        plan.card(2, place).locator(".pick").check()
    plan.card(2, 0).scroll_into_view_if_needed()
    with installed.recording() as seen:
        plan.drag(plan.card(2, 0), plan.card(2, 4), scroll=350)
        plan.toast("Moved 2 items")
    assert seen.http <= 2
    plan.settled()
    after = plan.cards(2)
    at = after.index(before[0])
    assert at > 0 and after[at + 1] == before[2] and sorted(after) == sorted(before)
    plan.frame.click(".pages >> text=Planning")
    plan.ready()
    assert plan.cards(2) == after, "the portal has them in this order"


def test_keys_and_menu_move_an_item(plan: PlanningPage, installed: Sandbox) -> None:
    moved = plan.cards(1)[1]
    plan.focus(1, 1)
    plan.press("Alt+ArrowUp")
    plan.toast("Moved")
    plan.settled()
    assert plan.cards(1)[0] == moved
    plan.focus(1, 0)
    plan.press("Alt+ArrowLeft")
    plan.settled()
    assert item(installed, moved)["entityId"] == plan.stage_id(0)
    plan.frame.locator(f"#task-{moved} .card__more").click()
    plan.frame.select_option("#card-menu [data-stages]", label="Sprint 3")
    plan.settled()
    assert item(installed, moved)["entityId"] == plan.stage_id(1)
    plan.frame.locator(f"#task-{moved} .card__more").click()
    plan.frame.select_option("#card-menu [data-scrum-change]", label="Second epic")
    expect(plan.frame.locator(f"#task-{moved} .epic")).to_have_text("Second epic")


# --- sprints ---
def test_a_sprint_is_completed_and_the_next_started_with_previews(
    plan: PlanningPage, installed: Sandbox
) -> None:
    plan.column(0).locator("text=Complete").click()
    expect(plan.frame.locator("#dialog dialog")).to_contain_text("cannot be undone")
    facts = [one.bounding_box() or {} for one in plan.frame.locator("#dialog .facts li").all()]
    assert len(facts) > 2 and len({box["x"] for box in facts}) == 1  # one below the other
    plan.frame.click("#dialog .button--primary")
    plan.toast("Completed the sprint")
    expect(plan.frame.locator(".planning .column[data-stage-id]")).to_have_count(2)
    plan.column(0).locator("text=Start").click()
    expect(plan.frame.locator("#dialog dialog")).to_contain_text("columns are copied")
    plan.frame.click("#dialog .button--primary")
    plan.toast("Started the sprint")
    expect(plan.column(0).locator("text=Sprint board")).to_be_visible()


def test_without_an_active_sprint_its_page_says_so_and_works(plan: PlanningPage) -> None:
    """The fixture of the page sees to it that nothing went wrong in it."""
    plan.column(0).locator("text=Complete").click()
    plan.frame.click("#dialog .button--primary")
    plan.toast("Completed the sprint")
    plan.frame.locator("nav.pages [hx-get$='/sprints/0']").click()
    expect(plan.frame.locator(".banner")).to_contain_text("No sprint of the team is active")
    expect(plan.frame.locator("#app")).to_have_attribute("data-page", "sprint")


def test_a_sprint_is_added_with_dates(plan: PlanningPage) -> None:
    plan.frame.click(".board__tools >> text=Sprint")
    plan.frame.fill("#dialog [name=end]", "2000-01-02")
    plan.frame.click("#dialog .button--primary")
    expect(plan.frame.locator("#form-error")).to_have_text("The sprint has to end after it starts.")
    plan.frame.fill("#dialog [name=end]", "2027-12-31")
    plan.frame.click("#dialog .button--primary")
    plan.toast("Added the sprint “Sprint 4”")
    expect(plan.frame.locator(".planning .column[data-stage-id]")).to_have_count(4)


def test_the_sprint_board_moves_and_completes(plan: PlanningPage, installed: Sandbox) -> None:
    plan.column(0).locator("text=Sprint board").click()
    plan.frame.wait_for_selector("[data-page=sprint] .card")
    board = BoardPage(plan.page, plan.frame)
    moved = board.cards(0)[0]
    board.card(0).drag_to(board.column(2).locator(".cards"), target_position={"x": 80, "y": 30})
    board.toast("1 task is completed now")
    expect(board.frame.locator(f"#task-{moved}.card--done")).to_be_visible()
    assert installed.act("member", "tasks.task.get", taskId=moved)["task"]["status"] == "5"
    board.shape()
    board.column(1).locator("[data-rename]").fill("Doing")
    board.press("Enter")
    board.toast("Changed the column")
    assert board.titles()[1] == "Doing"
    board.column(1).locator(".stage__grip").focus()
    board.press("ArrowLeft")
    board.toast("Moved the column")
    assert board.titles()[0] == "Doing"


# --- for everybody ---
@pytest.mark.parametrize("width", [1280, 360])
def test_the_pages_are_accessible_and_fit(browser: Browser, installed: Sandbox, width: int) -> None:
    context = new_context(browser, viewport={"width": width, "height": 800})
    page = context.new_page()
    plan = PlanningPage.plan(page, installed)
    plan.frame.click("#sums-box summary")
    assert violations(plan.frame) == []
    assert plan.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    plan.column(0).locator("text=Complete").click()
    plan.frame.wait_for_selector("#dialog dialog[open]")
    assert violations(plan.frame) == []
    plan.frame.click("#dialog [data-do=close]")
    plan.frame.click(".pages >> text=Sprint")
    plan.frame.wait_for_selector("[data-page=sprint] .card")
    assert violations(plan.frame) == []
    plan.frame.click(".pages >> text=Charts")
    plan.frame.wait_for_selector(".charts svg")
    assert violations(plan.frame) == []
    assert plan.frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
