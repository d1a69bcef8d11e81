"""A person in front of the app: opens it as the portal's page would and keeps the session it hands out."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.servers import Sandbox, http

SESSION = re.compile(r'<meta name="session" content="([^"]+)"')


@dataclass
class Person:
    """Somebody with the app open. `html` is the page the launch answered with."""

    sandbox: Sandbox
    app_url: str
    who: str | int
    token: str = ""
    html: str = ""
    status: int = 0
    session: requests.Session = field(default_factory=http)

    def open(
        self,
        placement: str = "DEFAULT",
        options: dict[str, Any] | None = None,
        lang: str = "",
        **overrides: str,
    ) -> Person:
        """Launch the app, in the person's own language or `lang`; `overrides` replace fields of the form."""
        launch = self.sandbox.post(
            "launch",
            user=self.sandbox.user(self.who),
            placement=placement,
            options=options or {},
            lang=lang,
        )
        answer = self.session.post(launch["url"], data=launch["form"] | overrides, timeout=60)
        self.html, self.status = answer.text, answer.status_code
        found = SESSION.search(answer.text)
        self.token = found[1] if found else ""
        return self

    def _headers(self, extra: dict[str, str] | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "HX-Request": "true"} | (extra or {})

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        return self.session.get(self.app_url + path, params=query, headers=self._headers(headers), timeout=90)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: Any) -> requests.Response:
        """Post a form as a page would; a fresh `request_key` unless the test gives one."""
        data = {"request_key": uuid.uuid4().hex} | form
        return self.session.post(self.app_url + path, data=data, headers=self._headers(headers), timeout=90)
