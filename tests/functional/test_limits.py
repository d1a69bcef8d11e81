"""Fifty people and a change in bulk at once, with the limits of the cloud and two processes of the app."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.person import SESSION, Person
from tests.support.servers import Sandbox, Server, free_port, start_app
from tests.support.stores import Store

PEOPLE = ("owner", "moderator", "admin")
COUNT, BULK = 50, 200
LONGEST = 15.0


@dataclass
class Seen:
    """What the people were answered, and how long each of them waited."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@pytest.fixture
def app(sandbox: Sandbox, tmp_path: Path) -> Iterator[Server]:
    server = start_app(
        free_port(), sandbox.url, tmp_path,
        WEB_CONCURRENCY="2", WEB_THREADS="32", B24_RATE_BURST="50", B24_RATE_PER_SECOND="2",
    )  # fmt: skip
    sandbox.post("install", user=1)
    yield server
    sandbox.post("limits", rate=False)
    server.stop()


def opened(sandbox: Sandbox, app: Server, store: Store, number: int) -> Person:
    """One more person with the app open; opening it is not what is measured."""
    person = Person(sandbox, app.url, PEOPLE[number % len(PEOPLE)])
    form = sandbox.post("launch", user=sandbox.user(person.who), placement="DEFAULT", options={})
    query = form["url"].partition("?")[2]
    answer = person.session.post(f"{app.url}/?{query}", data=form["form"], timeout=60)
    found = SESSION.search(answer.text)
    assert found, answer.text[:300]
    person.token = found[1]
    if number % 10 == 9:
        store.rows("DELETE FROM bucket")
    return person


def new_tasks(sandbox: Sandbox, count: int) -> list[int]:
    fields = {"GROUP_ID": sandbox.main_group_id, "RESPONSIBLE_ID": sandbox.user("owner")}
    rows = [
        sandbox.act("owner", "tasks.task.add", fields=fields | {"TITLE": f"Many {number}"})
        for number in range(count)
    ]
    return [int(row["task"]["id"]) for row in rows]


def test_no_503_reaches_anybody_and_the_bulk_change_ends(
    app: Server, sandbox: Sandbox, tmp_path: Path
) -> None:
    store = Store(tmp_path / f"app-{app.url.rpartition(':')[2]}.sqlite")
    people = [opened(sandbox, app, store, number) for number in range(COUNT + 1)]
    tasks, seen, in_bulk = new_tasks(sandbox, COUNT + BULK), Seen(), Seen()
    board = f"/boards/g{sandbox.main_group_id}"
    store.rows("DELETE FROM bucket")
    sandbox.post("limits", rate=True)

    def work(person: Person, into: Seen, path: str, **form: object) -> None:
        began = time.monotonic()
        into.statuses.append(person.post(board + path, **form).status_code)
        into.seconds.append(time.monotonic() - began)

    bulk = {"action": "priority", "priority": 2, "task_ids": tasks[COUNT:]}
    threads = [threading.Thread(target=work, args=(people[0], in_bulk, "/cards/bulk"), kwargs=bulk)]
    for person, task in zip(people[1:], tasks, strict=False):
        args, form = (person, seen, "/cards/bulk"), {"action": "priority", "priority": 2, "task_ids": [task]}
        threads.append(threading.Thread(target=work, args=args, kwargs=form))
    with sandbox.recording() as recorded:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert seen.statuses == [200] * COUNT
    assert in_bulk.statuses == [200]
    assert max(seen.seconds) < LONGEST
    assert max(seen.seconds) < in_bulk.seconds[0], "bulk work steps back for people"
    assert [call for call in recorded.calls if call["status"] == 503] == []
    assert recorded.http >= COUNT + BULK // 50
    for task in (tasks[0], tasks[COUNT - 1], tasks[-1]):
        row = sandbox.act("owner", "tasks.task.get", taskId=task, select=["ID", "PRIORITY"])["task"]
        assert int(row["priority"]) == 2
