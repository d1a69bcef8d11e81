"""A portal of a test's own in this process, and a person who acts in it through the real client."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from b24.client import Client, Tokens
from boards.core.model import Actor
from sandbox.app import create_app
from sandbox.control.faults import Faults
from sandbox.rest.registry import METHODS, Call, Handler
from sandbox.seed import build
from sandbox.seed.maker import WEBHOOK_SCOPES
from sandbox.settings import Settings
from sandbox.state.portal import Portal, User, Webhook
from sandbox.state.store import PortalHolder
from tests.support.wire import HOST, Wire

OWNER, MEMBER, ADMIN, OUTSIDER, HELPER = range(1, 6)
NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
"""The moment at which the portal's clock stands still."""


class WebhookToken:
    """The token source of a webhook, whose secret is in the address."""

    def __init__(self, path: str) -> None:
        self._tokens = Tokens("", "", 0, HOST + path)

    def current(self) -> Tokens:
        return self._tokens

    def renew(self, rejected: Tokens) -> Tokens:
        raise AssertionError("a webhook does not expire")

    def moved(self, location: str) -> Tokens:
        raise AssertionError("the portal stays where it is")


@functools.cache
def _application() -> Flask:
    """The stand-in portal, started once; every scene puts a state of its own and its failures into it."""
    return create_app(Settings(limits=False), portal=Portal())


class PortalScene:
    """A portal with five people and nothing else, at `NOW`; `user_id` is who acts, the owner at first.

    `intended`: what was left with the client before a write, each with the number of requests so far.
    `answer_lost`: the next client goes on with work whose first answer was lost.
    """

    def __init__(self) -> None:
        self.portal = Portal(clock_frozen=NOW.timestamp())
        for number in (OWNER, MEMBER, ADMIN, OUTSIDER, HELPER):
            person = User(number, "Person", str(number), is_admin=number == ADMIN)
            self.portal.users[number] = person
            self.portal.webhooks.append(Webhook(number, f"code{number}", list(WEBHOOK_SCOPES)))
        self.faults = Faults()
        self.wire = Wire(_application(), {"portal": PortalHolder(self.portal, build), "faults": self.faults})
        self.user_id = OWNER
        self.answer_lost = False
        self.intended: list[tuple[int, Any]] = []

    @property
    def client(self) -> Client:
        """A new client of who acts; it waits no real time between its tries."""
        lost, self.answer_lost = self.answer_lost, False
        return Client(
            self.wire,
            WebhookToken(f"/rest/{self.user_id}/code{self.user_id}/"),
            sleep=lambda seconds: None,
            answer_lost=lost,
            keep=lambda what: self.intended.append((self.wire.count, what)),
        )

    def actor(self) -> Actor:
        return Actor(self.user_id, self.portal.users[self.user_id].is_admin, "en", NOW)

    def become(self, user_id: int) -> None:
        self.user_id = user_id

    def refuse(self, method: str, code: str, status: int = 400, **more: Any) -> None:
        """Every command of a method gets this error; `after` and `times` let some pass."""
        wish = {"kind": "command_error", "method": method, "code": code, "status": status, "times": None}
        self.faults.add(wish | more)

    def ignore(self, method: str, **more: Any) -> None:
        """The portal says yes to every command of a method and does nothing; `after`, `times` as above."""
        self.faults.add({"kind": "ignored", "method": method, "times": None} | more)


def instead(monkeypatch: pytest.MonkeyPatch, method: str, handler: Callable[[Call, Handler], Any]) -> None:
    """Let the portal answer a method by `handler`, which has the real one: for what no state brings about."""
    spec = METHODS[method.lower()]
    stub = replace(spec, handler=lambda call: handler(call, spec.handler))
    monkeypatch.setitem(METHODS, method.lower(), stub)
