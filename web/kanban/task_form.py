"""What stands in the task drawer: a task as text for fields, and back as the edit that was meant.

Each field travels twice, as `title` and as `seen_title`, what the page showed. Only fields that differ from
what was shown are changed, so two people in one task do not overwrite what they never touched.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated

from msgspec import Meta

from boards.core.errors import BadInput, BadInputCode
from boards.core.model import TaskStatus
from boards.core.tasks import Task, TaskEdit
from boards.kanban.tasks import TaskContext
from web.core.forms import Every, Form, Id, MomentText, Text, Words, words


@dataclass(frozen=True)
class TaskForm:
    """The fields as a browser holds them. `deadline` is the local time of `datetime-local`, "" for none."""

    title: str = ""
    description: str = ""
    responsible_id: str = ""
    deadline: str = ""
    priority: str = ""
    tags: str = ""
    group_id: str = ""
    stage_id: str = ""

    @property
    def tag_list(self) -> tuple[str, ...]:
        return split_tags([self.tags])


def form_of(task: Task) -> TaskForm:
    """The fields of a task as the portal has it now."""
    return TaskForm(
        title=task.title,
        description=_lines(task.description),
        responsible_id=str(task.responsible.id) if task.responsible else "",
        deadline=task.deadline.strftime("%Y-%m-%dT%H:%M") if task.deadline else "",
        priority=str(task.priority),
        tags=", ".join(task.tags),
        group_id=str(task.group_id),
        stage_id=str(task.stage_id),
    )


def moments_of(task: Task, now: dt.datetime) -> list[str]:
    """Dates of the task as the portal wrote them for this person, the most telling first (behaviour.md §5.1).

    Their offsets are all that is known of the person's time zone.
    """
    known = [moment for moment in (task.deadline, task.changed, task.created) if moment]
    return [moment.isoformat(timespec="seconds") for moment in known or [now]]


class TaskActionForm(Form, frozen=True, kw_only=True):
    """A status action. `board`: where the drawer was opened; `seen_status`: the status the page showed."""

    board: str = "me"
    seen_status: TaskStatus | None = None


class SaveTaskForm(TaskActionForm, frozen=True, kw_only=True):
    """The fields of the drawer, and what the page showed of each (`seen_…`); those not sent are untouched.

    Lists of people, projects and stages send numbers, `deadline` is local ("2026-12-01T18:30"). Values that
    are none get 422 and a word beside the field. `moments`: dates of the task as the portal wrote them, for
    the person's offset; `zone`: the browser's time zone; `seen_moment`: the deadline to the second;
    `seen_auditors`: ids of the observers.
    """

    title: Text | None = None
    description: Text | None = None
    responsible_id: str | None = None
    deadline: str | None = None
    priority: str | None = None
    tags: Every | None = None
    group_id: str | None = None
    stage_id: str | None = None
    seen_title: Text = ""
    seen_description: Text = ""
    seen_responsible_id: str = ""
    seen_deadline: str = ""
    seen_priority: str = ""
    seen_tags: str = ""
    seen_group_id: str = ""
    seen_stage_id: str = ""
    seen_moment: MomentText = ""
    seen_auditors: Annotated[tuple[Id, ...], Meta(extra={"read": words})] | None = None
    moments: Words = ()
    zone: str = ""


def posted(form: SaveTaskForm) -> tuple[TaskForm, TaskForm]:
    """What was typed and what the page had shown. A field that was not sent counts as untouched."""
    seen = TaskForm(**{f.name: getattr(form, f"seen_{f.name}") for f in fields(TaskForm)})
    typed = {f.name: getattr(form, f.name) for f in fields(TaskForm)}
    if form.tags is not None:
        typed["tags"] = ", ".join(split_tags(list(form.tags)))
    return replace(seen, **{name: text for name, text in typed.items() if text is not None}), seen


def touched(typed: TaskForm, seen: TaskForm) -> dict[str, str]:
    """The fields that were changed on the page, with their new text."""
    before = asdict(seen)
    return {name: text for name, text in asdict(typed).items() if text != before[name]}


def edits_of(changes: Mapping[str, str], seen: TaskForm, form: SaveTaskForm) -> tuple[TaskEdit, TaskEdit]:
    """The edit that is meant, and the same fields as the person saw them.

    BadInput for a value no control of the page produces. A field shows a deadline to the minute; what the
    portal has to the second comes in `seen_moment`. Stage "0" of a project just picked is its first stage,
    where the portal puts the task by itself.
    """
    zone = zone_of(form.moments, form.zone)
    if "group_id" in changes and changes.get("stage_id") == "0":
        changes = {name: text for name, text in changes.items() if name != "stage_id"}
    before = _edit({name: getattr(seen, name) for name in changes}, zone)
    if changes.get("deadline") is not None:
        before = replace(before, deadline=form.seen_moment)
    return _edit(changes, zone), before


def context_of(form: SaveTaskForm) -> TaskContext:
    """Status and observers as the page showed them; unknown where it did not say."""
    return TaskContext(form.seen_status or "", form.seen_auditors)


def _edit(texts: Mapping[str, str], zone: dt.tzinfo) -> TaskEdit:
    return TaskEdit(
        title=texts.get("title"),
        description=texts.get("description"),
        responsible_id=_number(texts, "responsible_id", BadInputCode.PERSON_INVALID),
        deadline=_deadline(texts["deadline"], zone) if "deadline" in texts else None,
        priority=_number(texts, "priority", BadInputCode.CHOICE_INVALID),
        tags=split_tags([texts["tags"]]) if "tags" in texts else None,
        group_id=_number(texts, "group_id", BadInputCode.STAGE_MISSING),
        stage_id=_number(texts, "stage_id", BadInputCode.STAGE_MISSING),
    )


def split_tags(texts: list[str]) -> tuple[str, ...]:
    """Tags of one or several fields; commas part them, blanks around them and repetitions go."""
    found = (tag.strip() for text in texts for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def zone_of(moments: Sequence[str], name: str) -> dt.tzinfo:
    """The person's time zone: the browser's, if the portal's dates agree with it, else the portal's offset.

    The offset alone would be an hour off for a deadline on the other side of a change to summer time.
    """
    known = [moment for moment in map(_moment, moments) if moment]
    try:
        zone = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    if zone and all(moment.astimezone(zone).utcoffset() == moment.utcoffset() for moment in known):
        return zone
    return known[0].tzinfo or dt.UTC if known else dt.UTC


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _deadline(text: str, zone: dt.tzinfo) -> str:
    if not text:
        return ""
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("deadline", BadInputCode.DEADLINE_INVALID) from error
    if local.tzinfo:
        raise BadInput("deadline", BadInputCode.DEADLINE_INVALID)
    return local.replace(tzinfo=zone).isoformat(timespec="seconds")


def _number(texts: Mapping[str, str], name: str, code: BadInputCode) -> int | None:
    text = texts.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,12}", text or "0"):
        raise BadInput(name, code)
    return int(text or "0")


def _lines(text: str) -> str:
    """Browsers send line breaks as CRLF; the portal keeps LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
