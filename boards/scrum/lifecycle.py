"""Starting a sprint: what the server will do, what would make it refuse, and doing it.

There is no way back, so it is previewed (behaviour.md §4.4; surprise 22). The portal refuses a start
with one text for every reason and keeps what it had done by then; the reasons are named from what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from b24.client import BatchAnswer, Client, Command
from b24.errors import AccessDenied, PortalError, Refused
from b24.methods import groups as group_calls
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.sprints import SprintRow
from b24.methods.tasks import TaskRow
from boards.core.batches import unless_lost
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import CannotStart, SprintGone
from boards.core.lost import looks_for
from boards.core.model import Actor, BoardRef, Notice, TaskStatus
from boards.core.outcome import Outcome
from boards.core.tasks import to_status
from boards.scrum.model import ColumnType, Sprint, SprintColumn, SprintStatus
from boards.scrum.paging import all_rows, first_pages
from boards.scrum.reading import read_columns, read_scrum_rights, read_sprints, to_sprint
from boards.scrum.sprints import own_row

SPRINT, OWN, ACTIVE, DONE, LAST, MEMBERS, TASKS = (
    "sprint",
    "own",
    "active",
    "done",
    "last",
    "members",
    "tasks_",
)
PAGES = 4


class StartRefusal(StrEnum):
    """Why a sprint would not start."""

    NOT_ALLOWED = "not_allowed"  # owner and moderators only
    NOT_PLANNED = "not_planned"
    ANOTHER_ACTIVE = "another_active"
    NO_OPEN_TASKS = "no_open_tasks"
    NO_NEW_COLUMN = "no_new_column"  # it has columns of its own, and none is where tasks begin
    LAST_WITHOUT_COLUMNS = "last_without_columns"  # nothing to copy from the last completed sprint
    UNKNOWN = "unknown"  # the portal said no, and nothing we know explains it


class StartColumns(StrEnum):
    """Where the columns come from."""

    OWN = "own"  # made before the start; they stay
    COPIED = "copied"  # from the sprint that ended last
    DEFAULT = "default"  # New, In progress, Finished


class LeftBehind(StrEnum):
    """What a start that was refused has done all the same."""

    COLUMNS = "columns"  # made or copied
    COMPLETED_MOVED = "completed_moved"  # completed tasks went to the backlog


@dataclass(frozen=True)
class StartPreview:
    """What starting the sprint will do, and why it would not.

    `to_backlog` completed tasks, and open ones below them, leave the sprint; `starting` tasks get a place:
    the column they had in the last sprint when `keeps_places`, else the first NEW one. Dates stay as they
    are; automation rules are copied from `last`; each task is updated, so automation may run.
    """

    sprint: Sprint
    refusals: tuple[StartRefusal, ...] = ()
    columns: tuple[SprintColumn, ...] = ()
    source: StartColumns = StartColumns.DEFAULT
    last: Sprint | None = None
    other_active_sprint: Sprint | None = None
    starting: tuple[int, ...] = ()
    to_backlog: tuple[int, ...] = ()
    keeps_places: bool = False
    ends_in_past: bool = False

    @property
    def can_start(self) -> bool:
        return not self.refusals


def preview_start(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> StartPreview:
    """What starting would do; one HTTP request for up to 200 tasks. SprintGone."""
    answer = client.batch(_start_reads(ref, sprint_id), halt=False)
    return _read_start(client, ref, actor, sprint_id, answer)


def start_sprint(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> Outcome[Sprint]:
    """Start a sprint; two HTTP requests, a third when the portal refused or its answer was lost.

    What would make it fail is looked up first: a start that fails leaves columns and moved items behind. It
    must not share a batch with that look: the columns the portal has read once it does not read again within
    one batch (§3.9), and it would not see those it has just made. CannotStart names every reason and what a
    refused attempt left behind. There is no way back (`SPRINT_START_FINAL`).
    """
    before = preview_start(client, ref, actor, sprint_id)
    if before.refusals:
        raise CannotStart(before.refusals)
    client.intend(_started(ref, replace(before.sprint, status=SprintStatus.ACTIVE), before).change)
    try:
        answer = unless_lost(lambda: client.call(sprint_calls.start_sprint(sprint_id), repeatable=False))
    except Refused as refused:
        raise _cannot_start(client, ref, actor, before, refused) from refused
    if answer is None:
        return _started_after_all(client, ref, before)
    row = sprint_calls.parse_sprint(answer.result)
    if row is None or row.status != SprintStatus.ACTIVE:
        raise CannotStart((StartRefusal.UNKNOWN,))
    return _started(ref, to_sprint(row), before)


def _start_reads(ref: BoardRef, sprint_id: int) -> dict[str, Command]:
    return {
        SPRINT: sprint_calls.get_sprint(sprint_id),
        OWN: scrum_calls.get_columns(sprint_id),
        ACTIVE: sprint_calls.list_active_sprints(ref.group_id),
        DONE: sprint_calls.list_completed_sprints(ref.group_id),
        LAST: scrum_calls.get_columns(f"$result[{DONE}][0][id]"),
        MEMBERS: group_calls.members(ref.group_id),
        **first_pages(ref, {"SPRINT_ID": sprint_id}, TASKS, PAGES),
    }


def _read_start(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, answer: BatchAnswer
) -> StartPreview:
    sprint = to_sprint(own_row(answer, ref, SPRINT))
    rows = all_rows(client, ref, {"SPRINT_ID": sprint_id}, answer, TASKS, PAGES)
    starting, leaving = _split(rows)
    own, done = read_columns(answer.get(OWN)), read_sprints(answer.get(DONE))
    old = read_columns(answer.get(LAST)) if done else ()
    active = read_sprints(answer.get(ACTIVE))
    source = StartColumns.OWN if own else StartColumns.COPIED if done else StartColumns.DEFAULT
    preview = StartPreview(
        sprint=sprint,
        columns=own or old,
        source=source,
        last=done[0] if done else None,
        other_active_sprint=next((other for other in active if other.id != sprint_id), None),
        starting=starting,
        to_backlog=leaving,
        keeps_places=bool(done) and _alike(own or old, old),
        ends_in_past=sprint.end is not None and sprint.end < actor.now,
    )
    may_start = read_scrum_rights(answer, actor, MEMBERS).may_start
    return replace(preview, refusals=_refusals(preview, old, may_start))


def _refusals(
    preview: StartPreview, old: Sequence[SprintColumn], may_start: bool
) -> tuple[StartRefusal, ...]:
    """Every reason that is true, in the order the portal checks them."""
    if preview.sprint.status != SprintStatus.PLANNED:
        return (StartRefusal.NOT_PLANNED,)
    source = preview.source
    lacks_new = bool(preview.columns) and all(column.type is not ColumnType.NEW for column in preview.columns)
    reasons = {
        StartRefusal.NOT_ALLOWED: not may_start,
        StartRefusal.ANOTHER_ACTIVE: preview.other_active_sprint is not None,
        StartRefusal.NO_OPEN_TASKS: not preview.starting,
        StartRefusal.LAST_WITHOUT_COLUMNS: source is StartColumns.COPIED and not old,
        StartRefusal.NO_NEW_COLUMN: lacks_new,
    }
    return tuple(reason for reason, true in reasons.items() if true)


def _split(rows: Sequence[TaskRow]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Tasks that start, and those that leave: the completed ones with everything below them (§4.4)."""
    leaving = {row.id for row in rows if to_status(row.status) == TaskStatus.COMPLETED}
    while True:
        below = {row.id for row in rows if row.parent_id in leaving} - leaving
        if not below:
            break
        leaving |= below
    return (
        tuple(row.id for row in rows if row.id not in leaving),
        tuple(row.id for row in rows if row.id in leaving),
    )


