"""A portal on a private address is refused where private portals are not allowed, whoever vouches for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask import Flask

import app as wiring
from b24.oauth import Verified
from config import Config
from store.models import Base
from web.core.i18n import language
from web.core.security import policy
from web.core.services import KEY

FORM = {"AUTH_ID": "a-token-long-enough", "REFRESH_ID": "a-refresh-token", "member_id": "m" * 32}


@dataclasses.dataclass
class Vouching:
    """An authorization server that vouches for a portal at any address."""

    endpoint: str

    def verify(self, _token: str, _server: str = "") -> Verified:
        return Verified(
            "m" * 32, self.endpoint, 5, "id", frozenset({"task", "sonet_group", "user"}), "L", True, 2e9, "s"
        )


@pytest.fixture
def flask(tmp_path: Path) -> Iterator[Flask]:
    url, key = f"sqlite:///{tmp_path / 'store.db'}", Fernet.generate_key().decode()
    made = wiring.create_app(Config("https://a.example", "id", "secret", (key,), url), worker=False)
    Base.metadata.create_all(made.extensions[KEY].db.engine)
    yield made
    made.extensions[KEY].db.close()


def is_refusal(table: sa.Table, row: sa.Row[tuple[object, ...]]) -> bool:
    """How often somebody was refused is all that is kept of it."""
    return table.name == "bucket" and str(row[0]).startswith("refused:")


@pytest.mark.parametrize("path", ["/", "/install"])
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1:1/rest/",
        "https://10.1.2.3/rest/",
        "https://192.168.0.1/rest/",
        "https://169.254.169.254/rest/",
        "https://[::1]/rest/",
        "https://localhost/rest/",
        "http://portal.example/rest/",
    ],
)
def test_no_connection_is_made_and_nothing_is_stored(flask: Flask, endpoint: str, path: str) -> None:
    shared = flask.extensions[KEY]
    flask.extensions[KEY] = dataclasses.replace(shared, auth_servers=Vouching(endpoint))
    answer = flask.test_client().post(f"{path}?DOMAIN=portal.example&LANG=en", data=FORM)
    assert answer.status_code == 403
    assert "10.1.2.3" not in answer.text and 'name="session"' not in answer.text
    with shared.db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [row for row in connection.execute(table.select()) if not is_refusal(table, row)]
            assert rows == [], table.name


def test_the_policy_in_production_has_no_plain_http() -> None:
    strict = policy("https://p.example", "https://api.example/api/v1/", private=False)
    assert "http:" not in strict and "script-src 'self' https://api.example;" in strict


@pytest.mark.parametrize(
    ("code", "catalog"),
    [("en", "en"), ("de", "de"), ("ru", "ru"), ("RU", "ru"), ("kz", "ru"), ("by", "ru"), ("ua", "en"),
     ("de-AT", "de"), ("pt_BR", "en"), ("", "en"), ("xx", "en")],
)  # fmt: skip
def test_a_portals_language_finds_a_catalog(code: str, catalog: str) -> None:
    assert language(code) == catalog
