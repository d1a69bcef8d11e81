"""Settings: what is missing is named, what is written loosely is understood, secrets stay out of sight."""

from __future__ import annotations

import base64
import re

import pytest

from config import OFFICIAL_AUTH_SERVERS, ROOT, Config, ConfigError, database_url

# Fixed, because they are part of the names of tests.
KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
LEAST = {
    "APP_URL": "https://app.example.com/",
    "B24_CLIENT_ID": "local.1",
    "B24_CLIENT_SECRET": "very-secret",
    "TOKEN_KEYS": KEY,
}


def test_the_least_that_production_needs() -> None:
    config = Config.from_env(LEAST)
    assert config.app_url == "https://app.example.com"
    assert config.auth_servers == OFFICIAL_AUTH_SERVERS
    assert config.allow_private_portals is False
    assert config.database_url.endswith("instance/stagecraft.db")


@pytest.mark.parametrize("name", LEAST)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_missing_setting_stops_the_start_and_is_named(name: str, value: str | None) -> None:
    env = {key: text for key, text in LEAST.items() if key != name}
    if value is not None:
        env[name] = value
    with pytest.raises(ConfigError, match=f"^{name} "):
        Config.from_env(env)


def test_secrets_stay_out_of_the_representation() -> None:
    text = repr(Config.from_env(LEAST | {"DATABASE_URL": "postgresql://u:password@h/d"}))
    assert "very-secret" not in text and KEY not in text and "password" not in text


def test_the_licensor_is_whoever_wrote_the_program_unless_somebody_else_is_named() -> None:
    holder = re.search(r"^Copyright \(c\) \d+ (.+)$", (ROOT / "LICENSE").read_text(), re.MULTILINE)
    assert holder and Config.from_env(LEAST).licensor == holder[1]
    assert Config.from_env(LEAST | {"LICENSOR": " Example Ltd. "}).licensor == "Example Ltd."


@pytest.mark.parametrize("separator", [",", " ", ", ", "\n", " , "])
def test_lists_take_commas_and_blanks(separator: str) -> None:
    config = Config.from_env(
        LEAST
        | {
            "TOKEN_KEYS": separator.join([KEY, OTHER_KEY]),
            "B24_AUTH_SERVERS": separator.join(["https://a.example.com/", "https://b.example.com"]),
        }
    )
    assert config.token_keys == (KEY, OTHER_KEY)
    assert config.auth_servers == ("https://a.example.com", "https://b.example.com")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_KEYS", "not-a-key"),
        ("TOKEN_KEYS", f"{KEY},short"),
        ("APP_URL", "app.example.com"),
        ("APP_URL", "http://app.example.com"),
        ("APP_URL", "https://app.example.com/?a=1"),
        ("B24_AUTH_SERVERS", "http://oauth.example.com"),
        ("B24_ALLOW_PRIVATE_PORTALS", "maybe"),
        ("SESSION_LIFETIME", "soon"),
        ("SESSION_LIFETIME", "0"),
        ("CALL_LOG_DAYS", "-1"),
        ("CALL_LOG_DAYS", "2"),
    ],
)
def test_a_setting_that_cannot_be_understood_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name}"):
        Config.from_env(LEAST | {name: value})


def test_where_private_portals_are_allowed_http_and_a_default_address_are_too() -> None:
    env = {key: text for key, text in LEAST.items() if key != "APP_URL"}
    env |= {
        "B24_ALLOW_PRIVATE_PORTALS": "1",
        "PORT": "5050",
        "B24_AUTH_SERVERS": "http://localhost:5001/_oauth",
    }
    config = Config.from_env(env)
    assert config.app_url == "http://127.0.0.1:5050"
    assert config.auth_servers == ("http://localhost:5001/_oauth",)


def test_the_page_of_components_is_for_the_demo_alone() -> None:
    assert not Config.from_env(LEAST).components
    with pytest.raises(ConfigError, match=r"^COMPONENTS"):
        Config.from_env(LEAST | {"COMPONENTS": "1"})
    assert Config.from_env(LEAST | {"COMPONENTS": "1", "B24_ALLOW_PRIVATE_PORTALS": "1"}).components


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_hosts_postgres_address_is_understood(scheme: str) -> None:
    assert database_url({"DATABASE_URL": f"{scheme}://u:p@h/d"}) == "postgresql+psycopg://u:p@h/d"


def test_the_migrations_need_the_database_only() -> None:
    assert database_url({"DATABASE_URL": "sqlite:////tmp/x.db"}) == "sqlite:////tmp/x.db"
