"""Stand-ins for these tests: a scripted carrier, a clock that only moves when told, a raw HTTP server."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from b24.client import Client, Tokens
from b24.errors import PortalError
from b24.limits import Limiter
from b24.transport import RawAnswer

ENDPOINT = "https://portal.example/rest/"

EMPTY_BATCH: dict[str, Any] = {
    "result": [],
    "result_error": [],
    "result_total": [],
    "result_next": [],
    "result_time": [],
}


def ok(result: Any, **more: Any) -> RawAnswer:
    return RawAnswer(200, {"result": result, **more})


def refusal(status: int, code: object, description: str = "", **more: Any) -> RawAnswer:
    return RawAnswer(status, {"error": code, "error_description": description, **more})


def batch_ok(**parts: Any) -> RawAnswer:
    return ok({**EMPTY_BATCH, **parts})


@dataclass
class Sent:
    url: str
    body: dict[str, Any]
    method: str
    commands: tuple[str, ...]


class Script:
    """A carrier that answers from a list; an exception in the list is raised."""

    def __init__(self, *answers: RawAnswer | PortalError) -> None:
        self.answers = list(answers)
        self.sent: list[Sent] = []

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
        self.sent.append(Sent(url, dict(json or data or {}), method, tuple(commands)))
        return self._next()

    def get(self, url: str, params: Mapping[str, str], *, method: str = "") -> RawAnswer:
        self.sent.append(Sent(url, dict(params), method, ()))
        return self._next()

    def _next(self) -> RawAnswer:
        answer = self.answers.pop(0)
        if isinstance(answer, PortalError):
            raise answer
        return answer


@dataclass
class Clock:
    """Time that passes only by sleeping."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


OLD = Tokens("old-access", "old-refresh", 0.0, ENDPOINT)


@dataclass
class Purse:
    """A token source that counts."""

    tokens: Tokens = OLD
    renewed: int = 0
    locations: list[str] = field(default_factory=list)
    renewal_error: PortalError | None = None

    def current(self) -> Tokens:
        return self.tokens

    def renew(self, rejected: Tokens) -> Tokens:
        assert rejected == self.tokens
        self.renewed += 1
        if self.renewal_error:
            raise self.renewal_error
        self.tokens = Tokens(f"access-{self.renewed}", "refresh", 0.0, rejected.client_endpoint)
        return self.tokens

    def moved(self, location: str) -> Tokens:
        self.locations.append(location)
        self.tokens = Tokens(self.tokens.access_token, "refresh", 0.0, "https://new.example/rest/")
        return self.tokens


def make_client(
    *answers: RawAnswer | PortalError, limiter: Limiter | None = None, **how: Any
) -> tuple[Client, Script, Purse, Clock]:
    script, purse, clock = Script(*answers), Purse(), Clock()
    limiter = limiter or Limiter(clock=clock, sleep=clock.sleep)
    return Client(script, purse, limiter, clock=clock, sleep=clock.sleep, **how), script, purse, clock


Handler = Callable[[bytes, socket.socket], None]


class RawServer:
    """Accepts connections on a free port and lets `handle(request, connection)` answer, request by request.

    `connections` counts them, `requests` holds what came. A handler that closes the connection ends it.
    """

    def __init__(self, handle: Handler, tls: ssl.SSLContext | None = None) -> None:
        self._handle = handle
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0
        self.requests: list[bytes] = []
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/rest/batch"

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if self._tls:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:  # the client did not trust us
                return
            self._open.append(connection)
        while connection.fileno() >= 0:
            try:
                request = _read_request(connection)
            except OSError:
                return
            if not request:
                return
            self.requests.append(request)
            with contextlib.suppress(OSError):  # the client may be gone already
                self._handle(request, connection)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answering(response: bytes) -> Handler:
    return lambda request, connection: connection.sendall(response)
