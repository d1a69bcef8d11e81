"""Deletions that nobody goes on with: offered again for a while, then written to the journal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.helpers import eventually
from tests.functional.kanban.test_board_routes import job_of, stage_ids
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

Opener = Callable[..., Person]
AGO = 130


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def half_deleted(person: Person, sandbox: Sandbox) -> tuple[str, dict[int, int]]:
    """The id of a job that has taken one step of several, and where the tasks were before it."""
    group, (first, stage, *_rest) = sandbox.main_group_id, stage_ids(sandbox)
    for number in range(60):
        fields = {"TITLE": f"Task {number}", "GROUP_ID": group, "STAGE_ID": stage, "RESPONSIBLE_ID": 2}
        sandbox.act("owner", "tasks.task.add", fields=fields)
    before = places(sandbox)
    path = f"/boards/g{group}/stages/{stage}/delete"
    job = job_of(person.get(path).text)
    assert "/step" in person.post(path, job_id=job, target_stage_id=first).text
    return job, before


def places(sandbox: Sandbox) -> dict[int, int]:
    rows: list[Any] = []
    for start in range(0, 1000, 50):
        params = {"filter": {"GROUP_ID": sandbox.main_group_id}, "select": ["ID", "STAGE_ID"], "start": start}
        page = sandbox.act("owner", "tasks.task.list", **params)["tasks"]
        rows += page
        if len(page) < 50:
            break
    return {int(row["id"]): int(row["stageId"]) for row in rows}


def test_what_a_closed_page_left_is_in_the_journal_and_comes_back(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    job, before = half_deleted(owner, installed)
    assert store.count("journal_entry") == 0
    store.rows("UPDATE job SET changed_at = changed_at - ? WHERE id = ?", AGO, job)
    assert eventually(lambda: store.count("journal_entry") == 1)
    [(entry, user, name, text)] = store.rows("SELECT id, user_id, user_name, change FROM journal_entry")
    assert user == installed.user("owner")
    assert name and name in owner.get("/journal").text
    assert json.loads(text)["after"]["count"] == 50
    assert places(installed) != before
    late = owner.post(f"/jobs/{job}/step")
    assert "toast--warn" in late.text
    assert "dialog:close" in late.headers["HX-Trigger"]
    assert owner.post(f"/journal/{entry}/undo").status_code == 200
    assert places(installed) == before


def test_the_board_offers_to_go_on_until_it_is_done(
    owner: Person, installed: Sandbox, open_as: Opener
) -> None:
    job, _before = half_deleted(owner, installed)
    board = f"/boards/g{installed.main_group_id}"
    with installed.recording() as seen:
        offered = re.search(r'id="unfinished".*?hx-post="([^"]+)"', owner.get(board).text, re.S)
    assert seen.http == 1
    assert offered and offered[1] == f"/jobs/{job}/step"
    assert 'id="unfinished"' in open_as("owner", group=installed.main_group_id).html
    assert 'id="unfinished"' not in open_as("moderator", group=installed.main_group_id).html
    answer = owner.post(offered[1])
    while "/step" in answer.text:
        answer = owner.post(offered[1])
    assert "board:stages" in answer.headers["HX-Trigger"]
    assert 'id="unfinished"' not in owner.get(board).text
