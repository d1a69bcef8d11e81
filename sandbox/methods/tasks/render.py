"""A task as the portal answers it: camelCase, strings, persons, the `action` map (behaviour.md §5.2)."""

# ruff: noqa: ARG005 (entries of one table have one signature)

from __future__ import annotations

import datetime as dt
import uuid
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sandbox.methods.tasks.fields import CAMEL
from sandbox.rest import php
from sandbox.rest.registry import Call
from sandbox.state import access
from sandbox.state.portal import (
    AWAITS_CONTROL,
    COMPLETED,
    GROUP_BOARD,
    PENDING,
    USER_BOARD,
    Portal,
    Task,
    User,
)
from sandbox.state.scrum import BACKLOG, SPRINT

OVERDUE, UNSEEN, ALMOST_OVERDUE = -1, -2, -3
SOON = dt.timedelta(days=1)
NO_AVATAR = "/bitrix/images/tasks/default_avatar.png"

Reader = Callable[[Call, Task], Any]


def meta_status(task: Task, user: User, now: dt.datetime) -> int:
    """What `STATUS` filters and `subStatus` see: real, or overdue, unseen, almost overdue (§5.7)."""
    if task.deadline is not None and task.status not in (AWAITS_CONTROL, COMPLETED):
        if task.deadline < now:
            return OVERDUE
        if task.deadline < now + SOON:
            return ALMOST_OVERDUE
    if task.status == PENDING and task.created_by != user.id and user.id not in task.viewed_by:
        return UNSEEN
    return task.status


def _date(read: Callable[[Task], dt.datetime | None]) -> Reader:
    return lambda call, task: php.iso(read(task), call.user.time_zone)


def _const(value: Any) -> Reader:
    return lambda call, task: value


def _flag(read: Callable[[Task], bool]) -> Reader:
    return lambda call, task: "Y" if read(task) else "N"


def _number_or_null(value: int) -> str | None:
    return str(value) if value else None


def _sorting(call: Call, task: Task) -> str | None:
    board = (GROUP_BOARD, task.group_id) if task.group_id else (USER_BOARD, call.user.id)
    place = call.portal.sorting.get(board, {}).get(task.id)
    return None if place is None else f"{place:.7f}"


def _favorite(call: Call, task: Task) -> str:
    return "Y" if task.id in call.portal.favorites.get(call.user.id, set()) else "N"


def _entity(call: Call, task: Task, kind: str) -> str | None:
    """The sprint or backlog of the task's scrum item; null when it is in the other, or has none (§5.2)."""
    entity = call.portal.scrum.entity_of(task.id)
    return str(entity.id) if entity is not None and entity.kind == kind else None


