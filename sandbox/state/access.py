"""Who may do what on the stand-in portal (behaviour.md §2, §3.4–3.7, §5.1–5.3).

All functions take the `Portal`, the acting `User` and the object; none of them changes anything.
Archived projects (`closed`) may be read but sorted by portal administrators only; the
contract says nothing about them, this is how the portal's own pages behave.
"""

# ruff: noqa: ARG001 (one signature for all checks, whether they need the portal or not)

from __future__ import annotations

from collections.abc import Callable

from sandbox.state.crm import ADMIN_RIGHT, NO_RIGHT
from sandbox.state.portal import (
    ACTIVE_ROLES,
    AWAITS_CONTROL,
    COMPLETED,
    DEFERRED,
    IN_PROGRESS,
    MODERATOR,
    OWNER,
    PENDING,
    Group,
    Portal,
    Task,
    User,
)

# The keys of a task's `action` map in the order of the documented answers; `getaccess` shows them in
# upper case (§5.2). What is absent from `task_actions` below is always refused here.
ACTIONS = (
    "accept",
    "decline",
    "complete",
    "approve",
    "disapprove",
    "start",
    "pause",
    "delegate",
    "remove",
    "edit",
    "defer",
    "renew",
    "create",
    "changeDeadline",
    "checklistAddItems",
    "addFavorite",
    "deleteFavorite",
    "rate",
    "take",
    "edit.originator",
    "checklist.reorder",
    "elapsedtime.add",
    "dayplan.timer.toggle",
    "edit.plan",
    "checklist.add",
    "favorite.add",
    "favorite.delete",
)

MANAGER_ROLES = frozenset({OWNER, MODERATOR})


def is_member(group: Group, user: User) -> bool:
    """Owner, moderator or ordinary member; invited and banned people are not."""
    return group.members.get(user.id) in ACTIVE_ROLES


def visible_groups(portal: Portal, user: User, *, as_admin: bool = False) -> list[Group]:
    """The groups the person may know of, by id: open to view, or their own (§7.1).

    Portal administrators get no more than others unless `as_admin`, the `IS_ADMIN` of the group methods.
    """
    everything = as_admin and user.is_admin
    return [
        group
        for _, group in sorted(portal.groups.items())
        if group.active and (everything or group.visible or is_member(group, user))
    ]


def can_see_group(portal: Portal, user: User, group: Group, *, as_admin: bool = False) -> bool:
    """Whether the person may know of this group: it is open to view, or their own (§7.1)."""
    everything = as_admin and user.is_admin
    return group.active and (everything or group.visible or is_member(group, user))


def can_read_group_tasks(portal: Portal, user: User, group: Group) -> bool:
    """Operation "read group tasks" of the tasks side: members and every portal administrator (§2)."""
    return group.tasks_enabled and (user.is_admin or is_member(group, user))


def can_read_scrum(portal: Portal, user: User, group: Group) -> bool:
    """The socialnetwork-side check of scrum methods: no other rights for administrators (§2)."""
    return group.tasks_enabled and is_member(group, user)


def can_sort(portal: Portal, user: User, group: Group) -> bool:
    """Operation "sort" in a group: members, administrators (§3.6, §3.7)."""
    if user.is_admin:
        return group.tasks_enabled
    return group.tasks_enabled and not group.closed and is_member(group, user)


def can_sort_scrum(portal: Portal, user: User, group: Group) -> bool:
    """The same on the socialnetwork side, for scrum tasks: no exception for administrators (§2, §3.7)."""
    return not group.closed and can_read_scrum(portal, user, group)


def can_run_sprints(portal: Portal, user: User, group_id: int) -> bool:
    """Starting and completing sprints takes an owner or a moderator (§4.4)."""
    return portal.role(group_id, user.id) in MANAGER_ROLES


def can_manage_stages(portal: Portal, user: User, group: Group | None, is_admin_flag: bool = False) -> bool:
    """Owner or moderator; an administrator only with `isAdmin`, which others send in vain (§2, §3.1)."""
    if is_admin_flag and user.is_admin:
        return True
    return group is not None and group.members.get(user.id) in MANAGER_ROLES


def can_create_tasks(portal: Portal, user: User, group: Group) -> bool:
    """Operation "create_tasks" in a group: members; administrators are exempt (§5.4)."""
    if user.is_admin:
        return True
    return group.tasks_enabled and not group.closed and is_member(group, user)


