"""Shaping a board: its stages moved, renamed, recolored, added. Deleting is in `jobs`."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.colors import DEFAULT, parse_color
from boards.core.model import Column, Stage
from boards.core.outcome import Outcome
from boards.kanban.stages import add_stage, move_stage, recolor_stage, rename_stage
from web.actions.responses import shaped, shaper
from web.actions.run import Done, run_action
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.kanban.boards import board_of

blueprint = Blueprint("stages", __name__, url_prefix="/boards/<key>/stages")
blueprint.before_request(needs_session)


@blueprint.get("/new")
def form(key: str) -> str:
    """The form for a stage that will stand after another one (0: at the front); asks the portal nothing."""
    after_id = max(0, request.args.get("after_id", 0, type=int))
    return render_template(
        "kanban/_stage_form.html",
        key=board_of(key).key,
        after_id=after_id,
        color=DEFAULT,
        request_key=secrets.token_hex(16),
    )


@blueprint.get("/<int:stage_id>/color")
def color_form(key: str, stage_id: int) -> str:
    """The panel with a stage's color; asks the portal nothing."""
    color = _asked_color() or DEFAULT
    return render_template("kanban/_stage_color.html", key=board_of(key).key, stage_id=stage_id, color=color)


@blueprint.get("/sample")
def sample(key: str) -> str:
    """How text reads on a color that is being chosen; asks the portal nothing."""
    board_of(key)
    return render_block("kanban/_answers.html", "color_sample", color=_asked_color())


def _asked_color() -> str:
    """The color of the query, "" for what is none."""
    try:
        return parse_color(request.args.get("color", ""))
    except ValueError:
        return ""


@blueprint.post("")
def add(key: str) -> Response:
    """A new stage, in the place of its form."""
    ref = board_of(key)
    title, color = request.form.get("title", ""), request.form.get("color", "")
    after_id = request.form.get("after_id", 0, type=int)
    done = run_action(lambda: add_stage(client(), ref, actor(), title, color, after_id, **circumstances()))
    return shaped(ref, done, html=_new_column(key, done))


@blueprint.post("/<int:stage_id>/move")
def move(key: str, stage_id: int) -> Response:
    """To another place: after a stage, or (0) to the front."""
    ref, after_id = board_of(key), request.form.get("after_id", 0, type=int)
    return shaped(
        ref,
        run_action(lambda: move_stage(client(), ref, actor(), stage_id, after_id, **circumstances())),
    )


@blueprint.post("/<int:stage_id>/rename")
def rename(key: str, stage_id: int) -> Response:
    """Another title."""
    ref, title = board_of(key), request.form.get("title", "")
    known = circumstances() | {"seen_title": request.form.get("seen_title")}
    done = run_action(lambda: rename_stage(client(), ref, actor(), stage_id, title, **known))
    return shaped(ref, done)


@blueprint.post("/<int:stage_id>/color")
def recolor(key: str, stage_id: int) -> Response:
    """Another color: of the palette (`swatch`), or any (`color`)."""
    ref, color = board_of(key), request.form.get("swatch") or request.form.get("color", "")
    known = circumstances() | {"seen_color": request.form.get("seen_color")}
    done = run_action(lambda: recolor_stage(client(), ref, actor(), stage_id, color, **known))
    return shaped(ref, done)


def circumstances() -> dict[str, Any]:
    """What every change of stages is told: whether it is an administrator's, and the order the person saw.

    `as_admin` from the page is only a wish: the domain grants it to administrators, the portal checks it.
    """
    seen = [int(part) for part in request.form.get("seen", "").split(",") if part.isdecimal()]
    return {"as_admin": request.form.get("as_admin") == "1", "seen": seen or None}


def _new_column(key: str, done: Done[Outcome[tuple[Stage, ...]]]) -> str:
    """The added stage as an empty column."""
    if done.outcome is None:
        return ""
    stage = next(one for one in done.outcome.now if one.id == done.outcome.change.target)
    return render_template("kanban/_column.html", column=Column(stage), key=key, rights=shaper())
