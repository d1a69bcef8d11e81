"""Ordered failures: what the control plane asks to go wrong, and the doing of it.

A fault waits for requests to one method (outer or inside a batch), to `*` (every REST call), to
`oauth.token` or to `authserver.app.info`. Those that concern the whole HTTP exchange are applied by the
hooks in `sandbox/control/exchange.py`; `command_error` and `ignored` (nothing is done, the answer is `true`,
as when a portal swallows a failed write) are asked for by `sandbox/rest/dispatch.py`, once per command.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.rest.registry import RestError

KINDS = ("error", "command_error", "ignored", "delay", "drop_before", "drop_after", "half_answer",
         "broken_json", "html")  # fmt: skip
_OF_COMMANDS = frozenset({"command_error", "ignored"})


class BadFaultError(ValueError):
    """A fault description that cannot be applied; the text says why."""


@dataclass
class Fault:
    """One ordered failure.

    `times` hits and then it is spent (None: until cleared); `after` matches are let through first;
    `until` is a reading of the clock after which it is over. `done` (only `html`): act before failing.
    """

    id: int
    method: str
    kind: str
    times: int | None = 1
    after: int = 0
    until: float | None = None
    via: str = ""
    status: int = 0
    code: str = ""
    description: str = ""
    seconds: float = 0.0
    done: bool = False
    hits: int = 0
    seen: int = 0

    def matches(self, method: str, commands: Sequence[str], via: str) -> bool:
        """Whether a request for `method` with these batch commands is meant."""
        if self.via and self.via != via:
            return False
        if self.method == "*":
            return via not in {"token", "authserver", "control"}
        return self.method == method or self.method in commands

    def to_json(self) -> dict[str, Any]:
        """The failure as `GET /_sandbox/faults` shows it."""
        keys = ("id", "method", "kind", "times", "after", "via", "status", "code", "description")
        return {key: getattr(self, key) for key in (*keys, "seconds", "done", "hits")}


@dataclass
class Faults:
    """All failures that were ordered for the portal, oldest first."""

    clock: Callable[[], float] = time.monotonic
    _faults: list[Fault] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def add(self, wish: Mapping[str, Any]) -> Fault:
        """Order a failure from the JSON of `POST /_sandbox/faults`; raises BadFaultError."""
        fault = _parse(wish, next(self._ids), self.clock())
        with self._lock:
            self._faults.append(fault)
        return fault

    def take(self, method: str, commands: Sequence[str] = (), via: str = "oauth") -> list[Fault]:
        """The faults this request runs into, each counted as hit: delays, then at most one failure."""
        with self._lock:
            taken: list[Fault] = []
            for fault in self._waiting(method, commands, via):
                if fault.kind in _OF_COMMANDS:
                    continue
                if fault.kind != "delay" and any(other.kind != "delay" for other in taken):
                    continue
                if self._hit(fault):
                    taken.append(fault)
            return taken

    def check_command(self, method: str, via: str = "oauth") -> None:
        """Raise the RestError ordered for this one command, alone or inside a batch."""
        fault = self._command_fault("command_error", method, via)
        if fault:
            raise RestError(fault.code, fault.description, fault.status or 400)

    def ignores(self, method: str, via: str = "oauth") -> bool:
        """Whether this one command is to answer `true` without doing anything."""
        return self._command_fault("ignored", method, via) is not None

    def _command_fault(self, kind: str, method: str, via: str) -> Fault | None:
        with self._lock:
            waiting = [f for f in self._waiting(method.lower(), (), via) if f.kind == kind]
            return next((f for f in waiting if self._hit(f)), None)

    def listing(self) -> list[dict[str, Any]]:
        """Every fault ordered since the last clearing, with its hits."""
        with self._lock:
            return [fault.to_json() for fault in self._faults]

    def clear(self) -> None:
        """Forget all ordered failures."""
        with self._lock:
            self._faults.clear()

    def hold(self, seconds: float) -> None:
        """Let the calling request wait that long, or until `release`."""
        self._over.wait(seconds)

    def release(self) -> None:
        """Requests that are held go on at once; those that come later may be held again."""
        with self._lock:
            over, self._over = self._over, threading.Event()
        over.set()

    def _waiting(self, method: str, commands: Sequence[str], via: str) -> list[Fault]:
        now = self.clock()
        return [
            fault
            for fault in self._faults
            if (fault.until is None or now < fault.until)
            and (fault.times is None or fault.hits < fault.times)
            and fault.matches(method, commands, via)
        ]

    @staticmethod
    def _hit(fault: Fault) -> bool:
        fault.seen += 1
        if fault.seen <= fault.after:
            return False
        fault.hits += 1
        return True


_DEFAULTS: dict[str, tuple[int, str]] = {
    "error": (500, "INTERNAL_SERVER_ERROR"),
    "command_error": (400, "ERROR_CORE"),
    "html": (502, ""),
}


def _parse(wish: Mapping[str, Any], number: int, now: float) -> Fault:
    kind, method = str(wish.get("kind", "")), str(wish.get("method", "")).strip().lower()
    if kind not in KINDS:
        raise BadFaultError(f"kind must be one of {', '.join(KINDS)}")
    if not method:
        raise BadFaultError("method is missing; * stands for every method")
    lasting = wish.get("for_seconds")
    times = wish.get("times", None if lasting is not None else 1)
    status, code = _DEFAULTS.get(kind, (0, ""))
    try:
        return Fault(
            id=number,
            method=method,
            kind=kind,
            times=None if times is None else int(times),
            after=int(wish.get("after", 0)),
            until=None if lasting is None else now + float(lasting),
            via=str(wish.get("via", "")),
            status=int(wish.get("status", status)),
            code=str(wish.get("code", code)),
            description=str(wish.get("description", "")),
            seconds=float(wish.get("seconds", 0)),
            done=bool(wish.get("done", False)),
        )
    except (TypeError, ValueError) as wrong:
        raise BadFaultError(f"not a number: {wrong}") from wrong
