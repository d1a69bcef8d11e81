"""Open boards hear of changes that others make in the portal, and not of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import time

import pytest

from tests.functional.helpers import eventually
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

Opener = Callable[..., Person]


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def shown(person: Person) -> list[int]:
    return [int(one) for one in re.findall(r'<li class="card[^>]*data-task-id="(\d+)"', person.html)]


def news(person: Person, sandbox: Sandbox, **form: object) -> str:
    read = re.search(r'data-read="([0-9.]+)"', person.html)
    assert read
    asked = {"since": read[1], "tasks": ",".join(map(str, shown(person)))} | form
    answer = person.post(f"/boards/g{sandbox.main_group_id}/news", **asked)
    assert answer.status_code == 200
    return answer.text


def heard(store: Store, *tasks: int) -> bool:
    """Whether the portal's events about these tasks have been worked off."""
    rows = store.rows("SELECT task_id FROM task_news WHERE at > 0")
    return {*tasks} <= {one for (one,) in rows}


def test_a_change_in_the_portal_is_news_without_asking_it(
    owner: Person, installed: Sandbox, store: Store
) -> None:
    first, second, *_rest = shown(owner)
    assert news(owner, installed) == ""
    installed.act("admin", "tasks.task.update", taskId=first, fields={"TITLE": "Changed elsewhere"})
    installed.act("admin", "tasks.task.delete", taskId=second)
    assert eventually(lambda: heard(store, first, second))
    with installed.recording() as seen:
        text = news(owner, installed)
    assert seen.http == 0
    assert ": 2 " in text and 'data-do="refresh"' in text
    assert news(owner, installed, tasks="") == ""
    assert news(owner, installed, since=time() + 5) == ""
    for nonsense, name in (({"tasks": f"x,{first}"}, "Aufgaben"), ({"since": "soon"}, "gelesen")):
        path = f"/boards/g{installed.main_group_id}/news"
        answer = owner.post(path, **{"tasks": f"{first}", "since": "1.5", **nonsense})
        assert answer.status_code == 400 and name in answer.text


def test_what_one_does_oneself_is_no_news_but_to_the_colleagues(
    owner: Person, open_as: Opener, installed: Sandbox, store: Store
) -> None:
    colleague = open_as("moderator", group=installed.main_group_id)
    board, (moved, first, second, *_rest) = f"/boards/g{installed.main_group_id}", shown(owner)
    stages = re.findall(r'data-stage-id="(\d+)"', owner.html)
    assert owner.post(f"{board}/cards/{moved}/move", stage_id=stages[2]).status_code == 200
    form = {"task_ids": [first, second], "action": "priority", "priority": 2}
    assert owner.post(f"{board}/cards/bulk", **form).status_code == 200
    assert eventually(lambda: heard(store, moved, first, second))
    assert news(owner, installed) == ""
    assert ": 3 " in news(colleague, installed)


def test_news_are_for_those_with_a_session_and_a_board(owner: Person) -> None:
    assert owner.post("/boards/12/news", since=1, tasks="1").status_code == 404
    owner.token = "no-such-token"
    assert owner.post("/boards/g1/news", since=1, tasks="1").status_code == 401
