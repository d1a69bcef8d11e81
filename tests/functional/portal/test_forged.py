"""Forged openings: nothing but the authorization server's answer counts, and the page tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote_plus

import pytest

from tests.functional.helpers import form_for, open_install
from tests.support.person import SESSION, Person
from tests.support.servers import Sandbox, Server, free_port, http, start_app
from tests.support.stores import Store

Opener = Callable[..., Person]
PRIVATE = ["127.0.0.1:1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "[::1]:80", "localhost:22"]


def refused(text: str) -> bool:
    return "could not be verified" in text and not SESSION.search(text) and "/home" not in text


@pytest.mark.parametrize("auth_id", ["", "made-up-token-of-nobody", "x" * 2000, "<script>alert(1)</script>"])
@pytest.mark.parametrize("path", ["/", "/install"])
def test_a_token_nobody_knows(
    sandbox: Sandbox, empty_app: Server, store: Store, path: str, auth_id: str
) -> None:
    url, form = form_for(sandbox, "admin")
    address = f"{empty_app.url}{path}?{url.partition('?')[2]}"
    answer = http().post(address, data=form | {"AUTH_ID": auth_id}, timeout=60)
    assert answer.status_code == 403 and refused(answer.text)
    assert auth_id == "" or auth_id not in answer.text
    assert store.count("portal") == store.count("user_session") == store.count("token_pair") == 0


def test_an_empty_form(empty_app: Server) -> None:
    answer = http().post(f"{empty_app.url}/", timeout=30)
    assert answer.status_code == 403 and refused(answer.text)


@pytest.mark.parametrize("domain", ["evil.example", *PRIVATE])
def test_the_domain_of_the_form_is_never_asked(
    installed: Sandbox, empty_app: Server, store: Store, domain: str
) -> None:
    url, form = form_for(installed, "member")
    port = installed.url.rsplit(":", 1)[1]
    forged = url.replace(f"DOMAIN=localhost%3A{port}", f"DOMAIN={domain}")
    assert forged != url
    with installed.recording() as seen:
        answer = http().post(forged, data=form, timeout=60)
    assert answer.status_code == 200 and seen.http == 2, "the verified portal was asked, nobody else"
    assert store.rows("SELECT client_endpoint FROM portal") == [(f"{installed.url}/rest/",)]
    assert domain not in answer.headers["Content-Security-Policy"]


def test_the_member_id_of_the_form_is_not_believed(
    installed: Sandbox, empty_app: Server, store: Store
) -> None:
    _url, real = form_for(installed, "member")
    victim = "0" * 32
    person = Person(installed, empty_app.url, "member").open(member_id=victim)
    assert person.status == 200
    assert store.rows("SELECT DISTINCT member_id FROM user_session") == [(real["member_id"],)]


def test_a_server_endpoint_outside_the_list_is_not_asked(installed: Sandbox, empty_app: Server) -> None:
    with installed.recording() as seen:
        person = Person(installed, empty_app.url, "member").open(
            SERVER_ENDPOINT=f"{installed.url}/rest/"  # a server that would say yes to anything
        )
    assert person.status == 200
    assert seen.calls[0]["via"] == "authserver"


def test_a_token_of_another_application(sandbox: Sandbox, tmp_path: Path) -> None:
    other = start_app(free_port(), sandbox.url, tmp_path, B24_CLIENT_ID="local.another.app")
    try:
        url, form = form_for(sandbox, "admin")
        for path in ("/", "/install"):
            with sandbox.recording() as seen:
                answer = http().post(f"{other.url}{path}?{url.partition('?')[2]}", data=form, timeout=60)
            assert answer.status_code == 403 and refused(answer.text)
            assert seen.http == 1, "the portal is not even asked"
    finally:
        other.stop()


def test_an_expired_or_revoked_token_opens_nothing(installed: Sandbox, empty_app: Server) -> None:
    for spoil in ("tokens/expire", "tokens/revoke"):
        url, form = form_for(installed, "member")
        installed.post(spoil, **({"which": "access"} if spoil.endswith("expire") else {}))
        answer = http().post(url, data=form, timeout=60)
        assert answer.status_code == 403 and refused(answer.text)


def test_an_opening_of_an_uninstalled_app(installed: Sandbox, empty_app: Server) -> None:
    url, form = form_for(installed, "member")
    installed.post("uninstall", clean=1)
    answer = http().post(url, data=form, timeout=60)
    assert answer.status_code == 403 and refused(answer.text)


def test_the_refusal_can_be_read_in_the_frame_and_holds_no_data(sandbox: Sandbox, empty_app: Server) -> None:
    answer = open_install(sandbox, empty_app.url, AUTH_ID="made-up-token")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors https: http:" in policy  # http: only because the tests allow private portals
    assert "<script" not in answer.text and "<form" not in answer.text and "<button" not in answer.text


# --- every field of every form in turn ---
FORGERIES: dict[str, Callable[[str], list[str]]] = {
    "gone": lambda _: [],
    "empty": lambda _: [""],
    "cut": lambda value: [value[: len(value) // 2]],
    "twice, the wrong one first": lambda value: ["0" * 32, value],
    "twice, the wrong one last": lambda value: [value, "0" * 32],
    "of somebody else": lambda _: ["f" * 32],
    "long": lambda value: [value + "x" * 5000],
    "markup": lambda _: ['"><script>alert(1)</script>'],
}
FIELDS = ["DOMAIN", "PROTOCOL", "LANG", "APP_SID", "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT",
          "member_id", "status", "PLACEMENT", "PLACEMENT_OPTIONS", "APPLICATION_TOKEN",
          "APPLICATION_SCOPE"]  # fmt: skip


def identity(store: Store) -> list[object]:
    """Who the app believes to be there, and where."""
    return [
        store.rows("SELECT DISTINCT member_id, user_id FROM user_session"),
        store.rows("SELECT member_id, client_endpoint, auth_server FROM portal"),
        store.rows("SELECT DISTINCT member_id FROM token_pair"),
    ]


def test_the_list_of_fields_is_whole(installed: Sandbox) -> None:
    url, form = form_for(installed, "member")
    sent = {*form, *(part.split("=")[0] for part in url.partition("?")[2].split("&"))}
    assert sent <= set(FIELDS), sent - set(FIELDS)


@pytest.mark.parametrize("path", ["/", "/install"])
@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_an_opening_forged(
    installed: Sandbox, empty_app: Server, store: Store, path: str, field: str
) -> None:
    """It opens for the person whose token it is, or for nobody; it never makes anybody somebody else."""
    url, form = form_for(installed, "member")
    assert http().post(url, data=form, timeout=60).status_code == 200
    before = identity(store)
    for name, forge in FORGERIES.items():
        query = [part.partition("=") for part in url.partition("?")[2].split("&")]
        given = [(key, unquote_plus(value)) for key, _, value in query] + list(form.items())
        fields = [pair for pair in given if pair[0] != field]
        value = dict(given).get(field, "")
        fields += [(field, text) for text in forge(value)]
        answer = http().post(f"{empty_app.url}{path}", data=fields, timeout=60)
        assert answer.status_code in (200, 400, 403), f"{field} {name}: {answer.status_code}"
        assert "<script>alert" not in answer.text and "Traceback" not in answer.text, f"{field} {name}"
        assert identity(store) == before, f"{field} {name}"


@pytest.mark.parametrize("path", ["/", "/install", "/events"])
def test_forms_in_another_shape_open_nothing(
    installed: Sandbox, empty_app: Server, store: Store, path: str
) -> None:
    """As JSON, in the address of a GET, as raw bytes: no session and no effect."""
    url, form = form_for(installed, "admin")
    before = [*identity(store), store.count("queued_event")]
    address = f"{empty_app.url}{path}?{url.partition('?')[2]}"
    event = {"event": "ONAPPUNINSTALL", "auth[member_id]": form["member_id"]}
    answers = [
        http().post(address, json=form | event, timeout=60),
        http().get(address, params=form | event, timeout=60),
        http().post(address, data=b"\x00\xff" * 500, headers={"Content-Type": "text/plain"}, timeout=60),
    ]
    assert [one.status_code for one in answers if one.status_code not in (200, 400, 403, 405)] == []
    assert not any(SESSION.search(one.text) for one in answers)
    assert [*identity(store), store.count("queued_event")] == before


def test_an_opening_replayed_is_the_same_person_again_and_no_longer_than_its_token(
    installed: Sandbox, empty_app: Server, store: Store
) -> None:
    url, form = form_for(installed, "member")
    for _ in range(2):
        assert http().post(url, data=form, timeout=60).status_code == 200
    assert store.rows("SELECT DISTINCT user_id FROM user_session") == [(installed.user("member"),)]
    installed.post("clock", advance=3700)
    assert http().post(url, data=form, timeout=60).status_code == 403


@pytest.mark.parametrize("path", ["/", "/install"])
def test_a_post_whose_form_is_in_the_address_opens_nothing(
    installed: Sandbox, empty_app: Server, store: Store, path: str
) -> None:
    """Addresses are written into logs and histories: a token there is nobody's login."""
    url, form = form_for(installed, "admin")
    before = identity(store)
    answer = http().post(f"{empty_app.url}{path}?{url.partition('?')[2]}", params=form, timeout=60)
    assert answer.status_code == 403 and refused(answer.text)
    assert identity(store) == before


def test_a_refresh_token_of_somebody_else_in_the_form_acts_for_nobody(
    installed: Sandbox, empty_app: Server
) -> None:
    """A member's own access token, and a refresh token they found in an administrator's browser."""
    _url, stolen = form_for(installed, "admin")
    thief = Person(installed, empty_app.url, "member").open(REFRESH_ID=stolen["REFRESH_ID"])
    assert thief.get("/home").status_code == 200
    installed.post("tokens/expire", which="access")
    with installed.recording() as seen:
        answers = [thief.get("/home").status_code for _ in range(2)]
    assert answers == [401, 401]
    assert installed.user("admin") not in {call["user"] for call in seen.calls if call["via"] == "oauth"}
