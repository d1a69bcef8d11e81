"""Reading much: all tasks of a 10,000-task project and the points of 500 items, with the cloud's limits on.

The app's own readers against what the two SDKs offer for it; HTTP requests as the portal counted them.
"""

from __future__ import annotations

import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import b24pysdk
from bench_client import secure_portal
from fast_bitrix24 import Bitrix
from report import Figure, Section, median_of

from b24.client import Client
from b24.limits import Limiter
from b24.transport import Transport
from boards.core.batches import chunks
from boards.core.model import Actor, BoardRef
from boards.scrum.paging import FIELDS, all_rows, first_pages
from boards.scrum.planning import load_points
from tests.functional.scrum.scene import group_called
from tests.support.hook import Hook
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
    """Who reads → all tasks of the project, the same fields of each; answers how many."""
    parts = urlsplit(hook)
    token = parts.path.removeprefix("/rest/").strip("/")
    vendor = b24pysdk.Client(b24pysdk.BitrixWebhook(domain=parts.netloc, webhook_token=token))
    wanted = {"GROUP_ID": group}

    def own() -> int:
        client, ref = own_client(hook), BoardRef(group)
        return len(all_rows(client, ref, {}, client.batch(first_pages(ref, {}))))

    def sdk() -> int:
        found = vendor.tasks.task.list(filter=wanted, select=list(FIELDS)).as_list_fast().result
        return len({row["id"] for row in found})

    def fast() -> int:
        asked = {"filter": wanted, "select": list(FIELDS)}
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


def once(sandbox: Sandbox, read: Read, count: int) -> tuple[int, float]:
    """HTTP requests and seconds of one reading, with the bucket empty before it."""
    sandbox.post("limits", rate=False)
    sandbox.post("limits", rate=True)
    with sandbox.recording() as seen:
        began = time.perf_counter()
        found = read()
        seconds = time.perf_counter() - began
    assert found == count, (found, count)
    return seen.http, seconds


def compared(
    sandbox: Sandbox, what: str, readers: dict[str, Read], count: int, turns: int, least: int
) -> list[Figure]:
    """Requests and time of each, in turn; after a first round that does not count."""
    seen: dict[str, list[tuple[int, float]]] = {name: [] for name in readers}
    for _ in range(turns + 1):
        for name, read in readers.items():
            seen[name].append(once(sandbox, read, count))
    requests = {name: max(http for http, _ in runs[1:]) for name, runs in seen.items()}
    seconds = {name: [one for _, one in runs[1:]] for name, runs in seen.items()}
    own, *others = readers
    fewest = min(requests[name] for name in others)
    quickest = min(statistics.median(seconds[name]) for name in others)
    figures = []
    for name in readers:
        goals = (fewest, quickest) if name == own else (None, None)
        figures.append(Figure(f"{what}, {name}: HTTP requests", requests[name], "", goals[0]))
        timed = {} if goals[1] is None else {"goal": goals[1]}
        figures.append(median_of(f"{what}, {name}: time", seconds[name], "s", **timed))
    figures.append(Figure(f"{what}: requests that batches of {BATCH} take at least", least))
    return figures


def measure(quick: bool) -> Section:
    with secure_portal("small" if quick else "huge") as sandbox:
        figures = _figures(sandbox, quick)
    return Section(
        "Reading much",
        "Over TLS from a script, with the limits of the cloud switched on (50 at once, then 2 a second; 50 "
        "commands in a batch); the bucket is empty before each. All read the same tasks and the same fields "
        "of them, in turn, the other two as their users would call them; they hand over what came as it is, "
        "the app's reader checks it and makes it rows of its own. Whoever needs fewer than 50 requests is "
        "not made to wait by the bucket, so the goal is the quickest of the others.",
        figures,
        obstacle="all three wait for the same answers nearly all of the time: it is the portal's, and the "
        "shares of two cores that portal and reader take from each other. What is the app's own on top is "
        "making typed rows of the answers, the last of them while nothing else goes on; and of the points "
        "fast-bitrix24 asks for several batches at once, which the app does not do for one person.",
        profiles=(
            "All tasks: the app's reader asked for each page by its place, for which the portal counts and "
            "sorts the whole project again; from the seventh page on it now goes on from the last task seen.",
            "All tasks: two thirds of the time for making rows went into fields that had not been asked for; "
            "they are not looked into any more.",
            "All tasks: the app's reader used more processor than the SDKs, for its rows; it now makes those "
            "of one answer while the portal looks for the next.",
        ),
    )


def _figures(sandbox: Sandbox, quick: bool) -> list[Figure]:
    hook, group = sandbox.get("webhooks")["admin"], sandbox.main_group_id
    readers = tasks_by(hook, group)
    count = readers["the app's reader"]()
    assert quick or count == TASKS, count
    pages = -(-count // PAGE)
    turns, least = (1 if quick else 5), max(1, -(-pages // BATCH))
    figures = compared(sandbox, f"{count} tasks", readers, count, turns, least)
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
    turns = 2 if quick else 25
    return compared(sandbox, f"points of {len(ids)} items", points_by(hook, ids), len(ids), turns, least)