def _alike(columns: Sequence[SprintColumn], old: Sequence[SprintColumn]) -> bool:
    """Whether tasks keep the column they had: as many columns, the same titles and types."""
    shape = [(column.name, column.type) for column in columns]
    return bool(old) and shape == [(column.name, column.type) for column in old]


def _cannot_start(
    client: Client, ref: BoardRef, actor: Actor, before: StartPreview, refused: Refused
) -> CannotStart:
    """Why, and what is left behind, from a second look: somebody was faster, or we cannot know."""
    fallback = StartRefusal.NOT_ALLOWED if isinstance(refused, AccessDenied) else StartRefusal.UNKNOWN
    try:
        after = preview_start(client, ref, actor, before.sprint.id)
    except (PortalError, SprintGone):
        return CannotStart((fallback,))
    return CannotStart(after.refusals or (fallback,), _left_behind(before, after))


def _left_behind(before: StartPreview, after: StartPreview) -> tuple[LeftBehind, ...]:
    made = before.source is not StartColumns.OWN and after.source is StartColumns.OWN
    still = {*after.starting, *after.to_backlog}
    went = any(task_id not in still for task_id in before.to_backlog)
    found = {LeftBehind.COLUMNS: made, LeftBehind.COMPLETED_MOVED: went}
    return tuple(trace for trace, true in found.items() if true)


