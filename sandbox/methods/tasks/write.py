"""Changing tasks: which fields a request carries, what is refused, what follows (behaviour.md §5.3, §5.4).

`changes_of` turns wire fields into attribute values, collecting every validation text; `apply` writes them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sandbox.methods.tasks import scrum_effects
from sandbox.rest import php
from sandbox.rest.params import as_list, as_map, is_array, text_of, to_int
from sandbox.rest.registry import Call, RestError
from sandbox.state import access, ordering, stage_rows
from sandbox.state.portal import (
    AWAITS_CONTROL,
    COMPLETED,
    DEFERRED,
    GROUP_BOARD,
    IN_PROGRESS,
    PENDING,
    USER_BOARD,
    Portal,
    Task,
    User,
)

# The legacy "new" is stored as pending (§5.1).
STATUSES = {
    1: PENDING,
    **{status: status for status in (PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED)},
}
LONGEST_PLAN = dt.timedelta(seconds=2_147_483_647)

# Wire name → attribute, by kind of value.
TEXTS = {"DESCRIPTION": "description"}
FLAGS = {"ALLOW_CHANGE_DEADLINE": "allow_change_deadline", "TASK_CONTROL": "task_control"}
DATES = {"DEADLINE": "deadline", "START_DATE_PLAN": "start_plan", "END_DATE_PLAN": "end_plan"}
PEOPLE = {"ACCOMPLICES": "accomplices", "AUDITORS": "auditors"}
NAMED = (
    "TITLE RESPONSIBLE_ID CREATED_BY STATUS PARENT_ID GROUP_ID STAGE_ID PRIORITY MARK TAGS "
    "UF_CRM_TASK TIME_ESTIMATE"
)
WRITABLE = frozenset((*NAMED.split(), *TEXTS, *FLAGS, *DATES, *PEOPLE))


class Problems:
    """Validation texts; together they are one `ERROR_CORE`, each closed by `<br>` (§1.6)."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def add(self, text: str) -> None:
        self._texts.append(text)

    def raise_any(self) -> None:
        if self._texts:
            raise RestError("ERROR_CORE", "".join(f"{text}<br>" for text in self._texts))


def wire_fields(value: Any) -> dict[str, Any]:
    """The known fields of a request: names in upper case, a leading `~` cut off, the rest dropped (§5.1)."""
    named = {key.removeprefix("~"): item for key, item in as_map(value).items()}
    return {key: item for key, item in named.items() if key in WRITABLE}


def changes_of(call: Call, fields: dict[str, Any], task: Task | None) -> dict[str, Any]:
    """New attribute values for the wire fields; ERROR_CORE with every complaint. `task` None = adding."""
    problems, changes = Problems(), _plain(call, fields)
    if "TITLE" in fields or task is None:
        changes["title"] = text_of(fields.get("TITLE"))
        if not changes["title"].strip():
            problems.add("Task title is not specified")
    _check_people(call.portal, fields, task, changes, problems)
    if "STATUS" in fields:
        changes["status"] = STATUSES.get(to_int(fields["STATUS"]))
        if changes["status"] is None:
            problems.add("Invalid status")
    if "PARENT_ID" in fields:
        changes["parent_id"] = to_int(fields["PARENT_ID"])
        _check_parent(call.portal, changes["parent_id"], task, problems)
    _read_dates(call, fields, changes, problems)
    _check_plan(changes, task, problems)
    problems.raise_any()
    return changes


