"""The call log: for administrators of the portal it belongs to."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from tests.functional.actions import Opener
from tests.functional.helpers import eventually, form_for
from tests.support.installing import installed_app
from tests.support.person import Person
from tests.support.servers import CLIENT_SECRET, Sandbox
from tests.support.stores import Store

ENTRY = re.compile(r'id="call-(\d+)"')


def logged(store: Store, count: int = 1) -> bool:
    return eventually(lambda: store.count("logged_call") >= count)


def entries(text: str) -> list[int]:
    return [int(one) for one in ENTRY.findall(text)]


def test_an_administrator_searches_what_was_asked(open_as: Opener, installed: Sandbox, store: Store) -> None:
    admin = open_as("admin")
    _url, form = form_for(installed, "admin")
    installed.fault("task.stages.get", "command_error", code="ACCESS_DENIED", description="no")
    admin.get(f"/boards/g{installed.main_group_id}")
    assert logged(store, 4) and eventually(
        lambda: any("task.stages.get" in str(one) for one in store.rows("SELECT commands FROM logged_call"))
    )
    with installed.recording() as seen:
        page = admin.get("/calls").text
    assert seen.http == 0
    assert "batch: " in page and "task.stages.get" in page and len(entries(page)) >= 2
    assert form["AUTH_ID"] not in page and CLIENT_SECRET not in page
    found = admin.get("/calls", q="STAGES.get").text
    assert 0 < len(entries(found)) < len(entries(page))
    assert "No request fits" in admin.get("/calls", q="no such method").text
    assert entries(admin.get("/calls", q="%").text) == [], "a search is no pattern"


def test_a_method_that_was_asked_many_times_is_named_once(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    admin = open_as("admin")
    assert logged(store)
    store.rows(
        "INSERT INTO logged_call "
        "(at, endpoint, method, commands, status, error, milliseconds, params, member_id) "
        """SELECT 1e9, ?, 'batch', '["task.stages.get", "tasks.task.list", "tasks.task.list"]', """
        "200, '', 12.5, '{}', member_id FROM portal",
        installed.url,
    )
    page = admin.get("/calls", q="tasks.task.list").text
    assert "batch: task.stages.get, tasks.task.list × 2<" in page and "12.5 ms" in page
    assert "All requests" in page


def test_what_failed(open_as: Opener, installed: Sandbox, store: Store) -> None:
    admin = open_as("admin")
    installed.fault("batch", "error", status=403, code="ACCESS_DENIED", description="no")
    assert admin.get("/home").status_code == 403
    assert eventually(lambda: bool(store.rows("SELECT 1 FROM logged_call WHERE status = 403")))
    page = admin.get("/calls", failed="1").text
    assert len(entries(page)) == 1 and "ACCESS_DENIED" in page and "Status 403" in page


def test_pages_of_a_hundred(open_as: Opener, installed: Sandbox, store: Store) -> None:
    admin = open_as("admin")
    assert logged(store)
    store.rows(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) "
        "INSERT INTO logged_call (at, endpoint, method, commands, status, error, milliseconds, params, "
        "member_id) SELECT 1e9 + i, 'https://x', 'server.time', '[]', 200, '', 1.0, '{}', member_id "
        "FROM n, portal",
    )
    first = admin.get("/calls", q="server.time").text
    assert len(entries(first)) == 100
    last = entries(first)[-1]
    assert f'"before": {last}' in first
    rest = entries(admin.get("/calls", q="server.time", before=last).text)
    assert len(rest) == 50 and max(rest) < last


def test_nobody_else_sees_it(open_as: Opener, installed: Sandbox, store: Store) -> None:
    for who in ("owner", "member", "outsider", "crm_admin"):
        answer = open_as(who).get("/calls")
        assert answer.status_code == 403 and not entries(answer.text), who
        assert "/calls" not in open_as(who).get("/journal").text
    assert 'hx-get="/calls"' in open_as("admin").get("/journal").text


def test_requests_to_other_portals_are_not_shown(open_as: Opener, installed: Sandbox, store: Store) -> None:
    admin = open_as("admin")
    assert logged(store)
    assert entries(admin.get("/calls").text)
    store.rows("UPDATE logged_call SET member_id = ?", "b" * 32)
    assert entries(admin.get("/calls").text) == []


def test_a_portal_that_takes_anothers_address_does_not_get_its_log(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    """Whoever owns a portal tells the authorization server where it is; what was asked there stays secret."""
    admin = open_as("admin")
    assert logged(store)
    victim = f"{installed.url}/rest/"
    store.rows("UPDATE logged_call SET member_id = ?", "b" * 32)
    assert store.rows("SELECT client_endpoint FROM portal") == [(victim,)], "now it is there as well"
    assert entries(admin.get("/calls").text) == []


def test_every_request_to_a_portal_is_somebodys(open_as: Opener, installed: Sandbox, store: Store) -> None:
    """At the installation, at an opening, at work, in the background."""
    admin = open_as("admin")
    admin.get("/home")
    _url, form = form_for(installed, "admin")
    assert eventually(lambda: store.count("logged_call") >= 6)
    of_servers = "method IN ('authserver.app.info', 'oauth.token')"
    found = store.rows(f"SELECT DISTINCT member_id FROM logged_call WHERE NOT {of_servers}")
    assert found == [(form["member_id"],)]


def test_the_last_requests_of_a_process_are_in_the_log(tmp_path: Path) -> None:
    """Told to end, it writes down what the worker has not come to yet."""
    with installed_app("small", folder=tmp_path) as (portal, app):
        owner = Person(portal, app.url, "owner").open()
        number = owner.get(f"/boards/g{portal.main_group_id}").headers["X-Request-ID"]
        app.process.send_signal(signal.SIGTERM)
        assert app.process.wait(20) == 0
        port = app.url.rpartition(":")[2]
        store = Store(tmp_path / f"app-{port}.sqlite")
        assert store.rows("SELECT method FROM logged_call WHERE request_id = ?", number) == [("batch",)]
