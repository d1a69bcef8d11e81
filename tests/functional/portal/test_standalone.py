"""The app in a tab of its own: login through the portal, a cookie, what other sites cannot do with it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from cryptography.fernet import Fernet

from app import create_app
from config import Config
from tests.functional.actions import Opener
from tests.support.person import SESSION
from tests.support.servers import CLIENT_ID, Sandbox, Server, http
from tests.support.stores import Store
from web.core.failures import ForgedLaunch
from web.core.session import page_token, session_token
from web.portal import standalone


@dataclass
class Browser:
    """Keeps cookies by hand: they are for https only, and here is none."""

    app: Server
    cookies: dict[str, str]
    session: requests.Session

    def get(self, address: str, **headers: str) -> requests.Response:
        return self._keep(
            self.session.get(
                address if "://" in address else self.app.url + address,
                headers={"Cookie": self._sent()} | headers,
                allow_redirects=False,
                timeout=60,
            )
        )

    def post(self, path: str, **headers: str) -> requests.Response:
        sent = {"Cookie": self._sent(), "HX-Request": "true"} | headers
        return self._keep(self.session.post(self.app.url + path, headers=sent, timeout=60))

    def _sent(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, answer: requests.Response) -> requests.Response:
        for line in answer.raw.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            value, _, attributes = rest.partition(";")
            assert {"secure", "httponly", "samesite=lax"} <= {
                part.strip().lower() for part in attributes.split(";")
            } or "max-age=0" in attributes.lower(), line
            self.cookies[name] = value
        return answer


def newcomer(app: Server) -> Browser:
    return Browser(app, {}, http())


@pytest.fixture
def browser(installed: Sandbox, empty_app: Server) -> Browser:
    return newcomer(empty_app)


def portal_of(sandbox: Sandbox) -> str:
    return urlsplit(sandbox.url).netloc


def consent(browser: Browser, sandbox: Sandbox, who: str = "member") -> str:
    """From the start to the address that the portal sends the browser back to."""
    started = browser.get(f"/oauth/start?domain={portal_of(sandbox)}")
    assert started.status_code == 302, started.text
    there = started.headers["Location"]
    assert there.startswith(f"{sandbox.url}/oauth/authorize/?") and "secret" not in there
    return http().get(f"{there}&as={who}", allow_redirects=False, timeout=60).headers["Location"]


def log_in(browser: Browser, sandbox: Sandbox, who: str = "member") -> Browser:
    back = browser.get(consent(browser, sandbox, who))
    assert back.status_code == 302 and urlsplit(back.headers["Location"]).path == "/oauth/callback"
    done = browser.get(back.headers["Location"])
    assert done.status_code == 303, done.text
    return browser


def token_of(browser: Browser) -> str:
    found = SESSION.search(browser.get("/").text)
    assert found
    return found[1]


def test_somebody_logs_in_and_works(browser: Browser, installed: Sandbox) -> None:
    log_in(browser, installed)
    page = browser.get("/")
    assert page.status_code == 200 and 'data-page="home"' in page.text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert browser.cookies["stagecraft"] not in page.text
    board = browser.get(f"/boards/g{installed.main_group_id}", Authorization=f"Bearer {token_of(browser)}")
    assert board.status_code == 200 and 'id="columns"' in board.text
    assert installed.calls()[-1]["user"] == installed.user("member")


def test_the_login_costs_two_requests_to_the_authorization_server_and_one_to_the_portal(
    browser: Browser, installed: Sandbox
) -> None:
    back = browser.get(consent(browser, installed)).headers["Location"]
    with installed.recording() as seen:
        browser.get(back)
    assert seen.http <= 3
    with installed.recording() as seen:
        browser.get("/")
    assert seen.http == 1


@pytest.mark.parametrize("bearer", ["", "tab.", "tab.0000", "raw cookie of another"])
def test_the_cookie_alone_opens_nothing(browser: Browser, installed: Sandbox, bearer: str) -> None:
    """What another site could make a browser send."""
    log_in(browser, installed)
    for path in ("/home", f"/boards/g{installed.main_group_id}", "/journal"):
        assert browser.get(path, Authorization=f"Bearer {bearer}").status_code == 401
    assert browser.post("/session/end", Authorization=f"Bearer {bearer}").status_code == 401
    assert browser.get("/").text.count("data-page") > 0


def test_the_token_of_a_page_is_nothing_without_its_cookie(browser: Browser, installed: Sandbox) -> None:
    log_in(browser, installed)
    token = token_of(browser)
    stranger = newcomer(browser.app)
    assert stranger.get("/home", Authorization=f"Bearer {token}").status_code == 401
    log_in(stranger, installed, "outsider")
    assert stranger.get("/home", Authorization=f"Bearer {token}").status_code == 401


def test_a_login_somebody_else_began_is_refused(browser: Browser, installed: Sandbox) -> None:
    """A link that would log the victim in as the attacker: the state is not of this browser."""
    link = consent(newcomer(browser.app), installed).replace("/?", "/oauth/callback?", 1)
    assert browser.get(link).status_code == 403
    consent(browser, installed)
    assert browser.get(link).status_code == 403
    assert "stagecraft" not in browser.cookies


@pytest.mark.parametrize("field", ["state", "code"])
@pytest.mark.parametrize("forged", ["", "x", "ü" * 20, "../", "%00"])
def test_each_field_forged(browser: Browser, installed: Sandbox, field: str, forged: str) -> None:
    back = consent(browser, installed).replace("/?", "/oauth/callback?", 1)
    answer = browser.get(re.sub(rf"([?&]{field}=)[^&]*", rf"\g<1>{forged}", back))
    assert answer.status_code == 403
    assert "stagecraft" not in browser.cookies


def test_a_code_serves_once_and_not_for_long(browser: Browser, installed: Sandbox) -> None:
    back = consent(browser, installed).replace("/?", "/oauth/callback?", 1)
    attempt = browser.cookies["stagecraft_login"]
    assert browser.get(back).status_code == 303
    browser.cookies = {"stagecraft_login": attempt}
    assert browser.get(back).status_code == 403
    late = consent(browser, installed).replace("/?", "/oauth/callback?", 1)
    installed.post("clock", advance=31)
    assert browser.get(late).status_code == 403


def test_an_attempt_has_ten_minutes(
    browser: Browser, installed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no longer, although the browser may have kept its cookie."""
    config = Config("https://app.example", CLIENT_ID, "s", (Fernet.generate_key().decode(),), "sqlite://")
    app = create_app(config, worker=False)
    client, base = app.test_client(), "https://app.example"
    client.get("/oauth/start?domain=a.example.com", base_url=base)
    cookie = client.get_cookie("__Host-stagecraft_login", domain="app.example")
    assert cookie and cookie.max_age == standalone.LOGIN_SECONDS == 600
    now = time.time()
    for later, refused in ((590, False), (610, True)):
        monkeypatch.setattr(time, "time", lambda at=now + later: at)
        with app.test_request_context("/", base_url=base, headers={"Cookie": f"{cookie.key}={cookie.value}"}):
            if refused:
                with pytest.raises(ForgedLaunch):
                    standalone._attempt()
            else:
                assert standalone._attempt().portal == "a.example.com"
    app.extensions["stagecraft"].db.close()


