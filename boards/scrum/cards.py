"""Moving cards on a sprint's board: one batch that reads, moves and looks whether it happened.

`movetask` does more here than on a project's board (behaviour.md §3.7; surprises 6, 21): FINISH completes a
task, every other column renews a completed one; it answers true also when it moved nothing, and takes any
column of any sprint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24.client import Client, Command
from b24.methods import scrum as scrum_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards
from boards.core.errors import ColumnGone, NotTaken
from boards.core.model import Actor, BoardRef, CardResult, Notice, TaskStatus
from boards.core.outcome import BulkOutcome
from boards.kanban.convert import to_status
from boards.kanban.task_edits import way
from boards.scrum.model import ColumnType, SprintColumn
from boards.scrum.move_plan import column_for
from boards.scrum.paging import FIELDS, PAGE_SIZE, by_ids
from boards.scrum.reading import read_columns

COLUMNS, WAS, MOVE, ACT, CHECK, PUT = "columns", "was_", "move_", "act_", "check_", "put_"


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


@dataclass(frozen=True)
class CardStep:
    """One card on its way to a column; `actions` bring it to the status it had (undo only).

    `seen_column`, `seen_status`: what an undo finds unless somebody else changed it; asked only when what was
    before cannot be read.
    """

    task_id: int
    column_id: int
    actions: tuple[str, ...] = ()
    seen_column: int = 0
    seen_status: str = ""


def move_sprint_cards(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    task_ids: Sequence[int],
    column_id: int,
    *,
    seen: Mapping[int, int] | None = None,
) -> BulkOutcome:
    """Move cards into a column; one HTTP request for up to 47 of them.

    `seen`: the column each card was in on the page. The order within a column cannot be chosen (§3.7). A
    single card's failure is raised: NotTaken when the portal said yes and did nothing, ColumnGone when the
    column is not this sprint's any more (cards that went there are brought back).
    """
    wanted = require_cards(tuple(task_ids))
    outcome = run_card_steps(
        client, ref, actor, sprint_id, [CardStep(one, column_id) for one in wanted], seen
    )
    if len(wanted) == 1 and outcome.results[0].error:
        raise outcome.results[0].error
    return outcome


def run_card_steps(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    steps: Sequence[CardStep],
    seen: Mapping[int, int] | None = None,
) -> BulkOutcome:
    """Each card into its own column; the way back is steps again, so undo comes here too."""
    del actor
    packed = send_packed(client, _commands(sprint_id, steps))
    columns = {one.id: one for one in _columns(packed)}
    rows, now = _rows(packed, WAS), _arrived(packed, steps)
    seen = {one.task_id: one.seen_column for one in steps if one.seen_column} | dict(seen or {})
    places = {one: _place(row, columns, seen, lost=packed.lost) for one, row in rows.items()}
    if any(step.column_id not in columns for step in steps):
        _bring_back(client, sprint_id, steps, places, columns)
        raise ColumnGone
    results = tuple(_result(packed, step, rows, now) for step in steps)
    done = [step for step, result in zip(steps, results, strict=True) if result.error is None]
    change = _change(ref, sprint_id, steps, done, _Known(columns, rows, now, places, packed.lost))
    return BulkOutcome(change, results, change.notices)


def put_on_board(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, task_ids: Sequence[int]
) -> BulkOutcome:
    """Give items of the sprint that stand in no column a place; two requests for up to 25 of them.

    Completed ones go to FINISH, the others to the first NEW column.
    """
    del actor
    wanted = require_cards(tuple(task_ids))
    first = client.batch({COLUMNS: scrum_calls.get_columns(sprint_id), **by_ids(wanted, WAS)}, halt=False)
    columns = read_columns(first[COLUMNS])
    reading = PackedAnswer()
    reading.parts.append(first)
    rows = _rows(reading, WAS)
    own = {one: row for one, row in rows.items() if row.sprint_id == sprint_id}
    writes: dict[str, Command] = {}
    for one, row in own.items():
        column_id = column_for(columns, to_status(row.status))
        if column_id:
            writes[f"{PUT}{one}"] = scrum_calls.put_on_board(sprint_id, one, column_id)
            writes[f"{MOVE}{one}"] = stage_calls.move_task(one, column_id)
    packed = send_packed(client, writes) if writes else PackedAnswer()
    results = tuple(_put_result(packed, one, rows) for one in wanted)
    done = [one.task_id for one in results if one.error is None]
    undo = {"op": "sprint_off_board", "sprint_id": sprint_id, "items": done}
    after = {"count": len(done)}
    change = Change(Kind.SPRINT_CARDS_MOVE, ref.key, 0, "", {}, after, undo if done else None)
    return BulkOutcome(change, results)


def take_off_board(
    client: Client, ref: BoardRef, actor: Actor, sprint_id: int, task_ids: Sequence[int]
) -> BulkOutcome:
    """Take items off the board again; they stay in the sprint. The undo of `put_on_board`."""
    del actor
    packed = send_packed(
        client, {f"{PUT}{one}": scrum_calls.take_off_board(sprint_id, one) for one in task_ids}
    )
    results = tuple(_put_result(packed, one, {}) for one in task_ids)
    done = sum(one.error is None for one in results)
    return BulkOutcome(Change(Kind.SPRINT_CARDS_MOVE, ref.key, 0, "", {}, {"count": done}), results)


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
    commands = {COLUMNS: scrum_calls.get_columns(sprint_id), **by_ids([one.task_id for one in steps], WAS)}
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
    pages = (part[key] for part in packed.parts for key in part if key.startswith(prefix))
    return {row.id: row for page in pages for row in task_calls.parse_list(page)}


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


def _place(row: TaskRow, columns: Mapping[int, Any], seen: Mapping[int, int], *, lost: bool) -> int:
    """The column a card was in: STAGE_ID follows it on the board; else what the page had."""
    if row.stage_id in columns and not (lost and row.id in seen):
        return row.stage_id
    return seen.get(row.id, 0)


def _bring_back(
    client: Client,
    sprint_id: int,
    steps: Sequence[CardStep],
    places: Mapping[int, int],
    columns: Mapping[int, Any],
) -> None:
    """The portal takes any column: cards that left for one that is not the sprint's would be seen nowhere.

    Their place on this board is gone, so they get one before they are moved.
    """
    astray = [step.task_id for step in steps if step.column_id not in columns]
    writes: dict[str, Command] = {}
    for one in (one for one in astray if places.get(one)):
        writes[f"{PUT}{one}"] = scrum_calls.put_on_board(sprint_id, one, places[one])
        writes[f"{MOVE}{one}"] = stage_calls.move_task(one, places[one])
    if writes:
        send_packed(client, writes)


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
        error = NotTaken(step.task_id, row.stage_id if row else 0)
    return CardResult(step.task_id, error, row.title if row else "")


def _put_result(packed: PackedAnswer, task_id: int, rows: Mapping[int, TaskRow]) -> CardResult:
    title = rows[task_id].title if task_id in rows else ""
    error: Exception | None = packed.error(f"{PUT}{task_id}")
    answer = packed.get(f"{PUT}{task_id}")
    if answer and not scrum_calls.is_done(answer.result):
        error = NotTaken(task_id, 0)
    return CardResult(task_id, error, title)


def _change(
    ref: BoardRef, sprint_id: int, steps: Sequence[CardStep], done: Sequence[CardStep], known: _Known
) -> Change:
    notices = _notices(done, known)
    moves = [_back(step, known, notices) for step in done if known.places.get(step.task_id)]
    if len(moves) < len(done):
        notices.append(note(NoticeCode.PLACE_UNKNOWN))
    single = done[0].task_id if len(steps) == 1 and done else 0
    return Change(
        kind=Kind.SPRINT_CARDS_MOVE,
        board_key=ref.key,
        target=single,
        label=known.rows[single].title if single in known.rows else "",
        before={"stages": {str(one.task_id): known.places.get(one.task_id, 0) for one in done}},
        after={"stages": {str(one.task_id): one.column_id for one in done}, "count": len(done)},
        undo={"op": "sprint_cards", "sprint_id": sprint_id, "moves": moves} if moves else None,
        notices=tuple(one for index, one in enumerate(notices) if one not in notices[:index]),
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


def _back(step: CardStep, known: _Known, notices: list[Notice]) -> dict[str, Any]:
    """How a card gets back: its column, and from the status that column gives it to the one it had."""
    before, now = _statuses(step, known)
    column = known.columns[known.places[step.task_id]]
    given = status_after(now, column.type)
    actions = way(given, before)
    if actions is None or (given != before and column.type is ColumnType.FINISH) or before == "5" != given:
        notices.append(note(NoticeCode.NO_EXACT_REVERSE, **{"from": now.value, "to": before.value}))
        actions = ()
    way_back = {"task_id": step.task_id, "column_id": column.id, "actions": list(actions)}
    return way_back | {"from": step.column_id, "status": now.value}
