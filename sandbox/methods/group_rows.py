"""A group as the database has it: upper-case names, texts (behaviour.md §7); families pick from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sandbox.state.portal import ACTIVE_ROLES, MODERATOR, OWNER, Group

SPRINT_SECONDS = 14 * 24 * 3600
DATE_TEXT = {"en": "%m/%d/%Y %H:%M:%S", "de": "%d.%m.%Y %H:%M:%S", "ru": "%d.%m.%Y %H:%M:%S"}


def flag(value: bool) -> str:
    """A truth value as the database has it: "Y" or "N"."""
    return "Y" if value else "N"


def camel(name: str) -> str:
    """The camelCase spelling of a column: `SCRUM_MASTER_ID` → `scrumMasterId`."""
    first, *rest = name.lower().split("_")
    return first + "".join(part.capitalize() for part in rest)


def member_ids(group: Group, roles: Collection[str]) -> list[int]:
    """Ids of the people with one of the roles, ascending."""
    return sorted(user_id for user_id, role in group.members.items() if role in roles)


def kind_of(group: Group) -> str:
    """The `TYPE` of a group: "scrum", "project" or "group"."""
    if group.is_scrum:
        return "scrum"
    return "project" if group.is_project else "group"


def group_row(group: Group) -> dict[str, Any]:
    """All columns of one group, values as texts, null for what is not set."""
    created = group.created.replace(microsecond=0).isoformat()
    moderators = len(member_ids(group, {OWNER, MODERATOR}))
    return {
        "ID": str(group.id),
        "SITE_ID": "s1",
        "NAME": group.name,
        "DESCRIPTION": group.description or None,
        "KEYWORDS": group.keywords or None,
        "DATE_CREATE": created,
        "DATE_UPDATE": created,
        "DATE_ACTIVITY": created,
        "ACTIVE": flag(group.active),
        "VISIBLE": flag(group.visible),
        "OPENED": flag(group.opened),
        "CLOSED": flag(group.closed),
        "PROJECT": flag(group.is_project or group.is_scrum),
        "LANDING": "N",
        "SUBJECT_ID": "1",
        "OWNER_ID": str(group.owner_id),
        "NUMBER_OF_MEMBERS": str(len(member_ids(group, ACTIVE_ROLES))),
        "NUMBER_OF_MODERATORS": str(moderators),
        "INITIATE_PERMS": group.initiate_perms,
        "IMAGE_ID": None,
        "AVATAR_TYPE": None,
        "AVATAR": "",
        "PROJECT_DATE_START": None,
        "PROJECT_DATE_FINISH": None,
        "SCRUM_OWNER_ID": str(group.owner_id) if group.is_scrum else None,
        "SCRUM_MASTER_ID": str(group.scrum_master_id) if group.is_scrum else None,
        "SCRUM_SPRINT_DURATION": str(SPRINT_SECONDS if group.is_scrum else 0),
        "SCRUM_TASK_RESPONSIBLE": "A" if group.is_scrum else "",
        "TYPE": kind_of(group),
    }
