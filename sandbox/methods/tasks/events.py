"""Events of tasks: what ONTASKADD, ONTASKUPDATE and ONTASKDELETE carry (behaviour.md §9.3).

Every write comes through here, so the index of the request is dropped on the way.
"""

from __future__ import annotations

from sandbox.application.events import raise_event
from sandbox.methods.tasks.index import forget_index
from sandbox.rest.registry import Call
from sandbox.state.portal import Task

UNDEFINED = "undefined"


def task_added(call: Call, task: Task) -> None:
    forget_index(call)
    raise_event(
        call,
        "ONTASKADD",
        {
            "FIELDS_BEFORE": UNDEFINED,
            "FIELDS_AFTER": {"ID": task.id},
            "IS_ACCESSIBLE_BEFORE": "N",
            "IS_ACCESSIBLE_AFTER": UNDEFINED,
        },
        call.user.id,
    )


def task_updated(call: Call, task: Task) -> None:
    forget_index(call)
    raise_event(
        call,
        "ONTASKUPDATE",
        {
            "FIELDS_BEFORE": {"ID": task.id},
            "FIELDS_AFTER": {"ID": task.id},
            "IS_ACCESSIBLE_BEFORE": UNDEFINED,
            "IS_ACCESSIBLE_AFTER": UNDEFINED,
        },
        call.user.id,
    )


def task_deleted(call: Call, task: Task) -> None:
    forget_index(call)
    raise_event(
        call,
        "ONTASKDELETE",
        {
            "FIELDS_BEFORE": {"ID": task.id},
            "FIELDS_AFTER": UNDEFINED,
            "IS_ACCESSIBLE_BEFORE": UNDEFINED,
            "IS_ACCESSIBLE_AFTER": "N",
        },
        call.user.id,
    )
