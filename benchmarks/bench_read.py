"""Reading much: all tasks of a 10,000-task project and the points of 500 items, with the cloud's limits on.

The app's own readers against what the two SDKs offer for it; HTTP requests as the portal counted them.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import b24pysdk
from bench_client import Hook, secure_portal
from fast_bitrix24 import Bitrix
from report import Figure, Section

from b24.client import Client
from b24.limits import Limiter
from b24.transport import Transport
from boards.actor import Actor
from boards.model import BoardRef
from boards.scrum.listing import all_rows, first_pages
from boards.scrum.load import load_points
from boards.sending import chunks
from tests.functional.scrum_scene import group_called
from tests.support.servers import Sandbox

TASKS, ITEMS, PAGE, BATCH = 10_000, 500, 50, 50
BUCKET, DRAIN = 50, 2
Read = Callable[[], int]


def own_client(hook: str) -> Client:
    """The app's client with the limits of the cloud, nothing used of them yet."""
    return Client(
        Transport(allow_private=True, verify=os.environ["REQUESTS_CA_BUNDLE"]),
        Hook(hook),
        Limiter(BUCKET, DRAIN),
    )


def tasks_by(hook: str, group: int) -> dict[str, Read]:
    """Who reads → all ids of the project; answers how many."""
    parts = urlsplit(hook)
    token = parts.path.removeprefix("/rest/").strip("/")
    vendor = b24pysdk.Client(b24pysdk.BitrixWebhook(domain=parts.netloc, webhook_token=token))
    wanted = {"GROUP_ID": group}

    def own() -> int:
        client, ref = own_client(hook), BoardRef(group)
        return len(all_rows(client, ref, {}, client.batch(first_pages(ref, {}))))

    def sdk() -> int:
        found = vendor.tasks.task.list(filter=wanted, select=["ID", "TITLE"]).as_list_fast().result
        return len({row["id"] for row in found})

    def fast() -> int:
        asked = {"filter": wanted, "select": ["ID", "TITLE"]}
        found = Bitrix(hook, verbose=False, ssl=False).get_all("tasks.task.list", asked)
        return len({row["id"] for row in found})

    return {"the app's reader": own, "fast-bitrix24 (get_all)": fast, "b24pysdk (list_fast)": sdk}


def points_by(hook: str, ids: list[int]) -> dict[str, Read]:
    """Who reads → the points of these items; answers of how many."""
    actor = Actor(1, False, "en", dt.datetime.now(dt.UTC))

    def own() -> int:
        client = own_client(hook)
        return sum(len(load_points(client, actor, part).facts) for part in chunks(ids, BATCH))

    def fast() -> int:
        client = Bitrix(hook, verbose=False, ssl=False)
        found = client.get_by_ID("tasks.api.scrum.task.get", ids, ID_field_name="id")
        return len(found)

    return {"the app's reader": own, "fast-bitrix24 (get_by_ID)": fast}


def compared(sandbox: Sandbox, what: str, readers: dict[str, Read], count: int, least: int) -> list[Figure]:
    """Requests and time of each; the bucket is empty before each of them."""
    figures, requests, seconds = [], {}, {}
    for name, read in readers.items():
        sandbox.post("limits", rate=False)
        sandbox.post("limits", rate=True)
        with sandbox.recording() as seen:
            began = time.perf_counter()
            found = read()
            seconds[name] = time.perf_counter() - began
        assert found == count, (name, found, count)
        requests[name] = seen.http
    own, *others = readers
    best = min(requests[name] for name in others), min(seconds[name] for name in others)
    for name in readers:
        goals = best if name == own else (None, None)
        figures.append(Figure(f"{what}, {name}: HTTP requests", requests[name], "", goals[0]))
        figures.append(Figure(f"{what}, {name}: time", seconds[name], "s", goals[1]))
    figures.append(Figure(f"{what}: requests that batches of {BATCH} take at least", least))
    return figures


def measure(quick: bool) -> Section:
    with secure_portal("small" if quick else "huge") as sandbox:
        figures = _figures(sandbox, quick)
    return Section(
        "Reading much",
        "Over TLS from a script, with the limits of the cloud switched on (50 at once, then 2 a second; 50 "
        "commands in a batch); the bucket is empty before each. The other two as their users would call "
        "them. Whoever needs fewer than 50 requests is not made to wait by the bucket.",
        figures,
    )


def _figures(sandbox: Sandbox, quick: bool) -> list[Figure]:
    hook, group = sandbox.get("webhooks")["admin"], sandbox.main_group_id
    readers = tasks_by(hook, group)
    count = readers["the app's reader"]()
    assert quick or count == TASKS, count
    pages = -(-count // PAGE)
    figures = compared(sandbox, f"{count} tasks", readers, count, max(1, -(-pages // BATCH)))
    return figures + _points(sandbox, quick)


def _points(sandbox: Sandbox, quick: bool) -> list[Figure]:
    sandbox.reset("company")
    group = group_called(sandbox, "Scrum: data platform", "member")
    ids: list[int] = []
    while len(ids) < (20 if quick else ITEMS):
        wanted, past = {"GROUP_ID": group, ">ID": ids[-1] if ids else 0}, len(ids)
        rows = sandbox.act("member", "tasks.task.list", filter=wanted, order={"ID": "ASC"}, select=["ID"])
        ids += [int(row["id"]) for row in rows["tasks"]]
        assert len(ids) > past, "the team has fewer items"
    ids = ids[: 20 if quick else ITEMS]
    hook = sandbox.get("webhooks")["member"]
    least = -(-len(ids) // BATCH)
    return compared(sandbox, f"points of {len(ids)} items", points_by(hook, ids), len(ids), least)
