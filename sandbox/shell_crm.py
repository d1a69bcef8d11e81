"""What the portal's CRM page shows: every directory with its rows and how many items stand in each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sandbox.crm import INVOICE, CrmStatus, entity_id_of
from sandbox.crm_directories import Directory, directories, rows_of
from sandbox.portal import Portal
from sandbox.shell_view import is_light

_NO_COLOR = "ACE9FB"  # how the portal draws a stage without a usable color
_BLACK_OR_WHITE = 0.179  # the luminance on which black and white text are equally readable
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})\Z")


@dataclass(frozen=True)
class StageView:
    name: str
    color: str
    dark_text: bool
    total: int
    meaning: str


@dataclass(frozen=True)
class DirectoryView:
    """A directory on the page; plain lists have no pipeline and count nothing."""

    entity_id: str
    name: str
    is_list: bool
    stages: tuple[StageView, ...]


def directory_views(portal: Portal) -> list[DirectoryView]:
    """All directories that have rows, pipelines first."""
    totals: Counter[tuple[str, str]] = Counter(
        (entity_id_of(item.entity_type_id, item.category_id), item.stage_id)
        for item in portal.crm.items.values()
    )
    views = [_view(portal, directory, totals) for directory in directories(portal)]
    return sorted((view for view in views if view.stages), key=lambda view: view.is_list)


def _view(portal: Portal, directory: Directory, totals: Counter[tuple[str, str]]) -> DirectoryView:
    name = directory.name
    if directory.entity_type_id == INVOICE and directory.category:
        name = f"{name}: {directory.category.name}"
    stages = tuple(
        _stage(row, totals[row.entity_id, row.status_id]) for row in rows_of(portal, directory.entity_id)
    )
    return DirectoryView(directory.entity_id, name, not directory.entity_type_id, stages)


def _stage(row: CrmStatus, total: int) -> StageView:
    found = _HEX.match(row.color or "")
    color = found[1] if found else _NO_COLOR
    return StageView(row.name, color, is_light(color, _BLACK_OR_WHITE), total, row.semantics or "P")
