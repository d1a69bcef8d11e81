"""Deleting a column of a sprint: its tasks go to another one first; and bringing it back with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import Client, Command
from b24.errors import Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import stages as stage_calls
from boards.core.batches import send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import ColumnNotEmpty, LastColumnOfType
from boards.core.model import Actor, BoardRef, CardResult, Notice, TaskStatus
from boards.core.outcome import ColumnsOutcome
from boards.kanban.convert import to_status
from boards.kanban.task_edits import way
from boards.scrum.cards import CardStep, run_card_steps, status_after
from boards.scrum.columns import insert_column, is_planned, may_lose, require_column, snapshot
from boards.scrum.model import ColumnType, SprintColumn
from boards.scrum.paging import all_rows, first_pages
from boards.scrum.reading import read_columns

COLUMNS, SPRINT, MOVE, OFF, DELETE = "columns", "sprint", "move_", "off_", "delete"
DELETE_METHOD = "tasks.api.scrum.kanban.deleteStage"


@dataclass(frozen=True)
class ColumnDeletionPlan:
    """What deleting a column means. `lacking`: it is the last of its type in a sprint that
    has begun and cannot go.

    `tasks`: status by task in it; `strays` have a place here and are not in the sprint any more: they only
    lose that place. `move_effect` tells for each of the `others` what it would do to the tasks.
    """

    column: SprintColumn
    tasks: dict[int, TaskStatus]
    strays: tuple[int, ...]
    others: tuple[SprintColumn, ...]
    lacking: ColumnType | None = None

    @property
    def total(self) -> int:
        return len(self.tasks)


def plan_column_deletion(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, column_id: int
) -> ColumnDeletionPlan:
    """What is in the column; one HTTP request for up to 300 tasks. ColumnGone."""
    del actor
    wanted = {"STAGES_ID": column_id}
    reads = {
        COLUMNS: scrum_calls.get_columns(sprint_id),
        SPRINT: sprint_calls.get_sprint(sprint_id),
        **first_pages(ref, wanted),
    }
    answer = client.batch(reads, halt=False)
    columns = read_columns(answer[COLUMNS])
    column = require_column(columns, column_id)
    rows = all_rows(client, ref, wanted, answer)
    return ColumnDeletionPlan(
        column=column,
        tasks={row.id: to_status(row.status) for row in rows if row.sprint_id == sprint_id},
        strays=tuple(row.id for row in rows if row.sprint_id != sprint_id),
        others=tuple(one for one in columns if one.id != column_id),
        lacking=None if is_planned(answer, SPRINT) else may_lose(columns, column_id),
    )


def delete_column(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, column_id: int, *, target_id: int = 0
) -> ColumnsOutcome:
    """Delete a column after its tasks went to `target_id`; two requests for up to 49 tasks.

    Raises LastColumnOfType, ColumnGone (also for the target), ColumnNotEmpty when there are tasks and no
    target. If tasks remain that nobody sees, the column stays, and what was moved is the change.
    """
    plan = plan_column_deletion(client, ref, actor, sprint_id, column_id)
    if plan.lacking:
        raise LastColumnOfType(plan.lacking.value)
    if plan.tasks and not target_id:
        raise ColumnNotEmpty
    if plan.tasks:
        require_column(plan.others, target_id)
    writes: dict[str, Command] = {
        f"{OFF}{one}": scrum_calls.take_off_board(sprint_id, one) for one in plan.strays
    }
    writes |= {f"{MOVE}{one}": stage_calls.move_task(one, target_id) for one in plan.tasks}
    client.intend(_gone(ref, sprint_id, plan, target_id, [CardResult(one) for one in plan.tasks]).change)
    packed = send_packed(client, writes | {DELETE: scrum_calls.delete_column(column_id)})
    answer = packed.get(DELETE)
    if answer is None:
        raise packed.error(DELETE) or Refused("NOT_RUN", method=DELETE_METHOD)
    results = tuple(CardResult(one, packed.error(f"{MOVE}{one}")) for one in plan.tasks)
    if not scrum_calls.is_done(answer.result) and not (
        packed.lost and _is_gone(client, sprint_id, column_id)  # by our own first request
    ):
        return _kept(ref, sprint_id, plan, target_id, results)
    return _gone(ref, sprint_id, plan, target_id, results)


def _is_gone(client: Client, sprint_id: int, column_id: int) -> bool:
    """After a lost answer: the portal says no to deleting what is not there any more."""
    rows = scrum_calls.parse_columns(client.call(scrum_calls.get_columns(sprint_id)).result)
    return all(one.id != column_id for one in rows)


def _kept(
    ref: BoardRef, sprint_id: int, plan: ColumnDeletionPlan, target_id: int, results: Sequence[CardResult]
) -> ColumnsOutcome:
    """The column stays, with tasks in it that the person does not see; what was moved can be undone."""
    moved = [one.task_id for one in results if one.error is None]
    if not moved:
        raise ColumnNotEmpty
    notices = (note(NoticeCode.HIDDEN_TASKS_REMAIN),)
    undo = {
        "op": "sprint_cards",
        "sprint_id": sprint_id,
        "moves": _returns(plan, target_id, moved, plan.column.id),
    }
    before = {"stages": dict.fromkeys(map(str, moved), plan.column.id)}
    after = {"stages": dict.fromkeys(map(str, moved), target_id), "count": len(moved)}
    change = Change(Kind.SPRINT_CARDS_MOVE, ref.key, 0, "", before, after, undo, notices)
    return ColumnsOutcome(change, _all(plan), notices, tuple(results))


def _gone(
    ref: BoardRef, sprint_id: int, plan: ColumnDeletionPlan, target_id: int, results: Sequence[CardResult]
) -> ColumnsOutcome:
    moved = [one.task_id for one in results if one.error is None]
    one = plan.column
    change = Change(
        kind=Kind.COLUMN_DELETE,
        board_key=ref.key,
        target=one.id,
        label=one.name,
        before=snapshot(_all(plan), one.id),
        after=snapshot(plan.others, one.id) | {"moved": len(moved)},
        undo={
            "op": "column_restore",
            "sprint_id": sprint_id,
            "column_id": one.id,
            "column": {"name": one.name, "color": one.color, "type": one.type.value, "sort": one.sort},
            "moves": _returns(plan, target_id, moved, one.id),
        },
    )
    return ColumnsOutcome(change, plan.others, (), tuple(results))


def _all(plan: ColumnDeletionPlan) -> tuple[SprintColumn, ...]:
    return tuple(sorted((plan.column, *plan.others), key=lambda one: (one.sort, one.id)))


def _returns(
    plan: ColumnDeletionPlan, target_id: int, moved: Sequence[int], column_id: int
) -> list[dict[str, Any]]:
    """How the tasks get back, with the status they had."""
    target = next((one.type for one in plan.others if one.id == target_id), ColumnType.WORK)
    returns = []
    for one in moved:
        was = plan.tasks[one]
        given = status_after(status_after(was, target), plan.column.type)
        actions = way(given, was) if plan.column.type is not ColumnType.FINISH else ()
        returns.append(
            {"task_id": one, "column_id": column_id, "actions": list(actions or ()), "from": target_id}
        )
    return returns


def restore_column(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, old_id: int, column: SprintColumn,
    steps: Sequence[CardStep],
) -> ColumnsOutcome:  # fmt: skip
    """Bring a deleted column back under a new id, and its tasks into it; two requests for up to 47 tasks."""
    before, made, lost = insert_column(client, sprint_id, column, None)
    after = tuple(sorted((*before, made), key=lambda one: (one.sort, one.id)))
    notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
    results: tuple[CardResult, ...] = ()
    if steps:
        own = [CardStep(one.task_id, made.id, one.actions) for one in steps]
        moved = run_card_steps(client, ref, actor, sprint_id, own)
        results = moved.results
    stuck = sum(one.error is not None for one in results)
    if stuck:
        notices.append(note(NoticeCode.TASKS_NOT_MOVED, count=stuck))
    change = Change(
        kind=Kind.COLUMN_ADD,
        board_key=ref.key,
        target=made.id,
        label=made.name,
        before=snapshot(before, made.id),
        after=snapshot(after, made.id) | {"returned": len(results) - stuck},
        undo={
            "op": "column_delete",
            "sprint_id": sprint_id,
            "column_id": made.id,
            "target_id": _target(steps, before),
        },
        notices=tuple(notices),
        aliases={old_id: made.id},
    )
    return ColumnsOutcome(change, after, change.notices, results)


def _target(steps: Sequence[CardStep], columns: Sequence[SprintColumn]) -> int:
    """Where the tasks had been meanwhile: there they go when the restored column is deleted again."""
    wanted = steps[0].column_id if steps else 0
    return wanted if any(one.id == wanted for one in columns) else 0
