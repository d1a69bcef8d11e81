"""A session is known by the hash of its token, and ends."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from store import Database, cleanup, sessions, tokens
from store.models import UserSession
from tests.unit.store.conftest import OTHER


def create(db: Database, portal: str, **other: object) -> str:
    details = {"user_id": 5, "user_name": "Ada", "is_admin": False, "lang": "de", "lifetime": 100.0} | other
    return sessions.create(db, portal, **details)  # type: ignore[arg-type]


def found(db: Database, token: str) -> sessions.SessionRow:
    row = sessions.find(db, token)
    assert row is not None
    return row


def test_a_token_leads_to_person_and_portal(db: Database, portal: str) -> None:
    token = create(db, portal)
    row = found(db, token)
    assert (row.member_id, row.user_id, row.user_name, row.lang) == (portal, 5, "Ada", "de")
    assert row.client_endpoint == "https://a.example.com/rest/"
    assert row.expires_at > time.time()


def test_the_token_is_long_random_and_stored_as_a_hash(db: Database, portal: str) -> None:
    first, second = create(db, portal), create(db, portal)
    assert first != second and len(first) >= 43  # 256 bits in base64
    with db.reading() as session:
        hashes = session.scalars(sa.select(UserSession.token_hash)).all()
    assert first not in hashes and len(hashes) == 2


def test_an_unknown_token_is_nobody(db: Database, portal: str) -> None:
    create(db, portal)
    assert sessions.find(db, "made-up") is None
    assert sessions.find(db, "") is None


def test_an_ended_session_is_still_known_for_a_renewal(db: Database, portal: str) -> None:
    token = create(db, portal)
    sessions.end(db, OTHER, found(db, token).id)
    assert found(db, token).expires_at > time.time()
    sessions.end(db, portal, found(db, token).id)
    assert found(db, token).expires_at < time.time()
    cleanup.sweep(db, call_log_days=3)
    assert found(db, token).user_id == 5


def test_all_sessions_of_a_person_end_together(db: Database, portal: str) -> None:
    mine, also_mine, other = create(db, portal), create(db, portal), create(db, portal, user_id=6)
    sessions.end_all(db, portal, 5)
    now = time.time()
    assert found(db, mine).expires_at < now and found(db, also_mine).expires_at < now
    assert found(db, other).expires_at > now


@pytest.mark.parametrize("again", ["one", "all"])
def test_ending_a_session_again_keeps_it_no_longer(db: Database, portal: str, again: str) -> None:
    """It is forgotten a week after it ended, however often somebody signs out everywhere."""
    row = found(db, create(db, portal, lifetime=-3600.0))
    if again == "one":
        sessions.end(db, portal, row.id)
    else:
        sessions.end_all(db, portal, 5)
    with db.reading() as session:
        assert session.scalars(sa.select(UserSession.expires_at)).all() == [row.expires_at]


def test_the_latest_name_and_rights_are_remembered(db: Database, portal: str) -> None:
    create(db, portal)
    create(db, portal, user_name="Ada L.", is_admin=True)
    assert sessions.last_known(db, portal, 5) == ("Ada L.", True)
    assert sessions.last_known(db, OTHER, 5) is None


def test_sweeping_forgets_long_ended_sessions_and_their_pairs(db: Database, portal: str) -> None:
    token = create(db, portal, lifetime=-sessions.KEPT_AFTER_END - 10)
    live = create(db, portal, user_id=6)
    for user_id in (5, 6, tokens.INSTALLER):
        tokens.put(db, portal, user_id, "access", "refresh", 1.0)
    cleanup.sweep(db, call_log_days=3)
    assert sessions.find(db, token) is None and found(db, live).user_id == 6
    assert tokens.get(db, portal, 5) is None
    assert tokens.get(db, portal, 6) and tokens.get(db, portal, tokens.INSTALLER)
