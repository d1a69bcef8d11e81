"""Strangers at the open addresses: who is refused again and again has to wait, and nobody else."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from config import Config
from store import portals
from store.models import Base
from tests.functional.operations.nodes import on_one_machine, on_two_machines
from tests.support.servers import CLIENT_ID, Sandbox, http
from web.core import throttle

REFUSALS = 3
FORGED_EVENT = {"event": "ONTASKADD", "auth[member_id]": "f" * 32, "auth[application_token]": "made-up"}


@pytest.fixture
def flask(tmp_path: Path) -> Iterator[Flask]:
    keys = (Fernet.generate_key().decode(),)
    database = f"sqlite:///{tmp_path / 'floods.sqlite'}"
    settings: dict[str, Any] = {"allow_private_portals": True, "refusals_per_minute": REFUSALS, "proxies": 1}
    app = create_app(Config("http://x", CLIENT_ID, "s", keys, database, **settings), worker=False)
    db = app.extensions["stagecraft"].db
    Base.metadata.create_all(db.engine)
    yield app
    db.close()


@pytest.fixture
def stranger(flask: Flask) -> FlaskClient:
    return flask.test_client()


def came_from(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


@pytest.mark.parametrize(
    ("verb", "path", "form", "first_answer"),
    [
        ("POST", "/", {"AUTH_ID": "made-up", "member_id": "f" * 32}, 403),
        ("POST", "/install", {"AUTH_ID": "made-up", "member_id": "f" * 32}, 403),
        ("POST", "/events", FORGED_EVENT, 200),
        ("POST", "/events", {"event": "<"}, 400),
        ("POST", "/session/renew", {"AUTH_ID": "made-up"}, 401),
        ("GET", "/oauth/start?domain=%3C", None, 422),
        ("GET", "/oauth/callback?code=x&state=y", None, 403),
    ],
)
def test_whoever_is_refused_too_often_waits(
    stranger: FlaskClient, verb: str, path: str, form: dict[str, str] | None, first_answer: int
) -> None:
    answers = [
        stranger.open(path, method=verb, data=form, headers=came_from("192.0.2.1"))
        for _ in range(REFUSALS + 2)
    ]
    assert [one.status_code for one in answers] == [first_answer] * REFUSALS + [429, 429]
    last = answers[-1]
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert "Too many failed attempts" in last.text and "Try again in" in last.text
    other = stranger.open(path, method=verb, data=form, headers=came_from("192.0.2.2"))
    assert other.status_code == first_answer, "another address is not concerned"


def test_the_message_is_in_the_language_of_the_portal(stranger: FlaskClient) -> None:
    for _ in range(REFUSALS):
        stranger.post("/?LANG=de", data={"AUTH_ID": "x"})
    held = stranger.post("/?LANG=de", data={"AUTH_ID": "x"})
    assert held.status_code == 429 and "Fehlversuche" in held.text
    assert "frame-ancestors https: http:" in held.headers["Content-Security-Policy"], "shown in a frame"


def test_a_client_cannot_choose_its_address(stranger: FlaskClient) -> None:
    """Only what the trusted proxy has added counts; what stands before it the client may have made up."""
    for turn in range(REFUSALS):
        stranger.post("/events", data=FORGED_EVENT, headers=came_from(f"10.0.0.{turn}, 192.0.2.7"))
    held = stranger.post("/events", data=FORGED_EVENT, headers=came_from("10.9.9.9, 192.0.2.7"))
    assert held.status_code == 429


def test_a_client_with_a_whole_network_is_one_client(stranger: FlaskClient) -> None:
    """Who has one IPv6 address has 2^64 of them."""
    for turn in range(REFUSALS):
        stranger.post("/events", data=FORGED_EVENT, headers=came_from(f"2001:db8:1:2::{turn:x}"))
    others = {
        address: stranger.post("/events", data=FORGED_EVENT, headers=came_from(address)).status_code
        for address in ("2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "::ffff:192.0.2.1", "192.0.2.2", "unknown")
    }
    assert others == {
        "2001:db8:1:2:ffff::9": 429, "2001:db8:1:3::1": 200, "::ffff:192.0.2.1": 200, "192.0.2.2": 200,
        "unknown": 200,
    }  # fmt: skip


@pytest.mark.parametrize("member_id", ["a" * 32, "b" * 32], ids=["known", "unknown"])
def test_updates_nobody_has_proven_have_an_end_and_tell_nothing(
    flask: Flask, stranger: FlaskClient, member_id: str
) -> None:
    """Each may ask the authorization server; how many are let through is the same for any portal."""
    known = {"client_endpoint": "https://a.example/rest/", "auth_server": "s", "installed": True}
    portals.remember(flask.extensions["stagecraft"].db, "a" * 32, **known)  # type: ignore[arg-type]
    event = {"event": "ONAPPUPDATE", "auth[member_id]": member_id, "auth[access_token]": "made-up-token"}
    answers = [
        stranger.post("/events", data=event, headers=came_from("192.0.2.1"))
        for _ in range(REFUSALS * throttle.WEIGHT + 2)
    ]
    let_through = [one.status_code for one in answers]
    assert let_through == [200] * REFUSALS * throttle.WEIGHT + [429, 429]
    assert {one.data for one in answers[:-2]} == {b""}


def test_who_is_refused_at_one_address_is_not_held_back_at_another(stranger: FlaskClient) -> None:
    """Any site can make a visitor's browser post forged events; their company still opens the app."""
    for _ in range(REFUSALS + 1):
        held = stranger.post("/events", data=FORGED_EVENT, headers=came_from("192.0.2.1"))
    assert held.status_code == 429
    opening = stranger.post("/", data={"AUTH_ID": "x"}, headers=came_from("192.0.2.1"))
    assert opening.status_code == 403, "looked at, and refused for what it is"


