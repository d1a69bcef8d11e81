"""Moving many cards at once: a result per card, at most 5 requests for 200.

Everything is packed into as few batches as possible: the stages and where the cards were, the moves, and at
the end a look whether they happened (behaviour.md §3.7: the portal says yes to moves it does not make).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import BATCH_SIZE, Client, Command
from b24.errors import PortalError
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards
from boards.core.errors import NotTaken, StageGone
from boards.core.model import Actor, BoardRef, CardResult, Stage
from boards.core.outcome import BulkOutcome
from boards.kanban import neighbours, queries
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages
from boards.kanban.queries import list_by_id

STAGES, WAS, MOVE, CHECK = queries.STAGES, "was_", "move_", "check_"
COLUMN = "column_"
PAGE_SIZE = 50
COLUMNS = 8  # of a board, from the left; read where the last batch has room, so they cost no request

Places = Mapping[int, neighbours.Neighbours]


@dataclass(frozen=True)
class Step:
    """One card on its way: to `stage_id`, below card `after` or above `before` (0: anywhere)."""

    task_id: int
    stage_id: int
    before: int = 0
    after: int = 0


def move_cards(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    task_ids: Sequence[int],
    stage_id: int,
    *,
    before: int = 0,
    after: int = 0,
    was: Places | None = None,
    was_stages: Mapping[int, int] | None = None,
) -> BulkOutcome:
    """Move up to 200 cards into one stage, one below the other in the order given.

    For up to 47 of them one HTTP request, for 200 five.

    `before`, `after`: the cards of that stage between which they go; 0: wherever the portal puts them.
    `was`: for each card the cards below and above it as the person saw them (as in `move_card`), so that
    undo finds the exact places; `was_stages`: the stages they saw them in, which count after a lost answer.
    BadInput for no cards or too many. StageGone when the stage is not there.
    """
    wanted = require_cards(tuple(task_ids))
    rest = zip(wanted[1:], wanted, strict=False)
    steps = [
        Step(wanted[0], stage_id, before, after),
        *(Step(one, stage_id, after=above) for one, above in rest),
    ]
    return run_steps(client, ref, actor, steps, was or {}, was_stages or {})


def run_steps(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    steps: Sequence[Step],
    was: Places,
    was_stages: Mapping[int, int],
) -> BulkOutcome:
    """Move cards, each to its own place, in the order given."""
    del actor
    ids = [step.task_id for step in steps]
    packed = send_packed(client, _commands(ref, steps))
    stages = _stages(packed)
    wanted = {step.stage_id for step in steps}
    if len(wanted) == 1 and lists.find(stages, *wanted) is None:
        raise StageGone(*wanted)
    rows = {row.id: row for index in range(_pages(ids)) for row in _rows(packed, f"{WAS}{index}")}
    before = _places(packed, ref, stages, ids, rows)
    exact = _exact(packed, stages, before)
    if packed.lost:
        exact = {one: spot for one, spot in exact.items() if before[one] not in wanted}
        before = {one: place for one, place in before.items() if place not in wanted} | {
            one: was_stages[one]
            for one, place in before.items()
            if place in wanted and lists.find(stages, was_stages.get(one, 0))
        }
    was = {**was, **exact}
    arrived = _arrived(packed, ref, steps)
    results = tuple(_result(packed, step, rows, arrived) for step in steps)
    return _outcome(ref, stages, steps, results, before, was)


def _commands(ref: BoardRef, steps: Sequence[Step]) -> dict[str, Command]:
    ids = [step.task_id for step in steps]
    commands = {STAGES: stage_calls.get(ref.group_id)}
    for index, part in enumerate(chunks(ids, PAGE_SIZE)):
        if ref.is_planner:
            commands |= queries.find_places(part, f"{index}_", queries.STAGES_TRIED_IN_BULK)
        else:
            commands[f"{WAS}{index}"] = list_by_id(part)
    moves = {}
    for step in steps:
        neighbours = {"after": step.after} if step.after else {"before": step.before}
        moves[f"{MOVE}{step.task_id}"] = stage_calls.move_task(step.task_id, step.stage_id, **neighbours)
    moves |= _checks(ref, steps)
    room = -(len(commands) + len(moves)) % BATCH_SIZE
    return commands | _columns(ref, min(room, COLUMNS)) | moves


def _columns(ref: BoardRef, count: int) -> dict[str, Command]:
    """The first columns as they are; past the last stage a reference leads nowhere, which does no harm."""
    return {
        f"{COLUMN}{index}": neighbours.list_whole(ref, f"$result[{STAGES}][{index}][ID]", is_first=index == 0)
        for index in range(count)
    }


def _exact(packed: PackedAnswer, stages: Sequence[Stage], before: Mapping[int, int]) -> Places:
    """The neighbours of the cards whose columns were read."""
    columns = {
        one.id: neighbours.column_of(packed, f"{COLUMN}{at}") for at, one in enumerate(stages[:COLUMNS])
    }
    found = {one: neighbours.neighbours(columns.get(stage_id, ()), one) for one, stage_id in before.items()}
    return {one: spot for one, spot in found.items() if spot}


def _checks(ref: BoardRef, steps: Sequence[Step]) -> dict[str, Command]:
    """Where are they now? A project's cards tell themselves, those of My Planner by stage."""
    if not ref.is_planner:
        parts = chunks([step.task_id for step in steps], PAGE_SIZE)
        return {f"{CHECK}{index}": list_by_id(part) for index, part in enumerate(parts)}
    commands = {}
    for stage_id in sorted({step.stage_id for step in steps}):
        there = [step.task_id for step in steps if step.stage_id == stage_id]
        for index, part in enumerate(chunks(there, PAGE_SIZE)):
            commands[f"{CHECK}{stage_id}_{index}"] = list_by_id(part, STAGES_ID=stage_id)
    return commands


