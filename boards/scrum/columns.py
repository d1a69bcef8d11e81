"""Shaping the columns of a sprint: order, name, color, type, add (behaviour.md §4.3).

The portal stores sorts as they are given, allows any number of NEW and FINISH columns, and says no with HTTP
200 and `false`. We number the columns like the portal's own boards, and keep at least one NEW and one FINISH
where the sprint runs. Before its start it may lack them, or have none at all: the start says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from b24.client import Client
from b24.methods import scrum as scrum_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.colors import require_color
from boards.core.edits import compare
from boards.core.errors import BadInput, BadInputCode, LastColumnOfType
from boards.core.ids import SprintId, StageId
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.scrum.column_deletion import DeleteColumn
from boards.scrum.column_lists import (
    Columns,
    by_sort,
    changed,
    lost_type,
    merged,
    numbered,
    order_after,
    require_column,
    require_type,
    room_at,
    snapshot,
    sorts_for,
    with_sorts,
)
from boards.scrum.column_writing import ColumnsOutcome, Values, insert_column, write_columns
from boards.scrum.model import ColumnType, SomeFields, SprintColumn
from boards.scrum.reading import read_columns

Edit = Values


class ColumnEdit(SomeFields, frozen=True):
    """Fields of a column in a way back; None: not given."""

    name: str | None = None
    color: str | None = None
    type: ColumnType | None = None


# --- ways back ---
@recipe
class OrderColumns(Recipe, frozen=True, tag="column_order"):
    """The columns in the order they had; `column_id` is the one that was moved."""

    sprint_id: SprintId
    column_id: StageId
    order: tuple[StageId, ...]

    def run(self, client: Client, context: UndoContext) -> ColumnsOutcome:
        columns = read_columns(client.call(scrum_calls.get_columns(self.sprint_id)))
        order = merged(columns, self.order)
        return write_order(client, context.ref, self.sprint_id, self.column_id, order, columns)


@recipe
class EditColumn(Recipe, frozen=True, tag="column_edit"):
    """Writes the old `values` again; `expected`: what a column has that nobody changed since."""

    sprint_id: SprintId
    column_id: StageId
    values: ColumnEdit
    expected: ColumnEdit

    def run(self, client: Client, context: UndoContext) -> ColumnsOutcome:
        values, expected = self.values.values(), self.expected.values()
        return write_column(client, context.ref, self.sprint_id, self.column_id, values, expected)


# --- actions ---
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
    del actor  # the client already speaks for the person
    order = order_after(columns, column_id, after_id)
    return write_order(client, ref, sprint_id, column_id, order, columns)


def write_order(
    client: Client,
    ref: BoardRef,
    sprint_id: int,
    column_id: int,
    order: Sequence[int],
    columns: Sequence[SprintColumn],
) -> ColumnsOutcome:
    """The columns in that order, for undo too: columns made since stay behind the one they stood behind."""
    sorts = sorts_for(columns, order)
    before, lost, _planned = write_columns(client, sprint_id, _as_edits(sorts))
    if lost and {column.id for column in before} == {column.id for column in columns}:
        before = tuple(columns)
    notices: list[Notice] = []
    if [column.id for column in before] != [column.id for column in columns]:
        notices.append(note(NoticeCode.BOARD_CHANGED_MEANWHILE))
        order = merged(before, order)
        sorts = sorts_for(with_sorts(before, sorts), order)
        if sorts:
            write_columns(client, sprint_id, _as_edits(sorts))
    undo = OrderColumns(sprint_id, column_id, tuple(column.id for column in before))
    return _outcome(Kind.COLUMN_MOVE, ref, column_id, (before, numbered(before, order)), undo, notices)


def _as_edits(sorts: dict[int, int]) -> dict[int, Values]:
    return {column_id: {"sort": sort} for column_id, sort in sorts.items()}


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
    del actor  # the client already speaks for the person
    return write_column(client, ref, sprint_id, column_id, edit, seen or {})


def write_column(
    client: Client, ref: BoardRef, sprint_id: int, column_id: int, edit: Edit, seen: Edit
) -> ColumnsOutcome:
    """`edit_column` without its checks of values, for undo."""
    read, lost, planned = write_columns(client, sprint_id, {column_id: edit})
    edited = compare(vars(require_column(read, column_id)), edit, seen, lost=lost)
    before = changed(read, column_id, edited.before)
    after = changed(before, column_id, edit)
    missing = lost_type(before, after)
    if missing and not planned:
        write_columns(client, sprint_id, {column_id: {"type": edited.before["type"]}})
        raise LastColumnOfType(missing.value)
    way_back = edited.way_back
    undo = EditColumn(sprint_id, column_id, ColumnEdit(**way_back), ColumnEdit(**edit)) if way_back else None
    notices = edited.notices(NoticeCode.STAGE_CHANGED_SINCE)
    return _outcome(Kind.COLUMN_EDIT, ref, column_id, (before, after), undo, notices)


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
    del actor  # the client already speaks for the person
    wanted = SprintColumn(0, require_name(name), require_color(color), require_type(kind), 0)
    ids = [column.id for column in columns]
    place = ids.index(after_id) + 1 if after_id in ids else 0
    sort, crowded = room_at(columns, place)
    before, made, lost = insert_column(client, sprint_id, replace(wanted, sort=sort), ids)
    after = by_sort(*before, made)
    if crowded:
        order = [column.id for column in (*before[:place], made, *before[place:])]
        write_columns(client, sprint_id, _as_edits(sorts_for(after, order)))
        after = numbered(after, order)
    notices = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
    return _outcome(Kind.COLUMN_ADD, ref, made.id, (before, after), DeleteColumn(sprint_id, made.id), notices)


def _outcome(
    kind: Kind,
    ref: BoardRef,
    column_id: int,
    states: tuple[Columns, Columns],
    undo: Recipe | None,
    notices: Sequence[Notice],
) -> ColumnsOutcome:
    before, after = states
    label = next((column.name for column in (*after, *before) if column.id == column_id), "")
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
    return Outcome(change, after)
