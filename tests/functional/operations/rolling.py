"""A rolling update: two releases of the app behind one balancer, and people who do not stop working."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import requests
from cryptography.fernet import Fernet

from tests.functional.actions import shown_columns, undo_address
from tests.support.balancer import Balancer
from tests.support.installing import install
from tests.support.person import Person
from tests.support.servers import ROOT, Sandbox, Server, free_port, start_app, start_sandbox
from tests.support.stores import Store

T = TypeVar("T")
MOVERS = ("moderator", "member", "admin")
RENAMER = "moderator"
PATIENCE = 60.0
COMPLAINT = re.compile(
    r"Traceback|Error\b|exc_info|\[(?:WARNING|ERROR|CRITICAL)\]"
    r'|"level": "(?:WARNING|ERROR|CRITICAL)"|"status": 5'
)
PAUSE = 0.25
"""Seconds a person takes between two things: the nodes are busy, and can still start beside each other."""
OPENS = 5
"""Every so many things a person opens the app anew."""
GRACE = 40
"""Seconds a node has to end in; gunicorn gives its last requests 30."""


@dataclass
class Update:
    """The portal, the balancer that has the app's address, and the nodes over one database."""

    portal: Sandbox
    balancer: Balancer
    folder: Path
    url: str
    stack: ExitStack
    key: str = field(default_factory=lambda: Fernet.generate_key().decode())

    def start(self, root: Path = ROOT) -> Server:
        """A node with the release in `root`, its tables migrated before by its own migrations."""
        server = start_app(
            free_port(),
            self.portal.url,
            self.folder,
            root,
            APP_URL=self.balancer.url,
            TOKEN_KEYS=self.key,
            DATABASE_URL=self.url,
        )
        self.stack.callback(server.stop)
        return server

    def end(self, server: Server) -> None:
        """Without a node's last requests being cut off: told to end, it has to end well and in time."""
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(GRACE) == 0

    def open(self, who: str) -> Person:
        """Opened in the portal; every request of the session is a connection of its own to the balancer."""
        person = Person(self.portal, self.balancer.url, who)
        person.session.headers["Connection"] = "close"
        person.open()
        assert person.status == 200 and person.token, person.html[:600]
        return person

    def at(self, person: Person, server: Server) -> Person:
        """The same session, sent to this node by the balancer."""
        return Person(self.portal, server.url, person.who, token=person.token)

    @property
    def board(self) -> str:
        return f"/boards/g{self.portal.main_group_id}"

    @property
    def store(self) -> Store:
        return Store(self.folder / "unused", self.url)

    def stages(self) -> list[dict[str, Any]]:
        """What the portal has, in order."""
        found = self.portal.act("admin", "task.stages.get", entityId=self.portal.main_group_id, numeric=1)
        return sorted(found, key=lambda one: int(one["SORT"]))


@contextmanager
def update_of(folder: Path, url: str) -> Iterator[Update]:
    """A portal and a balancer without nodes; `url` is the address of an empty database."""
    with ExitStack() as stack:
        balancer = Balancer(free_port())
        stack.callback(balancer.close)
        portal = start_sandbox(free_port(), int(balancer.url.rpartition(":")[2]), folder)
        stack.callback(portal.stop)
        control = Sandbox(portal.url)
        control.reset("small")
        yield Update(control, balancer, folder, url, stack)


def first_release(update: Update, root: Path) -> Server:
    """The release people start with, its app installed by an administrator."""
    server = update.start(root)
    update.balancer.send_to(server.url)
    install(update.portal, server)
    return server


def entry_of(answer: requests.Response) -> int:
    """Number of the journal's entry that an action was answered with."""
    assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:600]}"
    return int(undo_address(answer).split("/")[2])


class Work:
    """What one person does over and over, and what the app has acknowledged of it."""

    def __init__(self, update: Update, who: str) -> None:
        self.update, self.who = update, who
        self.sessions = [update.open(who)]
        self.entries: list[int] = []
        self.longest = 0.0

    @property
    def person(self) -> Person:
        return self.sessions[-1]

    def round(self, number: int) -> None:
        """Do the next thing, find it in the journal, now and then open the app anew."""
        self.entries.append(entry_of(self.timed(lambda: self.act(number))))
        shown = self.timed(lambda: self.person.get("/journal"))
        assert shown.status_code == 200, f"{shown.status_code}: {shown.text[:600]}"
        assert f'data-entry-id="{self.entries[-1]}"' in shown.text, "what was acknowledged is in the journal"
        if number % OPENS == 0:
            self.sessions.append(self.timed(lambda: self.update.open(self.who)))

    def act(self, number: int) -> requests.Response:
        raise NotImplementedError

    def timed(self, deed: Callable[[], T]) -> T:
        began = time.monotonic()
        done = deed()
        self.longest = max(self.longest, time.monotonic() - began)
        return done


class Mover(Work):
    """Moves a card of their own there and back."""

    def __init__(self, update: Update, who: str, card: int, stages: tuple[int, int]) -> None:
        super().__init__(update, who)
        self.card, self.stages, self.at = card, stages, stages[0]

    def act(self, number: int) -> requests.Response:
        self.at = self.stages[(number + 1) % 2]
        return self.person.post(f"{self.update.board}/cards/{self.card}/move", stage_id=self.at)


class Renamer(Work):
    """Gives a stage one title after the other."""

    def __init__(self, update: Update, who: str, stage: int, title: str) -> None:
        super().__init__(update, who)
        self.stage, self.title = stage, title

    def act(self, number: int) -> requests.Response:
        seen, self.title = self.title, f"Round {number}"
        path = f"{self.update.board}/stages/{self.stage}/rename"
        return self.person.post(path, title=self.title, seen_title=seen)


class Load:
    """Everybody at once, until the block ends. A person stops at the first thing that goes wrong."""

    def __init__(self, update: Update) -> None:
        looked = update.open("owner").get(update.board)
        first, second, third = shown_columns(looked.text)[:3]
        self.movers = [
            Mover(update, who, card, (first.stage_id, second.stage_id))
            for who, card in zip(MOVERS, first.cards, strict=False)
        ]
        self.renamer = Renamer(update, RENAMER, third.stage_id, third.title)
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(len(self.everybody))

    @property
    def everybody(self) -> list[Work]:
        return [*self.movers, self.renamer]

    def __enter__(self) -> Load:
        self._busy = [self._pool.submit(self._run, one) for one in self.everybody]
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._pool.shutdown()

    def fail_if_any(self) -> None:
        """Raise what stopped somebody, if anything did."""
        for one in self._busy:
            if one.done():
                one.result()

    def go_on(self, rounds: int) -> None:
        """Return when everybody has done that many more things; nothing may have gone wrong until then."""
        wanted = [len(one.entries) + rounds for one in self.everybody]
        end = time.monotonic() + PATIENCE
        while any(len(one.entries) < least for one, least in zip(self.everybody, wanted, strict=True)):
            self.fail_if_any()
            assert time.monotonic() < end, "the work has come to a stop"
            time.sleep(0.02)

    def _run(self, work: Work) -> None:
        for number in count():
            work.round(number)
            if self._over.wait(PAUSE):
                return


def complaints(server: Server) -> list[str]:
    """Lines of a node's log that a quiet update does not have."""
    return [line for line in server.log.read_text().splitlines() if COMPLAINT.search(line)]
