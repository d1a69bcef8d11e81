"""Moving items inside and between backlog and sprints, in at most two requests for thirty of them.

The scrum item alone is not all: in the active sprint a task needs a column, or nobody sees it there, and
when it leaves, its column would remember it (behaviour.md §4.2, §4.3; surprise 24). So entering the active
sprint is three writes (list, place on the board, STAGE_ID) and leaving it two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from b24.client import BATCH_SIZE, Client
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards
from boards.core.errors import BadInput, BadInputCode, SprintGone
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import ItemsOutcome
from boards.scrum.model import ItemFacts, ItemResult
from boards.scrum.move_plan import WRITES_PER_ITEM, Deed, Move, Seen


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
    wanted = require_cards(tuple(task_ids))
    if entity_id <= 0:
        raise BadInput("entity_id", BadInputCode.LIST_MISSING)
    known = dict(seen or {})
    sorts, exact = _sorts(wanted, after_id, [one for one in following if one not in wanted], known)
    making_room = [one for one in sorts if one not in wanted]
    moves = [Move(one, entity_id, sorts.get(one)) for one in (*wanted, *making_room)]
    outcome = run_moves(client, ref, actor, moves, known, active_id=active_id)
    shown = tuple(one for one in outcome.results if one.task_id in wanted)
    shifted = tuple(one for one in outcome.results if one.task_id not in wanted)
    if len(wanted) == 1 and shown[0].error:
        raise shown[0].error
    notices = outcome.notices if exact else (*outcome.notices, note(NoticeCode.ORDER_NOT_KEPT))
    after = outcome.change.after | {"count": sum(one.error is None for one in shown)}
    return ItemsOutcome(replace(outcome.change, after=after, notices=notices), shown, notices, shifted)


def run_moves(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    moves: Sequence[Move],
    seen: Seen | None = None,
    *,
    active_id: int = 0,
) -> ItemsOutcome:
    """Each item to its own list; the way back is a list of moves again, so undo comes here too."""
    del actor
    deed = Deed(ref, moves, dict(seen or {}), active_id)
    deed.read(client)
    if not deed.early and any(one.entity_id not in deed.lists.targets for one in moves):
        raise SprintGone
    deed.write(client)
    results = tuple(deed.result(one) for one in moves)
    notices = _notices(deed, moves, results)
    return ItemsOutcome(_change(deed, moves, results, notices), results, notices)


def _sorts(
    wanted: Sequence[int], after_id: int, following: Sequence[int], known: Seen
) -> tuple[dict[int, float], bool]:
    """Sorts for the moved items and those that make room, and whether the exact place is reached."""
    if not after_id and not following:
        return {}, True
    sorts = {one: fact.sort for one, fact in known.items()}
    if after_id and after_id not in sorts:
        return {}, False
    room = max(BATCH_SIZE - WRITES_PER_ITEM * len(wanted), 0)
    return place(wanted, sorts.get(after_id), following, sorts, room)


def _notices(deed: Deed, moves: Sequence[Move], results: Sequence[ItemResult]) -> tuple[Notice, ...]:
    found: list[Notice] = []
    for move, result in zip(moves, results, strict=True):
        old, seen = deed.was(move.task_id), deed.seen.get(move.task_id)
        if result.error is None and old and seen and old.entity_id not in (seen.entity_id, move.entity_id):
            found.append(note(NoticeCode.ITEM_MOVED_MEANWHILE, task=result.title or f"#{move.task_id}"))
    off_board = deed.off_board()
    if off_board:
        found.append(note(NoticeCode.NOT_ON_SPRINT_BOARD, count=off_board))
    return tuple(found)


def _change(
    deed: Deed, moves: Sequence[Move], results: Sequence[ItemResult], notices: tuple[Notice, ...]
) -> Change:
    done = [move for move, result in zip(moves, results, strict=True) if result.error is None]
    titles = {one.task_id: one.title for one in results}
    single = done[0].task_id if len(moves) == 1 and done else 0
    back = [_back(deed, move) for move in done]
    return Change(
        kind=Kind.SCRUM_MOVE,
        board_key=deed.ref.key,
        target=single,
        label=titles.get(single, ""),
        before={"lists": {str(one.task_id): _entity(deed.was(one.task_id)) for one in done}},
        after={"lists": {str(one.task_id): one.entity_id for one in done}, "count": len(done)},
        undo={"op": "scrum_move", "active_id": deed.lists.active_id, "items": [one for one in back if one]}
        if any(back)
        else None,
        notices=notices,
    )


def _entity(was: ItemFacts | None) -> int:
    return was.entity_id if was else 0


def _back(deed: Deed, move: Move) -> dict[str, Any] | None:
    """How one item gets back: its list, its sort and its column; what it has now tells later surprises."""
    was = deed.was(move.task_id)
    if was is None or not was.entity_id:
        return None
    stage_id = deed.places[move.task_id].stage_id if move.task_id in deed.places else 0
    return {
        "task_id": move.task_id,
        "entity_id": was.entity_id,
        "sort": was.sort if move.sort is not None else None,
        "stage_id": stage_id,
        "from": move.entity_id,
        "from_sort": move.sort,
        "points": was.points,
        "epic_id": was.epic_id,
    }


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
    below = next((sorts[one] for one in following if one in sorts), None)
    found = sorts_between(above, below, len(moved))
    if found is not None:
        return dict(zip(moved, found, strict=True)), not following or following[0] in sorts
    last = above or 0.0
    wanted: dict[int, float] = {}
    for one in moved:
        last += 1
        wanted[one] = last
    shifted = 0
    for one in following:
        if one not in sorts or sorts[one] - last > CLOSEST:
            break
        if shifted == room:
            return wanted, False
        last, shifted = last + 1, shifted + 1
        wanted[one] = last
    return wanted, True
