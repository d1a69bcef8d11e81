"""Changing many cards through the web: what it costs the portal, and what the page gets back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]
CARD = re.compile(
    r'<hx-partial hx-target="#task-(\d+)" hx-swap="outerMorph"><li class="card.*?</li></hx-partial>', re.S
)
ACTIONS: list[dict[str, Any]] = [
    {"action": "responsible", "responsible_id": 2},
    {"action": "deadline", "deadline": "2031-02-03T10:00", "utc_offset": "+03:00"},
    {"action": "priority", "priority": 2},
    {"action": "tag", "tag": "fresh"},
    {"action": "complete"},
]


@pytest.fixture
def owner(open_as: Opener, installed: Sandbox) -> Person:
    return open_as("owner", group=installed.main_group_id)


def new_tasks(sandbox: Sandbox, count: int) -> list[int]:
    fields = {"GROUP_ID": sandbox.main_group_id, "RESPONSIBLE_ID": sandbox.user("owner"), "TAGS": ["old"]}
    rows = [
        sandbox.act("owner", "tasks.task.add", fields=fields | {"TITLE": f"Many {number}"})
        for number in range(count)
    ]
    return [int(row["task"]["id"]) for row in rows]


def bulk(person: Person, sandbox: Sandbox, ids: list[int], **form: Any) -> Any:
    if form["action"] == "tag":
        form["tags"] = json.dumps({one: ["old"] for one in ids})
    return person.post(f"/boards/g{sandbox.main_group_id}/cards/bulk", task_ids=ids, **form)


@pytest.mark.parametrize("form", ACTIONS, ids=lambda form: form["action"])
def test_47_cards_cost_one_request_and_come_back_as_they_are(
    owner: Person, installed: Sandbox, form: dict[str, Any]
) -> None:
    ids = new_tasks(installed, 47)
    with installed.recording() as seen:
        answer = bulk(owner, installed, ids, completed="1", **form)
    assert seen.http == 1
    assert sorted(int(one[1]) for one in CARD.finditer(answer.text)) == ids
    assert "board:refresh" not in answer.headers["HX-Trigger"]
    assert json.loads(answer.headers["HX-Trigger"]) == {"board:cards": {"ids": ids, "gone": []}}


@pytest.mark.parametrize("form", ACTIONS, ids=lambda form: form["action"])
def test_200_cards_cost_at_most_5_requests(owner: Person, installed: Sandbox, form: dict[str, Any]) -> None:
    ids = new_tasks(installed, 200)
    with installed.recording() as seen:
        answer = bulk(owner, installed, ids, **form)
    assert answer.status_code == 200
    assert seen.http <= 5


def test_the_cards_show_what_was_written(owner: Person, installed: Sandbox) -> None:
    [task] = new_tasks(installed, 1)
    tagged = bulk(owner, installed, [task], action="tag", tag="fresh").text
    assert '<span class="tag">old</span><span class="tag">fresh</span>' in tagged
    urgent = bulk(owner, installed, [task], action="priority", priority=2).text
    assert "#i-flame" in urgent
    assert '<span class="tag">fresh</span>' in urgent
    assert "checked" not in urgent


def test_a_card_that_is_not_there_any_more_goes_and_is_told(owner: Person, installed: Sandbox) -> None:
    there, gone = new_tasks(installed, 2)
    installed.act("owner", "tasks.task.delete", taskId=gone)
    with installed.recording() as seen:
        answer = bulk(owner, installed, [there, gone], action="priority", priority=2)
    assert seen.http == 1
    assert json.loads(answer.headers["HX-Trigger"])["board:cards"] == {"ids": [there, gone], "gone": [gone]}
    assert 'class="results"' in answer.text


def test_a_refused_card_is_shown_as_it_is(owner: Person, installed: Sandbox) -> None:
    first, second = new_tasks(installed, 2)
    installed.act("owner", "tasks.task.complete", taskId=first)
    with installed.recording() as seen:
        answer = bulk(owner, installed, [first, second], action="complete", completed="1")
    assert seen.http == 1
    assert sorted(int(one[1]) for one in CARD.finditer(answer.text)) == [first, second]
    assert 'class="results"' in answer.text


@pytest.mark.parametrize(
    ("form", "filters"),
    [
        ({"action": "complete"}, {}),
        ({"action": "complete"}, {"overdue": "1", "completed": "1"}),
        ({"action": "priority", "priority": 2}, {"responsible": "1"}),
        ({"action": "deadline", "deadline": "2031-02-03T10:00"}, {"overdue": "1"}),
    ],
)
def test_what_the_filters_do_not_show_any_more_goes(
    owner: Person, installed: Sandbox, form: dict[str, Any], filters: dict[str, str]
) -> None:
    ids = new_tasks(installed, 2)
    answer = bulk(owner, installed, ids, utc_offset="+00:00", **form, **filters)
    assert json.loads(answer.headers["HX-Trigger"])["board:cards"] == {"ids": ids, "gone": ids}
    assert not CARD.search(answer.text)


@pytest.mark.parametrize("tags", ["no json", "[]", "7", '{"x": ["a"]}', '{"%d": 7}', '{"%d": [7]}'])
def test_a_strange_hint_is_refused_by_its_name(owner: Person, installed: Sandbox, tags: str) -> None:
    [task] = new_tasks(installed, 1)
    path = f"/boards/g{installed.main_group_id}/cards/bulk"
    hint = tags.replace("%d", str(task))
    with installed.recording() as seen:
        answer = owner.post(path, task_ids=[task], action="tag", tag="fresh", tags=hint)
    assert answer.status_code == 400 and "Tags" in answer.text and seen.http == 0


@pytest.mark.parametrize("tags", ["", "{}"])
def test_no_hint_is_none(owner: Person, installed: Sandbox, tags: str) -> None:
    [task] = new_tasks(installed, 1)
    path = f"/boards/g{installed.main_group_id}/cards/bulk"
    answer = owner.post(path, task_ids=[task], action="tag", tag="fresh", tags=tags)
    assert answer.status_code == 200
    shown = installed.act("owner", "tasks.task.get", taskId=task, select=["ID", "TAGS"])["task"]["tags"]
    assert {one["title"] for one in shown.values()} == {"old", "fresh"}
