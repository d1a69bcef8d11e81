"""Epics of a team: add, rename, recolor, describe, delete with what happens to their items."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.colors import DEFAULT
from boards.core.outcome import Outcome
from boards.scrum.epics import EpicEdit, add_epic, delete_epic, edit_epic, plan_epic_deletion
from web.actions.responses import announced, done_toast
from web.actions.run import Done, run_action
from web.core.failures import ThingMissing
from web.core.forms import in_dialog
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.scrum import memory
from web.scrum.planning import team_of

blueprint = Blueprint("scrum_epics", __name__, url_prefix="/boards/<key>/scrum/epics")
blueprint.before_request(needs_session)


@blueprint.get("/new")
def form(key: str) -> str:
    """The form for an epic; asks the portal nothing."""
    ref = team_of(key)
    return _form(ref.key, f"/boards/{ref.key}/scrum/epics", "", DEFAULT)


@blueprint.post("")
@in_dialog
def add(key: str) -> Response:
    """A new epic."""
    ref, typed = team_of(key), request.form
    team = memory.remembered_team(ref)
    seen = [one.id for one in team.epics] if team else None
    name, color = typed.get("name", ""), typed.get("color", "")
    return _done(run_action(lambda: add_epic(client(), ref, actor(), name, color, seen=seen)))


@blueprint.get("/<int:epic_id>/edit")
def edit_form(key: str, epic_id: int) -> str:
    """Name and color as the page shows them; asks the portal nothing."""
    ref = team_of(key)
    team = memory.remembered_team(ref)
    epic = team.epic(epic_id) if team else None
    if epic is None:
        raise ThingMissing
    return _form(ref.key, f"/boards/{ref.key}/scrum/epics/{epic_id}", epic.name, epic.color)


@blueprint.post("/<int:epic_id>")
@in_dialog
def edit(key: str, epic_id: int) -> Response:
    """Another name, another color; what was not touched is not sent."""
    ref, typed = team_of(key), request.form
    values = {
        one: typed.get(one, "") for one in ("name", "color") if typed.get(one) != typed.get(f"seen_{one}")
    }
    seen = EpicEdit(**{one: typed.get(f"seen_{one}") for one in values})
    return _done(
        run_action(lambda: edit_epic(client(), ref, actor(), epic_id, EpicEdit(**values), seen=seen))
    )


@blueprint.get("/<int:epic_id>/delete")
def ask_delete(key: str, epic_id: int) -> str:
    """What deleting means for its items; one request."""
    ref = team_of(key)
    plan = plan_epic_deletion(client(), ref, actor(), epic_id)
    return render_block(
        "shared/delete_dialog.html",
        "epic",
        plan=plan,
        address=f"/boards/{ref.key}/scrum/epics/{epic_id}/delete",
        request_key=secrets.token_hex(16),
    )


@blueprint.post("/<int:epic_id>/delete")
def delete(key: str, epic_id: int) -> Response:
    """Delete it; its items lose it, or go to another one."""
    ref, target = team_of(key), request.form.get("to_epic_id", 0, type=int)
    return _done(run_action(lambda: delete_epic(client(), ref, actor(), epic_id, to_epic_id=target)))


def _form(key: str, address: str, name: str, color: str) -> str:
    return render_template(
        "scrum/_epic_form.html",
        key=key,
        address=address,
        name=name,
        color=color,
        request_key=secrets.token_hex(16),
    )


def _done(done: Done[Outcome[Any]]) -> Response:
    return announced(done_toast(done, done.notices), board_refresh={}, dialog_close=True)
