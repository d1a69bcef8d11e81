"""What the addresses of a board cost the portal, and who may use them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def stage_ids(sandbox: Sandbox) -> list[int]:
    found = sandbox.act("owner", "task.stages.get", entityId=sandbox.main_group_id)
    return [int(row["ID"]) for row in sorted(found.values(), key=lambda row: int(row["SORT"]))]


def job_of(html: str) -> str:
    found = re.search(r'name="job_id" value="([0-9a-f]+)"', html)
    assert found, html
    return found[1]


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("", 1),
        ("?text=a&overdue=1&completed=1", 1),
        ("/columns/{stage}?start=0", 1),
        ("/stages/{stage}/delete", 1),
        ("/stages/new?after_id={stage}", 0),
        ("/stages/{stage}/color?color=00C4FB", 0),
        ("/stages/sample?color=00C4FB", 0),
    ],
)
def test_looking_costs_at_most_one_request(owner: Person, installed: Sandbox, path: str, cost: int) -> None:
    address = f"/boards/g{installed.main_group_id}" + path.format(stage=stage_ids(installed)[1])
    with installed.recording() as seen:
        answer = owner.get(address)
    assert answer.status_code == 200, answer.text
    assert seen.http == cost


def test_the_tasks_of_a_stage_go_to_the_one_in_front_unless_another_is_chosen(
    owner: Person, installed: Sandbox
) -> None:
    ids = stage_ids(installed)
    page = owner.get(f"/boards/g{installed.main_group_id}/stages/{ids[2]}/delete").text
    assert re.findall(r'<option value="(\d+)" selected>', page) == [str(ids[1])]


def test_a_filter_that_no_task_fits_says_so(open_as: Opener, installed: Sandbox) -> None:
    owner = open_as("owner", lang="en")
    board = f"/boards/g{installed.main_group_id}"
    said = "No task fits these filters."
    assert said in owner.get(board, text="no task is called like this").text
    assert said not in owner.get(board).text and said not in owner.get(board, completed="1").text


def test_my_planner_has_its_name_as_title_around_the_frame_too(open_as: Opener) -> None:
    assert 'data-title="My Planner"' in open_as("owner", lang="en").get("/boards/me").text


def test_a_stage_with_500_tasks_is_deleted_in_12_requests(owner: Person, installed: Sandbox) -> None:
    group, stage = installed.main_group_id, stage_ids(installed)[1]
    rest = 500 - installed_count(installed, stage)
    for number in range(rest):
        fields = {"TITLE": f"Task {number}", "GROUP_ID": group, "STAGE_ID": stage, "RESPONSIBLE_ID": 2}
        installed.act("owner", "tasks.task.add", fields=fields)
    with installed.recording() as seen:
        page = owner.get(f"/boards/g{group}/stages/{stage}/delete").text
        form: dict[str, Any] = {"job_id": job_of(page), "target_stage_id": stage_ids(installed)[0]}
        answer = owner.post(f"/boards/g{group}/stages/{stage}/delete", **form)
        while "/step" in answer.text:
            answer = owner.post(f"/jobs/{form['job_id']}/step")
    assert seen.http <= 12
    assert stage not in stage_ids(installed)
    events = json.loads(answer.headers["HX-Trigger"])
    assert events["board:stages"] == {"order": stage_ids(installed), "into": form["target_stage_id"]}


def installed_count(sandbox: Sandbox, stage: int) -> int:
    wanted = {"GROUP_ID": sandbox.main_group_id, "STAGE_ID": stage}
    answer = sandbox.post(
        "act", user=sandbox.user("owner"), method="tasks.task.list", params={"filter": wanted}
    )
    return int(answer["total"])


def test_a_job_belongs_to_who_began_it(owner: Person, open_as: Opener, installed: Sandbox) -> None:
    stage = stage_ids(installed)[1]
    job = job_of(owner.get(f"/boards/g{installed.main_group_id}/stages/{stage}/delete").text)
    other = open_as("moderator", group=installed.main_group_id)
    path = f"/boards/g{installed.main_group_id}/stages/{stage}/delete"
    assert other.post(path, job_id=job, target_stage_id=stage_ids(installed)[0]).status_code == 404
    assert other.post(f"/jobs/{job}/step").status_code == 404
    assert stage in stage_ids(installed)


def test_a_plan_is_no_job_yet(owner: Person, installed: Sandbox) -> None:
    """Who opens the dialog and goes away has not agreed to anything."""
    stage = stage_ids(installed)[1]
    job = job_of(owner.get(f"/boards/g{installed.main_group_id}/stages/{stage}/delete").text)
    assert owner.post(f"/jobs/{job}/step").status_code == 404
    assert stage in stage_ids(installed)


@pytest.mark.parametrize(
    "path", ["/boards/g1", "/boards/me", "/boards/g1/stages/new", "/boards/g1/columns/2"]
)
def test_nothing_without_a_session(owner: Person, path: str) -> None:
    owner.token = "no-such-token"
    assert owner.get(path).status_code == 401


@pytest.mark.parametrize("key", ["g0", "g-1", "12", "g99999999999", "me2"])
def test_what_is_no_board(owner: Person, key: str) -> None:
    assert owner.get(f"/boards/{key}").status_code == 404