def _started_after_all(client: Client, ref: BoardRef, before: StartPreview) -> Outcome[Sprint]:
    """The answer was lost: look whether it runs. A second start would be refused, so none is tried."""
    answer = client.batch({SPRINT: sprint_calls.get_sprint(before.sprint.id)})
    sprint = to_sprint(own_row(answer, ref, SPRINT))
    if not sprint.active:
        raise CannotStart((StartRefusal.UNKNOWN,))
    return _started(ref, sprint, before, lost=True)


def _started(ref: BoardRef, sprint: Sprint, before: StartPreview, *, lost: bool = False) -> Outcome[Sprint]:
    notices = [note(NoticeCode.SPRINT_START_FINAL)]
    if before.to_backlog:
        notices.append(note(NoticeCode.ITEMS_TO_BACKLOG, count=len(before.to_backlog)))
    if lost:
        notices.append(note(NoticeCode.ANSWER_LOST_BUT_DONE))
    change = Change(
        kind=Kind.SPRINT_START,
        board_key=ref.key,
        target=sprint.id,
        label=sprint.name,
        before={"status": SprintStatus.PLANNED.value},
        after={"status": sprint.status.value, "count": len(before.starting)},
        notices=tuple(notices),
    )
    return Outcome(change, sprint)


# Completing the active sprint: the preview, and doing it. The portal takes the GROUP's id (surprise 8).


ACTIVE, COLUMNS, MEMBERS, COMPLETING_TASKS = "active", "columns", "members", "tasks_"
COMPLETING_PAGES = 4


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
        **first_pages(ref, wanted, COMPLETING_TASKS, COMPLETING_PAGES),
    }
    answer = client.batch(reads, halt=False)
    sprint = next((active for active in read_sprints(answer[ACTIVE]) if active.id == sprint_id), None)
    if sprint is None:
        raise SprintGone
    rows = all_rows(client, ref, wanted, answer, COMPLETING_TASKS, COMPLETING_PAGES)
    return _preview(
        sprint, read_columns(answer.get(COLUMNS)), rows, read_scrum_rights(answer, actor, MEMBERS).may_start
    )


def _preview(
    sprint: Sprint, columns: Sequence[SprintColumn], rows: Sequence[TaskRow], may_complete: bool
) -> CompletePreview:
    finish = {column.id for column in columns if column.type is ColumnType.FINISH}
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


def complete_sprint(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> Outcome[Sprint]:
    """Complete the active sprint; two HTTP requests.

    `sprint_id` is the one the person saw: the portal completes whichever is active, so it is looked up
    first. SprintGone when another or none is active, AccessDenied without the role, Refused when the portal
    says nothing (`null`). There is no way back (`SPRINT_COMPLETE_FINAL`).
    """
    preview = preview_complete(client, ref, actor, sprint_id)
    ended = replace(preview.sprint, status=SprintStatus.COMPLETED)
    client.intend(_completed(ref, ended, preview, lost=False).change)
    answer = unless_lost(lambda: client.call(sprint_calls.complete_sprint(ref.group_id), repeatable=False))
    lost = answer is None
    if answer is None:
        row: SprintRow | None = own_row(
            client.batch({SPRINT: sprint_calls.get_sprint(sprint_id)}), ref, SPRINT
        )
    else:
        row = sprint_calls.parse_sprint(answer.result)
    if row is None or row.status != SprintStatus.COMPLETED:
        raise Refused("NULL", status=200, method="tasks.api.scrum.sprint.complete")
    return _completed(ref, to_sprint(row), preview, lost=lost)


def _completed(ref: BoardRef, sprint: Sprint, preview: CompletePreview, *, lost: bool) -> Outcome[Sprint]:
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
    return Outcome(change, sprint)


# --- after a lost answer ---
@looks_for(Kind.SPRINT_START)
def has_started(client: Client, change: Change) -> bool:
    """Whether the sprint of this start is active; one HTTP request."""
    return _has_status(client, change, SprintStatus.ACTIVE)


@looks_for(Kind.SPRINT_COMPLETE)
def is_completed(client: Client, change: Change) -> bool:
    """Whether the sprint of this completion is completed; one HTTP request."""
    return _has_status(client, change, SprintStatus.COMPLETED)


def _has_status(client: Client, change: Change, status: SprintStatus) -> bool:
    answer = client.batch({SPRINT: sprint_calls.get_sprint(change.target)})
    row = sprint_calls.parse_sprint(answer[SPRINT].result)
    own = BoardRef.parse(change.board_key).group_id
    return row is not None and (row.status, row.group_id) == (status, own)
