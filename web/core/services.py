"""What a process shares: made once by `create_app`, reached by views through `services()`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from b24.limits import Limiter
from b24.oauth import AuthServers
from b24.transport import Transport
from config import Config
from store import Database
from web.core.worker import Worker

KEY = "stagecraft"


@dataclass(frozen=True)
class Services:
    """Settings, the store, and the way to portals and authorization servers."""

    config: Config
    db: Database
    transport: Transport
    auth_servers: AuthServers
    limiter: Limiter
    worker: Worker


def services() -> Services:
    """Those of the running app."""
    shared: Services = current_app.extensions[KEY]
    return shared
