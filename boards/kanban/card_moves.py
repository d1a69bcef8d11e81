"""Moving one card. One batch: where it was, the move, and a look whether it happened.

The portal answers true to moves that it did not make (behaviour.md §3.7; surprise 6), so tasks, which unlike
stages are not cached within a batch, are read again after the write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24.client import BatchAnswer, Client, Command
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import NotTaken, StageGone
from boards.core.model import Actor, BoardRef, Notice, Stage
from boards.core.outcome import CardOutcome
from boards.kanban import neighbours, queries
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages
from boards.kanban.queries import list_by_id

STAGES, WAS, MOVE, CHECK = queries.STAGES, "was", "move", "check"
FIRST = f"$result[{STAGES}][0][ID]"


@dataclass(frozen=True)
class Spot:
    """A place in a column: the card above (`after`) and the one below (`before`), 0 for none.

    The portal takes only one of the two: the card above, or at the top of a column the one below.
    """

    before: int = 0
    after: int = 0

    def arguments(self) -> dict[str, int]:
        """As `movetask` wants them: one or none."""
        if self.after:
            return {"after": self.after}
        return {"before": self.before} if self.before else {}


def move_card(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    task_id: int,
    stage_id: int,
    *,
    before: int = 0,
    after: int = 0,
    was_before: int = 0,
    was_after: int = 0,
    was_stage: int = 0,
) -> CardOutcome:
    """Put a card into a stage, above card `before` or below card `after`; one HTTP request.

    `was_before` and `was_after`: the cards below and above it as the person saw it, `was_stage` the column;
    undo uses them. Raises NotTaken when the portal said yes and did nothing, StageGone when the stage is
    not on this board, AccessDenied, NotFound.
    """
    del actor  # the client already speaks for the person
    target, was = Spot(before, after), Spot(was_before, was_after)
    answer, lost = read_then_write(client, _commands(ref, task_id, (was_stage, stage_id), target))
    stages = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    row = next(iter(task_calls.parse_list(answer[WAS])), None)
    _ = answer[MOVE]
    if lists.find(stages, stage_id) is None:
        raise StageGone(stage_id)
    read = _place(answer, ref, stages, task_id, row)
    ours = lost and read == stage_id  # perhaps we read our own move; the column is not as it was either
    came_from = was_stage if ours else read
    was = was if ours else _exact(answer, task_id, came_from == stages[0].id) or was
    notices = _check(answer, ref, task_id, stage_id, came_from) + _surprises(stages, came_from, was_stage)
    change = Change(
        kind=Kind.CARD_MOVE,
        board_key=ref.key,
        target=task_id,
        label=row.title if row else "",
        before=_record(stages, came_from, was),
        after=_record(stages, stage_id, target),
        undo=_undo(task_id, came_from, was, stage_id, target) if came_from else None,
        notices=tuple(notices),
    )
    return CardOutcome(change, came_from, change.notices)


def _surprises(stages: tuple[Stage, ...], came_from: int, was_stage: int) -> list[Notice]:
    """What the person did not know about where the card was."""
    if not came_from:
        return [note(NoticeCode.PLACE_UNKNOWN)]
    if was_stage and _own(stages, was_stage) != came_from:
        return [note(NoticeCode.CARD_MOVED_MEANWHILE, stage_id=came_from)]
    return []


def _exact(answer: BatchAnswer, task_id: int, in_first: bool) -> Spot | None:
    """Where the card stood in its whole column; None when the column was not asked for or is longer."""
    found = neighbours.neighbours(
        neighbours.column_of(answer, neighbours.FRONT if in_first else neighbours.COLUMN), task_id
    )
    if found is None and in_first:  # My Planner has no tasks without a stage
        found = neighbours.neighbours(neighbours.column_of(answer, neighbours.COLUMN), task_id)
    return Spot(*found) if found else None


def _commands(ref: BoardRef, task_id: int, stage_ids: tuple[int, int], target: Spot) -> dict[str, Command]:
    """Stages, card and place before; the move; and the card after it. `stage_ids`: from (0: unknown), to."""
    was_stage, stage_id = stage_ids
    commands = {STAGES: stage_calls.get(ref.group_id), WAS: list_by_id([task_id])}
    if ref.is_planner:
        commands |= queries.find_places([task_id])
    if was_stage:
        commands |= neighbours.ask(ref, was_stage, FIRST)
    commands[MOVE] = stage_calls.move_task(task_id, stage_id, **target.arguments())
    commands[CHECK] = list_by_id([task_id], STAGES_ID=stage_id) if ref.is_planner else list_by_id([task_id])
    return commands


def _place(
    answer: BatchAnswer, ref: BoardRef, stages: tuple[Stage, ...], task_id: int, row: TaskRow | None
) -> int:
    """The stage a card was in; 0 when that is not known. STAGE_ID 0 is the first one (§3.8)."""
    if ref.is_planner:
        return queries.read_places(answer, stages).get(task_id, 0)
    if row is None or row.group_id != ref.group_id:
        return 0
    return _own(stages, row.stage_id)


def _own(stages: tuple[Stage, ...], stage_id: int) -> int:
    """The id, with 0 made the first stage's."""
    return stage_id or stages[0].id


def _check(answer: BatchAnswer, ref: BoardRef, task_id: int, stage_id: int, came_from: int) -> list[Notice]:
    """Raise NotTaken unless the card is where it should be."""
    row = next(iter(task_calls.parse_list(answer[CHECK])), None)
    if ref.is_planner:
        if row is None:
            raise NotTaken(task_id, came_from)
        return []
    if row is None:
        return [note(NoticeCode.TASK_UNREADABLE)]
    if row.stage_id != stage_id:
        raise NotTaken(task_id, row.stage_id or came_from)
    return []


def _undo(task_id: int, came_from: int, was: Spot, stage_id: int, target: Spot) -> dict[str, Any]:
    """The way back, which also knows the way forth again."""
    return {
        "op": "move_card",
        "task_id": task_id,
        "stage_id": came_from,
        "before": was.before,
        "after": was.after,
        "was_stage": stage_id,
        "was_before": target.before,
        "was_after": target.after,
    }


def _record(stages: tuple[Stage, ...], stage_id: int, spot: Spot) -> dict[str, Any]:
    """A place for the journal."""
    stage = lists.find(stages, stage_id)
    return {
        "stage_id": stage_id,
        "stage": stage.title if stage else "",
        "before": spot.before,
        "after": spot.after,
    }
