"""A busy hour of everything, failures included: neither the store nor the log holds what opens a door."""

from __future__ import annotations

import base64
import itertools
import logging
import logging.config
import re
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

import b24.client
from tests.functional.failures.matrix import DEEDS, Deed
from tests.functional.in_process import InProcessApp, Tab, ground
from tests.support.person import SESSION
from tests.support.servers import CLIENT_SECRET, http
from web.core.logs import CONFIG, WithRequestId

LINES = 10_000
KNOCKS = 40
"""Refused requests after each action, so that the log is that of an hour."""
SAID = "No access with"
"""Portals may repeat what they were sent when they refuse it."""
SAID_IN_THE_LOG = f'"words": "{SAID} *** of text('
FAILURES: list[dict[str, Any]] = [
    {"kind": "error", "status": 401, "code": "expired_token"},
    {"kind": "error", "status": 401, "code": "invalid_token"},
    {"kind": "error", "status": 403, "code": "ACCESS_DENIED"},
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"},
    {"kind": "drop_after"},
    {"kind": "broken_json"},
    {"kind": "html", "status": 502},
]


class Kept(logging.Handler):
    """The lines a production process would have written."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        made = logging.config.DictConfigurator(CONFIG).configure_formatter(CONFIG["formatters"]["json"])
        self.setFormatter(made)
        self.addFilter(WithRequestId())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "werkzeug":  # the stand-in portal of this process, not the app
            self.lines.append(self.format(record))


@dataclass
class Hour:
    """What is left of it: the log, every secret there was, the store as SQL and as the bytes of its files."""

    lines: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    dump: str = ""
    raw: bytes = b""


def spellings(secret: str) -> set[str]:
    """The ways in which a secret may stand in a text: as it is, for an address, in hex, in base64 wherever
    in a longer text it began."""
    found = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        secret.encode().hex(),
        secret.encode().hex().upper(),
    }
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            coded = encode(b"\0" * before + secret.encode()).decode().rstrip("=")
            # The first and the last characters hold bits of the neighbours too.
            found.add(coded[(0, 2, 3)[before] : len(coded) - 1])
    return found


def leaks(secrets: dict[str, str], text: str) -> set[str]:
    """Which kinds of secrets the text holds."""
    return {kind for secret, kind in secrets.items() if any(one in text for one in spellings(secret))}


@contextmanager
def logged() -> Iterator[Kept]:
    """Keep what is logged while the block runs."""
    root, kept = logging.getLogger(), Kept()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    try:
        yield kept
    finally:
        root.removeHandler(kept)
        root.setLevel(level)


def opening(g: InProcessApp, who: str, **options: Any) -> tuple[str, dict[str, str]]:
    """Path with query, and form, of an opening that has not been posted yet."""
    found = g.sandbox.post("launch", user=g.sandbox.user(who), placement="DEFAULT", options={}, **options)
    parts = urlsplit(found["url"])
    return f"{parts.path}?{parts.query}", found["form"]


def refused_openings(g: InProcessApp) -> None:
    """True tokens in forms that are forged, in addresses, and in events."""
    client = g.flask.test_client()
    path, form = opening(g, "member")
    for name in form:
        client.post(path, data=form | {name: "forged"})
    client.get(f"{path}&{urlencode(form)}")
    client.post("/install", json=form)
    client.get("/metrics", query_string=form)
    for auth in ({"application_token": "forged"}, {"access_token": form["AUTH_ID"]}, {}):
        event = {f"auth[{name}]": value for name, value in auth.items()}
        event |= {"event": "ONAPPUPDATE", "auth[member_id]": form["member_id"], "data[T]": form["REFRESH_ID"]}
        client.post("/events", data=event)


def true_events(g: InProcessApp) -> None:
    """Events of the portal: one is worked on, one stays in the queue."""
    client, app = g.flask.test_client(), g.portal.app
    assert app
    _path, form = opening(g, "admin")
    for task in (1, 2):
        event = {
            "event": "ONAPPUPDATE" if task == 1 else "ONTASKUPDATE",
            "data[FIELDS_BEFORE][ID]": task,
            "auth[member_id]": form["member_id"],
            "auth[application_token]": app.application_token,
            "auth[access_token]": form["AUTH_ID"],
            "auth[refresh_token]": form["REFRESH_ID"],
        }
        assert client.post("/events", data=event).status_code == 200


def log_in_in_a_tab(g: InProcessApp, hour: Hour) -> None:
    """Login through the portal, and one whose code is worth nothing."""
    client, base = g.flask.test_client(), "https://127.0.0.1:9"
    start = client.get(f"/oauth/start?domain={urlsplit(g.sandbox.url).netloc}", base_url=base)
    there = http().get(f"{start.headers['Location']}&as=member", allow_redirects=False, timeout=30)
    back = urlsplit(there.headers["Location"])
    given = dict(parse_qsl(back.query))
    hour.secrets |= {given["code"]: "code", given["state"]: "state"}
    g.flask.test_client().get(f"/oauth/callback?{back.query}", base_url=base)
    done = client.get(f"/oauth/callback?{back.query}", base_url=base)
    assert done.status_code == 303, done.text[:300]
    cookie = client.get_cookie("stagecraft", domain="127.0.0.1")
    token = SESSION.search(client.get("/", base_url=base).text)
    assert cookie and token
    hour.secrets |= {cookie.value: "cookie", token[1]: "session"}
    working = client.get("/home", base_url=base, headers={"Authorization": f"Bearer {token[1]}"})
    assert working.status_code == 200
    client.post("/session/end", base_url=base, headers={"Authorization": f"Bearer {token[1]}"})


def install_again(g: InProcessApp) -> None:
    path, form = opening(g, "admin", install=True)
    assert g.flask.test_client().post(path, data=form).status_code == 200


def note_secrets(g: InProcessApp, hour: Hour) -> None:
    """Everything that opens a door at this moment; what was before stays noted."""
    with g.portal.lock:
        for pair in g.portal.tokens.values():
            hour.secrets |= {pair.access_token: "access token", pair.refresh_token: "refresh token"}
        assert g.portal.app
        hour.secrets[g.portal.app.application_token] = "application token"
    hour.secrets |= {tab.token: "session" for tab in g.tabs.values()}


def knock(tab: Tab) -> None:
    """Pages that are refused or not there, with true tokens where they do not belong."""
    for number in range(KNOCKS):
        tab.client.get(
            "/home", headers={"Authorization": f"Basic {tab.token}"}, query_string={"t": tab.token}
        )
        tab.client.post("/events", data={"event": tab.token, "auth[application_token]": str(number)})


def work(g: InProcessApp, deed: Deed, failure: dict[str, Any]) -> TestResponse:
    """Do it with something in the way, and again without."""
    g.sandbox.delete("faults")
    g.restore()
    press, key = deed.prepare(g), uuid.uuid4().hex
    said = f'{SAID} {g.tab("member").token} of "{g.tab("member").token}"' if "code" in failure else ""
    g.sandbox.fault(deed.writes, times=None, description=said, **failure)
    answer = press(key)
    g.sandbox.delete("faults")
    if answer.status_code in (401, 403):
        g.log_in_again()
    return press(key)


def live_through(g: InProcessApp, hour: Hour, kept: Kept) -> None:
    """Every action of every section; in between what else happens in an hour."""
    aside = (refused_openings, true_events, install_again, lambda g: log_in_in_a_tab(g, hour),
             lambda g: g.sandbox.post("tokens/expire", which="access"),
             InProcessApp.log_in_again)  # fmt: skip
    shared = g.flask.extensions["stagecraft"]
    done = 0
    for deed, failure, more in zip(DEEDS, itertools.cycle(FAILURES), itertools.cycle(aside), strict=False):
        more(g)
        note_secrets(g, hour)
        done += work(g, deed, failure).status_code == 200
        knock(g.tab("member"))
        note_secrets(g, hour)
        shared.worker._tick()
    assert done > len(DEEDS) / 2, "most of it went well"
    while len(kept.lines) < LINES:
        knock(g.tab("member"))
    true_events(g)
    note_secrets(g, hour)


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hour]:
    """The hour once for all tests of this module."""
    folder, hour = tmp_path_factory.mktemp("leaks"), Hour()
    with pytest.MonkeyPatch.context() as patch, logged() as kept, ground(folder) as g:
        waited: list[float] = []
        defaults = b24.client.Client.__init__.__kwdefaults__
        assert defaults
        patch.setitem(defaults, "sleep", lambda pause: waited.append(pause))
        patch.setitem(defaults, "clock", lambda: time.time() + sum(waited))
        live_through(g, hour, kept)
        shared = g.flask.extensions["stagecraft"]
        hour.secrets |= {CLIENT_SECRET: "client secret"} | dict.fromkeys(
            shared.config.token_keys, "Fernet key"
        )
        hour.dump, hour.raw = dumped(folder / "ground.sqlite"), stored_bytes(folder)
        hour.lines = kept.lines
    yield hour


def dumped(file: Path) -> str:
    """All tables, as SQL."""
    with sqlite3.connect(file) as connection:
        return "\n".join(connection.iterdump())


def stored_bytes(folder: Path) -> bytes:
    """The files of the store, with what has been deleted or is not yet in its place."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("ground.sqlite*")))


