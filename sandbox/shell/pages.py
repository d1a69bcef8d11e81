"""What the portal's own pages show: plain view objects made from the portal's state for one person."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from sandbox.state import access, ordering, stage_rows
from sandbox.state.crm import INVOICE, CrmStatus, entity_id_of
from sandbox.state.crm_directories import Directory, directories, rows_of
from sandbox.state.portal import COMPLETED, GROUP_BOARD, Group, Placement, Portal, Task, User

CARDS_SHOWN = 6
_HUES = 12
_NO_COLOR = "ACE9FB"  # how the portal draws a stage without a usable color
_BLACK_OR_WHITE = 0.179  # the luminance on which black and white text are equally readable
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})\Z")


@dataclass(frozen=True)
class Viewer:
    """Who looks at the page, in which language and theme. `inner` pages are shown inside a slider."""

    user: User
    lang: str
    theme: str
    inner: bool = False


@dataclass(frozen=True)
class CardView:
    """A task as a card; `deadline` is a date as text, "" for none."""

    id: int
    title: str
    responsible: User | None
    deadline: str
    overdue: bool
    completed: bool


@dataclass(frozen=True)
class ColumnView:
    """A kanban column; `total` counts all its tasks, `cards` are the first of them."""

    title: str
    color: str
    dark_text: bool
    total: int
    cards: tuple[CardView, ...]

    @property
    def hidden(self) -> int:
        """How many tasks of the column have no card on the page."""
        return self.total - len(self.cards)


@dataclass(frozen=True)
class GroupView:
    """A line of the project list. `kind` is scrum, project or group; `role` None for no member."""

    group: Group
    kind: str
    role: str | None
    members: int
    hue: int


def group_view(portal: Portal, group: Group, user: User) -> GroupView:
    """A line of the project list for one person."""
    kind = "scrum" if group.is_scrum else "project" if group.is_project else "group"
    return GroupView(
        group, kind, portal.role(group.id, user.id), len(group.members), group.id * 360 // _HUES % 360
    )


def groups_for(portal: Portal, user: User) -> list[GroupView]:
    """The projects a person can see; their own first, then by name."""
    views = [group_view(portal, group, user) for group in access.visible_groups(portal, user)]
    return sorted(views, key=lambda view: (view.role is None, view.group.name.casefold()))


def board(portal: Portal, group: Group, viewer: Viewer) -> list[ColumnView]:
    """The columns of a group as its members see them, with the first cards of each.

    Cards stand in the manual order; completed tasks are not shown, as by the portal's default filter.
    A board never opened has no rows (behaviour.md §3.2); the page then shows none either: it does not
    create what only the REST method may create.
    """
    rows = stage_rows.rows(portal, GROUP_BOARD, group.id)
    known = {row.id for row in rows}
    may_read = access.read_filter(portal, viewer.user)
    tasks = [task for task in portal.tasks.values() if task.group_id == group.id and may_read(task)]
    tasks = [task for task in tasks if task.status != COMPLETED]
    tasks.sort(key=lambda task: ordering.sort_key(portal, (GROUP_BOARD, group.id), task.id))
    columns = []
    for place, row in enumerate(rows):
        mine = [task for task in tasks if _column_of(task, known, rows[0].id) == row.id]
        color = (row.color or stage_rows.DEFAULT_COLOR).lstrip("#")
        shown = tuple(card_view(portal, task) for task in mine[:CARDS_SHOWN])
        title = stage_rows.shown_title(row, viewer.lang) or str(place + 1)
        columns.append(ColumnView(title, color, is_light(color), len(mine), shown))
    return columns


def _column_of(task: Task, known: set[int], first: int) -> int:
    """Tasks without a stage belong to the first column (§3.8)."""
    return task.stage_id if task.stage_id in known else first if task.stage_id == 0 else 0


def own_tasks(portal: Portal, user: User) -> list[CardView]:
    """The open tasks a person answers for, the nearest deadline first."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    mine = [
        task
        for task in portal.tasks.values()
        if task.responsible_id == user.id and not task.deleted and task.status != COMPLETED
    ]
    return [
        card_view(portal, task) for task in sorted(mine, key=lambda task: (task.deadline or far, task.id))
    ]


def card_view(portal: Portal, task: Task) -> CardView:
    """A task as a card."""
    return CardView(
        id=task.id,
        title=task.title,
        responsible=portal.users.get(task.responsible_id),
        deadline=task.deadline.strftime("%d.%m.%Y") if task.deadline else "",
        overdue=bool(task.deadline and task.deadline < portal.now() and task.status != COMPLETED),
        completed=task.status == COMPLETED,
    )


def is_light(color: str, cut: float = 0.3) -> bool:
    """Whether dark text is to stand on this color: its relative luminance (WCAG) is above `cut`."""
    try:
        red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (0, 2, 4))
    except ValueError:
        return True
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > cut


def placements(portal: Portal, code: str) -> list[Placement]:
    """What is bound to a place of the interface; dead until the installation is finished (wire.md §1)."""
    app = portal.app
    if app is None or not app.installed:
        return []
    return [bound for bound in app.placements if bound.code == code]


def placement_title(bound: Placement, lang: str, fallback: str) -> str:
    """The title in the person's language, else English, else the plain one, else the application's name."""
    texts = bound.lang_all.get(lang) or bound.lang_all.get("en") or {}
    return texts.get("TITLE") or bound.title or fallback


# --- the CRM page: every directory with its rows, and how many items stand in each ---
@dataclass(frozen=True)
class StageView:
    """A row of a CRM directory; `total` counts the items in it, `meaning` is P, S or F."""

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
