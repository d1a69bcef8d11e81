"""Deleting a column of a sprint: its tasks go to another one first; and bringing it back with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24.client import Client, Command
from b24.errors import Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import stages as stage_calls
from boards.core.batches import send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import ColumnNotEmpty, LastColumnOfType, OfNewerRelease
from boards.core.ids import SprintId, StageId
from boards.core.lost import looks_for
from boards.core.model import Actor, BoardRef, CardResult, Notice, TaskStatus
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.core.tasks import to_status
from boards.kanban.task_edits import way
from boards.scrum.cards import CardStep, MoveSprintCards, run_card_steps, status_after
from boards.scrum.column_lists import Columns, by_sort, may_lose, require_column, snapshot
from boards.scrum.column_writing import ColumnsOutcome, insert_column, is_planned
from boards.scrum.model import ColumnType, RecipePart, SprintColumn
from boards.scrum.paging import all_rows, first_pages
from boards.scrum.reading import read_columns

COLUMNS, SPRINT, MOVE, OFF, DELETE = "columns", "sprint", "move_", "off_", "delete"
DELETE_METHOD = "tasks.api.scrum.kanban.deleteStage"


class ColumnRecord(RecipePart, frozen=True):
    """A column as the journal keeps it. `id`: the number it had, 0 in what an older release wrote."""

    name: str
    color: str
    type: ColumnType
    sort: int
    id: int = 0

    def column(self) -> SprintColumn:
        """The column to add; it will get another id."""
        return SprintColumn(0, self.name, self.color, self.type, self.sort)


# --- ways back ---
@recipe
class DeleteColumn(Recipe, frozen=True, omit_defaults=True, tag="column_delete"):
    """Deletes a column that was added; its tasks go to `target_id`. Without one they must have left it."""

    sprint_id: SprintId
    column_id: StageId
    target_id: StageId = 0

    def run(self, client: Client, context: UndoContext) -> ColumnsOutcome:
        where = (client, context.ref, context.actor, self.sprint_id)
        return delete_column(*where, self.column_id, target_id=self.target_id)


# --- deleting ---
@dataclass(frozen=True)
class ColumnDeletionPlan:
    """What deleting a column means.

    `tasks`: status by task in it. `tasks_of_other_sprints` have a place here though they are not in the
    sprint any more: they only lose that place. `lacking`: the column is the last of this type in a sprint
    that has begun, and cannot go.
    """

    column: SprintColumn
    tasks: dict[int, TaskStatus]
    tasks_of_other_sprints: tuple[int, ...]
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
        tasks_of_other_sprints=tuple(row.id for row in rows if row.sprint_id != sprint_id),
        others=tuple(other for other in columns if other.id != column_id),
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
        f"{OFF}{task_id}": scrum_calls.take_off_board(sprint_id, task_id)
        for task_id in plan.tasks_of_other_sprints
    }
    writes |= {f"{MOVE}{task_id}": stage_calls.move_task(task_id, target_id) for task_id in plan.tasks}
    all_moved = [CardResult(task_id) for task_id in plan.tasks]
    client.intend(_outcome_if_deleted(ref, sprint_id, plan, target_id, all_moved).change)
    packed = send_packed(client, writes | {DELETE: scrum_calls.delete_column(column_id)})
    answer = packed.get(DELETE)
    if answer is None:
        raise packed.error(DELETE) or Refused("NOT_RUN", method=DELETE_METHOD)
    results = tuple(CardResult(task_id, packed.error(f"{MOVE}{task_id}")) for task_id in plan.tasks)
    deleted = scrum_calls.is_done(answer.result)
    if deleted or (packed.lost and _is_gone(client, sprint_id, column_id)):  # by our own first request
        return _outcome_if_deleted(ref, sprint_id, plan, target_id, results)
    return _outcome_if_kept(ref, sprint_id, plan, target_id, results)


@looks_for(Kind.COLUMN_DELETE)
def column_is_gone(client: Client, change: Change) -> bool:
    """Whether the column of this deletion is gone; one HTTP request."""
    if not isinstance(change.undo, RestoreColumn):
        raise OfNewerRelease(f"deletion of column {change.target}")
    return _is_gone(client, change.undo.sprint_id, change.target)


def _is_gone(client: Client, sprint_id: int, column_id: int) -> bool:
    """After a lost answer: the portal says no to deleting what is not there any more."""
    rows = scrum_calls.parse_columns(client.call(scrum_calls.get_columns(sprint_id)).result)
    return all(row.id != column_id for row in rows)


def _outcome_if_kept(
    ref: BoardRef, sprint_id: int, plan: ColumnDeletionPlan, target_id: int, results: Sequence[CardResult]
) -> ColumnsOutcome:
    """The column stays, with tasks in it that the person does not see; what was moved can be undone."""
    moved = [result.task_id for result in results if result.error is None]
    if not moved:
        raise ColumnNotEmpty
    change = Change(
        kind=Kind.SPRINT_CARDS_MOVE,
        board_key=ref.key,
        target=0,
        label="",
        before={"stages": dict.fromkeys(map(str, moved), plan.column.id)},
        after={"stages": dict.fromkeys(map(str, moved), target_id), "count": len(moved)},
        undo=MoveSprintCards(sprint_id, _steps_back(plan, target_id, moved)),
        notices=(note(NoticeCode.HIDDEN_TASKS_REMAIN),),
    )
    return Outcome(change, _all(plan), tuple(results))


def _outcome_if_deleted(
    ref: BoardRef, sprint_id: int, plan: ColumnDeletionPlan, target_id: int, results: Sequence[CardResult]
) -> ColumnsOutcome:
    moved = [result.task_id for result in results if result.error is None]
    column = plan.column
    record = ColumnRecord(column.name, column.color, column.type, column.sort)
    change = Change(
        kind=Kind.COLUMN_DELETE,
        board_key=ref.key,
        target=column.id,
        label=column.name,
        before=snapshot(_all(plan), column.id),
        after=snapshot(plan.others, column.id) | {"moved": len(moved)},
        undo=RestoreColumn(sprint_id, column.id, record, _steps_back(plan, target_id, moved)),
    )
    return Outcome(change, plan.others, tuple(results))


def _all(plan: ColumnDeletionPlan) -> Columns:
    return by_sort(plan.column, *plan.others)


def _steps_back(plan: ColumnDeletionPlan, target_id: int, moved: Sequence[int]) -> tuple[CardStep, ...]:
    """How the tasks get back, with the status they had."""
    target = next((column.type for column in plan.others if column.id == target_id), ColumnType.WORK)
    own, steps = plan.column, []
    for task_id in moved:
        before = plan.tasks[task_id]
        given = status_after(status_after(before, target), own.type)
        actions = way(given, before) if own.type is not ColumnType.FINISH else ()
        steps.append(CardStep(task_id, own.id, actions or (), target_id))
    return tuple(steps)


# --- bringing back ---
@recipe
class RestoreColumn(Recipe, frozen=True, tag="column_restore"):
    """Adds a deleted column again under a new id, and moves its tasks back; two requests for up to 47 tasks.

    `column_id`: its old number. The tasks come from where they went (`CardStep.seen_column`).
    """

    sprint_id: SprintId
    column_id: int
    column: ColumnRecord
    moves: tuple[CardStep, ...]

    def run(self, client: Client, context: UndoContext) -> ColumnsOutcome:
        before, made, lost = insert_column(client, self.sprint_id, self.column.column(), None)
        after = by_sort(*before, made)
        notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
        results: tuple[CardResult, ...] = ()
        if self.moves:
            steps = [CardStep(step.task_id, made.id, step.actions) for step in self.moves]
            results = run_card_steps(client, context.ref, self.sprint_id, steps).results
        stuck = sum(result.error is not None for result in results)
        if stuck:
            notices.append(note(NoticeCode.TASKS_NOT_MOVED, count=stuck))
        change = Change(
            kind=Kind.COLUMN_ADD,
            board_key=context.ref.key,
            target=made.id,
            label=made.name,
            before=snapshot(before, made.id),
            after=snapshot(after, made.id) | {"returned": len(results) - stuck},
            undo=DeleteColumn(self.sprint_id, made.id, _target(self.moves, before)),
            notices=tuple(notices),
            aliases={self.column_id: made.id},
        )
        return Outcome(change, after, results)


def _target(steps: Sequence[CardStep], columns: Columns) -> int:
    """Where the tasks had been meanwhile: there they go when the restored column is deleted again."""
    wanted = steps[0].seen_column if steps else 0
    return wanted if any(column.id == wanted for column in columns) else 0