READERS: dict[str, Reader] = {
    "ID": lambda call, task: str(task.id),
    "PARENT_ID": lambda call, task: _number_or_null(task.parent_id),
    "TITLE": lambda call, task: task.title,
    "DESCRIPTION": lambda call, task: task.description,
    "MARK": lambda call, task: task.mark,
    "PRIORITY": lambda call, task: str(task.priority),
    "STATUS": lambda call, task: str(task.status),
    "MULTITASK": _const("N"),
    "NOT_VIEWED": lambda call, task: (
        "Y" if task.created_by != call.user.id and call.user.id not in task.viewed_by else "N"
    ),
    "REPLICATE": _const("N"),
    "GROUP_ID": lambda call, task: str(task.group_id),
    "STAGE_ID": lambda call, task: str(task.stage_id),
    "SPRINT_ID": lambda call, task: _entity(call, task, SPRINT),
    "BACKLOG_ID": lambda call, task: _entity(call, task, BACKLOG),
    "CREATED_BY": lambda call, task: str(task.created_by),
    "CREATED_DATE": _date(lambda task: task.created),
    "RESPONSIBLE_ID": lambda call, task: str(task.responsible_id),
    "ACCOMPLICES": lambda call, task: [str(user_id) for user_id in task.accomplices],
    "AUDITORS": lambda call, task: [str(user_id) for user_id in task.auditors],
    "CHANGED_BY": lambda call, task: str(task.changed_by or task.created_by),
    "CHANGED_DATE": _date(lambda task: task.changed),
    "STATUS_CHANGED_BY": lambda call, task: _number_or_null(task.status_changed_by),
    "STATUS_CHANGED_DATE": _date(lambda task: task.status_changed or task.created),
    "CLOSED_BY": lambda call, task: _number_or_null(task.closed_by),
    "CLOSED_DATE": _date(lambda task: task.closed),
    "ACTIVITY_DATE": _date(lambda task: task.changed),
    "DATE_START": _date(lambda task: task.started),
    "DEADLINE": _date(lambda task: task.deadline),
    "START_DATE_PLAN": _date(lambda task: task.start_plan),
    "END_DATE_PLAN": _date(lambda task: task.end_plan),
    "GUID": lambda call, task: f"{{{uuid.uuid5(uuid.NAMESPACE_OID, str(task.id))}}}",
    "XML_ID": _const(None),
    "COMMENTS_COUNT": lambda call, task: _number_or_null(task.comments),
    "SERVICE_COMMENTS_COUNT": _const(None),
    "NEW_COMMENTS_COUNT": _const(0),
    "ALLOW_CHANGE_DEADLINE": _flag(lambda task: task.allow_change_deadline),
    "ALLOW_TIME_TRACKING": _const("N"),
    "TASK_CONTROL": _flag(lambda task: task.task_control),
    "ADD_IN_REPORT": _const("N"),
    "FORKED_BY_TEMPLATE_ID": _const(None),
    "TIME_ESTIMATE": lambda call, task: str(task.time_estimate),
    "TIME_SPENT_IN_LOGS": _const(None),
    "MATCH_WORK_TIME": _const("N"),
    "FORUM_TOPIC_ID": _const(None),
    "FORUM_ID": _const(None),
    "SITE_ID": _const("s1"),
    "SUBORDINATE": _const("N"),
    "FAVORITE": _favorite,
    "EXCHANGE_MODIFIED": _const(None),
    "EXCHANGE_ID": _const(None),
    "OUTLOOK_VERSION": _const("1"),
    "VIEWED_DATE": lambda call, task: php.iso(task.viewed_by.get(call.user.id), call.user.time_zone),
    "SORTING": _sorting,
    "DURATION_PLAN": _const(None),
    "DURATION_FACT": _const(None),
    "CHECKLIST": _const([]),
    "DURATION_TYPE": _const("days"),
    "IS_MUTED": _const("N"),
    "IS_PINNED": _const("N"),
    "IS_PINNED_IN_GROUP": _const("N"),
    "FLOW_ID": _const(None),
    "CHAT_ID": lambda call, task: str(5000 + task.id),
    "UF_CRM_TASK": lambda call, task: list(task.crm) or False,
    "UF_TASK_WEBDAV_FILES": _const(False),
    "UF_MAIL_MESSAGE": _const(None),
}


def fields_of(call: Call, task: Task, names: Iterable[str]) -> dict[str, Any]:
    """The plain fields under their camelCase names, in the order of the field table."""
    return {name: read(call, task) for name, read in _readers(frozenset(names))}


@lru_cache(maxsize=256)
def _readers(wanted: frozenset[str]) -> tuple[tuple[str, Reader], ...]:
    """The same for all rows of a list, so it is picked out once."""
    return tuple((CAMEL[name], read) for name, read in READERS.items() if name in wanted)


def person(portal: Portal, user_id: int) -> dict[str, Any]:
    """A person object: id, name, link, icon, position."""
    user = portal.users.get(user_id)
    return {
        "id": str(user_id),
        "name": user.full_name if user else "",
        "link": f"/company/personal/user/{user_id}/",
        "icon": (user.photo if user else "") or NO_AVATAR,
        "workPosition": (user.position if user else "") or None,
    }


def people(portal: Portal, user_ids: Iterable[int]) -> dict[str, Any]:
    """Person objects by id; empty it goes out as `[]`."""
    return {str(user_id): person(portal, user_id) for user_id in user_ids}


