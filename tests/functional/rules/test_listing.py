"""All tasks of more than a first look: each once, in few requests, whatever others do meanwhile."""

from __future__ import annotations

import pytest

from b24.client import Client
from b24.limits import Limiter
from b24.transport import Transport
from boards.core.model import BoardRef
from boards.scrum.paging import all_rows, first_pages, rows_of
from tests.support.hook import Hook
from tests.support.servers import Sandbox

TASKS, SEEN_FIRST = 500, 300


@pytest.fixture
def client(installed: Sandbox) -> Client:
    installed.reset("medium")
    hook = Hook(installed.get("webhooks")["owner"])
    return Client(Transport(allow_private=True), hook, Limiter(1e6, 1e6))


def test_each_task_comes_once_in_two_requests(installed: Sandbox, client: Client) -> None:
    ref = BoardRef(installed.main_group_id)
    with installed.recording() as seen:
        rows = all_rows(client, ref, {}, client.batch(first_pages(ref, {})))
    ids = [row.id for row in rows]
    assert (len(ids), len(set(ids)), ids == sorted(ids)) == (TASKS, TASKS, True)
    assert {row.group_id for row in rows} == {ref.group_id}
    assert seen.http == 2


def test_no_task_is_lost_when_others_vanish_meanwhile(installed: Sandbox, client: Client) -> None:
    ref = BoardRef(installed.main_group_id)
    everything = {row.id for row in all_rows(client, ref, {}, client.batch(first_pages(ref, {})))}
    answer = client.batch(first_pages(ref, {}))
    seen = list(rows_of(answer))
    assert len(seen) == SEEN_FIRST
    gone = [seen[0], seen[10], seen[-1], max(everything)]
    for task_id in gone:
        installed.act("admin", "tasks.task.delete", taskId=task_id)
    found = [row.id for row in all_rows(client, ref, {}, answer)]
    assert len(found) == len(set(found))
    assert everything - set(found) == {max(everything)}, "what was seen before it vanished stays"


def test_a_filter_holds_on_further_pages(installed: Sandbox, client: Client) -> None:
    ref, wanted = BoardRef(installed.main_group_id), {"!PRIORITY": 0}
    rows = all_rows(client, ref, wanted, client.batch(first_pages(ref, wanted)))
    assert SEEN_FIRST < len(rows) < TASKS
    every = all_rows(client, ref, {}, client.batch(first_pages(ref, {})))
    assert {row.id for row in rows} < {row.id for row in every}
