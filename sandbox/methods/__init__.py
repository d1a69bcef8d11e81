"""The method families; importing this package fills the table of `sandbox.registry`."""

from sandbox.methods import (
    apps,
    crm_categories,
    crm_items,
    crm_status,
    events,
    groups,
    offline_events,
    placements,
    stages,
    system,
    tasks,
    users,
    workgroups,
)

__all__ = [
    "apps",
    "crm_categories",
    "crm_items",
    "crm_status",
    "events",
    "groups",
    "offline_events",
    "placements",
    "stages",
    "system",
    "tasks",
    "users",
    "workgroups",
]
