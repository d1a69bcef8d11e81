"""Copying colors, names and order from one pipeline to others: which changes that means, before any is made.

Alike stages are found by code without prefix (`C1:NEW` and `NEW`), then by name; for colors and names, what
is left over goes by its place within the group.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum

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
    parts = [_WAYS[What(one)] for one in What if one in what]
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
    _match(source, target, pairs, lambda one: one.code.upper())
    _match(source, target, pairs, lambda one: fold(one.name))
    if by_place:
        for semantic in GROUPS:
            rest = [one for one in source.group(semantic) if one not in pairs.values()]
            open_ = [one for one in target.group(semantic) if one.id not in pairs]
            pairs |= {one.id: other for one, other in zip(open_, rest, strict=False)}
    return pairs


def _match(
    source: Directory, target: Directory, pairs: dict[int, CrmStage], key: Callable[[CrmStage], str]
) -> None:
    """Add the pairs of one group that have the same key and no partner yet."""
    for semantic in GROUPS:
        free = {key(one): one for one in reversed(source.group(semantic)) if one not in pairs.values()}
        for one in target.group(semantic):
            if one.id not in pairs and key(one) in free:
                pairs[one.id] = free.pop(key(one))


def _colors(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    pairs = alike(source, target, by_place=True)
    for one in target.stages:
        like = pairs.get(one.id)
        if like and like.color and like.color != one.color:
            edit = RowEdit(color=like.color)
            yield PlannedChange(one.entity_id, one.id, one.name, "color", one.color, like.color, edit)


def _names(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    pairs = alike(source, target, by_place=True)
    for one in target.stages:
        like = pairs.get(one.id)
        if like and like.name != one.name:
            edit = RowEdit(name=like.name)
            yield PlannedChange(one.entity_id, one.id, one.name, "title", one.name, like.name, edit)


def _order(source: Directory, target: Directory) -> Iterator[PlannedChange]:
    """Stages with a partner in its order; the others stay behind the neighbour they had."""
    pairs = alike(source, target, by_place=False)
    places = {one.id: place for place, one in enumerate(source.stages)}
    ranks: dict[int, tuple[int, int, int]] = {}
    last = -1
    for index, one in enumerate(target.stages):
        last = places[pairs[one.id].id] if one.id in pairs else last
        ranks[one.id] = (GROUPS.index(one.semantic), last, index)
    wanted = sorted(target.stages, key=lambda one: ranks[one.id])
    if [one.id for one in wanted] == list(target.ids):
        return
    sorts = plan_sorts([(one.id, one.sort) for one in wanted])
    positions = {one.id: place for place, one in enumerate(target.stages, 1)}
    for place, one in enumerate(wanted, 1):
        if one.id in sorts:
            edit = RowEdit(sort=sorts[one.id])
            yield PlannedChange(one.entity_id, one.id, one.name, "position", positions[one.id], place, edit)


_WAYS: dict[What, Callable[[Directory, Directory], Iterator[PlannedChange]]] = {
    What.COLORS: _colors,
    What.NAMES: _names,
    What.ORDER: _order,
}
