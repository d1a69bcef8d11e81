"""Sessions: no way in without one, renewed for the same person only, tokens refreshed once for all."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
import requests

from tests.functional.helpers import form_for
from tests.support.person import SESSION, Person
from tests.support.servers import CLIENT_ID, Sandbox, Server, http
from tests.support.stores import Store

Opener = Callable[..., Person]
OPEN_TO_ALL = {
    ("GET", "/"), ("POST", "/"), ("GET", "/install"), ("POST", "/install"), ("POST", "/events"),
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/privacy"), ("GET", "/license"),
    ("GET", "/oauth/start"), ("GET", "/oauth/callback"),
}  # fmt: skip


def routes() -> list[tuple[str, str]]:
    """Every address of the app with every verb, placeholders filled."""
    import app
    from config import Config

    keys = ("k3fF0Pj0Wq2sYh2dG5yT8bX1nM4vC7aZ9eR6uL0iO3Q=",)
    flask = app.create_app(
        Config("http://x", CLIENT_ID, "s", keys, "sqlite://", allow_private_portals=True), worker=False
    )
    found = []
    for rule in flask.url_map.iter_rules():
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", str(rule))
        for name, value in (("<key>", "g1"), ("<path:filename>", "js/app.js")):
            path = path.replace(name, value)
        while "<" in path:
            start, end = path.index("<"), path.index(">")
            path = path[:start] + "1" + path[end + 1 :]
        found += [(verb, path) for verb in sorted(rule.methods or ()) if verb in ("GET", "POST")]
    flask.extensions["stagecraft"].db.close()
    return [one for one in found if not one[1].startswith("/static") and one not in OPEN_TO_ALL]


def end_session(store: Store) -> None:
    store.rows("UPDATE user_session SET expires_at = expires_at - 1000000")


def renew(person: Person, login: dict[str, str], token: str = "") -> requests.Response:
    wanted = {name: login[name] for name in ("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID")}
    headers = {"Authorization": f"Bearer {token or person.token}"}
    return http().post(f"{person.app_url}/session/renew", data=wanted, headers=headers, timeout=60)


@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Bearer ", "Basic eDp5"])
def test_every_address_behind_the_door_is_closed(
    installed: Sandbox, empty_app: Server, authorization: str
) -> None:
    closed = routes()
    assert len(closed) > 15
    with installed.recording() as seen:
        for verb, path in closed:
            answer = http().request(
                verb, empty_app.url + path, headers={"Authorization": authorization}, timeout=30
            )
            assert answer.status_code == 401, f"{verb} {path}: {answer.status_code}"
            assert answer.headers["X-Session"] == "expired"
    assert seen.http == 0


def test_an_ended_session_opens_nothing_and_is_told_so(open_as: Opener, store: Store) -> None:
    person = open_as("member")
    end_session(store)
    for verb, path in routes():
        if path == "/session/renew":
            continue
        answer = person.get(path) if verb == "GET" else person.post(path)
        assert answer.status_code == 401 and answer.headers["X-Session"] == "expired", f"{verb} {path}"
        assert answer.headers["HX-Reswap"] == "none"


def test_a_fresh_login_of_the_same_person_gives_a_new_session(
    open_as: Opener, installed: Sandbox, store: Store
) -> None:
    person = open_as("member")
    end_session(store)
    _url, login = form_for(installed, "member")
    answer = renew(person, login)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    fresh = answer.json()["token"]
    assert set(answer.json()) == {"token"} and fresh != person.token
    assert person.get("/home").status_code == 401
    person.token = fresh
    assert person.get("/home").status_code == 200


def test_a_login_as_json_is_understood(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member")
    _url, login = form_for(installed, "member")
    answer = http().post(
        f"{person.app_url}/session/renew",
        json={"AUTH_ID": login["AUTH_ID"], "REFRESH_ID": login["REFRESH_ID"]},
        headers={"Authorization": f"Bearer {person.token}"},
        timeout=30,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("code", ["user_access_error", "ACCESS_DENIED"])
def test_a_renewal_the_portal_refuses_leaves_nothing(
    open_as: Opener, installed: Sandbox, store: Store, code: str
) -> None:
    """Nothing is stored before the portal itself has answered for the person."""
    person = open_as("member")
    _url, login = form_for(installed, "member")
    kept = "SELECT access_sealed, generation FROM token_pair WHERE user_id <> 0"
    before, sessions = store.rows(kept), store.count("user_session")
    installed.fault("profile", "error", status=401, code=code)
    assert renew(person, login).status_code == 403
    installed.delete("faults")
    assert (store.rows(kept), store.count("user_session")) == (before, sessions)
    assert person.get("/home").status_code == 200
    assert renew(person, login).status_code == 200


def test_somebody_elses_login_renews_nothing(open_as: Opener, installed: Sandbox, store: Store) -> None:
    person = open_as("member")
    before = store.count("user_session")
    _url, login = form_for(installed, "admin")
    answer = renew(person, login)
    assert answer.status_code == 403
    assert store.count("user_session") == before


@pytest.mark.parametrize("auth_id", ["", "made-up-token", "x" * 600])
def test_an_unknown_login_renews_nothing(open_as: Opener, installed: Sandbox, auth_id: str) -> None:
    person = open_as("member")
    _url, login = form_for(installed, "member")
    assert renew(person, login | {"AUTH_ID": auth_id}).status_code == 403
    assert renew(person, login, token="made-up").status_code == 401


def test_an_expired_access_token_is_refreshed_unseen(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member")
    installed.post("tokens/expire", which="access")
    with installed.recording() as seen:
        assert person.get("/home").status_code == 200
    assert [call["via"] for call in seen.calls] == ["oauth", "token", "oauth"]
    with installed.recording() as seen:
        assert person.get("/home").status_code == 200
    assert seen.http == 1


def test_many_requests_refresh_once(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member")
    installed.post("tokens/expire", which="access")
    installed.fault("oauth.token", "delay", seconds=0.5)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(person.get("/home").status_code)) for _ in range(8)
    ]
    with installed.recording() as seen:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 8
    assert sum(call["via"] == "token" for call in seen.calls) == 1


def test_two_processes_refresh_once(sandbox: Sandbox, twins: tuple[Server, Server]) -> None:
    sandbox.post("install", user=1)
    url, form = form_for(sandbox, "member")
    opened = http().post(f"{twins[0].url}/?{url.partition('?')[2]}", data=form, timeout=60)
    token = SESSION.search(opened.text)
    assert token
    people = [Person(sandbox, twin.url, "member", token=token[1]) for twin in twins]
    sandbox.post("tokens/expire", which="access")
    sandbox.fault("oauth.token", "delay", seconds=0.5)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda who=who: statuses.append(who.get("/home").status_code))
        for who in people * 3
    ]
    with sandbox.recording() as seen:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200] * 6
    assert sum(call["via"] == "token" for call in seen.calls) == 1


def test_a_refused_refresh_asks_for_a_login(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member")
    installed.post("tokens/expire", which="all")
    answer = person.get("/home")
    assert answer.status_code == 401 and answer.headers["X-Session"] == "expired"
    _url, login = form_for(installed, "member")
    person.token = renew(person, login).json()["token"]
    assert person.get("/home").status_code == 200


def test_a_second_opening_serves_the_first_page_too(open_as: Opener, installed: Sandbox) -> None:
    first = open_as("member")
    installed.post("tokens/expire", which="all")
    second = open_as("member")
    assert second.get("/home").status_code == 200
    assert first.get("/home").status_code == 200


def test_a_refresh_whose_answer_got_lost_does_not_lock_anybody_out(
    open_as: Opener, installed: Sandbox
) -> None:
    person = open_as("member")
    installed.post("tokens/expire", which="access")
    installed.fault("oauth.token", "drop_before", times=None)
    assert person.get("/home").status_code in (502, 504)
    installed.delete("faults")
    assert person.get("/home").status_code == 200


def test_a_portal_that_moved_is_followed(open_as: Opener, installed: Sandbox) -> None:
    person = open_as("member")
    port = installed.url.rsplit(":", 1)[1]
    installed.post("domain", domain=f"127.0.0.1:{port}")
    try:
        answer = person.get("/home")
        assert answer.status_code == 200, answer.text
        with installed.recording() as seen:
            assert person.get("/home").status_code == 200
        assert seen.http == 1, "the new address is remembered"
    finally:
        installed.post("domain", domain=f"localhost:{port}")


@pytest.mark.parametrize(
    ("method", "status", "code"),
    [
        ("*", 401, "user_access_error"),
        ("*", 401, "authorization_error"),
        ("*", 401, "APPLICATION_NOT_FOUND"),
        ("*", 401, "ERROR_OAUTH"),
        ("*", 401, "invalid_token"),
        ("*", 403, "PORTAL_DELETED"),
        ("oauth.token", 400, "invalid_grant"),
        ("oauth.token", 401, "NOT_INSTALLED"),
    ],
)
def test_a_person_the_portal_refuses_loses_all_sessions(
    open_as: Opener, installed: Sandbox, method: str, status: int, code: str
) -> None:
    """Also what needs no portal is shown no more: the journal, the log of requests."""
    person, twin, colleague = open_as("admin"), open_as("admin"), open_as("member")
    if method == "oauth.token":
        installed.post("tokens/expire", which="access")
    installed.fault(method, "error", status=status, code=code)
    assert person.get("/home").status_code in (401, 403)
    installed.delete("faults")
    for one in (person, twin):
        for path in ("/journal", "/journal.csv", "/calls", "/home"):
            assert one.get(path).status_code == 401, path
    assert colleague.get("/journal").status_code == 200


def test_another_portals_session_sees_nothing_of_this_one(open_as: Opener, store: Store) -> None:
    person = open_as("member")
    other = "f" * 32
    columns = "client_endpoint, auth_server, installed, app_status, scope, application_token_sealed, installer_id, installed_at, changed_at"  # noqa: E501
    store.rows(f"INSERT INTO portal (member_id, {columns}) SELECT '{other}', {columns} FROM portal")
    store.rows(f"UPDATE user_session SET member_id = '{other}'")
    store.rows(
        "INSERT INTO journal_entry (member_id, user_id, user_name, at, kind, board_key, change, request_key) "
        "SELECT member_id, 4, 'Somebody', 1.0, 'stage_rename', 'g1', '{}', '' FROM portal "
        f"WHERE member_id <> '{other}'"
    )
    page = person.get("/journal")
    assert page.status_code == 200 and "Somebody" not in page.text
    assert person.post("/journal/1/undo").status_code == 404
    answer = person.get("/home")
    assert answer.status_code == 401, "that portal has no tokens of this person"
    assert person.get("/journal").status_code == 401, "so the session is over"
