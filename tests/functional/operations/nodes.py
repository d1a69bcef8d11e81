"""The app in several processes and on several machines with one database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa
from cryptography.fernet import Fernet

from tests.functional.helpers import form_for
from tests.support import postgres
from tests.support.person import SESSION, Person
from tests.support.servers import Sandbox, Server, free_port, http, start_app
from tests.support.stores import Store, store_url


@dataclass
class Nodes:
    """Masters of gunicorn on ports of their own over one database, as behind a balancer."""

    sandbox: Sandbox
    folder: Path
    url: str
    key: str = field(default_factory=lambda: Fernet.generate_key().decode())
    servers: list[Server] = field(default_factory=list)

    @property
    def shared(self) -> dict[str, str]:
        return {"TOKEN_KEYS": self.key, "DATABASE_URL": self.url}

    def start(self, **env: str) -> Server:
        server = start_app(free_port(), self.sandbox.url, self.folder, **self.shared, **env)
        self.servers.append(server)
        return server

    def anew(self, sandbox: Sandbox) -> Nodes:
        """The same processes for another test: a freshly seeded portal, the app installed, nothing stored."""
        self.sandbox = sandbox
        Store(self.folder / "unused", self.url).forget_everything()
        sandbox.post("install", user=1)
        return self

    def open(self, who: str, node: int = 0) -> Person:
        """Opened at one of the nodes."""
        server = self.servers[node]
        url, form = form_for(self.sandbox, who)
        answer = http().post(f"{server.url}/?{url.partition('?')[2]}", data=form, timeout=60)
        found = SESSION.search(answer.text)
        assert found, answer.text[:300]
        return Person(self.sandbox, server.url, who, token=found[1])

    def at(self, person: Person, node: int) -> Person:
        """The same session, sent to another node by the balancer."""
        return Person(self.sandbox, self.servers[node].url, person.who, token=person.token)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            answer = connection.execute(sa.text(query), values)
            return [tuple(row) for row in answer] if answer.returns_rows else []


@contextmanager
def on_one_machine(sandbox: Sandbox, folder: Path, **env: str) -> Iterator[Nodes]:
    """One node with the processes and threads of the default settings."""
    nodes = Nodes(sandbox, folder, store_url(folder / "shared.sqlite"))
    with _running(nodes, 1, WEB_CONCURRENCY="2", WEB_THREADS="32", **env):
        yield nodes


@contextmanager
def on_two_machines(sandbox: Sandbox, folder: Path, server: str, **env: str) -> Iterator[Nodes]:
    """Two nodes with a database of their own on this PostgreSQL server."""
    nodes = Nodes(sandbox, folder, postgres.create(server, f"n{free_port()}"))
    with _running(nodes, 2, **env):
        yield nodes


@contextmanager
def _running(nodes: Nodes, count: int, **env: str) -> Iterator[Nodes]:
    """So many nodes, gone at the end; the portal counts the app as installed."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.callback(nodes.start(**env).stop)
        nodes.sandbox.post("install", user=1)
        yield nodes


def together(*deeds: Callable[[], requests.Response]) -> list[requests.Response]:
    """All at once."""
    answers: list[requests.Response] = []
    line = threading.Barrier(len(deeds))

    def run(deed: Callable[[], requests.Response]) -> None:
        line.wait(60)
        answers.append(deed())

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers
