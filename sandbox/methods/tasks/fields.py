"""The fields of a task: names, types, spelling in answers, what `select` keeps (behaviour.md §5.1–5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

YES_NO = {"Y": "Yes", "N": "No"}


def _field(title: str | None, kind: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "type": kind, **more}


def _flag(title: str | None, default: str | None = "N") -> dict[str, Any]:
    return _field(title, "enum", values=YES_NO, default=default)


STATUS_TITLES = {
    "2": "Pending",
    "3": "In Progress",
    "4": "Awaiting Review",
    "5": "Completed",
    "6": "Deferred",
}
DURATIONS = ["secs", "mins", "hours", "days", "weeks", "months", "years"]

# What `tasks.task.getFields` answers; no story points, epics or tags (§5.6).
FIELDS: dict[str, dict[str, Any]] = {
    "ID": _field("ID", "integer", primary=True),
    "PARENT_ID": _field("Base Task ID", "integer", default=0),
    "TITLE": _field("Title", "string", required=True),
    "DESCRIPTION": _field("Description", "string"),
    "MARK": _field("Rating", "enum", values={"N": "Negative", "P": "Positive"}, default=None),
    "PRIORITY": _field("Priority", "enum", values={"2": "High", "1": "Medium", "0": "Low"}, default=1),
    "STATUS": _field("Status", "enum", values=STATUS_TITLES, default=2),
    "MULTITASK": _flag("Multitask"),
    "NOT_VIEWED": _flag(None),
    "REPLICATE": _flag("Recurring Task"),
    "GROUP_ID": _field("Project", "integer", default=0),
    "STAGE_ID": _field("Stage", "integer", default=0),
    "SPRINT_ID": _field("Sprint", "integer", default=0),
    "BACKLOG_ID": _field("Backlog", "integer", default=0),
    "CREATED_BY": _field("Creator", "integer", required=True),
    "CREATED_DATE": _field(None, "datetime"),
    "RESPONSIBLE_ID": _field("Participant", "integer", required=True),
    "ACCOMPLICES": _field(None, "array"),
    "AUDITORS": _field(None, "array"),
    "CHANGED_BY": _field("Modified By", "integer"),
    "CHANGED_DATE": _field("Modification Date", "datetime"),
    "STATUS_CHANGED_BY": _field("Status Changed By", "integer"),
    "STATUS_CHANGED_DATE": _field("Status Change Date", "datetime"),
    "CLOSED_BY": _field("Closed By", "integer", default=None),
    "CLOSED_DATE": _field("Closure Date", "datetime", default=None),
    "ACTIVITY_DATE": _field(None, "datetime", default=None),
    "DATE_START": _field("Start Date", "datetime", default=None),
    "DEADLINE": _field("Deadline", "datetime", default=None),
    "START_DATE_PLAN": _field("Planned Start", "datetime", default=None),
    "END_DATE_PLAN": _field("Planned Completion", "datetime", default=None),
    "GUID": _field("GUID", "string", default=None),
    "XML_ID": _field("XML_ID", "string", default=None),
    "COMMENTS_COUNT": _field("Number of Comments", "integer", default=0),
    "SERVICE_COMMENTS_COUNT": _field(None, "integer", default=0),
    "NEW_COMMENTS_COUNT": _field(None, "integer", default=0),
    "ALLOW_CHANGE_DEADLINE": _flag(None),
    "ALLOW_TIME_TRACKING": _flag(None),
    "TASK_CONTROL": _flag("Accept Work"),
    "ADD_IN_REPORT": _flag("Add to Report"),
    "FORKED_BY_TEMPLATE_ID": _flag("Created from Template"),
    "TIME_ESTIMATE": _field("Estimated Time", "integer"),
    "TIME_SPENT_IN_LOGS": _field("Time Spent from Change History", "integer"),
    "MATCH_WORK_TIME": _field("Skip Weekends", "integer"),
    "FORUM_TOPIC_ID": _field("FORUM_TOPIC_ID", "integer"),
    "FORUM_ID": _field("FORUM_ID", "integer"),
    "SITE_ID": _field("SITE_ID", "string"),
    "SUBORDINATE": _flag("Subordinate Task", None),
    "FAVORITE": _flag(None, None),
    "EXCHANGE_MODIFIED": _field("EXCHANGE_MODIFIED", "datetime", default=None),
    "EXCHANGE_ID": _field("EXCHANGE_ID", "integer", default=None),
    "OUTLOOK_VERSION": _field("OUTLOOK_VERSION", "integer", default=None),
    "VIEWED_DATE": _field("Last Viewed Date", "datetime"),
    "SORTING": _field("Sorting Index", "double"),
    "DURATION_PLAN": _field("Spent (planned)", "integer"),
    "DURATION_FACT": _field("Spent (actual)", "integer"),
    "CHECKLIST": _field(None, "array"),
    "DURATION_TYPE": _field("DURATION_TYPE", "enum", values=DURATIONS, default="days"),
    "IS_MUTED": _flag(None),
    "IS_PINNED": _flag(None),
    "IS_PINNED_IN_GROUP": _flag(None),
    "FLOW_ID": _field("Flow", "integer", default=0),
    "CHAT_ID": _field("Chat", "integer", default=0),
    "UF_CRM_TASK": _field("CRM Entities", "crm"),
    "UF_TASK_WEBDAV_FILES": _field("Upload Files", "disk_file"),
    "UF_MAIL_MESSAGE": _field(None, "mail_message"),
}

STANDARD = tuple(name for name in FIELDS if not name.startswith("UF_"))
USER_FIELDS = tuple(name for name in FIELDS if name.startswith("UF_"))
# Names in `select` that add a block instead of a field (§5.2).
BLOCKS = ("TAGS", "COUNTERS", "RELATED_TASKS", "SUB_TASKS")
_KNOWN = frozenset((*FIELDS, *BLOCKS))


def camel(name: str) -> str:
    """`UF_CRM_TASK` → `ufCrmTask`, `UF_AUTO_123` → `ufAuto123`."""
    head, *rest = name.lower().split("_")
    return head + "".join(part.capitalize() for part in rest)


CAMEL = {name: camel(name) for name in FIELDS}


def selected(names: Iterable[Any]) -> tuple[frozenset[str], bool]:
    """The fields to answer, and whether it is the default set.

    `*` brings all standard fields, user fields only when named; unknown or wrongly spelt names are dropped,
    and when nothing is left the default set comes (§5.2, §5.7).
    """
    wanted = {name for name in names if isinstance(name, str)}
    kept = wanted & _KNOWN
    if "*" in wanted or not kept:
        return frozenset(STANDARD) | (kept - {"*"}), True
    return frozenset(kept), False
