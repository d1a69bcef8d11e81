"""The event address: checked, queued, answered at once; the worker does the rest (wire.md §4, §7).

An answer tells nothing: a known portal, an unknown one and a wrong token all get the same.
"""

from __future__ import annotations

import hmac
import logging

from flask import Blueprint, request

from b24.events import BadEvent, Event, parse_event
from store import eventqueue, portals
from web.services import services

log = logging.getLogger(__name__)

blueprint = Blueprint("events", __name__)

HANDLED = ("ONAPPUNINSTALL", "ONAPPUPDATE", "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
MAY_BRING_NEW_TOKEN = ("ONAPPUPDATE",)
"""An update may come with a new application token (wire.md §4); its access token then proves who sent it."""


@blueprint.post("/events")
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
    if portal is None:
        log.warning("event %s refused: unknown portal", event.name)
        return
    proven = _same(event.application_token, portal.application_token)
    if not proven and not (event.name in MAY_BRING_NEW_TOKEN and event.auth.get("access_token")):
        log.warning("event %s refused: application token of portal %s", event.name, portal.member_id)
        return
    if event.name not in HANDLED:
        log.info("event %s is not one of ours", event.name)
        return
    payload = {"data": event.data, "auth": event.auth, "ts": event.ts, "object_id": event.object_id}
    if eventqueue.put(db, portal.member_id, event.name, payload, proven=proven):
        services().worker.wake()


def _same(given: str, stored: str) -> bool:
    """Constant-time; an empty token never matches."""
    return bool(stored) and hmac.compare_digest(given.encode(), stored.encode())
