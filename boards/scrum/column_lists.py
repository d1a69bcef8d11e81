"""The columns of a sprint as a list: which may go, in which order they come, with which sorts; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from boards.core.errors import BadInput, BadInputCode, ColumnGone
from boards.scrum.model import ColumnType, SprintColumn

STEP = 100
KEPT = (ColumnType.NEW, ColumnType.FINISH)

Columns = tuple[SprintColumn, ...]


def require_type(kind: str, field: str = "type") -> ColumnType:
    """NEW, WORK or FINISH; BadInput for others, which the portal would silently make WORK."""
    try:
        return ColumnType(kind)
    except ValueError:
        raise BadInput(field, BadInputCode.COLUMN_TYPE_INVALID, value=kind[:40]) from None


def require_column(columns: Sequence[SprintColumn], column_id: int) -> SprintColumn:
    """The column with that id; ColumnGone when it is not there."""
    found = next((column for column in columns if column.id == column_id), None)
    if found is None:
        raise ColumnGone
    return found


def lacking(columns: Sequence[SprintColumn]) -> ColumnType | None:
    """The type that a board must have and has not."""
    return next((kind for kind in KEPT if all(column.type is not kind for column in columns)), None)


def may_lose(columns: Sequence[SprintColumn], column_id: int) -> ColumnType | None:
    """The type a board would lack without that column; None when it may go or change its type."""
    return lost_type(columns, [column for column in columns if column.id != column_id])


def lost_type(before: Sequence[SprintColumn], after: Sequence[SprintColumn]) -> ColumnType | None:
    """The type that a board must have and loses by a change; a board that lacked it before loses nothing."""
    kinds, left = {column.type for column in before}, {column.type for column in after}
    return next((kind for kind in KEPT if kind in kinds and kind not in left), None)


def order_after(columns: Sequence[SprintColumn], column_id: int, after_id: int) -> list[int]:
    """The ids in their order, once the column stands after another one (0: at the front).

    ColumnGone when either is not there.
    """
    require_column(columns, column_id)
    rest = [column.id for column in columns if column.id != column_id]
    if after_id and after_id != column_id and after_id not in rest:
        raise ColumnGone
    if after_id == column_id:
        return [column.id for column in columns]
    place = rest.index(after_id) + 1 if after_id else 0
    return [*rest[:place], column_id, *rest[place:]]


def sorts_for(columns: Sequence[SprintColumn], order: Sequence[int]) -> dict[int, int]:
    """The sorts to write so that the columns come in that order: 100, 200, …, only where they differ."""
    now = {column.id: column.sort for column in columns}
    wanted = {column_id: (place + 1) * STEP for place, column_id in enumerate(order)}
    return {column_id: sort for column_id, sort in wanted.items() if now.get(column_id) != sort}


def with_sorts(columns: Sequence[SprintColumn], sorts: Mapping[int, int]) -> Columns:
    """The columns with these sorts, by id; the others keep theirs."""
    return tuple(replace(column, sort=sorts.get(column.id, column.sort)) for column in columns)


def merged(columns: Sequence[SprintColumn], order: Sequence[int]) -> list[int]:
    """The wanted order of those that are there; others stay behind the column they stood behind."""
    ids = [column.id for column in columns]
    merged = [column_id for column_id in order if column_id in ids]
    for index, column_id in enumerate(ids):
        if column_id not in merged:
            above = ids[index - 1] if index else 0
            merged.insert(merged.index(above) + 1 if above in merged else 0, column_id)
    return merged


def numbered(columns: Sequence[SprintColumn], order: Sequence[int]) -> Columns:
    """The columns in that order, with the sorts 100, 200, …"""
    places = {column_id: place for place, column_id in enumerate(order)}
    found = sorted(columns, key=lambda column: places.get(column.id, len(places)))
    return tuple(replace(column, sort=(place + 1) * STEP) for place, column in enumerate(found))


def by_sort(*columns: SprintColumn) -> Columns:
    """The columns as the portal orders them."""
    return tuple(sorted(columns, key=lambda column: (column.sort, column.id)))


def room_at(columns: Sequence[SprintColumn], place: int) -> tuple[int, bool]:
    """A sort for a new column at `place`, and whether the others must be renumbered for it."""
    above = columns[place - 1].sort if place else 0
    if place >= len(columns):
        return above + STEP, False
    below = columns[place].sort
    return ((above + below) // 2, False) if below - above > 1 else (above, True)


def changed(columns: Sequence[SprintColumn], column_id: int, values: Mapping[str, Any]) -> Columns:
    """The columns with other values of one of them."""
    return tuple(replace(column, **values) if column.id == column_id else column for column in columns)


def snapshot(columns: Sequence[SprintColumn], column_id: int) -> dict[str, Any]:
    """The board for the journal; of the column concerned its values and its position from 1 (0: absent)."""
    place = next((index for index, column in enumerate(columns) if column.id == column_id), -1)
    own = columns[place] if place >= 0 else None
    return {
        "stages": [
            {"id": column.id, "title": column.name, "color": column.color, "type": column.type.value}
            for column in columns
        ],
        "title": own.name if own else "",
        "color": own.color if own else "",
        "type": own.type.value if own else "",
        "position": place + 1,
    }
