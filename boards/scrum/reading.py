"""Rows of the portal → things of scrum planning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from b24 import scrum as scrum_calls
from b24 import sprints as sprint_calls
from b24.client import Answer, BatchAnswer
from b24.errors import AccessDenied, NotFound
from b24.scrum import ColumnRow, ItemRow
from b24.sprints import EpicRow, SprintRow
from b24.tasks import TaskRow
from boards.convert import to_person, to_status
from boards.model import Person, TaskStatus
from boards.scrum.model import ColumnType, Epic, Item, ItemFacts, Sprint, SprintColumn, SprintStatus


def to_sprint(row: SprintRow) -> Sprint:
    """A sprint; an unknown status counts as completed, so that nothing is offered for it."""
    known = row.status in {one.value for one in SprintStatus}
    return Sprint(
        id=row.id,
        name=row.name,
        status=SprintStatus(row.status) if known else SprintStatus.COMPLETED,
        start=row.start,
        end=row.end,
        goal=row.goal,
        sort=row.sort,
    )


def read_sprints(answer: Answer | None) -> tuple[Sprint, ...]:
    """The sprints of a list, in its order; none for a list that was refused."""
    return tuple(to_sprint(row) for row in sprint_calls.parse_sprints(answer.result)) if answer else ()


def to_epic(row: EpicRow) -> Epic:
    return Epic(id=row.id, name=row.name, color=row.color, description=row.description)


def read_epics(*answers: Answer | None) -> tuple[Epic, ...]:
    """The epics of some pages, by name."""
    pages = (sprint_calls.parse_epics(one.result) for one in answers if one)
    found = (to_epic(row) for page in pages for row in page)
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


def to_facts(row: ItemRow) -> ItemFacts:
    return ItemFacts(points=row.points, epic_id=row.epic_id, entity_id=row.entity_id, sort=row.sort)


def read_facts(answer: BatchAnswer, key: str) -> ItemFacts | None:
    """The facts under a key; None when they were not asked for or refused."""
    found = answer.get(key)
    return to_facts(scrum_calls.parse_item(found.result)) if found else None


def to_item(row: TaskRow, entity_id: int, facts: ItemFacts | None, *, missing: bool = False) -> Item:
    """An item of a list, with its facts as far as they are known."""
    status = to_status(row.status)
    return Item(
        task_id=row.id,
        title=row.title,
        entity_id=entity_id,
        epic_id=facts.epic_id if facts else None,
        points=facts.points if facts else None,
        responsible=to_person(row.responsible),
        tags=tuple(row.tags),
        completed=status == TaskStatus.COMPLETED,
        sort=facts.sort if facts else None,
        task_status=status,
        parent_id=row.parent_id,
        closed=row.closed,
        stage_id=row.stage_id,
        missing=missing,
    )


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """As the portal shows them: by sort; items whose sort is not known yet follow."""
    return tuple(sorted(items, key=lambda one: (one.sort is None, one.sort or 0.0, one.task_id)))


def to_column(row: ColumnRow) -> SprintColumn:
    """A column; an unknown type is shown as WORK, and kept in `odd_type` to be told."""
    known = row.type in {one.value for one in ColumnType}
    return SprintColumn(
        id=row.id,
        name=row.name,
        color=row.color,
        type=ColumnType(row.type) if known else ColumnType.WORK,
        sort=row.sort,
        odd_type="" if known else row.type,
    )


def read_columns(answer: Answer | None) -> tuple[SprintColumn, ...]:
    """The columns of a sprint in their order; none when they were refused."""
    return tuple(to_column(row) for row in scrum_calls.parse_columns(answer.result)) if answer else ()


def read_backlog_id(answer: BatchAnswer, key: str) -> int:
    """The backlog's id, 0 when the team has none. AccessDenied when the team is closed to the person."""
    if isinstance(answer.errors.get(key), NotFound):
        return 0
    return scrum_calls.parse_backlog(answer[key].result).id


def is_closed(answer: BatchAnswer, key: str) -> bool:
    """Whether the portal keeps the team from the person."""
    return isinstance(answer.errors.get(key), AccessDenied)


def people_of(items: Iterable[Item]) -> tuple[Person, ...]:
    """Who is responsible for something, by name."""
    found: Mapping[int, Person] = {one.responsible.id: one.responsible for one in items if one.responsible}
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.id)))
