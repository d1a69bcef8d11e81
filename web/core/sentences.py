"""Codes of the domain → sentences for people, in the language of the request.

Each feature registers the sentences of its own codes (`register_sentences`); tests hold the tables to the
domain's own lists. Texts are marked with `_l` (translated when shown, not when imported); `%(name)s` places
are filled from the values that travel with the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from babel.dates import format_datetime
from flask.sansio.app import App
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import PRIORITY_HIGH, PRIORITY_LOW, PRIORITY_NORMAL, Denial, Notice, TaskStatus


@dataclass(frozen=True)
class Sentences:
    """What a feature says of its own codes.

    `changes` and `notices` are texts with places: "Renamed the stage “%(label)s”". `change_texts` and
    `notice_texts` make a sentence where places are not enough, as for numbers of things. `values`: words for
    values of a field; `value_texts`: how all values of a field read. `compared`: fields whose value before
    and after a change the journal shows, in this order. `unnamed`: fields whose old value is a number nobody
    knows, or too long to repeat. `fields_of_boards`: fields that are called otherwise on boards whose key
    begins so.
    """

    why: Mapping[Denial, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[Kind, Any] = field(default_factory=dict)
    changes: Mapping[Kind, Any] = field(default_factory=dict)
    change_texts: Mapping[Kind, Callable[[Change], str]] = field(default_factory=dict)
    notices: Mapping[NoticeCode, Any] = field(default_factory=dict)
    notice_texts: Mapping[NoticeCode, Callable[[Notice], str]] = field(default_factory=dict)
    bad_input: Mapping[BadInputCode, Any] = field(default_factory=dict)
    values: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    value_texts: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    compared: Sequence[str] = ()
    unnamed: Collection[str] = ()
    fields_of_boards: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


WHY: dict[Denial, Any] = {}
KIND: dict[Kind, Any] = {}
CHANGE: dict[Kind, Any] = {}
CHANGE_TEXT: dict[Kind, Callable[[Change], str]] = {}
NOTICE_TEXT: dict[NoticeCode, Callable[[Notice], str]] = {}
VALUE: dict[tuple[str, str], Any] = {}
FIELD_OF_BOARDS: dict[str, Mapping[str, str]] = {}
COMPARED = ["title", "color", "position", "stage", "status", "description"]
"""Fields whose value before and after a change the journal shows, in this order."""
UNNAMED = {"description"}
"""Fields whose old value is a number nobody knows, or too long to repeat."""

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

FIELD: dict[str, Any] = {
    "title": _l("Title"),
    "description": _l("Description"),
    "color": _l("Color"),
    "position": _l("Position"),
    "name": _l("Name"),
    "status": _l("Status"),
    "stage": _l("Stage"),
    "count": _l("Tasks"),
    "request_key": _l("Number of the request"),
    "seen": _l("What the page showed"),
    "shown": _l("What the page showed"),
    "theme": _l("Theme"),
    "as_admin": _l("Administrator"),
    "after_id": _l("Position"),
    "swatch": _l("Color"),
    "job_id": _l("Dialog"),
    "target_stage_id": _l("Stage"),
    "action": _l("Action"),
    "kind": _l("Type"),
    "utc_offset": _l("Time zone"),
    "AUTH_ID": _l("Login"),
    "REFRESH_ID": _l("Login"),
}
"""Fields of changes and of forms, as people know them."""

NOTICE: dict[NoticeCode, Any] = {
    NoticeCode.ACTED_AS_ADMIN: _l("Done with your rights as an administrator of the portal."),
    NoticeCode.ANSWER_LOST_BUT_DONE: _l("The connection broke, but the portal had done it."),
    NoticeCode.OUTCOME_UNKNOWN: _l("The portal did not answer. Whether it was done, nobody knows."),
    NoticeCode.ABANDONED: _l("The page was closed before this was finished."),
}

BAD_INPUT: dict[BadInputCode, Any] = {
    BadInputCode.TITLE_BLANK: _l("Enter a title."),
    BadInputCode.TITLE_TOO_LONG: _l("At most %(limit)s characters; this has %(length)s."),
    BadInputCode.COLOR_INVALID: _l("“%(value)s” is not a color. Enter six hex digits, like 00C4FB."),
    BadInputCode.CHOICE_INVALID: _l("Choose one of the values."),
    BadInputCode.NOTHING_TO_CHANGE: _l("There is nothing to change."),
}

OVERWRITTEN = _l("%(field)s: somebody had changed it to “%(old)s” meanwhile; your value replaced that.")
OVERWRITTEN_SOMEHOW = _l("%(field)s: somebody had changed it meanwhile; your value replaced that.")
OVERWRITTEN_EMPTY = _l("%(field)s: somebody had cleared it meanwhile; your value replaced that.")

BEFORE_UNKNOWN = _l("What was there before is not known, because an answer got lost: %(fields)s.")


def register_sentences(sentences: Sentences) -> None:
    """Add what a feature says to the tables; ValueError for a code that has its sentence already."""
    for table, more in (
        (WHY, sentences.why),
        (KIND, sentences.kinds),
        (CHANGE, sentences.changes),
        (CHANGE_TEXT, sentences.change_texts),
        (NOTICE, sentences.notices),
        (NOTICE_TEXT, sentences.notice_texts),
        (BAD_INPUT, sentences.bad_input),
        (VALUE, sentences.values),
        (VALUE_TEXT, sentences.value_texts),
        (FIELD_OF_BOARDS, sentences.fields_of_boards),
    ):
        _add(table, more)
    FIELD.update(sentences.fields)
    COMPARED.extend(sentences.compared)
    UNNAMED.update(sentences.unnamed)


def _add(table: dict[Any, Any], more: Mapping[Any, Any]) -> None:
    twice = table.keys() & more.keys()
    if twice:
        raise ValueError(f"two sentences for {sorted(map(str, twice))}")
    table.update(more)


def why_text(why: Denial | None) -> str:
    """Why somebody may not do something; "" when there is nothing to say."""
    return str(WHY[why]) if why else ""


def role_text(role: str) -> str:
    """The person's part in a project, by the portal's letter (behaviour.md §2)."""
    return str(ROLE.get(role, ROLE[""]))


def field_text(name: str, board_key: str = "") -> str:
    """The label of a field, on the board it is changed on; the name itself where there is no label."""
    for prefix, otherwise in FIELD_OF_BOARDS.items():
        if board_key.startswith(prefix):
            name = otherwise.get(name, name)
    return str(FIELD.get(name, name))


def form_field_text(name: str) -> str:
    """The label of a field of a form; what a page showed of a field ("seen_title") is called as the field."""
    return field_text(name if name in FIELD else name.removeprefix("seen_"))


def kind_text(kind: str) -> str:
    """A kind of change, for the filter of the journal."""
    return str(KIND[Kind(kind)])


def notice_text(notice: Notice) -> str:
    """What a person should know about something that was done."""
    code = NoticeCode(notice.code)
    if code in NOTICE_TEXT:
        return NOTICE_TEXT[code](notice)
    return str(NOTICE[code]) % notice.values


def notice_count(notice: Notice) -> int:
    """How many things a notice is about."""
    return int(str(notice.values.get("count", 0)))


def _before_unknown_text(notice: Notice) -> str:
    names = notice.values.get("fields", [])
    fields = names if isinstance(names, list | tuple) else []
    return str(BEFORE_UNKNOWN) % {"fields": ", ".join(field_text(str(name)) for name in fields)}


def _overwritten_notice_text(notice: Notice) -> str:
    return overwritten_text(str(notice.values.get("field", "")), notice.values.get("old", ""))


NOTICE_TEXT[NoticeCode.VALUE_BEFORE_UNKNOWN] = _before_unknown_text
NOTICE_TEXT[NoticeCode.FIELD_CHANGED_MEANWHILE] = _overwritten_notice_text
NOTICE_TEXT[NoticeCode.STAGE_CHANGED_SINCE] = _overwritten_notice_text


def overwritten_text(field: str, old: object) -> str:
    """Somebody changed a field after the page was read, and the person's own value replaced that."""
    if old in ("", [], ()):
        return str(OVERWRITTEN_EMPTY) % {"field": field_text(field)}
    if field in UNNAMED:
        return str(OVERWRITTEN_SOMEHOW) % {"field": field_text(field)}
    return str(OVERWRITTEN) % {"field": field_text(field), "old": value_text(field, old)}


