"""What the actions on columns of a sprint send: values of some columns, and a new column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24.client import BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from boards.core.batches import ADD, BEFORE, add_once, read_then_write
from boards.core.errors import SprintGone
from boards.core.outcome import Outcome
from boards.scrum.column_lists import Columns
from boards.scrum.model import ColumnType, SprintColumn, SprintStatus
from boards.scrum.reading import read_columns, to_column

COLUMNS, SPRINT, WRITE = "columns", "sprint", "write_"

Values = Mapping[str, Any]
"""Values of a column by field: name, color, type (ColumnType or its text), sort."""
ColumnsOutcome = Outcome[Columns]
"""`now`: the columns of the sprint; `results`: one CardResult per task that had to move."""


def write_columns(client: Client, sprint_id: int, edits: Mapping[int, Values]) -> tuple[Columns, bool, bool]:
    """Read the columns and write values of some, by id; one HTTP request.

    The columns as they were, whether an answer got lost, whether the sprint is only planned (asked where a
    type is changed). Raises the refusal, SprintGone without the sprint; columns that are gone are left out.
    """
    reads: dict[str, Command] = {COLUMNS: scrum_calls.get_columns(sprint_id)}
    if any("type" in values for values in edits.values()):
        reads[SPRINT] = sprint_calls.get_sprint(sprint_id)
    writes: dict[str, Command] = {
        f"{WRITE}{column_id}": scrum_calls.update_column(column_id, **_wire(values))
        for column_id, values in edits.items()
    }
    answer, lost = read_then_write(client, reads | writes)
    before = _columns_or_gone(answer, COLUMNS)
    known = {column.id for column in before}
    for column_id in edits:
        if not scrum_calls.is_done(answer[f"{WRITE}{column_id}"].result) and column_id in known:
            raise Refused("FALSE", status=200, method="tasks.api.scrum.kanban.updateStage")
    return before, lost, is_planned(answer, SPRINT)


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
        return tuple(column for column in now if column.id != found.id), to_column(found), True
    if answer is None:
        raise AssertionError("an answer or a twin")
    before = _columns_or_gone(answer, BEFORE)
    new_id = int(answer[ADD].result or 0)
    if not new_id:
        raise Refused("EMPTY", status=200, method=add.method)
    return before, replace(wanted, id=new_id), False


def is_planned(answer: BatchAnswer, key: str) -> bool:
    """Whether the sprint under a key has not begun."""
    found = answer.get(key)
    row = sprint_calls.parse_sprint(found.result) if found else None
    return row is not None and row.status == SprintStatus.PLANNED


def _columns_or_gone(answer: BatchAnswer, key: str) -> Columns:
    if isinstance(answer.errors.get(key), NotFound):
        raise SprintGone
    return read_columns(answer[key])


def _wire(values: Values) -> dict[str, Any]:
    """The values as `scrum_calls` names them: its word for the type is `kind`."""
    written = dict(values)
    if "type" in written:
        written["kind"] = ColumnType(written.pop("type")).value
    return written
