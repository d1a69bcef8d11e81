"""`TaskEdit` in and out: what goes over the wire, what the journal keeps, what was there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from b24.methods.tasks import TaskRow
from boards.core.change import NoticeCode, note
from boards.core.checks import require_tags
from boards.core.edits import Comparison, compare, value_unknown
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Notice, TaskStatus
from boards.core.tasks import TASK_FIELDS, TaskEdit

Values = dict[str, Any]


def checked(edit: TaskEdit) -> TaskEdit:
    """The edit with clean values; BadInput for the first bad one, or when there is nothing to change."""
    if edit.empty:
        raise BadInput("", BadInputCode.NOTHING_TO_CHANGE)
    given = {name: getattr(edit, name) for name in TASK_FIELDS}
    clean = {name: TASK_FIELDS[name].check(value) for name, value in given.items() if value is not None}
    return replace(edit, add_tags=_more(edit.add_tags), **clean)


def _more(tags: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Tags to add; none at all is no edit."""
    if tags is None:
        return None
    kept = require_tags(tags)
    if not kept:
        raise BadInput("tags", BadInputCode.NOTHING_TO_CHANGE)
    return kept


def compared(row: TaskRow, values: Values, seen: Mapping[str, Any], *, lost: bool) -> Comparison:
    """An edit against what the task was and what the person saw of it."""
    return compare(current(row, values), values, seen, lost=lost, same=same)


def unseen(edit: TaskEdit, seen: TaskEdit | None) -> TaskEdit:
    """The edit without the fields that are as the person saw them: what nobody touched is not sent."""
    if seen is None:
        return edit
    names = [field.name for field in fields(edit)]
    return replace(edit, **{name: None for name in names if getattr(edit, name) == getattr(seen, name)})


def values_of(edit: TaskEdit) -> Values:
    """The given fields, fit for JSON."""
    given = {field.name: getattr(edit, field.name) for field in fields(edit)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None
    }


def edit_of(values: Mapping[str, Any]) -> TaskEdit:
    """What `values_of` wrote."""
    known = {field.name for field in fields(TaskEdit)}
    given: Values = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in known
    }
    return TaskEdit(**given)


def current(row: TaskRow, names: Mapping[str, Any]) -> Values:
    """The present values of these fields, in the shape of `values_of`."""
    return {name: TASK_FIELDS[name].read(row) for name in names if name in TASK_FIELDS}


def wire_fields(values: Mapping[str, Any]) -> Values:
    """As `tasks.task.update` wants them. A batch cannot express an empty list; one empty text clears it."""
    wire = {name: field.wire for name, field in TASK_FIELDS.items() if field.wire}
    return {wire[name]: [""] if value == [] else value for name, value in values.items() if name in wire}


def same(name: str, value: Any, other: Any) -> bool:
    """Whether two values of a field are the same thing."""
    return TASK_FIELDS[name].same(value, other)


def restoring(row: TaskRow, values: Mapping[str, Any]) -> Values:
    """What must also be written to take a new responsible person back.

    Handing a task on sets it to pending and makes the one before an auditor (behaviour.md §5.3). Only
    somebody who may edit the task can set both right, so only then they are part of the way back.
    """
    return as_it_was(row, values) if "edit" in row.actions else {}


def as_it_was(row: TaskRow, values: Mapping[str, Any]) -> Values:
    """`restoring` for a task of a list, which does not say who may edit it: what fits if they may."""
    if "responsible_id" not in values:
        return {}
    return {"AUDITORS": [person.id for person in row.auditors] or [""], "STATUS": str(row.status)}


# The status actions of a task, and which of them lead back (behaviour.md §5.1, §5.8).


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
        DEFERRED: ("pause", "defer"),  # a task in progress cannot be deferred
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


@dataclass(frozen=True)
class StatusChange:
    """What status actions did. `before` is the best that is known; `back` leads there, None: nothing does.

    `notices` say why there is no way back, where there is none.
    """

    before: TaskStatus
    now: TaskStatus | None
    back: tuple[str, ...] | None
    notices: tuple[Notice, ...] = ()


def status_change(before: TaskStatus, now: TaskStatus | None, seen: str, *, lost: bool) -> StatusChange:
    """The change from the status that was read to the one there is now (None: not readable any more).

    After a lost answer equal statuses may mean that our own first attempt was read; then the status that the
    person saw (`seen`, "" for none) counts.
    """
    if lost and before == now:
        if seen not in set(TaskStatus) - {now}:
            return StatusChange(before, now, None, tuple(value_unknown(["status"])))
        before = TaskStatus(seen)
    if now is None:
        return StatusChange(before, None, None)
    back = way(now, before)
    none = (note(NoticeCode.NO_EXACT_REVERSE, **{"from": now.value, "to": before.value}),)
    return StatusChange(before, now, back, none if back is None else ())
