"""Rows of the portal → things of a board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from b24.methods.groups import GroupRow
from b24.methods.stages import StageRow
from b24.methods.tasks import TaskRow
from b24.methods.users import PersonRow
from boards.core.model import Card, Person, Project, Stage, Task, TaskStatus

# A task handed in for approval is not late any more, and a completed one never is: so counts the portal
# itself (the meta status -1, behaviour.md §5.7).
NEVER_OVERDUE = frozenset({TaskStatus.AWAITS_CONTROL, TaskStatus.COMPLETED})


def to_stages(rows: Iterable[StageRow]) -> tuple[Stage, ...]:
    """Stages in their order; the first one is marked."""
    ordered = sorted(rows, key=lambda row: row.sort)
    return tuple(
        Stage(id=row.id, title=row.title, color=row.color, sort=row.sort, is_first=position == 0)
        for position, row in enumerate(ordered)
    )


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
    status = to_status(row.status)
    return Task(
        id=row.id,
        title=row.title,
        description=row.description,
        group_id=row.group_id,
        group_name=row.group_name,
        stage_id=row.stage_id,
        responsible=to_person(row.responsible),
        creator=to_person(row.creator),
        deadline=row.deadline,
        priority=int(row.priority),
        tags=tuple(row.tags),
        task_status=status,
        crm=tuple(row.crm),
        parent_id=row.parent_id,
        overdue=is_overdue(row.deadline, status, now),
        created=row.created,
        changed=row.changed,
        actions=frozenset(row.actions),
        accomplices=to_people(row.accomplices),
        auditors=to_people(row.auditors),
    )


def to_project(row: GroupRow, role: str) -> Project:
    """A row of the home page."""
    return Project(
        id=row.id,
        name=row.name,
        role=role,
        member_count=row.member_count,
        is_project=row.is_project,
        closed=row.closed,
        visible=row.visible,
        opened=row.opened,
        description=row.description,
    )
