"""The offline queue (behaviour.md §9.5): one row per event and object, consumed by `event.offline.*`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.portal import OfflineEvent, Portal, Subscription
from sandbox.registry import Call


def enqueue(call: Call, bound: Subscription, name: str, data: Mapping[str, Any]) -> None:
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
