"""Tasks as boards know them: the card, the whole task, an edit, and how each field gets in and out.

A field that people may change is here alone, and in `b24.methods.tasks`, which reads it from the portal: an
attribute of `Card` or `Task` with its line in `to_card` or `to_task`, one of `TaskEdit`, and its row in
`TASK_FIELDS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from b24.methods.tasks import TaskRow
from b24.methods.users import PersonRow
from b24.wire import literal
from boards.core.checks import require_deadline, require_tags, require_title
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import PRIORITY_HIGH, PRIORITY_LOW, PRIORITY_NORMAL, Person, TaskStatus

# A task handed in for approval is not late any more, and a completed one never is: so counts the portal
# itself (the meta status -1, behaviour.md §5.7).
NEVER_OVERDUE = frozenset({TaskStatus.AWAITS_CONTROL, TaskStatus.COMPLETED})


@dataclass(frozen=True)
class Card:
    """A task on a board. `stage_id` 0 belongs to the first stage (behaviour.md §3.8)."""

    id: int
    title: str
    stage_id: int
    responsible: Person | None = None
    deadline: dt.datetime | None = None
    overdue: bool = False
    priority: int = PRIORITY_NORMAL
    tags: tuple[str, ...] = ()
    is_subtask: bool = False
    has_crm: bool = False
    task_status: TaskStatus = TaskStatus.PENDING

    @property
    def completed(self) -> bool:
        return self.task_status == TaskStatus.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Task(Card):
    """A task in the drawer: its card and more. `actions`: those of the portal's `action` map allowed now."""

    description: str
    group_id: int
    group_name: str
    creator: Person | None
    crm: tuple[str, ...] = ()
    parent_id: int = 0
    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    actions: frozenset[str] = frozenset()
    accomplices: tuple[Person, ...] = ()
    auditors: tuple[Person, ...] = ()


@dataclass(frozen=True)
class TaskEdit:
    """The fields of a task that are to change; None leaves a field alone.

    `tags` replaces all tags; `add_tags` adds to those there are, for several tasks at once only.
    """

    title: str | None = None
    description: str | None = None
    responsible_id: int | None = None
    deadline: str | None = None  # ISO 8601 with offset, "" clears
    priority: int | None = None
    tags: tuple[str, ...] | None = None
    group_id: int | None = None
    stage_id: int | None = None
    add_tags: tuple[str, ...] | None = None

    @property
    def empty(self) -> bool:
        return self == TaskEdit()


# --- how fields are checked, written, read and compared ---
def same_value(value: Any, other: Any) -> bool:
    """Text counts as it is sent: what looks like a batch reference is not stored as it was typed."""
    if isinstance(value, str) and isinstance(other, str):
        return literal(value) == literal(other)
    return bool(value == other)


def same_moment(value: str, other: str) -> bool:
    """Two moments of ISO 8601, "" for none; their offsets do not count."""
    if value and other:
        return dt.datetime.fromisoformat(value) == dt.datetime.fromisoformat(other)
    return value == other


def same_tags(value: Iterable[str], other: Iterable[str]) -> bool:
    """The same tags in any order."""
    return {literal(tag) for tag in value} == {literal(tag) for tag in other}


def require_person(user_id: int) -> int:
    """The id of a person; BadInput for none."""
    if user_id <= 0:
        raise BadInput("responsible_id", BadInputCode.PERSON_INVALID)
    return user_id


def require_priority(priority: int) -> int:
    """One of the priorities; BadInput for another number."""
    if not PRIORITY_LOW <= priority <= PRIORITY_HIGH:
        raise BadInput("priority", BadInputCode.CHOICE_INVALID)
    return priority


def require_stage(stage_id: int) -> int:
    """The id of a stage; BadInput for none."""
    if stage_id <= 0:
        raise BadInput("stage_id", BadInputCode.STAGE_MISSING)
    return stage_id


