"""Who asks: OAuth tokens, webhooks and the portal's own pages (behaviour.md §1.3, §1.5)."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import current_app, request

from sandbox.rest import errors
from sandbox.rest.dispatch import Caller
from sandbox.rest.tokens import find_access, is_dead
from sandbox.state.portal import Portal, User, Webhook

_TOKEN = re.compile(r"[0-9a-f]{70}\Z")


def authenticate(portal: Portal, params: dict[str, Any]) -> Caller:
    """The caller behind the header or the parameters; raises a RestError of the 401 family.

    A Bearer header wins over `auth`, that over `access_token`; only then webhook and session.
    """
    token = _token(params)
    if token:
        return _by_token(portal, token, params)
    login, code = params.get("aplogin"), params.get("ap")
    if isinstance(code, str) and code:
        return _by_webhook(portal, str(login), code)
    session = params.get("sessid")
    if isinstance(session, str) and session:
        return _by_session(portal, session)
    raise errors.known("NO_AUTH_FOUND")


def _token(params: dict[str, Any]) -> str:
    scheme, _, header = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and header.strip():
        return header.strip()
    for name in ("auth", "access_token"):
        value = params.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _by_token(portal: Portal, token: str, params: dict[str, Any]) -> Caller:
    """An expired token is told apart from a dead one: only the first calls for a refresh (surprise 27)."""
    if not _TOKEN.match(token):
        raise errors.known("NO_AUTH_FOUND")
    pair = find_access(portal, token)
    if pair is None:
        raise errors.known("invalid_token")
    app = portal.app
    if app is None or not app.added or pair.client_id not in {"", app.client_id}:
        raise errors.known("APPLICATION_NOT_FOUND")
    if pair.access_expires <= portal.now().timestamp():
        raise errors.known("expired_token")
    if is_dead(pair):
        raise errors.known("invalid_token")
    connector = params.get("auth_connector")
    return Caller(
        _active(portal, pair.user_id),
        "oauth",
        frozenset(pair.scopes),
        app,
        client=app.client_id,
        connector=connector if isinstance(connector, str) else "",
        hops=pair.hops,
        verb=request.method,
    )


def _by_webhook(portal: Portal, login: str, code: str) -> Caller:
    webhook = next((hook for hook in portal.webhooks if _is(hook, login, code)), None)
    if webhook is None:
        raise errors.known("INVALID_CREDENTIALS")
    user = _active(portal, webhook.user_id)
    return Caller(user, "webhook", frozenset(webhook.scopes), client=f"webhook:{code}", verb=request.method)


def _is(webhook: Webhook, login: str, code: str) -> bool:
    return (
        webhook.active
        and str(webhook.user_id) == login
        and secrets.compare_digest(webhook.code.encode(), code.encode())
    )


def _by_session(portal: Portal, session: str) -> Caller:
    """A page of the portal itself; the shell keeps its sessions in `app.extensions["sessions"]`."""
    user_id = current_app.extensions["sessions"].get(session)
    if user_id is None:
        raise errors.known("NO_AUTH_FOUND")
    scopes = current_app.extensions["all_scopes"]()
    return Caller(_active(portal, user_id), "session", scopes, client="session", verb=request.method)


def _active(portal: Portal, user_id: int) -> User:
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise errors.known("authorization_error")
    return user