def value_text(field: str, value: object) -> str:
    """A value of a change as people read it; "" for none. Numbers of people and projects stay numbers."""
    if isinstance(value, str) and (field, value) in VALUE:  # a sprint has a status too
        return str(VALUE[field, value])
    if field in VALUE_TEXT:
        return VALUE_TEXT[field](value)
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value)
    return str(value)


def moment_text(moment: dt.datetime) -> str:
    """A date and a time in the person's language, in the offset the value has."""
    return str(format_datetime(moment.replace(tzinfo=None), "medium", locale=get_locale() or "en"))


def iso_moment_text(value: str) -> str:
    """`moment_text` for a date and a time as ISO 8601; "" for none."""
    return moment_text(dt.datetime.fromisoformat(value)) if value else ""


def bad_input_text(error: BadInput) -> str:
    """What is wrong with a value a person typed, for the place next to the field."""
    return str(BAD_INPUT[error.code]) % ({"value": ""} | error.values)


def change_text(change: Change) -> str:
    """What was done, as a sentence without its subject: “Renamed the stage “Doing””."""
    if change.kind in CHANGE and (change.label or change.kind not in CHANGE_TEXT):
        return str(CHANGE[change.kind]) % {"label": change.label}
    return CHANGE_TEXT[change.kind](change)


def change_count(change: Change) -> int:
    """How many things a change of several covers."""
    return int(change.after.get("count", 0)) or len(change.after.get("tasks", ()))


def status_text(status: TaskStatus | str) -> str:
    """The state of a task (behaviour.md §5.1)."""
    return str(TASK_STATUS[TaskStatus(status)])


VALUE_TEXT: dict[str, Callable[[Any], str]] = {"status": lambda status: status_text(status) if status else ""}


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
