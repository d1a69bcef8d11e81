"""One call of a method: scope, limits, the handler, the success envelope (behaviour.md §1.4, §1.7)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from sandbox.rest import errors, php
from sandbox.rest.limits import Limits
from sandbox.rest.params import is_array, to_int
from sandbox.rest.registry import METHODS, Call, Listing, Method
from sandbox.state.portal import App, Portal, User

BATCH = "batch"


@dataclass
class Caller:
    """Who asks, for the length of one HTTP request. `client` names the app or webhook for the limits.

    `process` stands for the static variables of one PHP process; `hops` counts the event handlers that led
    here (§9.2). `verb` is the HTTP verb, which controllers look at. `trusted` calls skip scopes, limits
    and faults.
    """

    user: User
    auth_type: str
    scopes: frozenset[str]
    app: App | None = None
    client: str = ""
    connector: str = ""
    hops: int = 0
    verb: str = "POST"
    lang: str = ""
    trusted: bool = False
    process: dict[str, Any] = field(default_factory=dict)


def execute(
    portal: Portal,
    user: User,
    method: str,
    params: dict[str, Any],
    *,
    start: int = 0,
    auth_type: str = "oauth",
    app: App | None = None,
    scopes: frozenset[str] = frozenset(),
    process: dict[str, Any] | None = None,
    lang: str = "",
) -> dict[str, Any]:
    """Call one method without scopes, limits or faults, as the control plane does; raises RestError.

    Answers the envelope: `result`, `time`, and `total`/`next` of list methods. Takes the portal's lock.
    """
    shared = {} if process is None else process
    caller = Caller(user, auth_type, scopes, app, lang=lang, process=shared, trusted=True)
    if start:
        params = {**params, "start": start}
    with portal.lock:
        return run(portal, caller, method, params)


def run(portal: Portal, caller: Caller, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call one method, alone or as a command of a batch; the envelope or RestError. The lock is held."""
    spec = find_method(name)
    if not caller.trusted:
        _check(portal, caller, spec)
        if current_app.extensions["faults"].ignores(name, caller.auth_type):
            return envelope(True, Stopwatch(portal).block())
    if spec.application_only and caller.app is None:
        raise errors.wrong_auth_type(spec.name.lower())
    return _timed(portal, caller, spec, params)


def _check(portal: Portal, caller: Caller, spec: Method) -> None:
    """Steps 3 to 5 of §1.4 as far as they do not depend on the credentials."""
    if not allowed(spec, caller.scopes):
        raise errors.insufficient_scope(caller.auth_type)
    if limits().exhausted(caller.client, spec.name.lower(), portal.now().timestamp()):
        raise errors.known("OPERATION_TIME_LIMIT")
    if spec.style == "controller" and caller.verb not in {"GET", "POST"}:
        raise errors.known("invalid_http_method")
    current_app.extensions["faults"].check_command(spec.name.lower(), caller.auth_type)


def limits() -> Limits:
    """The counters of both limits of the running application."""
    found: Limits = current_app.extensions["limits"]
    return found


def find_method(name: str) -> Method:
    """The entry for a name in any case; 404 for an unknown one."""
    spec = METHODS.get(name.lower())
    if spec is None:
        raise errors.known("ERROR_METHOD_NOT_FOUND")
    return spec


def allowed(spec: Method, scopes: frozenset[str]) -> bool:
    """Whether one of the method's alternative scopes is granted."""
    return spec.scope is None or not scopes.isdisjoint(spec.scope.split("|"))


def _timed(portal: Portal, caller: Caller, spec: Method, params: dict[str, Any]) -> dict[str, Any]:
    clock = Stopwatch(portal)
    params, start = split_start(params)
    name = spec.name.lower()
    caller.process |= {"caller": caller, "hops": caller.hops, "connector": caller.connector}
    counted = None if caller.trusted else limits()
    call = Call(
        portal,
        caller.user,
        name,
        params,
        start,
        caller.auth_type,
        caller.app,
        caller.scopes,
        caller.process,
        caller.lang or caller.user.lang,
    )
    try:
        answer = spec.handler(call)
    finally:
        if counted and name != BATCH:
            counted.add(caller.client, name, clock.began, clock.elapsed())
    return envelope(answer, clock.block(counted, caller.client, name))


def split_start(params: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Take `start` (the paging offset) and `state` out of the parameters (§1.2)."""
    rest = {key: value for key, value in params.items() if key not in {"start", "state"}}
    start = params.get("start", 0)
    return rest, 0 if is_array(start) else to_int(start)


def envelope(answer: Any, time_block: dict[str, Any]) -> dict[str, Any]:
    """Wrap what a handler answered; a result that is itself an error becomes an error body (§1.7)."""
    if isinstance(answer, dict) and answer.get("error") and answer.get("error_description"):
        return {"error": answer["error"], "error_description": answer["error_description"]}
    if not isinstance(answer, Listing):
        return {"result": answer, "time": time_block}
    whole: dict[str, Any] = {"result": answer.result}
    if answer.next is not None:
        whole["next"] = answer.next
    if answer.total is not None:
        whole["total"] = answer.total
    whole["time"] = time_block
    return whole


class Stopwatch:
    """The `time` block of one call: portal time for the stamps, a steady clock for the duration."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.began = portal.now().timestamp()
        self._steady = time.perf_counter()

    def elapsed(self) -> float:
        """Seconds since the start, by the steady clock."""
        return time.perf_counter() - self._steady

    def block(self, limits: Limits | None = None, client: str = "", method: str = "") -> dict[str, Any]:
        """`operating` fields only while the load limiter is on."""
        duration = round(self.elapsed(), 6)
        finish = self.began + duration
        block: dict[str, Any] = {
            "start": int(self.began),
            "finish": round(finish, 6),
            "duration": duration,
            "processing": int(duration),
            "date_start": php.iso_of_epoch(self.began),
            "date_finish": php.iso_of_epoch(finish),
        }
        if limits and limits.operating:
            block["operating_reset_at"] = limits.resets_at(client, method, finish)
            block["operating"] = round(limits.spent(client, method, finish), 6)
        return block
