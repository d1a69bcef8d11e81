"""Another key while people work (`docs/operate.md`, Keys): nobody notices, and the old one opens nothing.

Processes of three settings on one store, as they follow each other; and what happens where a key is lost.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from store import Database, portals, rotation, tokens
from store.vault import VaultError
from tests.functional.in_process import InProcessApp, Tab, ground

Restarted = Callable[..., Flask]


@pytest.fixture
def g(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessApp]:
    with ground(tmp_path_factory.mktemp("keys")) as found:
        yield found


@pytest.fixture
def restarted(g: InProcessApp) -> Iterator[Restarted]:
    """The app with other keys on the same store."""
    with ExitStack() as stack:

        def start(*keys: str) -> Flask:
            config = dataclasses.replace(g.flask.extensions["stagecraft"].config, token_keys=keys)
            app = create_app(config, worker=False)
            stack.callback(app.extensions["stagecraft"].db.close)
            stack.callback(app.extensions["stagecraft"].transport.close)
            return app

        yield start


def at(app: Flask, tab: Tab) -> Tab:
    """The same session at another process."""
    return Tab(app.test_client(), tab.who, tab.token)


def opened(g: InProcessApp, app: Flask, who: str) -> int:
    launch = g.sandbox.post("launch", user=g.sandbox.user(who), placement="DEFAULT", options={})
    parts = urlsplit(launch["url"])
    return app.test_client().post(f"{parts.path}?{parts.query}", data=launch["form"]).status_code


def test_nobody_notices(g: InProcessApp, restarted: Restarted) -> None:
    [old] = g.flask.extensions["stagecraft"].config.token_keys
    new = Fernet.generate_key().decode()
    tab = g.tab("member")
    ready = restarted(old, new)
    assert at(ready, tab).get("/home").status_code == tab.get("/home").status_code == 200
    both = restarted(new, old)
    g.sandbox.post("tokens/expire", which="access")
    assert at(both, tab).get("/home").status_code == 200, "refreshed, and kept under the new key"
    assert at(ready, tab).get("/home").status_code == 200, "a node whose turn has not come yet reads it"
    assert rotation.rotate(both.extensions["stagecraft"].db) > 0
    assert at(both, tab).get("/home").status_code == 200
    alone = restarted(new)
    assert at(alone, tab).get("/home").status_code == 200
    assert opened(g, alone, "admin") == opened(g, alone, "owner") == 200
    with pytest.raises(VaultError):
        tokens.newest(g.db, g.portal.member_id, limit=5)


def test_where_the_keys_are_lost_people_open_the_app_anew(g: InProcessApp, restarted: Restarted) -> None:
    """As docs/operate.md says of a backup without its keys."""
    g.tab("member")
    lost = restarted(Fernet.generate_key().decode())
    for who in ("member", "admin"):
        assert opened(g, lost, who) == 200, who
    db: Database = lost.extensions["stagecraft"].db
    portal = portals.get(db, g.portal.member_id)
    assert portal and g.portal.app and portal.application_token == g.portal.app.application_token, "adopted"
    event = {"event": "ONTASKADD", "data[FIELDS_AFTER][ID]": "7", "auth[member_id]": portal.member_id}
    client = lost.test_client()
    token = {"auth[application_token]": portal.application_token}
    assert client.post("/events", data=event | token).status_code == 200
    with db.single_select() as connection:
        assert connection.execute(sa.text("SELECT task_id FROM task_news WHERE at > 0")).all() == [(7,)]


def test_where_the_keys_are_lost_events_are_believed_by_nobody(g: InProcessApp, restarted: Restarted) -> None:
    lost = restarted(Fernet.generate_key().decode())
    event = {"event": "ONAPPUNINSTALL", "auth[member_id]": g.portal.member_id, "auth[application_token]": ""}
    assert g.portal.app
    for token in ("", g.portal.app.application_token):
        answer = lost.test_client().post("/events", data=event | {"auth[application_token]": token})
        assert answer.status_code == 200, "as for a portal nobody knows"
    with g.db.single_select() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM queued_event")).scalar() == 0
