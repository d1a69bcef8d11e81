"""Every page in every state, light and dark, wide and narrow: axe finds nothing, nothing is too wide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.functional.helpers import eventually
from tests.support.accessibility import wrong
from tests.support.browser import new_context
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server, free_port, start_app, start_sandbox
from tests.support.stores import Store

MORE_THAN_A_STEP = 51
"""Tasks that are moved away in two requests, with a progress bar between them."""


@dataclass
class Findings:
    """What is wrong, by the state of the page in which it was seen."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def look(self, state: str, where: Frame | Page) -> None:
        if found := wrong(where):
            self.found[state] = found


@pytest.fixture(params=[1280, 360])
def width(request: Any) -> int:
    return int(request.param)


@pytest.fixture
def context(browser: Browser, width: int) -> Iterator[BrowserContext]:
    opened = new_context(browser, viewport={"width": width, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def findings() -> Iterator[Findings]:
    kept = Findings()
    yield kept
    assert not kept.found, "\n".join(f"{state}: {one}" for state, all_ in kept.found.items() for one in all_)


def open_drawer(board: BoardPage, task_id: int) -> None:
    board.frame.locator(f"#t{task_id}").focus()
    board.press("Enter")
    expect(board.frame.locator("#task-dialog")).to_be_visible()


def test_looking_at_a_board(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings, width: int
) -> None:
    board = BoardPage.open(context.new_page(), installed, "owner")
    frame = board.frame
    findings.look("board", frame)
    if width > 700:
        frame.click("[data-do=keys]")
        findings.look("keys", frame)
        board.press("Escape")
    board.card(0).locator(".card__more").click()
    findings.look("card menu", frame)
    board.press("Escape")
    board.focus(0)
    board.press("x")
    findings.look("selection", frame)
    frame.select_option("#bulk-action", "deadline")
    findings.look("selection, deadline", frame)
    board.press("Escape")
    board.focus(0)
    board.press("Alt+ArrowDown")
    board.toast("Moved the task")
    findings.look("toast with undo", frame)
    installed.fault("task.stages.movetask", "command_error", code="ACCESS_DENIED_MOVE", description="no")
    board.press("Alt+ArrowDown")
    board.toast("You may not do this")
    board.settled()
    findings.look("toast with an error", frame)
    frame.locator("#filter-text").fill("there is no such task at all")
    expect(frame.locator("#board .card")).to_have_count(0)
    findings.look("board without cards", frame)


def test_shaping_a_board(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    board = BoardPage.open(context.new_page(), installed, "admin")
    frame = board.frame
    findings.look("as an administrator", frame)
    board.shape()
    findings.look("edit mode", frame)
    board.column(1).locator("[hx-get$='/color']").click()
    frame.locator("[data-pop]").wait_for()
    findings.look("color", frame)
    frame.fill("[data-pop] [name=color]", "#12")
    expect(frame.locator(".colors__sample--none")).to_be_visible()
    findings.look("no color", frame)
    board.press("Escape")
    board.column(0).locator(".stage__add").click()
    frame.locator("#new-stage-title").wait_for()
    findings.look("new stage", frame)
    board.press("Escape")
    board.column(0).locator("[data-why]").click(force=True)
    board.toast("The first stage of a board cannot be deleted")
    findings.look("a reason", frame)


def test_deleting_a_stage(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    stage = installed.act("owner", "task.stages.get", entityId=installed.main_group_id, numeric=1)[1]["ID"]
    for number in range(MORE_THAN_A_STEP):
        fields = {"TITLE": f"One of many {number}", "GROUP_ID": installed.main_group_id, "STAGE_ID": stage}
        installed.act("owner", "tasks.task.add", fields=fields | {"RESPONSIBLE_ID": installed.user("owner")})
    board = BoardPage.open(context.new_page(), installed, "owner")
    frame = board.frame
    board.shape()
    board.column(1).locator("[hx-get*='/delete']").click()
    frame.locator("#dialog select").wait_for()
    findings.look("delete dialog", frame)
    installed.fault("task.stages.movetask", "delay", seconds=8, after=1)
    installed.fault("task.stages.movetask", "command_error", code="ACCESS_DENIED_MOVE", times=1)
    frame.click("#dialog .button--danger")
    frame.locator("#dialog [data-job]").wait_for()
    findings.look("progress", frame)
    installed.delete("faults")
    frame.locator("#dialog .results li").wait_for()
    findings.look("account", frame)


def test_the_drawer(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    board = BoardPage.open(context.new_page(), installed, "owner")
    frame = board.frame
    open_drawer(board, board.cards(0)[0])
    findings.look("drawer", frame)
    frame.locator("summary#task-responsible_id").click()
    frame.locator("summary#task-group_id").click()
    findings.look("pickers", frame)
    frame.fill("#task-title", "  ")
    frame.locator("#task-tags").fill("one,two")
    frame.click("#task-save")
    expect(frame.locator("#task-title-error")).not_to_be_empty()
    findings.look("refused value", frame)
    installed.fault("batch", "html", times=None)
    frame.fill("#task-title", "Something")
    frame.click("#task-save")
    frame.locator("#task-dialog [data-toast]").wait_for()
    findings.look("error over the drawer", frame)
    frame.click("#task-dialog [data-do=dismiss]")
    board.press("Escape")
    frame.locator("[data-keep]").wait_for()
    findings.look("unsaved changes", frame)


def test_a_task_to_read_only(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    me = installed.user("member")
    tasks = installed.act(
        "member",
        "tasks.task.list",
        filter={
            "GROUP_ID": installed.main_group_id,
            "!RESPONSIBLE_ID": me,
            "!CREATED_BY": me,
            "<REAL_STATUS": 5,
        },
        select=["ID"],
    )["tasks"]
    board = BoardPage.open(context.new_page(), installed, "member")
    shown = {number for place in range(len(board.titles())) for number in board.cards(place)}
    open_drawer(board, next(int(one["id"]) for one in tasks if int(one["id"]) in shown))
    expect(board.frame.locator("#task-save")).to_have_count(0)
    findings.look("drawer to read", board.frame)


def test_home_and_journal(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    board = BoardPage.open(context.new_page(), installed, "admin")
    frame = board.frame
    board.shape()
    board.column(1).locator("[data-rename]").fill("A longer name, to be seen in the journal " * 3)
    board.press("Enter")
    board.toast("Renamed the stage").locator("[data-undo]").click()
    expect(frame.locator("[data-undo]")).to_have_count(1)
    board.settled()
    board.column(1).locator(".column__head").hover()  # the tools come back from under the name
    board.column(1).locator("[hx-get$='/color']").click()
    frame.fill("[data-pop] [name=color]", "#FFEE00")
    frame.click("[data-pop] .button--primary")
    board.toast("Changed the color")
    frame.click("nav.top [hx-get='/journal']")
    frame.locator(".entry").nth(2).wait_for()
    findings.look("journal", frame)
    frame.select_option("#journal-kind", "stage_delete")
    frame.locator(".journal__none").wait_for()
    findings.look("journal, nothing fits", frame)
    frame.click("nav.top [hx-get='/home']")
    frame.locator(".project").first.wait_for()
    findings.look("home", frame)
    frame.fill("#projects-q", "no such project")
    expect(frame.locator(".project")).to_have_count(0)
    findings.look("home, nothing found", frame)
    frame.click("text=Open My Planner")
    frame.wait_for_selector("#board[data-board=me]")
    findings.look("planner", frame)


def test_a_board_one_may_not_see(
    context: BrowserContext, installed: Sandbox, empty_app: Server, findings: Findings
) -> None:
    board = BoardPage.open(context.new_page(), installed, "outsider")
    expect(board.frame.locator(".banner, .board__fact").first).to_be_visible()
    findings.look("outsider", board.frame)


# --- sheets without a session ---
def post_launch(page: Page, sandbox: Sandbox, who: str, *, install: bool, **changes: str) -> None:
    """Open the app's address as the portal's page would, but in a tab of its own: there it stays."""
    launch = sandbox.post("launch", user=sandbox.user(who), placement="DEFAULT", options={}, install=install)
    page.goto(sandbox.url)
    page.evaluate(
        """([url, fields]) => {
            const form = document.createElement('form');
            Object.assign(form, {method: 'post', action: url});
            for (const [name, value] of Object.entries(fields)) {
                form.append(Object.assign(document.createElement('input'), {name, value}));
            }
            document.body.append(form);
            form.submit();
        }""",
        [launch["url"], launch["form"] | changes],
    )
    page.wait_for_url("http://127.0.0.1:*/**")
    page.wait_for_load_state()


def test_sheets(context: BrowserContext, sandbox: Sandbox, empty_app: Server, findings: Findings) -> None:
    page = context.new_page()
    page.clock.install()
    post_launch(page, sandbox, "admin", install=True)
    expect(page.locator(".step--done")).to_have_count(4)
    findings.look("install", page)
    page.clock.fast_forward(20_000)
    expect(page.locator("#manual")).to_be_visible()
    findings.look("install, no reaction", page)
    post_launch(page, sandbox, "member", install=True)
    expect(page.locator("h1")).to_contain_text("Only an administrator")
    findings.look("not an administrator", page)
    post_launch(page, sandbox, "admin", install=False, AUTH_ID="forged" * 12)
    expect(page.locator("h1")).not_to_contain_text("Boards")
    findings.look("forged", page)
    for path in ("/", "/install", "/privacy", "/license", "/nothing-here"):
        page.goto(empty_app.url + path)
        expect(page.locator("h1")).to_be_visible()
        findings.look(path, page)


@pytest.fixture(scope="module")
def poor_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A portal that does not give the app what it needs, with an app of its own."""
    folder: Path = tmp_path_factory.mktemp("poor")
    port, app_port = free_port(), free_port()
    portal = start_sandbox(port, app_port, folder, APP_SCOPES="crm,task")
    app = start_app(app_port, portal.url, folder)
    control = Sandbox(portal.url)
    control.reset()
    yield control
    app.stop()
    portal.stop()


def test_a_missing_scope(context: BrowserContext, poor_portal: Sandbox, findings: Findings) -> None:
    page = context.new_page()
    post_launch(page, poor_portal, "admin", install=True)
    expect(page.locator(".advice code").first).to_be_visible()
    findings.look("missing scope", page)


def test_the_call_log_and_the_end(
    context: BrowserContext, installed: Sandbox, store: Store, findings: Findings
) -> None:
    board = BoardPage.open(context.new_page(), installed, "admin")
    frame = board.frame
    frame.click("nav >> text=Journal")
    assert eventually(lambda: store.count("logged_call") > 0), "it is written behind the answers"
    frame.click("text=Requests to the portal")
    frame.wait_for_selector("#app[data-page=calls]")
    expect(frame.locator(".entry").first).to_be_visible()
    findings.look("call log", frame)
    frame.locator(".entry summary").first.click()
    findings.look("call log, parameters", frame)
    frame.fill("#calls-q", "nothing is called so")
    expect(frame.locator(".journal__none")).to_be_visible()
    assert frame.evaluate("document.activeElement.id") == "calls-q"
    findings.look("call log, nothing found", frame)
    frame.click("nav >> text=Boards")
    frame.click("text=Sign out everywhere")
    expect(frame.locator("h1")).to_have_text("You are signed out.")
    findings.look("signed out", frame)
