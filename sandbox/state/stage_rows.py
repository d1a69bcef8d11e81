"""Rows of kanban columns: reading them in order, the default ones, renumbering (behaviour.md §3.2–3.5).

Knows neither access nor REST; the `task.stages.*` methods and the seeds build on it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.state.portal import GROUP_BOARD, SPRINT_BOARD, USER_BOARD, Portal, Stage

NEW = "NEW"
DEFAULT_COLOR = "47D1E2"

# (system type, key of the title, color) of the columns a board starts with, §3.2 and §11.
GROUP_DEFAULTS = ((NEW, "NEW", "00C4FB"), ("WORK", "WORK", "47D1E2"), ("FINISH", "FINISH", "75D900"))
PLAN_DEFAULTS = (
    (NEW, "PLAN_NEW", "00C4FB"),
    (None, "PLAN_WORK", "9DCF00"),
    (None, "PLAN_WEEK", "47D1E2"),
    (None, "PLAN_REVIEW", "FFA801"),
)

TITLES = {
    "en": {
        "NEW": "New",
        "WORK": "In progress",
        "FINISH": "Finished",
        "PLAN_NEW": "Not planned",
        "PLAN_WORK": "Work in progress",
        "PLAN_WEEK": "To be done this week",
        "PLAN_REVIEW": "Review",
    },
    "ru": {
        "NEW": "Новые",
        "WORK": "Выполняются",
        "FINISH": "Сделаны",
        "PLAN_NEW": "Не спланированы",
        "PLAN_WORK": "В работе",
        "PLAN_WEEK": "Сделать за неделю",
        "PLAN_REVIEW": "На проверке",
    },
    "de": {
        "NEW": "Neu",
        "WORK": "In Arbeit",
        "FINISH": "Abgeschlossen",
        "PLAN_NEW": "Nicht geplant",
        "PLAN_WORK": "Laufende Arbeit",
        "PLAN_WEEK": "Diese Woche zu erledigen",
        "PLAN_REVIEW": "Prüfung",
    },
}


def default_title(key: str, lang: str) -> str:
    """The text of a default column in the language of the call; English for languages we do not carry."""
    return TITLES.get(lang, TITLES["en"]).get(key, TITLES["en"]["WORK"])


def shown_title(stage: Stage, lang: str) -> str:
    """What a reader sees: an empty title is replaced by the localised default of its system type."""
    return stage.title or default_title(stage.system_type or "WORK", lang)


def rows(portal: Portal, entity_type: str, entity_id: int) -> list[Stage]:
    """The columns of one board in SORT order; equal SORTs by id."""
    found = (s for s in portal.stages.values() if s.entity_id == entity_id and s.entity_type == entity_type)
    return sorted(found, key=lambda stage: (stage.sort, stage.id))


def first_row(portal: Portal, entity_type: str, entity_id: int) -> Stage | None:
    """The column that tasks without a stage belong to (§3.8)."""
    board = rows(portal, entity_type, entity_id)
    return board[0] if board else None


def add_row(
    portal: Portal,
    entity_type: str,
    entity_id: int,
    title: str,
    color: str | None,
    *,
    sort: int,
    system_type: str | None = None,
) -> Stage:
    """Insert one column as it is, without renumbering."""
    stage = Stage(portal.next_id("stage"), title, sort, entity_id, entity_type, color, system_type)
    portal.stages[stage.id] = stage
    return stage


def ensure_board(portal: Portal, entity_type: str, entity_id: int, lang: str) -> list[Stage]:
    """The board's columns, made first if it has none: that is what a mere read does (§3.2).

    Sprint boards are never filled here. A group's board is a copy of the portal's template board, group 0;
    of its system types only NEW survives the copy.
    """
    board = rows(portal, entity_type, entity_id)
    if board or entity_type == SPRINT_BOARD:
        return board
    if entity_type == USER_BOARD:
        for number, (kind, key, color) in enumerate(PLAN_DEFAULTS, 1):
            title = default_title(key, lang)
            add_row(portal, USER_BOARD, entity_id, title, color, sort=number * 100, system_type=kind)
    elif entity_id == 0:
        for number, (kind, _, color) in enumerate(GROUP_DEFAULTS, 1):
            add_row(portal, GROUP_BOARD, 0, "", color, sort=number * 100, system_type=kind)
    else:
        _copy_template(portal, entity_id, lang)
    return rows(portal, entity_type, entity_id)


def _copy_template(portal: Portal, group_id: int, lang: str) -> None:
    template = ensure_board(portal, GROUP_BOARD, 0, lang)
    for number, source in enumerate(template, 1):
        kind = NEW if source.system_type == NEW else None
        title = shown_title(source, lang)
        add_row(portal, GROUP_BOARD, group_id, title, source.color, sort=number * 100, system_type=kind)


def renumber(board: Iterable[Stage]) -> None:
    """Number the columns 100, 200, … in the order given and let NEW go to the first (§3.3).

    Columns with a title lose any other system type; those of a sprint keep theirs (§3.4).
    """
    for position, stage in enumerate(board):
        stage.sort = (position + 1) * 100
        if stage.entity_type == SPRINT_BOARD:
            continue
        if position == 0:
            stage.system_type = NEW
        elif stage.title.strip():
            stage.system_type = ""
