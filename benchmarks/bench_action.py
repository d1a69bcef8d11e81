"""What the app adds to an action: through the app against the same write sent directly by a pooled client.

A and B take turns in one run, so both meet the same machine; the portal answers after 0, 50 and 150 ms.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import requests
from report import Figure, Section, median_of, ratio_of
from support import installed_app

from tests.functional.actions import shown_bands, shown_columns
from tests.functional.scrum.scene import Team, group_called
from tests.support.person import Person
from tests.support.servers import Sandbox, http

GOALS = {0: None, 50: 1.10, 150: 1.04}
OWN_TIME = 6.0
WARM_UP = 3
Request = Callable[[], requests.Response]


def took(work: Request) -> float:
    """Milliseconds of one request that must succeed."""
    began = time.perf_counter()
    answer = work()
    elapsed = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    return elapsed


def in_turn(direct: Request, through: Request, turns: int) -> list[tuple[float, float]]:
    """Milliseconds of both, taken in turn, without the first ones."""
    return [(took(direct), took(through)) for _ in range(turns + WARM_UP)][WARM_UP:]


class Writer:
    """The same write straight to the portal, over one kept connection."""

    def __init__(self, sandbox: Sandbox, who: str) -> None:
        self._hook, self._session = sandbox.get("webhooks")[who], http()

    def __call__(self, method: str, **body: Any) -> requests.Response:
        return self._session.post(self._hook + method, json=body, timeout=30)


def actions(sandbox: Sandbox, owner: Person, member: Person) -> dict[str, tuple[Request, Request]]:
    """Name → (the write sent directly, the same through the app); each call sets another value."""
    board = f"/boards/g{sandbox.main_group_id}"
    page = owner.get(board).text
    stages, shown = shown_columns(page), shown_bands(page)
    write, hook = Writer(sandbox, "owner"), Writer(sandbox, "member")
    team = Team(member, sandbox, group_called(sandbox, "Scrum team")).look()
    item = team.items[0].task_id
    places, colors, points = (
        cycle((stages[0].stage_id, stages[1].stage_id)),
        cycle(("12AB9F", "9F12AB")),
        cycle("358"),
    )
    last, path = stages[-1].stage_id, f"{board}/stages/{stages[-1].stage_id}"
    moved = "tasks.api.scrum.task.update"
    return {
        "move a stage": (
            lambda: write("task.stages.update", id=last, fields={"AFTER_ID": next(places)}),
            lambda: owner.post(f"{path}/move", after_id=next(places), shown=shown),
        ),
        "recolor a stage": (
            lambda: write("task.stages.update", id=last, fields={"COLOR": next(colors)}),
            lambda: owner.post(f"{path}/color", color=next(colors), shown=shown),
        ),
        "set points": (
            lambda: hook(moved, id=item, fields={"storyPoints": next(points)}),
            lambda: team.post("/points", points=json.dumps({item: next(points)})),
        ),
    }


def measure(quick: bool) -> Section:
    figures: list[Figure] = []
    with installed_app("small") as (sandbox, app):
        sandbox.post("limits", rate=False, operating=False)
        people = (Person(sandbox, app.url, who).open() for who in ("owner", "member"))
        deeds = actions(sandbox, *people)
        for latency, goal in GOALS.items():
            sandbox.delete("faults")
            if latency:
                sandbox.fault("*", "delay", seconds=latency / 1000, times=None)
            for name, (direct, through) in deeds.items():
                pairs = in_turn(direct, through, 4 if quick else 60)
                figures += of_action(f"{name}, {latency} ms", pairs, goal)
    return Section(
        "An action through the app",
        "HTTP to HTTP, one request after another: the page's request to the app against the "
        "same write sent to "
        "the portal by a client with one kept connection. The app's own time is the median of "
        "the differences, "
        "so it holds what the portal needs for reading what was there before.",
        figures,
        obstacle="One after another: finding the session, claiming the request's key, the request to the "
        "portal and its answer, journal and key in one transaction, rendering what changed, the log line. No "
        "step is large; each is Python between two waits and runs with cold caches, the colder the longer "
        "the portal takes.",
        profiles=(
            "py-spy, setting points: what the page knows of items, and the team's scale, went through the "
            "ORM, which took more than the request to the portal; now prepared statements.",
            "py-spy, recoloring: the catalog was looked up for each text, now once for each language.",
        ),
    )


def of_action(name: str, pairs: list[tuple[float, float]], goal: float | None) -> list[Figure]:
    """Direct time, ratio and what the app adds."""
    own = [through - direct for direct, through in pairs]
    return [
        Figure(f"{name}: sent directly", statistics.median(direct for direct, _ in pairs), "ms"),
        ratio_of(f"{name}: through the app ÷ directly", pairs, **({"goal": goal} if goal else {})),
        median_of(f"{name}: the app's own time", own, "ms", goal=OWN_TIME),
    ]
