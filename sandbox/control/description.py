"""What the control plane tells of the portal: its people, counts, application and webhooks."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import current_app

from sandbox.control.exchange import faults
from sandbox.state.portal import Portal
from sandbox.state.store import current_portal

# The settings of both limits that a test may read and set.
LIMITS = ("rate", "operating", "operating_limit", "operating_cost")


def describe() -> dict[str, Any]:
    """The portal in numbers and names, without secrets."""
    portal = current_portal()
    limits = current_app.extensions["limits"]
    with portal.lock:
        return {
            **introduction(),
            "domain": portal.domain,
            "old_domains": portal.old_domains,
            "clock": {"now": portal.now().isoformat(), "frozen": portal.clock_frozen is not None},
            "limits": {key: getattr(limits, key) for key in LIMITS},
            "app": describe_app(portal),
            "counts": {
                "users": len(portal.users),
                "groups": len(portal.groups),
                "stages": len(portal.stages),
                "tasks": sum(not task.deleted for task in portal.tasks.values()),
                "tokens": len(portal.tokens),
            },
            "faults": faults().listing(),
        }


def introduction() -> dict[str, Any]:
    """Who is who: what `reset` answers and `state` begins with."""
    portal = current_portal()
    return {"seed": portal.seed, "people": portal.people, "main_group_id": portal.main_group_id}


def describe_app(portal: Portal) -> dict[str, Any]:
    """The application on the portal, without secrets; `added` is false where there is none."""
    app = portal.app
    if app is None:
        return {"added": False, "installed": False, "placements": [], "subscriptions": []}
    return {
        "id": app.id,
        "title": app.title,
        "version": app.version,
        "scopes": app.scopes,
        "added": app.added,
        "installed": app.installed,
        "placements": [dataclasses.asdict(placement) for placement in app.placements],
        "subscriptions": [dataclasses.asdict(subscription) for subscription in app.subscriptions],
    }


def webhook_addresses() -> dict[str, str]:
    """The webhook addresses of the named people: `{"admin": "http://localhost:5001/rest/1/<code>/", …}`."""
    portal = current_portal()
    codes = {hook.user_id: hook.code for hook in portal.webhooks if hook.active}
    base = f"{portal.address}/rest"
    people = portal.people.items()
    return {role: f"{base}/{number}/{codes[number]}/" for role, number in people if number in codes}
