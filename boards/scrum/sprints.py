"""Sprints: add, rename, date, delete, bring back (behaviour.md §4.4). `lifecycle` starts and completes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.sprints import SprintRow
from b24.wire import as_int
from boards.core.batches import ADD, add_once, read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.errors import BadInput, BadInputCode, SprintGone
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import SprintOutcome
from boards.scrum.model import ItemResult, Sprint, SprintColumn, SprintStatus
from boards.scrum.move_plan import Move
from boards.scrum.moves import run_moves
from boards.scrum.paging import all_rows, by_ids, first_pages, rows_of
from boards.scrum.reading import read_backlog_id, read_columns, sprint_key, to_sprint
from boards.scrum.sprint_dates import require_dates

WAS, WRITE, CHECK, COLUMNS, BACKLOG = "was", "write", "check", "columns_", "backlog"


@dataclass(frozen=True)
class SprintEdit:
    """What is to change of a sprint; None leaves a field alone. The two dates go together."""

    name: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None

    def values(self) -> dict[str, Any]:
        """Only what is given."""
        return {key: value for key, value in vars(self).items() if value is not None}


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
) -> SprintOutcome:
    """Plan a sprint. BadInput for a blank name and for dates that are none or reversed. One HTTP request.

    `zone`: where bare days are meant, else that of `actor.now`. `seen`: ids of the sprints the page showed.
    """
    begins, ends = require_dates(start, end, zone or actor.now.tzinfo or dt.UTC)
    wanted = Sprint(0, require_name(name), SprintStatus.PLANNED, begins, ends)
    sprint, lost = insert_sprint(client, ref, actor, wanted, seen)
    notices = (note(NoticeCode.ANSWER_LOST_BUT_DONE),) if lost else ()
    undo = {"op": "sprint_delete", "sprint_id": sprint.id}
    change = Change(Kind.SPRINT_ADD, ref.key, sprint.id, sprint.name, {}, record(sprint), undo, notices)
    return SprintOutcome(change, sprint, notices)


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
) -> SprintOutcome:
    """Rename a sprint or give it other dates (start, end); one HTTP request.

    `seen`: the same fields as the person saw them. BadInput as in `add_sprint`, SprintGone when the sprint
    is not there or not this team's.
    """
    if name is None and dates is None:
        raise BadInput("name", BadInputCode.NOTHING_TO_CHANGE)
    edit = SprintEdit(name=None if name is None else require_name(name))
    if dates:
        begins, ends = require_dates(*dates, zone or actor.now.tzinfo or dt.UTC)
        edit = replace(edit, start=begins, end=ends)
    return write_sprint(client, ref, actor, sprint_id, edit, seen or SprintEdit())


def write_sprint(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, edit: SprintEdit, expected: SprintEdit
) -> SprintOutcome:
    """`edit_sprint` without its checks, for undo."""
    del actor, ref  # the journal names the team the sprint really belongs to
    write = sprint_calls.update_sprint(sprint_id, **edit.values())
    answer, lost = read_then_write(client, {WAS: sprint_calls.get_sprint(sprint_id), WRITE: write})
    row = _there(answer)
    was = to_sprint(row)
    _ = answer[WRITE]
    old = {key: getattr(was, key) for key in edit.values()}
    if lost and old == edit.values():
        old = expected.values()
    notices = tuple(_surprises(old, edit.values(), expected.values()))
    now = replace(was, **edit.values())
    back = {key: value for key, value in old.items() if value is not None}
    undo = {
        "op": "sprint_edit",
        "sprint_id": sprint_id,
        "values": _plain(back),
        "expected": _plain(edit.values()),
    }
    change = Change(
        kind=Kind.SPRINT_EDIT,
        board_key=BoardRef(row.group_id).key,
        target=sprint_id,
        label=now.name,
        before=_plain(old),
        after=_plain(edit.values()),
        undo=undo if back else None,
        notices=notices,
    )
    return SprintOutcome(change, now, notices)


def plan_sprint_deletion(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> SprintDeletionPlan:
    """What deleting the sprint does; one HTTP request for up to 300 items. SprintGone."""
    del actor
    reads = {WAS: sprint_calls.get_sprint(sprint_id), COLUMNS: scrum_calls.get_columns(sprint_id)}
    wanted = {"SPRINT_ID": sprint_id}
    answer = client.batch({**reads, **first_pages(ref, wanted)}, halt=False)
    sprint = to_sprint(own_row(answer, ref))
    ids = tuple(row.id for row in all_rows(client, ref, wanted, answer))
    return SprintDeletionPlan(sprint, ids, read_columns(answer.get(COLUMNS)))


def delete_sprint(client: Client, ref: BoardRef, actor: Actor, sprint_id: int) -> SprintOutcome:
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
    return SprintOutcome(change, None, change.notices)


def _deletion(ref: BoardRef, plan: SprintDeletionPlan) -> Change:
    notices = [note(NoticeCode.ITEMS_TO_BACKLOG, count=plan.total)] if plan.total else []
    if plan.final:
        notices.append(note(NoticeCode.SPRINT_GONE_FINAL))
    return Change(
        kind=Kind.SPRINT_DELETE,
        board_key=ref.key,
        target=plan.sprint.id,
        label=plan.sprint.name,
        before=record(plan.sprint) | {"count": plan.total},
        undo=None if plan.final else _restoring(plan),
        notices=tuple(notices),
    )


def _restoring(plan: SprintDeletionPlan) -> dict[str, Any]:
    columns = [
        {"id": one.id, "name": one.name, "color": one.color, "type": one.type.value, "sort": one.sort}
        for one in plan.columns
    ]
    return {
        "op": "sprint_restore",
        "sprint_id": plan.sprint.id,
        "sprint": record(plan.sprint),
        "items": list(plan.task_ids),
        "columns": columns,
    }


def restore_sprint(
    client: Client, ref: BoardRef, actor: Actor, old_id: int, recipe: Mapping[str, Any]
) -> SprintOutcome:
    """Bring a deleted planned sprint back under a new id, with columns and the items left in the backlog.

    Three requests for up to 46 items, one more when the sprint was found after a lost answer.
    """
    new, lost = insert_sprint(client, ref, actor, sprint_of(recipe["sprint"]), None)
    notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
    there = read_columns(client.call(scrum_calls.get_columns(new.id))) if lost else ()
    waiting, columns = _return_columns(client, ref, new.id, recipe, there)
    gone = len(recipe["items"]) - len(waiting)
    if gone:
        notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=gone))
    results: tuple[ItemResult, ...] = ()
    if waiting:
        results = run_moves(client, ref, actor, [Move(one, new.id) for one in waiting]).results
    stuck = sum(one.error is not None for one in results)
    if stuck:
        notices.append(note(NoticeCode.ITEMS_NOT_RETURNED, count=stuck))
    change = Change(
        kind=Kind.SPRINT_ADD,
        board_key=ref.key,
        target=new.id,
        label=new.name,
        after=record(new) | {"count": len(results) - stuck},
        undo={"op": "sprint_delete", "sprint_id": new.id},
        notices=tuple(notices),
        aliases={sprint_key(old_id): sprint_key(new.id), **columns},
    )
    return SprintOutcome(change, new, change.notices, results)


def _return_columns(
    client: Client, ref: BoardRef, sprint_id: int, recipe: Mapping[str, Any], there: Sequence[SprintColumn]
) -> tuple[list[int], dict[int, int]]:
    """Add the old columns to the new sprint, but for those that are `there` already.

    The items that still are in the backlog, and the new ids of columns by their old ones.
    """
    known = {(one.name, one.color, one.type.value, one.sort): one.id for one in there}
    places = [
        known.get((one["name"], one["color"], one["type"], one["sort"]), 0) for one in recipe["columns"]
    ]
    adds = {
        f"{COLUMNS}{index}": scrum_calls.add_column(
            sprint_id, one["name"], one["color"], one["type"], one["sort"]
        )
        for index, one in enumerate(recipe["columns"])
        if not places[index]
    }
    reads = {BACKLOG: scrum_calls.get_backlog(ref.group_id), **by_ids(recipe["items"])}
    commands: dict[str, Command] = dict(list((reads | adds).items())[:BATCH_SIZE])
    answer = client.batch(commands, halt=False, repeatable=False)
    backlog_id, rows = read_backlog_id(answer, BACKLOG), rows_of(answer)
    made = {key: as_int(found.result) for key in adds if (found := answer.get(key))}
    places = [one or made.get(f"{COLUMNS}{index}", 0) for index, one in enumerate(places)]
    aliases = {
        one["id"]: new for one, new in zip(recipe["columns"], places, strict=True) if new and "id" in one
    }
    return [one for one in recipe["items"] if one in rows and rows[one].backlog_id == backlog_id], aliases


# --- shared ---
def own_row(answer: BatchAnswer, ref: BoardRef, key: str = WAS) -> SprintRow:
    """The sprint under a key; SprintGone when it is not there or not this team's."""
    row = _there(answer, key)
    if row.group_id != ref.group_id:
        raise SprintGone
    return row


