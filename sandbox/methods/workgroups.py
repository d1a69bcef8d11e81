"""`socialnetwork.api.workgroup.*` (behaviour.md §7.1, §7.2)."""

from __future__ import annotations

from typing import Any

from sandbox.methods.group_rows import DATE_TEXT, camel, group_row, member_ids
from sandbox.rest.params import as_list, as_map, optional, text_of, to_int
from sandbox.rest.registry import Call, Listing, RestError, method, page_of
from sandbox.rest.rowfilter import order_rows, select_rows
from sandbox.state import access
from sandbox.state.portal import ACTIVE_ROLES, INVITED, MEMBER, MODERATOR, Group

FILTERABLE = frozenset(
    {"ID", "NAME", "OWNER_ID", "ACTIVE", "VISIBLE", "OPENED", "CLOSED", "PROJECT", "SUBJECT_ID", "SITE_ID"}
    | {"DATE_CREATE", "DATE_UPDATE", "DATE_ACTIVITY"}
)


@method(
    "socialnetwork.api.workgroup.list",
    scope="socialnetwork",
    style="controller",
    source="behaviour.md §7.1",
    not_modelled="params.mode, params.features; groups of other sites",
)
def list_groups(call: Call) -> Listing:
    """Groups the caller may know of; only `id` without a `select`."""
    wanted = optional(call.params, "select", "array", [])
    extra = as_map(optional(call.params, "params", "array", {}))
    rows = _sorted(call, _visible_rows(call, extra))
    fields = ["ID", *dict.fromkeys(text_of(name) for name in as_list(wanted) if text_of(name) != "ID")]
    found, following = page_of(rows, call.start)
    page = [{camel(name): row[name] for name in fields if name in row} for row in found]
    if extra.get("shouldSelectDialogId") == "Y":
        page = [item | {"dialogId": f"chat{item['id']}"} for item in page]
    if call.start < 0:
        return Listing({"workgroups": page})
    return Listing({"workgroups": page}, len(rows), following)


def _visible_rows(call: Call, extra: dict[str, Any]) -> list[Any]:
    as_admin = extra.get("IS_ADMIN") == "Y"
    groups = access.visible_groups(call.portal, call.user, as_admin=as_admin)
    conditions = as_map(optional(call.params, "filter", "array", {}))
    return select_rows([group_row(group) for group in groups], conditions, FILTERABLE)


def _sorted(call: Call, rows: list[Any]) -> list[Any]:
    """By `order`; a name the entity does not have is refused with the ORM's own text."""
    order = as_map(optional(call.params, "order", "array", {}))
    for name in order:
        if name not in FILTERABLE:
            text = (
                f"Unknown field definition `{name}` ({name}) for \\Bitrix\\Socialnetwork\\Workgroup Entity."
            )
            raise RestError("0", text)
    return order_rows(rows, order or {"ID": "ASC"})


@method(
    "socialnetwork.api.workgroup.get",
    scope="socialnetwork",
    style="controller",
    source="behaviour.md §7.2",
    not_modelled="avatars, counters, departments, efficiency, features, lists of invited people",
)
def get_group(call: Call) -> dict[str, Any]:
    """One group: upper-case keys, numbers, dates as localised text."""
    params = as_map(call.params.get("params"))
    number = to_int(params.get("groupId", 0))
    if number <= 0:
        raise RestError("SONET_CONTROLLER_WORKGROUP_EMPTY", "No value for the workgroup ID was provided.")
    group = call.portal.groups.get(number)
    if group is None or not access.can_see_group(call.portal, call.user, group):
        raise RestError("SONET_CONTROLLER_WORKGROUP_NOT_FOUND", "Workgroup not found.")
    wanted = {text_of(name) for name in as_list(params.get("select"))}
    return _whole(call, group) | {
        key: make(call, group) for name, (key, make) in _EXTRAS.items() if name in wanted
    }


