"""The portal's own pages: the frame around the application, as people see a portal.

Who looks, in which language and theme, is chosen by `?as=`, `?lang=` and `?theme=` and remembered in cookies
of the portal's own site; there is no login: every visitor may be any person here.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)

from sandbox.application.installation import the_app
from sandbox.shell import pages
from sandbox.shell.api import blueprint as api
from sandbox.shell.launching import open_frame
from sandbox.shell.pages import Viewer
from sandbox.shell.texts import LANGUAGES, translator
from sandbox.state import access
from sandbox.state.portal import Group, Placement, Task, User
from sandbox.state.store import current_portal

blueprint = Blueprint("shell", __name__)
blueprint.register_blueprint(api)
THEMES = ("light", "dark")
_REMEMBERED = {"as": "person", "lang": "lang", "theme": "theme"}
_YEAR = 365 * 24 * 3600


# --- who looks ---
@blueprint.before_request
def recognise() -> None:
    """Set `g.viewer` from the query or the cookies."""
    person = request.args.get("as") or request.cookies.get("person", "")
    lang = request.args.get("lang") or request.cookies.get("lang", "")
    theme = request.args.get("theme") or request.cookies.get("theme", "")
    g.viewer = Viewer(
        user=_find_person(person),
        lang=lang if lang in LANGUAGES else "en",
        theme=theme if theme in THEMES else "light",
        inner=request.args.get("IFRAME") == "Y",
    )


def _find_person(wanted: str) -> User:
    """By id or by the word of `Portal.people`; the administrator for anything unknown."""
    portal = current_portal()
    number = portal.people.get(wanted, int(wanted) if wanted.isdecimal() else 0)
    user = portal.users.get(number)
    return user if user and user.active else portal.users[portal.people["admin"]]


def page(template: str, active: str, **values: Any) -> Response:
    """Render one page of the portal; remembers what the query chose."""
    portal, viewer = current_portal(), g.viewer
    main = set(portal.people.values())
    response = make_response(
        render_template(
            f"sandbox/{template}.html",
            portal=portal,
            app_entry=the_app(portal),
            viewer=viewer,
            t=translator(viewer.lang),
            languages=LANGUAGES,
            active=active,
            main_people={role: portal.users[number] for role, number in portal.people.items()},
            other_people=[user for user in portal.users.values() if user.active and user.id not in main],
            **values,
        )
    )
    for argument, cookie in _REMEMBERED.items():
        if argument in request.args:
            response.set_cookie(cookie, request.args[argument], max_age=_YEAR, samesite="Lax", httponly=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(404)
def missing(_: Exception) -> tuple[Response, int]:
    """The portal's page for an address where there is nothing."""
    return page("missing", ""), 404


# --- pages ---
@blueprint.get("/")
@blueprint.get("/stream/")
def feed() -> Response:
    """Welcome, and the projects this person can see."""
    portal, user = current_portal(), g.viewer.user
    with portal.lock:
        return page("feed", "feed", groups=pages.groups_for(portal, user))


@blueprint.get("/workgroups/")
def workgroups() -> Response:
    """All projects that this person can see."""
    portal, user = current_portal(), g.viewer.user
    with portal.lock:
        return page("workgroups", "tasks", groups=pages.groups_for(portal, user))


@blueprint.get("/workgroups/group/<int:group_id>/")
def project(group_id: int) -> Response:
    """A project. `?tab=` tasks, about, or app (also app_<id>): what sits in SONET_GROUP_DETAIL_TAB."""
    portal, viewer = current_portal(), g.viewer
    with portal.lock:
        group = _group(group_id)
        tabs = pages.placements(portal, "SONET_GROUP_DETAIL_TAB")
        tab = request.args.get("tab", "tasks")
        bound = _chosen(tabs, tab)
        if tab.startswith("app") and bound is None:
            abort(404)
        return page(
            "project",
            "tasks",
            group=pages.group_view(portal, group, viewer.user),
            members=[(portal.users[number], role) for number, role in sorted(group.members.items())],
            tab="app" if bound else tab,
            bound=bound,
            tabs=_titled(tabs),
            toolbar=_titled(pages.placements(portal, "TASK_GROUP_LIST_TOOLBAR")),
            context={"GROUP_ID": str(group_id)},
            readable=access.can_read_group_tasks(portal, viewer.user, group),
            columns=pages.board(portal, group, viewer),
            launch=open_frame(viewer, bound.code, {"GROUP_ID": str(group_id)}) if bound else None,
        )