@dataclass(frozen=True)
class TaskField:
    """A field of `TaskEdit`.

    `read`: its value in a row of the portal, fit for JSON; `name`: what people call that value, where it is a
    number. `wire`: its name for `tasks.task.update`, "" where it is not written so. `check`: gives the clean
    value, BadInput for a bad one. `same`: whether two values are the same thing. `for_many`: it makes sense
    to set it for many tasks alike.
    """

    read: Callable[[TaskRow], Any]
    wire: str = ""
    check: Callable[[Any], Any] = lambda value: value
    same: Callable[[Any, Any], bool] = same_value
    for_many: bool = False
    name: Callable[[TaskRow], str] = lambda row: ""  # noqa: ARG005 (it has no other name)


TASK_FIELDS: Mapping[str, TaskField] = {
    "title": TaskField(lambda row: row.title, "TITLE", require_title),
    "description": TaskField(lambda row: row.description, "DESCRIPTION"),
    "responsible_id": TaskField(
        lambda row: row.responsible.id if row.responsible else 0,
        "RESPONSIBLE_ID",
        require_person,
        for_many=True,
        name=lambda row: row.responsible.name if row.responsible else "",
    ),
    "deadline": TaskField(
        lambda row: row.deadline.isoformat(timespec="seconds") if row.deadline else "",
        "DEADLINE",
        require_deadline,
        same_moment,
        for_many=True,
    ),
    "priority": TaskField(lambda row: int(row.priority), "PRIORITY", require_priority, for_many=True),
    "tags": TaskField(lambda row: list(row.tags), "TAGS", require_tags, same_tags, for_many=True),
    "group_id": TaskField(lambda row: row.group_id, "GROUP_ID", name=lambda row: row.group_name),
    # A stage is moved to, not written (surprise 20).
    "stage_id": TaskField(lambda row: row.stage_id, check=require_stage),
}
"""What `TaskEdit` may change, by name; `add_tags` is `tags` once it is known what was there."""


# --- rows of the portal ---
def to_person(row: PersonRow | None) -> Person | None:
    """The person, or None for none."""
    return Person(id=row.id, name=row.name, photo=row.photo, position=row.position) if row else None


def to_people(rows: Iterable[PersonRow]) -> tuple[Person, ...]:
    """People in the given order, each once."""
    found = {row.id: Person(row.id, row.name, row.photo, row.position) for row in rows}
    return tuple(found.values())


def to_status(value: object) -> TaskStatus:
    """The state; the legacy 1 and anything unknown count as pending (behaviour.md §5.1)."""
    try:
        return TaskStatus(str(value))
    except ValueError:
        return TaskStatus.PENDING


def is_overdue(deadline: dt.datetime | None, status: TaskStatus, now: dt.datetime) -> bool:
    """Whether the deadline has passed and somebody still has to do something."""
    return deadline is not None and deadline < now and status not in NEVER_OVERDUE


def to_card(row: TaskRow, now: dt.datetime, stage_id: int | None = None) -> Card:
    """A card; `stage_id` overrides the row's, for My Planner, whose stages are not in the row."""
    status = to_status(row.status)
    return Card(
        id=row.id,
        title=row.title,
        stage_id=row.stage_id if stage_id is None else stage_id,
        responsible=to_person(row.responsible),
        deadline=row.deadline,
        overdue=is_overdue(row.deadline, status, now),
        priority=int(row.priority),
        tags=tuple(row.tags),
        is_subtask=row.parent_id > 0,
        has_crm=bool(row.crm),
        task_status=status,
    )


def to_task(row: TaskRow, now: dt.datetime) -> Task:
    """A task for the drawer."""
    return Task(
        **vars(to_card(row, now)),
        description=row.description,
        group_id=row.group_id,
        group_name=row.group_name,
        creator=to_person(row.creator),
        crm=tuple(row.crm),
        parent_id=row.parent_id,
        created=row.created,
        changed=row.changed,
        actions=frozenset(row.actions),
        accomplices=to_people(row.accomplices),
        auditors=to_people(row.auditors),
    )
