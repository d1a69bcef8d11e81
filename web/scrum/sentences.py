"""Sentences about scrum: planning, epics, sprints and their boards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext, ngettext

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInputCode
from boards.core.model import Denial, Notice
from boards.scrum.lifecycle import LeftBehind, StartColumns, StartRefusal
from boards.scrum.model import ColumnType, SprintStatus
from web.core.sentences import Sentences, iso_moment_text, notice_count, register_sentences

WHY: Mapping[Denial, Any] = {
    Denial.SCRUM_ADMIN_NO_MEMBER: _l(
        "You are not a member of this scrum team. Being an administrator of the portal does not open it: "
        "its owner has to add you."
    ),
    Denial.SCRUM_START_ROLE: _l(
        "Only the owner and the moderators of the team may start and complete sprints."
    ),
}

FIELD: Mapping[str, Any] = {
    "points": _l("Points"),
    "epic_id": _l("Epic"),
    "start": lazy_pgettext("date", "Start"),
    "end": _l("End"),
    "type": _l("Type"),
    "rows": _l("Items of the page"),
    "values_tshirts": _l("T-shirt sizes"),
    "values_own": _l("Your own"),
    "following": _l("Position"),
    "value": _l("Points"),
    "entity_id": _l("List"),
    "to_epic_id": _l("Epic"),
}

KIND: Mapping[Kind, Any] = {
    Kind.SCRUM_POINTS: _l("Scrum: points"),
    Kind.SCRUM_EPIC_ASSIGN: _l("Scrum: epic of items"),
    Kind.SCRUM_MOVE: _l("Scrum: items moved"),
    Kind.SCRUM_RECORDS: _l("Scrum: put into the backlog"),
    Kind.BACKLOG_ADD: _l("Scrum: backlog added"),
    Kind.EPIC_ADD: _l("Epic added"),
    Kind.EPIC_EDIT: _l("Epic changed"),
    Kind.EPIC_DELETE: _l("Epic deleted"),
    Kind.SPRINT_ADD: _l("Sprint added"),
    Kind.SPRINT_EDIT: _l("Sprint changed"),
    Kind.SPRINT_DELETE: _l("Sprint deleted"),
    Kind.SPRINT_START: _l("Sprint started"),
    Kind.SPRINT_COMPLETE: _l("Sprint completed"),
    Kind.COLUMN_MOVE: _l("Column of a sprint moved"),
    Kind.COLUMN_EDIT: _l("Column of a sprint changed"),
    Kind.COLUMN_ADD: _l("Column of a sprint added"),
    Kind.COLUMN_DELETE: _l("Column of a sprint deleted"),
    Kind.SPRINT_CARDS_MOVE: _l("Sprint board: tasks moved"),
}

CHANGE: Mapping[Kind, Any] = {
    Kind.SCRUM_POINTS: _l("Estimated “%(label)s”"),
    Kind.SCRUM_EPIC_ASSIGN: _l("Changed the epic of “%(label)s”"),
    Kind.SCRUM_MOVE: _l("Moved “%(label)s”"),
    Kind.SCRUM_RECORDS: _l("Put “%(label)s” into the backlog"),
    Kind.EPIC_ADD: _l("Added the epic “%(label)s”"),
    Kind.EPIC_EDIT: _l("Changed the epic “%(label)s”"),
    Kind.EPIC_DELETE: _l("Deleted the epic “%(label)s”"),
    Kind.SPRINT_ADD: _l("Added the sprint “%(label)s”"),
    Kind.SPRINT_EDIT: _l("Changed the sprint “%(label)s”"),
    Kind.SPRINT_DELETE: _l("Deleted the sprint “%(label)s”"),
    Kind.SPRINT_START: _l("Started the sprint “%(label)s”"),
    Kind.SPRINT_COMPLETE: _l("Completed the sprint “%(label)s”"),
    Kind.COLUMN_MOVE: _l("Moved the column “%(label)s”"),
    Kind.COLUMN_EDIT: _l("Changed the column “%(label)s”"),
    Kind.COLUMN_ADD: _l("Added the column “%(label)s”"),
    Kind.COLUMN_DELETE: _l("Deleted the column “%(label)s”"),
    Kind.SPRINT_CARDS_MOVE: _l("Moved the task “%(label)s”"),
}

BACKLOG_ADDED = _l("Gave the team its backlog")

SEVERAL: Mapping[Kind, Callable[[int], str]] = {
    Kind.SCRUM_POINTS: lambda num: ngettext("Estimated %(num)s item", "Estimated %(num)s items", num),
    Kind.SCRUM_EPIC_ASSIGN: lambda num: ngettext(
        "Changed the epic of %(num)s item", "Changed the epic of %(num)s items", num
    ),
    Kind.SCRUM_MOVE: lambda num: ngettext("Moved %(num)s item", "Moved %(num)s items", num),
    Kind.SCRUM_RECORDS: lambda num: ngettext(
        "Put %(num)s task into the backlog", "Put %(num)s tasks into the backlog", num
    ),
    Kind.SPRINT_CARDS_MOVE: lambda num: ngettext("Moved %(num)s task", "Moved %(num)s tasks", num),
}

NOTICE: Mapping[NoticeCode, Any] = {
    NoticeCode.POINTS_CHANGED_MEANWHILE: _l(
        "“%(task)s”: somebody had estimated it at “%(old)s” meanwhile; your value replaced that."
    ),
    NoticeCode.EPIC_CHANGED_MEANWHILE: _l(
        "“%(task)s”: somebody had given it another epic meanwhile; yours replaced that."
    ),
    NoticeCode.ITEM_MOVED_MEANWHILE: _l("“%(task)s”: somebody had moved it to another list meanwhile."),
    NoticeCode.ITEM_LEFT_TEAM: _l("“%(task)s” belongs to another project now."),
    NoticeCode.ORDER_NOT_KEPT: _l("Moved, but not to the exact place: the list's order is too tight there."),
    NoticeCode.SPRINT_START_FINAL: _l("A started sprint cannot be taken back."),
    NoticeCode.SPRINT_COMPLETE_FINAL: _l("A completed sprint cannot be opened again."),
    NoticeCode.SPRINT_GONE_FINAL: _l("A sprint that was started cannot be brought back."),
}

POINTS_WERE_CLEARED = _l("“%(task)s”: somebody had cleared its points meanwhile; your value replaced that.")

COUNTED: Mapping[NoticeCode, Callable[[int], str]] = {
    NoticeCode.NOT_ON_SPRINT_BOARD: lambda num: ngettext(
        "%(num)s item is in the sprint, but got no place on its board.",
        "%(num)s items are in the sprint, but got no place on its board.",
        num,
    ),
    NoticeCode.TASK_COMPLETED: lambda num: ngettext(
        "%(num)s task is completed now.", "%(num)s tasks are completed now.", num
    ),
    NoticeCode.TASK_RENEWED: lambda num: ngettext(
        "%(num)s task is open again.", "%(num)s tasks are open again.", num
    ),
    NoticeCode.ITEMS_TO_BACKLOG: lambda num: ngettext(
        "%(num)s item went to the backlog.", "%(num)s items went to the backlog.", num
    ),
    NoticeCode.ITEMS_NOT_RETURNED: lambda num: ngettext(
        "%(num)s item could not be brought back.", "%(num)s items could not be brought back.", num
    ),
    NoticeCode.EPIC_LEFT_ON_ITEMS: lambda num: ngettext(
        "%(num)s item still names the deleted epic.", "%(num)s items still name the deleted epic.", num
    ),
}

START_REFUSAL: Mapping[StartRefusal, Any] = {
    StartRefusal.NOT_ALLOWED: WHY[Denial.SCRUM_START_ROLE],
    StartRefusal.NOT_PLANNED: _l("The sprint was started or completed meanwhile."),
    StartRefusal.ANOTHER_ACTIVE: _l("Another sprint of the team is active. Complete that one first."),
    StartRefusal.NO_OPEN_TASKS: _l("No open task is in it. Move items from the backlog into the sprint."),
    StartRefusal.NO_NEW_COLUMN: _l(
        "Its board has columns, but none where tasks begin. Open the sprint board and make one."
    ),
    StartRefusal.LAST_WITHOUT_COLUMNS: _l(
        "The columns would be copied from the sprint that ended last, and that one has none. "
        "Open the sprint board and make columns."
    ),
    StartRefusal.UNKNOWN: _l("The portal refused it and does not say why."),
}

START_COLUMNS: Mapping[StartColumns, Any] = {
    StartColumns.OWN: _l("The columns of its board stay:"),
    StartColumns.COPIED: _l("The columns are copied from the last sprint, with its automation rules:"),
    StartColumns.DEFAULT: _l("Three columns are made: for new tasks, for work, for what is finished."),
}

LEFT_BEHIND: Mapping[LeftBehind, Any] = {
    LeftBehind.COLUMNS: _l("Columns were made on its board."),
    LeftBehind.COMPLETED_MOVED: _l("Completed tasks went to the backlog."),
}

COLUMN_TYPE: Mapping[ColumnType, Any] = {
    ColumnType.NEW: _l("Tasks begin here"),
    ColumnType.WORK: _l("Work"),
    ColumnType.FINISH: _l("Completes tasks"),
}

VALUES: Mapping[tuple[str, str], Any] = {
    ("status", SprintStatus.PLANNED.value): _l("Planned"),
    ("status", SprintStatus.ACTIVE.value): _l("Active"),
    ("status", SprintStatus.COMPLETED.value): _l("Completed"),
    **{("type", kind.value): text for kind, text in COLUMN_TYPE.items()},
}
"""Values of a change that stand for words."""

BAD_INPUT: Mapping[BadInputCode, Any] = {
    BadInputCode.POINTS_TOO_LONG: _l("At most %(limit)s characters; this has %(length)s."),
    BadInputCode.SCALE_EMPTY: _l("A scale needs at least one value."),
    BadInputCode.SCALE_TOO_LONG: _l("A scale has at most %(limit)s values."),
    BadInputCode.SCALE_LABEL_BLANK: _l("A value of the scale is blank."),
    BadInputCode.SCALE_LABEL_TWICE: _l("“%(value)s” is in the scale twice."),
    BadInputCode.SCALE_NUMBER_INVALID: _l("“%(value)s” is not a number."),
    BadInputCode.DATE_INVALID: _l("Enter a date."),
    BadInputCode.DATES_REVERSED: _l("The sprint has to end after it starts."),
    BadInputCode.LIST_MISSING: _l("Choose the backlog or an open sprint of this team."),
    BadInputCode.EPIC_MISSING: _l("Choose an epic of this team."),
    BadInputCode.CANNOT_CLEAR: _l("The portal cannot empty this once it is filled."),
    BadInputCode.COLUMN_TYPE_INVALID: _l("Choose what the column is for."),
}


def _counted_notice(notice: Notice) -> str:
    return str(COUNTED[NoticeCode(notice.code)](notice_count(notice)))


def _points_replaced(notice: Notice) -> str:
    text = NOTICE[NoticeCode.POINTS_CHANGED_MEANWHILE] if notice.values.get("old") else POINTS_WERE_CLEARED
    return str(text) % notice.values


def _of_several(change: Change) -> str:
    return str(SEVERAL[change.kind](int(change.after.get("count", 0)) or 1))


register_sentences(
    Sentences(
        why=WHY,
        fields=FIELD,
        compared=("points", "name", "start", "end", "type"),
        value_texts={"start": iso_moment_text, "end": iso_moment_text},
        kinds=KIND,
        changes=CHANGE,
        change_texts={
            **dict.fromkeys(SEVERAL, _of_several),
            Kind.BACKLOG_ADD: lambda _change: str(BACKLOG_ADDED),
        },
        notices=NOTICE,
        notice_texts={
            **dict.fromkeys(COUNTED, _counted_notice),
            NoticeCode.POINTS_CHANGED_MEANWHILE: _points_replaced,
        },
        bad_input=BAD_INPUT,
        values=VALUES,
    )
)
