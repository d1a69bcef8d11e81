"""Moving items inside and between backlog and sprints, in at most two requests for thirty of them.

The scrum item alone is not all: in the active sprint a task needs a column, or nobody sees it there, and
when it leaves, its column would remember it (behaviour.md §4.2, §4.3; surprise 24). So entering the active
sprint is three writes (list, place on the board, STAGE_ID) and leaving it two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from b24.client import BATCH_SIZE, Client
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards
from boards.core.errors import BadInput, BadInputCode, SprintGone
from boards.core.ids import EpicId, SprintId, StageId
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.scrum.items import ItemsOutcome
from boards.scrum.model import ItemFacts, ItemResult, RecipePart
from boards.scrum.move_plan import WRITES_PER_ITEM, ItemMove, Move, Seen


class ItemReturn(RecipePart, frozen=True):
    """The list, sort and column an item goes back to.

    `sort` None: it keeps the one it has. `from_list`, `from_sort`, `points` and `epic_id`: what the item has
    if nobody changed it since.
    """

    task_id: int
    entity_id: SprintId
    sort: float | None
    stage_id: StageId
    from_list: SprintId = msgspec.field(name="from")
    from_sort: float | None
    points: str
    epic_id: EpicId


@recipe
class MoveItems(Recipe, frozen=True, tag="scrum_move"):
    """Each item back into its list, at its place; on the sprint's board into its column."""

    active_id: SprintId
    items: tuple[ItemReturn, ...]

    def run(self, client: Client, context: UndoContext) -> ItemsOutcome:
        moves = [Move(item.task_id, item.entity_id, item.sort, item.stage_id) for item in self.items]
        seen = {
            item.task_id: ItemFacts(item.points, item.epic_id, item.from_list, item.from_sort or 0.0)
            for item in self.items
        }
        outcome = run_moves(client, context.ref, moves, seen, active_id=self.active_id)
        return outcome.raise_if_nothing_done()


def move_items(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    task_ids: Sequence[int],
    entity_id: int,
    *,
    after_id: int = 0,
    following: Sequence[int] = (),
    seen: Seen | None = None,
    active_id: int = 0,
) -> ItemsOutcome:
    """Put items into the backlog or an open sprint, one below the other; two requests for up to 30.

    `after_id`: the item above the place (0: the top), `following` the items below it, in their order; with
    neither, the items keep their sort. `seen`: facts of all these as the page has them; an item that
    somebody moved meanwhile gets a notice. `active_id`: the active sprint as the page knows it; without it,
    more than 16 items into or out of the active sprint take a third request. Raises BadInput LIST_MISSING
    without an `entity_id`, SprintGone when the list is not one of the team's (any more), and for a single
    item its failure.
    """
    del actor  # the client already speaks for the person
    wanted = require_cards(tuple(task_ids))
    if entity_id <= 0:
        raise BadInput("entity_id", BadInputCode.LIST_MISSING)
    known = dict(seen or {})
    below = [task_id for task_id in following if task_id not in wanted]
    sorts, exact = _sorts(wanted, after_id, below, known)
    making_room = [task_id for task_id in sorts if task_id not in wanted]
    moves = [Move(task_id, entity_id, sorts.get(task_id)) for task_id in (*wanted, *making_room)]
    outcome = run_moves(client, ref, moves, known, active_id=active_id)
    results, shifted = outcome.results[: len(wanted)], outcome.results[len(wanted) :]
    if len(wanted) == 1 and results[0].error:
        raise results[0].error
    notices = outcome.notices if exact else (*outcome.notices, note(NoticeCode.ORDER_NOT_KEPT))
    after = outcome.change.after | {"count": sum(result.error is None for result in results)}
    change = replace(outcome.change, after=after, notices=notices)
    return replace(outcome, change=change, now=shifted, results=results)


def run_moves(
    client: Client,
    ref: BoardRef,
    moves: Sequence[Move],
    seen: Seen | None = None,
    *,
    active_id: int = 0,
) -> ItemsOutcome:
    """Each item to its own list; the way back is a list of moves again, so undo comes here too."""
    item_move = ItemMove(ref, moves, dict(seen or {}), active_id)
    item_move.read(client)
    targets = item_move.lists.targets
    if not item_move.early and any(move.entity_id not in targets for move in moves):
        raise SprintGone
    item_move.write(client)
    results = tuple(item_move.result(move) for move in moves)
    return Outcome(_change(item_move, results), (), results, none_worked(results))


