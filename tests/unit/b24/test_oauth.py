"""Authorization servers: which one is asked, what is believed, what each refusal means."""

from __future__ import annotations

from typing import Any

import pytest

from b24 import errors as e
from b24.oauth import AuthServers, RefreshedPair, scopes
from b24.transport import RawAnswer
from tests.unit.b24.support import Clock, Script, ok, refusal

SERVERS = ("https://oauth.one.example", "https://oauth.two.example/")
INFO = {
    "client_id": "app.1",
    "scope": "crm,task",
    "expires": "2027-01-15T08:00:00+00:00",
    "install": {
        "installed": True,
        "status": "L",
        "domain": "evil.example",
        "client_endpoint": "https://portal.example/rest/",
        "member_id": "m" * 32,
    },
    "user_id": "7",
}
PAIR = {
    "access_token": "new-access",
    "refresh_token": "new-refresh",
    "expires": 1,
    "expires_in": 3600,
    "client_endpoint": "https://portal.example/rest/",
    "server_endpoint": "https://oauth.two.example/rest/",
    "domain": "oauth.two.example",
    "member_id": "m" * 32,
    "scope": "crm task",
    "status": "L",
    "user_id": 7,
}


def make(*answers: RawAnswer | e.PortalError) -> tuple[AuthServers, Script, Clock]:
    script, clock = Script(*answers), Clock()
    return AuthServers(SERVERS, "app.1", "secret-key", script, clock=clock, sleep=clock.sleep), script, clock


# --- choosing ---
@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        ("https://oauth.two.example/rest/", "https://oauth.two.example"),
        ("https://OAUTH.two.example/rest", "https://oauth.two.example"),
        ("https://oauth.one.example", "https://oauth.one.example"),
        ("https://oauth.one.example.evil.example/rest/", None),
        ("https://oauth.one.example@evil.example/rest/", None),
        ("http://oauth.one.example/rest/", None),
        ("https://oauth.one.example/rest/../..", None),
        ("", None),
    ],
)
def test_only_allowed_servers_are_chosen(endpoint: str, expected: str | None) -> None:
    servers, _, _ = make()
    assert servers.choose(endpoint) == expected


def test_an_address_may_have_a_path() -> None:
    servers = AuthServers(["http://localhost:5001/_oauth"], "app.1", "s", Script())
    assert servers.choose("http://localhost:5001/_oauth/rest/") == "http://localhost:5001/_oauth"


def test_without_servers_nothing_starts() -> None:
    with pytest.raises(ValueError, match="server"):
        AuthServers([], "app.1", "s", Script())


# --- verify ---
def test_verify_believes_the_answer() -> None:
    servers, script, _ = make(ok(INFO))
    verified = servers.verify("token", "https://oauth.two.example/rest/")
    [sent] = script.sent
    assert (sent.url, sent.body) == ("https://oauth.two.example/rest/app.info", {"auth": "token"})
    assert (verified.member_id, verified.user_id) == ("m" * 32, 7)
    assert verified.client_endpoint == "https://portal.example/rest/"
    assert verified.scope == {"crm", "task"}
    assert (verified.status, verified.installed, verified.server) == ("L", True, "https://oauth.two.example")
    assert verified.expires_at == 1_800_000_000.0


def test_a_foreign_server_in_the_form_is_never_asked() -> None:
    servers, script, _ = make(refusal(400, "invalid_client"), ok(INFO))
    assert servers.verify("token", "https://evil.example/rest/").server == "https://oauth.two.example"
    assert [sent.url.split("/rest")[0] for sent in script.sent] == [
        "https://oauth.one.example",
        "https://oauth.two.example",
    ]


def test_another_apps_token_is_refused_at_once() -> None:
    servers, script, _ = make(ok({**INFO, "client_id": "app.2"}))
    with pytest.raises(e.WrongApplication):
        servers.verify("token")
    assert len(script.sent) == 1


@pytest.mark.parametrize("info", [[], {}, {"client_id": None}])
def test_an_answer_without_client_is_another_application(info: Any) -> None:
    servers, _, _ = make(ok(info))
    with pytest.raises(e.WrongApplication):
        servers.verify("token")


def test_our_app_without_a_portal_is_not_installed() -> None:
    servers, _, _ = make(ok({**INFO, "install": []}))
    with pytest.raises(e.AppNotInstalled):
        servers.verify("token", SERVERS[0])


