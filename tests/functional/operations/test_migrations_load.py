"""An update while people work: the release before goes on with its statements while the tables change.

What this proves: on a database of an older schema, with rows in it, the statements the older release made
(written out here, with the columns it knew, over connections opened as the app opens them) go on without one
error before, while and after `alembic upgrade head` runs in another process; for every older schema.
What it does not prove: anything about the code of those releases beyond their statements. For the newest step
`test_rolling_update.py` does that.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from store import Database
from tests.support.releases import revisions
from tests.support.servers import migrate

WORKERS = 4
SECONDS = 1.0
PORTAL = "a" * 32
ROWS = 3000
"""Calls in the log before: a table that is rewritten takes its time."""

CALL = ("INSERT INTO logged_call (at, endpoint, method, commands, status, error, milliseconds, params) "
        "VALUES (:at, 'https://x.example', 'batch', '[]', 200, '', 5.0, '{}')")  # fmt: skip
PAIR = ("INSERT INTO token_pair (member_id, user_id, access_sealed, refresh_sealed, expires_at, generation, "
        "lease_until, lease_owner, changed_at) "
        "VALUES (:member, :user, 'a', 'r', 0, 1, 0, '', 0)")  # fmt: skip
WRITES = {
    "a call is logged": CALL,
    "a lease is taken": "UPDATE token_pair SET lease_until = :at, lease_owner = 'me' "
    "WHERE member_id = :member AND user_id = :user AND lease_until < :at",
    "a change is kept": "INSERT INTO journal_entry (member_id, user_id, user_name, at, kind, board_key, "
    "change, request_key) VALUES (:member, :user, 'Somebody', :at, 'stage_rename', 'g1', '{}', '')",
    "old calls are forgotten": "DELETE FROM logged_call WHERE at < 1",
}  # fmt: skip
READS = {
    "the log is read": "SELECT id, at, endpoint, method, commands, status, error, milliseconds, params "
    "FROM logged_call WHERE endpoint = 'https://x.example' ORDER BY id DESC LIMIT 20",
    "the pair is read": "SELECT user_id, access_sealed, refresh_sealed, expires_at, generation "
    "FROM token_pair WHERE member_id = :member AND user_id = :user",
    "the journal is read": "SELECT id, user_id, at, kind, change, undone_by FROM journal_entry "
    "WHERE member_id = :member ORDER BY id DESC LIMIT 20",
}  # fmt: skip


@dataclass
class Load:
    """Workers of the older release, each doing everything in turn until told to stop."""

    url: str
    over: threading.Event = field(default_factory=threading.Event)
    errors: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    def run(self, user: int) -> None:
        database = Database(self.url)
        try:
            while not self.over.is_set():
                for name in (*WRITES, *READS):
                    self._once(database, name, {"member": PORTAL, "user": user, "at": time.time()})
        except sa.exc.SQLAlchemyError as error:
            self.errors.append(f"{name}: {error}")
        finally:
            database.close()

    def _once(self, database: Database, name: str, values: dict[str, Any]) -> None:
        began = time.monotonic()
        if name in WRITES:
            with database.writing() as connection:
                connection.execute(sa.text(WRITES[name]), values)
        else:
            with database.single_select() as connection:
                connection.execute(sa.text(READS[name]), values).all()
        self.done[name] += 1
        self.longest = max(self.longest, time.monotonic() - began)


@pytest.mark.parametrize("old", revisions()[:-1])
def test_the_release_before_works_on_while_the_tables_change(either_store: str, old: str) -> None:
    url = either_store
    migrate(url, old)
    database = Database(url)
    with database.writing() as connection:
        connection.execute(sa.text(CALL), [{"at": time.time()}] * ROWS)
        connection.execute(sa.text(PAIR), [{"member": PORTAL, "user": user} for user in range(WORKERS)])
    load = Load(url)
    threads = [threading.Thread(target=load.run, args=(user,)) for user in range(WORKERS)]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    before = Counter(load.done)
    migrate(url, "head")
    migrated = Counter(load.done)
    time.sleep(SECONDS)
    load.over.set()
    for thread in threads:
        thread.join(60)
    after = Counter(load.done)
    assert load.errors == []
    for name in (*WRITES, *READS):
        assert 0 < before[name] < migrated[name] < after[name], name
    assert load.longest < 5
    with database.single_select() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == revisions()[-1]
        kept = connection.scalar(sa.text("SELECT count(*) FROM logged_call"))
    assert kept == ROWS + after["a call is logged"]
    database.close()
