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

from werkzeug.datastructures import MultiDict

from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Task, TaskEdit, TaskStatus
from boards.kanban.tasks import TaskContext


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


def posted(form: MultiDict[str, str]) -> tuple[TaskForm, TaskForm]:
    """What was typed and what the page had shown. A field that was not sent counts as untouched."""
    seen = TaskForm(**{f.name: _lines(form.get(f"seen_{f.name}", "")) for f in fields(TaskForm)})
    typed = {f.name: _lines(form.get(f.name, getattr(seen, f.name))) for f in fields(TaskForm)}
    if "tags" in form:
        typed["tags"] = ", ".join(split_tags(form.getlist("tags")))
    return TaskForm(**typed), seen


def touched(typed: TaskForm, seen: TaskForm) -> dict[str, str]:
    """The fields that were changed on the page, with their new text."""
    before = asdict(seen)
    return {name: text for name, text in asdict(typed).items() if text != before[name]}


def edits_of(
    changes: Mapping[str, str], seen: TaskForm, form: Mapping[str, str]
) -> tuple[TaskEdit, TaskEdit]:
    """The edit that is meant, and the same fields as the person saw them.

    BadInput for a value no control of the page produces. A field shows a deadline to the minute; what the
    portal has to the second comes in `seen_moment`. Stage "0" of a project just picked is its first stage,
    where the portal puts the task by itself.
    """
    zone = zone_of(form.get("moments", "").split(), form.get("zone", ""))
    if "group_id" in changes and changes.get("stage_id") == "0":
        changes = {name: text for name, text in changes.items() if name != "stage_id"}
    before = _edit({name: getattr(seen, name) for name in changes}, zone)
    if changes.get("deadline") is not None:
        before = replace(before, deadline=form.get("seen_moment", ""))
    return _edit(changes, zone), before


def beside_of(form: Mapping[str, str]) -> TaskContext:
    """Status and observers as the page showed them; unknown where it did not say."""
    status = form.get("seen_status", "")
    auditors = form.get("seen_auditors")
    return TaskContext(
        status if status in set(TaskStatus) else "",
        None
        if auditors is None
        else tuple(int(one) for one in auditors.split() if re.fullmatch(r"\d{1,12}", one)),
    )


def _edit(texts: Mapping[str, str], zone: dt.tzinfo) -> TaskEdit:
    return TaskEdit(
        title=texts.get("title"),
        description=texts.get("description"),
        responsible_id=_number(texts, "responsible_id", BadInputCode.PERSON_INVALID),
        deadline=_deadline(texts["deadline"], zone) if "deadline" in texts else None,
        priority=_number(texts, "priority", BadInputCode.PRIORITY_INVALID),
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
    if zone and all(one.astimezone(zone).utcoffset() == one.utcoffset() for one in known):
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
