"""The event address: checked, answered at once (wire.md §4, §7).

A changed task is noted before the answer, which takes one statement; what needs the portal or the
authorization server is queued for the worker.

An answer tells nothing: a known portal, an unknown one and a wrong token all get the same.
"""

from __future__ import annotations

import hmac
import logging

from flask import Blueprint, request

from b24.events import BadEvent, Event, parse_event
from store import event_queue, portals, task_changes
from web.core import throttle
from web.core.services import services

log = logging.getLogger(__name__)

blueprint = Blueprint("events", __name__)

OF_TASKS = ("ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
OF_THE_APP = ("ONAPPUNINSTALL", "ONAPPUPDATE")
LARGEST_ID = 2**31 - 1
"""Task ids are 32 bits wide in the portal."""
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
    if event.name in OF_TASKS:
        _note(portal.member_id, event.object_id)
    elif event.name in OF_THE_APP:
        _queue(event, portal.member_id, proven=proven)
    else:
        log.info("event %s is not one of ours", event.name)


def _note(member_id: str, task_id: int) -> None:
    """Open boards that show the task hear of it."""
    if 0 < task_id <= LARGEST_ID:
        task_changes.changed(services().db, member_id, task_id)


def _queue(event: Event, member_id: str, *, proven: bool) -> None:
    payload = {"data": event.data, "auth": event.auth, "ts": event.ts}
    if event_queue.put(services().db, member_id, event.name, payload, proven=proven):
        services().worker.wake()


def _same(given: str, stored: str) -> bool:
    """Constant-time; an empty token never matches."""
    return bool(stored) and hmac.compare_digest(given.encode(), stored.encode())
