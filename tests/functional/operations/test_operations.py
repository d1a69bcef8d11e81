"""What whoever runs the app looks at: readiness, metrics, log lines, and numbers that tie them together."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app
from config import VERSION, Config
from store.models import Base
from tests.functional.actions import Opener, shown_columns
from tests.functional.helpers import eventually
from tests.support.installing import install
from tests.support.person import Person
from tests.support.servers import CLIENT_ID, Sandbox, Server, free_port, http, start_app, start_sandbox
from tests.support.stores import Store
from web.core.logs import WithRequestId

TOKEN = "a-token-of-the-tests-for-figures"
NUMBER = "f00d-0123.456_789"


@dataclass
class Node:
    """The app in two processes, as in production, with metrics, and a portal of its own."""

    server: Server
    database: Path
    portal: Sandbox

    @property
    def url(self) -> str:
        return self.server.url


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder, port, portal_port = tmp_path_factory.mktemp("operations"), free_port(), free_port()
    portal = start_sandbox(portal_port, port, folder)
    server = start_app(port, portal.url, folder, METRICS_TOKEN=TOKEN, WEB_CONCURRENCY="2")
    yield Node(server, folder / f"app-{port}.sqlite", Sandbox(portal.url))
    server.stop()
    portal.stop()


def lines(log: Path) -> list[dict[str, Any]]:
    """The log of a server; each line has to be a JSON document of its own."""
    return [json.loads(line) for line in log.read_text().splitlines()]


# --- readiness ---
def test_ready_with_the_tables_of_this_release_and_not_before(node: Node) -> None:
    server, database = node.server, node.database
    assert http().get(f"{server.url}/readyz").json() == {"status": "ready"}
    store = Store(database)
    [(newest,)] = store.rows("SELECT version_num FROM alembic_version")
    store.rows("UPDATE alembic_version SET version_num = '0001'")
    old = http().get(f"{server.url}/readyz")
    store.rows("UPDATE alembic_version SET version_num = ?", newest)
    assert old.status_code == 503
    assert old.json() == {"status": "migrations pending", "present": "0001", "newest": newest}
    assert http().get(f"{server.url}/readyz").status_code == 200


def test_ready_while_a_newer_release_has_migrated_already(node: Node) -> None:
    """An update migrates first: a balancer that asks must not take away the only nodes there are."""
    store = Store(node.database)
    [(newest,)] = store.rows("SELECT version_num FROM alembic_version")
    store.rows("UPDATE alembic_version SET version_num = 'of_tomorrow'")
    ahead = http().get(f"{node.url}/readyz")
    store.rows("UPDATE alembic_version SET version_num = ?", newest)
    assert (ahead.status_code, ahead.json()) == (200, {"status": "ready"})


def test_not_ready_without_a_store(tmp_path: Path) -> None:
    (tmp_path / "nowhere").mkdir()
    keys = (Fernet.generate_key().decode(),)
    missing = Config(
        "http://x", CLIENT_ID, "s", keys, f"sqlite:///{tmp_path}/a.db", allow_private_portals=True
    )
    app = create_app(missing, worker=False)
    empty = app.test_client().get("/readyz")
    assert (empty.status_code, empty.json["status"]) == (503, "migrations pending")
    app.extensions["stagecraft"].db.close()
    (tmp_path / "a.db").unlink(missing_ok=True)
    (tmp_path / "a.db").mkdir()
    gone = app.test_client().get("/readyz")
    assert (gone.status_code, gone.json) == (503, {"status": "store unavailable"})


# --- metrics ---
def test_metrics_are_for_whoever_has_the_token(node: Node, empty_app: Server) -> None:
    server = node.server
    ask = {"Authorization": f"Bearer {TOKEN}"}
    assert http().get(f"{server.url}/metrics").status_code == 404
    assert http().get(f"{server.url}/metrics", headers={"Authorization": "Bearer x"}).status_code == 404
    assert http().get(f"{empty_app.url}/metrics", headers=ask).status_code == 404, (
        "no token set: no such address"
    )
    assert http().get(f"{empty_app.url}/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    assert http().get(f"{server.url}/metrics", headers=ask).status_code == 200


def figure(server: Server, name: str) -> float:
    text = http().get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return sum(float(one) for one in re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE))


def test_metrics_are_the_sum_of_all_processes(node: Node) -> None:
    server = node.server
    name = 'stagecraft_request_seconds_count{endpoint="pages.privacy",status="200"}'
    before = figure(server, name)
    for _ in range(40):  # each on a connection of its own, so that both processes get some
        assert http().get(f"{server.url}/privacy").status_code == 200
    assert figure(server, name) - before == 40
    assert figure(server, "stagecraft_events_waiting") == 0
    assert figure(server, "stagecraft_jobs_open") == 0
    assert figure(server, f'stagecraft_release{{version="{VERSION}"}}') == 1


def test_what_people_do_is_counted_without_saying_who(node: Node) -> None:
    server, sandbox = node.server, node.portal
    sandbox.reset("small")
    install(sandbox, server)
    owner = Person(sandbox, server.url, "owner").open()
    board = f"/boards/g{sandbox.main_group_id}"
    stage = shown_columns(owner.get(board).text)[1].stage_id
    entries = 'stagecraft_journal_entries_total{kind="stage_rename"}'
    calls = 'stagecraft_portal_call_seconds_count{method="batch",outcome="ok"}'
    was = figure(server, entries), figure(server, calls)
    assert owner.post(f"{board}/stages/{stage}/rename", title="Waiting for parts").status_code == 200
    assert (figure(server, entries), figure(server, calls)) == (was[0] + 1, was[1] + 1)
    everything = http().get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    for told in (sandbox.url, "Waiting", owner.token, sandbox.get("state").get("member_id", "nobody")):
        assert told not in everything


# --- requests and their numbers ---
def test_a_request_keeps_the_number_it_came_with(node: Node) -> None:
    server = node.server
    given = http().get(f"{server.url}/privacy", headers={"X-Request-ID": NUMBER})
    assert given.headers["X-Request-ID"] == NUMBER
    for unfit in ("short", "x" * 65, "white space", "<script>x</script>"):
        made = http().get(f"{server.url}/privacy", headers={"X-Request-ID": unfit}).headers["X-Request-ID"]
        assert re.fullmatch(r"[0-9a-f]{32}", made), unfit
    [line] = [one for one in lines(server.log) if one["request_id"] == NUMBER]
    assert {**line, "time": 0, "milliseconds": 0} == {
        "level": "INFO", "logger": "stagecraft.requests", "request_id": NUMBER, "message": "request",
        "version": VERSION,
        "verb": "GET", "endpoint": "pages.privacy", "path": "/privacy", "status": 200,
        "time": 0, "milliseconds": 0,
    }  # fmt: skip


def test_an_address_that_is_none_is_not_written_down(node: Node) -> None:
    server = node.server
    number = http().get(f"{server.url}/wp-admin/{TOKEN}?auth={TOKEN}").headers["X-Request-ID"]
    [line] = [one for one in lines(server.log) if one["request_id"] == number]
    assert (line["endpoint"], line["path"], line["status"]) == ("", "", 404)
    assert TOKEN not in server.log.read_text()


def test_the_call_log_has_the_number_of_the_request(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    admin = open_as("admin")
    answer = admin.get(f"/boards/g{installed.main_group_id}")
    number = answer.headers["X-Request-ID"]
    asked = "SELECT method FROM logged_call WHERE request_id = ?"
    assert eventually(lambda: store.rows(asked, number) == [("batch",)])
    page = admin.get("/calls", q=number).text
    assert page.count('id="call-') == 1 and number in page
    assert 'id="call-' not in admin.get("/calls", q=number[:20]).text, "a number is whole or none"


@pytest.mark.parametrize("kind", ["error", "command_error"])
def test_what_a_portal_said_is_found_by_the_number_that_the_person_sees(node: Node, kind: str) -> None:
    """For the call as a whole and for one command of a batch."""
    server, sandbox = node.server, node.portal
    sandbox.reset("small")
    install(sandbox, server)
    owner = Person(sandbox, server.url, "owner").open(lang="en")
    board = f"/boards/g{sandbox.main_group_id}"
    stage = shown_columns(owner.get(board).text)[1].stage_id
    said = f"Title 'Salary of Anna' is locked\nby {owner.token}; ask the support."
    sandbox.fault("task.stages.update", kind, status=400, code="ERROR_CORE", description=said, times=None)
    answer = owner.post(f"{board}/stages/{stage}/rename", title="Waiting for parts")
    sandbox.delete("faults")
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 409 and f"Number of the request: {number}" in answer.text
    assert "support" not in answer.text, "the portal's words are not for the page"
    told = [line for line in lines(server.log) if line["request_id"] == number and "words" in line]
    words = {line["words"] for line in told}
    assert words == {"Title text(14) is locked by ***; ask the support."}
    assert {line["code"] for line in told} == {"ERROR_CORE"} and all(line["portal"] for line in told)
    assert owner.token not in server.log.read_text()


def test_who_meets_a_defect_is_told_its_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keys = (Fernet.generate_key().decode(),)
    settings = Config(
        "http://x", CLIENT_ID, "s", keys, f"sqlite:///{tmp_path}/a.db", allow_private_portals=True
    )
    app: Flask = create_app(settings, worker=False)
    db = app.extensions["stagecraft"].db
    Base.metadata.create_all(db.engine)

    def broken() -> str:
        raise RuntimeError("a defect of the tests")

    app.view_functions["pages.privacy"] = broken
    caplog.handler.addFilter(WithRequestId())
    with caplog.at_level(logging.INFO):
        answer = app.test_client().get("/privacy?LANG=de", headers={"X-Request-ID": NUMBER})
    db.close()
    assert answer.status_code == 500 and f"Nummer der Anfrage: {NUMBER}" in answer.text
    assert "defect of the tests" not in answer.text
    [record] = [one for one in caplog.records if one.exc_info]
    assert record.request_id == NUMBER  # type: ignore[attr-defined]
