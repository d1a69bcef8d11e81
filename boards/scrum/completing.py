"""Completing the active sprint: the preview, and doing it. The portal takes the GROUP's id (surprise 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from b24 import groups as group_calls
from b24 import scrum as scrum_calls
from b24 import sprints as sprint_calls
from b24.client import Client, Command
from b24.errors import OutcomeUnknown, PortalTimeout, Refused
from b24.tasks import TaskRow
from boards.actor import Actor
from boards.change import Change, Kind
from boards.convert import to_status
from boards.errors import SprintGone
from boards.model import BoardRef, Notice, TaskStatus
from boards.notices import NoticeCode, note
from boards.scrum.listing import all_rows, first_pages
from boards.scrum.model import ColumnType, Sprint, SprintColumn, SprintStatus
from boards.scrum.outcomes import SprintOutcome
from boards.scrum.reading import read_columns, read_sprints, to_sprint
from boards.scrum.sprints import own_row
from boards.scrum.team import read_scrum_rights

ACTIVE, COLUMNS, MEMBERS, TASKS = "active", "columns", "members", "tasks_"
PAGES = 4


@dataclass(frozen=True)
class CompletePreview:
    """What completing the active sprint will do.

    `to_backlog`: open tasks outside FINISH; `to_finish`: completed ones outside it; `finished`: completed
    and there; `stay_open`: in FINISH and not completed, they stay so in the closed sprint (§12.8). The end of
    the sprint becomes now.
    """

    sprint: Sprint
    may_complete: bool = True
    to_backlog: tuple[int, ...] = ()
    to_finish: tuple[int, ...] = ()
    finished: tuple[int, ...] = ()
    stay_open: tuple[int, ...] = ()
    without_finish: bool = False


def preview_complete(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> CompletePreview:
    """What completing would do; one HTTP request for up to 200 tasks. SprintGone if it is not active."""
    wanted = {"SPRINT_ID": sprint_id}
    reads: dict[str, Command] = {
        ACTIVE: sprint_calls.list_active_sprints(ref.group_id),
        COLUMNS: scrum_calls.get_columns(sprint_id),
        MEMBERS: group_calls.members(ref.group_id),
        **first_pages(ref, wanted, TASKS, PAGES),
    }
    answer = client.batch(reads, halt=False)
    sprint = next((one for one in read_sprints(answer[ACTIVE]) if one.id == sprint_id), None)
    if sprint is None:
        raise SprintGone
    rows = all_rows(client, ref, wanted, answer, TASKS, PAGES)
    return _preview(
        sprint, read_columns(answer.get(COLUMNS)), rows, read_scrum_rights(answer, actor, MEMBERS).may_start
    )


def _preview(
    sprint: Sprint, columns: Sequence[SprintColumn], rows: Sequence[TaskRow], may_complete: bool
) -> CompletePreview:
    finish = {one.id for one in columns if one.type is ColumnType.FINISH}
    there = {row.id for row in rows if row.stage_id in finish}
    done = {row.id for row in rows if to_status(row.status) == TaskStatus.COMPLETED}
    return CompletePreview(
        sprint=sprint,
        may_complete=may_complete,
        to_backlog=tuple(row.id for row in rows if row.id not in there | done),
        to_finish=tuple(row.id for row in rows if row.id in done - there),
        finished=tuple(row.id for row in rows if row.id in done & there),
        stay_open=tuple(row.id for row in rows if row.id in there - done),
        without_finish=not finish,
    )


def complete_sprint(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> SprintOutcome:
    """Complete the active sprint; two HTTP requests.

    `sprint_id` is the one the person saw: the portal completes whichever is active, so it is looked up
    first. SprintGone when another or none is active, AccessDenied without the role, Refused when the portal
    says nothing (`null`). There is no way back (`SPRINT_COMPLETE_FINAL`).
    """
    preview = preview_complete(client, ref, actor, sprint_id)
    lost = False
    ended = replace(preview.sprint, status=SprintStatus.COMPLETED)
    client.intend(_completed(ref, ended, preview, lost=False).change)
    try:
        answer = client.call(sprint_calls.complete_sprint(ref.group_id), repeatable=False)
        row = sprint_calls.parse_sprint(answer.result)
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        lost = True
        row = own_row(client.batch({"was": sprint_calls.get_sprint(sprint_id)}), ref)
    if row is None or row.status != SprintStatus.COMPLETED:
        raise Refused("NULL", status=200, method="tasks.api.scrum.sprint.complete")
    return _completed(ref, to_sprint(row), preview, lost=lost)


def _completed(ref: BoardRef, sprint: Sprint, preview: CompletePreview, *, lost: bool) -> SprintOutcome:
    notices: list[Notice] = [note(NoticeCode.SPRINT_COMPLETE_FINAL)]
    if preview.to_backlog:
        notices.append(note(NoticeCode.ITEMS_TO_BACKLOG, count=len(preview.to_backlog)))
    if lost:
        notices.append(note(NoticeCode.ANSWER_LOST_BUT_DONE))
    change = Change(
        kind=Kind.SPRINT_COMPLETE,
        board_key=ref.key,
        target=sprint.id,
        label=sprint.name,
        before={"status": SprintStatus.ACTIVE.value},
        after={"status": sprint.status.value, "count": len(preview.finished) + len(preview.to_finish)},
        notices=tuple(notices),
    )
    return SprintOutcome(change, sprint, change.notices)
