"""Settings, read once from the environment. A missing one stops the start and says its name."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
"""The release, for people and logs; it is written in pyproject.toml and nowhere else."""
OFFICIAL_AUTH_SERVERS = ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech")
OFFICIAL_JS_URL = "https://api.bitrix24.com/api/v1/"
HOUR = 3600
LICENSOR = "the authors of Stagecraft"
"""As in the file LICENSE."""


class ConfigError(Exception):
    """A setting is missing or cannot be understood; the text names it and says what to do."""


@dataclass(frozen=True)
class Config:
    """Everything the process needs to know about where it runs.

    Secrets stay out of `repr`. `session_lifetime` is in seconds; addresses carry no trailing slash, except
    `js_url`, which is used as it was given. `proxies` is the number of trusted reverse proxies in front.
    `rate_burst` and `rate_per_second` are what a portal bears (behaviour.md §1.9: 50 and 2; 250 and 5 in the
    Enterprise plan). `refusals_per_minute` is how often one address may fail at the open addresses. Without
    `metrics_token` nobody is shown the metrics. `licensor` is whom `/license` names.
    With `reload` templates, styles and scripts are read anew for each page, for whoever works on them.
    `components` shows `/components`, a page for whoever works on the app; the demo sets it.
    """

    app_url: str
    client_id: str
    client_secret: str = field(repr=False)
    token_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    auth_servers: tuple[str, ...] = OFFICIAL_AUTH_SERVERS
    js_url: str = OFFICIAL_JS_URL
    allow_private_portals: bool = False
    session_lifetime: float = 8 * HOUR
    call_log_days: int = 3
    proxies: int = 0
    rate_burst: int = 50
    rate_per_second: int = 2
    refusals_per_minute: int = 60
    metrics_token: str = field(default="", repr=False)
    licensor: str = LICENSOR
    reload: bool = False
    components: bool = False

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """The settings of the process (or of `env`); ConfigError for the first one that is wrong."""
        env = os.environ if env is None else env
        private = _flag(env, "B24_ALLOW_PRIVATE_PORTALS")
        return cls(
            app_url=_app_url(env, private),
            client_id=_required(env, "B24_CLIENT_ID", "the application key Bitrix24 shows for the app"),
            client_secret=_required(env, "B24_CLIENT_SECRET", "the application secret of the same card"),
            token_keys=token_keys(env),
            database_url=database_url(env),
            auth_servers=tuple(
                _address("B24_AUTH_SERVERS", url, private) for url in _list(env, "B24_AUTH_SERVERS")
            )
            or OFFICIAL_AUTH_SERVERS,
            js_url=env.get("B24_JS_URL", "").strip() or OFFICIAL_JS_URL,
            allow_private_portals=private,
            session_lifetime=_number(env, "SESSION_LIFETIME", 8 * HOUR, least=1),
            call_log_days=_number(env, "CALL_LOG_DAYS", 3, least=3),
            proxies=_number(env, "PROXIES", 0, least=0),
            rate_burst=_number(env, "B24_RATE_BURST", 50, least=1),
            rate_per_second=_number(env, "B24_RATE_PER_SECOND", 2, least=1),
            metrics_token=_metrics_token(env),
            refusals_per_minute=_number(env, "REFUSALS_PER_MINUTE", 60, least=1),
            reload=_flag(env, "RELOAD"),
            components=_components(env, private),
            licensor=env.get("LICENSOR", "").strip() or LICENSOR,
        )


def database_url(env: Mapping[str, str] | None = None) -> str:
    """The SQLAlchemy address of the store; the migrations need this one setting only.

    Without DATABASE_URL it is a SQLite file in `instance/`. The `postgres://` of hosting platforms is
    spelled the way SQLAlchemy wants it.
    """
    env = os.environ if env is None else env
    url = env.get("DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{ROOT / 'instance' / 'stagecraft.db'}"
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _required(env: Mapping[str, str], name: str, meaning: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set: {meaning}.")
    return value


def _list(env: Mapping[str, str], name: str) -> list[str]:
    """A list as people write it: separated by commas, blanks or both."""
    return [part for part in re.split(r"[,\s]+", env.get(name, "")) if part]


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("", "0", "no", "false", "off"):
        return False
    if value in ("1", "yes", "true", "on"):
        return True
    raise ConfigError(f"{name} must be 1 or 0, not {value!r}.")


def _number(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = env.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or int(value) < least:
        raise ConfigError(f"{name} must be a whole number from {least}, not {value!r}.")
    return int(value)


def token_keys(env: Mapping[str, str]) -> tuple[str, ...]:
    """The Fernet keys: the first encrypts, all decrypt, so a key is changed by putting a new one in front."""
    keys = _list(env, "TOKEN_KEYS")
    if not keys:
        raise ConfigError(
            "TOKEN_KEYS is not set: one or more Fernet keys that encrypt the stored tokens. Make one with: "
            'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ConfigError(f"TOKEN_KEYS: key {number} is not a Fernet key (32 bytes, base64).") from None
    return tuple(keys)


def _metrics_token(env: Mapping[str, str]) -> str:
    token = env.get("METRICS_TOKEN", "").strip()
    if token and len(token) < 16:
        raise ConfigError("METRICS_TOKEN is too short: at least 16 characters, so that nobody guesses it.")
    return token


def _components(env: Mapping[str, str], private: bool) -> bool:
    """COMPONENTS; ConfigError in production, where no private portals are allowed."""
    if _flag(env, "COMPONENTS") and not private:
        raise ConfigError("COMPONENTS is for the demo: it needs B24_ALLOW_PRIVATE_PORTALS.")
    return _flag(env, "COMPONENTS")


def _app_url(env: Mapping[str, str], private: bool) -> str:
    """APP_URL; only where private portals are allowed (demo, tests) may it default to this machine."""
    value = env.get("APP_URL", "").strip()
    if not value and private:
        value = f"http://127.0.0.1:{env.get('PORT', '').strip() or '5000'}"
    if not value:
        raise ConfigError("APP_URL is not set: the public https address of the app.")
    return _address("APP_URL", value, private)


def _address(name: str, value: str, private: bool) -> str:
    parts = urlsplit(value)
    schemes = ("https", "http") if private else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError(f"{name} must be an address that starts with {schemes[0]}://, not {value!r}.")
    return value.rstrip("/")
