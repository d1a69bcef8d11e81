"""SORT values for an order of stages, changing as few rows as possible; pure.

The portal renumbers nothing by itself and takes any positive number (behaviour.md §6.4, §6.5); equal values
have no order (§6.2). So an order is right when SORT grows strictly along it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

STEP = 10


def plan_sorts(order: Sequence[tuple[int, int | None]]) -> dict[int, int]:
    """New SORT by id for those that must change, so that SORT grows strictly along `order`.

    `order` holds (id, SORT) as wanted; None for a row that has no SORT yet. The number of rows changed is
    the least possible: a longest part that can stay as it is stays.
    """
    kept = _longest_rise([sort for _, sort in order])
    changes: dict[int, int] = {}
    index = 0
    while index < len(order):
        if index in kept:
            index += 1
            continue
        end = next((other for other in range(index, len(order)) if other in kept), len(order))
        low = _sort(order[index - 1][1]) if index else 0
        high = _sort(order[end][1]) if end < len(order) else None
        for place, value in zip(range(index, end), between(low, high, end - index), strict=True):
            changes[order[place][0]] = value
        index = end
    return changes


def _sort(value: int | None) -> int:
    assert value is not None  # only rows with a SORT are kept
    return value


def _longest_rise(sorts: Sequence[int | None]) -> frozenset[int]:
    """Indexes that can stay: a longest subsequence with room for whole numbers between and before.

    `sort - index` must not fall along it, and be at least 1 at its beginning (SORT is positive). It is looked
    for from the end, so that of several the one with the first rows is found: new values then go behind.
    """
    tails: list[int] = []
    places: list[int] = []
    behind: dict[int, int] = {}
    for index in reversed(range(len(sorts))):
        sort = sorts[index]
        if sort is None or sort - index < 1:
            continue
        room = index - sort
        at = bisect_right(tails, room)
        behind[index] = places[at - 1] if at else -1
        tails[at:] = [room, *tails[at + 1 :]]
        places[at:] = [index, *places[at + 1 :]]
    kept = set()
    last = places[-1] if places else -1
    while last >= 0:
        kept.add(last)
        last = behind[last]
    return frozenset(kept)


def between(low: int, high: int | None, count: int) -> list[int]:
    """`count` growing numbers after `low` and before `high`: round ones where there is room."""
    if high is None:
        first = low - low % STEP + STEP
        return [first + STEP * index for index in range(count)]
    first = low - low % STEP + STEP
    if first + STEP * (count - 1) < high:
        return [first + STEP * index for index in range(count)]
    gap = (high - low) / (count + 1)
    return [low + int(gap * (index + 1)) for index in range(count)]