ODD = [
    "https://portal.example *; script-src 'unsafe-inline'/rest/",
    "https://portal.example;frame-ancestors/rest/",
    "https://portal.example,default-src/rest/",
    "https://'none'/rest/",
    "https://user:pass@portal.example/rest/",
    "https://portal.example/rest/?to=",
    "https://portal.example/rest/#",
    "https://portal.example/rest/#x",
    "https://portal.example/rest/../../x y",
    "https://portal.example:99999/rest/",
    "https://portal.example:x/rest/",
    "https://[::1/rest/",
    "https://[fe80::1%eth0]/rest/",
    "https://-portal.example/rest/",
    "https:///rest/",
    "https://*/rest/",
    "https://*.example/rest/",
    "javascript:alert(1)",
    "//portal.example/rest/",
    "portal.example/rest/",
]
"""Addresses somebody may have told the authorization server, which checks who knows what."""


@pytest.mark.parametrize("address", ODD)
def test_a_portal_at_an_odd_address_is_none(address: str) -> None:
    """The address becomes part of headers and of addresses that are called."""
    info = {**INFO, "install": {"member_id": "m" * 32, "client_endpoint": address}}
    servers, _, _ = make(ok(info), RawAnswer(200, {**PAIR, "client_endpoint": address}))
    if address.endswith("#"):
        assert servers.verify("token", SERVERS[0]).client_endpoint == "https://portal.example/rest/"
        return
    with pytest.raises(e.AppNotInstalled):
        servers.verify("token", SERVERS[0])
    with pytest.raises(e.BadAnswer):
        servers.refresh("refresh")


@pytest.mark.parametrize(
    ("address", "spelled"),
    [
        ("https://Portal.Example/rest", "https://portal.example/rest/"),
        ("https://bücher.example/rest/", "https://xn--bcher-kva.example/rest/"),
        ("http://intranet:8080/b24/rest/", "http://intranet:8080/b24/rest/"),
        ("https://[2606:4700::1111]:444/rest/", "https://[2606:4700::1111]:444/rest/"),
        ("https://my_portal.example/rest/", "https://my_portal.example/rest/"),
    ],
)
def test_a_portals_address_has_one_spelling(address: str, spelled: str) -> None:
    info = {**INFO, "install": {"member_id": "m" * 32, "client_endpoint": address}}
    servers, _, _ = make(ok(info))
    assert servers.verify("token", SERVERS[0]).client_endpoint == spelled


@pytest.mark.parametrize("user_id", ["0", "", None, "-1", []])
def test_a_token_of_nobody_is_refused(user_id: Any) -> None:
    """Number 0 stands for the pair of the installation."""
    servers, _, _ = make(ok({**INFO, "user_id": user_id}))
    with pytest.raises(e.TokenRejected):
        servers.verify("token", SERVERS[0])


@pytest.mark.parametrize("token", ["", "x" * 3000, "a b", "a\r\nHost: b", "t\u00f6ken"])
def test_what_is_no_token_is_asked_of_nobody(token: str) -> None:
    servers, script, _ = make()
    with pytest.raises(e.TokenRejected):
        servers.verify(token)
    assert script.sent == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(400, "invalid_client"), e.TokenRejected),
        (refusal(401, "invalid_token"), e.TokenRejected),
        (refusal(400, "something_new"), e.TokenRejected),
        (refusal(200, "invalid_client"), e.TokenRejected),
        (refusal(401, "expired_token"), e.TokenExpired),
        (refusal(401, "NOT_INSTALLED"), e.AppNotInstalled),
        (refusal(400, "wrong_client"), e.WrongApplication),
    ],
)
def test_refusals_of_a_token(answer: RawAnswer, expected: type[e.PortalError]) -> None:
    servers, script, _ = make(answer)
    with pytest.raises(expected):
        servers.verify("token", SERVERS[0])
    assert len(script.sent) == 1


def test_a_lost_answer_is_asked_for_again() -> None:
    servers, script, _ = make(e.ConnectionLost(), ok(INFO))
    assert servers.verify("token", SERVERS[0]).user_id == 7
    assert len(script.sent) == 2


