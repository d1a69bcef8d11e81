"""Pairs are sealed, belong to one portal, and are refreshed by one worker at a time."""

from __future__ import annotations

import threading

import sqlalchemy as sa
from cryptography.fernet import Fernet
from pytest import raises

from store import Database, tokens
from store.models import TokenPair
from store.vault import Vault, VaultError
from tests.unit.store.conftest import OTHER


def stored(db: Database, portal: str, user_id: int = 5) -> tokens.StoredPair:
    pair = tokens.get(db, portal, user_id)
    assert pair is not None
    return pair


def test_a_pair_is_sealed_and_comes_back(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access-1", "refresh-1", 1000.5)
    with db.reading() as session:
        raw = session.execute(sa.select(TokenPair.access_sealed, TokenPair.refresh_sealed)).one()
    assert "access-1" not in raw[0] and "refresh-1" not in raw[1]
    pair = stored(db, portal)
    assert (pair.access_token, pair.refresh_token, pair.expires_at) == ("access-1", "refresh-1", 1000.5)
    assert "access-1" not in repr(pair) and "refresh-1" not in repr(pair)


def test_a_pair_of_another_portal_or_person_is_not_found(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access", "refresh", 1.0)
    assert tokens.get(db, OTHER, 5) is None
    assert tokens.get(db, portal, 6) is None


def test_a_launch_replaces_the_pair_and_ends_a_lease(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access-1", "refresh-1", 1.0)
    first = stored(db, portal)
    assert tokens.lease(db, portal, first, "worker", seconds=20, now=100.0)
    tokens.put(db, portal, 5, "access-2", "refresh-2", 2.0)
    second = stored(db, portal)
    assert second.access_token == "access-2" and second.generation > first.generation
    assert tokens.lease_until(db, portal, 5) == 0


def test_only_one_of_many_gets_the_lease(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access", "refresh", 1.0)
    pair = stored(db, portal)
    start, won = threading.Barrier(8), []

    def compete(name: str) -> None:
        start.wait()
        if tokens.lease(db, portal, pair, name, seconds=20, now=100.0):
            won.append(name)

    threads = [threading.Thread(target=compete, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_lease_of_a_crashed_worker_ends_by_itself(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access", "refresh", 1.0)
    pair = stored(db, portal)
    assert tokens.lease(db, portal, pair, "crashed", seconds=20, now=100.0)
    assert not tokens.lease(db, portal, pair, "next", seconds=20, now=119.0)
    assert tokens.lease(db, portal, pair, "next", seconds=20, now=121.0)


def test_only_its_owner_gives_a_lease_back(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access", "refresh", 1.0)
    pair = stored(db, portal)
    tokens.lease(db, portal, pair, "owner", seconds=20, now=100.0)
    tokens.release(db, portal, pair, "somebody")
    assert not tokens.lease(db, portal, pair, "next", seconds=20, now=101.0)
    tokens.release(db, portal, pair, "owner")
    assert tokens.lease(db, portal, pair, "next", seconds=20, now=101.0)


def test_a_refresh_does_not_overwrite_a_newer_pair(db: Database, portal: str) -> None:
    tokens.put(db, portal, 5, "access-1", "refresh-1", 1.0)
    old = stored(db, portal)
    tokens.put(db, portal, 5, "access-2", "refresh-2", 2.0)
    assert not tokens.replace(db, portal, old, "access-x", "refresh-x", 3.0)
    assert stored(db, portal).access_token == "access-2"
    assert tokens.replace(db, portal, stored(db, portal), "access-3", "refresh-3", 3.0)
    assert stored(db, portal).access_token == "access-3"


def test_the_installers_pair_is_asked_first(db: Database, portal: str) -> None:
    tokens.put(db, portal, tokens.INSTALLER, "installer", "r", 1.0)
    tokens.put(db, portal, 5, "later", "r", 1.0)
    tokens.put(db, OTHER, 6, "foreign", "r", 1.0)
    assert [pair.access_token for pair in tokens.newest(db, portal, limit=5)] == ["installer", "later"]


def test_keys_rotate(key: str) -> None:
    new = Fernet.generate_key().decode()
    sealed = Vault([key]).encrypt("secret")
    both = Vault([new, key])
    assert both.decrypt(sealed) == "secret"
    assert Vault([new]).decrypt(both.rotate(sealed)) == "secret"
    with raises(VaultError):
        Vault([new]).decrypt(sealed)


def test_without_keys_nothing_is_stored_in_clear() -> None:
    with raises(VaultError):
        Vault([]).encrypt("secret")
