"""The home page: My Planner and every project the person can see."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.model import Home
from boards.kanban.home import load_home
from web.core import visible_boards
from web.core.session import needs_session, remember_place
from web.core.tokens import actor, client

blueprint = Blueprint("home", __name__, url_prefix="/home")
blueprint.before_request(needs_session)


def home_page(home: Home, text: str = "") -> str:
    """HTML of #main for projects already read; the launch uses it for its first page."""
    visible_boards.note_home(home)
    return render_template("kanban/home.html", home=home, q=text, sees_all=g.portal_session.is_admin)


@blueprint.get("")
def show() -> str:
    """The whole page: one request to the portal."""
    home = _read()
    remember_place("home")
    return home_page(home, _text())


@blueprint.get("/projects")
def projects() -> str:
    """The list alone: what a search found, or the next rows when `start` is given."""
    block = "rows" if _start() else "projects"
    home = _read()
    visible_boards.note_home(home)
    sees_all = g.portal_session.is_admin
    return render_block(
        "kanban/home.html", block, home=home, q=_text(), more=bool(_start()), sees_all=sees_all
    )


def _read() -> Home:
    return load_home(client(), actor(), _text(), _start())


def _text() -> str:
    return request.args.get("q", "").strip()[:100]


def _start() -> int:
    return max(0, request.args.get("start", 0, type=int))