def _plain(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields nothing is checked about; STAGE_ID takes any number (§5.3)."""
    changes: dict[str, Any] = {attr: text_of(fields[name]) for name, attr in TEXTS.items() if name in fields}
    changes |= {attr: text_of(fields[name]) == "Y" for name, attr in FLAGS.items() if name in fields}
    for name, attr in PEOPLE.items():
        if name in fields:
            ids = dict.fromkeys(to_int(item) for item in as_list(fields[name]))
            changes[attr] = [user_id for user_id in ids if user_id in call.portal.users]
    read: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "GROUP_ID": ("group_id", to_int),
        "STAGE_ID": ("stage_id", to_int),
        "TIME_ESTIMATE": ("time_estimate", to_int),
        "PRIORITY": ("priority", _priority),
        "MARK": ("mark", lambda value: value if value in ("P", "N") else None),
        "TAGS": ("tags", _tags),
        "UF_CRM_TASK": ("crm", lambda value: [text_of(item) for item in as_list(value) if item]),
    }
    return changes | {attr: cast(fields[name]) for name, (attr, cast) in read.items() if name in fields}


def _priority(value: Any) -> int:
    number = to_int(value)
    return number if number in (0, 1, 2) else 1


def _tags(value: Any) -> list[str]:
    texts = as_list(value) if is_array(value) else text_of(value).split(",")
    return [text for item in texts if (text := text_of(item).strip())]


# --- checks ---
def _check_people(
    portal: Portal, fields: dict[str, Any], task: Task | None, changes: dict[str, Any], problems: Problems
) -> None:
    if "RESPONSIBLE_ID" in fields or task is None:
        changes["responsible_id"] = to_int(fields.get("RESPONSIBLE_ID"))
        if not changes["responsible_id"]:
            problems.add("Responsible person is not specified")
        elif changes["responsible_id"] not in portal.users:
            problems.add('The user specified in the "Responsible" field was not found')
    if "CREATED_BY" in fields:
        changes["created_by"] = to_int(fields["CREATED_BY"])
        if changes["created_by"] not in portal.users:
            problems.add('The user specified in the "Creator" field was not found')


def _check_parent(portal: Portal, parent_id: int, task: Task | None, problems: Problems) -> None:
    if not parent_id:
        return
    parent = portal.tasks.get(parent_id)
    if parent is None or parent.deleted:
        problems.add('The task specified in the "Parent Task" field was not found')
    elif task is not None and parent_id == task.id:
        problems.add("Cannot bind the node to itself")
    elif task is not None and task.id in _ancestors(portal, parent_id):
        problems.add("Creating cyclic links in tasks is prohibited")


def _ancestors(portal: Portal, task_id: int) -> set[int]:
    seen: set[int] = set()
    while task_id in portal.tasks and task_id not in seen:
        seen.add(task_id)
        task_id = portal.tasks[task_id].parent_id
    return seen


def _read_dates(call: Call, fields: dict[str, Any], changes: dict[str, Any], problems: Problems) -> None:
    """An empty date clears; that an unreadable one is refused is an assumption, the contract is silent."""
    for name, attr in DATES.items():
        if name not in fields:
            continue
        text = text_of(fields[name])
        changes[attr] = php.strtotime(text, call.user.time_zone, call.portal.now()) if text else None
        if text and changes[attr] is None:
            problems.add(f"Incorrect value of the field {name}")


def _check_plan(changes: dict[str, Any], task: Task | None, problems: Problems) -> None:
    if not {"start_plan", "end_plan"} & changes.keys():
        return
    start = changes.get("start_plan", task.start_plan if task else None)
    end = changes.get("end_plan", task.end_plan if task else None)
    if start is None or end is None:
        return
    if end < start:
        problems.add("The end date specified in the scheduling is earlier than the start date")
    elif end - start > LONGEST_PLAN:
        problems.add("The duration of the task specified in the scheduling is too long")


def may_enter_group(call: Call, group_id: int) -> bool:
    """Whether the caller may put tasks into the group; 0 is no group at all (§5.4)."""
    if not group_id:
        return True
    group = call.portal.groups.get(group_id)
    return group is not None and access.can_create_tasks(call.portal, call.user, group)


# --- effects ---
def settle_stage(call: Call, task: Task, changes: dict[str, Any]) -> None:
    """What becomes of STAGE_ID when GROUP_ID is in the request (§5.3).

    Another group takes the stage away, whatever STAGE_ID was sent; 0 together with a group becomes the
    group's NEW column when it has a board.
    """
    if "group_id" not in changes:
        return
    moved = changes["group_id"] != task.group_id
    if moved:
        changes["stage_id"] = 0
        call.portal.sorting.get((GROUP_BOARD, task.group_id), {}).pop(task.id, None)
    if changes.get("stage_id") == 0 and changes["group_id"]:
        first = stage_rows.first_row(call.portal, GROUP_BOARD, changes["group_id"])
        changes["stage_id"] = first.id if first else 0


def apply(call: Call, task: Task, changes: dict[str, Any]) -> None:
    """Write the values, the dates that follow from them, and the plans of the people now on the task."""
    status = changes.pop("status", None)
    for attr, value in changes.items():
        setattr(task, attr, value)
    touch(call, task)
    if status is not None and status != task.status:
        set_status(call, task, status)
    put_on_plans(call.portal, task)


def touch(call: Call, task: Task) -> None:
    """Note when the task was changed, and that the caller did it."""
    task.changed, task.changed_by = call.portal.now(), call.user.id


def set_status(call: Call, task: Task, status: int) -> None:
    """A new state with its dates; who completes a task under control hands it in for review instead."""
    now, before = call.portal.now(), task.status
    if status == COMPLETED and task.task_control and task.created_by != call.user.id:
        status = AWAITS_CONTROL
    task.status = status
    task.status_changed, task.status_changed_by = now, call.user.id
    if status in (COMPLETED, AWAITS_CONTROL):
        task.closed, task.closed_by = now, call.user.id
    else:
        task.closed, task.closed_by = None, 0
    if status == IN_PROGRESS and task.started is None:
        task.started = now
    touch(call, task)
    scrum_effects.status_changed(call, task, before)


def delegate(call: Call, task: Task, user_id: int) -> None:
    """Another responsible person: the task is pending again, the former one keeps watching it (§5.3)."""
    former = task.responsible_id
    task.responsible_id = user_id
    if former not in task.auditors:
        task.auditors.append(former)
    set_status(call, task, PENDING)
    put_on_plans(call.portal, task)


def put_on_plans(portal: Portal, task: Task) -> None:
    """Everybody on the task who has a plan already gets it in the plan's first column.

    The contract only says that `movetask` never does it (§3.7); that saving does is inferred.
    """
    for user_id in {task.responsible_id, task.created_by, *task.accomplices}:
        key = (task.id, USER_BOARD, user_id)
        first = stage_rows.first_row(portal, USER_BOARD, user_id)
        if first is not None and key not in portal.relations:
            portal.relations[key] = first.id


def remove(portal: Portal, task: Task) -> None:
    """Delete: off all boards, its subtasks move up to its own parent."""
    task.deleted = True
    for key in [key for key in portal.relations if key[0] == task.id]:
        del portal.relations[key]
    portal.scrum.forget(task.id)
    ordering.forget(portal, task.id)
    for child in portal.tasks.values():
        if child.parent_id == task.id:
            child.parent_id = task.parent_id


def new_task(call: Call, changes: dict[str, Any], creator: User) -> Task:
    """A task with the portal's defaults; `changes` are the checked values."""
    now = call.portal.now()
    task = Task(
        id=call.portal.next_id("task"),
        title="",
        created_by=creator.id,
        responsible_id=creator.id,
        created=now,
        changed=now,
    )
    call.portal.tasks[task.id] = task
    apply(call, task, changes)
    return task
