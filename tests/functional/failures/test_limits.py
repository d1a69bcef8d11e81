"""Fifty people and a change in bulk at once, with the limits of the cloud; two processes, and two nodes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.functional.helpers import eventually
from tests.functional.operations.nodes import Nodes, on_one_machine, on_two_machines
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

PEOPLE = ("owner", "moderator", "admin")
COUNT, BULK = 50, 200
LONGEST = 15.0


@dataclass
class Seen:
    """What the people were answered, and how long each of them waited."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@pytest.fixture(params=["two processes", "two nodes"])
def nodes(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Nodes]:
    """The app keeps to what the portal takes, all its processes together."""
    limits = {"B24_RATE_BURST": "50", "B24_RATE_PER_SECOND": "2"}
    if request.param == "two nodes":
        server = request.getfixturevalue("postgres_server")
        started = on_two_machines(sandbox, tmp_path, server, WEB_THREADS="32", **limits)
    else:
        started = on_one_machine(sandbox, tmp_path, **limits)
    with started as found:
        yield found
        sandbox.post("limits", rate=False)


def opened(nodes: Nodes, number: int) -> Person:
    """One more person with the app open, at one node or the other; opening it is not what is measured."""
    if number % 10 == 0:
        empty_bucket(nodes)
    return nodes.open(PEOPLE[number % len(PEOPLE)], number % len(nodes.servers))


def empty_bucket(nodes: Nodes) -> None:
    nodes.rows("DELETE FROM bucket")


def new_tasks(sandbox: Sandbox, count: int) -> list[int]:
    fields = {"GROUP_ID": sandbox.main_group_id, "RESPONSIBLE_ID": sandbox.user("owner")}
    rows = [
        sandbox.act("owner", "tasks.task.add", fields=fields | {"TITLE": f"Many {number}"})
        for number in range(count)
    ]
    return [int(row["task"]["id"]) for row in rows]


def test_no_503_reaches_anybody_and_the_bulk_change_ends(nodes: Nodes, sandbox: Sandbox) -> None:
    """Two nodes share the bucket as two processes of one do."""
    people = [opened(nodes, number) for number in range(COUNT + 1)]
    tasks, seen, in_bulk = new_tasks(sandbox, COUNT + BULK), Seen(), Seen()
    board = f"/boards/g{sandbox.main_group_id}"
    empty_bucket(nodes)
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


def test_what_a_process_has_given_away_by_itself_is_told_to_the_others(
    open_as: Callable[..., Person], store: Store
) -> None:
    """Nobody asks the ledger for a few requests; the worker reports them."""
    owner = open_as("owner")
    empty = time.time()
    store.rows("DELETE FROM bucket")
    assert owner.get("/home").status_code == 200
    assert eventually(lambda: store.rows("SELECT count(*) FROM bucket WHERE empty_at > ?", empty) == [(1,)])
