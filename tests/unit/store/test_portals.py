"""Portals, the event queue, the call log, and what an uninstallation deletes."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig

from store import (
    Database,
    call_log,
    cleanup,
    event_queue,
    jobs,
    journal,
    memos,
    portals,
    requests,
    sessions,
    task_changes,
    tokens,
)
from store.models import Base, Portal
from tests.unit.store.conftest import OTHER, ROOT, migrate


def fill(db: Database, portal: str) -> str:
    portals.mark_installed(db, portal, installer_id=1, application_token="app-token")
    tokens.put(db, portal, 5, "a", "r", 1.0)
    tokens.put(db, portal, tokens.INSTALLER, "a", "r", 1.0)
    journal.record(db, portal, 5, "Ada", '{"kind": "x", "board_key": "g1"}')
    memos.THEME.put(memos.PortalUser(db, portal, 5), "dark")
    memos.Memo("k", int, lifetime=100).put(memos.PortalUser(db, portal, 5), 1)
    requests.begin(db, portal, 5, "key")
    task_changes.changed(db, portal, 17)
    jobs.create(db, portal, 5, "deletion", "g1", {})
    journal.put(db, portal, {1: 2})
    event_queue.put(db, portal, "ONAPPUPDATE", {"auth": {"access_token": "secret"}})
    call_log.write(
        db, [call_log.CallEntry(time.time(), "https://a", "m", [], 200, "", 1.0, {}, member_id=portal)]
    )
    return sessions.create(db, portal, user_id=5, user_name="Ada", is_admin=True, lang="en", lifetime=100)


def rows(db: Database, member_id: str) -> dict[str, int]:
    counts = {}
    with db.reading() as session:
        for table in Base.metadata.sorted_tables:
            if "member_id" in table.c:
                query = sa.select(sa.func.count()).where(table.c.member_id == member_id)
                counts[table.name] = session.scalar(query) or 0
    return counts


def test_what_the_authorization_server_says_is_kept(db: Database, portal: str) -> None:
    row = portals.get(db, portal)
    assert row and row.origin == "https://a.example.com" and row.installed
    assert portals.get(db, "c" * 32) is None


def test_the_application_token_is_sealed_and_survives_launches(db: Database, portal: str) -> None:
    portals.mark_installed(db, portal, installer_id=1, application_token="app-token")
    with db.reading() as session:
        assert "app-token" not in (session.scalar(sa.select(Portal.application_token_sealed)) or "")
    portals.remember(
        db, portal, client_endpoint="https://n.example.com/rest/", auth_server="s", installed=True
    )
    row = portals.get(db, portal)
    assert row and row.application_token == "app-token" and row.installer_id == 1
    assert row.client_endpoint == "https://n.example.com/rest/"
    assert "app-token" not in repr(row)


def test_an_older_portal_without_a_token_keeps_the_one_it_had(db: Database, portal: str) -> None:
    portals.mark_installed(db, portal, installer_id=1, application_token="app-token")
    portals.mark_installed(db, portal, installer_id=2, application_token="")
    row = portals.get(db, portal)
    assert row and row.application_token == "app-token" and row.installer_id == 2


def test_uninstalling_with_cleaning_leaves_nothing(db: Database, portal: str) -> None:
    token = fill(db, portal)
    fill(db, OTHER)
    before = rows(db, OTHER)
    assert all(before.values()), "a table nobody has filled proves nothing"
    portals.uninstall(db, portal, forget_everything=True)
    left = rows(db, portal)
    assert left.pop("logged_call") == 1, "it has its days"
    assert not any(left.values()), left
    assert rows(db, OTHER) == before
    assert sessions.find(db, token) is None


def test_uninstalling_without_cleaning_keeps_journal_and_preferences(db: Database, portal: str) -> None:
    token = fill(db, portal)
    portals.uninstall(db, portal, forget_everything=False)
    left = {name for name, count in rows(db, portal).items() if count}
    assert left == {"journal_entry", "preference", "portal", "stage_alias", "logged_call"}
    row = portals.get(db, portal)
    assert row and not row.installed and not row.application_token
    assert sessions.find(db, token) is None


def test_everything_has_its_time(db: Database, portal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `docs/operate.md` and the privacy page say is kept, and what is gone when its time is over."""
    days = {
        "memo": 100 / 86400,
        "task_news": 0.5,
        "action": 2,
        "logged_call": 3,
        "job": 7,
        "user_session": 100 / 86400 + 7,
    }
    fill(db, portal)
    now, forever = time.time(), {"portal", "journal_entry", "stage_alias", "preference", "queued_event"}
    assert set(rows(db, portal)) == set(days) | forever | {"token_pair"}, (
        "a new table needs an end, or a reason"
    )
    for name, end in sorted(days.items(), key=lambda one: one[1]):
        for later, kept in ((-60, True), (60, False)):
            monkeypatch.setattr(time, "time", lambda at=now + end * 86400 + later: at)
            cleanup.sweep(db, call_log_days=3)
            assert bool(rows(db, portal)[name]) == kept, (name, later)
    left = rows(db, portal)
    assert left["token_pair"] == 1, "the installer's; that of a person goes with their last session"
    assert all(left[name] for name in forever)


def test_an_event_is_taken_by_one_and_finished(db: Database, portal: str) -> None:
    assert event_queue.take(db) is None
    event_queue.put(db, portal, "ONTASKADD", {"auth": {"access_token": "secret-token"}})
    event = event_queue.take(db)
    assert event and event.name == "ONTASKADD" and event.attempts == 1 and event.proven
    assert event.payload["auth"]["access_token"] == "secret-token" and "secret" not in repr(event)
    assert event_queue.take(db) is None
    event_queue.postpone(db, event.id, 0)
    again = event_queue.take(db)
    assert again and again.attempts == 2
    event_queue.finish(db, event.id)
    event_queue.postpone(db, event.id, 0)
    assert event_queue.take(db) is None and event_queue.waiting(db) == 0


def test_unproven_events_cannot_fill_the_queue(db: Database, portal: str) -> None:
    kept = [event_queue.put(db, portal, "ONAPPUPDATE", {}, proven=False) for _ in range(10)]
    assert kept.count(True) == event_queue.MOST_UNPROVEN
    assert event_queue.put(db, portal, "ONTASKADD", {}), "a proven one is always kept"


def test_the_call_log_keeps_its_days(db: Database) -> None:
    def call(at: float) -> call_log.CallEntry:
        return call_log.CallEntry(at, "https://a", "batch", ["profile"], 200, "", 1.5, {"halt": 1})

    now = time.time()
    call_log.write(db, [call(now - 4 * 86400), call(now - 2 * 86400), call(now)])
    assert call_log.purge(db, 3) == 1
    kept = call_log.latest(db)
    assert len(kept) == 2 and kept[0].commands == ["profile"] and kept[0].params == {"halt": 1}


def test_a_failed_transaction_leaves_nothing(db: Database, portal: str) -> None:
    with pytest.raises(RuntimeError), db.session() as session:
        session.execute(sa.delete(Portal))
        raise RuntimeError
    assert portals.get(db, portal)


def test_migrations_go_up_and_down_and_match_the_models(
    url: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = AlembicConfig(ROOT / "alembic.ini")
    command.check(config)
    command.downgrade(config, "base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrate(url, monkeypatch)
    assert set(Base.metadata.tables) <= set(sa.inspect(db.engine).get_table_names())
