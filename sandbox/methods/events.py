"""`event.bind`, `event.unbind`, `event.get`, `events` (behaviour.md §8.3) and `event.offline.*` (§9.5).

`event.offline.*` is the consumer's side of the offline queue.
"""

from __future__ import annotations

import operator
import secrets
from collections.abc import Callable
from typing import Any

from sandbox.application.handlers import (
    EVENTS,
    available,
    calling_app,
    check_handler,
    listed,
    optional_text,
    text_argument,
)
from sandbox.rest.params import as_list, as_map, is_array, is_true, text_of, to_int, upper_keys
from sandbox.rest.registry import PAGE, Call, Listing, RestError, method, page_of
from sandbox.state.portal import OfflineEvent, Subscription

SECTION = "behaviour.md §8.3"


@method(
    "event.bind",
    scope=None,
    style="classic",
    source=SECTION,
    application_only=True,
    not_modelled="ONOFFLINEEVENT, ONAPPPAYMENT, ONAPPMETHODCONFIRM and CRM events are bound but never raised",
)
def bind(call: Call) -> bool:
    """Subscribe; not idempotent. A non-admin's subscription is silently tied to them."""
    app, params = calling_app(call), upper_keys(call.params)
    name = text_argument(params, "EVENT").upper()
    offline = _is_offline(call, params, "binding")
    auth_type = _auth_type(call, params, "binding") or 0
    handler = "" if offline else text_argument(params, "HANDLER")
    if name not in available(EVENTS, call.scopes):
        raise RestError("ERROR_EVENT_NOT_FOUND", "Event not found")
    if not offline:
        check_handler(handler)
    connector = optional_text(params, "AUTH_CONNECTOR") if offline else ""
    fresh = Subscription(0, name, handler, auth_type, offline, connector, _options(params))
    if any(_key(old) == _key(fresh) for old in app.subscriptions):
        raise RestError("ERROR_CORE", "Unable to set event handler: Handler already binded")
    fresh.id = call.portal.next_id("subscription")
    app.subscriptions.append(fresh)
    return True


def _key(bound: Subscription) -> tuple[object, ...]:
    return bound.event, bound.handler, bound.auth_type, bound.offline, bound.connector


def _options(params: dict[str, Any]) -> dict[str, str]:
    given = as_map(params.get("OPTIONS"))
    return {key: text_of(value) for key, value in given.items() if not is_array(value)}


def _is_offline(call: Call, params: dict[str, Any], doing: str) -> bool:
    offline = optional_text(params, "EVENT_TYPE").lower() == "offline"
    if offline and not call.user.is_admin:
        text = f"Access denied! Offline events {doing} requires administrator access rights"
        raise RestError("ACCESS_DENIED", text, 403)
    return offline


def _auth_type(call: Call, params: dict[str, Any], doing: str) -> int | None:
    """The user a handler is tied to, None when absent; only administrators can name another person."""
    given = to_int(params["AUTH_TYPE"]) if params.get("AUTH_TYPE") is not None else None
    if call.user.is_admin:
        return given
    if given not in {None, 0, call.user.id}:
        text = f"Access denied! Event {doing} with AUTH_TYPE requires administrator access rights"
        raise RestError("ACCESS_DENIED", text, 403)
    return call.user.id


@method("event.unbind", scope=None, style="classic", source=SECTION, application_only=True)
def unbind(call: Call) -> dict[str, int]:
    """Remove subscriptions; each counts once, none is no error."""
    app, params = calling_app(call), upper_keys(call.params)
    name = text_argument(params, "EVENT").upper()
    offline = _is_offline(call, params, "unbinding")
    auth_type = _auth_type(call, params, "unbinding")
    handler = "" if offline else text_argument(params, "HANDLER")
    connector = optional_text(params, "AUTH_CONNECTOR")
    gone = [
        old
        for old in app.subscriptions
        if (old.event, old.handler, old.offline) == (name, handler, offline)
        and auth_type in {None, old.auth_type}
        and (not offline or old.connector == connector)
    ]
    app.subscriptions = [old for old in app.subscriptions if old not in gone]
    return {"count": len(gone)}


@method("event.get", scope=None, style="classic", source=SECTION, application_only=True)
def get(call: Call) -> list[dict[str, Any]]:
    """The application's subscriptions; a non-admin sees his own only."""
    return [
        _row(bound)
        for bound in calling_app(call).subscriptions
        if call.user.is_admin or bound.auth_type == call.user.id
    ]


def _row(bound: Subscription) -> dict[str, Any]:
    if bound.offline:
        return {"event": bound.event, "connector_id": bound.connector, "offline": 1}
    return {"event": bound.event, "handler": bound.handler, "auth_type": str(bound.auth_type), "offline": 0}


@method("events", scope=None, style="classic", source=SECTION, application_only=True)
def names(call: Call) -> list[str]:
    """Names of the events the application may bind."""
    return listed(call, EVENTS)


