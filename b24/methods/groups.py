"""`sonet_group.*`: projects and who is in them (behaviour.md §7.3, §7.4).

Parameter names are UPPER-CASE only: a lower-case filter would be ignored (surprise 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from b24.client import Answer, Command
from b24.wire import as_bool, as_int, as_text, literal, rows


@dataclass(frozen=True)
class GroupRow:
    """A workgroup or project; a scrum team looks like a project here (§7.3)."""

    id: int
    name: str
    description: str = ""
    owner_id: int = 0
    member_count: int = 0
    is_project: bool = False
    visible: bool = True
    opened: bool = False
    closed: bool = False


def list_groups(*, start: int = 0, as_admin: bool = False, name: str | None = None) -> Command:
    """A page of 50 groups by name that the caller can see; all of them for an admin with `as_admin`.

    `name` keeps those that contain it. Archived groups are among them.
    """
    wanted: dict[str, Any] = {"ACTIVE": "Y", **({"%NAME": literal(name)} if name else {})}
    params = {"ORDER": {"NAME": "ASC"}, "FILTER": wanted, **_admin(as_admin)}
    return Command("sonet_group.get", {**params, **({"start": start} if start else {})})


def get_group(group_id: int | str, *, as_admin: bool = False) -> Command:
    """One group; an empty list if it is not there or not for the caller."""
    return Command("sonet_group.get", {"FILTER": {"ID": group_id}, **_admin(as_admin)})


def parse_groups(answer: Answer) -> tuple[GroupRow, ...]:
    """The groups of a page, in the portal's order."""
    return tuple(_row(row) for row in rows(answer.result))


def my_groups() -> Command:
    """The groups the caller is in, with roles; no paging."""
    return Command("sonet_group.user.groups")


def parse_my_groups(result: Any) -> dict[int, str]:
    """Role (A owner, E moderator, K member, …) by group id."""
    return {as_int(row.get("GROUP_ID")): as_text(row.get("ROLE")) for row in rows(result)}


def members(group_id: int | str) -> Command:
    """Active members of a group with roles A, E, K; no paging. NotFound also without access."""
    return Command("sonet_group.user.get", {"ID": group_id})


def parse_members(result: Any) -> dict[int, str]:
    """Role by user id."""
    return {as_int(row.get("USER_ID")): as_text(row.get("ROLE")) for row in rows(result)}


def _admin(as_admin: bool) -> dict[str, Any]:
    return {"IS_ADMIN": "Y"} if as_admin else {}


def _row(row: dict[str, Any]) -> GroupRow:
    return GroupRow(
        id=as_int(row.get("ID")),
        name=as_text(row.get("NAME")),
        description=as_text(row.get("DESCRIPTION")),
        owner_id=as_int(row.get("OWNER_ID")),
        member_count=as_int(row.get("NUMBER_OF_MEMBERS")),
        is_project=as_bool(row.get("PROJECT")),
        visible=as_bool(row.get("VISIBLE")),
        opened=as_bool(row.get("OPENED")),
        closed=as_bool(row.get("CLOSED")),
    )
