"""Moving cards, one or many: a result per card, one HTTP request for up to 47, five for 200.

One batch reads the stages and where the cards were, moves them, and looks whether they arrived: the portal
says yes to moves it does not make (behaviour.md §3.7; surprise 6), and tasks, unlike stages, are not cached
within a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from b24.client import BATCH_SIZE, Client, Command
from b24.errors import PortalError
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note, unique
from boards.core.checks import require_cards
from boards.core.errors import MoveIgnored, StageGone
from boards.core.ids import StageId
from boards.core.model import Actor, BoardRef, CardResult, Notice, Stage
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.kanban import neighbours, queries
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages
from boards.kanban.queries import list_by_id

STAGES, WAS, MOVE, CHECK = queries.STAGES, "was_", "move_", "check_"
FIRST = f"$result[{STAGES}][0][ID]"
COLUMN = "column_"
FRONT = f"{COLUMN}first"
PAGE_SIZE = 50
COLUMNS = 8  # of a board, from the left; read where the last batch has room, so they cost no request

Places = Mapping[int, neighbours.Neighbours]


@dataclass(frozen=True)
class CardMove:
    """One card on its way: to `stage_id`, below card `after` or above `before` (0: anywhere).

    The portal takes only one of the two: the card above, or at the top of a column the one below.
    """

    task_id: int
    stage_id: int
    before: int = 0
    after: int = 0

    def command(self) -> Command:
        near = {"after": self.after} if self.after else {"before": self.before} if self.before else {}
        return stage_calls.move_task(self.task_id, self.stage_id, **near)


@dataclass(frozen=True)
class SeenPlaces:
    """Where the person saw the cards: the cards below and above each, and its stage; unknown ones are absent.

    Undo uses them where the portal does not tell, and after a lost answer.
    """

    spots: Places = field(default_factory=dict)
    stages: Mapping[int, int] = field(default_factory=dict)


@recipe
class MoveCard(Recipe, frozen=True, tag="move_card"):
    """One card back to its stage and neighbours; `was_…`: where it is now, for the way forth again."""

    task_id: int
    stage_id: StageId
    before: int
    after: int
    was_before: int
    was_after: int
    was_stage: StageId

    def run(self, client: Client, context: UndoContext) -> Outcome[int]:
        return move_card(
            client,
            context.ref,
            context.actor,
            self.task_id,
            self.stage_id,
            before=self.before,
            after=self.after,
            was_before=self.was_before,
            was_after=self.was_after,
            was_stage=self.was_stage,
        )


@recipe
class MoveCards(Recipe, frozen=True, tag="move_cards"):
    """Cards back to their stages, one after the other.

    `moves`: task, stage, card below, card above. `places`: where they are now (below, above), in the stages
    `now_in`, for the way forth again.
    """

    moves: tuple[tuple[int, StageId, int, int], ...]
    places: dict[int, tuple[int, int]]
    now_in: dict[int, StageId] = msgspec.field(name="from", default_factory=dict)

    def run(self, client: Client, context: UndoContext) -> Outcome[None]:
        moves = [CardMove(*move) for move in self.moves]
        return _move_many(client, context.ref, moves, SeenPlaces(self.places, self.now_in))


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
) -> Outcome[int]:
    """Put a card into a stage, above card `before` or below card `after`; one HTTP request.

    `was_before` and `was_after`: the cards below and above it as the person saw it, `was_stage` the column.
    `now` is the stage the card really came from (0: not known). Raises MoveIgnored when the portal said yes
    and did nothing, StageGone when the stage is not on this board, AccessDenied, NotFound.
    """
    del actor  # the client already speaks for the person
    move = CardMove(task_id, stage_id, before, after)
    seen = SeenPlaces({task_id: (was_before, was_after)}, {task_id: was_stage} if was_stage else {})
    done = _run(client, ref, [move], seen)
    error = done.results[0].error
    if isinstance(error, PortalError):
        raise error
    _require_stage(done, [move])
    if error:
        raise error
    return _outcome_of_one(ref, move, done, seen)


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
) -> Outcome[None]:
    """Move up to 200 cards into one stage, one below the other in the order given.

    `before`, `after`: the cards of that stage between which they go; 0: wherever the portal puts them.
    `was`: for each card the cards below and above it as the person saw them (as in `move_card`), so that
    undo finds the exact places; `was_stages`: the stages they saw them in, which count after a lost answer.
    BadInput for no cards or too many. StageGone when the stage is not there.
    """
    del actor
    wanted = require_cards(tuple(task_ids))
    rest = zip(wanted[1:], wanted, strict=False)
    moves = [
        CardMove(wanted[0], stage_id, before, after),
        *(CardMove(task_id, stage_id, after=above) for task_id, above in rest),
    ]
    return _move_many(client, ref, moves, SeenPlaces(was or {}, was_stages or {}))


def _move_many(client: Client, ref: BoardRef, moves: Sequence[CardMove], seen: SeenPlaces) -> Outcome[None]:
    done = _run(client, ref, moves, seen)
    _require_stage(done, moves)
    return _outcome_of_many(ref, moves, done)


def _require_stage(done: _Done, moves: Sequence[CardMove]) -> None:
    """StageGone when all of them were to go to one stage that is not on the board."""
    wanted = {move.stage_id for move in moves}
    if len(wanted) == 1 and lists.find(done.stages, *wanted) is None:
        raise StageGone(*wanted)


# --- the batch and what it tells ---
@dataclass(frozen=True)
class _Done:
    """What a batch of moves did. `before`: the stage of each card where that is known; `spots`: the cards
    below and above each where it was, as far as known; `unreadable`: moved, and out of the person's sight."""

    stages: tuple[Stage, ...]
    results: tuple[CardResult, ...]
    before: Mapping[int, int]
    spots: Places
    unreadable: frozenset[int]


