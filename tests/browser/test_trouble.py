"""What a person sees when the app, the portal or the session is away, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage
from tests.support.servers import Sandbox, Server


@pytest.fixture
def board(page: Page, installed: Sandbox, empty_app: Server) -> Iterator[BoardPage]:
    complaints = Complaints(page)
    yield BoardPage.open(page, installed, "owner")
    assert complaints.except_for("Failed to load resource", "Failed to fetch") == []


def drawer(board: BoardPage, title: str) -> tuple[int, Locator]:
    """The first card open, with another title typed and not saved."""
    task_id = board.cards(0)[0]
    board.focus(0)
    board.press("Enter")
    dialog = board.frame.locator("#task-dialog")
    dialog.locator("#task-title").fill(title)
    return task_id, dialog


def title_of(sandbox: Sandbox, task_id: int) -> str:
    task = sandbox.act("admin", "tasks.task.get", taskId=task_id, select=["ID", "TITLE"])["task"]
    return str(task["title"])


def with_an_ended_session() -> Callable[[Route], None]:
    """The first request loses its session on the way; later ones have the one the page has then."""
    ended: list[str] = []

    def pass_on(route: Route) -> None:
        held = route.request.headers["authorization"]
        ended.append(held)
        forgotten = {"authorization": "Bearer long-forgotten"} if held == ended[0] else {}
        route.continue_(headers={**route.request.headers, **forgotten})

    return pass_on


def test_what_was_typed_is_saved_once_after_the_session_has_ended(
    board: BoardPage, installed: Sandbox
) -> None:
    task_id, dialog = drawer(board, "Typed before the session ended")
    board.page.route(f"**/tasks/{task_id}**", with_an_ended_session())
    with installed.recording() as seen:
        dialog.locator("#task-save").click()
        expect(dialog).to_have_count(0)
    assert title_of(installed, task_id) == "Typed before the session ended"
    assert seen.methods.count("tasks.task.update") == 1


def test_what_was_typed_stays_when_no_new_session_is_to_be_had(board: BoardPage, installed: Sandbox) -> None:
    task_id, dialog = drawer(board, "Typed in vain")
    before = title_of(installed, task_id)
    board.page.route("**/session/renew", lambda route: route.fulfill(status=401, body="{}"))
    board.page.route(f"**/tasks/{task_id}**", with_an_ended_session())
    dialog.locator("#task-save").click()
    expect(board.frame.locator("[data-toast]").last).to_contain_text("Your session has ended")
    expect(dialog.locator("#task-title")).to_have_value("Typed in vain")
    assert title_of(installed, task_id) == before


def test_an_app_that_does_not_answer_leaves_the_board_as_it_was(board: BoardPage, installed: Sandbox) -> None:
    before, counts = board.cards(0), board.counts()
    board.page.route("**/cards/*/move", lambda route: route.abort("connectionrefused"))
    board.focus(0)
    board.press("Alt+ArrowRight")
    board.toast("The app did not answer")
    board.settled()
    assert (board.cards(0), board.counts()) == (before, counts)
    board.page.unroute("**/cards/*/move")
    board.focus(0)
    board.press("Alt+ArrowRight")
    board.toast("Moved the task")
    assert before[0] in board.cards(1)


def test_the_same_failure_is_told_once_and_the_page_read_again_by_one_press(
    board: BoardPage, installed: Sandbox
) -> None:
    installed.fault("batch", "html", status=502, times=None)
    told = board.frame.locator("#toasts .toast--error", has_text="answer was lost")
    for _again in range(3):
        with board.page.expect_response(lambda answer: "/move" in answer.url and answer.status == 502):
            board.focus(0)
            board.press("Alt+ArrowDown")
        board.settled()
    expect(told.locator("[data-do=refresh]")).to_have_count(1)
    installed.session.delete(f"{installed.url}/_sandbox/faults", timeout=10)
    with installed.recording() as seen:
        told.locator("[data-do=refresh]").click()
        expect(told.locator("[data-do=refresh]")).to_have_count(0)
        board.settled()
    assert seen.http == 1


def test_a_refusal_goes_when_the_form_is_put_right(board: BoardPage) -> None:
    board.shape()
    board.column(0).locator(".stage__add").click()
    board.frame.click(".column--new .button--primary")
    expect(board.frame.locator(".toast--error")).to_have_count(1)
    board.frame.fill("#new-stage-title", "Now it has a name")
    board.press("Enter")
    board.toast("Added the stage")
    expect(board.frame.locator(".toast--error")).to_have_count(0)


def test_a_portal_that_is_busy_for_a_while(board: BoardPage, installed: Sandbox) -> None:
    """503 to everything: the card goes back, what is typed stays, and later both work."""
    before = board.cards(0)
    busy: dict[str, Any] = {"status": 503, "code": "QUERY_LIMIT_EXCEEDED", "times": None}
    installed.fault("batch", "error", description="Too many requests", **busy)
    board.focus(0)
    board.press("Alt+ArrowRight")
    expect(board.frame.locator("[data-toast]").last).to_be_visible(timeout=60_000)
    board.settled()
    assert board.cards(0) == before
    installed.delete("faults")
    task_id, dialog = drawer(board, "Typed while the portal was busy")
    installed.fault("batch", "error", description="Too many requests", **busy)
    dialog.locator("#task-save").click()
    expect(dialog.locator("#task-save")).to_be_disabled()
    expect(dialog.locator("#task-save")).to_be_enabled(timeout=60_000)
    expect(dialog.locator("[data-toast]").last).to_be_visible()
    expect(dialog.locator("#task-title")).to_have_value("Typed while the portal was busy")
    installed.delete("faults")
    dialog.locator("#task-save").click()
    expect(dialog).to_have_count(0)
    assert title_of(installed, task_id) == "Typed while the portal was busy"


def test_two_tabs_of_one_person_show_one_truth(board: BoardPage, installed: Sandbox) -> None:
    """The second tab still shows the stage that the first one has deleted."""
    where = {"ENTITY_ID": installed.main_group_id, "AFTER_ID": board.stage_id(0)}
    added = installed.act(
        "owner", "task.stages.add", fields={"TITLE": "Short-lived", "COLOR": "00C4FB"} | where
    )
    first, second = (
        BoardPage.open(page, installed, "owner") for page in (board.page, board.page.context.new_page())
    )
    stage = f'.column[data-stage-id="{added}"]'
    first.page.bring_to_front()
    first.shape()
    first.frame.locator(stage).locator("[aria-label^='Delete']").click()
    first.frame.click("#dialog .button--danger")
    expect(first.frame.locator(stage)).to_have_count(0)
    second.page.bring_to_front()
    moved = second.cards(0)[0]
    second.focus(0)
    second.press("Alt+ArrowRight")
    expect(second.frame.locator(stage)).to_have_count(0)
    assert moved in second.cards(0)
    second.page.close()