@blueprint.get("/company/personal/user/<int:user_id>/tasks/")
def user_tasks(user_id: int) -> Response:
    """The open tasks of a person, with the buttons of TASK_USER_LIST_TOOLBAR."""
    portal = current_portal()
    user = portal.users.get(user_id) or abort(404)
    with portal.lock:
        return page(
            "user_tasks",
            "tasks",
            person=user,
            tasks=pages.own_tasks(portal, user),
            toolbar=_titled(pages.placements(portal, "TASK_USER_LIST_TOOLBAR")),
            context={"USER_ID": str(user_id)},
        )


@blueprint.get("/company/personal/user/<int:user_id>/tasks/task/view/<int:task_id>/")
@blueprint.get("/workgroups/group/<int:group_id>/tasks/task/view/<int:task_id>/")
def task_page(task_id: int, user_id: int = 0, group_id: int = 0) -> Response:
    """One task, to read; 404 for those who may not."""
    portal = current_portal()
    del user_id, group_id
    with portal.lock:
        task = _task(task_id)
        group, stage = portal.groups.get(task.group_id), portal.stages.get(task.stage_id)
        return page("task", "tasks", task=task, card=pages.card_view(portal, task), group=group, stage=stage)


@blueprint.get("/crm/")
def crm() -> Response:
    """Pipelines and lists of the CRM, to read, with the buttons of CRM_FUNNELS_TOOLBAR."""
    portal = current_portal()
    with portal.lock:
        return page(
            "crm",
            "crm",
            readable=access.can_read_crm(portal, g.viewer.user),
            directories=pages.directory_views(portal),
            toolbar=_titled(pages.placements(portal, "CRM_FUNNELS_TOOLBAR")),
        )


@blueprint.get("/marketplace/")
def market() -> Response:
    """The application's card with its install dialog."""
    return page("market", "market")


@blueprint.get("/marketplace/app/<int:app_id>/")
def app_page(app_id: int) -> Response:
    """The application itself; until its installation is finished, its install page, for admins only."""
    portal, viewer = current_portal(), g.viewer
    app = the_app(portal)
    if app.id != app_id:
        abort(404)
    if not app.added:
        return make_response(redirect("/marketplace/"))
    if not app.installed and not viewer.user.is_admin:
        return page("app", "app", launch=None)
    with portal.lock:
        return page("app", "app", launch=open_frame(viewer, install=not app.installed))


@blueprint.get("/bx24.js")
def bx24() -> Response:
    """The script pages in a frame load from the vendor's address."""
    return current_app.send_static_file("bx24.js")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon of the portal's pages."""
    return current_app.send_static_file("icon.svg")


# --- helpers ---
def _group(group_id: int) -> Group:
    portal = current_portal()
    group = portal.groups.get(group_id)
    if group is None or not access.can_see_group(portal, g.viewer.user, group):
        abort(404)
    return group


def _task(task_id: int) -> Task:
    portal = current_portal()
    task = portal.tasks.get(task_id)
    if task is None or task.deleted or not access.can_read_task(portal, g.viewer.user, task):
        abort(404)
    return task


def _titled(bound: list[Placement]) -> list[tuple[Placement, str]]:
    app = the_app(current_portal())
    return [(placement, pages.placement_title(placement, g.viewer.lang, app.title)) for placement in bound]


def _chosen(tabs: list[Placement], tab: str) -> Placement | None:
    """The placement of `app` (the first) or `app_<id>`."""
    number = tab.removeprefix("app_")
    return next((placement for placement in tabs if tab == "app" or number == str(placement.id)), None)
