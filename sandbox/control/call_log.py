"""The call log: one entry for each HTTP request to the portal's REST and to the authorization server.

The tests count with it what a page or an action costs the portal; the dashboard shows it live. Secrets
never get in: the log is readable by everybody who can open `/_sandbox`.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Request

from sandbox.rest.params import params_of

CAPACITY = 5_000
HIDDEN = "***"
_LONGEST_TEXT = 400
_SECRET = frozenset(
    {"auth", "access_token", "refresh_token", "client_secret", "application_token", "auth_id", "refresh_id"}
    | {"ap", "sessid", "password"}
)


@dataclass
class CallNote:
    """What is known of one request. `method` is the outer one; `commands` are those inside a batch.

    `via` is oauth, webhook, session, authserver, token or control; `status` 0 means that the connection
    was closed without an answer; `ms` is the time spent in milliseconds.
    """

    method: str
    via: str
    commands: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    user: int | None = None
    status: int = 0
    error: str = ""
    ms: float = 0.0
    at: str = ""
    n: int = 0


class CallLog:
    """A bounded ring of `CallNote`s. Numbers keep rising over a `clear`, so that `since` stays safe."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._notes: deque[CallNote] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self._last = 0

    def record(self, note: CallNote) -> CallNote:
        """Number the note and keep it; the oldest one falls out when the ring is full."""
        with self._lock:
            self._last += 1
            note.n = self._last
            note.at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
            self._notes.append(note)
        return note

    def since(self, number: int = 0) -> list[CallNote]:
        """The notes with a number above `number`, oldest first."""
        with self._lock:
            return [note for note in self._notes if note.n > number]

    def clear(self) -> None:
        """Forget all notes; the numbers of later ones go on from the last."""
        with self._lock:
            self._notes.clear()


def summary(notes: Iterable[CallNote]) -> dict[str, Any]:
    """The JSON of `GET /_sandbox/calls`: `http` leaves out what the control plane did itself."""
    rows = [asdict(note) for note in notes]
    return {"count": len(rows), "http": sum(row["via"] != "control" for row in rows), "calls": rows}


def describe(request: Request) -> CallNote | None:
    """What a request to the portal or the authorization server asks for; None for all other addresses."""
    if request.method == "OPTIONS":
        return None
    path = [part for part in request.path.split("/") if part]
    if path[:1] == ["_oauth"]:
        return _describe_authserver(path, request)
    if path[:1] != ["rest"] or len(path) < 2:
        return None
    params = params_of(request)
    via = "webhook" if len(path) >= 4 else "session" if "sessid" in params else "oauth"
    method = path[-1].lower().removesuffix(".json")
    return CallNote(method, via, _commands(method, params), redact(params))


def _describe_authserver(path: list[str], request: Request) -> CallNote | None:
    tail = "/".join(path[1:])
    if tail == "oauth/token":
        return CallNote("oauth.token", "token", params=redact(params_of(request), {"code"}))
    if tail.startswith("rest/"):
        return CallNote("authserver." + path[-1].lower(), "authserver", params=redact(params_of(request)))
    return None


def _commands(method: str, params: Mapping[str, Any]) -> list[str]:
    if method != "batch":
        return []
    cmd = next((value for key, value in params.items() if key.lower() == "cmd"), None)
    values = cmd.values() if isinstance(cmd, dict) else cmd if isinstance(cmd, list) else []
    return [text.partition("?")[0].lower() for text in values if isinstance(text, str)]


def redact(value: Any, also: Iterable[str] = ()) -> Any:
    """A copy without secrets, whatever the depth; long texts are cut. Batch commands are read inside."""
    secret = _SECRET | set(also)
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if str(key).lower() in secret else redact(inner, also)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [redact(inner, also) for inner in value]
    if isinstance(value, str):
        return _shorten(_redact_command(value, secret))
    return value


def _redact_command(text: str, secret: Iterable[str]) -> str:
    """Hide secrets in the query of a batch command (`method?auth=…`)."""
    head, mark, query = text.partition("?")
    if not mark or not any(f"{name}=" in query.lower() for name in secret):
        return text
    pairs = parse_qsl(query, keep_blank_values=True)
    shown = [(key, HIDDEN if key.lower() in secret else value) for key, value in pairs]
    return f"{head}?{urlencode(shown, safe='*[]$')}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
