"""Rows of the portal → things of scrum planning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from b24.client import Answer, BatchAnswer, Client, Command
from b24.errors import AccessDenied, NotFound, ScopeMissing
from b24.methods import groups as group_calls
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.scrum import ColumnRow, ItemRow
from b24.methods.sprints import EpicRow, SprintRow
from b24.methods.tasks import TaskRow
from boards.core.model import Actor, BoardRef, Denial, Person, TaskStatus
from boards.core.rights import SHAPERS
from boards.core.tasks import to_person, to_status
from boards.scrum.model import (
    ColumnType,
    Epic,
    Item,
    ItemFacts,
    ScrumRights,
    ScrumTeam,
    Sprint,
    SprintColumn,
    SprintStatus,
)

ASKED = "asked"


def to_sprint(row: SprintRow) -> Sprint:
    """A sprint; an unknown status counts as completed, so that nothing is offered for it."""
    known = row.status in {status.value for status in SprintStatus}
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
    pages = (sprint_calls.parse_epics(answer.result) for answer in answers if answer)
    found = (to_epic(row) for page in pages for row in page)
    return tuple(sorted(found, key=lambda epic: (epic.name.casefold(), epic.id)))


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
    return tuple(sorted(items, key=lambda item: (item.sort is None, item.sort or 0.0, item.task_id)))


def to_column(row: ColumnRow) -> SprintColumn:
    """A column; an unknown type is shown as WORK, and kept in `odd_type` to be told."""
    known = row.type in {kind.value for kind in ColumnType}
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


def is_gone(client: Client, command: Command) -> bool:
    """Whether the portal no longer has what this command asks for; one HTTP request.

    Any refusal but NotFound is raised: it is no sign that the thing is gone.
    """
    answer = client.batch({ASKED: command})
    return isinstance(answer.errors.get(ASKED), NotFound) or not answer[ASKED].result


def people_of(items: Iterable[Item]) -> tuple[Person, ...]:
    """Who is responsible for something, by name."""
    found: Mapping[int, Person] = {
        item.responsible.id: item.responsible for item in items if item.responsible
    }
    return tuple(sorted(found.values(), key=lambda person: (person.name.casefold(), person.id)))


# The team of a page: backlog, sprints, epics, role. Seven commands that ride in the page's one batch.


BACKLOG, OPEN, DONE, GROUP, MEMBERS = "sc_backlog", "sc_open", "sc_done", "sc_group", "sc_members"
EPICS = ("sc_epics", "sc_more_epics")
EPIC_PAGE = 50  # the lists of scrum do not tell whether there is more (surprise 25); we show two pages


def team_commands(ref: BoardRef, actor: Actor) -> dict[str, Command]:
    """What a page of a team needs; keys of their own ("sc_…"). Do not halt the batch."""
    return {
        BACKLOG: scrum_calls.get_backlog(ref.group_id),
        OPEN: sprint_calls.list_open_sprints(ref.group_id),
        DONE: sprint_calls.list_completed_sprints(ref.group_id),
        **epic_commands(ref),
        GROUP: group_calls.get_group(ref.group_id, as_admin=actor.is_admin),
        MEMBERS: group_calls.members(ref.group_id),
    }


def epic_commands(ref: BoardRef) -> dict[str, Command]:
    """The epics of a team, up to a hundred."""
    return {
        key: sprint_calls.list_epics(ref.group_id, start=page * EPIC_PAGE) for page, key in enumerate(EPICS)
    }


def read_team(answer: BatchAnswer, ref: BoardRef, actor: Actor) -> ScrumTeam:
    """The team of that batch; `closed` with the reason when the portal keeps it from the person."""
    title = _title(answer)
    if is_closed(answer, BACKLOG):
        why = Denial.SCRUM_ADMIN_NO_MEMBER if actor.is_admin else Denial.NOT_A_MEMBER
        return ScrumTeam(ref.group_id, title, ScrumRights(why_not_plan=why, why_not_start=why))
    open_sprints = read_sprints(answer.get(OPEN))
    return ScrumTeam(
        group_id=ref.group_id,
        title=title,
        rights=read_scrum_rights(answer, actor),
        backlog_id=read_backlog_id(answer, BACKLOG),
        sprints=tuple(sorted(open_sprints, key=lambda sprint: not sprint.active)),
        completed=read_sprints(answer.get(DONE)),
        epics=read_epics(*(answer.get(key) for key in EPICS)),
    )


def load_team(client: Client, ref: BoardRef, actor: Actor) -> ScrumTeam:
    """The team without its items; one HTTP request."""
    return read_team(client.batch(team_commands(ref, actor), halt=False), ref, actor)


def read_scrum_rights(answer: BatchAnswer, actor: Actor, key: str = MEMBERS) -> ScrumRights:
    """Rights of somebody who can see the team. Without the scope to ask, the portal decides."""
    members = answer.get(key)
    if members is None and isinstance(answer.errors.get(key), ScopeMissing):
        return ScrumRights(may_plan=True, may_start=True)
    role = group_calls.parse_members(members.result).get(actor.user_id, "") if members else ""
    may_start = role in SHAPERS
    return ScrumRights(
        role=role,
        may_plan=True,
        may_start=may_start,
        why_not_start=None if may_start else Denial.SCRUM_START_ROLE,
    )


def _title(answer: BatchAnswer) -> str:
    found = answer.get(GROUP)
    rows = group_calls.parse_groups(found) if found else ()
    return rows[0].name if rows else ""
