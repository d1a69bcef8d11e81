"""Events: who is told, what is sent, delivery behind the answer (behaviour.md §9, wire.md §4).

Offline events wait in a queue, one row per event and object, until `event.offline.*` takes them (§9.5).
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from flask import Flask

from sandbox.rest import tokens
from sandbox.rest.registry import Call
from sandbox.state.portal import App, OfflineEvent, Portal, Subscription

MAX_HOPS = 7
TIMEOUT_SECONDS = 10.0
LOG_SIZE = 500

log = logging.getLogger(__name__)


@dataclass
class Delivery:
    """One event on its way to one handler, and afterwards its entry in the log."""

    event: str
    handler: str
    form: dict[str, str]
    hops: int = 0
    at: float = 0.0
    status: int = 0
    error: str = ""


def raise_event(call: Call, name: str, data: Mapping[str, Any], user_id: int | None = None) -> None:
    """Tell the subscribers of `name`; `user_id` is who caused it, the caller if None, 0 for the system.

    Identical events of one process go out once. Nothing is sent while the application is not installed, nor
    after seven handlers in a row that called back. Handlers are decided now, sending comes later.
    """
    seen: set[str] = call.process.setdefault("events", set())
    mark = json.dumps([name.upper(), data], sort_keys=True, default=str)
    if mark in seen:
        return
    seen.add(mark)
    app = call.portal.app
    if app is None or not app.installed:
        return
    acting = call.user.id if user_id is None else user_id
    hops = int(call.process.get("hops", 0)) + 1
    for bound in [bound for bound in app.subscriptions if bound.event == name.upper()]:
        if bound.offline:
            keep_offline(call, bound, name.upper(), data)
        elif hops <= MAX_HOPS:
            _enqueue(call.portal, app, bound, data, acting, hops)
        else:
            log.warning("loop guard: %s not delivered to %s", name, bound.handler)


def raise_app_event(portal: Portal, name: str, data: Mapping[str, Any], user_id: int) -> None:
    """Tell the application about itself (wire.md §4); ONAPPINSTALL and ONAPPUPDATE carry a full pair."""
    app = portal.app
    if app is None or not app.installed:
        return
    for bound in [bound for bound in app.subscriptions if bound.event == name and not bound.offline]:
        form = {"event": name, **flatten("data", data), "ts": _stamp(portal)}
        auth = _portal_part(portal, app)
        if name != "ONAPPUNINSTALL":
            auth |= _token_part(portal, app, user_id or _some_admin(portal), 0, refreshable=True)
        portal.outbox.append(Delivery(name, bound.handler, form | flatten("auth", auth)))


def _enqueue(
    portal: Portal, app: App, bound: Subscription, data: Mapping[str, Any], acting: int, hops: int
) -> None:
    form = {"event": bound.event, "event_handler_id": str(bound.id)}
    form |= {**flatten("data", data), "ts": _stamp(portal)}
    auth = _portal_part(portal, app)
    user_id = bound.auth_type or acting
    if user_id:
        auth |= _token_part(portal, app, user_id, hops, refreshable=False)
    portal.outbox.append(Delivery(bound.event, bound.handler, form | flatten("auth", auth), hops))


def _portal_part(portal: Portal, app: App) -> dict[str, str]:
    return {
        "domain": portal.domain,
        "client_endpoint": f"{portal.address}/rest/",
        "server_endpoint": f"{portal.auth_server}/rest/",
        "member_id": portal.member_id,
        "application_token": app.application_token,
    }


def _token_part(portal: Portal, app: App, user_id: int, hops: int, *, refreshable: bool) -> dict[str, str]:
    pair = tokens.issue(portal, app, user_id, refreshable=refreshable, hops=hops)
    part = {
        "access_token": pair.access_token,
        "expires": str(int(pair.access_expires)),
        "expires_in": str(tokens.ACCESS_SECONDS),
        "scope": ",".join(pair.scopes),
        "status": app.status,
        "user_id": str(user_id),
    }
    return part | ({"refresh_token": pair.refresh_token} if refreshable else {})


def _some_admin(portal: Portal) -> int:
    return next((user.id for user in portal.users.values() if user.is_admin and user.active), 0)


def _stamp(portal: Portal) -> str:
    return str(int(portal.now().timestamp()))


def flatten(name: str, value: Any) -> dict[str, str]:
    """`data`, {"A": {"ID": 1}} → {"data[A][ID]": "1"}: PHP's bracketed form, every leaf a text."""
    if isinstance(value, Mapping):
        parts = [flatten(f"{name}[{key}]", inner) for key, inner in value.items()]
    elif isinstance(value, (list, tuple)):
        parts = [flatten(f"{name}[{place}]", inner) for place, inner in enumerate(value)]
    else:
        return {name: "1" if value is True else "" if value is None or value is False else str(value)}
    return {key: text for part in parts for key, text in part.items()}


