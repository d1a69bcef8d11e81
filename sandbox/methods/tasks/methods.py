"""`tasks.task.*`: get, list, add, update, delete and what goes with them (behaviour.md §5).

Controller methods: exact camelCase parameter names. A task that cannot be read is not an error here but an
empty answer with HTTP 200 (surprise 1). The methods that
change a status are in `status`.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.methods.tasks import render, scrum_effects, write
from sandbox.methods.tasks.answers import UNAVAILABLE, answer, readable_task, task_id_of
from sandbox.methods.tasks.events import task_added, task_deleted, task_updated
from sandbox.methods.tasks.fields import FIELDS, selected
from sandbox.methods.tasks.filter import matching
from sandbox.methods.tasks.order import ordered
from sandbox.rest.params import as_list, as_map, optional, required, to_int
from sandbox.rest.registry import PAGE, Call, Listing, RestError, method, page_of
from sandbox.state import access
from sandbox.state.portal import Task, User

SOURCE = "behaviour.md §5"


@method("tasks.task.get", scope="task|tasks", style="controller", source=f"{SOURCE}.2")
def get(call: Call) -> Any:
    """One task; `[]` with HTTP 200 for an unknown or unreadable one."""
    select = optional(call.params, "select", "array", [])
    optional(call.params, "params", "array", [])
    return answer(call, task_id_of(call), select)


@method(
    "tasks.task.list",
    scope="task|tasks",
    style="controller",
    source=f"{SOURCE}.7",
    not_modelled="failing queries",
)
def list_tasks(call: Call) -> Listing:
    """Readable tasks, 50 at a time; `start` is floored to a page, -1 leaves out the totals."""
    wanted = as_map(optional(call.params, "filter", "array", []))
    order = optional(call.params, "order", "array", [])
    select = as_list(optional(call.params, "select", "array", []))
    optional(call.params, "params", "array", [])
    if any(not isinstance(name, str) for name in select):
        raise RestError("0", "Invalid select data")
    names, _ = selected(select)
    tasks = ordered(call, matching(call, wanted), order, wanted)
    page, following = page_of(tasks, call.start // PAGE * PAGE)
    now = call.portal.now()
    rows = [render.in_list(call, task, names, now) for task in page]
    if call.start == -1:
        return Listing({"tasks": rows})
    return Listing({"tasks": rows}, total=len(tasks), next=following)


@method("tasks.task.getFields", scope="task|tasks", style="controller", source=f"{SOURCE}.6")
def get_fields(_: Call) -> Any:
    """The table of a task's fields, by their upper-case names."""
    return {"fields": FIELDS}


@method("tasks.task.getaccess", scope="task|tasks", style="controller", source=f"{SOURCE}.8")
def get_access(call: Call) -> Any:
    """What each of `users` (the caller by default) may do; `[]` when the caller cannot read the task."""
    users = as_list(optional(call.params, "users", "array", []))
    task = readable_task(call, task_id_of(call))
    if task is None:
        return {"allowedActions": {}}
    found: dict[str, Any] = {}
    for user_id in [to_int(item) for item in users] or [call.user.id]:
        user = call.portal.users.get(user_id)
        found[str(user_id)] = _upper(_actions(call, user, task))
    return {"allowedActions": found}


def _actions(call: Call, user: User | None, task: Task) -> dict[str, bool]:
    if user is None:
        return dict.fromkeys(access.ACTIONS, False)
    return access.task_actions(call.portal, user, task)


def _upper(actions: dict[str, bool]) -> dict[str, bool]:
    """`changeDeadline` → `CHANGE_DEADLINE`, `edit.plan` → `EDIT.PLAN`."""
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper(): allowed for name, allowed in actions.items()}


@method(
    "tasks.task.add",
    scope="task|tasks",
    style="controller",
    source=f"{SOURCE}.4",
    not_modelled="files, checklists, required user fields, SE_PARAMETER",
)
def add(call: Call) -> Any:
    """A new task; the caller is its creator unless CREATED_BY says otherwise. STAGE_ID is not checked."""
    fields = write.wire_fields(required(call.params, "fields", "array"))
    changes = write.changes_of(call, fields, None)
    if not write.may_enter_group(call, changes.get("group_id", 0)):
        raise RestError("ERROR_TASK_CREATE_ACCESS_DENIED", "Cannot create a task: access denied")
    task = write.new_task(call, changes, call.user)
    scrum_effects.task_added(call, task, as_map(call.params["fields"]))
    task_added(call, task)
    return answer(call, task.id)


@method(
    "tasks.task.update",
    scope="task|tasks",
    style="controller",
    source=f"{SOURCE}.3",
    not_modelled="files, checklists, user fields but UF_CRM_TASK",
)
def update(call: Call) -> Any:
    """Change fields; what one field alone needs is less than the right to edit (§5.3)."""
    task_id = task_id_of(call)
    given = required(call.params, "fields", "array")
    if not given:
        return answer(call, task_id)
    task = readable_task(call, task_id)
    if task is None:
        raise RestError("0", UNAVAILABLE)
    fields = write.wire_fields(given)
    if fields:
        _change(call, task, fields)
    return answer(call, task_id)


def _change(call: Call, task: Task, fields: dict[str, Any]) -> None:
    _check_rights(call, task, frozenset(fields))
    changes = write.changes_of(call, fields, task)
    if changes.get("group_id", task.group_id) != task.group_id and not write.may_enter_group(
        call, changes["group_id"]
    ):
        raise RestError("0", "Cannot edit the task due to insufficient permissions")
    if fields.keys() == {"RESPONSIBLE_ID"}:
        if changes["responsible_id"] != task.responsible_id:
            write.delegate(call, task, changes["responsible_id"])
    else:
        before = task.group_id
        write.settle_stage(call, task, changes)
        write.apply(call, task, changes)
        if task.group_id != before:
            scrum_effects.group_changed(call, task)
    task_updated(call, task)


def _check_rights(call: Call, task: Task, names: frozenset[str]) -> None:
    portal, user = call.portal, call.user
    if access.can_edit_task(portal, user, task):
        return
    if names == {"DEADLINE"}:
        if not access.can_change_deadline(portal, user, task):
            raise RestError("0", "Cannot change the deadline due to insufficient permissions")
    elif names == {"STATUS"}:
        if not access.can_change_status(portal, user, task):
            raise RestError("0", UNAVAILABLE)
    elif names == {"RESPONSIBLE_ID"}:
        if not access.task_actions(portal, user, task)["delegate"]:
            raise RestError("0", UNAVAILABLE)
    else:
        raise RestError("0", "Cannot edit the task due to insufficient permissions")


@method("tasks.task.delete", scope="task|tasks", style="controller", source=f"{SOURCE}.5")
def delete(call: Call) -> Any:
    """`{"task": true}`; unknown, unreadable and forbidden tasks give one and the same refusal."""
    task = readable_task(call, task_id_of(call))
    if task is None or not access.can_edit_task(call.portal, call.user, task):
        raise RestError("1048582", "Cannot delete task")
    write.remove(call.portal, task)
    task_deleted(call, task)
    return {"task": True}
