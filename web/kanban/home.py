"""The home page: My Planner and every project the person can see."""

from __future__ import annotations

from flask import render_template, request
from jinja2_fragments.flask import render_block

from boards.core.model import Home
from boards.kanban.home import load_home
from web.core import visible_boards
from web.core.context import RequestContext
from web.core.navigation import HOME
from web.core.views import SessionBlueprint

blueprint = SessionBlueprint("home", __name__, url_prefix="/home")


def home_page(ctx: RequestContext, home: Home, text: str = "") -> str:
    """HTML of #main for projects already read; the launch uses it for its first page."""
    visible_boards.note_home(ctx, home)
    return render_template("kanban/home.html", home=home, q=text, sees_all=ctx.session.is_admin)


@blueprint.page("")
def show(ctx: RequestContext) -> str:
    """The whole page: one request to the portal."""
    home = _read(ctx)
    ctx.remember_place(HOME)
    return home_page(ctx, home, _text())


@blueprint.page("/projects")
def projects(ctx: RequestContext) -> str:
    """The list alone: what a search found, or the next rows when `start` is given."""
    block = "rows" if _start() else "projects"
    home = _read(ctx)
    visible_boards.note_home(ctx, home)
    sees_all = ctx.session.is_admin
    return render_block(
        "kanban/home.html", block, home=home, q=_text(), more=bool(_start()), sees_all=sees_all
    )


def _read(ctx: RequestContext) -> Home:
    return load_home(ctx.client(), ctx.actor, _text(), _start())


def _text() -> str:
    return request.args.get("q", "").strip()[:100]


def _start() -> int:
    return max(0, request.args.get("start", 0, type=int))
