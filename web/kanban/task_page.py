"""What the templates of the task drawer are given, the CRM things linked to a task among it.

Their codes ("D_12", "T1b3_5") are what `UF_CRM_TASK` holds: L lead, D deal, C contact, CO company, T<hex> a
smart process type.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from boards.core.model import BoardRef, Person, Project
from boards.core.tasks import Task
from boards.kanban.lookups import Drawer
from web.core.context import RequestContext
from web.kanban.task_form import form_of, moments_of

KNOWN = {
    "L": ("lead", _l("Lead %(number)s")),
    "D": ("deal", _l("Deal %(number)s")),
    "C": ("contact", _l("Contact %(number)s")),
    "CO": ("company", _l("Company %(number)s")),
}
ITEM = _l("CRM item %(number)s")
CODE = re.compile(r"(L|D|CO|C|T[0-9a-f]{1,8})_([1-9][0-9]{0,17})", re.IGNORECASE)


@dataclass(frozen=True)
class CrmLink:
    """`url` is "" for a code nobody here can read; its text is then the code itself."""

    text: str
    url: str = ""


def crm_link(code: str, portal: str) -> CrmLink:
    """`portal` is the address of the portal without a slash at its end."""
    found = CODE.fullmatch(code)
    if not found:
        return CrmLink(code)
    kind, number = found[1].upper(), found[2]
    if kind in KNOWN:
        path, text = KNOWN[kind]
        return CrmLink(str(text) % {"number": number}, f"{portal}/crm/{path}/details/{number}/")
    return CrmLink(str(ITEM) % {"number": number}, f"{portal}/crm/type/{int(kind[1:], 16)}/details/{number}/")


# What the templates of the task drawer are given.


ACTIONS = ("start", "pause", "complete", "renew", "defer")
"""Status actions in the order of the buttons; the portal's `action` map says which are possible."""

Choice = tuple[int, str, str]
"""What a picker offers: id, name, a hint."""


def drawer_context(ctx: RequestContext, found: Drawer, ref: BoardRef, now: dt.datetime) -> dict[str, Any]:
    """Everything `task.html` shows."""
    task = found.task
    form = form_of(task)
    can_edit = "edit" in task.actions
    return {
        "task": task,
        "task_id": task.id,
        "ref": ref,
        "form": form,
        "seen": asdict(form),
        "moments": " ".join(moments_of(task, now)),
        "request_key": secrets.token_hex(16),
        "can_edit": can_edit,
        "can_date": can_edit or "changeDeadline" in task.actions,
        "actions": [name for name in ACTIONS if name in task.actions],
        "people": people_rows(found.people),
        "projects": project_rows(found.projects, task),
        "responsible_name": task.responsible.name if task.responsible else _("Nobody"),
        "project_name": task.group_name or _("No project"),
        "stages": found.stages or (None if task.group_id else ()),
        "seen_moment": task.deadline.isoformat(timespec="seconds") if task.deadline else "",
        "zero_is_first": form.stage_id == "0",
        "links": [crm_link(code, ctx.portal_url) for code in task.crm],
        "portal_task": f"{ctx.portal_url}/company/personal/user/{ctx.user_id}/tasks/task/view/{task.id}/",
    }


def people_rows(people: Iterable[Person]) -> list[Choice]:
    """People to choose from: id, name, position."""
    return [(person.id, person.name, person.position) for person in people]


def project_rows(projects: Iterable[Project], task: Task | None = None) -> list[Choice]:
    """Projects to choose from; the task's own comes first when it is not among them."""
    rows = [(project.id, project.name, _("Archived") if project.closed else "") for project in projects]
    if task and task.group_id and task.group_id not in {row[0] for row in rows}:
        rows.insert(0, (task.group_id, task.group_name, ""))
    return rows
