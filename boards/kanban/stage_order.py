"""What the portal's known rules make of a list of stages; pure.

A re-read in the batch of a change is stale (behaviour.md §3.9) and a second request is one too many, so what
is now is computed from what was, by the rules of §3.3–3.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from boards.core.model import Stage

STEP = 100


def find(stages: Iterable[Stage], stage_id: int) -> Stage | None:
    """The stage with that id."""
    return next((stage for stage in stages if stage.id == stage_id), None)


def position(stages: Sequence[Stage], stage_id: int) -> int:
    """Index of a stage; -1 when it is not there."""
    return next((index for index, stage in enumerate(stages) if stage.id == stage_id), -1)


def predecessor(stages: Sequence[Stage], stage_id: int) -> int:
    """Id of the stage before; 0 for the first one and for a stage that is not there."""
    index = position(stages, stage_id)
    return stages[index - 1].id if index > 0 else 0


def surviving_predecessor(stages: Sequence[Stage], order: Sequence[int], stage_id: int) -> int:
    """The nearest stage that was before `stage_id` in the old `order` and still exists; 0 for none."""
    there = set(ids(stages))
    earlier = order[: order.index(stage_id)] if stage_id in order else []
    return next((stage for stage in reversed(earlier) if stage in there), 0)


def is_noop(stages: Sequence[Stage], stage_id: int, after_id: int) -> bool:
    """Whether moving the stage after `after_id` (0: to the front) leaves the order as it is."""
    return after_id == stage_id or moved_ids(stages, stage_id, after_id) == ids(stages)


def ids(stages: Iterable[Stage]) -> tuple[int, ...]:
    """The ids in order."""
    return tuple(stage.id for stage in stages)


def moved_ids(stages: Sequence[Stage], stage_id: int, after_id: int) -> tuple[int, ...]:
    """Ids after a move. An unknown `after_id` means last, the stage's own id means stay (§3.4)."""
    return ids(moved(stages, stage_id, after_id))


def moved(stages: Sequence[Stage], stage_id: int, after_id: int) -> tuple[Stage, ...]:
    """The stages after a move, numbered anew."""
    stage = find(stages, stage_id)
    if stage is None or after_id == stage_id:
        return numbered(stages)
    return inserted(without(stages, stage_id), stage, after_id)


def inserted(stages: Sequence[Stage], new: Stage, after_id: int) -> tuple[Stage, ...]:
    """The stages with a new one after `after_id`: 0 is the front, an unknown id the end (§3.3)."""
    at = 0 if after_id == 0 else position(stages, after_id) + 1
    if after_id and at == 0:
        at = len(stages)
    return numbered([*stages[:at], new, *stages[at:]])


def changed(
    stages: Sequence[Stage], stage_id: int, *, title: str | None = None, color: str | None = None
) -> tuple[Stage, ...]:
    """The stages after a rename or recolor."""
    return numbered(
        [
            replace(stage, title=title or stage.title, color=color or stage.color)
            if stage.id == stage_id
            else stage
            for stage in stages
        ]
    )


def without(stages: Sequence[Stage], stage_id: int) -> tuple[Stage, ...]:
    """The stages after a deletion; it renumbers nothing (§3.5)."""
    return tuple(
        replace(stage, is_first=index == 0)
        for index, stage in enumerate(stage for stage in stages if stage.id != stage_id)
    )


def numbered(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages as the portal numbers them after each addition and update: 100, 200, …"""
    return tuple(
        replace(stage, sort=(index + 1) * STEP, is_first=index == 0) for index, stage in enumerate(stages)
    )


def to_record(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """The board for the journal: ids, titles and colors in order."""
    return [{"id": stage.id, "title": stage.title, "color": stage.color} for stage in stages]


def snapshot(stages: Sequence[Stage], stage_id: int) -> dict[str, Any]:
    """A board for the journal, and of the stage concerned: title, color and position from 1 (0: absent)."""
    stage = find(stages, stage_id)
    return {
        "stages": to_record(stages),
        "title": stage.title if stage else "",
        "color": stage.color if stage else "",
        "position": position(stages, stage_id) + 1,
    }
