"""The status actions of a task, and which of them lead back (behaviour.md §5.1, §5.8)."""

from __future__ import annotations

from boards.model import TaskStatus

PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED = TaskStatus

# From where to where. Nothing leads back to "awaits control", and out of it only a renewal.
_WAYS: dict[TaskStatus, dict[TaskStatus, tuple[str, ...]]] = {
    PENDING: {
        IN_PROGRESS: ("start",),
        COMPLETED: ("complete",),
        DEFERRED: ("defer",),
    },
    IN_PROGRESS: {
        PENDING: ("pause",),
        COMPLETED: ("complete",),
        DEFERRED: ("defer",),
    },
    AWAITS_CONTROL: {
        PENDING: ("renew",),
        IN_PROGRESS: ("renew", "start"),
        DEFERRED: ("renew", "defer"),
    },
    COMPLETED: {
        PENDING: ("renew",),
        IN_PROGRESS: ("renew", "start"),
        DEFERRED: ("renew", "defer"),
    },
    DEFERRED: {
        PENDING: ("renew",),
        IN_PROGRESS: ("renew", "start"),
        COMPLETED: ("complete",),
    },
}


# What a status is after each action; a completion may first have to be approved (§5.8).
_REACHED: dict[str, tuple[TaskStatus, ...]] = {
    "complete": (COMPLETED, AWAITS_CONTROL),
    "renew": (PENDING,),
    "start": (IN_PROGRESS,),
    "pause": (PENDING,),
    "defer": (DEFERRED,),
}


def reached(action: str, status: TaskStatus) -> bool:
    """Whether a task in this status may just have been through the action."""
    return status in _REACHED[action]


def way(now: TaskStatus, wanted: TaskStatus) -> tuple[str, ...] | None:
    """The actions that lead from one status to the other; None when none do."""
    return () if now == wanted else _WAYS[now].get(wanted)
