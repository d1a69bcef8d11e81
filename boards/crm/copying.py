"""Copying colors, names and order from one pipeline to others: which changes that means, before any is made.

Alike stages are found by code without prefix (`C1:NEW` and `NEW`), then by name; for colors and names, what
is left over goes by its place within the group.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from typing import Any

from boards.crm.model import GROUPS, CrmStage, Directory, PlannedChange, RowEdit, fold
from boards.crm.sort_values import plan_sorts


class What(StrEnum):
    """What is copied."""

    COLORS = "colors"
    NAMES = "names"
    ORDER = "order"


def copy_plan(
    source: Directory, targets: Sequence[Directory], what: Collection[What | str]
) -> tuple[PlannedChange, ...]:
    """Every change that makes the targets like the source; the source itself is no target."""
    parts = [_PARTS[part] for part in What if part in what]
    return tuple(
        change
        for target in targets
        if target.entity_id != source.entity_id
        for part in parts
        for change in part(source, target)
    )


def alike(source: Directory, target: Directory, *, by_place: bool) -> dict[int, CrmStage]:
    """For stages of the target, by id, the stage of the source they resemble; each source stage once."""
    pairs: dict[int, CrmStage] = {}
    _match(source, target, pairs, lambda stage: stage.code.upper())
    _match(source, target, pairs, lambda stage: fold(stage.name))
    if by_place:
        for semantic in GROUPS:
            rest = [stage for stage in source.group(semantic) if stage not in pairs.values()]
            unpaired = [stage for stage in target.group(semantic) if stage.id not in pairs]
            pairs |= {stage.id: like for stage, like in zip(unpaired, rest, strict=False)}
    return pairs


def _match(
    source: Directory, target: Directory, pairs: dict[int, CrmStage], key: Callable[[CrmStage], str]
) -> None:
    """Add the pairs of one group that have the same key and no partner yet."""
    for semantic in GROUPS:
        unpaired = [stage for stage in source.group(semantic) if stage not in pairs.values()]
        free = {key(stage): stage for stage in reversed(unpaired)}
        for stage in target.group(semantic):
            if stage.id not in pairs and key(stage) in free:
                pairs[stage.id] = free.pop(key(stage))


def _colors(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    pairs = alike(source, target, by_place=True)
    for stage in target.stages:
        like = pairs.get(stage.id)
        if like and like.color and like.color != stage.color:
            yield _planned(stage, "color", stage.color, like.color, RowEdit(color=like.color))


def _names(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    pairs = alike(source, target, by_place=True)
    for stage in target.stages:
        like = pairs.get(stage.id)
        if like and like.name != stage.name:
            yield _planned(stage, "title", stage.name, like.name, RowEdit(name=like.name))


def _order(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    """Stages with a partner in its order; the others stay behind the neighbour they had."""
    pairs = alike(source, target, by_place=False)
    places = {stage.id: place for place, stage in enumerate(source.stages)}
    ranks: dict[int, tuple[int, int, int]] = {}
    last = -1
    for index, stage in enumerate(target.stages):
        last = places[pairs[stage.id].id] if stage.id in pairs else last
        ranks[stage.id] = (GROUPS.index(stage.semantic), last, index)
    wanted = sorted(target.stages, key=lambda stage: ranks[stage.id])
    if [stage.id for stage in wanted] == list(target.ids):
        return
    sorts = plan_sorts([(stage.id, stage.sort) for stage in wanted])
    positions = {stage_id: place for place, stage_id in enumerate(target.ids, 1)}
    for place, stage in enumerate(wanted, 1):
        if stage.id in sorts:
            edit = RowEdit(sort=sorts[stage.id])
            yield _planned(stage, "position", positions[stage.id], place, edit)


def _planned(stage: CrmStage, what: str, before: Any, after: Any, edit: RowEdit) -> PlannedChange:
    return PlannedChange(stage.entity_id, stage.id, stage.name, what, before, after, edit)


_PARTS: dict[What, Callable[[Directory, Directory], Iterator[PlannedChange]]] = {
    What.COLORS: _colors,
    What.NAMES: _names,
    What.ORDER: _order,
}
