"""The manual order of a board's tasks: what dragging a card up or down leaves behind (behaviour.md §3.7).

A position belongs to a board, ("G", group id) or ("U", user id), and is only compared within it. Tasks
that were never dragged have none; they come after those that do, newest first.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.state.portal import Portal

BoardKey = tuple[str, int]

# Closer than this, two neighbours leave no room between them and the board is numbered afresh.
SMALLEST_GAP = 1e-6


def sort_key(portal: Portal, board: BoardKey, task_id: int) -> tuple[bool, float, int]:
    """Sorting by this puts placed tasks first, by position, then the others by id descending."""
    place = portal.sorting.get(board, {}).get(task_id)
    return (place is None, place or 0.0, -task_id)


def pin(portal: Portal, board: BoardKey, task_id: int, column: Iterable[int], *, on_top: bool) -> None:
    """Put the task before or after everything else in its column."""
    places = portal.sorting.setdefault(board, {})
    places.pop(task_id, None)
    if on_top:
        places[task_id] = min(places.values(), default=2.0) - 1.0
        return
    _place_all(portal, board, [other for other in column if other != task_id])
    places[task_id] = max(places.values(), default=0.0) + 1.0


def put_next_to(
    portal: Portal, board: BoardKey, task_id: int, target_id: int, column: Iterable[int], *, before: bool
) -> None:
    """Put the task right before or right after `target_id`.

    `column` are the ids in the target's column: those shown above an unplaced target get positions as well,
    otherwise the two would jump over them.
    """
    if task_id == target_id:
        return
    places = portal.sorting.setdefault(board, {})
    places.pop(task_id, None)
    if target_id not in places:
        above = [other for other in column if other not in places and other > target_id and other != task_id]
        _place_all(portal, board, [*above, target_id])
    places[task_id] = _beside(places, target_id, before)
    if _crowded(places, task_id, target_id):
        portal.sorting[board] = {
            other: float(number) for number, (other, _) in enumerate(sorted(places.items(), key=_by_place), 1)
        }


def forget(portal: Portal, task_id: int) -> None:
    """Drop the task's positions on every board."""
    for places in portal.sorting.values():
        places.pop(task_id, None)


def _by_place(item: tuple[int, float]) -> tuple[float, int]:
    return item[1], -item[0]


def _place_all(portal: Portal, board: BoardKey, task_ids: Iterable[int]) -> None:
    """Give positions to those that have none, in the order they are shown, after the placed ones."""
    places = portal.sorting.setdefault(board, {})
    last = max(places.values(), default=0.0)
    for task_id in sorted(set(task_ids), reverse=True):
        if task_id not in places:
            last += 1.0
            places[task_id] = last


def _beside(places: dict[int, float], target_id: int, before: bool) -> float:
    target = places[target_id]
    if before:
        neighbours = [place for place in places.values() if place < target]
        return (max(neighbours) + target) / 2 if neighbours else target - 1.0
    neighbours = [place for place in places.values() if place > target]
    return (min(neighbours) + target) / 2 if neighbours else target + 1.0


def _crowded(places: dict[int, float], task_id: int, target_id: int) -> bool:
    return abs(places[task_id] - places[target_id]) < SMALLEST_GAP
