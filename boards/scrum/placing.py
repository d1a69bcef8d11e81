"""Where an item comes to stand in its list: the sort between those of its neighbours; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