def group_of(portal: Portal, task: Task) -> Any:
    """The task's group in short, `[]` when it has none (§5.2)."""
    group = portal.groups.get(task.group_id)
    if group is None:
        return []
    return {
        "id": str(group.id),
        "name": group.name,
        "opened": group.opened,
        "membersCount": sum(map("AEK".__contains__, group.members.values())),
        "image": "",
        "additionalData": [],
    }


def tags_of(task: Task) -> dict[str, Any]:
    """Tags by id; the id is made from the text, as the stand-in keeps no table of tags."""
    ids = {tag: zlib.crc32(tag.encode()) % 100_000 for tag in task.tags}
    return {str(number): {"id": number, "title": tag} for tag, number in ids.items()}


def _counter(call: Call, task: Task) -> dict[str, Any]:
    mine = call.user.id in (task.responsible_id, *task.accomplices)
    expired = int(mine and meta_status(task, call.user, call.portal.now()) == OVERDUE)
    zero = dict.fromkeys(
        ("newComments", "projectExpired", "projectNewComments", "mutedExpired", "mutedNewComments"), 0
    )
    return {
        "counters": {"expired": expired, **zero},
        "color": "danger" if expired else "gray",
        "value": expired,
    }


def blocks_of(call: Call, task: Task, names: frozenset[str]) -> dict[str, Any]:
    """The blocks that `select` can ask for besides fields (§5.2)."""
    found: dict[str, Any] = {}
    if "TAGS" in names:
        found["tags"] = tags_of(task)
    if "COUNTERS" in names:
        found["counter"] = _counter(call, task)
    if "SUB_TASKS" in names:
        readable = access.read_filter(call.portal, call.user)
        children = (t for t in call.portal.tasks.values() if t.parent_id == task.id and readable(t))
        found["subTasks"] = {str(child.id): {"id": child.id, "title": child.title} for child in children}
    if "RELATED_TASKS" in names:
        found["relatedTasks"] = []
    return found


def _people_of(portal: Portal, task: Task, names: frozenset[str], *, always: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if always or "CREATED_BY" in names:
        found["creator"] = person(portal, task.created_by)
    if always or "RESPONSIBLE_ID" in names:
        found["responsible"] = person(portal, task.responsible_id)
    if "ACCOMPLICES" in names:
        found["accomplicesData"] = people(portal, task.accomplices)
    if "AUDITORS" in names:
        found["auditorsData"] = people(portal, task.auditors)
    return found


def in_list(call: Call, task: Task, names: frozenset[str], now: dt.datetime) -> dict[str, Any]:
    """One row of `tasks.task.list` (§5.7): what was selected, plus group, persons, `subStatus`."""
    row = fields_of(call, task, names | {"ID"})
    if "DESCRIPTION" in names:
        row["descriptionInBbcode"] = "Y"
    if "STATUS" in names:
        row["subStatus"] = str(meta_status(task, call.user, now))
    row["group"] = group_of(call.portal, task)
    row.update(_people_of(call.portal, task, names, always=False))
    row.update(blocks_of(call, task, names))
    return row


def alone(call: Call, task: Task, names: frozenset[str], *, default: bool) -> dict[str, Any]:
    """The task of `tasks.task.get`: id, favorite, group, persons and `action` come in any case (§5.2)."""
    row = fields_of(call, task, names | {"ID", "FAVORITE"})
    row["descriptionInBbcode"] = "Y"
    row["group"] = group_of(call.portal, task)
    row.update(_people_of(call.portal, task, names, always=True))
    row.update(blocks_of(call, task, names))
    if default:
        row["checkListTree"] = _empty_checklist(call.user)
        row["checkListCanAdd"] = True
    row["action"] = access.task_actions(call.portal, call.user, task)
    return row


def _empty_checklist(user: User) -> dict[str, Any]:
    nothing = dict.fromkeys(("id", "copiedId", "entityId", "createdBy", "parentId", "sortIndex"))
    more = {"isComplete": False, "isImportant": False, "completedCount": 0, "members": [], "attachments": []}
    fields = {**nothing, "userId": user.id, "title": "", "displaySortIndex": "", **more}
    return {"nodeId": 0, "fields": fields, "action": [], "descendants": []}
