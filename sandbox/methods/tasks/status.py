"""Status methods of tasks: `tasks.task.complete` and its sisters (behaviour.md §5.8).

Each asks the same `action` map that the task shows, so what a page offers is what works.
"""

from __future__ import annotations

from typing import Any

from sandbox.methods.tasks import write
from sandbox.methods.tasks.answers import UNAVAILABLE, answer, readable_task, task_id_of
from sandbox.methods.tasks.events import task_updated
from sandbox.rest.params import required
from sandbox.rest.registry import Call, RestError, method
from sandbox.state import access
from sandbox.state.portal import COMPLETED, DEFERRED, IN_PROGRESS, PENDING, Task

SOURCE = "behaviour.md §5.8"

# The two oldest methods refuse with "0", the others with a number of their own (documented error tables).
OLD, NUMBERED = "0", "1048582"


def _allowed(call: Call, action: str, code: str) -> Task:
    task = readable_task(call, task_id_of(call))
    if task is None or not access.task_actions(call.portal, call.user, task)[action]:
        raise RestError(code, UNAVAILABLE)
    return task


def _switch(call: Call, action: str, status: int, code: str) -> Any:
    task = _allowed(call, action, code)
    write.set_status(call, task, status)
    task_updated(call, task)
    return answer(call, task.id)


@method("tasks.task.complete", scope="task|tasks", style="controller", source=SOURCE)
def complete(call: Call) -> Any:
    """Completed, or handed in for review when its creator, another person, controls it."""
    return _switch(call, "complete", COMPLETED, OLD)


@method("tasks.task.start", scope="task|tasks", style="controller", source=SOURCE)
def start(call: Call) -> Any:
    """The task is in progress."""
    return _switch(call, "start", IN_PROGRESS, OLD)


@method("tasks.task.pause", scope="task|tasks", style="controller", source=SOURCE)
def pause(call: Call) -> Any:
    """A task in progress is pending again."""
    return _switch(call, "pause", PENDING, NUMBERED)


@method("tasks.task.defer", scope="task|tasks", style="controller", source=SOURCE)
def defer(call: Call) -> Any:
    """The task is put off."""
    return _switch(call, "defer", DEFERRED, NUMBERED)


@method("tasks.task.renew", scope="task|tasks", style="controller", source=SOURCE)
def renew(call: Call) -> Any:
    """A completed, handed-in or deferred task is pending again."""
    return _switch(call, "renew", PENDING, NUMBERED)


@method("tasks.task.approve", scope="task|tasks", style="controller", source=SOURCE)
def approve(call: Call) -> Any:
    """The creator of the task accepts the work."""
    return _switch(call, "approve", COMPLETED, NUMBERED)


@method("tasks.task.disapprove", scope="task|tasks", style="controller", source=SOURCE)
def disapprove(call: Call) -> Any:
    """The creator of the task returns the work."""
    return _switch(call, "disapprove", PENDING, NUMBERED)


@method("tasks.task.delegate", scope="task|tasks", style="controller", source=SOURCE)
def delegate(call: Call) -> Any:
    """Another person becomes responsible: `userId`."""
    user_id = required(call.params, "userId", "int")
    task = _allowed(call, "delegate", NUMBERED)
    if user_id not in call.portal.users:
        raise RestError("ERROR_CORE", 'The user specified in the "Responsible" field was not found<br>')
    write.delegate(call, task, user_id)
    task_updated(call, task)
    return answer(call, task.id)