def _pooled() -> requests.Session:
    """Keeps its connections; no cookies, and nothing of the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


@dataclass
class Dispatcher:
    """Sends what lies in the portal's outbox, one after the other, in a thread of its own; no retries."""

    _log: deque[Delivery] = field(default_factory=lambda: deque(maxlen=LOG_SIZE))
    _waiting: queue.Queue[Delivery] = field(default_factory=queue.Queue)
    _thread: threading.Thread | None = None
    _start: threading.Lock = field(default_factory=threading.Lock)
    _session: requests.Session = field(default_factory=_pooled)

    def flush(self, portal: Portal) -> None:
        """Take every event out of the portal's outbox and send it in the thread of this dispatcher."""
        with portal.lock:
            waiting, portal.outbox[:] = list(portal.outbox), []
        for delivery in waiting:
            self._waiting.put(delivery)
        if waiting:
            self._run()

    def send_form(self, handler: str, form: dict[str, str]) -> Delivery:
        """Post any form to a handler and wait for its answer; the log's entry."""
        delivery = Delivery(form.get("event", ""), handler, form)
        self._send(delivery)
        return delivery

    def wait(self) -> None:
        """Return when every event that was handed over by `flush` has been sent."""
        self._waiting.join()

    def log(self) -> list[dict[str, Any]]:
        """What was sent, oldest first, without tokens: `at` in epoch seconds, `status` 0 for no answer."""
        return [asdict(delivery) | {"form": _shown(delivery.form)} for delivery in list(self._log)]

    def clear(self) -> None:
        """Empty the log of deliveries."""
        self._log.clear()

    def _run(self) -> None:
        with self._start:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="events", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            delivery = self._waiting.get()
            try:
                self._send(delivery)
            finally:
                self._waiting.task_done()

    def _send(self, delivery: Delivery) -> None:
        delivery.at = time.time()
        try:
            answer = self._session.post(
                delivery.handler, data=delivery.form, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
            delivery.status = answer.status_code
        except requests.RequestException as error:
            delivery.error = type(error).__name__
        self._log.append(delivery)


def _shown(form: Mapping[str, str]) -> dict[str, str]:
    return {key: "***" if "token" in key else value for key, value in form.items()}


def install(app: Flask) -> None:
    """Flush the outbox once the answer of a request has left."""
    dispatcher = Dispatcher()
    app.extensions["events"] = dispatcher

    @app.after_request
    def deliver(response: Any) -> Any:
        portal = app.extensions["portal"].portal
        if portal.outbox:
            response.call_on_close(lambda: dispatcher.flush(portal))
        return response


# --- the offline queue ---
def keep_offline(call: Call, bound: Subscription, name: str, data: Mapping[str, Any]) -> None:
    """Keep the latest state of the object.

    What the application did itself with the subscription's connector is left out; two empty connectors are
    the same, so that by default it never sees its own changes.
    """
    own = call.app is not None and str(call.process.get("connector", "")) == bound.connector
    if own:
        return
    portal = call.portal
    waiting = _same(portal, name, bound.connector, data)
    if waiting:
        waiting.at, waiting.data = portal.now(), dict(data)
        return
    row = OfflineEvent(portal.next_id("offline"), name, bound.connector, portal.now(), dict(data))
    row.additional = {"user_id": str(call.user.id)}
    portal.offline.append(row)


def _same(portal: Portal, name: str, connector: str, data: Mapping[str, Any]) -> OfflineEvent | None:
    rows = (row for row in portal.offline if not row.process_id and not row.error)
    key = (name, connector, dict(data))
    return next((row for row in rows if (row.event, row.connector, row.data) == key), None)
