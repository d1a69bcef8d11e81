"""Shaping a sprint's board with the tools of a project's board: move, rename, recolor, type, add, delete."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.colors import DEFAULT, parse_color
from boards.core.model import Column, Stage
from boards.core.outcome import Outcome
from boards.scrum.cards import MoveEffect, move_effect
from boards.scrum.column_deletion import delete_column, plan_column_deletion
from boards.scrum.column_writing import ColumnsOutcome
from boards.scrum.columns import Edit, add_column, edit_column, move_column
from boards.scrum.model import ColumnType, SprintColumn
from web.actions.responses import announced, done_toast, shaped, shaper
from web.actions.run import Done, run_action
from web.core.failures import ThingMissing
from web.core.forms import ids_in
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.scrum import memory
from web.scrum.board import place_of, stage_of

blueprint = Blueprint(
    "sprint_columns", __name__, url_prefix="/boards/<key>/scrum/sprints/<int:sprint_id>/stages"
)
blueprint.before_request(needs_session)


@blueprint.get("/new")
def form(key: str, sprint_id: int) -> str:
    """The form for a column after another one (0: at the front); asks the portal nothing."""
    return render_template(
        "kanban/_stage_form.html",
        key=place_of(key, sprint_id).key,
        after_id=max(0, request.args.get("after_id", 0, type=int)),
        color=DEFAULT,
        request_key=secrets.token_hex(16),
    )


@blueprint.get("/<int:stage_id>/color")
def color_form(key: str, sprint_id: int, stage_id: int) -> str:
    """The panel with a column's color; asks the portal nothing."""
    place = place_of(key, sprint_id)
    return render_template(
        "kanban/_stage_color.html", key=place.key, stage_id=stage_id, color=_asked_color() or DEFAULT
    )


@blueprint.get("/sample")
def sample(key: str, sprint_id: int) -> str:
    """How text reads on a color that is being chosen; asks the portal nothing."""
    place_of(key, sprint_id)
    return render_block("kanban/_answers.html", "color_sample", color=_asked_color())


@blueprint.post("")
def add(key: str, sprint_id: int) -> Response:
    """A new column, in the place of its form."""
    title, color = request.form.get("title", ""), request.form.get("color", "")
    after_id = request.form.get("after_id", 0, type=int)
    ref = place_of(key, sprint_id).ref
    return _shape(
        key,
        sprint_id,
        lambda: add_column(
            client(), ref, actor(), sprint_id, title, color, after_id, columns=_shown_columns(sprint_id)
        ),
        new=True,
    )


@blueprint.post("/<int:stage_id>/move")
def move(key: str, sprint_id: int, stage_id: int) -> Response:
    """To another place: after a column, or (0) to the front."""
    ref, after_id = place_of(key, sprint_id).ref, request.form.get("after_id", 0, type=int)
    return _shape(
        key,
        sprint_id,
        lambda: move_column(
            client(), ref, actor(), sprint_id, stage_id, after_id, columns=_shown_columns(sprint_id)
        ),
    )


@blueprint.post("/<int:stage_id>/rename")
def rename(key: str, sprint_id: int, stage_id: int) -> Response:
    """Another name."""
    title = request.form.get("title", "")
    return _edit(key, sprint_id, stage_id, _seen("name", "seen_title"), name=title)


@blueprint.post("/<int:stage_id>/color")
def recolor(key: str, sprint_id: int, stage_id: int) -> Response:
    """Another color: of the palette (`swatch`), or any (`color`)."""
    color = request.form.get("swatch") or request.form.get("color", "")
    return _edit(key, sprint_id, stage_id, _seen("color", "seen_color"), color=color)


@blueprint.post("/<int:stage_id>/kind")
def retype(key: str, sprint_id: int, stage_id: int) -> Response:
    """What the column is for: where tasks begin, work, or what completes them."""
    shown, kind = request.form.get("seen_kind", ""), request.form.get("kind", "")
    seen = {"type": ColumnType(shown)} if shown in [*ColumnType] else None
    return _edit(key, sprint_id, stage_id, seen, kind=kind)


@blueprint.get("/<int:stage_id>/delete")
def ask(key: str, sprint_id: int, stage_id: int) -> str:
    """What deleting the column means for its tasks; one request."""
    place = place_of(key, sprint_id)
    plan = plan_column_deletion(client(), place.ref, actor(), sprint_id, stage_id)
    effects = {
        one.id: [move_effect(status, one.type) for status in plan.tasks.values()] for one in plan.others
    }
    counts = {
        one: (found.count(MoveEffect.COMPLETES), found.count(MoveEffect.RENEWS))
        for one, found in effects.items()
    }
    return render_block(
        "shared/delete_dialog.html",
        "column",
        plan=plan,
        counts=counts,
        address=f"/boards/{place.key}/stages/{stage_id}/delete",
        request_key=secrets.token_hex(16),
    )


@blueprint.post("/<int:stage_id>/delete")
def delete(key: str, sprint_id: int, stage_id: int) -> Response:
    """Delete the column after its tasks went to another one."""
    ref, target = place_of(key, sprint_id).ref, request.form.get("target_stage_id", 0, type=int)
    done = run_action(lambda: delete_column(client(), ref, actor(), sprint_id, stage_id, target_id=target))
    return announced(done_toast(done, done.notices), board_refresh={}, dialog_close=True)


def _edit(key: str, sprint_id: int, stage_id: int, seen: Edit | None, **value: str) -> Response:
    ref = place_of(key, sprint_id).ref
    return _shape(
        key, sprint_id, lambda: edit_column(client(), ref, actor(), sprint_id, stage_id, seen=seen, **value)
    )


def _seen(field: str, name: str) -> Edit | None:
    """What the page showed of a field, if its form says so."""
    shown = request.form.get(name)
    return None if shown is None else {field: shown}


def _shape(key: str, sprint_id: int, do: Callable[[], ColumnsOutcome], *, new: bool = False) -> Response:
    return _answer(key, sprint_id, run_action(do), new=new)


def _answer(key: str, sprint_id: int, done: Done[ColumnsOutcome], *, new: bool = False) -> Response:
    """The bands of the columns as they are now, their true order, and a toast."""
    place, outcome = place_of(key, sprint_id), done.outcome
    if outcome is None:
        return shaped(place, Done(None, done.change, done.entry_id, repeated=True))
    memory.remember_columns(sprint_id, outcome.now)
    stages: tuple[Stage, ...] = tuple(stage_of(one) for one in outcome.now)
    html = ""
    if new:
        stage = next(one for one in stages if one.id == outcome.change.target)
        html = render_template("kanban/_column.html", column=Column(stage), key=place.key, rights=shaper())
    whole = Outcome(outcome.change, stages)
    return shaped(place, Done(whole, done.change, done.entry_id), html=html)


def _shown_columns(sprint_id: int) -> tuple[SprintColumn, ...]:
    """The columns in the order of the page, as they were read; ThingMissing when that is too long ago."""
    known = {one.id: one for one in memory.known_columns(sprint_id)}
    shown = ids_in(request.form.get("seen", ""))
    if any(one not in known for one in shown):
        raise ThingMissing
    return tuple(known[one] for one in shown) or tuple(known.values())


def _asked_color() -> str:
    """The color of the query, "" for what is none."""
    try:
        return parse_color(request.args.get("color", ""))
    except ValueError:
        return ""
