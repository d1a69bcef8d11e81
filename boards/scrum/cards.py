"""Moving cards on a sprint's board: one batch that reads, moves and looks whether it happened.

`movetask` does more here than on a project's board (behaviour.md §3.7; surprises 6, 21): FINISH completes a
task, every other column renews a completed one; it answers true also when it moved nothing, and takes any
column of any sprint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from b24.client import Client, Command
from b24.methods import scrum as scrum_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note, unique
from boards.core.checks import require_cards
from boards.core.errors import ColumnGone, MoveIgnored
from boards.core.ids import SprintId, StageId
from boards.core.model import Actor, BoardRef, CardResult, Notice, TaskStatus
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.core.tasks import Card, to_status
from boards.kanban.task_edits import way
from boards.scrum.model import ColumnType, RecipePart, SprintColumn
from boards.scrum.move_plan import column_for
from boards.scrum.paging import FIELDS, PAGE_SIZE, by_ids, rows_of
from boards.scrum.reading import read_columns

COLUMNS, BEFORE, MOVE, ACT, CHECK, PUT = "columns", "before_", "move_", "act_", "check_", "put_"

CardsOutcome = Outcome[tuple[Card, ...]]
"""`now` is always empty, cards are not read again; `results`: one CardResult per card, in the order asked."""


class MoveEffect(StrEnum):
    """What a column does to a task that comes into it; shown before the card is let go."""

    NONE = "none"
    COMPLETES = "completes"
    RENEWS = "renews"


def move_effect(status: TaskStatus, target: ColumnType) -> MoveEffect:
    """What moving a task with that status into such a column does to it."""
    done = status == TaskStatus.COMPLETED
    if target is ColumnType.FINISH:
        return MoveEffect.NONE if done else MoveEffect.COMPLETES
    return MoveEffect.RENEWS if done else MoveEffect.NONE


def status_after(status: TaskStatus, target: ColumnType) -> TaskStatus:
    """The status a task has after such a move, if its rights let the portal change it."""
    effect = move_effect(status, target)
    if effect is MoveEffect.NONE:
        return status
    return TaskStatus.COMPLETED if effect is MoveEffect.COMPLETES else TaskStatus.PENDING


class CardStep(RecipePart, frozen=True):
    """One card on its way to a column; `actions` bring it to the status it had (undo only).

    `seen_column`, `seen_status`: what an undo finds unless somebody else changed it; asked only when what was
    before cannot be read.
    """

    task_id: int
    column_id: StageId
    actions: tuple[str, ...]
    seen_column: StageId = msgspec.field(name="from", default=0)
    seen_status: str = msgspec.field(name="status", default="")


@recipe
class MoveSprintCards(Recipe, frozen=True, tag="sprint_cards"):
    """Each card back into its column of the sprint, with the status it had."""

    sprint_id: SprintId
    moves: tuple[CardStep, ...]

    def run(self, client: Client, context: UndoContext) -> CardsOutcome:
        return run_card_steps(client, context.ref, self.sprint_id, self.moves)


def move_sprint_cards(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    task_ids: Sequence[int],
    column_id: int,
    *,
    seen: Mapping[int, int] | None = None,
) -> CardsOutcome:
    """Move cards into a column; one HTTP request for up to 47 of them.

    `seen`: the column each card was in on the page. The order within a column cannot be chosen (§3.7). A
    single card's failure is raised: MoveIgnored when the portal said yes and did nothing, ColumnGone when the
    column is not this sprint's any more (cards that went there are brought back).
    """
    del actor  # the client already speaks for the person
    steps = [CardStep(task_id, column_id, ()) for task_id in require_cards(tuple(task_ids))]
    outcome = run_card_steps(client, ref, sprint_id, steps, seen)
    return outcome.raise_if_nothing_done() if len(steps) == 1 else outcome


def run_card_steps(
    client: Client,
    ref: BoardRef,
    sprint_id: int,
    steps: Sequence[CardStep],
    seen: Mapping[int, int] | None = None,
) -> CardsOutcome:
    """Each card into its own column; the way back is steps again, so undo comes here too."""
    packed = send_packed(client, _commands(sprint_id, steps))
    columns = {column.id: column for column in _columns(packed)}
    rows, now = _rows(packed, BEFORE), _arrived(packed, steps)
    seen = {step.task_id: step.seen_column for step in steps if step.seen_column} | dict(seen or {})
    places = {task_id: _place(row, columns, seen, lost=packed.lost) for task_id, row in rows.items()}
    if any(step.column_id not in columns for step in steps):
        _bring_back(client, sprint_id, steps, places, columns)
        raise ColumnGone
    results = tuple(_result(packed, step, rows, now) for step in steps)
    done = [step for step, result in zip(steps, results, strict=True) if result.error is None]
    change = _change(ref, sprint_id, steps, done, _Known(columns, rows, now, places, packed.lost))
    return Outcome(change, (), results, none_worked(results))


def put_on_board(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, task_ids: Sequence[int]
) -> CardsOutcome:
    """Give items of the sprint that stand in no column a place; two requests for up to 25 of them.

    Completed ones go to FINISH, the others to the first NEW column.
    """
    del actor  # the client already speaks for the person
    wanted = require_cards(tuple(task_ids))
    reads = {COLUMNS: scrum_calls.get_columns(sprint_id), **by_ids(wanted, BEFORE)}
    first = client.batch(reads, halt=False)
    columns, rows = read_columns(first[COLUMNS]), rows_of(first, BEFORE)
    writes: dict[str, Command] = {}
    for task_id, row in rows.items():
        column_id = column_for(columns, to_status(row.status))
        if column_id and row.sprint_id == sprint_id:
            writes |= _placing(sprint_id, task_id, column_id)
    packed = send_packed(client, writes)
    results = tuple(_put_result(packed, task_id, rows) for task_id in wanted)
    done = tuple(result.task_id for result in results if result.error is None)
    undo = TakeOffBoard(sprint_id, done) if done else None
    change = Change(Kind.SPRINT_CARDS_MOVE, ref.key, 0, "", {}, {"count": len(done)}, undo)
    return Outcome(change, (), results, none_worked(results))


@recipe
class TakeOffBoard(Recipe, frozen=True, tag="sprint_off_board"):
    """Takes items off the board of the sprint again; they stay in the sprint. There is no way back."""

    sprint_id: SprintId
    items: tuple[int, ...]

    def run(self, client: Client, context: UndoContext) -> CardsOutcome:
        writes: dict[str, Command] = {
            f"{PUT}{task_id}": scrum_calls.take_off_board(self.sprint_id, task_id) for task_id in self.items
        }
        packed = send_packed(client, writes)
        results = tuple(_put_result(packed, task_id, {}) for task_id in self.items)
        after = {"count": sum(result.error is None for result in results)}
        change = Change(Kind.SPRINT_CARDS_MOVE, context.ref.key, 0, "", {}, after)
        return Outcome(change, (), results, none_worked(results))


# --- the batch ---
@dataclass(frozen=True)
class _Known:
    """What was read: columns, tasks before and after, and the column each card was in (0: unknown).

    `lost`: an answer was, so that "before" may already be what we wrote.
    """

    columns: Mapping[int, SprintColumn]
    rows: Mapping[int, TaskRow]
    now: Mapping[int, tuple[int, TaskRow]] | None
    places: Mapping[int, int]
    lost: bool


def _commands(sprint_id: int, steps: Sequence[CardStep]) -> dict[str, Command]:
    commands = {
        COLUMNS: scrum_calls.get_columns(sprint_id),
        **by_ids([step.task_id for step in steps], BEFORE),
    }
    for step in steps:
        commands[f"{MOVE}{step.task_id}"] = stage_calls.move_task(step.task_id, step.column_id)
        for index, action in enumerate(step.actions):
            commands[f"{ACT}{step.task_id}_{index}"] = task_calls.status_action(action, step.task_id)
    return commands | _checks(steps)


def _checks(steps: Sequence[CardStep]) -> dict[str, Command]:
    """Where are they now? Columns of sprints are relations, so each column is asked for its own."""
    commands = {}
    for column_id in sorted({step.column_id for step in steps}):
        there = [step.task_id for step in steps if step.column_id == column_id]
        for index, part in enumerate(chunks(there, PAGE_SIZE)):
            wanted = {"ID": list(part), "STAGES_ID": column_id}
            commands[f"{CHECK}{column_id}_{index}"] = task_calls.list_tasks(
                wanted, order={"ID": "ASC"}, select=FIELDS
            )
    return commands


def _columns(packed: PackedAnswer) -> tuple[SprintColumn, ...]:
    answer = packed.get(COLUMNS)
    if answer is None:
        raise packed.error(COLUMNS) or AssertionError(COLUMNS)
    return read_columns(answer)


def _rows(packed: PackedAnswer, prefix: str) -> dict[int, TaskRow]:
    return {task_id: row for part in packed.parts for task_id, row in rows_of(part, prefix).items()}


def _arrived(packed: PackedAnswer, steps: Sequence[CardStep]) -> dict[int, tuple[int, TaskRow]] | None:
    """Column and row now, by task; None when the look afterwards did not come back."""
    found: dict[int, tuple[int, TaskRow]] = {}
    for key in _checks(steps):
        answer = packed.get(key)
        if answer is None:
            return None
        column_id = int(key.removeprefix(CHECK).split("_")[0])
        found |= {row.id: (column_id, row) for row in task_calls.parse_list(answer)}
    return found


def _place(row: TaskRow, columns: Mapping[int, SprintColumn], seen: Mapping[int, int], *, lost: bool) -> int:
    """The column a card was in: STAGE_ID follows it on the board; else what the page had."""
    if row.stage_id in columns and not (lost and row.id in seen):
        return row.stage_id
    return seen.get(row.id, 0)


def _bring_back(
    client: Client,
    sprint_id: int,
    steps: Sequence[CardStep],
    places: Mapping[int, int],
    columns: Mapping[int, SprintColumn],
) -> None:
    """The portal takes any column: cards that left for one that is not the sprint's would be seen nowhere.

    Their place on this board is gone, so they get one before they are moved.
    """
    writes: dict[str, Command] = {}
    for step in steps:
        if step.column_id not in columns and places.get(step.task_id):
            writes |= _placing(sprint_id, step.task_id, places[step.task_id])
    send_packed(client, writes)


def _placing(sprint_id: int, task_id: int, column_id: int) -> dict[str, Command]:
    """A place on the board, and the column of the task."""
    return {
        f"{PUT}{task_id}": scrum_calls.put_on_board(sprint_id, task_id, column_id),
        f"{MOVE}{task_id}": stage_calls.move_task(task_id, column_id),
    }


# --- what came of it ---
def _result(
    packed: PackedAnswer,
    step: CardStep,
    rows: Mapping[int, TaskRow],
    now: Mapping[int, tuple[int, TaskRow]] | None,
) -> CardResult:
    row = rows.get(step.task_id)
    error: Exception | None = packed.error(f"{MOVE}{step.task_id}")
    answer = packed.get(f"{MOVE}{step.task_id}")
    missing = now is not None and now.get(step.task_id, (0,))[0] != step.column_id
    if error is None and answer and (not scrum_calls.is_done(answer.result) or missing):
        error = MoveIgnored(step.task_id, row.stage_id if row else 0)
    return CardResult(step.task_id, error, row.title if row else "")


def _put_result(packed: PackedAnswer, task_id: int, rows: Mapping[int, TaskRow]) -> CardResult:
    title = rows[task_id].title if task_id in rows else ""
    error: Exception | None = packed.error(f"{PUT}{task_id}")
    answer = packed.get(f"{PUT}{task_id}")
    if answer and not scrum_calls.is_done(answer.result):
        error = MoveIgnored(task_id, 0)
    return CardResult(task_id, error, title)


def _change(
    ref: BoardRef, sprint_id: int, steps: Sequence[CardStep], done: Sequence[CardStep], known: _Known
) -> Change:
    notices = _notices(done, known)
    moves = tuple(_way_back(step, known, notices) for step in done if known.places.get(step.task_id))
    if len(moves) < len(done):
        notices.append(note(NoticeCode.PLACE_UNKNOWN))
    single = done[0].task_id if len(steps) == 1 and done else 0
    return Change(
        kind=Kind.SPRINT_CARDS_MOVE,
        board_key=ref.key,
        target=single,
        label=known.rows[single].title if single in known.rows else "",
        before={"stages": {str(step.task_id): known.places.get(step.task_id, 0) for step in done}},
        after={"stages": {str(step.task_id): step.column_id for step in done}, "count": len(done)},
        undo=MoveSprintCards(sprint_id, moves) if moves else None,
        notices=unique(notices),
    )


def _statuses(step: CardStep, known: _Known) -> tuple[TaskStatus, TaskStatus]:
    """Before and now; the same when it cannot be seen."""
    row, now = known.rows.get(step.task_id), (known.now or {}).get(step.task_id)
    before = to_status(row.status) if row else TaskStatus.PENDING
    if known.lost and step.seen_status:
        before = TaskStatus(step.seen_status)
    return before, to_status(now[1].status) if now else before


def _notices(done: Sequence[CardStep], known: _Known) -> list[Notice]:
    pairs = [_statuses(step, known) for step in done]
    completed = sum(now == TaskStatus.COMPLETED != before for before, now in pairs)
    renewed = sum(before == TaskStatus.COMPLETED != now for before, now in pairs)
    found = [note(NoticeCode.TASK_COMPLETED, count=completed)] if completed else []
    return found + ([note(NoticeCode.TASK_RENEWED, count=renewed)] if renewed else [])


def _way_back(step: CardStep, known: _Known, notices: list[Notice]) -> CardStep:
    """How a card gets back: its column, and from the status that column gives it to the one it had."""
    before, now = _statuses(step, known)
    column = known.columns[known.places[step.task_id]]
    given = status_after(now, column.type)
    actions = way(given, before)
    completed = TaskStatus.COMPLETED
    inexact = (given != before and column.type is ColumnType.FINISH) or before == completed != given
    if actions is None or inexact:
        notices.append(note(NoticeCode.NO_EXACT_REVERSE, **{"from": now.value, "to": before.value}))
        actions = ()
    return CardStep(step.task_id, column.id, actions, step.column_id, now.value)