def test_the_hour_was_a_busy_one(hour: Hour) -> None:
    """Else the other tests would say little."""
    assert len(hour.lines) >= LINES
    kinds = set(hour.secrets.values())
    assert kinds == {"access token", "refresh token", "application token", "client secret", "Fernet key",
                     "session", "cookie", "code", "state"}  # fmt: skip
    assert all(len(one) >= 16 for one in hour.secrets), "long enough not to be found by chance"
    for table in ("token_pair", "user_session", "journal_entry", "queued_event", "logged_call"):
        assert re.search(rf'INSERT INTO "?{table}"?', hour.dump), f"nothing in {table}"
    for told in (
        "launch refused",
        "event refused",
        '"status": 200',
        '"status": 401',
        '"status": 502',
        SAID_IN_THE_LOG,
    ):
        assert any(told in line for line in hour.lines), told


def test_the_log_opens_no_door(hour: Hour) -> None:
    assert not leaks(hour.secrets, "\n".join(hour.lines))


def test_a_dump_of_the_store_opens_no_door(hour: Hour) -> None:
    assert not leaks(hour.secrets, hour.dump)


def test_the_bytes_of_the_store_open_no_door(hour: Hour) -> None:
    assert not leaks(hour.secrets, hour.raw.decode("latin-1"))


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_a_planted_secret_is_found(hour: Hour, before: str) -> None:
    """In the midst of everything, in each spelling."""
    kinds = {kind: secret for secret, kind in hour.secrets.items()}
    lines = "\n".join(hour.lines[:500])
    for kind, secret in kinds.items():
        data = f"{before}{secret}z".encode()
        planted = (secret, quote(secret, safe=""), data.hex(), data.hex().upper(),
                   base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode())  # fmt: skip
        for one in planted:
            assert kind in leaks({secret: kind}, f"{lines}{one}\n{lines}"), (kind, one)
