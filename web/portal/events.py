"""The event address: checked, answered at once (wire.md §4, §7).

What takes one statement of the store is done before the answer; what needs the portal or the authorization
server is queued for the worker (`web.core.events`).

An answer tells nothing: a known portal, an unknown one and a wrong token all get the same.
"""

from __future__ import annotations

import hmac
import logging

from flask import Blueprint, request

from b24.events import BadEvent, Event, parse_event
from store import event_queue, portals
from web.core import events, throttle
from web.core.services import services
from web.core.views import reads

log = logging.getLogger(__name__)

blueprint = Blueprint("events", __name__)

MAY_BRING_NEW_TOKEN = ("ONAPPUPDATE",)
"""An update may come with a new application token (wire.md §4); its access token then proves who sent it."""


@blueprint.post("/events")
@reads(Event)
def receive() -> tuple[str, int]:
    """Always 200 and empty, but for what is no event at all (400)."""
    try:
        event = parse_event(request.form.items(multi=True))
    except BadEvent as error:
        log.warning("event refused: %s", error)
        return "", 400
    _accept(event)
    return "", 200


def _accept(event: Event) -> None:
    db = services().db
    portal = portals.get(db, event.member_id) if event.member_id else None
    proven = portal is not None and _same(event.application_token, portal.application_token)
    if not proven:
        if not (event.name in MAY_BRING_NEW_TOKEN and event.auth.get("access_token")):
            log.warning("event %s refused: not the application token of a portal we know", event.name)
            throttle.refused()
            return
        throttle.unproven()  # of a portal we know or not: how much it counts must not tell
    if portal is None:
        log.warning("event %s refused: unknown portal", event.name)
        return
    if event.name in events.AT_ONCE:
        events.AT_ONCE[event.name](services(), portal.member_id, event)
    elif event.name in events.IN_WORKER:
        _queue(event, portal.member_id, proven=proven)
    else:
        log.info("event %s is not one of ours", event.name)


def _queue(event: Event, member_id: str, *, proven: bool) -> None:
    payload = {"data": event.data, "auth": event.auth, "ts": event.ts}
    if event_queue.put(services().db, member_id, event.name, payload, proven=proven):
        services().worker.wake()


def _same(given: str, stored: str) -> bool:
    """Constant-time; an empty token never matches."""
    return bool(stored) and hmac.compare_digest(given.encode(), stored.encode())
