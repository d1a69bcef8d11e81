"""`tasks.task.*`, REST v1 (behaviour.md §5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import Answer, Command
from b24.methods.users import PersonRow, photo
from b24.wire import as_int, as_list, as_map, as_text, as_time, literal, rows

# TAGS and UF_CRM_TASK come only when named (§5.2); STAGE_ID must be named to get stageId (§5.7).
CARD_FIELDS = (
    "ID", "TITLE", "STAGE_ID", "GROUP_ID", "RESPONSIBLE_ID", "DEADLINE", "PRIORITY", "STATUS", "PARENT_ID",
    "UF_CRM_TASK", "TAGS",
)  # fmt: skip
ITEM_FIELDS = (
    "ID", "TITLE", "STAGE_ID", "GROUP_ID", "RESPONSIBLE_ID", "STATUS", "PARENT_ID", "TAGS", "CLOSED_DATE",
    "SPRINT_ID", "BACKLOG_ID",
)  # fmt: skip
DRAWER_FIELDS = (
    *CARD_FIELDS, "DESCRIPTION", "CREATED_BY", "CREATED_DATE", "CHANGED_DATE", "ACCOMPLICES", "AUDITORS",
)  # fmt: skip

STATUS_ACTIONS = frozenset({"complete", "renew", "start", "pause", "defer"})
_TEXT_FIELDS = frozenset({"TITLE", "DESCRIPTION", "TAGS"})


@dataclass(frozen=True)
class TaskRow:
    """A task. `status` is the real one, "2" to "6"; `actions` the keys of the `action` map that are true.

    `sprint_id` or `backlog_id` is where its scrum item is; both come only when selected.
    """

    id: int
    title: str
    description: str = ""
    group_id: int = 0
    stage_id: int = 0
    status: str = "2"
    priority: int = 1
    deadline: dt.datetime | None = None
    created: dt.datetime | None = None
    changed: dt.datetime | None = None
    responsible: PersonRow | None = None
    creator: PersonRow | None = None
    accomplices: tuple[PersonRow, ...] = ()
    auditors: tuple[PersonRow, ...] = ()
    tags: tuple[str, ...] = ()
    parent_id: int = 0
    crm: tuple[str, ...] = ()
    group_name: str = ""
    actions: frozenset[str] = frozenset()
    closed: dt.datetime | None = None
    sprint_id: int = 0
    backlog_id: int = 0


def get(task_id: int | str, *, select: Sequence[str] = DRAWER_FIELDS) -> Command:
    """One task. `[]` when it is not there or not for the caller: never an error (surprise 1)."""
    return Command("tasks.task.get", {"taskId": task_id, "select": list(select)})


def list_tasks(
    filter: Mapping[str, Any],  # noqa: A002 - the portal's own word
    *,
    order: Mapping[str, str] | None = None,
    select: Sequence[str] | None = None,
    start: int | str = 0,
) -> Command:
    """A page of 50 tasks; `start` -1 leaves the count out.

    Keys of `filter` are checked by nobody: a misspelled one widens the list to everything (surprise 3).
    """
    params: dict[str, Any] = {"filter": _safe_filter(filter), "select": list(select or CARD_FIELDS)}
    if order:
        params["order"] = dict(order)
    return Command("tasks.task.list", {**params, **({"start": start} if start else {})})


def update(task_id: int | str, fields: Mapping[str, Any]) -> Command:
    """Set fields by their UPPER-CASE names; gives the task anew, `[]` if the caller cannot read it any more.

    In a batch an empty list cannot be sent; `{"TAGS": [""]}` clears the tags there.
    """
    return Command("tasks.task.update", {"taskId": task_id, "fields": _safe_fields(fields)})


def add(fields: Mapping[str, Any]) -> Command:
    """A new task; TITLE and RESPONSIBLE_ID are required (§5.4). Not repeatable."""
    return Command("tasks.task.add", {"fields": _safe_fields(fields)})


def delete(task_id: int | str) -> Command:
    """Remove a task (§5.5)."""
    return Command("tasks.task.delete", {"taskId": task_id})


def status_action(name: str, task_id: int | str) -> Command:
    """complete, renew, start, pause or defer a task; ValueError for another name (§5.8)."""
    if name not in STATUS_ACTIONS:
        raise ValueError(f"not an action: {name!r}")
    return Command(f"tasks.task.{name}", {"taskId": task_id})


def parse_task(result: Any) -> TaskRow | None:
    """The task of `get`, `update`, `add` and the actions; None for `[]`."""
    task = as_map(as_map(result).get("task"))
    return _row(task) if as_int(task.get("id")) else None


def parse_list(answer: Answer) -> tuple[TaskRow, ...]:
    """The tasks of a page, in the portal's order."""
    return tuple(_row(task) for task in rows(as_map(answer.result).get("tasks")))


