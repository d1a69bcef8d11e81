"""`event.bind`, `event.unbind`, `event.get`, `events` (behaviour.md §8.3)."""

from __future__ import annotations

from typing import Any

from sandbox.handlers import EVENTS, available, check_handler, listed, optional_text, text_argument
from sandbox.params import as_map, is_array, text_of, to_int, upper_keys
from sandbox.portal import App, Subscription
from sandbox.registry import Call, RestError, method

SECTION = "behaviour.md §8.3"


def calling_app(call: Call) -> App:
    """The application of the token; that there is one was checked before."""
    assert call.app is not None
    return call.app


@method(
    "event.bind",
    scope=None,
    style="classic",
    source=SECTION,
    application_only=True,
    not_modelled="ONOFFLINEEVENT, ONAPPPAYMENT, ONAPPMETHODCONFIRM and CRM events are bound but never raised",
)
def bind(call: Call) -> bool:
    """Subscribe; not idempotent. A non-admin's subscription is silently tied to him."""
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
    """The user a handler is tied to; None when nothing was said. A non-admin can only mean himself."""
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