def test_cookies_over_https_are_of_this_host_alone() -> None:
    """A neighbour on the same domain cannot plant a login of theirs: browsers refuse it under such a name."""
    config = Config("https://app.example", CLIENT_ID, "s", (Fernet.generate_key().decode(),), "sqlite://")
    app = create_app(config, worker=False)
    answer = app.test_client().get("/oauth/start?domain=a.example.com", base_url="https://app.example")
    [line] = answer.headers.getlist("Set-Cookie")
    name, _, rest = line.partition("=")
    attributes = {one.strip().lower() for one in rest.split(";")[1:]}
    assert name == "__Host-stagecraft_login"
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= attributes
    assert not any(one.startswith("domain") for one in attributes)
    for planted, found in (("stagecraft", ""), ("__Host-stagecraft", "x")):
        headers = {"Cookie": f"{planted}=x", "Authorization": f"Bearer {page_token('x')}"}
        with app.test_request_context("/", base_url="https://app.example", headers=headers):
            assert session_token() == found
    app.extensions["stagecraft"].db.close()


def test_an_attempt_ends(browser: Browser, installed: Sandbox, store: Store) -> None:
    back = consent(browser, installed).replace("/?", "/oauth/callback?", 1)
    browser.cookies["stagecraft_login"] = browser.cookies["stagecraft_login"][:-8] + "AAAAAAA="
    assert browser.get(back).status_code == 403
    browser.cookies.clear()
    assert browser.get(back).status_code == 403


def test_a_portal_that_brings_codes_of_another_one(browser: Browser, installed: Sandbox) -> None:
    """Begun with one portal, come back with a code of another."""
    there = browser.get("/oauth/start?domain=evil.example.com").headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    other = consent(newcomer(browser.app), installed).replace("/?", "/oauth/callback?", 1)
    assert browser.get(re.sub(r"state=[^&]*", f"state={state}", other)).status_code == 403
    assert "stagecraft" not in browser.cookies


