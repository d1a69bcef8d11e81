"""The app and the stand-in portal in one process: fast enough to try every action against every failure."""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

import b24.client
from app import create_app
from config import Config
from sandbox.app import create_app as create_portal
from sandbox.settings import Settings
from sandbox.state import store
from sandbox.state.portal import Portal
from store import Database
from store.models import Action, Base, JournalEntry, StoredMemo
from tests.support.person import SESSION
from tests.support.servers import CLIENT_ID, CLIENT_SECRET, Sandbox, free_port

BOARDS = ("groups", "stages", "tasks", "relations", "sorting", "crm", "scrum")
"""What of a portal people see as boards."""
LEAVES = (str, int, float, type(None))
TRACES = frozenset({"viewed_by", "modified_by", "changed_by", "created_by"})
_line = json.JSONEncoder(sort_keys=True).encode
PATIENCE = 0.5
"""Seconds the app of these tests waits for an answer of the portal, so that silence is soon noticed."""


@dataclass
class Tab:
    """Somebody with the app open; speaks to it as `tests.support.person.Person` does."""

    client: FlaskClient
    who: str
    token: str = ""
    refused: bool = False
    """Whether the last post was refused for who asked or what the app may do (401, 403)."""

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> TestResponse:
        return self.client.get(path, query_string=query or None, headers=self._headers(headers))

    def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> TestResponse:
        data = {"request_key": uuid.uuid4().hex} | form
        answer = self.client.post(path, data=data, headers=self._headers(headers))
        self.refused = answer.status_code in (401, 403)
        return answer

    def _headers(self, extra: dict[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "HX-Request": "true"} | (extra or {})


@dataclass
class InProcessApp:
    """A portal with the app installed, and people before it."""

    flask: Flask
    portal_app: Flask
    sandbox: Sandbox
    kept: str = ""
    memos: list[dict[str, Any]] = field(default_factory=list)
    tabs: dict[str, Tab] = field(default_factory=dict)

    @property
    def portal(self) -> Portal:
        found: Portal = self.portal_app.extensions["portal"].portal
        return found

    @property
    def db(self) -> Database:
        found: Database = self.flask.extensions["stagecraft"].db
        return found

    def tab(self, who: str) -> Tab:
        """The person's tab, opened once."""
        if who not in self.tabs:
            self.tabs[who] = Tab(self.flask.test_client(), who)
            self._log_in(self.tabs[who])
        return self.tabs[who]

    def log_in_again(self) -> None:
        """Everybody opens the app anew, as after their session has ended."""
        for tab in self.tabs.values():
            self._log_in(tab)

    def log_in_the_refused(self) -> None:
        """Who was refused opens the app anew; nobody else's session has ended."""
        for tab in self.tabs.values():
            if tab.refused:
                self._log_in(tab)

    def _log_in(self, tab: Tab) -> None:
        user = self.sandbox.user(tab.who)
        launch = self.sandbox.post("launch", user=user, placement="DEFAULT", options={}, lang="en")
        parts = urlsplit(launch["url"])
        page = tab.client.post(f"{parts.path}?{parts.query}", data=launch["form"])
        found = SESSION.search(page.text)
        assert found, page.text[:500]
        tab.token, tab.refused = found[1], False

    def keep(self) -> None:
        """Remember the portal as it is now, and what the app remembers of it."""
        with self.portal.lock:
            self.kept = store.dump(self.portal)
        with self.db.single_select() as connection:
            self.memos = [dict(row) for row in connection.execute(sa.select(StoredMemo.__table__)).mappings()]

    def restore(self) -> None:
        """The portal as it was; people keep the tokens they have got since."""
        before = self.portal
        fresh = store.load(self.kept)
        fresh.tokens = before.tokens
        fresh.clock_frozen = before.clock_frozen
        self.portal_app.extensions["portal"].portal = fresh
        with self.db.writing() as connection:
            connection.execute(sa.update(JournalEntry).values(undone_by=None))
            connection.execute(sa.delete(Action))
            connection.execute(sa.delete(StoredMemo))
            if self.memos:
                connection.execute(sa.insert(StoredMemo), self.memos)

    def boards(self) -> str:
        """Everything of the portal that boards show, as text that is equal for equal portals.

        A line for each thing reads well where two differ; json.dumps would be slow at it, indenting or not.
        """
        with self.portal.lock:
            document = {name: store.encode(getattr(self.portal, name)) for name in BOARDS}
        document["stages"] = _ranked([stage for _id, stage in document["stages"]["map"]])
        document["sorting"] = [[board, _order(row["map"])] for board, row in document["sorting"]["map"]]
        parts = ((name, one) for name in BOARDS for one in _parts(document[name]))
        return "\n".join(f"{name} {_line(one)}" for name, one in parts)

    def entries(self) -> list[int]:
        """The ids of all journal entries."""
        with self.db.single_select() as connection:
            return list(connection.scalars(sa.select(JournalEntry.id).order_by(JournalEntry.id)))


def _ranked(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The columns of all boards in order; how far their numbers are apart is nobody's business."""
    stages = sorted(stages, key=lambda one: (one["entity_type"], one["entity_id"], one["sort"], one["id"]))
    return [one | {"sort": 0} for one in stages]


def _order(positions: list[list[Any]]) -> list[Any]:
    """The tasks of a board from top to bottom, whatever the numbers of their places are."""
    return [task for task, _place in sorted(positions, key=lambda one: one[1])]


def _parts(value: Any) -> Iterator[Any]:
    """The things of a kind one by one, without the traces that reading and rewriting leave."""
    value = _plain(value)
    if isinstance(value, dict) and "map" not in value:
        for name, inner in value.items():
            yield from ([name, one] for one in _parts(inner))
        yield sorted(value)
    else:
        things = value["map"] if isinstance(value, dict) else value
        yield from things if isinstance(things, list) else [things]


def _plain(value: Any) -> Any:
    """Without the traces that reading and rewriting leave."""
    if isinstance(value, dict):
        return {
            key: inner if isinstance(inner, LEAVES) else _plain(inner)
            for key, inner in value.items()
            if key not in TRACES
        }
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _install(ground: InProcessApp) -> None:
    launch = ground.sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
    parts = urlsplit(launch["url"])
    answer = ground.flask.test_client().post(f"{parts.path}?{parts.query}", data=launch["form"])
    assert answer.status_code == 200 and re.search("installFinish|js/install", answer.text), answer.text[:500]
    ground.sandbox.post("install", user=1)


@contextmanager
def hurried(folder: Path, seed: str = "small") -> Iterator[InProcessApp]:
    """`ground`, on which the app waits no real time between its tries, though its clock goes on."""
    with pytest.MonkeyPatch.context() as patch, ground(folder, seed) as found:
        waited: list[float] = []
        usual = b24.client.Client.__init__.__kwdefaults__
        patch.setitem(usual, "sleep", waited.append)
        patch.setitem(usual, "clock", lambda: time.time() + sum(waited))
        patch.setattr(found.flask.extensions["stagecraft"].transport, "_timeout", (5, 30))
        yield found


@contextmanager
def ground(folder: Path, seed: str = "small") -> Iterator[InProcessApp]:
    """Both applications, the app installed; the portal's clock stands still."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = Settings(
        url=url,
        app_url="http://127.0.0.1:9",
        seed=seed,
        limits=False,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    portal_app = create_portal(settings)
    server = make_server("127.0.0.1", port, portal_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    config = Config(
        "http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET, (Fernet.generate_key().decode(),),
        f"sqlite:///{folder / 'ground.sqlite'}", auth_servers=(f"{url}/_oauth",), js_url=f"{url}/bx24.js",
        allow_private_portals=True, rate_burst=10**6, rate_per_second=10**6, refusals_per_minute=10**6,
    )  # fmt: skip
    flask = create_app(config, worker=False)
    both = InProcessApp(flask, portal_app, Sandbox(url))
    Base.metadata.create_all(both.db.engine)
    both.sandbox.reset(seed)
    try:
        _install(both)
        both.portal.app.subscriptions.clear()  # type: ignore[union-attr]  # nobody listens for events here
        both.portal.clock_frozen = both.portal.now().timestamp()
        both.keep()
        yield both
    finally:
        flask.extensions["stagecraft"].transport.close()
        both.db.close()
        server.shutdown()
        thread.join()
        server.server_close()
