"""Shaping the columns of a sprint: order, name, color, type, add, delete (behaviour.md §4.3).

The portal stores sorts as they are given, allows any number of NEW and FINISH columns, and says no with HTTP
200 and `false`. We number the columns like the portal's own boards, and keep at least one NEW and one FINISH
where the sprint runs. Before its start it may lack them, or have none at all: the start says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24.client import BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from boards.core.batches import ADD, BEFORE, add_once, read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.colors import require_color
from boards.core.errors import BadInput, BadInputCode, ColumnGone, LastColumnOfType, SprintGone
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import ColumnsOutcome
from boards.scrum.model import ColumnType, SprintColumn, SprintStatus
from boards.scrum.reading import read_columns, to_column

COLUMNS, SPRINT, WRITE = "columns", "sprint", "write_"
STEP = 100
KEPT = (ColumnType.NEW, ColumnType.FINISH)

Columns = tuple[SprintColumn, ...]
Edit = Mapping[str, Any]


def move_column(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    column_id: int,
    after_id: int,
    *,
    columns: Sequence[SprintColumn],
) -> ColumnsOutcome:
    """Put a column after another one (0: to the front); one HTTP request.

    `columns`: the board as the page has it; the portal renumbers nothing, so the new sorts are made from it.
    If it has changed meanwhile a second request sets it right. ColumnGone when it is not on the board.
    """
    order = _order(columns, column_id, after_id)
    return write_order(client, ref, actor, sprint_id, column_id, order, columns)


def write_order(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    column_id: int,
    order: Sequence[int],
    columns: Sequence[SprintColumn],
) -> ColumnsOutcome:
    """The columns in that order, for undo too: columns made since stay behind the one they stood behind."""
    del actor
    sorts = _sorts(columns, order)
    before, lost, _planned = _write(client, sprint_id, {one: {"sort": sort} for one, sort in sorts.items()})
    if lost and {one.id for one in before} == {one.id for one in columns}:
        before = tuple(columns)
    notices: list[Notice] = []
    if [one.id for one in before] != [one.id for one in columns]:
        notices.append(note(NoticeCode.BOARD_CHANGED_MEANWHILE))
        order = merged(before, order)
        sorts = _sorts(_sorted(before, sorts), order)
        if sorts:
            _write(client, sprint_id, {one: {"sort": sort} for one, sort in sorts.items()})
    after = tuple(replace(one, sort=(place + 1) * STEP) for place, one in enumerate(_in_order(before, order)))
    undo = {
        "op": "column_order",
        "sprint_id": sprint_id,
        "column_id": column_id,
        "order": [one.id for one in before],
    }
    return _outcome(Kind.COLUMN_MOVE, ref, column_id, (before, after), undo, notices)


def edit_column(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    column_id: int,
    *,
    name: str | None = None,
    color: str | None = None,
    kind: str | None = None,
    seen: Edit | None = None,
) -> ColumnsOutcome:
    """Rename, recolor or retype a column; one HTTP request.

    `seen`: what the person saw of the same fields (name, color, type). BadInput for a bad value.
    LastColumnOfType when a sprint that runs would lose its last NEW or FINISH: the page knows and does not
    offer it; where it is caught afterwards, one more request gives the type back.
    """
    edit: dict[str, Any] = {}
    if name is not None:
        edit["name"] = require_name(name)
    if color is not None:
        edit["color"] = require_color(color)
    if kind is not None:
        edit["type"] = require_type(kind)
    if not edit:
        raise BadInput("name", BadInputCode.NOTHING_TO_CHANGE)
    return write_column(client, ref, actor, sprint_id, column_id, edit, seen or {})


def write_column(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    column_id: int,
    edit: Edit,
    expected: Edit,
) -> ColumnsOutcome:
    """`edit_column` without its checks of values, for undo."""
    del actor
    before, lost, planned = _write(client, sprint_id, {column_id: edit})
    was = require_column(before, column_id)
    old = {key: getattr(was, key) for key in edit}
    if lost and old == dict(edit):
        old = dict(expected)
    before = _changed(before, column_id, old)
    after = _changed(before, column_id, edit)
    missing = _lacking(before, after)
    if missing and not planned:
        _write(client, sprint_id, {column_id: {"type": old["type"]}})
        raise LastColumnOfType(missing.value)
    notices = [
        note(NoticeCode.STAGE_CHANGED_SINCE, field=key, old=str(old[key]))
        for key, value in expected.items()
        if key in old and old[key] not in (value, edit[key])
    ]
    undo = {
        "op": "column_edit",
        "sprint_id": sprint_id,
        "column_id": column_id,
        "values": _plain(old),
        "expected": _plain(edit),
    }
    return _outcome(Kind.COLUMN_EDIT, ref, column_id, (before, after), undo if old else None, notices)


def add_column(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    name: str,
    color: str,
    after_id: int,
    *,
    kind: str = ColumnType.WORK,
    columns: Sequence[SprintColumn],
) -> ColumnsOutcome:
    """Add a column after another one (0: at the front); one HTTP request where there is room between sorts.

    `columns`: the board as the page has it. Where the sorts leave no room, a second request renumbers them.
    """
    del actor
    wanted = SprintColumn(0, require_name(name), require_color(color), require_type(kind), 0)
    place = [one.id for one in columns].index(after_id) + 1 if after_id in {one.id for one in columns} else 0
    sort, crowded = _room(columns, place)
    before, made, lost = insert_column(
        client, sprint_id, replace(wanted, sort=sort), [one.id for one in columns]
    )
    after = tuple(sorted((*before, made), key=lambda one: (one.sort, one.id)))
    if crowded:
        order = [*(one.id for one in before[:place]), made.id, *(one.id for one in before[place:])]
        _write(client, sprint_id, {one: {"sort": new} for one, new in _sorts(after, order).items()})
        after = tuple(replace(one, sort=(at + 1) * STEP) for at, one in enumerate(_in_order(after, order)))
    notices = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
    undo = {"op": "column_delete", "sprint_id": sprint_id, "column_id": made.id}
    return _outcome(Kind.COLUMN_ADD, ref, made.id, (before, after), undo, notices)


def insert_column(
    client: Client, sprint_id: int, wanted: SprintColumn, seen: Sequence[int] | None
) -> tuple[Columns, SprintColumn, bool]:
    """The columns before, the new one, and whether its answer had been lost."""

    def is_twin(row: scrum_calls.ColumnRow) -> bool:
        return (row.name, row.color, row.sort) == (wanted.name, wanted.color, wanted.sort)

    add = scrum_calls.add_column(sprint_id, wanted.name, wanted.color, wanted.type.value, wanted.sort)
    look = scrum_calls.get_columns(sprint_id)
    answer, found = add_once(client, look, add, scrum_calls.parse_columns, is_twin, seen)
    if found is not None:
        now = read_columns(client.call(look))
        return tuple(one for one in now if one.id != found.id), to_column(found), True
    if answer is None:
        raise AssertionError("an answer or a twin")
    before = _columns(answer, BEFORE)
    new_id = int(answer[ADD].result or 0)
    if not new_id:
        raise Refused("EMPTY", status=200, method=add.method)
    return before, replace(wanted, id=new_id), False


# --- checks and pure lists ---
def require_type(kind: str, field: str = "type") -> ColumnType:
    """NEW, WORK or FINISH; BadInput for others, which the portal would silently make WORK."""
    try:
        return ColumnType(kind)
    except ValueError:
        raise BadInput(field, BadInputCode.COLUMN_TYPE_INVALID, value=kind[:40]) from None


def require_column(columns: Sequence[SprintColumn], column_id: int) -> SprintColumn:
    """The column with that id; ColumnGone when it is not there."""
    found = next((one for one in columns if one.id == column_id), None)
    if found is None:
        raise ColumnGone
    return found


def lacking(columns: Sequence[SprintColumn]) -> ColumnType | None:
    """The type that a board must have and has not."""
    return next((kind for kind in KEPT if all(one.type is not kind for one in columns)), None)


def may_lose(columns: Sequence[SprintColumn], column_id: int) -> ColumnType | None:
    """The type a board would lack without that column; None when it may go or change its type."""
    return _lacking(columns, [one for one in columns if one.id != column_id])


def _lacking(before: Sequence[SprintColumn], after: Sequence[SprintColumn]) -> ColumnType | None:
    """What is lost by a change; a board that lacked it before loses nothing."""
    kinds, left = {one.type for one in before}, {one.type for one in after}
    return next((kind for kind in KEPT if kind in kinds and kind not in left), None)


def _order(columns: Sequence[SprintColumn], column_id: int, after_id: int) -> list[int]:
    require_column(columns, column_id)
    rest = [one.id for one in columns if one.id != column_id]
    if after_id and after_id != column_id and after_id not in rest:
        raise ColumnGone
    if after_id == column_id:
        return [one.id for one in columns]
    at = rest.index(after_id) + 1 if after_id else 0
    return [*rest[:at], column_id, *rest[at:]]


def _sorts(columns: Sequence[SprintColumn], order: Sequence[int]) -> dict[int, int]:
    """The sorts to write so that the columns come in that order: 100, 200, …, only where they differ."""
    now = {one.id: one.sort for one in columns}
    wanted = {one: (place + 1) * STEP for place, one in enumerate(order)}
    return {one: sort for one, sort in wanted.items() if now.get(one) != sort}


def _sorted(columns: Sequence[SprintColumn], sorts: Mapping[int, int]) -> Columns:
    return tuple(replace(one, sort=sorts.get(one.id, one.sort)) for one in columns)


def merged(columns: Sequence[SprintColumn], order: Sequence[int]) -> list[int]:
    """The wanted order of those that are there; others stay behind the column they stood behind."""
    there = [one.id for one in columns]
    merged = [one for one in order if one in there]
    for index, one in enumerate(there):
        if one not in merged:
            before = there[index - 1] if index else 0
            merged.insert(merged.index(before) + 1 if before in merged else 0, one)
    return merged


def _in_order(columns: Sequence[SprintColumn], order: Sequence[int]) -> list[SprintColumn]:
    places = {one: place for place, one in enumerate(order)}
    return sorted(columns, key=lambda one: places.get(one.id, len(places)))


def _room(columns: Sequence[SprintColumn], place: int) -> tuple[int, bool]:
    """A sort for a new column at `place`, and whether the others must be renumbered for it."""
    above = columns[place - 1].sort if place else 0
    if place >= len(columns):
        return above + STEP, False
    below = columns[place].sort
    return ((above + below) // 2, False) if below - above > 1 else (above, True)


def _changed(columns: Sequence[SprintColumn], column_id: int, edit: Edit) -> Columns:
    return tuple(replace(one, **edit) if one.id == column_id else one for one in columns)


# --- sending ---
def _write(client: Client, sprint_id: int, edits: Mapping[int, Edit]) -> tuple[Columns, bool, bool]:
    """Read, write. The columns as they were, whether an answer got lost, whether the sprint is only planned
    (asked where a type is changed). Raises the refusal.
    """
    reads: dict[str, Command] = {COLUMNS: scrum_calls.get_columns(sprint_id)}
    if any("type" in edit for edit in edits.values()):
        reads[SPRINT] = sprint_calls.get_sprint(sprint_id)
    writes: dict[str, Command] = {
        f"{WRITE}{one}": scrum_calls.update_column(one, **_wire(edit)) for one, edit in edits.items()
    }
    answer, lost = read_then_write(client, reads | writes)
    before = _columns(answer, COLUMNS)
    there = {one.id for one in before}
    for one in edits:
        if not scrum_calls.is_done(answer[f"{WRITE}{one}"].result) and one in there:
            raise Refused("FALSE", status=200, method="tasks.api.scrum.kanban.updateStage")
    return before, lost, is_planned(answer, SPRINT)


def is_planned(answer: BatchAnswer, key: str) -> bool:
    """Whether the sprint under a key has not begun."""
    found = answer.get(key)
    row = sprint_calls.parse_sprint(found.result) if found else None
    return row is not None and row.status == SprintStatus.PLANNED


def _columns(answer: BatchAnswer, key: str) -> Columns:
    if isinstance(answer.errors.get(key), NotFound):
        raise SprintGone
    return read_columns(answer[key])


def _wire(edit: Edit) -> dict[str, Any]:
    values = dict(edit)
    if "type" in values:
        values["kind"] = ColumnType(values.pop("type")).value
    return values


def _plain(edit: Edit) -> dict[str, Any]:
    return {key: value.value if isinstance(value, ColumnType) else value for key, value in edit.items()}


def _outcome(
    kind: Kind,
    ref: BoardRef,
    column_id: int,
    states: tuple[Columns, Columns],
    undo: dict[str, Any] | None,
    notices: Sequence[Notice],
) -> ColumnsOutcome:
    before, after = states
    label = next((one.name for one in (*after, *before) if one.id == column_id), "")
    change = Change(
        kind=kind,
        board_key=ref.key,
        target=column_id,
        label=label,
        before=snapshot(before, column_id),
        after=snapshot(after, column_id),
        undo=undo,
        notices=tuple(notices),
    )
    return ColumnsOutcome(change, after, tuple(notices))


def snapshot(columns: Sequence[SprintColumn], column_id: int) -> dict[str, Any]:
    """The board for the journal; of the column concerned its values and its position from 1 (0: absent)."""
    place = next((index for index, one in enumerate(columns) if one.id == column_id), -1)
    one = columns[place] if place >= 0 else None
    return {
        "stages": [
            {"id": one.id, "title": one.name, "color": one.color, "type": one.type.value} for one in columns
        ],
        "title": one.name if one else "",
        "color": one.color if one else "",
        "type": one.type.value if one else "",
        "position": place + 1,
    }
