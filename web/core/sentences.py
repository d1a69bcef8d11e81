"""Codes of the domain → sentences for people, in the language of the request.

Every code the domain can produce has an entry; tests hold the tables to the domain's own lists. Texts are
marked with `_l` (translated when shown, not when imported); `%(name)s` places are filled from the values
that travel with the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from babel.dates import format_datetime
from flask.sansio.app import App
from flask_babel import get_locale, ngettext
from flask_babel import lazy_gettext as _l

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import PRIORITY_HIGH, PRIORITY_LOW, PRIORITY_NORMAL, Notice, TaskStatus, Why
from web.crm import sentences as crm_sentences
from web.scrum import sentences as scrum_sentences

WHY: Mapping[Why, Any] = {
    Why.NOT_A_MEMBER: _l("You are not a member of this project."),
    Why.NOT_OWNER_OR_MODERATOR: _l("Only the owner and the moderators of the project may change its stages."),
    Why.CANNOT_SORT: _l("The project does not let you move its tasks."),
    Why.FIRST_STAGE: _l("The first stage cannot be deleted: tasks without a stage are shown in it."),
    Why.TASK_FORBIDS: _l("The task does not let you do this."),
    **crm_sentences.WHY,
    **scrum_sentences.WHY,
}

TASK_STATUS: Mapping[TaskStatus, Any] = {
    TaskStatus.PENDING: _l("Not started"),
    TaskStatus.IN_PROGRESS: _l("In progress"),
    TaskStatus.AWAITS_CONTROL: _l("Waits for approval"),
    TaskStatus.COMPLETED: _l("Completed"),
    TaskStatus.DEFERRED: _l("Deferred"),
}

PRIORITY: Mapping[int, Any] = {
    PRIORITY_LOW: _l("Low"),
    PRIORITY_NORMAL: _l("Normal"),
    PRIORITY_HIGH: _l("High"),
}

ROLE: Mapping[str, Any] = {
    "A": _l("Owner"),
    "E": _l("Moderator"),
    "K": _l("Member"),
    "": _l("You only see it"),
}

TASK_ACTION: Mapping[str, Any] = {
    "start": _l("Start"),
    "pause": _l("Pause"),
    "complete": _l("Complete"),
    "renew": _l("Resume"),
    "defer": _l("Defer"),
}

FIELD: Mapping[str, Any] = {
    "title": _l("Title"),
    "description": _l("Description"),
    "color": _l("Color"),
    "position": _l("Position"),
    "responsible_id": _l("Responsible"),
    "deadline": _l("Deadline"),
    "priority": _l("Priority"),
    "tags": _l("Tags"),
    "group_id": _l("Project"),
    "stage_id": _l("Stage"),
    "status": _l("Status"),
    "stage": _l("Stage"),
    "moved": _l("Tasks moved"),
    "returned": _l("Tasks brought back"),
    "count": _l("Tasks"),
    **crm_sentences.FIELD,
    **scrum_sentences.FIELD,
}

KIND: Mapping[Kind, Any] = {
    Kind.STAGE_MOVE: _l("Stage moved"),
    Kind.STAGE_RENAME: _l("Stage renamed"),
    Kind.STAGE_RECOLOR: _l("Stage recolored"),
    Kind.STAGE_ADD: _l("Stage added"),
    Kind.STAGE_DELETE: _l("Stage deleted"),
    Kind.STAGE_RESTORE: _l("Stage brought back"),
    Kind.CARD_MOVE: _l("Task moved"),
    Kind.CARDS_MOVE: _l("Tasks moved"),
    Kind.TASK_EDIT: _l("Task changed"),
    Kind.TASK_ACTION: _l("Task status changed"),
    Kind.CARDS_EDIT: _l("Tasks changed"),
    Kind.CARDS_ACTION: _l("Status of tasks changed"),
    **crm_sentences.KIND,
    **scrum_sentences.KIND,
}

CHANGE: Mapping[Kind, Any] = {
    Kind.STAGE_MOVE: _l("Moved the stage “%(label)s”"),
    Kind.STAGE_RENAME: _l("Renamed the stage “%(label)s”"),
    Kind.STAGE_RECOLOR: _l("Changed the color of the stage “%(label)s”"),
    Kind.STAGE_ADD: _l("Added the stage “%(label)s”"),
    Kind.STAGE_DELETE: _l("Deleted the stage “%(label)s”"),
    Kind.STAGE_RESTORE: _l("Brought back the stage “%(label)s”"),
    Kind.CARD_MOVE: _l("Moved the task “%(label)s”"),
    Kind.TASK_EDIT: _l("Changed the task “%(label)s”"),
    Kind.TASK_ACTION: _l("Changed the status of the task “%(label)s”"),
}

NOTICE: Mapping[NoticeCode, Any] = {
    NoticeCode.ACTED_AS_ADMIN: _l("Done with your rights as an administrator of the portal."),
    NoticeCode.BOARD_CHANGED_MEANWHILE: _l(
        "Somebody else changed the board meanwhile; it shows how it is now."
    ),
    NoticeCode.ANCHOR_GONE: _l("The stage it should follow is gone, so it went to the end."),
    NoticeCode.STAGE_OF_ANOTHER_BOARD: _l("The stage belongs to another board."),
    NoticeCode.ANSWER_LOST_BUT_DONE: _l("The connection broke, but the portal had done it."),
    NoticeCode.NOT_IN_PLACE: _l("The stage was added, but not at the place you chose."),
    NoticeCode.OUTCOME_UNKNOWN: _l("The portal did not answer. Whether it was done, nobody knows."),
    NoticeCode.ABANDONED: _l("The page was closed before this was finished."),
    NoticeCode.HIDDEN_TASKS_REMAIN: _l("Tasks that you cannot see are still in the stage."),
    NoticeCode.CARD_MOVED_MEANWHILE: _l("Somebody else had moved the task to another stage meanwhile."),
    NoticeCode.PLACE_UNKNOWN: _l("Where the task was is not known, so this cannot be undone."),
    NoticeCode.TASK_UNREADABLE: _l("Saved. You can no longer see the task."),
    NoticeCode.NO_EXACT_REVERSE: _l("The portal has no way back to the status the task had before."),
    NoticeCode.STAGE_NOT_TAKEN: _l("Saved, but the portal refused to move the task to that stage."),
    NoticeCode.AUDITORS_KEPT: _l("The person who was responsible before stays an observer of the task."),
    **crm_sentences.NOTICE,
    **scrum_sentences.NOTICE,
}

BAD_INPUT: Mapping[BadInputCode, Any] = {
    BadInputCode.TITLE_BLANK: _l("Enter a title."),
    BadInputCode.TITLE_TOO_LONG: _l("At most %(limit)s characters; this has %(length)s."),
    BadInputCode.COLOR_INVALID: _l("“%(value)s” is not a color. Enter six hex digits, like 00C4FB."),
    BadInputCode.DEADLINE_INVALID: _l("Enter a date and a time, or leave both empty."),
    BadInputCode.PRIORITY_INVALID: _l("Choose one of the priorities."),
    BadInputCode.PERSON_INVALID: _l("Choose a person."),
    BadInputCode.TAG_TOO_LONG: _l("The tag “%(tag)s” is too long: at most %(limit)s characters."),
    BadInputCode.NOTHING_TO_CHANGE: _l("There is nothing to change."),
    BadInputCode.NO_CARDS: _l("Select at least one task."),
    BadInputCode.TOO_MANY_CARDS: _l("At most %(limit)s tasks at once; you have selected %(count)s."),
    BadInputCode.UNKNOWN_ACTION: _l("This is not an action of a task."),
    BadInputCode.SAME_STAGE: _l("Choose another stage than the one that is deleted."),
    BadInputCode.STAGE_MISSING: _l("Choose a stage of this board."),
    **crm_sentences.BAD_INPUT,
    **scrum_sentences.BAD_INPUT,
}

OVERWRITTEN = _l("%(field)s: somebody had changed it to “%(old)s” meanwhile; your value replaced that.")
OVERWRITTEN_SOMEHOW = _l("%(field)s: somebody had changed it meanwhile; your value replaced that.")
UNNAMED = {"responsible_id", "group_id", "stage_id", "description"}
"""Fields whose old value is a number nobody knows, or too long to repeat."""
OVERWRITTEN_EMPTY = _l("%(field)s: somebody had cleared it meanwhile; your value replaced that.")

BEFORE_UNKNOWN = _l("What was there before is not known, because an answer got lost: %(fields)s.")


def why_text(why: Why | None) -> str:
    """Why somebody may not do something; "" when there is nothing to say."""
    return str(WHY[why]) if why else ""


def role_text(role: str) -> str:
    """The person's part in a project, by the portal's letter (behaviour.md §2)."""
    return str(ROLE.get(role, ROLE[""]))


def field_text(name: str) -> str:
    """The label of a field of a stage or a task; the name itself where there is no label."""
    return str(FIELD.get(name, name))


def kind_text(kind: str) -> str:
    """A kind of change, for the filter of the journal."""
    return str(KIND[Kind(kind)])


def notice_text(notice: Notice) -> str:
    """What a person should know about something that was done."""
    code, values = NoticeCode(notice.code), notice.values
    count = int(str(values.get("count", 0)))
    if code is NoticeCode.TASKS_NOT_MOVED:
        return str(ngettext("%(num)s task could not be moved.", "%(num)s tasks could not be moved.", count))
    if code is NoticeCode.TASKS_LEFT_ALONE:
        return str(
            ngettext(
                "%(num)s task was left alone: somebody has moved it since.",
                "%(num)s tasks were left alone: somebody has moved them since.",
                count,
            )
        )
    if code is NoticeCode.CRM_NOT_ALL:
        return crm_sentences.counted_notice_text(count)
    if code in scrum_sentences.COUNTED or code in scrum_sentences.NOTICE:
        return scrum_sentences.notice_text(notice)
    if code is NoticeCode.VALUE_BEFORE_UNKNOWN:
        return str(BEFORE_UNKNOWN) % {"fields": ", ".join(field_text(str(one)) for one in _fields(values))}
    if code in (NoticeCode.FIELD_CHANGED_MEANWHILE, NoticeCode.STAGE_CHANGED_SINCE):
        return overwritten_text(str(values.get("field", "")), values.get("old", ""))
    return str(NOTICE[code]) % values


def overwritten_text(field: str, old: object) -> str:
    """Somebody changed a field after the page was read, and the person's own value replaced that."""
    if old in ("", [], ()):
        return str(OVERWRITTEN_EMPTY) % {"field": field_text(field)}
    if field in UNNAMED:
        return str(OVERWRITTEN_SOMEHOW) % {"field": field_text(field)}
    return str(OVERWRITTEN) % {"field": field_text(field), "old": value_text(field, old)}