def _run(client: Client, ref: BoardRef, moves: Sequence[CardMove], seen: SeenPlaces) -> _Done:
    """Move cards, each to its own place, in the order given."""
    ids = [move.task_id for move in moves]
    packed = send_packed(client, _commands(ref, moves, seen))
    stages = _stages(packed)
    wanted = {move.stage_id for move in moves}
    rows = {row.id: row for index in range(_pages(ids)) for row in _rows(packed, f"{WAS}{index}")}
    before = _places(packed, ref, stages, ids, rows)
    exact = _exact(packed, stages, before)
    if packed.lost:  # perhaps we read our own moves; the columns are not as they were either
        exact = {card: spot for card, spot in exact.items() if before[card] not in wanted}
        before = _before_lost(before, wanted, stages, seen)
    arrived = _arrived(packed, ref, moves)
    return _Done(
        stages=stages,
        results=tuple(_result(packed, ref, move, rows, arrived) for move in moves),
        before=before,
        spots={**seen.spots, **exact},
        unreadable=frozenset(ids) - arrived.keys() if arrived is not None else frozenset(),
    )


def _before_lost(
    before: Mapping[int, int], wanted: Iterable[int], stages: Sequence[Stage], seen: SeenPlaces
) -> dict[int, int]:
    """Where the cards were, when those that read as moved may have been moved by our own first attempt."""
    sure = {card: stage_id for card, stage_id in before.items() if stage_id not in wanted}
    unsure = {card: seen.stages.get(card, 0) for card in before if card not in sure}
    return sure | {card: stage_id for card, stage_id in unsure.items() if lists.find(stages, stage_id)}


def _commands(ref: BoardRef, moves: Sequence[CardMove], seen: SeenPlaces) -> dict[str, Command]:
    ids = [move.task_id for move in moves]
    commands = {STAGES: stage_calls.get(ref.group_id)}
    for index, part in enumerate(chunks(ids, PAGE_SIZE)):
        if not ref.is_planner or len(ids) == 1:
            commands[f"{WAS}{index}"] = list_by_id(part)
        if ref.is_planner:
            tried = queries.STAGES_TRIED if len(ids) == 1 else queries.STAGES_TRIED_IN_BULK
            commands |= queries.find_places(part, f"{index}_", tried)
    after = {f"{MOVE}{move.task_id}": move.command() for move in moves} | _checks(ref, moves)
    room = -(len(commands) + len(after)) % BATCH_SIZE
    return commands | _columns(ref, seen.stages.values(), min(room, COLUMNS)) | after


def _columns(ref: BoardRef, seen: Iterable[int], room: int) -> dict[str, Command]:
    """Columns as they are, for the exact places: those in which the cards were seen, else the first ones.

    Past the last stage a reference leads nowhere, which does no harm.
    """
    known = dict.fromkeys(seen)
    if known and len(known) < room:
        first = {} if ref.is_planner else {FRONT: neighbours.list_whole(ref, FIRST, is_first=True)}
        return first | {f"{COLUMN}{stage_id}": neighbours.list_whole(ref, stage_id) for stage_id in known}
    return {
        f"{COLUMN}at_{index}": neighbours.list_whole(
            ref, f"$result[{STAGES}][{index}][ID]", is_first=index == 0
        )
        for index in range(room)
    }


def _exact(packed: PackedAnswer, stages: Sequence[Stage], before: Mapping[int, int]) -> Places:
    """The neighbours of the cards whose columns were read."""
    found = {card: _spot(packed, stages, card, stage_id) for card, stage_id in before.items()}
    return {card: spot for card, spot in found.items() if spot}


def _spot(
    packed: PackedAnswer, stages: Sequence[Stage], card: int, stage_id: int
) -> neighbours.Neighbours | None:
    """Where a card stood in its whole column; the first column is asked for in two ways."""
    keys = [f"{COLUMN}{stage_id}", f"{COLUMN}at_{lists.position(stages, stage_id)}"]
    if stages and stages[0].id == stage_id:
        keys.insert(0, FRONT)
    found = (neighbours.neighbours(neighbours.column_of(packed, key), card) for key in keys)
    return next((spot for spot in found if spot), None)


