"""Sprints: add, rename, date, delete, bring back (behaviour.md §4.4). `lifecycle` starts and completes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec.structs import asdict

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.sprints import SprintRow
from b24.wire import as_int
from boards.core.batches import ADD, BEFORE, add_once, read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.edits import compare
from boards.core.errors import BadInput, BadInputCode, SprintGone
from boards.core.ids import IdKind, SprintId, alias_key
from boards.core.lost import looks_for
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.scrum.column_deletion import ColumnRecord
from boards.scrum.model import ItemResult, RecipePart, SomeFields, Sprint, SprintColumn, SprintStatus
from boards.scrum.move_plan import Move
from boards.scrum.moves import run_moves
from boards.scrum.paging import all_rows, by_ids, first_pages, rows_of
from boards.scrum.reading import is_gone, read_backlog_id, read_columns, to_sprint
from boards.scrum.sprint_dates import require_dates

WRITE, CHECK, COLUMNS, BACKLOG = "write", "check", "columns_", "backlog"


@dataclass(frozen=True)
class SprintEdit:
    """Fields of a sprint that are to change, or that the person saw; None: not given.

    The two dates go together.
    """

    name: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None


class SprintTexts(SomeFields, frozen=True):
    """A `SprintEdit` as the journal keeps it: moments as ISO 8601 with offset."""

    name: str | None = None
    start: str | None = None
    end: str | None = None


class SprintRecord(RecipePart, frozen=True, omit_defaults=False):
    """A sprint as the journal keeps it; moments as in `SprintTexts`, None for none."""

    name: str
    start: str | None = None
    end: str | None = None
    sort: int = 0

    def sprint(self) -> Sprint:
        """The planned sprint to add; it will get an id."""
        begins, ends = _moment(self.start), _moment(self.end)
        return Sprint(0, self.name, SprintStatus.PLANNED, begins, ends, sort=self.sort)


# --- ways back ---
@recipe
class DeleteSprint(Recipe, frozen=True, tag="sprint_delete"):
    """Deletes a sprint that was added."""

    sprint_id: SprintId

    def run(self, client: Client, context: UndoContext) -> Outcome[None]:
        return delete_sprint(client, context.ref, context.actor, self.sprint_id)


@recipe
class EditSprint(Recipe, frozen=True, tag="sprint_edit"):
    """Writes the old `values` again; `expected`: what a sprint has that nobody changed since."""

    sprint_id: SprintId
    values: SprintTexts
    expected: SprintTexts

    def run(self, client: Client, context: UndoContext) -> Outcome[Sprint]:
        del context
        return write_sprint(client, self.sprint_id, self.values, self.expected)


# --- actions ---
@dataclass(frozen=True)
class SprintDeletionPlan:
    """What deleting a sprint does: its items go to the backlog.

    `final`: an active or completed sprint cannot be brought back as it was, so there is no undo.
    """

    sprint: Sprint
    task_ids: tuple[int, ...]
    columns: tuple[SprintColumn, ...] = ()

    @property
    def total(self) -> int:
        return len(self.task_ids)

    @property
    def final(self) -> bool:
        return self.sprint.status != SprintStatus.PLANNED


def add_sprint(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    name: str,
    start: str,
    end: str,
    *,
    zone: dt.tzinfo | None = None,
    seen: Collection[int] | None = None,
) -> Outcome[Sprint]:
    """Plan a sprint. BadInput for a blank name and for dates that are none or reversed. One HTTP request.

    `zone`: where bare days are meant, else that of `actor.now`. `seen`: ids of the sprints the page showed.
    """
    begins, ends = require_dates(start, end, zone or actor.now.tzinfo or dt.UTC)
    wanted = Sprint(0, require_name(name), SprintStatus.PLANNED, begins, ends)
    sprint, lost = insert_sprint(client, ref, actor, wanted, seen)
    notices = (note(NoticeCode.ANSWER_LOST_BUT_DONE),) if lost else ()
    after = asdict(_record(sprint))
    change = Change(
        Kind.SPRINT_ADD, ref.key, sprint.id, sprint.name, {}, after, DeleteSprint(sprint.id), notices
    )
    return Outcome(change, sprint)


def insert_sprint(
    client: Client, ref: BoardRef, actor: Actor, wanted: Sprint, seen: Collection[int] | None
) -> tuple[Sprint, bool]:
    """The new sprint, and whether its answer had been lost."""
    begins, ends = wanted.start or actor.now, wanted.end or actor.now
    sort = wanted.sort or None

    def is_twin(row: SprintRow) -> bool:
        return (row.name, row.start, row.end) == (wanted.name, begins, ends)

    add = sprint_calls.add_sprint(ref.group_id, wanted.name, begins, ends, actor.user_id, sort=sort)
    answer, found = add_once(
        client,
        sprint_calls.list_open_sprints(ref.group_id),
        add,
        sprint_calls.parse_sprints,
        is_twin,
        seen,
    )
    made = sprint_calls.parse_sprint(answer[ADD].result) if answer else found
    if made is None:
        raise Refused("EMPTY", status=200, method="tasks.api.scrum.sprint.add")
    return to_sprint(made), found is not None


def edit_sprint(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    *,
    name: str | None = None,
    dates: tuple[str, str] | None = None,
    zone: dt.tzinfo | None = None,
    seen: SprintEdit | None = None,
) -> Outcome[Sprint]:
    """Rename a sprint or give it other dates (start, end); one HTTP request.

    `seen`: the same fields as the person saw them. BadInput as in `add_sprint`, SprintGone when the sprint
    is not there.
    """
    del ref  # the journal names the team that the sprint really belongs to
    if name is None and dates is None:
        raise BadInput("name", BadInputCode.NOTHING_TO_CHANGE)
    edit = SprintEdit(name=None if name is None else require_name(name))
    if dates:
        begins, ends = require_dates(*dates, zone or actor.now.tzinfo or dt.UTC)
        edit = replace(edit, start=begins, end=ends)
    return write_sprint(client, sprint_id, _texts(edit), _texts(seen or SprintEdit()))


def write_sprint(client: Client, sprint_id: int, edit: SprintTexts, seen: SprintTexts) -> Outcome[Sprint]:
    """`edit_sprint` without its checks, for undo."""
    wanted = edit.values()
    written: dict[str, Any] = wanted | {
        field: dt.datetime.fromisoformat(wanted[field]) for field in ("start", "end") if field in wanted
    }
    write = sprint_calls.update_sprint(sprint_id, **written)
    answer, lost = read_then_write(client, {BEFORE: sprint_calls.get_sprint(sprint_id), WRITE: write})
    row = _sprint_or_gone(answer)
    answer.require(WRITE)
    before = to_sprint(row)
    edited = compare(asdict(_record(before)), wanted, seen.values(), lost=lost, same=_same)
    way_back = {field: value for field, value in edited.way_back.items() if value is not None}
    now = replace(before, **written)
    change = Change(
        kind=Kind.SPRINT_EDIT,
        board_key=BoardRef(row.group_id).key,
        target=sprint_id,
        label=now.name,
        before=edited.way_back,
        after=wanted,
        undo=EditSprint(sprint_id, SprintTexts(**way_back), edit) if way_back else None,
        notices=tuple(edited.notices()),
    )
    return Outcome(change, now)


def plan_sprint_deletion(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> SprintDeletionPlan:
    """What deleting the sprint does; one HTTP request for up to 300 items. SprintGone."""
    del actor
    reads = {BEFORE: sprint_calls.get_sprint(sprint_id), COLUMNS: scrum_calls.get_columns(sprint_id)}
    wanted = {"SPRINT_ID": sprint_id}
    answer = client.batch({**reads, **first_pages(ref, wanted)}, halt=False)
    sprint = to_sprint(own_row(answer, ref))
    ids = tuple(row.id for row in all_rows(client, ref, wanted, answer))
    return SprintDeletionPlan(sprint, ids, read_columns(answer.get(COLUMNS)))


def delete_sprint(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> Outcome[None]:
    """Delete a sprint; its items go to the backlog. Two HTTP requests for up to 300 items.

    Refused where the team has no backlog for its items. An active or completed sprint has no undo.
    """
    plan = plan_sprint_deletion(client, ref, actor, sprint_id)
    change = _deletion(ref, plan)
    commands = {WRITE: sprint_calls.delete_sprint(sprint_id), CHECK: sprint_calls.get_sprint(sprint_id)}
    client.intend(change)
    answer = client.batch(commands, halt=False)
    if CHECK in answer:  # the answer to a deletion is [] even when it failed (surprise 25)
        raise answer.errors.get(WRITE) or Refused("NOT_DELETED", status=200, method=commands[WRITE].method)
    return Outcome(change, None)


@looks_for(Kind.SPRINT_DELETE)
def sprint_is_gone(client: Client, change: Change) -> bool:
    """Whether the sprint of this deletion is gone; one HTTP request."""
    return is_gone(client, sprint_calls.get_sprint(change.target))


def _deletion(ref: BoardRef, plan: SprintDeletionPlan) -> Change:
    notices = [note(NoticeCode.ITEMS_TO_BACKLOG, count=plan.total)] if plan.total else []
    if plan.final:
        notices.append(note(NoticeCode.SPRINT_GONE_FINAL))
    return Change(
        kind=Kind.SPRINT_DELETE,
        board_key=ref.key,
        target=plan.sprint.id,
        label=plan.sprint.name,
        before=asdict(_record(plan.sprint)) | {"count": plan.total},
        undo=None if plan.final else _restoring(plan),
        notices=tuple(notices),
    )


def _restoring(plan: SprintDeletionPlan) -> RestoreSprint:
    columns = tuple(
        ColumnRecord(column.name, column.color, column.type, column.sort, column.id)
        for column in plan.columns
    )
    return RestoreSprint(plan.sprint.id, _record(plan.sprint), plan.task_ids, columns)


@recipe
class RestoreSprint(Recipe, frozen=True, tag="sprint_restore"):
    """Adds a deleted planned sprint again under a new id, with its columns and the items left in the backlog.

    `sprint_id`: its old number. Three requests for up to 46 items, one more when the sprint was found after a
    lost answer.
    """

    sprint_id: int
    sprint: SprintRecord
    items: tuple[int, ...]
    columns: tuple[ColumnRecord, ...]

    def run(self, client: Client, context: UndoContext) -> Outcome[Sprint]:
        ref, actor = context.ref, context.actor
        new, lost = insert_sprint(client, ref, actor, self.sprint.sprint(), None)
        notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
        present = read_columns(client.call(scrum_calls.get_columns(new.id))) if lost else ()
        waiting, columns = _return_columns(client, ref, new.id, self, present)
        gone = len(self.items) - len(waiting)
        if gone:
            notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=gone))
        results: tuple[ItemResult, ...] = ()
        if waiting:
            results = run_moves(client, ref, [Move(task_id, new.id) for task_id in waiting]).results
        stuck = sum(result.error is not None for result in results)
        if stuck:
            notices.append(note(NoticeCode.ITEMS_NOT_RETURNED, count=stuck))
        own = {alias_key(IdKind.SPRINT, self.sprint_id): alias_key(IdKind.SPRINT, new.id)}
        change = Change(
            kind=Kind.SPRINT_ADD,
            board_key=ref.key,
            target=new.id,
            label=new.name,
            after=asdict(_record(new)) | {"count": len(results) - stuck},
            undo=DeleteSprint(new.id),
            notices=tuple(notices),
            aliases=own | columns,
        )
        return Outcome(change, new, results)


def _return_columns(
    client: Client, ref: BoardRef, sprint_id: int, deleted: RestoreSprint, present: Sequence[SprintColumn]
) -> tuple[list[int], dict[int, int]]:
    """Add the old columns to the new sprint, but for those that are `present` already.

    The items that still are in the backlog, and the new ids of columns by their old ones.
    """
    ids = {replace(column, id=0): column.id for column in present}
    places = [ids.get(record.column(), 0) for record in deleted.columns]
    adds = {
        f"{COLUMNS}{index}": scrum_calls.add_column(
            sprint_id, record.name, record.color, record.type.value, record.sort
        )
        for index, record in enumerate(deleted.columns)
        if not places[index]
    }
    reads = {BACKLOG: scrum_calls.get_backlog(ref.group_id), **by_ids(deleted.items)}
    commands: dict[str, Command] = dict(list((reads | adds).items())[:BATCH_SIZE])
    answer = client.batch(commands, halt=False, repeatable=False)
    backlog_id, rows = read_backlog_id(answer, BACKLOG), rows_of(answer)
    made = {key: as_int(found.result) for key in adds if (found := answer.get(key))}
    places = [place or made.get(f"{COLUMNS}{index}", 0) for index, place in enumerate(places)]
    pairs = zip(deleted.columns, places, strict=True)
    aliases = {record.id: place for record, place in pairs if place and record.id}
    waiting = [
        task_id for task_id in deleted.items if task_id in rows and rows[task_id].backlog_id == backlog_id
    ]
    return waiting, aliases


# --- shared ---
def own_row(answer: BatchAnswer, ref: BoardRef, key: str = BEFORE) -> SprintRow:
    """The sprint under a key; SprintGone when it is not there or not this team's."""
    row = _sprint_or_gone(answer, key)
    if row.group_id != ref.group_id:
        raise SprintGone
    return row


def _sprint_or_gone(answer: BatchAnswer, key: str = BEFORE) -> SprintRow:
    found = None if isinstance(answer.errors.get(key), NotFound) else answer[key]
    row = sprint_calls.parse_sprint(found.result) if found else None
    if row is None:
        raise SprintGone
    return row


def _record(sprint: Sprint) -> SprintRecord:
    return SprintRecord(sprint.name, _text(sprint.start), _text(sprint.end), sprint.sort)


def _texts(edit: SprintEdit) -> SprintTexts:
    return SprintTexts(edit.name, _text(edit.start), _text(edit.end))


def _text(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _same(field: str, value: str | None, other: str | None) -> bool:
    """Whether two values of a field are the same; one moment may be written with several offsets."""
    return value == other if field == "name" else _moment(value) == _moment(other)