def takes_part(user: User, task: Task) -> bool:
    """Creator, responsible, accomplice or auditor of the task."""
    return (
        user.id in (task.created_by, task.responsible_id)
        or user.id in task.accomplices
        or user.id in task.auditors
    )


def can_read_task(portal: Portal, user: User, task: Task) -> bool:
    """Administrators, those who take part, and members of the task's group."""
    if task.deleted:
        return False
    if user.is_admin or takes_part(user, task):
        return True
    group = portal.groups.get(task.group_id)
    return group is not None and can_read_group_tasks(portal, user, group)


def read_filter(portal: Portal, user: User) -> Callable[[Task], bool]:
    """`can_read_task` for many tasks of one person: the groups are worked out once, not per task."""
    if user.is_admin:
        return lambda task: not task.deleted
    mine = {group.id for group in portal.groups.values() if can_read_group_tasks(portal, user, group)}
    return lambda task: not task.deleted and (task.group_id in mine or takes_part(user, task))


def can_edit_task(portal: Portal, user: User, task: Task) -> bool:
    """Creator, administrators, owner and moderators of the task's group."""
    if not can_read_task(portal, user, task):
        return False
    if user.is_admin or task.created_by == user.id:
        return True
    return portal.role(task.group_id, user.id) in MANAGER_ROLES


def can_change_deadline(portal: Portal, user: User, task: Task) -> bool:
    """Who may edit, and the responsible person where the task allows it."""
    if can_edit_task(portal, user, task):
        return True
    return task.allow_change_deadline and task.responsible_id == user.id


def can_change_status(portal: Portal, user: User, task: Task) -> bool:
    """Who may edit, the responsible person and the accomplices (§5.3: STATUS alone)."""
    works_on_it = user.id == task.responsible_id or user.id in task.accomplices
    return works_on_it or can_edit_task(portal, user, task)


def task_actions(portal: Portal, user: User, task: Task) -> dict[str, bool]:
    """The `action` map of one task for one person (§5.2), from rights and the task's state.

    Which state allows what is taken from the documented answers: a running task can be paused but not
    deferred, a deferred one can be renewed or completed but not started, a closed one only renewed.
    """
    if not can_read_task(portal, user, task):
        return dict.fromkeys(ACTIONS, False)
    edits = can_edit_task(portal, user, task)
    works = can_change_status(portal, user, task)
    is_open = task.status not in (COMPLETED, AWAITS_CONTROL)
    judges = task.status == AWAITS_CONTROL and (user.is_admin or user.id == task.created_by)
    favorite = task.id in portal.favorites.get(user.id, set())
    allowed = {
        "complete": works and is_open,
        "approve": judges,
        "disapprove": judges,
        "start": works and task.status == PENDING,
        "pause": works and task.status == IN_PROGRESS,
        "delegate": is_open and (edits or user.id == task.responsible_id),
        "remove": edits,
        "edit": edits,
        "defer": works and task.status == PENDING,
        "renew": works and task.status in (COMPLETED, AWAITS_CONTROL, DEFERRED),
        "create": True,
        "changeDeadline": can_change_deadline(portal, user, task),
        "checklistAddItems": works,
        "addFavorite": not favorite,
        "deleteFavorite": favorite,
        "rate": edits,
        "checklist.reorder": works,
        "elapsedtime.add": works,
        "edit.plan": edits,
        "checklist.add": works,
        "favorite.add": not favorite,
        "favorite.delete": favorite,
    }
    return {name: allowed.get(name, False) for name in ACTIONS}


# --- CRM: one right per person, no finer rights (§2, §6.1) ---
def crm_right(portal: Portal, user: User) -> str:
    """The person's right; administrators of the portal are administrators of its CRM."""
    return ADMIN_RIGHT if user.is_admin else portal.crm.rights.get(user.id, NO_RIGHT)


def can_read_crm(portal: Portal, user: User) -> bool:
    """Read access to at least one kind of CRM object; here it is all or none."""
    return crm_right(portal, user) != NO_RIGHT


def can_configure_crm(portal: Portal, user: User) -> bool:
    """The CRM administrator: "allow to change settings". Here also the only one who changes items."""
    return crm_right(portal, user) == ADMIN_RIGHT
