"""Rows of the portal → stages and projects."""

from __future__ import annotations

from collections.abc import Iterable

from b24.methods.groups import GroupRow
from b24.methods.stages import StageRow
from boards.core.model import Project, Stage


def to_stages(rows: Iterable[StageRow]) -> tuple[Stage, ...]:
    """Stages in their order; the first one is marked."""
    ordered = sorted(rows, key=lambda row: row.sort)
    return tuple(
        Stage(id=row.id, title=row.title, color=row.color, sort=row.sort, is_first=position == 0)
        for position, row in enumerate(ordered)
    )


def to_project(row: GroupRow, role: str) -> Project:
    """A row of the home page."""
    return Project(
        id=row.id,
        name=row.name,
        role=role,
        member_count=row.member_count,
        is_project=row.is_project,
        closed=row.closed,
        visible=row.visible,
        opened=row.opened,
        description=row.description,
    )