def _sorts(
    wanted: Sequence[int], after_id: int, following: Sequence[int], known: Seen
) -> tuple[dict[int, float], bool]:
    """Sorts for the moved items and those that make room, and whether the exact place is reached."""
    if not after_id and not following:
        return {}, True
    sorts = {task_id: facts.sort for task_id, facts in known.items()}
    if after_id and after_id not in sorts:
        return {}, False
    room = max(BATCH_SIZE - WRITES_PER_ITEM * len(wanted), 0)
    return place(wanted, sorts.get(after_id), following, sorts, room)


def _change(item_move: ItemMove, results: Sequence[ItemResult]) -> Change:
    pairs = zip(item_move.moves, results, strict=True)
    done = [(move, result) for move, result in pairs if result.error is None]
    found = [_item_return(item_move, move) for move, _result in done]
    way_back = tuple(item for item in found if item)
    single = done[0][1] if len(item_move.moves) == 1 and done else None
    before = {move.task_id: item_move.before(move.task_id) for move, _result in done}
    return Change(
        kind=Kind.SCRUM_MOVE,
        board_key=item_move.ref.key,
        target=single.task_id if single else 0,
        label=single.title if single else "",
        before={
            "lists": {str(task_id): facts.entity_id if facts else 0 for task_id, facts in before.items()}
        },
        after={"lists": {str(move.task_id): move.entity_id for move, _result in done}, "count": len(done)},
        undo=MoveItems(item_move.lists.active_id, way_back) if way_back else None,
        notices=_notices(item_move, done, all_known=len(way_back) == len(done)),
    )


def _notices(
    item_move: ItemMove, done: Sequence[tuple[Move, ItemResult]], *, all_known: bool
) -> tuple[Notice, ...]:
    found: list[Notice] = []
    for move, result in done:
        before, seen = item_move.before(move.task_id), item_move.seen.get(move.task_id)
        if before and seen and before.entity_id not in (seen.entity_id, move.entity_id):
            found.append(note(NoticeCode.ITEM_MOVED_MEANWHILE, task=result.title or f"#{move.task_id}"))
    off_board = item_move.off_board()
    if off_board:
        found.append(note(NoticeCode.NOT_ON_SPRINT_BOARD, count=off_board))
    if not all_known:
        found.append(note(NoticeCode.PLACE_UNKNOWN))
    return tuple(found)


def _item_return(item_move: ItemMove, move: Move) -> ItemReturn | None:
    """How one item gets back; None when nobody knows where it was."""
    before = item_move.before(move.task_id)
    if before is None or not before.entity_id or item_move.is_place_unknown(move):
        return None
    place = item_move.places.get(move.task_id)
    return ItemReturn(
        task_id=move.task_id,
        entity_id=before.entity_id,
        sort=before.sort if move.sort is not None else None,
        stage_id=place.stage_id if place else 0,
        from_list=move.entity_id,
        from_sort=move.sort,
        points=before.points,
        epic_id=before.epic_id,
    )


# Where an item comes to stand in its list: the sort between those of its neighbours; pure.


CLOSEST = 1e-6
"""Sorts nearer to each other than this are taken for the same."""


def sorts_between(above: float | None, below: float | None, count: int) -> tuple[float, ...] | None:
    """`count` sorts between two neighbours (None: there is none); None when there is no room.

    >>> sorts_between(1.0, 2.0, 1)
    (1.5,)
    >>> sorts_between(3.0, None, 2)
    (4.0, 5.0)
    """
    if below is None:
        start = 0.0 if above is None else above
        return tuple(start + index + 1 for index in range(count))
    start = 0.0 if above is None else above  # below zero, older portals could not keep it
    step = (below - start) / (count + 1)
    if step < CLOSEST:
        return None
    return tuple(start + step * (index + 1) for index in range(count))


def place(
    moved: Sequence[int],
    above: float | None,
    following: Sequence[int],
    sorts: Mapping[int, float],
    room: int,
) -> tuple[dict[int, float], bool]:
    """Sorts for the moved items, and for as many of the following ones as have to make room.

    `above` is the sort of the item above the place, `following` the items below it in their order, `sorts`
    those that are known; at most `room` of the following are shifted. The second value is False when the
    exact order cannot be reached.
    """
    below = next((sorts[task_id] for task_id in following if task_id in sorts), None)
    found = sorts_between(above, below, len(moved))
    if found is not None:
        return dict(zip(moved, found, strict=True)), not following or following[0] in sorts
    last = above or 0.0
    wanted: dict[int, float] = {}
    for task_id in moved:
        last += 1
        wanted[task_id] = last
    shifted = 0
    for task_id in following:
        if task_id not in sorts or sorts[task_id] - last > CLOSEST:
            break
        if shifted == room:
            return wanted, False
        last, shifted = last + 1, shifted + 1
        wanted[task_id] = last
    return wanted, True
