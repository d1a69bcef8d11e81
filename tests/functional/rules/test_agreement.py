"""The authorization server and the portal must speak of the same person, or nobody is let in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from b24.oauth import AuthServers, RefreshedPair, Verified
from store import portals
from store.models import Portal, TokenPair, UserSession
from tests.functional.in_process import InProcessApp, ground
from tests.support.person import SESSION
from tests.support.servers import http
from web.core.services import KEY
from web.portal import event_jobs

OTHER = "b" * 32


@dataclasses.dataclass
class Mistaken:
    """Authorization servers that take the person of a token for another one (`verified`, `exchanged`), or
    for somebody of another portal (`member`)."""

    real: AuthServers
    verified: int = 0
    exchanged: int = 0
    member: str = ""

    def verify(self, token: str, server: str = "") -> Verified:
        found = self.real.verify(token, server)
        return dataclasses.replace(
            found, user_id=self.verified or found.user_id, member_id=self.member or found.member_id
        )

    def exchange_code(self, code: str, server: str = "") -> RefreshedPair:
        found = self.real.exchange_code(code, server)
        return dataclasses.replace(found, user_id=self.exchanged or found.user_id)


@pytest.fixture(scope="module")
def g(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessApp]:
    with ground(tmp_path_factory.mktemp("agreement")) as found:
        yield found


@pytest.fixture
def mistaken(g: InProcessApp) -> Iterator[Mistaken]:
    shared = g.flask.extensions[KEY]
    wrong = Mistaken(shared.auth_servers)
    g.flask.extensions[KEY] = dataclasses.replace(shared, auth_servers=wrong)
    yield wrong
    g.flask.extensions[KEY] = shared


def stored(g: InProcessApp) -> list[Any]:
    """Who is known: portals, pairs, sessions."""
    with g.db.single_select() as connection:
        return [
            connection.execute(sa.select(Portal.installer_id, Portal.installed_at)).all(),
            connection.execute(sa.select(TokenPair.user_id, TokenPair.generation)).all(),
            connection.execute(sa.select(UserSession.user_id, UserSession.expires_at)).all(),
        ]


def opening(g: InProcessApp, who: str, *, install: bool = False) -> tuple[str, dict[str, str]]:
    user = g.sandbox.user(who)
    found = g.sandbox.post("launch", user=user, placement="DEFAULT", options={}, install=install)
    parts = urlsplit(found["url"])
    return f"{parts.path}?{parts.query}", found["form"]


@pytest.mark.parametrize("install", [False, True])
def test_an_opening_for_somebody_else(g: InProcessApp, mistaken: Mistaken, install: bool) -> None:
    before = stored(g)
    mistaken.verified = g.sandbox.user("owner")
    path, form = opening(g, "admin", install=install)
    answer = g.flask.test_client().post(path, data=form)
    assert answer.status_code == 403 and not SESSION.search(answer.text)
    assert stored(g) == before


def test_a_renewal_for_somebody_else(g: InProcessApp, mistaken: Mistaken) -> None:
    owner = g.tab("owner")
    before = stored(g)
    mistaken.verified = g.sandbox.user("owner")
    _path, form = opening(g, "admin")
    wanted = {"AUTH_ID": form["AUTH_ID"], "REFRESH_ID": form["REFRESH_ID"]}
    assert owner.post("/session/renew", **wanted).status_code == 403
    sessions = stored(g)[2]
    assert stored(g)[:2] == before[:2]
    assert [one[0] for one in sessions] == [one[0] for one in before[2]], "no new one"
    g.log_in_again()


def test_a_renewal_with_a_login_of_another_portal(g: InProcessApp, mistaken: Mistaken) -> None:
    """People of different portals have the same numbers."""
    owner = g.tab("owner")
    before = stored(g)
    mistaken.member = OTHER
    _path, form = opening(g, "owner")
    wanted = {"AUTH_ID": form["AUTH_ID"], "REFRESH_ID": form["REFRESH_ID"]}
    assert owner.post("/session/renew", **wanted).status_code == 403
    assert stored(g) == before


@pytest.mark.parametrize("member", ["", OTHER])
def test_an_update_with_a_token_of_another_portal(g: InProcessApp, mistaken: Mistaken, member: str) -> None:
    """Its new application token is believed only if its access token is of the portal it names."""
    _path, form = opening(g, "admin")
    shared, mistaken.member = g.flask.extensions[KEY], member
    before = portals.get(g.db, g.portal.member_id)
    event = {
        "event": "ONAPPUPDATE", "auth[member_id]": g.portal.member_id, "auth[application_token]": "n" * 32,
        "auth[access_token]": form["AUTH_ID"], "auth[refresh_token]": form["REFRESH_ID"],
    }  # fmt: skip
    assert g.flask.test_client().post("/events", data=event).status_code == 200
    event_jobs.work_off(shared)
    after = portals.get(g.db, g.portal.member_id)
    assert before and after
    assert after.application_token == (before.application_token if member else "n" * 32)
    portals.set_application_token(g.db, g.portal.member_id, before.application_token)


@pytest.mark.parametrize("wrong", ["verified", "exchanged"])
def test_a_login_for_somebody_else(g: InProcessApp, mistaken: Mistaken, wrong: str) -> None:
    before = stored(g)
    setattr(mistaken, wrong, g.sandbox.user("owner"))
    assert _log_in(g).status_code == 403
    assert stored(g) == before


def test_a_login_where_both_are_mistaken(g: InProcessApp, mistaken: Mistaken) -> None:
    """The portal has the last word on whose token it is."""
    before = stored(g)
    mistaken.verified = mistaken.exchanged = g.sandbox.user("owner")
    assert _log_in(g).status_code == 403
    assert stored(g) == before


def test_a_login_where_all_agree(g: InProcessApp, mistaken: Mistaken) -> None:
    assert _log_in(g).status_code == 303


def _log_in(g: InProcessApp) -> Any:
    client, base = g.flask.test_client(), "https://127.0.0.1:9"
    start = client.get(f"/oauth/start?domain={urlsplit(g.sandbox.url).netloc}", base_url=base)
    there = http().get(f"{start.headers['Location']}&as=member", allow_redirects=False, timeout=30)
    return client.get(f"/oauth/callback?{urlsplit(there.headers['Location']).query}", base_url=base)
