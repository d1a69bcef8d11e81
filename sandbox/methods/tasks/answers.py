"""What all `tasks.task.*` methods share: the task's number, the read check, the answer (§5.1, §5.2)."""

from __future__ import annotations

import re
from typing import Any

from sandbox.methods.tasks import render
from sandbox.methods.tasks.fields import selected
from sandbox.rest.params import as_list, to_int
from sandbox.rest.registry import Call, RestError
from sandbox.state import access
from sandbox.state.portal import Task

UNAVAILABLE = "Action unavailable"


def task_id_of(call: Call) -> int:
    """The task's number from `id`, which wins, or `taskId` (§5.1).

    An array, as an unresolved batch reference leaves behind, is cast to 1 (§1.10).
    """
    value = call.params.get("id")
    if value is None:
        value = call.params.get("taskId")
    if value is None:
        raise RestError("100", "CTaskItem All parameters in the constructor must have real class type")
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d+(\.\d+)?\s*", value):
        raise RestError("0", "wrong task id")
    number = to_int(value)
    if number <= 0:
        raise RestError("0", "wrong task id")
    return number


def readable_task(call: Call, task_id: int) -> Task | None:
    """The task if it is there and the caller may read it."""
    task = call.portal.tasks.get(task_id)
    return task if task is not None and access.can_read_task(call.portal, call.user, task) else None


def answer(call: Call, task_id: int, select: Any = ()) -> dict[str, Any]:
    """`{"task": …}`, or nothing when the caller cannot read it (any more); nothing goes out as `[]`."""
    task = readable_task(call, task_id)
    if task is None:
        return {}
    names, default = selected(as_list(select))
    return {"task": render.alone(call, task, names, default=default)}
