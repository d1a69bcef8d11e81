"""Carries the requests of a `b24.client.Client` to the stand-in portal in this process, without a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from flask.testing import FlaskClient

from b24.errors import ConnectionLost, PortalError
from b24.transport import RawAnswer
from b24.wire import build_query, nest

HOST = "http://portal"
"""Whatever is behind it is an address of the portal's application."""

Asked = list[tuple[str, str]]
"""The commands of one HTTP request: method and query string."""


@dataclass
class Wire:
    """The transport: keeps what was sent, and loses requests or answers when told.

    `lose`: the fate of the next requests, "" for none; with "before" the portal never hears of it, with
    "after" it has acted and its answer never comes. Both are `lost_error` to the client.
    `own`: extensions of the application that are of this wire alone; it puts them in for each request.
    """

    app: Flask
    own: Mapping[str, object] = field(default_factory=dict)
    lose: list[str] = field(default_factory=list)
    lost_error: type[PortalError] = ConnectionLost
    requests: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http: FlaskClient = self.app.test_client()

    @property
    def count(self) -> int:
        return len(self.requests)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all commands of a method, as the portal reads them from a query string."""
        asked = (query for request in self.requests for name, query in request if name == method)
        return [nest(parse_qsl(query, keep_blank_values=True)) for query in asked]

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        method: str = "",
        commands: Sequence[str] = (),
        portal: str = "",
    ) -> RawAnswer:
        body = {key: value for key, value in (json or {}).items() if key != "auth"}
        queries = [text.partition("?")[::2] for text in body["cmd"].values()] if method == "batch" else None
        self.requests.append(queries or [(method, build_query(body))])
        fate = self.lose.pop(0) if self.lose else ""
        if fate == "before":
            raise self.lost_error("LOST", method=method)
        self.app.extensions.update(self.own)
        text = dumps(body)  # Flask's own JSON would sort the commands
        answer = self._http.post(url.removeprefix(HOST), data=text, content_type="application/json")
        if fate:
            raise self.lost_error("LOST", method=method)
        return RawAnswer(answer.status_code, answer.get_json(), answer.headers.get("Location", ""))

    def get(self, url: str, params: Mapping[str, str], *, method: str = "") -> RawAnswer:
        raise AssertionError("nothing is read by GET")
