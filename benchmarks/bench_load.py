"""Many people acting at once, and the memory of the web processes after it.

Each of so many people moves a card again and again, without a pause, while the portal takes
100 ms for every answer; so nobody can do more than ten moves a second.
"""

from __future__ import annotations

import http.client
import os
import statistics
import threading
import time
import uuid
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlencode, urlsplit

from report import Figure, Section, quartiles
from support import cpu_seconds, installed_app, workers_megabytes

from tests.functional.actions import shown_columns
from tests.support.person import Person
from tests.support.servers import Sandbox, Server

LATENCY = 0.1
CROWDS = {1: None, 20: 0.9, 100: 0.5, 300: None}
WHO = ("owner", "moderator", "member", "admin")
MEMORY = 120.0
CORES = len(os.sched_getaffinity(0))


@dataclass
class Actor:
    """One person's loop over one kept connection."""

    url: str
    token: str
    card: int
    stages: tuple[int, int]
    taken: list[tuple[float, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def run(self, until: float) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        turn = 0
        while time.perf_counter() < until:
            turn += 1
            began = time.perf_counter()
            try:
                self._move(connection, self.stages[turn % 2])
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
                connection.close()
            self.taken.append((time.perf_counter(), time.perf_counter() - began))
        connection.close()

    def _move(self, connection: http.client.HTTPConnection, stage_id: int) -> None:
        form = urlencode({"request_key": uuid.uuid4().hex, "stage_id": stage_id})
        headers = {
            "Authorization": f"Bearer {self.token}",
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", f"{self.url}/cards/{self.card}/move", form, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            self.errors.append(f"{answer.status} {text[:200]!r}")


def crowd(sandbox: Sandbox, app: Server, number: int) -> list[Actor]:
    """So many sessions of people who may move cards, a card each as far as there are enough."""
    board = f"{app.url}/boards/g{sandbox.main_group_id}"
    found = [Person(sandbox, app.url, WHO[place % len(WHO)]).open() for place in range(number)]
    columns = shown_columns(found[0].get(f"/boards/g{sandbox.main_group_id}").text)
    cards = [card for column in columns for card in column.cards]
    stages = (columns[1].stage_id, columns[2].stage_id)
    return [Actor(board, one.token, card, stages) for one, card in zip(found, cycle(cards), strict=False)]


def together(actors: list[Actor], seconds: float) -> float:
    """Let them act; moves a second, counted while all of them were at it."""
    for actor in actors:
        actor.taken.clear()
        actor.errors.clear()
    began = time.perf_counter()
    threads = [threading.Thread(target=actor.run, args=(began + seconds,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(at <= began + seconds for actor in actors for at, _ in actor.taken) / seconds


def of_crowd(
    actors: list[Actor], servers: dict[str, int], seconds: float, goal: float | None
) -> list[Figure]:
    """Share of what so many could do at most, slowest twentieth, errors, and who used the cores."""
    before = {name: cpu_seconds(pid) for name, pid in servers.items()}
    own, people = time.process_time(), len(actors)
    rate = together(actors, seconds)
    used = {name: (cpu_seconds(pid) - before[name]) / seconds for name, pid in servers.items()}
    used["the load generator"] = (time.process_time() - own) / seconds
    waits = [took * 1000 for actor in actors for _, took in actor.taken]
    name = f"{people} at once" if people > 1 else "one person"
    shown = statistics.quantiles(waits, n=20)[-1]
    slow_goal = 3 * LATENCY * 1000 if people == 100 else None
    failed = sum(len(actor.errors) for actor in actors)
    return [
        Figure(f"{name}: moves a second", rate),
        Figure(f"{name}: share of the limit of {people / LATENCY:.0f} a second", rate * LATENCY / people, "",
               goal, at_least=True),
        Figure(f"{name}: answer time, 95th percentile", shown, "ms", slow_goal, spread=quartiles(waits)),
        Figure(f"{name}: errors", failed, "", 0),
        *(Figure(f"{name}: cores used by {who}", share) for who, share in used.items()),
        Figure(f"{name}: CPU for one move, all of them", sum(used.values()) / rate * 1000, "ms"),
        Figure(f"{name}: moves a second if the cores did nothing else", CORES / sum(used.values()) * rate),
    ]  # fmt: skip


def measure(quick: bool) -> Section:
    figures: list[Figure] = []
    crowds = {1: None, 5: None} if quick else CROWDS
    with installed_app("company", threads=320, WEB_CONCURRENCY="2", WEB_THREADS="32") as (sandbox, app):
        sandbox.post("limits", rate=False, operating=False)
        actors = crowd(sandbox, app, max(crowds))
        sandbox.fault("*", "delay", seconds=LATENCY, times=None)
        together(actors[:5], 1)
        for people, goal in crowds.items():
            servers = {"the app": app.process.pid, "the stand-in portal": sandbox.pid}
            figures += of_crowd(actors[:people], servers, 2 if quick else 12, goal)
        memory = max(workers_megabytes(app.process.pid))
    return Section(
        "Many people at once, and memory",
        "Each person moves a card again and again, without a pause, with the Procfile's "
        "settings (2 processes of 32 threads); the portal takes 100 ms for every answer. The "
        "limit is people ÷ "
        "0.1 s. Load generator, stand-in portal and app share the cores; what each used is "
        "below (1.00 is one "
        "core).",
        [*figures, Figure("memory of the larger web process after it", memory, "MB", MEMORY)],
        obstacle="The processor. One move is three requests served (the page's, the portal's, the one of "
        "the event that the portal sends back) and two sent, in Python, on the cores that all of them "
        "share; what one costs, and how many a second the cores could do at most, is above. With the portal "
        "on a machine of its own its share falls away.",
        profiles=(
            "py-spy, 20 people: BEGIN was a statement of the engine, the call log went through the ORM, "
            "and each request to the portal through the merging of a session's settings.",
            "py-spy, the stand-in portal: it looked through all token pairs (each event adds one) and all "
            "tasks, where it now goes by their key; and it made a connection for each event.",
            "cProfile, moving a card: the app made whole tasks of the lists of which it wanted the ids, and "
            "the portal looked at the members of the group anew for each row.",
        ),
    )
