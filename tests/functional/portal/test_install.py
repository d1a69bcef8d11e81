"""Installing: verified, bound, stored encrypted, finished by the page; again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.helpers import EVENTS, PLACEMENTS, bound, form_for, open_install
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, http, start_app, start_sandbox
from tests.support.stores import Store


def test_everything_is_bound_and_the_page_finishes(sandbox: Sandbox, empty_app: Server) -> None:
    with sandbox.recording() as seen:
        answer = open_install(sandbox, empty_app.url)
    assert answer.status_code == 200
    assert seen.http == 3 and [call["method"] for call in seen.calls[1:]] == ["batch", "batch"]
    placements, events = bound(sandbox)
    assert placements == {(code, f"{empty_app.url}/") for code in PLACEMENTS}
    assert events == {(name, f"{empty_app.url}/events") for name in EVENTS}
    assert "js/install.js" in answer.text and f"{sandbox.url}/bx24.js" in answer.text
    assert answer.text.count("step--done") == 4 and "step--poor" not in answer.text


def test_the_page_leaks_no_secret_and_is_framed_by_its_portal_only(
    sandbox: Sandbox, empty_app: Server
) -> None:
    launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
    answer = http().post(launch["url"], data=launch["form"], timeout=60)
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN"):
        assert launch["form"][name] not in answer.text
    assert f"frame-ancestors {sandbox.url};" in answer.headers["Content-Security-Policy"] + ";"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_what_is_stored_is_sealed(sandbox: Sandbox, empty_app: Server, store: Store) -> None:
    launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
    http().post(launch["url"], data=launch["form"], timeout=60)
    assert store.count("portal") == 1 and store.count("token_pair") == 1
    raw = store.everything()
    for name in ("AUTH_ID", "REFRESH_ID", "APPLICATION_TOKEN"):
        assert launch["form"][name].encode() not in raw
    assert launch["form"]["member_id"].encode() in raw, "the probe finds what is not sealed"


def test_installing_again_changes_nothing_and_fails_nowhere(
    sandbox: Sandbox, empty_app: Server, store: Store
) -> None:
    open_install(sandbox, empty_app.url)
    first = bound(sandbox)
    for _ in range(2):
        answer = open_install(sandbox, empty_app.url)
        assert answer.status_code == 200 and "step--poor" not in answer.text
    assert bound(sandbox) == first
    assert store.count("portal") == 1


def test_handlers_at_an_address_the_app_no_longer_has_are_removed(
    sandbox: Sandbox, empty_app: Server
) -> None:
    open_install(sandbox, empty_app.url)
    _url, form = form_for(sandbox, "admin")
    old = "http://127.0.0.1:9/old"
    for method, params in (
        ("placement.bind", {"PLACEMENT": "SONET_GROUP_DETAIL_TAB", "HANDLER": old, "TITLE": "Old"}),
        ("event.bind", {"event": "ONTASKADD", "handler": old}),
    ):
        made = http().post(
            f"{sandbox.url}/rest/{method}", json=params | {"auth": form["AUTH_ID"]}, timeout=30
        )
        assert made.json()["result"] is True, made.text
    assert open_install(sandbox, empty_app.url).status_code == 200
    placements, events = bound(sandbox)
    assert placements == {(code, f"{empty_app.url}/") for code in PLACEMENTS}
    assert events == {(name, f"{empty_app.url}/events") for name in EVENTS}


@pytest.mark.parametrize("who", ["owner", "member", "outsider"])
def test_somebody_without_the_right_gets_an_explanation(
    sandbox: Sandbox, empty_app: Server, store: Store, who: str
) -> None:
    answer = open_install(sandbox, empty_app.url, who)
    assert answer.status_code == 403
    assert "Only an administrator" in answer.text
    assert bound(sandbox) == (set(), set())
    assert store.count("portal") == store.count("token_pair") == 0


def test_an_older_portal_sends_less(sandbox: Sandbox, empty_app: Server, store: Store) -> None:
    answer = open_install(
        sandbox,
        empty_app.url,
        SERVER_ENDPOINT="",
        APPLICATION_TOKEN="",
        APPLICATION_SCOPE="",
        PLACEMENT_OPTIONS="undefined",
    )
    assert answer.status_code == 200
    assert store.rows("SELECT application_token_sealed FROM portal") == [("",)]


@pytest.mark.parametrize(("lang", "text"), [("de", "Stagecraft"), ("xx", "Installing Stagecraft")])
def test_the_page_speaks_the_portals_language(
    sandbox: Sandbox, empty_app: Server, lang: str, text: str
) -> None:
    launch = sandbox.post("launch", user=1, placement="DEFAULT", options={}, install=True)
    answer = http().post(launch["url"].replace("LANG=en", f"LANG={lang}"), data=launch["form"], timeout=60)
    assert answer.status_code == 200 and text in answer.text
    assert f'<html lang="{lang if lang == "de" else "en"}">' in answer.text


@pytest.mark.parametrize("path", ["/install", "/"])
@pytest.mark.parametrize("verb", ["GET", "HEAD"])
def test_the_vendors_check_of_the_addresses(empty_app: Server, path: str, verb: str) -> None:
    answer = http().request(verb, empty_app.url + path, timeout=30)
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_portal_that_cannot_bind_still_gets_the_app(sandbox: Sandbox, empty_app: Server) -> None:
    sandbox.fault("placement.bind", "command_error", code="ERROR_CORE_OTHER", description="no", times=None)
    answer = open_install(sandbox, empty_app.url)
    assert answer.status_code == 200 and "step--poor" in answer.text and "js/install.js" in answer.text


@pytest.mark.parametrize(
    ("scopes", "finishes", "named"),
    [
        ("crm,task,user_brief,placement", False, "sonet_group"),
        ("task,sonet_group,user_brief", True, "placement"),
    ],
)
def test_a_missing_scope_is_explained(tmp_path: Path, scopes: str, finishes: bool, named: str) -> None:
    port, app_port = free_port(), free_port()
    portal = start_sandbox(port, app_port, tmp_path, APP_SCOPES=scopes)
    try:
        app = start_app(app_port, portal.url, tmp_path)
        try:
            sandbox = Sandbox(portal.url)
            sandbox.reset()
            answer = open_install(sandbox, app.url)
            assert answer.status_code == 200
            assert f"<code>{named}</code>" in answer.text
            assert ("js/install.js" in answer.text) is finishes
            if finishes:
                sandbox.post("install", user=1)
                assert Person(sandbox, app.url, "member").open().status == 200
        finally:
            app.stop()
    finally:
        portal.stop()
