"""`sonet_group.*` (behaviour.md §7.3, §7.4): parameter names in upper case only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.application.events import raise_event
from sandbox.methods.group_rows import group_row
from sandbox.rest.params import as_list, as_map, is_array, text_of, to_int
from sandbox.rest.registry import Call, Listing, RestError, method, page_of
from sandbox.rest.rowfilter import order_rows, select_rows
from sandbox.state import access
from sandbox.state.portal import ACTIVE_ROLES, MEMBER, MODERATOR, OWNER, Group

SCOPE = "sonet_group"
COLUMNS = (
    "ID",
    "SITE_ID",
    "NAME",
    "DESCRIPTION",
    "DATE_CREATE",
    "DATE_UPDATE",
    "ACTIVE",
    "VISIBLE",
    "OPENED",
    "CLOSED",
    "SUBJECT_ID",
    "OWNER_ID",
    "KEYWORDS",
    "NUMBER_OF_MEMBERS",
    "DATE_ACTIVITY",
    "SUBJECT_NAME",
    "PROJECT",
    "IS_EXTRANET",
)
FILTERABLE = frozenset(COLUMNS) - {"SUBJECT_NAME"}


def refusal(text: str) -> RestError:
    """A plain RestException: 400 with an empty code (§1.6)."""
    return RestError("", text)


@method("sonet_group.get", scope=SCOPE, style="classic", source="behaviour.md §7.3")
def get(call: Call) -> Listing:
    """Groups the caller may know of; no scrum fields, lower-case parameters are ignored."""
    params = call.params
    groups = access.visible_groups(call.portal, call.user, as_admin=params.get("IS_ADMIN") == "Y")
    conditions = as_map(params.get("FILTER"))
    if params.get("GROUP_ID"):
        conditions["ID"] = params["GROUP_ID"]
    rows = select_rows([_row(group) for group in groups], conditions, FILTERABLE)
    order = {name: way for name, way in as_map(params.get("ORDER")).items() if name in COLUMNS}
    rows = order_rows(rows, order or {"ID": "DESC"})
    page, following = page_of(rows, call.start)
    if call.start < 0:
        return Listing(page, 0)
    return Listing(page, len(rows), following)


def _row(group: Group) -> dict[str, Any]:
    row = group_row(group) | {"SUBJECT_NAME": "Workgroups", "IS_EXTRANET": "N"}
    return {name: row[name] for name in COLUMNS}


@method(
    "sonet_group.create",
    scope=SCOPE,
    style="classic",
    source="docs: sonet_group.create",
    not_modelled="images, project dates, extranet, SITE_ID, SUBJECT_ID",
)
def create(call: Call) -> int:
    """A new group; only an admin may name another owner."""
    params = call.params
    name = text_of(params.get("NAME")).strip() if not is_array(params.get("NAME")) else ""
    if not name:
        raise refusal("Cannot create group")
    owner = to_int(params.get("OWNER_ID", 0)) if call.user.is_admin else 0
    owner = owner if owner in call.portal.users else call.user.id
    group = Group(
        id=call.portal.next_id("group"),
        name=name,
        owner_id=owner,
        description=text_of(params.get("DESCRIPTION")),
        members={owner: OWNER},
        visible=params.get("VISIBLE", "Y") == "Y",
        opened=params.get("OPENED") == "Y",
        closed=params.get("CLOSED") == "Y",
        is_project=params.get("PROJECT") == "Y",
        scrum_master_id=to_int(params.get("SCRUM_MASTER_ID", 0)),
        keywords=text_of(params.get("KEYWORDS")),
        initiate_perms=text_of(params.get("INITIATE_PERMS")) or MEMBER,
        created=call.portal.now(),
    )
    call.portal.groups[group.id] = group
    raise_event(call, "ONSONETGROUPADD", {"FIELDS": {"ID": group.id}})
    return group.id


def known_group(call: Call, name: str) -> Group:
    """The group of the parameter; refused when it is none or hidden from the caller, be it an admin."""
    number = to_int(call.params.get(name, 0))
    if number <= 0:
        raise refusal("Wrong socialnetwork group ID")
    group = call.portal.groups.get(number)
    if group is None or not access.can_see_group(call.portal, call.user, group):
        raise refusal("Socialnetwork group not found")
    return group


@method("sonet_group.user.get", scope=SCOPE, style="classic", source="behaviour.md §7.4")
def members(call: Call) -> list[dict[str, str]]:
    """The active members of a group with their roles, all in one answer."""
    users = call.portal.users
    return [
        {"USER_ID": str(user_id), "ROLE": role}
        for user_id, role in known_group(call, "ID").members.items()
        if role in ACTIVE_ROLES and user_id in users and users[user_id].active
    ]


@method("sonet_group.user.groups", scope=SCOPE, style="classic", source="behaviour.md §7.4")
def my_groups(call: Call) -> list[dict[str, Any]]:
    """The caller's own groups with the role in each, all at once."""
    return [
        {
            "GROUP_ID": str(group.id),
            "GROUP_NAME": group.name,
            "ROLE": group.members[call.user.id],
            "GROUP_IMAGE_ID": None,
            "GROUP_IMAGE": "",
        }
        for _, group in sorted(call.portal.groups.items())
        if group.active and access.is_member(group, call.user)
    ]