OFFLINE_SECTION = "behaviour.md §9.5"
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "!": operator.ne,
    "=": operator.eq,
}


def _queue(call: Call) -> list[OfflineEvent]:
    """The rows of the caller's connector; 403 for non-admins."""
    if not call.user.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied!", 403)
    connector = call.process.get("connector", "")
    return [row for row in call.portal.offline if row.connector == connector]


@method("event.offline.get", scope=None, style="classic", source=OFFLINE_SECTION, application_only=True)
def get_offline(call: Call) -> dict[str, Any]:
    """Take the oldest rows off the queue, or with `clear=0` reserve them under a process id."""
    params = upper_keys(call.params)
    process, clear = optional_text(params, "PROCESS_ID"), is_true(params.get("CLEAR", 1))
    failed, limit = is_true(params.get("ERROR")), to_int(params.get("LIMIT", PAGE)) or PAGE
    rows = [row for row in _queue(call) if row.process_id == process and row.error == failed]
    rows = _ordered(_filtered(rows, params), params, "TIMESTAMP_X")[:limit]
    if clear:
        call.portal.offline = [row for row in call.portal.offline if row not in rows]
        return {"process_id": process or None, "events": [_queue_row(row) for row in rows]}
    process = process or secrets.token_hex(16)
    for row in rows:
        row.process_id = process
    return {"process_id": process, "events": [_queue_row(row) for row in rows]}


@method("event.offline.list", scope=None, style="classic", source=OFFLINE_SECTION, application_only=True)
def list_rows(call: Call) -> Listing:
    """A page of the offline queue; nothing is taken off it."""
    params = upper_keys(call.params)
    rows = _ordered(_filtered(_queue(call), params), params, "ID")
    page, following = page_of(rows, call.start)
    return Listing([_queue_row(row) | _state(row) for row in page], len(rows), following)


@method("event.offline.clear", scope=None, style="classic", source=OFFLINE_SECTION, application_only=True)
def clear_rows(call: Call) -> bool:
    """Remove reserved rows: all of the process, or those named by `id` or `message_id`."""
    chosen = _reserved(call)
    call.portal.offline = [row for row in call.portal.offline if row not in chosen]
    return True


@method("event.offline.error", scope=None, style="classic", source=OFFLINE_SECTION, application_only=True)
def mark_rows(call: Call) -> bool:
    """Mark reserved rows as failed: only `error=1` finds them again."""
    for row in _reserved(call):
        row.error, row.process_id = True, ""
    return True


def _reserved(call: Call) -> list[OfflineEvent]:
    queue, params = _queue(call), upper_keys(call.params)
    process = text_argument(params, "PROCESS_ID")
    wanted = {text_of(value) for value in as_list(params.get("ID", params.get("MESSAGE_ID")))}
    return [row for row in queue if row.process_id == process and (not wanted or str(row.id) in wanted)]


def _queue_row(row: OfflineEvent) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": row.at.replace(microsecond=0).isoformat(),
        "EVENT_NAME": row.event,
        "EVENT_DATA": row.data or False,
        "EVENT_ADDITIONAL": row.additional or False,
        "MESSAGE_ID": str(row.id),
    }


def _state(row: OfflineEvent) -> dict[str, str]:
    return {"PROCESS_ID": row.process_id, "ERROR": "1" if row.error else "0"}


def _field(row: OfflineEvent, name: str) -> Any:
    """A comparable value; ids as numbers."""
    cells = _queue_row(row) | _state(row)
    return int(cells[name]) if name in {"ID", "MESSAGE_ID", "ERROR"} else cells[name]


def _filtered(rows: list[OfflineEvent], params: dict[str, Any]) -> list[OfflineEvent]:
    """Keep what fits all conditions; unknown fields are ignored (surprise 3)."""
    for key, value in as_map(params.get("FILTER")).items():
        sign = next((sign for sign in _ORDERS if key.startswith(sign)), "")
        name = key.removeprefix(sign).upper()
        if not rows or name not in _queue_row(rows[0]) | _state(rows[0]):
            continue
        rows = [row for row in rows if _fits(_field(row, name), sign or "=", value)]
    return rows


def _fits(cell: Any, sign: str, value: Any) -> bool:
    wanted = [to_int(item) if isinstance(cell, int) else text_of(item) for item in as_list(value)]
    return any(_ORDERS[sign](cell, item) for item in wanted)


def _ordered(rows: list[OfflineEvent], params: dict[str, Any], default: str) -> list[OfflineEvent]:
    wishes = {key.upper(): text_of(way).upper() for key, way in as_map(params.get("ORDER")).items()}
    for name, way in reversed((wishes or {default: "ASC"}).items()):
        if rows and name in _queue_row(rows[0]) | _state(rows[0]):
            rows = sorted(rows, key=lambda row: _field(row, name), reverse=way == "DESC")
    return rows
