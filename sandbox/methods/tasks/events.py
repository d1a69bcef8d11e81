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
    """Raise ONTASKADD for a task that is new."""
    _raise(call, "ONTASKADD", before=None, after=task, accessible=("N", UNDEFINED))


def task_updated(call: Call, task: Task) -> None:
    """Raise ONTASKUPDATE for a task that was changed."""
    _raise(call, "ONTASKUPDATE", before=task, after=task, accessible=(UNDEFINED, UNDEFINED))


def task_deleted(call: Call, task: Task) -> None:
    """Raise ONTASKDELETE for a task that is gone."""
    _raise(call, "ONTASKDELETE", before=task, after=None, accessible=(UNDEFINED, "N"))


def _raise(
    call: Call, name: str, *, before: Task | None, after: Task | None, accessible: tuple[str, str]
) -> None:
    """`before` and `after` are the task where it was or is there; `accessible` says so of either moment."""
    forget_index(call)
    data = {
        "FIELDS_BEFORE": {"ID": before.id} if before else UNDEFINED,
        "FIELDS_AFTER": {"ID": after.id} if after else UNDEFINED,
        "IS_ACCESSIBLE_BEFORE": accessible[0],
        "IS_ACCESSIBLE_AFTER": accessible[1],
    }
    raise_event(call, name, data, call.user.id)
