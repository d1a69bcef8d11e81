"""The task drawer against a portal: what it costs, what it saves, what it says when things go wrong."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.support.person import Person
from tests.support.servers import Sandbox

HIDDEN = re.compile(r'<input type="hidden" name="(seen_\w+|board|moments)" value="([^"]*)"')
FIELDS = ["title", "description", "deadline", "priority", "responsible_id", "group_id", "stage_id", "tags"]
BAD = [("title", "   "), ("title", "x" * 300), ("deadline", "soon"), ("priority", "9"), ("tags", "y" * 200)]
Open = Callable[..., Person]


def any_task(sandbox: Sandbox, **wanted: Any) -> int:
    """A task of the main project, as the portal lists it to its owner."""
    found = sandbox.act(
        "owner", "tasks.task.list",
        filter={"GROUP_ID": sandbox.main_group_id, "REAL_STATUS": [2, 3]} | wanted, select=["ID", "STAGE_ID"],
    )  # fmt: skip
    return int(found["tasks"][0]["id"])


def drawer(person: Person, task_id: int, board: str) -> dict[str, str]:
    """The hidden fields of the drawer: what was seen."""
    answer = person.get(f"/tasks/{task_id}", board=board)
    assert answer.status_code == 200, answer.text
    return {name: html.unescape(value) for name, value in HIDDEN.findall(answer.text)}


def save(person: Person, task_id: int, board: str, **typed: str) -> requests.Response:
    return person.post(f"/tasks/{task_id}", **(drawer(person, task_id, board) | typed))


def truth(sandbox: Sandbox, task_id: int) -> dict[str, Any]:
    select = [
        "ID",
        "TITLE",
        "DESCRIPTION",
        "STAGE_ID",
        "GROUP_ID",
        "RESPONSIBLE_ID",
        "DEADLINE",
        "PRIORITY",
        "TAGS",
        "STATUS",
    ]
    task: dict[str, Any] = sandbox.act("admin", "tasks.task.get", taskId=task_id, select=select)["task"]
    return task


def events(answer: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return found


@pytest.fixture
def board(installed: Sandbox) -> str:
    return f"g{installed.main_group_id}"


@pytest.fixture
def owner(open_as: Open) -> Person:
    return open_as("owner")


def test_the_drawer_shows_the_task_for_one_request(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    with installed.recording() as seen:
        answer = owner.get(f"/tasks/{task_id}", board=board)
    assert seen.http == 1
    shown = html.unescape(answer.text)
    task = truth(installed, task_id)
    assert task["title"] in shown and task["responsible"]["name"] in shown
    for name in (
        "title",
        "description",
        "deadline",
        "priority",
        "responsible_id",
        "group_id",
        "stage_id",
        "tags",
    ):
        assert f'name="{name}"' in shown


def test_what_was_changed_is_saved_with_one_request(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    with installed.recording() as seen:
        answer = owner.post(
            f"/tasks/{task_id}",
            **fields | {"title": "<b>New</b> title", "priority": "2", "tags": "one, two", "zone": "UTC"},
        )
    assert answer.status_code == 200, answer.text
    assert seen.http == 1
    task = truth(installed, task_id)
    assert (task["title"], task["priority"]) == ("<b>New</b> title", "2")
    assert "&lt;b&gt;New" in answer.text and "<b>New" not in answer.text
    assert "drawer:close" in events(answer)
    assert f'id="task-{task_id}"' in answer.text and "/undo" in answer.text


def test_only_touched_fields_are_sent(owner: Person, installed: Sandbox, board: str) -> None:
    """Somebody else's change to another field survives."""
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    installed.act("admin", "tasks.task.update", taskId=task_id, fields={"DESCRIPTION": "Theirs"})
    owner.post(f"/tasks/{task_id}", **fields | {"title": "Mine"})
    task = truth(installed, task_id)
    assert (task["title"], task["description"]) == ("Mine", "Theirs")


def test_a_value_changed_meanwhile_is_replaced_and_named(
    owner: Person, installed: Sandbox, board: str
) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    installed.act("admin", "tasks.task.update", taskId=task_id, fields={"TITLE": "Theirs"})
    answer = owner.post(f"/tasks/{task_id}", **fields | {"title": "Mine"})
    assert truth(installed, task_id)["title"] == "Mine"
    assert "Theirs" in html.unescape(answer.text)


def test_nothing_changed_asks_the_portal_nothing(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    with installed.recording() as seen:
        answer = owner.post(f"/tasks/{task_id}", **fields)
    assert seen.http == 0 and answer.status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "   "), ("title", "x" * 300), ("deadline", "soon"), ("priority", "9"), ("tags", "y" * 200)],
)
def test_a_bad_value_is_said_next_to_its_field(
    owner: Person, installed: Sandbox, board: str, field: str, value: str
) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    with installed.recording() as seen:
        answer = owner.post(f"/tasks/{task_id}", **fields | {field: value})
    assert answer.status_code == 422
    assert seen.http == 0
    said = re.search(rf'hx-target="#task-{field}-error"[^>]*>([^<]+)<', answer.text)
    assert said and said[1].strip()


def test_a_deadline_is_saved_as_the_persons_clock_says_and_can_go(
    owner: Person, installed: Sandbox, board: str
) -> None:
    task_id = any_task(installed)
    save(owner, task_id, board, deadline="2027-03-01T18:30", zone="UTC")
    assert drawer(owner, task_id, board)["seen_deadline"] == "2027-03-01T18:30"
    save(owner, task_id, board, deadline="")
    assert not truth(installed, task_id)["deadline"]


