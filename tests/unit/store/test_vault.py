"""A new key for what is stored: all readable before, during and after, with the new one alone at last."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from store import Database, portals, rotation, tokens
from store import models as m
from store.vault import VaultError
from tests.unit.store.conftest import OTHER, ROOT


def fill(db: Database, portal: str) -> None:
    for member in (portal, OTHER):
        tokens.put(db, member, 1, f"access {member}", f"refresh {member}", 1.0)
        portals.set_application_token(db, member, f"application {member}")


def sealed(db: Database) -> set[str]:
    """Every stored secret as it lies there."""
    with db.reading() as session:
        return {
            str(value)
            for table, name in rotation.SECRETS
            for value in session.scalars(sa.select(getattr(table, name)))
            if value
        }


def test_every_column_with_a_secret_is_known() -> None:
    assert {(table.__tablename__, name) for table, name in rotation.SECRETS} == {
        (table.name, column.name)
        for table in m.Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert len(rotation.SECRETS) >= 4


def test_the_new_key_alone_reads_everything(db: Database, portal: str, url: str, key: str) -> None:
    fill(db, portal)
    new = Fernet.generate_key().decode()
    both = Database(url, [new, key])
    before = sealed(both)
    assert rotation.rotate(both) == len(before)
    assert sealed(both).isdisjoint(before)
    alone = Database(url, [new])
    for member in (portal, OTHER):
        pair, row = tokens.get(alone, member, 1), portals.get(alone, member)
        assert pair and pair.refresh_token == f"refresh {member}"
        assert row and row.application_token == f"application {member}"
    both.close()
    alone.close()


def test_a_pair_refreshed_meanwhile_stays_as_it_is(
    db: Database, portal: str, url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(db, portal)
    both = Database(url, [Fernet.generate_key().decode(), key])
    rotate, refreshed = both.vault.rotate, list[str]()
    first = rotation.SECRETS.index((m.TokenPair, "access_sealed"))
    monkeypatch.setattr(rotation, "SECRETS", rotation.SECRETS[first:])

    def slowly(value: str) -> str:
        """The refresh comes once, while the first secret is under way."""
        if not refreshed:
            refreshed.append(value)
            for member in (portal, OTHER):
                tokens.put(both, member, 1, "refreshed access", "refreshed refresh", 2.0)
        return rotate(value)

    monkeypatch.setattr(both.vault, "rotate", slowly)
    rotation.rotate(both)
    for member in (portal, OTHER):
        pair = tokens.get(both, member, 1)
        assert pair and (pair.access_token, pair.refresh_token) == ("refreshed access", "refreshed refresh")
    assert refreshed
    both.close()


def test_without_the_old_key_nothing_is_touched(db: Database, portal: str, url: str) -> None:
    fill(db, portal)
    before = sealed(db)
    wrong = Database(url, [Fernet.generate_key().decode()])
    with pytest.raises(VaultError):
        rotation.rotate(wrong)
    assert sealed(db) == before
    wrong.close()


def test_the_command(db: Database, portal: str, url: str, key: str) -> None:
    fill(db, portal)
    new = Fernet.generate_key().decode()
    environment = {**os.environ, "DATABASE_URL": url, "TOKEN_KEYS": f"{new},{key}"}
    done = subprocess.run(
        [sys.executable, "scripts/rotate_keys.py"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("6 secrets are under the first key")
    assert new not in done.stdout + done.stderr
