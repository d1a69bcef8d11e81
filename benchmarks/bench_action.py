"""What the app adds to an action: a card moved through the app against the same write sent directly.

A and B take turns in one run, so both meet the same machine; the portal answers after 0, 50 and 150 ms.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import requests
from support import installed_app

from tests.functional.deeds import shown_columns
from tests.support.person import Person
from tests.support.servers import Sandbox

LATENCIES = (0.0, 0.05, 0.15)
TURNS = 60


def took(work: Callable[[], requests.Response]) -> float:
    """Milliseconds of one request that must succeed."""
    began = time.perf_counter()
    answer = work()
    elapsed = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, (answer.status_code, answer.text[:300])
    return elapsed


def in_turn(direct: Callable[[], requests.Response], through: Callable[[], requests.Response]) -> str:
    """A line with both medians, their ratio and what the app itself takes."""
    pairs = [(took(direct), took(through)) for _ in range(TURNS)][5:]
    plain, whole = (statistics.median(column) for column in zip(*pairs, strict=True))
    spread = statistics.quantiles([b / a for a, b in pairs], n=4)
    return (
        f"direct {plain:6.1f} ms, app {whole:6.1f} ms, ratio {whole / plain:.2f} "
        f"(quartiles {spread[0]:.2f} to {spread[2]:.2f}), the app adds {whole - plain:.1f} ms"
    )


def measure(sandbox: Sandbox, owner: Person) -> None:
    board = f"/boards/g{sandbox.main_group_id}"
    first, second = shown_columns(owner.get(board).text)[:2]
    hook = sandbox.get("webhooks")["owner"]
    pooled = requests.Session()
    pooled.trust_env = False
    card, stages = first.cards[0], [first.stage_id, second.stage_id]
    turn = 0

    def direct() -> requests.Response:
        nonlocal turn
        turn += 1
        fields = {"id": card, "stageId": stages[turn % 2]}
        return pooled.post(hook + "task.stages.movetask", json=fields, timeout=30)

    def through() -> requests.Response:
        nonlocal turn
        turn += 1
        return owner.post(f"{board}/cards/{card}/move", stage_id=stages[turn % 2])

    for latency in LATENCIES:
        sandbox.delete("faults")
        if latency:
            sandbox.fault("*", "delay", seconds=latency, times=None)
        print(f"portal answers after {latency * 1000:3.0f} ms: {in_turn(direct, through)}")


def main() -> None:
    with installed_app("small") as (sandbox, app):
        sandbox.post("limits", rate=False, operating=False)
        measure(sandbox, Person(sandbox, app.url, "owner").open())


if __name__ == "__main__":
    main()
