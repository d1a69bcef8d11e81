"""What stands in the task drawer: a task as text for fields, and back as the edit that was meant.

Each field travels twice, as `title` and as `seen_title`, what the page showed. Only fields that differ from
what was shown are changed, so two people in one task do not overwrite what they never touched.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from werkzeug.datastructures import MultiDict

from boards.errors import BadInput
from boards.model import Task, TaskEdit

OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")


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


def offset_of(task: Task, now: dt.datetime) -> str:
    """The person's offset, as the portal wrote the task's dates for them (behaviour.md §5.1): "+03:00"."""
    known = task.deadline or task.changed or task.created or now
    return known.isoformat(timespec="minutes")[-6:] if known.utcoffset() else "+00:00"


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


def edit_of(changes: Mapping[str, str], offset: str) -> TaskEdit:
    """The edit that is meant; BadInput for a value no browser control of ours can produce."""
    return TaskEdit(
        title=changes.get("title"),
        description=changes.get("description"),
        responsible_id=_number(changes, "responsible_id"),
        deadline=_deadline(changes["deadline"], offset) if "deadline" in changes else None,
        priority=_number(changes, "priority"),
        tags=split_tags([changes["tags"]]) if "tags" in changes else None,
        group_id=_number(changes, "group_id"),
        stage_id=_number(changes, "stage_id"),
    )


def split_tags(texts: list[str]) -> tuple[str, ...]:
    """Tags of one or several fields; commas part them, blanks around them and repetitions go."""
    found = (tag.strip() for text in texts for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _deadline(text: str, offset: str) -> str:
    if not text:
        return ""
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("deadline", "deadline_invalid") from error
    if not OFFSET.fullmatch(offset) or local.tzinfo:
        raise BadInput("deadline", "deadline_invalid")
    return local.isoformat(timespec="seconds") + offset


def _number(changes: Mapping[str, str], name: str) -> int | None:
    text = changes.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,12}", text):
        raise BadInput(name, "choice_invalid")
    return int(text)


def _lines(text: str) -> str:
    """Browsers send line breaks as CRLF; the portal keeps LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