@method(
    "sonet_group.user.add",
    scope=SCOPE,
    style="classic",
    source="behaviour.md §2",
    not_modelled="invitations: people become members at once",
)
def add_members(call: Call) -> list[int]:
    """Make people members; the ids of those who were none before."""
    group = known_group(call, "GROUP_ID")
    wanted = [to_int(value) for value in as_list(call.params.get("USER_ID"))]
    people = [number for number in wanted if number in call.portal.users]
    if not people:
        raise refusal("Wrong user IDs")
    if not _may_invite(call, group):
        raise refusal("You do not have permission to perform this operation")
    fresh = [number for number in people if group.members.get(number) not in ACTIVE_ROLES]
    group.members.update(dict.fromkeys(fresh, MEMBER))
    return fresh


def _may_invite(call: Call, group: Group) -> bool:
    """By INITIATE_PERMS: the owner, also moderators, or every member."""
    allowed = {OWNER: {OWNER}, MODERATOR: {OWNER, MODERATOR}}.get(group.initiate_perms, ACTIVE_ROLES)
    return call.user.is_admin or group.members.get(call.user.id) in allowed


Check = Callable[[Call, Group], bool]


def _member(call: Call, group: Group) -> bool:
    return access.is_member(group, call.user)


def _manager(call: Call, group: Group) -> bool:
    return group.members.get(call.user.id) in access.MANAGER_ROLES


_BLOG = (
    "view_post",
    "premoderate_post",
    "write_post",
    "view_comment",
    "premoderate_comment",
    "write_comment",
)
_BLOG_MANAGER = ("moderate_post", "full_post", "moderate_comment", "full_comment")
OPERATIONS: dict[str, dict[str, Check]] = {
    "photo": {"view": _member, "write": _member},
    "calendar": {"view": _member, "write": _member},
    "files": {"view": _member, "write": _member},
    "tasks": {
        "view": _member,
        "view_all": _member,
        "sort": _member,
        "create_tasks": _member,
        "edit_tasks": _manager,
        "delete_tasks": _manager,
    },
    "blog": {**dict.fromkeys(_BLOG, _member), **dict.fromkeys(_BLOG_MANAGER, _manager)},
}


@method("sonet_group.feature.access", scope=SCOPE, style="classic", source="behaviour.md §2")
def feature_access(call: Call) -> bool:
    """Whether the caller may do something in a group; an administrator has no more rights here (§2)."""
    number = to_int(call.params.get("GROUP_ID", 0))
    if number <= 0:
        raise refusal("Wrong socialnetwork group ID")
    operations = OPERATIONS.get(text_of(call.params.get("FEATURE")))
    if operations is None:
        raise refusal("Wrong feature")
    check = operations.get(text_of(call.params.get("OPERATION")))
    if check is None:
        raise refusal("Wrong operation")
    group = call.portal.groups.get(number)
    if group is None or (operations is OPERATIONS["tasks"] and not group.tasks_enabled):
        return False
    return check(call, group)