def _checks(ref: BoardRef, moves: Sequence[CardMove]) -> dict[str, Command]:
    """Where are they now? A project's cards tell themselves, those of My Planner by stage."""
    if not ref.is_planner:
        parts = chunks([move.task_id for move in moves], PAGE_SIZE)
        return {f"{CHECK}{index}": list_by_id(part) for index, part in enumerate(parts)}
    commands = {}
    for stage_id in sorted({move.stage_id for move in moves}):
        there = [move.task_id for move in moves if move.stage_id == stage_id]
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
    """Stage before, by task, where it is known. STAGE_ID 0 is the first one (behaviour.md §3.8)."""
    if not ref.is_planner:
        own = {
            card: row.stage_id or stages[0].id for card, row in rows.items() if row.group_id == ref.group_id
        }
        return {card: own[card] for card in ids if card in own}
    places: dict[int, int] = {}
    for index in range(_pages(ids)):
        places |= queries.read_places(packed.parts[0], stages, f"{index}_")
    return places


def _arrived(packed: PackedAnswer, ref: BoardRef, moves: Sequence[CardMove]) -> dict[int, int] | None:
    """Stage now, by task; None when the look afterwards did not come back."""
    checks = _checks(ref, moves)
    if any(packed.get(key) is None for key in checks):
        return None
    if ref.is_planner:
        return {
            row.id: int(key.removeprefix(CHECK).split("_")[0]) for key in checks for row in _rows(packed, key)
        }
    return {row.id: row.stage_id for key in checks for row in _rows(packed, key)}


def _result(
    packed: PackedAnswer,
    ref: BoardRef,
    move: CardMove,
    rows: Mapping[int, TaskRow],
    arrived: Mapping[int, int] | None,
) -> CardResult:
    """A refusal, a yes that was none, or done. A project's card that cannot be read any more did move."""
    error: PortalError | MoveIgnored | None = packed.error(f"{MOVE}{move.task_id}")
    if error is None and arrived is not None and (ref.is_planner or move.task_id in arrived):
        now = arrived.get(move.task_id, 0)
        error = None if now == move.stage_id else MoveIgnored(move.task_id, now)
    row = rows.get(move.task_id)
    return CardResult(move.task_id, error, row.title if row else "")


# --- what came of it ---
def _outcome_of_one(ref: BoardRef, move: CardMove, done: _Done, seen: SeenPlaces) -> Outcome[int]:
    came_from = done.before.get(move.task_id, 0)
    below, above = done.spots.get(move.task_id, (0, 0))
    back = MoveCard(
        task_id=move.task_id,
        stage_id=came_from,
        before=below,
        after=above,
        was_stage=move.stage_id,
        was_before=move.before,
        was_after=move.after,
    )
    change = Change(
        kind=Kind.CARD_MOVE,
        board_key=ref.key,
        target=move.task_id,
        label=done.results[0].title,
        before=_record(done.stages, came_from, below, above),
        after=_record(done.stages, move.stage_id, move.before, move.after),
        undo=back if came_from else None,
        notices=unique(_notices_of_one(move, done, seen)),
    )
    return Outcome(change, came_from, done.results)


def _notices_of_one(move: CardMove, done: _Done, seen: SeenPlaces) -> Iterable[Notice]:
    """What the person did not know about where the card was, and whether they can still see it."""
    came_from, was_stage = done.before.get(move.task_id, 0), seen.stages.get(move.task_id)
    if move.task_id in done.unreadable:
        yield note(NoticeCode.TASK_UNREADABLE)
    if not came_from:
        yield note(NoticeCode.PLACE_UNKNOWN)
    elif was_stage and was_stage != came_from:
        yield note(NoticeCode.CARD_MOVED_MEANWHILE, stage_id=came_from)


def _record(stages: Sequence[Stage], stage_id: int, below: int, above: int) -> dict[str, Any]:
    """A place for the journal."""
    stage = lists.find(stages, stage_id)
    title = stage.title if stage else ""
    return {"stage_id": stage_id, "stage": title, "before": below, "after": above}


def _outcome_of_many(ref: BoardRef, moves: Sequence[CardMove], done: _Done) -> Outcome[None]:
    worked = [result.task_id for result in done.results if result.error is None]
    targets = {move.task_id: move.stage_id for move in moves}
    known = neighbours.in_order(done.spots, [card for card in worked if card in done.before])
    back = MoveCards(
        moves=tuple((card, done.before[card], below, above) for card, below, above in known),
        places={move.task_id: (move.before, move.after) for move in moves if move.task_id in done.before},
        now_in={card: targets[card] for card, *_spot in known},
    )
    unknown = len(worked) - len(known)
    change = Change(
        kind=Kind.CARDS_MOVE,
        board_key=ref.key,
        target=0,
        label="",
        before={
            "cards": {str(card): done.before.get(card, 0) for card in worked},
            "stages": lists.to_record(done.stages),
        },
        after={"cards": {str(card): targets[card] for card in worked}, "count": len(worked)},
        undo=back if known else None,
        notices=(note(NoticeCode.PLACE_UNKNOWN, count=unknown),) if unknown else (),
    )
    return Outcome(change, None, done.results, none_worked(done.results))
