"""Where exactly a card stands: its neighbours in the whole column, those included that the page hides.

A board shows open tasks; completed ones stand between them all the same. To bring a card back to the exact
spot, the column is read in the batch that moves it, before the move. Where that tells nothing (beyond the
first page, or after a lost answer), the neighbours that the person saw count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Protocol

from b24.client import Answer, Command
from b24.methods import tasks as task_calls
from boards.core.model import BoardRef
from boards.kanban.queries import CARD_ORDER, stage_filter

COLUMN, FRONT = "column", "front_column"

Neighbours = tuple[int, int]
"""The cards below (`before`) and above (`after`) one; 0 for none."""


class Answers(Protocol):
    """The answers of one batch, or of several."""

    def get(self, key: str) -> Answer | None: ...


def list_whole(ref: BoardRef, stage_id: int | str, *, is_first: bool = False) -> Command:
    """The first 50 cards of a column, hidden ones too; `stage_id` may be a batch reference."""
    wanted = stage_filter(ref, stage_id, is_first=is_first)
    return task_calls.list_tasks(wanted, order=CARD_ORDER, select=["ID"], start=-1)


def ask(ref: BoardRef, stage_id: int, first: str) -> dict[str, Command]:
    """The column of a stage, once as a column like others and once as the first one, which holds more.

    `first` refers to the first stage in the same batch. Nothing for stage 0 of My Planner.
    """
    wanted = {COLUMN: list_whole(ref, stage_id)} if stage_id else {}
    return wanted if ref.is_planner else wanted | {FRONT: list_whole(ref, first, is_first=True)}


def column_of(answer: Answers, key: str) -> tuple[int, ...]:
    """The ids of a column that was asked for, top to bottom; () when it was not."""
    found = answer.get(key)
    return task_calls.parse_ids(found) if found else ()


def neighbours(column: Sequence[int], task_id: int) -> Neighbours | None:
    """Those of a card in its column; None when it is not among the cards read."""
    if task_id not in column:
        return None
    row, index = (0, *column, 0), column.index(task_id) + 1
    return row[index + 1], row[index - 1]


def in_order(places: Mapping[int, Neighbours], task_ids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Cards to put back one after the other, as (id, before, after).

    None may be told to stand beside a card that is not back yet: its neighbours' neighbours count then.
    """
    waiting = set(task_ids)
    found = []
    for task_id in task_ids:
        before, after = (_anchor(places, task_id, side, waiting) for side in (0, 1))
        found.append((task_id, before, after))
        waiting.discard(task_id)
    return found


def _anchor(places: Mapping[int, Neighbours], task_id: int, side: int, waiting: Set[int]) -> int:
    """The nearest card on one side that is in place; 0 for none, and where the places lead in a circle."""
    passed = {task_id}
    near = places.get(task_id, (0, 0))[side]
    while near in waiting and near not in passed:
        passed.add(near)
        near = places.get(near, (0, 0))[side]
    return 0 if near in passed else near