def test_a_login_that_is_refused_leaves_nothing(browser: Browser, installed: Sandbox, store: Store) -> None:
    """Begun with another portal, or refused by the portal itself: nothing is stored of it."""
    there = browser.get("/oauth/start?domain=evil.example.com").headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    other = consent(newcomer(browser.app), installed).replace("/?", "/oauth/callback?", 1)
    assert browser.get(re.sub(r"state=[^&]*", f"state={state}", other)).status_code == 403
    back = consent(browser, installed).replace("/?", "/oauth/callback?", 1)
    installed.fault("profile", "error", status=401, code="user_access_error")
    assert browser.get(back).status_code == 403
    assert "stagecraft" not in browser.cookies
    assert store.rows("SELECT DISTINCT user_id FROM token_pair") == [(0,)], "the installation's alone"
    assert store.count("user_session") == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_from_elsewhere_leads_to_no_other_site(browser: Browser, site: str) -> None:
    """Else the app's address would be a way to any address; the person sees where the form leads."""
    answer = browser.get("/oauth/start?domain=evil.example.com", **{"Sec-Fetch-Site": site})
    assert answer.status_code == 200 and "Location" not in answer.headers
    assert 'value="evil.example.com"' in answer.text and 'action="/oauth/start"' in answer.text
    assert "stagecraft_login" not in browser.cookies
    answer = browser.get("/oauth/start?domain=a.example.com", **{"Sec-Fetch-Site": "same-origin"})
    assert answer.headers["Location"].startswith("https://a.example.com/oauth/authorize/?")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "127.0.0.1@evil.example"])
def test_the_host_of_a_request_is_never_repeated(browser: Browser, installed: Sandbox, host: str) -> None:
    """Not in addresses, not in headers, not in pages."""
    log_in(browser, installed)
    back = consent(browser, installed)
    for path in ("/", "/privacy", "/oauth/start?domain=a.example.com", "/nothing", back):
        path = path.replace(browser.app.url, "")
        answer = browser.get(path, Host=host, **{"X-Forwarded-Host": host, "X-Forwarded-Proto": "javascript"})
        assert "evil" not in answer.text + str(answer.headers), path


def test_whether_a_portal_is_known_does_not_show(browser: Browser, installed: Sandbox) -> None:
    known, unknown = (
        browser.get(f"/oauth/start?domain={name}") for name in (portal_of(installed), "nobody.example.com")
    )
    assert known.status_code == unknown.status_code == 302
    assert set(known.headers) == set(unknown.headers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b.com",
        "user@evil.com",
        "evil.com\\@x.com",
        "-x.com",
        "x..com",
        "a" * 300 + ".com",
        "x.com:p",
    ],
)
def test_what_is_no_address(browser: Browser, text: str) -> None:
    answer = browser.get(f"/oauth/start?{urlencode({'domain': text})}")
    assert answer.status_code == 422 and 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "text", ["https://Company.bitrix24.de/crm/", "company.bitrix24.de", " COMPANY.bitrix24.de "]
)
def test_addresses_as_people_type_them(browser: Browser, text: str) -> None:
    answer = browser.get(f"/oauth/start?{urlencode({'domain': text})}")
    assert answer.headers["Location"].startswith("https://company.bitrix24.de/oauth/authorize/?client_id=")


def test_signing_out_ends_every_session_and_forgets_the_tokens(
    browser: Browser, installed: Sandbox, open_as: Opener, store: Store
) -> None:
    log_in(browser, installed)
    token, cookie = token_of(browser), browser.cookies["stagecraft"]
    framed, other = open_as("member"), open_as("owner")
    answer = browser.post("/session/end", Authorization=f"Bearer {token}")
    assert answer.status_code == 200 and "signed out" in answer.text
    member = installed.user("member")
    assert store.rows("SELECT 1 FROM token_pair WHERE user_id = ?", member) == []
    still = store.rows("SELECT 1 FROM user_session WHERE user_id = ? AND expires_at > ?", member, time.time())
    assert still == []
    browser.cookies["stagecraft"] = cookie
    assert browser.get("/home", Authorization=f"Bearer {token}").status_code == 401
    assert SESSION.search(browser.get("/").text) is None
    assert framed.get("/journal").status_code == 401
    assert other.get("/home").status_code == 200
    assert open_as("member").get("/home").status_code == 200, "opening the app again works"


def test_an_ended_session_invites_again(browser: Browser, installed: Sandbox, store: Store) -> None:
    log_in(browser, installed)
    store.rows("UPDATE user_session SET expires_at = ?", time.time() - 1)
    page = browser.get("/")
    assert page.status_code == 200 and 'action="/oauth/start"' in page.text
