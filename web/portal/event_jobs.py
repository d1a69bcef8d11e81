"""What is done about an event, after it was answered. Runs in the worker, outside of any request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from b24.client import Tokens
from b24.errors import AuthError, PortalError
from b24.oauth import Verified
from store import event_queue, portals, tokens
from store.event_queue import Queued
from store.tokens import StoredPair
from web.actions import abandoned
from web.core import events
from web.core.events import in_worker
from web.core.services import Services
from web.core.tokens import StoreTokenSource, client_for, client_with
from web.portal import install
from web.portal.verification import tokens_of

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_PAUSE = 15.0
"""Seconds before a second attempt; doubled each time, so that an outage of an hour is survived."""
PAIRS_ASKED = 5
UPDATE_PAUSE = 60.0
"""Seconds after which a node looks again at an event that it does not know: a newer release has queued it."""
UNINSTALL_PAUSES = (3.0, 20.0, 120.0)
"""Seconds between looks whether the app is gone: the event may be faster than the end of its tokens."""


class TryLater(Exception):  # noqa: N818 (a request, not a failure)
    """The event is to be looked at again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def work_off(shared: Services) -> int:
    """Everything that is due: events, and abandoned jobs; answers how many events were handled."""
    handled = 0
    while (event := event_queue.take(shared.db)) is not None:
        try:
            _handle(shared, event)
        except TryLater as wish:
            event_queue.postpone(shared.db, event.id, wish.seconds)
        except PortalError as error:
            _later(shared, event, error)
        else:
            event_queue.finish(shared.db, event.id)
        handled += 1
    abandoned.write_down(shared)
    return handled


def _later(shared: Services, event: Queued, error: PortalError) -> None:
    log.warning("event %s of %s: attempt %d: %s", event.name, event.member_id, event.attempts, error)
    if event.attempts >= MOST_ATTEMPTS:
        event_queue.finish(shared.db, event.id)
    else:
        event_queue.postpone(shared.db, event.id, FIRST_PAUSE * 2 ** (event.attempts - 1))


def _handle(shared: Services, event: Queued) -> None:
    handler = events.IN_WORKER.get(event.name)
    if handler is not None:
        handler(shared, event)
    elif event.attempts < MOST_ATTEMPTS:
        raise TryLater(UPDATE_PAUSE)


# --- uninstall ---
@in_worker("ONAPPUNINSTALL")
def _uninstalled(shared: Services, event: Queued) -> None:
    """Believed only when the authorization server no longer honours what the portal gave us (wire.md §2)."""
    if _still_installed(shared, event.member_id):
        if event.attempts <= len(UNINSTALL_PAUSES):
            raise TryLater(UNINSTALL_PAUSES[event.attempts - 1])
        log.warning("uninstall of %s refused: the app is still installed there", event.member_id)
        return
    clean = str(_map(event.payload.get("data")).get("CLEAN", "1")) != "0"
    portals.uninstall(shared.db, event.member_id, forget_everything=clean)
    log.info("portal %s uninstalled, data %s", event.member_id, "deleted" if clean else "kept")


def _still_installed(shared: Services, member_id: str) -> bool:
    portal = portals.get(shared.db, member_id)
    if portal is None:
        return False
    pairs = tokens.newest(shared.db, member_id, limit=PAIRS_ASKED)
    return any(_honoured(shared, member_id, portal.auth_server, pair) for pair in pairs)


def _honoured(shared: Services, member_id: str, server: str, pair: StoredPair) -> bool:
    """Does the server still know this pair? An access token may just be old: then the refresh decides."""
    try:
        return shared.auth_servers.verify(pair.access_token, server).member_id == member_id
    except AuthError:
        pass
    source = StoreTokenSource(shared, member_id, pair.user_id)
    try:
        source.renew(Tokens(pair.access_token, pair.refresh_token, pair.expires_at, ""))
    except AuthError:
        return False
    return True


# --- update ---
@in_worker("ONAPPUPDATE")
def _updated(shared: Services, event: Queued) -> None:
    """A new version: keep the new application token, and bind what the version wants bound."""
    auth = _map(event.payload.get("auth"))
    access = str(auth.get("access_token", ""))
    verified = _prove(shared, event, access)
    if not event.proven:
        if verified is None:
            log.warning("update of %s refused: its token is not the portal's", event.member_id)
            return
        portals.set_application_token(shared.db, event.member_id, str(auth.get("application_token", "")))
    _rebind(shared, event.member_id, verified, access, str(auth.get("refresh_token", "")))


def _prove(shared: Services, event: Queued, access: str) -> Verified | None:
    """What the authorization server says about the event's own token; None when it is not this portal's."""
    portal = portals.get(shared.db, event.member_id)
    if portal is None or not access:
        return None
    try:
        verified = shared.auth_servers.verify(access, portal.auth_server)
    except AuthError:
        return None
    return verified if verified.member_id == event.member_id else None


def _rebind(shared: Services, member_id: str, verified: Verified | None, access: str, refresh: str) -> None:
    if verified is not None:
        pair = tokens_of(verified, access, refresh)
        client = client_with(shared, pair)
    else:
        client = client_for(shared, member_id, tokens.INSTALLER, bulk=True)
    seen = client.batch(install.read_bindings(), halt=False)
    outcome = install.report(client.batch(install.repair(seen, shared.config.app_url), halt=False))
    for name, error in [*outcome.placements.items(), *outcome.events.items()]:
        log.warning("portal %s: %s could not be bound: %s", member_id, name, error)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
