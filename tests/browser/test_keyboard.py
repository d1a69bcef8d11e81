"""The main tasks without a mouse: every key press leaves the focus on something, and it can be seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage, stages_of
from tests.support.servers import Sandbox, Server

FOCUS = """() => {
    const node = document.activeElement;
    if (!node || node === document.body) return 'nothing has the focus';
    if (node.id === 'main') return '';
    const shown = (one, pseudo) => {
        const style = getComputedStyle(one, pseudo);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    };
    const around = node.closest('.chips');
    if (shown(node) || shown(node, '::after') || (around && shown(around))) return '';
    return 'the focus cannot be seen on ' + node.outerHTML.slice(0, 160);
}"""
MOST_TABS = 60


class Keys:
    """Somebody with a keyboard only. After each step the focus is looked for."""

    def __init__(self, board: BoardPage) -> None:
        self.board = board

    def press(self, *keys: str) -> None:
        for key in keys:
            self.board.page.keyboard.press(key)
        self.look()

    def type(self, text: str) -> None:
        self.board.page.keyboard.type(text)
        self.look()

    def look(self) -> None:
        """Once nothing is on its way, something visible has the focus."""
        self.board.settled()
        problem = self.board.frame.evaluate(FOCUS)
        assert not problem, problem

    def at(self, selector: str) -> bool:
        return bool(self.board.frame.evaluate("what => document.activeElement.matches(what)", selector))

    def tab_to(self, selector: str, back: bool = False) -> None:
        """Press Tab until that is reached."""
        for _ in range(MOST_TABS):
            if self.at(selector):
                return
            self.board.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def tab_to_and_press(self, selector: str, key: str = "Enter", back: bool = False) -> None:
        self.tab_to(selector, back)
        self.look()
        self.press(key)


@pytest.fixture
def keys(page: Page, installed: Sandbox, empty_app: Server) -> Iterator[Keys]:
    """Home, with the focus at its top; the mouse is never used."""
    complaints = Complaints(page)
    page.goto(f"{installed.url}/marketplace/app/1/?as=owner&lang=en")
    handle = page.wait_for_selector("iframe.app-frame")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_selector("#app[data-page=home]")
    frame.locator("nav.top button").first.focus()
    yield Keys(BoardPage(page, frame))
    assert complaints.except_for("Failed to load resource") == []


@pytest.fixture
def board(keys: Keys) -> BoardPage:
    """The main project, opened from home by keys."""
    keys.tab_to("#projects-q")
    keys.type("Main")
    expect(keys.board.frame.locator(".project")).to_have_count(1)
    keys.tab_to_and_press(".project__open")
    keys.board.frame.wait_for_selector("#board")
    keys.look()
    return keys.board


def test_a_card_goes_to_a_place_in_another_column_and_back(
    keys: Keys, board: BoardPage, installed: Sandbox
) -> None:
    moved, before = board.cards(0)[1], board.cards(0)
    keys.tab_to(".card__open")
    keys.press("ArrowDown")
    keys.press("Alt+ArrowRight")
    keys.press("Alt+ArrowDown")
    assert board.cards(1)[1] == moved
    assert keys.at(f"#t{moved}")
    board.toast("Moved the task")
    keys.press("m")
    keys.tab_to_and_press("#card-menu [data-do=card-bottom]")
    assert board.cards(1)[-1] == moved
    keys.press("Alt+ArrowLeft")
    keys.press("Alt+ArrowDown")
    board.settled()
    assert board.cards(0) == before
    task = installed.act("admin", "tasks.task.get", taskId=moved, select=["ID", "STAGE_ID"])["task"]
    assert int(task["stageId"]) in (0, board.stage_id(0))


def test_shortcuts_are_where_they_are_on_a_russian_keyboard(board: BoardPage) -> None:
    """The key printed with an M sends another letter there; the German "ö" asks for nothing."""
    card = board.card(0).locator(".card__open")
    card.dispatch_event("keydown", {"key": "ч", "code": "KeyX"})
    expect(board.card(0).locator(".pick")).to_be_checked()
    card.dispatch_event("keydown", {"key": "ö", "code": "Semicolon"})
    card.dispatch_event("keydown", {"key": "ь", "code": "KeyM"})
    expect(board.frame.locator("#card-menu")).to_be_visible()


def test_undo_from_the_toast(keys: Keys, board: BoardPage) -> None:
    before = board.cards(0)
    keys.tab_to(".card__open")
    keys.press("Alt+ArrowRight")
    board.toast("Moved the task")
    keys.tab_to_and_press("[data-undo]")
    expect(board.column(0).locator(".card")).to_have_count(len(before))
    keys.look()
    assert board.cards(0) == before


def test_a_toast_closes_and_the_focus_returns(keys: Keys, board: BoardPage) -> None:
    keys.tab_to(".card__open")
    keys.press("Alt+ArrowDown")
    board.toast("Moved the task")
    keys.tab_to_and_press("[data-do=dismiss]")
    expect(board.frame.locator("[data-toast]")).to_have_count(0)
    assert keys.at("#board *")


def test_stages_are_shaped(keys: Keys, board: BoardPage, installed: Sandbox) -> None:
    """Rename, recolor, reorder, add and delete, one after the other, as somebody would."""
    keys.tab_to_and_press("#shape")
    second = board.stage_id(1)

    keys.tab_to(f"#stage-{second} [data-rename]")
    keys.press("Control+a")
    keys.type("By keys")
    keys.press("Enter")
    board.toast("Renamed the stage")
    keys.look()
    assert stages_of(installed)[1]["TITLE"] == "By keys"

    keys.tab_to_and_press(f"#stage-{second} [hx-get$='/color']")
    board.frame.locator("[data-pop]").wait_for()
    keys.tab_to("[data-pop] [name=color]")
    keys.press("Control+a")
    keys.type("#123456")
    keys.press("Enter")
    board.toast("Changed the color")
    expect(board.frame.locator("[data-pop]")).to_have_count(0)
    keys.look()
    assert keys.at(f"#stage-{second} *"), "the focus stays at the stage"
    assert stages_of(installed)[1]["COLOR"] == "123456"

    keys.tab_to(f"#stage-{second} .stage__grip", back=True)
    keys.press("ArrowRight")
    board.toast("Moved the stage")
    keys.look()
    assert keys.at(f"#stage-{second} .stage__grip")
    assert board.stage_id(2) == second

    keys.tab_to_and_press(f"#stage-{second} .stage__add")
    board.frame.locator("#new-stage-title").wait_for()
    assert keys.at("#new-stage-title")
    keys.type("Added by keys")
    keys.press("Enter")
    board.toast("Added the stage")
    keys.look()
    assert board.titles()[3] == "Added by keys"

    added = board.stage_id(3)
    keys.tab_to_and_press(f"#stage-{added} [hx-get*='/delete']")
    board.frame.locator("#delete-stage").wait_for()
    keys.look()
    keys.press("Enter")
    board.toast("Deleted the stage")
    keys.look()
    assert added not in [int(one["ID"]) for one in stages_of(installed)]


def test_what_opens_closes_by_escape_and_gives_the_focus_back(keys: Keys, board: BoardPage) -> None:
    keys.tab_to_and_press("[data-do=keys]")
    keys.press("Escape")
    assert keys.at("[data-do=keys]")
    keys.tab_to_and_press("#shape")
    second = board.stage_id(1)
    keys.tab_to_and_press(f"#stage-{second} [hx-get$='/color']")
    board.frame.locator("[data-pop]").wait_for()
    keys.press("Escape")
    assert keys.at(f"#stage-{second} *")
    keys.tab_to_and_press(f"#stage-{second} .stage__add")
    board.frame.locator("#new-stage-title").wait_for()
    keys.press("Escape")
    assert keys.at(f"#stage-{second} *")
    keys.tab_to_and_press(f"#stage-{second} [hx-get*='/delete']")
    board.frame.locator("#delete-stage").wait_for()
    keys.press("Escape")
    assert keys.at(f"#stage-{second} [hx-get*='/delete']")


def test_a_stage_with_tasks_is_deleted(keys: Keys, board: BoardPage, installed: Sandbox) -> None:
    keys.tab_to_and_press("#shape")
    gone = board.stage_id(1)
    keys.tab_to_and_press(f"#stage-{gone} [hx-get*='/delete']")
    board.frame.locator("#dialog select").wait_for()
    assert keys.at("[name=target_stage_id]")
    keys.press("ArrowDown")
    keys.tab_to_and_press("#dialog .button--danger")
    board.toast("Deleted the stage")
    keys.look()
    assert gone not in [int(one["ID"]) for one in stages_of(installed)]
    keys.tab_to_and_press("[data-undo]")
    board.toast("Brought back the stage")
    expect(board.frame.locator("#dialog dialog")).to_have_count(0)
    keys.look()


def test_a_task_is_edited(keys: Keys, board: BoardPage, installed: Sandbox) -> None:
    task_id = board.cards(0)[0]
    keys.tab_to(".card__open")
    keys.press("Enter")
    board.frame.locator("#task-dialog").wait_for()
    keys.look()
    keys.tab_to("#task-title")
    keys.press("Control+a")
    keys.type("Edited by keys")
    keys.tab_to("#task-priority")
    keys.press("End")
    keys.tab_to_and_press("#task-save")
    expect(board.frame.locator("#task-dialog")).to_have_count(0)
    keys.look()
    assert keys.at(f"#t{task_id}")
    task = installed.act("admin", "tasks.task.get", taskId=task_id)["task"]
    assert (task["title"], task["priority"]) == ("Edited by keys", "2")


def test_a_refused_save_keeps_the_focus_in_the_drawer(
    keys: Keys, board: BoardPage, installed: Sandbox
) -> None:
    keys.tab_to(".card__open")
    keys.press("Enter")
    dialog = board.frame.locator("#task-dialog")
    dialog.wait_for()
    keys.tab_to("#task-title")
    keys.type("!")
    installed.fault("batch", "html", times=None)
    keys.tab_to_and_press("#task-save")
    dialog.locator("[data-toast]").first.wait_for()
    keys.look()
    assert keys.at("#task-dialog *")
    keys.tab_to_and_press("#task-dialog [data-do=dismiss]")
    assert keys.at("#task-dialog *")
    installed.delete("faults")
    keys.tab_to_and_press("#task-save")
    expect(dialog).to_have_count(0)


def test_escape_leaves_the_drawer_wherever_the_focus_is(board: BoardPage) -> None:
    """A click beside the fields leaves it nowhere; what was typed is guarded all the same."""
    board.focus(0)
    board.press("Enter")
    board.frame.fill("#task-title", "Half a thought")
    board.frame.locator("#task-dialog .field__label").first.click(position={"x": 200, "y": 2}, force=True)
    board.frame.evaluate("document.activeElement.blur()")
    board.press("Escape")
    expect(board.frame.locator("[data-keep]")).to_be_focused()


def test_undo_from_the_journal(keys: Keys, board: BoardPage, installed: Sandbox) -> None:
    before = [one["TITLE"] for one in stages_of(installed)]
    keys.tab_to_and_press("#shape")
    keys.tab_to(f"#stage-{board.stage_id(1)} .stage__grip")
    keys.press("ArrowRight")
    board.toast("Moved the stage")
    keys.tab_to_and_press("nav.top [hx-get='/journal']", back=True)
    board.frame.wait_for_selector("#journal")
    keys.look()
    keys.tab_to_and_press(".entry [hx-post$='/undo']")
    expect(board.frame.locator(".entry")).to_have_count(2)
    keys.look()
    assert [one["TITLE"] for one in stages_of(installed)] == before


def test_a_new_stage_half_typed_survives_a_board_read_again(
    keys: Keys, board: BoardPage, installed: Sandbox
) -> None:
    """The undo of a move reads the board again, slowly; meanwhile somebody begins a new stage."""
    keys.tab_to_and_press("#shape")
    keys.tab_to(f"#stage-{board.stage_id(1)} .stage__grip")
    keys.press("ArrowRight")
    board.toast("Moved the stage")
    keys.tab_to("[data-undo]")
    installed.fault("batch", "delay", seconds=2, after=1, times=1)
    board.press("Enter")
    expect(board.frame.locator("[data-undo]")).to_have_count(1)
    board.frame.locator(f"#stage-{board.stage_id(0)} .stage__add").focus()
    board.press("Enter")
    board.frame.locator("#new-stage-title").wait_for()
    keys.type("Begun")
    expect(board.frame.locator("#new-stage-title")).to_have_value("Begun")
    keys.press("Enter")
    board.toast("Added the stage")
    expect(board.frame.locator(".column--new")).to_have_count(0)
    assert [one["TITLE"] for one in stages_of(installed)][1] == "Begun"