def value_text(field: str, value: object) -> str:
    """A value of a change as people read it; "" for none. Numbers of people and projects stay numbers."""
    if field == "priority":
        return priority_text(int(str(value)))
    if isinstance(value, str) and (field, value) in scrum_sentences.VALUES:
        return str(scrum_sentences.VALUES[field, value])
    if field == "status":
        return status_text(str(value)) if value else ""
    if field in ("deadline", "start", "end"):
        return moment_text(dt.datetime.fromisoformat(str(value))) if value else ""
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def moment_text(moment: dt.datetime) -> str:
    """A date and a time in the person's language, in the offset the value has."""
    return str(format_datetime(moment.replace(tzinfo=None), "medium", locale=get_locale() or "en"))


def bad_input_text(error: BadInput) -> str:
    """What is wrong with a value a person typed, for the place next to the field."""
    return str(BAD_INPUT[error.code]) % ({"value": ""} | error.values)


def change_text(change: Change) -> str:
    """What was done, as a sentence without its subject: “Renamed the stage “Doing””."""
    if change.kind in crm_sentences.KIND:
        return crm_sentences.change_text(change)
    if change.kind in scrum_sentences.KIND:
        return scrum_sentences.change_text(change)
    if change.kind in CHANGE:
        return str(CHANGE[change.kind]) % {"label": change.label}
    return _several(change.kind, _count(change))