@pytest.mark.parametrize(
    "failure", [RawAnswer(500), RawAnswer(200), refusal(503, "x"), e.PortalTimeout(), e.NotSent()]
)
def test_a_server_that_fails_says_nothing_about_the_token(failure: RawAnswer | e.PortalError) -> None:
    servers, _, _ = make(failure, failure, refusal(400, "invalid_client"))
    with pytest.raises((e.OutcomeUnknown, e.NotSent)):
        servers.verify("token")


# --- tokens ---
def test_a_refresh_goes_as_a_form_to_the_named_server() -> None:
    servers, script, clock = make(RawAnswer(200, PAIR))
    pair = servers.refresh("old-refresh", "https://oauth.two.example/rest/")
    [sent] = script.sent
    assert sent.url == "https://oauth.two.example/oauth/token/"
    assert sent.method == "oauth.token"
    assert sent.body == {
        "grant_type": "refresh_token",
        "refresh_token": "old-refresh",
        "client_id": "app.1",
        "client_secret": "secret-key",
    }
    assert (pair.tokens.access_token, pair.tokens.refresh_token) == ("new-access", "new-refresh")
    assert pair.tokens.client_endpoint == "https://portal.example/rest/"
    assert pair.tokens.expires_at == clock.now + 3600
    assert (pair.member_id, pair.user_id, pair.server) == ("m" * 32, 7, "https://oauth.two.example")
    assert pair.scope == {"crm", "task"}


def test_a_code_is_exchanged_at_the_first_server_unless_told() -> None:
    servers, script, _ = make(RawAnswer(200, PAIR))
    assert isinstance(servers.exchange_code("the code&more"), RefreshedPair)
    [sent] = script.sent
    assert sent.url == "https://oauth.one.example/oauth/token/"
    assert sent.body["grant_type"] == "authorization_code"
    assert sent.body["code"] == "the code&more"
    assert sent.body["client_secret"] == "secret-key"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(400, "invalid_grant"), e.TokenRejected),
        (refusal(400, "invalid_request"), e.TokenRejected),
        (refusal(401, "NOT_INSTALLED"), e.AppNotInstalled),
        (refusal(401, "invalid_client"), e.WrongApplication),
        (refusal(200, "wrong_client"), e.WrongApplication),
        (refusal(402, "PAYMENT_REQUIRED"), e.PlanForbids),
        (refusal(400, "insufficient_scope"), e.ScopeMissing),
        (refusal(400, "server_error"), e.ServerFailure),
        (RawAnswer(200, {}), e.BadAnswer),
        (RawAnswer(200, {**PAIR, "client_endpoint": ""}), e.BadAnswer),
        (RawAnswer(200, {**PAIR, "expires_in": "soon"}), e.BadAnswer),
        (RawAnswer(200), e.BadAnswer),
        (RawAnswer(502), e.ServerFailure),
        (RawAnswer(302, location="https://evil.example/"), e.BadAnswer),
        (e.ConnectionLost(), e.ConnectionLost),
    ],
)
def test_refusals_of_a_refresh(answer: RawAnswer | e.PortalError, expected: type[e.PortalError]) -> None:
    servers, script, _ = make(answer)
    with pytest.raises(expected) as caught:
        servers.refresh("old-refresh")
    assert type(caught.value) is expected
    assert len(script.sent) == 1, "a refresh token may be used up: never twice"
    assert "old-refresh" not in repr(caught.value.__context__)


def test_a_refresh_that_never_left_is_sent_again() -> None:
    servers, script, _ = make(e.NotSent(), RawAnswer(200, PAIR))
    assert servers.refresh("old-refresh").user_id == 7
    assert len(script.sent) == 2


def test_a_busy_server_is_given_time() -> None:
    servers, script, clock = make(RawAnswer(429), RawAnswer(200, PAIR))
    assert servers.refresh("old-refresh").user_id == 7
    assert (len(script.sent), clock.slept) == (2, [2.0])


def test_nothing_secret_shows() -> None:
    servers, _, _ = make(RawAnswer(200, PAIR))
    pair = servers.refresh("old-refresh")
    assert "new-" not in repr(pair)
    assert "secret-key" not in repr(servers)


@pytest.mark.parametrize("text", ["crm,task", "crm task", "crm, task", ["crm", "task"]])
def test_scopes_come_in_two_spellings(text: Any) -> None:
    assert scopes(text) == {"crm", "task"}
