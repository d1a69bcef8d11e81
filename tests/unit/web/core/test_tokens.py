"""The token source: what happens when several refresh, one crashes, or the portal says no."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.fernet import Fernet

from b24.client import Tokens
from b24.errors import AppNotInstalled, ConnectionLost, PortalMoved, PortalTimeout, TokenRejected
from b24.oauth import RefreshedPair, Verified
from store import Database, portals, tokens
from store.models import Base
from web.core import tokens as token_source
from web.core.services import Services
from web.core.tokens import LEASE_SECONDS, StoreTokenSource

PORTAL, PERSON, HERE, THERE = "a" * 32, 5, "https://here.example/rest/", "https://there.example/rest/"


@dataclasses.dataclass
class Server:
    """An authorization server that does what the test says."""

    refresh_does: Callable[[str], RefreshedPair]
    refreshed: list[str] = dataclasses.field(default_factory=list)
    endpoint: str = HERE
    member_id: str = PORTAL
    refuses: bool = False

    def refresh(self, refresh_token: str, server: str = "") -> RefreshedPair:
        self.refreshed.append(refresh_token)
        return self.refresh_does(refresh_token)

    def verify(self, access_token: str, server_endpoint: str = "") -> Verified:
        if self.refuses:
            raise TokenRejected("invalid_client")
        return Verified(
            self.member_id, self.endpoint, PERSON, "c", frozenset(), "L", True, 2e9, "https://auth.example"
        )


class World:
    """A store with one pair, a server, a clock that only moves when somebody sleeps."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = 1000.0
        self.server = Server(lambda old: pair_after(old))
        self.asleep: Callable[[], None] = lambda: None
        portals.remember(db, PORTAL, client_endpoint=HERE, auth_server="https://auth.example", installed=True)
        tokens.put(db, PORTAL, PERSON, "access-1", "refresh-1", 900.0)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.asleep()

    def source(self) -> StoreTokenSource:
        services = cast(Services, Fake(self.db, self.server))
        return StoreTokenSource(services, PORTAL, PERSON, clock=lambda: self.now, sleep=self.sleep)

    def pair(self) -> tokens.StoredPair:
        found = tokens.get(self.db, PORTAL, PERSON)
        assert found
        return found

    def lease(self) -> bool:
        return tokens.lease(self.db, PORTAL, self.pair(), "other", seconds=LEASE_SECONDS, now=self.now)


@dataclasses.dataclass
class Fake:
    db: Database
    auth_servers: Any


def pair_after(refresh_token: str, endpoint: str = HERE) -> RefreshedPair:
    number = int(refresh_token.rsplit("-", 1)[1]) + 1
    return RefreshedPair(Tokens(f"access-{number}", f"refresh-{number}", 5000.0, endpoint), PORTAL, PERSON)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(token_source, "POLL_SECONDS", 1.0)
    db = Database(f"sqlite:///{tmp_path / 'store.db'}", [Fernet.generate_key().decode()])
    Base.metadata.create_all(db.engine)
    yield World(db)
    db.close()


def test_a_pair_is_exchanged_and_stored(world: World) -> None:
    source = world.source()
    new = source.renew(source.current())
    assert (new.access_token, new.client_endpoint) == ("access-2", HERE)
    assert source.current() == new
    assert world.server.refreshed == ["refresh-1"]


def test_a_pair_somebody_else_has_renewed_is_taken(world: World) -> None:
    source = world.source()
    old = source.current()
    tokens.put(world.db, PORTAL, PERSON, "access-9", "refresh-9", 5000.0)
    assert source.renew(old).access_token == "access-9"
    assert world.server.refreshed == []


def test_who_comes_second_waits_for_the_new_pair(world: World) -> None:
    source = world.source()
    old, pair = source.current(), world.pair()
    assert world.lease()
    world.asleep = lambda: tokens.replace(world.db, PORTAL, pair, "access-2", "refresh-2", 5000.0) and None
    assert source.renew(old).access_token == "access-2"
    assert world.server.refreshed == []


def test_a_crashed_worker_holds_nobody_up_for_longer_than_its_lease(world: World) -> None:
    assert world.lease()
    source = world.source()
    assert source.renew(source.current()).access_token == "access-2"
    assert 1000 + LEASE_SECONDS < world.now <= 1001 + LEASE_SECONDS