def _several(kind: Kind, count: int) -> str:
    if kind is Kind.CARDS_MOVE:
        return str(ngettext("Moved %(num)s task", "Moved %(num)s tasks", count))
    if kind is Kind.CARDS_ACTION:
        return str(
            ngettext("Changed the status of %(num)s task", "Changed the status of %(num)s tasks", count)
        )
    return str(ngettext("Changed %(num)s task", "Changed %(num)s tasks", count))


def _fields(values: Mapping[str, object]) -> list[object]:
    names = values.get("fields", [])
    return list(names) if isinstance(names, list | tuple) else []


def _count(change: Change) -> int:
    """How many tasks a bulk change covers."""
    return int(change.after.get("count", 0)) or len(change.after.get("tasks", ()))


def status_text(status: TaskStatus | str) -> str:
    """The state of a task (behaviour.md §5.1)."""
    return str(TASK_STATUS[TaskStatus(status)])


def priority_text(priority: int) -> str:
    """The priority of a task."""
    return str(PRIORITY.get(priority, PRIORITY[PRIORITY_NORMAL]))


def action_text(action: str) -> str:
    """The word on the button of a status action."""
    return str(TASK_ACTION[action])


def register(app: App) -> None:
    """Give templates the sentences as filters: `{{ why | why_text }}`."""
    for text in (why_text, role_text, field_text, kind_text, notice_text, change_text, status_text):
        app.add_template_filter(text, text.__name__)
    app.add_template_filter(moment_text, "moment")
    app.add_template_filter(priority_text, "priority_text")
    app.add_template_filter(action_text, "action_text")
