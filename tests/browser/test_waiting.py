"""A job that somebody else has for the moment: the page asks again by itself until it gets on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.functional.failures.test_abandoned import half_deleted
from tests.functional.operations.test_newer_release import of_another_kind, put_back, rewrite
from tests.support.browser import Complaints
from tests.support.pages.board import BoardPage
from tests.support.person import Person
from tests.support.servers import Sandbox, Server
from tests.support.stores import Store

SECONDS = 4.0


@pytest.fixture
def job(installed: Sandbox, empty_app: Server) -> str:
    """A deletion that has taken one step of several."""
    owner = Person(installed, empty_app.url, "owner").open()
    return half_deleted(owner, installed)[0]


@pytest.fixture
def board(page: Page, installed: Sandbox, job: str) -> Iterator[BoardPage]:
    del job
    complaints = Complaints(page)
    yield BoardPage.open(page, installed, "owner")
    assert complaints.except_for("Failed to load resource") == []


def go_on(board: BoardPage) -> int:
    """Take up the deletion; how many columns the board has."""
    columns = len(board.titles())
    board.frame.locator("#unfinished [hx-post]").click()
    expect(board.frame.locator("#dialog [data-job]")).to_be_visible()
    return columns


def ends_by_itself(board: BoardPage, columns: int) -> None:
    expect(board.frame.locator("#dialog dialog")).to_have_count(0)
    expect(board.frame.locator(".column[data-stage-id]")).to_have_count(columns - 1)


def test_a_step_that_another_request_has_is_waited_for(board: BoardPage, job: str, store: Store) -> None:
    store.rows("UPDATE job SET lease_until = ? WHERE id = ?", time.time() + SECONDS, job)
    ends_by_itself(board, go_on(board))


def test_a_job_of_a_newer_release_goes_on_when_its_request_gets_there(
    board: BoardPage, job: str, store: Store
) -> None:
    data = rewrite(store, job, of_another_kind)
    columns = go_on(board)
    expect(board.frame.locator("#dialog [role=status]")).to_contain_text("It goes on by itself in a moment")
    for _ in range(2):
        with board.page.expect_response(lambda answer: answer.url.endswith(f"/jobs/{job}/step")) as seen:
            pass
        assert seen.value.status == 503
    expect(board.frame.locator("[data-toast]")).to_have_count(0)
    put_back(store, job, data)
    ends_by_itself(board, columns)
