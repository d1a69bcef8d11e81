"""A portal in the test process and a short way to call its methods."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.app import create_app
from sandbox.application import installation
from sandbox.settings import Settings
from sandbox.state.portal import App, Portal

BASE = "http://localhost:5001"


@dataclass
class RestClient:
    """The stand-in portal behind Flask's test client."""

    app: Flask
    client: FlaskClient

    @classmethod
    def start(cls, **settings: Any) -> RestClient:
        app = create_app(Settings(**{"seed": "small", "limits": False, **settings}))
        return cls(app, app.test_client())

    @property
    def portal(self) -> Portal:
        portal: Portal = self.app.extensions["portal"].portal
        return portal

    @property
    def application(self) -> App:
        return installation.the_app(self.portal)

    def hook(self, who: str = "admin") -> str:
        """The path of the person's inbound webhook, with the slash at its end."""
        user_id = self.portal.people[who]
        webhook = next(hook for hook in self.portal.webhooks if hook.user_id == user_id)
        return f"/rest/{webhook.user_id}/{webhook.code}/"

    def token(self, who: str = "admin") -> str:
        """A fresh access token; adds the application where it is not yet."""
        if not self.application.added:
            installation.add_app(self.portal)
        return installation.issue_tokens(self.portal, self.portal.people[who]).access_token

    def install(self) -> None:
        """Application added and its install page finished."""
        installation.add_app(self.portal)
        installation.finish_install(self.portal)

    def post(self, path: str, **options: Any) -> TestResponse:
        """`json` keeps the order of its keys, which Flask's own client would sort."""
        if "json" in options:
            options |= {"data": json.dumps(options.pop("json")), "content_type": "application/json"}
        return self.client.post(path, base_url=BASE, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=BASE, **options)

    def call(self, method: str, params: dict[str, Any] | None = None, *, who: str = "admin") -> TestResponse:
        """By webhook, JSON body."""
        return self.post(self.hook(who) + method, json=params or {})

    def result(self, method: str, params: dict[str, Any] | None = None, *, who: str = "admin") -> Any:
        answer = self.call(method, params, who=who)
        assert answer.status_code == 200, answer.text
        return answer.get_json()["result"]

    def oauth(self, method: str, params: dict[str, Any] | None = None, *, who: str = "admin") -> TestResponse:
        """As the application, JSON body."""
        return self.post(f"/rest/{method}", json={**(params or {}), "auth": self.token(who)})

    def oauth_result(self, method: str, params: dict[str, Any] | None = None, *, who: str = "admin") -> Any:
        answer = self.oauth(method, params, who=who)
        assert answer.status_code == 200, answer.text
        return answer.get_json()["result"]

    def batch(self, commands: Any, halt: Any = None, *, who: str = "admin") -> dict[str, Any]:
        """The five containers."""
        params = {"cmd": commands} | ({} if halt is None else {"halt": halt})
        containers: dict[str, Any] = self.result("batch", params, who=who)
        return containers


def command(method: str, **params: str) -> str:
    """One command of a batch; references are left readable by the encoding."""
    return f"{method}?{urlencode(params)}"


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Assert status and code of an error answer; its body."""
    body: dict[str, Any] = json.loads(answer.get_data(as_text=True))
    assert (answer.status_code, body.get("error")) == (status, code), body
    assert "time" not in body, "§1.5: an error answer has no time block"
    return body