def _pages(ids: Sequence[int]) -> int:
    return (len(ids) + PAGE_SIZE - 1) // PAGE_SIZE


def _stages(packed: PackedAnswer) -> tuple[Stage, ...]:
    answer = packed.get(STAGES)
    if answer is None:
        raise packed.error(STAGES) or AssertionError(STAGES)
    return to_stages(stage_calls.parse_stages(answer.result))


def _rows(packed: PackedAnswer, key: str) -> tuple[TaskRow, ...]:
    answer = packed.get(key)
    return task_calls.parse_list(answer) if answer else ()


def _places(
    packed: PackedAnswer,
    ref: BoardRef,
    stages: tuple[Stage, ...],
    ids: Sequence[int],
    rows: Mapping[int, TaskRow],
) -> dict[int, int]:
    """Stage before, by task, where it is known."""
    if not ref.is_planner:
        own = {one: row.stage_id or stages[0].id for one, row in rows.items() if row.group_id == ref.group_id}
        return {one: own[one] for one in ids if one in own}
    places: dict[int, int] = {}
    for index in range(_pages(ids)):
        places |= queries.read_places(packed.parts[0], stages, f"{index}_")
    return places


def _arrived(packed: PackedAnswer, ref: BoardRef, steps: Sequence[Step]) -> dict[int, int] | None:
    """Stage now, by task; None when the look afterwards did not come back."""
    checks = _checks(ref, steps)
    if any(packed.get(key) is None for key in checks):
        return None
    if ref.is_planner:
        return {
            row.id: int(key.removeprefix(CHECK).split("_")[0]) for key in checks for row in _rows(packed, key)
        }
    return {row.id: row.stage_id for key in checks for row in _rows(packed, key)}


def _result(
    packed: PackedAnswer, step: Step, rows: Mapping[int, TaskRow], arrived: Mapping[int, int] | None
) -> CardResult:
    """A refusal, a yes that was none, or done."""
    error: PortalError | NotTaken | None = packed.error(f"{MOVE}{step.task_id}")
    if error is None and arrived is not None and arrived.get(step.task_id) != step.stage_id:
        error = NotTaken(step.task_id, arrived.get(step.task_id, 0))
    row = rows.get(step.task_id)
    return CardResult(step.task_id, error, row.title if row else "")


def _outcome(
    ref: BoardRef,
    stages: tuple[Stage, ...],
    steps: Sequence[Step],
    results: tuple[CardResult, ...],
    before: Mapping[int, int],
    was: Places,
) -> BulkOutcome:
    done = [one.task_id for one in results if one.error is None]
    spots = {str(step.task_id): [step.before, step.after] for step in steps if step.task_id in before}
    targets = {step.task_id: step.stage_id for step in steps}
    known = neighbours.in_order(was, [one for one in done if one in before])
    back = [[one, before[one], *spot] for one, *spot in known]
    unknown = len(done) - len(back)
    notices = (note(NoticeCode.PLACE_UNKNOWN, count=unknown),) if unknown else ()
    change = Change(
        kind=Kind.CARDS_MOVE,
        board_key=ref.key,
        target=0,
        label="",
        before={"cards": {str(one): before.get(one, 0) for one in done}, "stages": lists.to_record(stages)},
        after={"cards": {str(one): targets[one] for one in done}, "count": len(done)},
        undo=_undo(back, spots, targets) if back else None,
        notices=notices,
    )
    return BulkOutcome(change, results, notices)


def _undo(back: list[list[int]], spots: Mapping[str, list[int]], stages: Mapping[int, int]) -> dict[str, Any]:
    """The way back, which also knows the way forth again: `places` in the stages `from`."""
    there = {str(one[0]): stages[one[0]] for one in back}
    return {"op": "move_cards", "moves": back, "places": dict(spots), "from": there}