def buckets(flask: Flask) -> int:
    with flask.extensions["stagecraft"].db.single_select() as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM bucket")))


def test_what_is_not_refused_never_counts(flask: Flask, stranger: FlaskClient) -> None:
    for _ in range(REFUSALS * 5):
        assert stranger.get("/").status_code == 200
        assert stranger.get("/privacy").status_code == 200
    assert buckets(flask) == 0, "nothing is written for it"
    stranger.post("/events", data=FORGED_EVENT, headers=came_from("192.0.2.9"))
    assert buckets(flask) == 1


def test_the_store_names_nobody(flask: Flask, stranger: FlaskClient) -> None:
    stranger.post("/events", data=FORGED_EVENT, headers=came_from("192.0.2.9"))
    with flask.extensions["stagecraft"].db.single_select() as connection:
        name = connection.scalar(sa.text("SELECT endpoint FROM bucket"))
    assert name.startswith("refused:") and "192.0.2.9" not in name


def test_the_wait_ends(stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [stranger.post("/events", data=FORGED_EVENT) for _ in range(REFUSALS + 1)]
    assert answers[-1].status_code == 429
    now, seconds = time.time(), int(answers[-1].headers["Retry-After"])
    monkeypatch.setattr("web.core.throttle.time.time", lambda: now + seconds + 1)
    assert [stranger.post("/events", data=FORGED_EVENT).status_code for _ in range(2)] == [200, 429]


def test_without_a_store_a_stranger_is_refused_all_the_same(flask: Flask, stranger: FlaskClient) -> None:
    Base.metadata.drop_all(flask.extensions["stagecraft"].db.engine)
    assert stranger.post("/events", data={"event": "<"}).status_code == 400


@pytest.mark.parametrize("where", ["two processes", "two nodes"])
def test_all_processes_count_together(
    sandbox: Sandbox, tmp_path: Path, request: pytest.FixtureRequest, where: str
) -> None:
    few = {"REFUSALS_PER_MINUTE": "6"}
    if where == "two nodes":
        started = on_two_machines(sandbox, tmp_path, request.getfixturevalue("postgres_server"), **few)
    else:
        started = on_one_machine(sandbox, tmp_path, **few)
    with started as nodes:
        urls = itertools.cycle(server.url for server in nodes.servers)
        seen = [  # each on a connection of its own, which goes to either process
            http().post(f"{next(urls)}/events", data=FORGED_EVENT).status_code for _ in range(20)
        ]
        assert seen == [200] * 6 + [429] * 14


def test_every_open_address_that_does_something_is_counted(flask: Flask) -> None:
    """A new one must be put into the list, or into the one of those that only show something."""
    from tests.functional.rules.test_isolation import ENDS_THE_SESSION, OPEN_TO_ALL

    only_show = {
        "pages.healthz",
        "pages.readyz",
        "metrics.show",
        "pages.privacy",
        "pages.license_text",
        "install.invitation",
    }
    behind_the_door = {"tab_session.sign_out"}
    found = {
        rule.endpoint for rule in flask.url_map.iter_rules() if str(rule) in OPEN_TO_ALL | ENDS_THE_SESSION
    }
    assert found - only_show - behind_the_door == throttle.OPEN
