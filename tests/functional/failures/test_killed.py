"""kill -9 of the whole app while people work: afterwards everything answers and nothing is half written."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

from boards.core.change import Change
from tests.functional.actions import shown_columns
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, start_app
from tests.support.stores import Store, on_postgres

PEOPLE = ("owner", "moderator", "member", "admin")
LOAD_SECONDS = 1.5


@dataclass
class App:
    """The app with two processes that can be killed and started again over the same store."""

    sandbox: Sandbox
    folder: Path
    port: int = field(default_factory=free_port)
    key: str = field(default_factory=lambda: Fernet.generate_key().decode())
    server: Server | None = None

    def start(self) -> Server:
        self.server = start_app(
            self.port, self.sandbox.url, self.folder, WEB_CONCURRENCY="2", TOKEN_KEYS=self.key
        )
        return self.server

    def kill(self) -> None:
        """All processes at once, without a word."""
        assert self.server
        master = self.server.process
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
        assert len(children) == 2
        for pid in (master.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        master.wait(10)
        self._wait_for_the_port()

    def _wait_for_the_port(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
            except requests.ConnectionError:
                return
            time.sleep(0.05)

    @property
    def store(self) -> Store:
        return Store(self.folder / f"app-{self.port}.sqlite")


@pytest.fixture
def app(sandbox: Sandbox, tmp_path: Path) -> Iterator[App]:
    running = App(sandbox, tmp_path)
    running.start()
    sandbox.post("install", user=1)
    yield running
    if running.server:
        running.server.stop()


@dataclass
class Worker:
    """Somebody who moves their card there and back until the app is gone; what was acknowledged counts."""

    person: Person
    board: str
    card: int
    stages: tuple[int, int]
    acknowledged: int = 0

    def run(self) -> None:
        with contextlib.suppress(requests.RequestException):
            while True:
                target = self.stages[(self.acknowledged + 1) % 2]
                answer = self.person.post(f"{self.board}/cards/{self.card}/move", stage_id=target)
                assert answer.status_code == 200, answer.text
                self.acknowledged += 1


def launched(app: App, who: str) -> Person:
    """Opened through a form that names the stand-in's own address of the app; here it is another port."""
    assert app.server
    form = app.sandbox.post("launch", user=app.sandbox.user(who), placement="DEFAULT", options={})
    person = Person(app.sandbox, app.server.url, who)
    query = form["url"].partition("?")[2]
    answer = person.session.post(f"{app.server.url}/?{query}", data=form["form"], timeout=60)
    person.token = answer.text.partition('<meta name="session" content="')[2].partition('"')[0]
    assert person.token, answer.text[:300]
    return person


def workers(app: App) -> list[Worker]:
    board = f"/boards/g{app.sandbox.main_group_id}"
    people = [launched(app, who) for who in PEOPLE]
    first, second = shown_columns(people[0].get(board).text)[:2]
    return [
        Worker(person, board, card, (first.stage_id, second.stage_id))
        for person, card in zip(people, first.cards, strict=False)
    ]


def test_everything_acknowledged_is_there_and_nothing_half(app: App) -> None:
    busy = workers(app)
    threads = [threading.Thread(target=one.run) for one in busy]
    for thread in threads:
        thread.start()
    time.sleep(LOAD_SECONDS)
    app.kill()
    for thread in threads:
        thread.join(60)
    app.start()
    if not on_postgres():
        assert app.store.rows("PRAGMA integrity_check") == [("ok",)]
    entries = [Change.from_json(text) for (text,) in app.store.rows("SELECT change FROM journal_entry")]
    for one in busy:
        assert one.acknowledged > 0
        assert one.person.get("/home").status_code == 200, "an acknowledged session is not lost"
        written = sum(one.card in entry.task_ids for entry in entries)
        assert one.acknowledged <= written <= one.acknowledged + 1
        task = app.sandbox.act("admin", "tasks.task.get", taskId=one.card, select=["ID", "STAGE_ID"])["task"]
        made = one.stages.index(int(task["stageId"]) or one.stages[0])
        assert made in {one.acknowledged % 2, (one.acknowledged + 1) % 2}
        moved = one.person.post(f"{one.board}/cards/{one.card}/move", stage_id=one.stages[1 - made])
        assert moved.status_code == 200, "work goes on"


def test_a_request_that_was_cut_off_acts_once_when_it_comes_again(app: App) -> None:
    """The portal has acted, the journal has it or has not; the same request again must not act twice."""
    [owner] = [one for one in workers(app) if one.person.who == "owner"]
    before = len(app.sandbox.act("admin", "task.stages.get", entityId=app.sandbox.main_group_id, numeric=1))
    form = {"title": "Once", "color": "FF0000", "after_id": str(owner.stages[0]), "request_key": "k" * 20}
    assert owner.person.post(f"{owner.board}/stages", **form).status_code == 200
    app.kill()
    app.start()
    again = owner.person.post(f"{owner.board}/stages", **form)
    assert again.status_code == 200
    after = app.sandbox.act("admin", "task.stages.get", entityId=app.sandbox.main_group_id, numeric=1)
    assert len(after) == before + 1


def test_a_refresh_that_died_with_its_process(app: App) -> None:
    """Killed while the authorization server thinks: the lease ends by itself, the portal is not lost."""
    [owner] = [one for one in workers(app) if one.person.who == "owner"]
    app.sandbox.post("tokens/expire", which="access")
    app.sandbox.fault("oauth.token", "delay", seconds=30)  # first: what is dropped at once is tried again
    app.sandbox.fault("oauth.token", "drop_before")
    held = threading.Thread(target=_ask_and_die, args=(owner.person,))
    held.start()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not app.store.rows(
        "SELECT 1 FROM token_pair WHERE lease_until > ?", time.time()
    ):
        time.sleep(0.05)
    app.kill()
    held.join(60)
    app.sandbox.delete("faults")
    app.start()
    began = time.monotonic()
    assert owner.person.get("/home").status_code == 200
    assert time.monotonic() - began < 15
    with app.sandbox.recording() as seen:
        assert owner.person.get("/home").status_code == 200
    assert seen.http == 1


def _ask_and_die(person: Person) -> None:
    with contextlib.suppress(requests.RequestException):
        person.get("/home")