def test_a_stage_is_moved_to_and_the_card_follows(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    last = installed.act("owner", "task.stages.get", entityId=installed.main_group_id, numeric=1)[-1]
    answer = save(owner, task_id, board, stage_id=str(last["ID"]))
    assert truth(installed, task_id)["stageId"] == str(last["ID"])
    assert events(answer)["board:cards"] == {"ids": [task_id], "stage": int(last["ID"])}


def test_another_project_shows_its_stages_and_takes_the_task(
    owner: Person, installed: Sandbox, board: str
) -> None:
    task_id = any_task(installed)
    groups = installed.act("owner", "sonet_group.user.groups")
    other = next(
        int(g["GROUP_ID"])
        for g in groups
        if int(g["GROUP_ID"]) != installed.main_group_id and g["ROLE"] in "AE"
    )
    with installed.recording() as seen:
        offered = owner.get(f"/tasks/{task_id}/stages", group_id=other, seen_group_id=installed.main_group_id)
    assert seen.http == 1 and "<option" in offered.text
    answer = save(owner, task_id, board, group_id=str(other), stage_id="0")
    assert truth(installed, task_id)["groupId"] == str(other)
    assert events(answer)["board:cards"] == {"ids": [task_id], "gone": True}


def test_status_actions_are_those_the_task_allows(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed, REAL_STATUS=[2])
    shown = owner.get(f"/tasks/{task_id}", board=board).text
    assert f"/tasks/{task_id}/complete" in shown and f"/tasks/{task_id}/renew" not in shown
    with installed.recording() as seen:
        answer = owner.post(f"/tasks/{task_id}/complete", board=board)
    assert (seen.http, truth(installed, task_id)["status"]) == (1, "5")
    assert "card--done" in answer.text
    shown = owner.get(f"/tasks/{task_id}", board=board).text
    assert f"/tasks/{task_id}/renew" in shown and f"/tasks/{task_id}/complete" not in shown


def test_saved_cards_keep_their_tags(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    save(owner, task_id, board, tags="keep me")
    assert "keep me" in save(owner, task_id, board, title="Other").text


def test_a_vanished_task_takes_its_card_along(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    installed.act("admin", "tasks.task.delete", taskId=task_id)
    for answer in (
        owner.get(f"/tasks/{task_id}", board=board),
        owner.post(f"/tasks/{task_id}", **fields | {"title": "Too late"}),
        owner.post(f"/tasks/{task_id}/complete", board=board),
    ):
        assert answer.status_code == 404
        assert events(answer)["board:cards"] == {"ids": [task_id], "gone": True}
        assert 'hx-target="#toasts"' in answer.text


def test_who_may_not_edit_sees_it_and_reads_only(open_as: Open, installed: Sandbox, board: str) -> None:
    member = open_as("member")
    me = installed.user("member")
    theirs = {"GROUP_ID": installed.main_group_id, "!RESPONSIBLE_ID": me, "!CREATED_BY": me}
    others = installed.act("admin", "tasks.task.list", filter=theirs, select=["ID"])["tasks"]
    for one in others:
        shown = member.get(f"/tasks/{one['id']}", board=board)
        if 'id="task-save"' not in shown.text:
            assert "drawer__why" in shown.text
            assert not re.search(r'class="input"|<select|<textarea| readonly| disabled', shown.text)
            return
    pytest.fail("the seed has no task that the member may only read")


def test_the_same_save_twice_is_one_change(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board) | {"title": "Once", "request_key": "a" * 32}
    owner.post(f"/tasks/{task_id}", **fields)
    with installed.recording() as seen:
        again = owner.post(f"/tasks/{task_id}", **fields)
    assert again.status_code == 200 and seen.http == 0


def test_pickers_search_with_one_request(owner: Person, installed: Sandbox) -> None:
    for address, name in (("/tasks/people", "responsible_id"), ("/tasks/projects", "group_id")):
        with installed.recording() as seen:
            answer = owner.get(address, q="zzz-nobody")
        assert seen.http == 1 and "picker__none" in answer.text
        assert f'name="pick_{name}"' in owner.get(address, q="").text


@pytest.mark.parametrize("kind", ["html", "drop_before"])
def test_a_failing_portal_is_said_and_nothing_is_lost(
    owner: Person, installed: Sandbox, board: str, kind: str
) -> None:
    task_id = any_task(installed)
    fields = drawer(owner, task_id, board)
    installed.fault("batch", kind, times=None)
    answer = owner.post(f"/tasks/{task_id}", **fields | {"title": "Lost?"})
    installed.delete("faults")
    assert answer.status_code >= 500 and "drawer:close" not in events(answer)
    assert owner.post(f"/tasks/{task_id}", **fields | {"title": "Not lost"}).status_code == 200
    assert truth(installed, task_id)["title"] == "Not lost"


def test_without_a_session_there_is_no_task(owner: Person, installed: Sandbox, board: str) -> None:
    task_id = any_task(installed)
    owner.token = "nobody"
    with installed.recording() as seen:
        assert owner.get(f"/tasks/{task_id}", board=board).status_code == 401
        assert owner.post(f"/tasks/{task_id}", board=board, title="x").status_code == 401
        assert owner.post(f"/tasks/{task_id}/complete", board=board).status_code == 401
        assert owner.get("/tasks/people").status_code == 401
    assert seen.http == 0