def parse_ids(answer: Answer) -> tuple[int, ...]:
    """The ids of the tasks of a page, in the portal's order."""
    return tuple(as_int(task.get("id")) for task in rows(as_map(answer.result).get("tasks")))


def _safe_filter(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {key: literal(value) if _is_text_key(key, value) else value for key, value in wanted.items()}


def _is_text_key(key: str, value: Any) -> bool:
    return isinstance(value, str) and key.lstrip("!=<>%@?") in {"TITLE", "SEARCH_INDEX", "TAG"}


def _safe_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _literals(value) if key in _TEXT_FIELDS else value for key, value in fields.items()}


def _literals(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    return [_literals(item) for item in value] if isinstance(value, list | tuple) else value


def _row(task: Mapping[str, Any]) -> TaskRow:
    return TaskRow(
        id=as_int(task.get("id")),
        title=as_text(task.get("title")),
        description=as_text(task.get("description")),
        group_id=as_int(task.get("groupId")),
        stage_id=as_int(task.get("stageId")),
        status=as_text(task.get("status")) or "2",
        priority=as_int(task.get("priority"), 1),
        deadline=as_time(task.get("deadline")),
        created=as_time(task.get("createdDate")),
        changed=as_time(task.get("changedDate")),
        responsible=_person(task, "responsible"),
        creator=_person(task, "creator", "createdBy"),
        accomplices=_people(task, "accomplices"),
        auditors=_people(task, "auditors"),
        tags=_tags(task.get("tags")),
        parent_id=as_int(task.get("parentId")),
        crm=_links(task.get("ufCrmTask")),
        group_name=as_text(as_map(task.get("group")).get("name")),
        actions=_actions(task.get("action")),
        closed=as_time(task.get("closedDate")),
        sprint_id=as_int(task.get("sprintId")),
        backlog_id=as_int(task.get("backlogId")),
    )


def _person(task: Mapping[str, Any], key: str, id_key: str = "") -> PersonRow | None:
    """From the person's object, or from the bare id where the object is missing."""
    if key not in task and (id_key or f"{key}Id") not in task:
        return None
    row = as_map(task.get(key))
    person_id = as_int(row.get("id")) or as_int(task.get(id_key or f"{key}Id"))
    return _person_row(person_id, row) if person_id else None


def _people(task: Mapping[str, Any], key: str) -> tuple[PersonRow, ...]:
    if key not in task and f"{key}Data" not in task:
        return ()
    data = as_map(task.get(f"{key}Data"))
    known = {as_int(row.get("id")): row for row in rows(data)}
    ids = [as_int(number) for number in as_list(task.get(key))] or list(known)
    return tuple(_person_row(person_id, known.get(person_id, {})) for person_id in ids if person_id)


def _links(value: Any) -> tuple[str, ...]:
    return tuple(as_text(link) for link in as_list(value) if link) if value else ()


def _actions(value: Any) -> frozenset[str]:
    if not value:
        return frozenset()
    return frozenset(key for key, allowed in as_map(value).items() if allowed is True)


def _person_row(person_id: int, row: Mapping[str, Any]) -> PersonRow:
    return PersonRow(
        id=person_id,
        name=as_text(row.get("name")).strip(),
        photo=photo(row.get("icon")),
        position=as_text(row.get("workPosition")),
    )


def _tags(value: Any) -> tuple[str, ...]:
    """From `[]`, a list of titles, or an object of {id: {id, title}}."""
    if not value:
        return ()
    titles = (as_text(tag.get("title") if isinstance(tag, Mapping) else tag) for tag in as_list(value))
    return tuple(title for title in titles if title)
