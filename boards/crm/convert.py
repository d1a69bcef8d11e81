"""Rows of the portal → directories and stages, and back into records of the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from b24.crm import CategoryRow, EntityTypeRow, StatusRow
from boards.crm.kinds import kind_of
from boards.crm.model import CrmStage, Directory, Semantic, ordered


def to_stage(row: StatusRow) -> CrmStage:
    """A stage of one row; a plain list knows no meanings."""
    meaning = Semantic.from_letter(row.semantics) if kind_of(row.entity_id).is_pipeline else Semantic.PROCESS
    return CrmStage(
        id=row.id,
        status_id=row.status_id,
        name=row.name,
        sort=row.sort,
        color=row.color,
        semantic=meaning,
        system=row.system,
        entity_id=row.entity_id,
        raw_color=row.raw_color,
    )


def to_stages(rows: Iterable[StatusRow]) -> dict[str, tuple[CrmStage, ...]]:
    """The stages of each directory, as the portal shows them."""
    found: dict[str, list[CrmStage]] = {}
    for row in rows:
        found.setdefault(row.entity_id, []).append(to_stage(row))
    return {entity_id: ordered(stages) for entity_id, stages in found.items()}


def to_directories(
    stages: Mapping[str, tuple[CrmStage, ...]],
    types: Sequence[EntityTypeRow],
    categories: Iterable[CategoryRow],
) -> tuple[Directory, ...]:
    """All directories: those the portal lists, in its order, and what else has rows."""
    names = {(one.entity_type_id, one.id): one.name for one in categories}
    listed = [
        Directory(
            entity_id=one.entity_id,
            name=_name(one, names),
            stages=stages.get(one.entity_id, ()),
            start_code=one.start_code,
        )
        for one in types
    ]
    known = {one.entity_id for one in types}
    rest = [
        Directory(entity_id, entity_id, own, known=False)
        for entity_id, own in sorted(stages.items())
        if entity_id not in known
    ]
    return (*listed, *rest)


def _name(one: EntityTypeRow, categories: Mapping[tuple[int, int], str]) -> str:
    """What people call it: the pipeline's own name for deals and invoices, which `types` does not give."""
    kind = kind_of(one.entity_id)
    own = ""
    if kind.entity_type_id is not None and kind.category_id is not None:
        own = categories.get((kind.entity_type_id, kind.category_id), "")
    return own or one.name or one.entity_id


def to_record(stages: Iterable[CrmStage]) -> list[dict[str, Any]]:
    """A directory for the journal: ids, names and colors in order."""
    return [{"id": one.id, "title": one.name, "color": one.color} for one in stages]