def _whole(call: Call, group: Group) -> dict[str, Any]:
    row = group_row(group)
    form = DATE_TEXT.get(call.lang, DATE_TEXT["en"])
    created = group.created.strftime(form)
    return {
        "ID": group.id,
        "ACTIVE": row["ACTIVE"],
        "SITE_ID": "s1",
        "SUBJECT_ID": 1,
        "NAME": group.name,
        "DESCRIPTION": group.description,
        "KEYWORDS": group.keywords,
        "CLOSED": row["CLOSED"],
        "VISIBLE": row["VISIBLE"],
        "OPENED": row["OPENED"],
        "DATE_CREATE": created,
        "DATE_UPDATE": created,
        "DATE_ACTIVITY": created,
        "IMAGE_ID": 0,
        "AVATAR_TYPE": "folder",
        "OWNER_ID": group.owner_id,
        "INITIATE_PERMS": group.initiate_perms,
        "PROJECT": row["PROJECT"],
        "PROJECT_DATE_START": None,
        "PROJECT_DATE_FINISH": None,
        "LANDING": "N",
        "SCRUM_OWNER_ID": group.owner_id if group.is_scrum else 0,
        "SCRUM_MASTER_ID": group.scrum_master_id,
        "SCRUM_SPRINT_DURATION": int(row["SCRUM_SPRINT_DURATION"]),
        "SCRUM_TASK_RESPONSIBLE": row["SCRUM_TASK_RESPONSIBLE"],
        "TYPE": row["TYPE"],
        "CHAT_ID": group.id,
        "DIALOG_ID": f"chat{group.id}",
        "SITE_IDS": ["s1"],
        "TAGS": [word.strip() for word in group.keywords.split(",") if word.strip()],
        **_roles(group),
    }


def _roles(group: Group) -> dict[str, Any]:
    """Who is in the group, by role, and how many they are."""
    moderators = member_ids(group, {MODERATOR})
    members = member_ids(group, ACTIVE_ROLES)
    return {
        "NUMBER_OF_MEMBERS": len(members),
        "NUMBER_OF_MODERATORS": len(moderators) + 1,
        "MEMBERS": members,
        "ORDINARY_MEMBERS": member_ids(group, {MEMBER}),
        "INVITED_MEMBERS": member_ids(group, {INVITED}),
        "MODERATOR_MEMBERS": moderators,
    }


def _actions(call: Call, group: Group) -> dict[str, bool]:
    manages = call.user.is_admin or call.user.id == group.owner_id
    member = access.is_member(group, call.user)
    return {
        "EDIT": manages,
        "DELETE": manages,
        "INVITE": member,
        "JOIN": not member and group.opened,
        "LEAVE": member and call.user.id != group.owner_id,
        "FOLLOW": member,
        "PIN": True,
        "EDIT_FEATURES": manages,
    }


def _owner(call: Call, group: Group) -> dict[str, Any]:
    owner = call.portal.users.get(group.owner_id)
    return {"ID": group.owner_id, "PHOTO": "", "FORMATTED_NAME": owner.full_name if owner else ""}


def _user_data(call: Call, group: Group) -> dict[str, Any]:
    role = group.members.get(call.user.id)
    return {"ROLE": role or False, "INITIATED_BY_TYPE": "G" if role else False, "IS_SUBSCRIBED": bool(role)}


def _members(call: Call, group: Group) -> list[dict[str, Any]]:
    people = [call.portal.users[number] for number in member_ids(group, ACTIVE_ROLES)]
    return [
        {
            "id": user.id,
            "isOwner": user.id == group.owner_id,
            "isModerator": group.members[user.id] == MODERATOR,
            "isScrumMaster": user.id == group.scrum_master_id,
            "isAutoMember": False,
            "name": user.name,
            "lastName": user.last_name,
            "position": user.position,
            "photo": user.photo,
        }
        for user in people
    ]


def _privacy(_call: Call, group: Group) -> str:
    if not group.visible:
        return "secret"
    return "open" if group.opened else "closed"


_EXTRAS: dict[str, tuple[str, Any]] = {
    "ACTIONS": ("ACTIONS", _actions),
    "OWNER_DATA": ("OWNER_DATA", _owner),
    "USER_DATA": ("USER_DATA", _user_data),
    "LIST_OF_MEMBERS": ("LIST_OF_MEMBERS", _members),
    "PRIVACY_TYPE": ("PRIVACY_CODE", _privacy),
    "SUBJECT_DATA": ("SUBJECT_DATA", lambda _call, _group: {"ID": 1, "NAME": "Workgroups"}),
    "PIN": ("IS_PIN", lambda _call, _group: False),
}
