"""The control plane: every address of `/_sandbox`, over the test client and, for failures, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.control.call_log import CallLog, CallNote, redact
from sandbox.control.faults import KINDS
from sandbox.settings import Settings

SETTINGS = Settings(seed="small", limits=False)


@pytest.fixture
def app() -> Flask:
    return create_app(SETTINGS)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def post(client: FlaskClient, path: str, expect: int = 200, **body: Any) -> Any:
    answer = client.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == expect, answer.text
    return answer.json


def get(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/_sandbox/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def token_of(client: FlaskClient, user: int = 1) -> str:
    return str(post(client, "launch", user=user)["form"]["AUTH_ID"])


def webhook(client: FlaskClient, who: str = "admin") -> str:
    return urlsplit(get(client, "webhooks")[who]).path


# --- looking ---
def test_the_dashboard_shows_people_and_orders(client: FlaskClient) -> None:
    page = client.get("/_sandbox").text
    assert "Ada Vindhelm" in page
    assert get(client, "webhooks")["outsider"] in page
    assert all(f"<option>{kind}" in page for kind in KINDS)


def test_state_tells_who_is_who_and_what_there_is(client: FlaskClient) -> None:
    state = get(client, "state")
    assert state["seed"] == "small"
    five = {"admin": 1, "owner": 2, "moderator": 3, "member": 4, "outsider": 5}
    assert state["people"] == five | {"crm_admin": 6, "no_crm": 7}
    assert state["domain"] == "localhost:5001"
    assert state["app"]["added"] is state["app"]["installed"] is False
    assert state["limits"]["rate"] is state["limits"]["operating"] is False
    assert state["counts"]["users"] == 7
    assert state["faults"] == []


def test_state_holds_no_secret(client: FlaskClient) -> None:
    post(client, "install")
    token = token_of(client)
    text = client.get("/_sandbox/state").text
    assert token not in text
    assert SETTINGS.client_secret not in text


def test_webhooks_are_exactly_four_and_work(client: FlaskClient) -> None:
    hooks = get(client, "webhooks")
    assert list(hooks) == ["admin", "member", "outsider", "owner"] or set(hooks) == {
        "admin",
        "owner",
        "member",
        "outsider",
    }
    assert hooks["member"].startswith("http://localhost:5001/rest/4/")
    profile = client.get(urlsplit(hooks["member"]).path + "profile").json
    assert profile["result"]["ID"] == "4"


# --- the call log ---
def test_a_call_is_logged_once_with_who_and_what(client: FlaskClient) -> None:
    client.post(webhook(client) + "user.current.json", data={"auth": "nobody-sees-this", "x": "1"})
    (call,) = get(client, "calls")["calls"]
    assert (call["via"], call["method"], call["user"], call["status"]) == (
        "webhook",
        "user.current",
        1,
        call["status"],
    )
    assert call["params"] == {"auth": "***", "x": "1"}
    assert call["ms"] >= 0


def test_a_batch_is_one_request_with_its_commands(client: FlaskClient) -> None:
    post(client, "install")
    cmd = {"who": "profile", "bad": "task.stages.delete?id=999999", "again": "user.current?auth=secret"}
    body = {"cmd": cmd, "auth": token_of(client)}
    assert client.post("/rest/batch", json=body).status_code == 200
    log = get(client, "calls")
    (call,) = log["calls"]
    assert (call["via"], call["method"], call["user"]) == ("oauth", "batch", 1)
    assert sorted(call["commands"]) == ["profile", "task.stages.delete", "user.current"]
    assert call["error"] != ""
    assert call["params"]["cmd"]["again"] == "user.current?auth=***"
    assert log["count"] == log["http"] == 1


def test_the_log_tells_servers_apart_and_hides_secrets(client: FlaskClient) -> None:
    post(client, "install")
    form = post(client, "launch", user=1)["form"]
    client.get("/_oauth/rest/app.info", query_string={"auth": form["AUTH_ID"]})
    pair = {
        "grant_type": "refresh_token",
        "refresh_token": form["REFRESH_ID"],
        "client_id": SETTINGS.client_id,
    }
    client.post("/_oauth/oauth/token/", data=pair | {"client_secret": SETTINGS.client_secret})
    client.get("/_oauth/oauth/token/", query_string={"grant_type": "authorization_code", "code": "abc-code"})
    log = client.get("/_sandbox/calls")
    assert [(call["via"], call["method"]) for call in log.json["calls"]] == [
        ("authserver", "authserver.app.info"),
        ("token", "oauth.token"),
        ("token", "oauth.token"),
    ]
    for secret in (form["AUTH_ID"], form["REFRESH_ID"], SETTINGS.client_secret, "abc-code"):
        assert secret not in log.text


def test_since_and_delete(client: FlaskClient) -> None:
    for _ in range(3):
        client.get(webhook(client) + "profile")
    calls = get(client, "calls")["calls"]
    assert [call["n"] for call in get(client, f"calls?since={calls[0]['n']}")["calls"]] == [
        call["n"] for call in calls[1:]
    ]
    assert client.delete("/_sandbox/calls").json == {"count": 0, "http": 0, "calls": []}
    client.get(webhook(client) + "profile")
    (after,) = get(client, "calls")["calls"]
    assert after["n"] > calls[-1]["n"]


def test_a_preflight_and_pages_of_the_portal_are_not_logged(client: FlaskClient) -> None:
    client.options("/rest/profile")
    client.get("/_sandbox/state")
    assert get(client, "calls")["count"] == 0


def test_the_ring_forgets_the_oldest() -> None:
    log = CallLog(capacity=3)
    for number in range(5):
        log.record(CallNote(f"m{number}", "oauth"))
    assert [note.method for note in log.since()] == ["m2", "m3", "m4"]
    assert [note.n for note in log.since(4)] == [5]


def test_redaction_reaches_every_depth_and_cuts_long_texts() -> None:
    seen = redact({"a": [{"AUTH": "x", "title": "t" * 1000}], "cmd": ["profile?access_token=x&b=1"], "n": 5})
    assert seen["a"][0]["AUTH"] == "***"
    assert len(seen["a"][0]["title"]) < 500
    assert seen["cmd"] == ["profile?access_token=***&b=1"]
    assert seen["n"] == 5


# --- reset ---
def test_reset_brings_everything_back(client: FlaskClient) -> None:
    post(client, "install")
    post(client, "faults", method="*", kind="error")
    post(client, "clock", advance=9999, freeze=True)
    client.get(webhook(client) + "profile")
    answer = post(client, "reset", seed="small")
    assert answer == {"seed": "small", "people": get(client, "state")["people"], "main_group_id": 1}
    state = get(client, "state")
    assert state["faults"] == []
    assert state["app"]["added"] is False
    assert state["clock"]["frozen"] is False
    assert get(client, "calls")["count"] == 0


def test_reset_can_leave_the_app_installed_and_change_the_seed(client: FlaskClient) -> None:
    post(client, "reset", seed="company", installed=True)
    state = get(client, "state")
    assert state["seed"] == "company"
    assert state["app"]["installed"] is True
    assert state["app"]["placements"] == state["app"]["subscriptions"] == []
    assert post(client, "reset")["seed"] == "company"
    assert "no seed" in post(client, "reset", 400, seed="unheard of")["error"]


# --- clock, limits, address ---
def test_the_clock_moves_stops_and_is_set(client: FlaskClient) -> None:
    post(client, "clock", set="2027-03-01T12:00:00+00:00", freeze=True)
    assert get(client, "state")["clock"] == {"now": "2027-03-01T12:00:00+00:00", "frozen": True}
    assert post(client, "clock", advance=3600)["now"] == "2027-03-01T13:00:00+00:00"
    assert post(client, "clock", freeze=False)["frozen"] is False
    assert get(client, "state")["clock"]["now"].startswith("2027-03-01T13:00:0")
    assert "ISO" in post(client, "clock", 400, set="tomorrow")["error"]


def test_an_hour_later_tokens_are_expired(client: FlaskClient) -> None:
    post(client, "install")
    token = token_of(client)
    assert client.get("/rest/profile", query_string={"auth": token}).status_code == 200
    post(client, "clock", advance=3601)
    answer = client.get("/rest/profile", query_string={"auth": token})
    assert (answer.status_code, answer.json["error"]) == (401, "expired_token")


def test_limits_are_switched_and_bite(client: FlaskClient) -> None:
    assert post(client, "limits", rate=True, operating_limit=1, operating_cost=0.5)["rate"] is True
    path = webhook(client) + "profile"
    statuses = [client.get(path).status_code for _ in range(60)]
    assert statuses[0] == 200
    assert statuses[-1] == 503
    post(client, "limits", rate=False, operating=True)
    statuses = [client.get(path).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]


def test_a_renamed_portal_answers_302_on_its_old_address(client: FlaskClient) -> None:
    path = webhook(client) + "profile"
    answer = post(client, "domain", domain="127.0.0.1:5001")
    assert answer == {"domain": "127.0.0.1:5001", "old_domains": ["localhost:5001"]}
    moved = client.get(path, base_url="http://localhost:5001")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"http://127.0.0.1:5001{path}")
    assert client.get(path, base_url="http://127.0.0.1:5001").status_code == 200
    post(client, "domain", domain="localhost:5001")
    assert client.get(path, base_url="http://localhost:5001").status_code == 200
    post(client, "domain", 400)


# --- tokens ---
def test_tokens_of_one_person_expire_or_are_revoked(client: FlaskClient) -> None:
    post(client, "install")
    admin, member = token_of(client, 1), token_of(client, 4)

    def error(token: str) -> str | None:
        return client.get("/rest/profile", query_string={"auth": token}).json.get("error")

    assert post(client, "tokens/expire", which="access", user=4) == {"count": 1}
    assert (error(admin), error(member)) == (None, "expired_token")
    post(client, "tokens/revoke")
    assert error(admin) == "invalid_token"
    post(client, "tokens/expire", 400, which="some")
    post(client, "tokens/expire", 404, user=4711)


def test_an_expired_refresh_token_is_refused(client: FlaskClient) -> None:
    post(client, "install")
    form = post(client, "launch", user=1)["form"]
    post(client, "tokens/expire", which="refresh")
    query = {"grant_type": "refresh_token", "refresh_token": form["REFRESH_ID"]}
    keys = {"client_id": SETTINGS.client_id, "client_secret": SETTINGS.client_secret}
    assert client.get("/_oauth/oauth/token/", query_string=query | keys).json["error"] == "invalid_grant"


# --- people and the application ---
def test_act_does_things_behind_the_apps_back(client: FlaskClient) -> None:
    stage = post(
        client, "act", user=2, method="task.stages.add", params={"fields": {"TITLE": "New", "ENTITY_ID": 1}}
    )
    assert stage["result"] > 0
    refused = post(client, "act", user=5, method="task.stages.delete", params={"id": stage["result"]})
    assert refused["error"]
    log = get(client, "calls")
    assert [call["via"] for call in log["calls"]] == ["control", "control"]
    assert log["http"] == 0
    post(client, "act", 404, user=99, method="profile")


def test_act_knows_neither_limits_nor_faults(client: FlaskClient) -> None:
    post(client, "faults", method="*", kind="error", times=None)
    post(client, "limits", rate=True)
    answers = [post(client, "act", user=1, method="profile") for _ in range(60)]
    assert all(answer["result"]["ID"] == "1" for answer in answers)


def test_launch_is_what_the_shell_posts(client: FlaskClient) -> None:
    post(client, "install")
    answer = post(client, "launch", user=4)
    url = urlsplit(answer["url"])
    assert (url.netloc, url.path) == ("127.0.0.1:5000", "/")
    assert parse_qs(url.query)["DOMAIN"] == ["localhost:5001"]
    assert answer["form"]["PLACEMENT"] == "DEFAULT"
    assert urlsplit(post(client, "launch", user=1, install=True)["url"]).path == "/install"
    assert parse_qs(urlsplit(post(client, "launch", user=1, lang="de")["url"]).query)["LANG"] == ["de"]
    assert (
        "nothing is bound" in post(client, "launch", 404, user=1, placement="SONET_GROUP_DETAIL_TAB")["error"]
    )


def test_install_and_uninstall(client: FlaskClient) -> None:
    assert post(client, "install", user=1)["installed"] is True
    gone = post(client, "uninstall", clean=1)
    assert (gone["added"], gone["installed"]) == (False, False)


def test_roles_change(client: FlaskClient) -> None:
    def role() -> str | None:
        members = post(client, "act", user=1, method="sonet_group.user.get", params={"ID": 1})["result"]
        return next((row["ROLE"] for row in members if str(row["USER_ID"]) == "4"), None)

    assert role() == "K"
    post(client, "group", user=4, group=1, role="E")
    assert role() == "E"
    post(client, "group", user=4, group=1, role=None)
    assert role() is None
    post(client, "group", 404, user=4, group=4711, role="K")


# --- events ---
@pytest.fixture
def handler() -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """An event handler that remembers what it got."""
    received: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(parse_qs(body.decode(), keep_blank_values=True))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/events", received
    server.shutdown()
    server.server_close()
    thread.join()


def test_any_event_can_be_sent(client: FlaskClient, handler: tuple[str, list[dict[str, list[str]]]]) -> None:
    address, received = handler
    form = {"event": "ONAPPUNINSTALL", "auth[application_token]": "forged", "data[CLEAN]": "1"}
    assert post(client, "events/send", handler=address, **form) == {"status": 202, "error": ""}
    assert received == [{key: [value] for key, value in form.items()}]
    (entry,) = get(client, "events")["deliveries"]
    assert (entry["event"], entry["status"]) == ("ONAPPUNINSTALL", 202)
    assert "forged" not in str(entry)


def test_an_event_without_a_listener_is_told(client: FlaskClient) -> None:
    answer = post(client, "events/send", handler="http://127.0.0.1:1/events", event="ONTASKADD")
    assert (answer["status"], answer["error"]) == (0, "ConnectionError")