def test_a_slow_refresh_stays_the_only_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server thinks for three leases: nobody else may send the same refresh token meanwhile."""
    monkeypatch.setattr(token_source, "BEAT_SECONDS", 0.01)
    taken: list[bool] = []

    def slow(refresh_token: str) -> RefreshedPair:
        for _ in range(3):
            world.now += LEASE_SECONDS - 1
            end = time.monotonic() + 10
            while tokens.lease_until(world.db, PORTAL, PERSON) < world.now + LEASE_SECONDS:
                assert time.monotonic() < end, "no sign of life"
                time.sleep(0.01)
            taken.append(world.lease())
        return pair_after(refresh_token)

    world.server.refresh_does = slow
    source = world.source()
    assert source.renew(source.current()).access_token == "access-2"
    assert taken == [False] * 3
    assert tokens.lease_until(world.db, PORTAL, PERSON) == 0.0


def test_who_has_lost_the_lease_cannot_extend_it(world: World) -> None:
    assert world.lease()
    before = tokens.lease_until(world.db, PORTAL, PERSON)
    tokens.extend(world.db, PORTAL, world.pair(), "somebody", until=before + 50)
    assert tokens.lease_until(world.db, PORTAL, PERSON) == before


def test_waiting_ends(world: World) -> None:
    source = world.source()
    old = source.current()
    assert world.lease()

    def renewed_by_others_for_ever() -> None:
        tokens.lease(world.db, PORTAL, world.pair(), "other", seconds=LEASE_SECONDS, now=world.now + 1000)

    world.asleep = renewed_by_others_for_ever
    with pytest.raises(PortalTimeout):
        source.renew(old)


def test_a_refusal_is_believed_only_while_the_store_still_has_what_was_refused(world: World) -> None:
    def refuse(_old: str) -> RefreshedPair:
        tokens.put(world.db, PORTAL, PERSON, "access-7", "refresh-7", 5000.0)  # a launch, meanwhile
        raise TokenRejected("invalid_grant")

    world.server.refresh_does = refuse
    source = world.source()
    assert source.renew(source.current()).access_token == "access-7"


@pytest.mark.parametrize("error", [TokenRejected("invalid_grant"), AppNotInstalled("NOT_INSTALLED")])
def test_a_refusal_is_raised_and_ends_the_lease(world: World, error: Exception) -> None:
    def refuse(_old: str) -> RefreshedPair:
        raise error

    world.server.refresh_does = refuse
    source = world.source()
    with pytest.raises(type(error)):
        source.renew(source.current())
    assert world.lease()


def test_a_lost_answer_ends_the_lease_too(world: World) -> None:
    def lose(_old: str) -> RefreshedPair:
        raise ConnectionLost("LOST")

    world.server.refresh_does = lose
    source = world.source()
    with pytest.raises(ConnectionLost):
        source.renew(source.current())
    assert world.lease()


def test_a_refresh_tells_where_the_portal_is_now(world: World) -> None:
    world.server.refresh_does = lambda old: pair_after(old, THERE)
    source = world.source()
    assert source.renew(source.current()).client_endpoint == THERE
    assert source.current().client_endpoint == THERE


def test_a_move_is_verified_and_remembered(world: World) -> None:
    world.server.endpoint = THERE
    assert world.source().moved(THERE).client_endpoint == THERE
    assert world.source().current().client_endpoint == THERE


@pytest.mark.parametrize("fault", [{"endpoint": HERE}, {"endpoint": THERE, "member_id": "b" * 32}])
def test_a_redirect_the_server_knows_nothing_of_is_not_followed(world: World, fault: dict[str, str]) -> None:
    for name, value in fault.items():
        setattr(world.server, name, value)
    with pytest.raises(PortalMoved):
        world.source().moved("https://evil.example/rest/")
    assert world.source().current().client_endpoint == HERE


def test_a_move_with_an_old_token_is_verified_by_a_refresh(world: World) -> None:
    world.server.refuses = True
    world.server.refresh_does = lambda old: pair_after(old, THERE)
    assert world.source().moved(THERE).client_endpoint == THERE


def test_without_a_pair_there_is_nobody_to_act_as(world: World) -> None:
    portals.uninstall(world.db, PORTAL, forget_everything=False)
    with pytest.raises(TokenRejected):
        world.source().current()


@pytest.mark.parametrize(("portal", "person"), [("b" * 32, PERSON), (PORTAL, PERSON + 1), (PORTAL, 0)])
def test_a_refresh_token_of_somebody_else_is_no_way_to_act_for_them(
    world: World, portal: str, person: int
) -> None:
    """It came with a form that its sender may have forged; the server says whose the new pair is."""
    world.server.refresh_does = lambda old: dataclasses.replace(
        pair_after(old), member_id=portal, user_id=person
    )
    world.server.member_id = "b" * 32 if person == 0 else PORTAL  # where the answer tells nobody, it is asked
    before = world.pair()
    with pytest.raises(TokenRejected):
        world.source().renew(world.source().current())
    assert world.pair() == before
    assert world.lease(), "nobody holds the lease any more"


def test_a_refresh_that_does_not_say_whose_it_is_is_verified(world: World) -> None:
    world.server.refresh_does = lambda old: dataclasses.replace(pair_after(old), member_id="", user_id=0)
    assert world.source().renew(world.source().current()).access_token == "access-2"


def test_the_pair_of_the_installation_is_the_installers(world: World) -> None:
    services = cast(Services, Fake(world.db, world.server))
    tokens.put(world.db, PORTAL, tokens.INSTALLER, "access-1", "refresh-1", 900.0)
    source = StoreTokenSource(services, PORTAL, tokens.INSTALLER, sleep=world.sleep)
    portals.mark_installed(world.db, PORTAL, installer_id=PERSON + 1, application_token="")
    with pytest.raises(TokenRejected):
        source.renew(source.current())
    portals.mark_installed(world.db, PORTAL, installer_id=PERSON, application_token="")
    assert source.renew(source.current()).access_token == "access-2"
