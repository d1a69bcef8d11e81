"""A process of the app that dies (kill -9) at one step of a refresh.

`python -m tests.support.dying "before sending" MEMBER_ID USER_ID`, with the settings of the app. The steps:
before sending, after sending (the answer never comes), before storing (the answer is there).
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any
from unittest.mock import patch

from app import create_app
from b24.errors import PortalError
from b24.oauth import AuthServers
from store import tokens
from web.core.services import KEY
from web.core.tokens import StoreTokenSource

BEFORE_SENDING, AFTER_SENDING, BEFORE_STORING = STEPS = ("before sending", "after sending", "before storing")


def _die(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _send_and_die(self: AuthServers, refresh_token: str, server: str = "") -> None:
    try:
        _refresh(self, refresh_token, server)
    except PortalError:
        _die()


_refresh = AuthServers.refresh


def main(step: str, member_id: str, user_id: int) -> None:
    source = StoreTokenSource(create_app(worker=False).extensions[KEY], member_id, user_id)
    place = {
        BEFORE_SENDING: patch.object(AuthServers, "refresh", _die),
        AFTER_SENDING: patch.object(AuthServers, "refresh", _send_and_die),
        BEFORE_STORING: patch.object(tokens, "replace", _die),
    }[step]
    with place:
        source.renew(source.current())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
