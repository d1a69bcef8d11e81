"""Tasks by board column, for the many lists of one batch: a page of a big board asks once per column.

The index lives as long as one HTTP request (`Call.process`) and is thrown away by every write in it. It only
narrows: its users still test each task, as other requests may have moved it meanwhile.
"""

from __future__ import annotations

from sandbox.rest.registry import Call
from sandbox.state.portal import Task

INDEX, ASKED = "tasks.index", "tasks.asked"
WORTH_AN_INDEX = 3

Columns = dict[int, dict[int, list[Task]]]


def forget_index(call: Call) -> None:
    """Drop the index of this request, since a task was added or changed in it."""
    call.process.pop(INDEX, None)


def by_ids(call: Call, ids: set[int]) -> list[Task]:
    """The tasks of these numbers, as far as there are any."""
    tasks = call.portal.tasks
    return [tasks[task_id] for task_id in sorted(ids) if task_id in tasks]


def on_boards(call: Call, groups: set[int], stages: set[int]) -> list[Task]:
    """The tasks of these groups and, if any are named, of these columns; no groups means all tasks.

    The first questions of a request are answered by looking through everything; for more it pays to have the
    index.
    """
    asked = call.process.get(ASKED, 0)
    call.process[ASKED] = asked + 1
    if not groups or asked < WORTH_AN_INDEX:
        return _scan(call, groups, stages)
    columns = _index(call)
    found: list[Task] = []
    for group_id in groups:
        board = columns.get(group_id, {})
        for stage_id in stages or board:
            found.extend(board.get(stage_id, ()))
    return found


def _scan(call: Call, groups: set[int], stages: set[int]) -> list[Task]:
    tasks = list(call.portal.tasks.values())
    if stages:
        tasks = [task for task in tasks if task.stage_id in stages]
    if groups:
        tasks = [task for task in tasks if task.group_id in groups]
    return tasks


def _index(call: Call) -> Columns:
    columns: Columns | None = call.process.get(INDEX)
    if columns is None:
        columns = {}
        for task in call.portal.tasks.values():
            columns.setdefault(task.group_id, {}).setdefault(task.stage_id, []).append(task)
        call.process[INDEX] = columns
    return columns