def _there(answer: BatchAnswer, key: str = WAS) -> SprintRow:
    found = None if isinstance(answer.errors.get(key), NotFound) else answer[key]
    row = sprint_calls.parse_sprint(found.result) if found else None
    if row is None:
        raise SprintGone
    return row


def _surprises(old: Mapping[str, Any], new: Mapping[str, Any], expected: Mapping[str, Any]) -> list[Notice]:
    """Somebody changed the sprint meanwhile."""
    lost = [key for key, seen in expected.items() if key in old and old[key] not in (seen, new[key])]
    return [note(NoticeCode.FIELD_CHANGED_MEANWHILE, field=key, old=_plain(old)[key]) for key in lost]


def record(sprint: Sprint) -> dict[str, Any]:
    """A sprint for the journal and for the way back."""
    return _plain({"name": sprint.name, "start": sprint.start, "end": sprint.end}) | {"sort": sprint.sort}


def sprint_of(data: Mapping[str, Any]) -> Sprint:
    """The sprint of a way back."""
    start, end = (dt.datetime.fromisoformat(data[key]) if data.get(key) else None for key in ("start", "end"))
    return Sprint(0, data["name"], SprintStatus.PLANNED, start, end, sort=data.get("sort", 0))


def edit_of(data: Mapping[str, Any]) -> SprintEdit:
    """The edit of a way back."""
    dates = {key: dt.datetime.fromisoformat(data[key]) for key in ("start", "end") if data.get(key)}
    return SprintEdit(name=data.get("name"), **dates)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Moments as ISO 8601, the rest as it is."""
    return {
        key: value.isoformat(timespec="seconds") if isinstance(value, dt.datetime) else value
        for key, value in values.items()
    }
