"""Mixed load for a while, and what the processes of the app need meanwhile: memory and open files."""

from __future__ import annotations

import random
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.functional.actions import UNDO, shown_columns
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, http

WHO = ("owner", "moderator", "admin", "member")
EXPECTED = frozenset({200, 403, 404, 409, 422, 502, 503, 504})
"""What may be answered while the portal fails now and then; 500 and 401 may not."""


@dataclass
class Sample:
    """One look at a process: seconds since the start, kilobytes of memory, open files."""

    at: float
    kilobytes: int
    files: int


@dataclass
class Report:
    """What was seen. `samples` by process id."""

    answers: dict[int, int] = field(default_factory=dict)
    samples: dict[int, list[Sample]] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(self.answers.values())

    def growth(self, pid: int, of: Callable[[Sample], float]) -> float:
        """How much the last third needs more than the middle third; the first one is warming up."""
        seen = self.samples[pid]
        third = len(seen) // 3
        middle, last = seen[third : 2 * third], seen[2 * third :]
        return statistics.median(map(of, last)) - statistics.median(map(of, middle))


def workers(master: int) -> list[int]:
    """The child processes of a gunicorn."""
    found = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(one) for one in found]


def look(pid: int, at: float) -> Sample:
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    files = len([*Path(f"/proc/{pid}/fd").iterdir()])
    return Sample(at, int(status["VmRSS"].split()[0]), files)


def soak(portal: Sandbox, app: Server, seconds: float, *, every: float) -> Report:
    """Four people work for `seconds`, strangers knock, the portal fails now and then."""
    report, lock, end = Report(), threading.Lock(), time.monotonic() + seconds
    pids = workers(app.process.pid)

    def count(answer: requests.Response) -> requests.Response:
        with lock:
            report.answers[answer.status_code] = report.answers.get(answer.status_code, 0) + 1
        return answer

    def work(person: Person, seed: int) -> None:
        chance = random.Random(seed)
        while time.monotonic() < end:
            _round(portal, person, chance, count)

    def disturb() -> None:
        chance = random.Random(99)
        session = http()
        while time.monotonic() < end:
            portal.delete("faults")  # never more than one waits, or in the end every request meets one
            portal.fault("batch", chance.choice(["drop_before", "drop_after", "html", "half_answer"]))
            session.post(f"{app.url}/events", data={"event": "ONTASKADD", "auth[member_id]": "x"}, timeout=30)
            time.sleep(0.5)
        portal.delete("faults")

    people = [Person(portal, app.url, who).open() for who in WHO]
    threads = [threading.Thread(target=work, args=(one, seed)) for seed, one in enumerate(people)]
    threads.append(threading.Thread(target=disturb))
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        for pid in pids:
            report.samples.setdefault(pid, []).append(look(pid, time.monotonic() - began))
        time.sleep(every)
    for thread in threads:
        thread.join()
    return report


def _round(
    portal: Sandbox,
    person: Person,
    chance: random.Random,
    count: Callable[[requests.Response], requests.Response],
) -> None:
    """Look at the board, do something to it, take it back, read the journal."""
    board = f"/boards/g{portal.main_group_id}"
    page = count(person.get(board))
    if page.status_code != 200:
        return
    columns = shown_columns(page.text)
    full = [one for one in columns if one.cards]
    card, target = chance.choice(chance.choice(full).cards), chance.choice(columns)
    done = count(person.post(f"{board}/cards/{card}/move", stage_id=target.stage_id))
    way_back = UNDO.search(done.text)
    if way_back and chance.random() < 0.7:
        count(person.post(way_back[1]))
    title = {"title": f"Stage {uuid.UUID(int=chance.getrandbits(128)).hex[:6]}"}
    count(person.post(f"{board}/stages/{target.stage_id}/rename", **title))
    for path in ("/journal", "/home", f"/tasks/{card}?board=g{portal.main_group_id}"):
        count(person.get(path))
