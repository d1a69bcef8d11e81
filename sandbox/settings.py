"""Settings of the stand-in portal; the only module of the sandbox that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

DEFAULT_SCOPES = "crm,task,sonet_group,user_brief,placement"


@dataclass(frozen=True)
class Settings:
    """Where the portal lives and which application it knows.

    `url` is the portal's public base without a trailing slash, `data` the snapshot file ("" keeps the state
    in memory), `member_id` tells portals apart, `limits` switches the rate and the operating limit on at the
    start (behaviour.md §1.9).
    """

    url: str = "http://localhost:5001"
    app_url: str = "http://127.0.0.1:5000"
    client_id: str = "local.stagecraft.demo"
    client_secret: str = "demo-secret-of-the-stand-in-portal"  # noqa: S105 - a stand-in has no secrets
    data: str = ""
    seed: str = "company"
    limits: bool = True
    scopes: tuple[str, ...] = tuple(DEFAULT_SCOPES.split(","))
    member_id: str = "5b1f0c2a9d8e4f7086a3c1d2e4f60718"

    @property
    def domain(self) -> str:
        """Host with the port when it is not the scheme's own (wire.md §1)."""
        return urlsplit(self.url).netloc

    @property
    def protocol(self) -> str:
        """ "http" or "https", from `url`."""
        return urlsplit(self.url).scheme

    @property
    def auth_server(self) -> str:
        """Base of the authorization server: `…/rest/app.info` and `…/oauth/token/` are below it."""
        return f"{self.url}/_oauth"


def from_environment(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; an absent name takes the default of `Settings`."""
    env = os.environ if env is None else env
    port = env.get("SANDBOX_PORT", "5001")
    scopes = env.get("APP_SCOPES", DEFAULT_SCOPES).replace(" ", ",")
    return Settings(
        url=env.get("SANDBOX_URL", f"http://localhost:{port}").rstrip("/"),
        app_url=env.get("APP_URL", Settings.app_url).rstrip("/"),
        client_id=env.get("B24_CLIENT_ID", Settings.client_id),
        client_secret=env.get("B24_CLIENT_SECRET", Settings.client_secret),
        data=env.get("SANDBOX_DATA", ""),
        seed=env.get("SANDBOX_SEED", Settings.seed),
        limits=env.get("SANDBOX_LIMITS", "1") != "0",
        scopes=tuple(scope for scope in scopes.split(",") if scope),
        member_id=env.get("SANDBOX_MEMBER_ID", Settings.member_id),
    )
