"""Epics of a team: add, rename, recolor, describe, delete with what happens to their items."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, render_template
from jinja2_fragments.flask import render_block

from boards.core.colors import DEFAULT
from boards.core.outcome import Outcome
from boards.scrum.epics import EpicEdit, add_epic, delete_epic, edit_epic, plan_epic_deletion
from web.actions.responses import announced, done_toast
from web.actions.run import Done, run_action
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import Form, Id, in_dialog
from web.core.views import SessionBlueprint
from web.scrum import memory

blueprint = SessionBlueprint("scrum_epics", __name__, url_prefix="/boards/<key>/scrum/epics")


class AddEpicForm(Form, frozen=True, kw_only=True):
    """A new epic. 422 at `name` or `color` for what is none."""

    name: str = ""
    color: str = ""


class EditEpicForm(AddEpicForm, frozen=True, kw_only=True):
    """The same with what the page showed; what was not touched stays as it is."""

    seen_name: str | None = None
    seen_color: str | None = None


class DeleteEpicForm(Form, frozen=True, kw_only=True):
    """`to_epic_id`: the epic that its items get instead; 0 for none."""

    to_epic_id: Id = 0


@blueprint.page("/new")
def form(_ctx: RequestContext, key: str) -> str:
    """The form for an epic; asks the portal nothing."""
    ref = project_of(key)
    return _form(ref.key, f"/boards/{ref.key}/scrum/epics", "", DEFAULT)


@blueprint.action("", AddEpicForm)
@in_dialog
def add(ctx: RequestContext, form: AddEpicForm, key: str) -> Response:
    """A new epic."""
    ref = project_of(key)
    team = memory.remembered_team(ctx, ref)
    seen = [epic.id for epic in team.epics] if team else None
    return _done(
        run_action(ctx, lambda ctx: add_epic(ctx.client(), ref, ctx.actor, form.name, form.color, seen=seen))
    )


@blueprint.page("/<int:epic_id>/edit")
def edit_form(ctx: RequestContext, key: str, epic_id: int) -> str:
    """Name and color as the page shows them; asks the portal nothing."""
    ref = project_of(key)
    team = memory.remembered_team(ctx, ref)
    epic = team.epic(epic_id) if team else None
    if epic is None:
        raise UnknownTarget
    return _form(ref.key, f"/boards/{ref.key}/scrum/epics/{epic_id}", epic.name, epic.color)


@blueprint.action("/<int:epic_id>", EditEpicForm)
@in_dialog
def edit(ctx: RequestContext, form: EditEpicForm, key: str, epic_id: int) -> Response:
    """Another name, another color; what was not touched is not sent."""
    ref = project_of(key)
    shown = {"name": form.seen_name or "", "color": form.seen_color or ""}
    values = {name: getattr(form, name) for name in shown if getattr(form, name) != shown[name]}
    seen = EpicEdit(**{name: shown[name] for name in values})
    return _done(
        run_action(
            ctx,
            lambda ctx: edit_epic(ctx.client(), ref, ctx.actor, epic_id, EpicEdit(**values), seen=seen),
        )
    )


@blueprint.page("/<int:epic_id>/delete")
def ask_delete(ctx: RequestContext, key: str, epic_id: int) -> str:
    """What deleting means for its items; one request."""
    ref = project_of(key)
    plan = plan_epic_deletion(ctx.client(), ref, ctx.actor, epic_id)
    return render_block(
        "shared/delete_dialog.html",
        "epic",
        plan=plan,
        address=f"/boards/{ref.key}/scrum/epics/{epic_id}/delete",
        request_key=secrets.token_hex(16),
    )


@blueprint.action("/<int:epic_id>/delete", DeleteEpicForm)
def delete(ctx: RequestContext, form: DeleteEpicForm, key: str, epic_id: int) -> Response:
    """Delete it; its items lose it, or go to another one."""
    ref, target = project_of(key), form.to_epic_id
    return _done(
        run_action(ctx, lambda ctx: delete_epic(ctx.client(), ref, ctx.actor, epic_id, to_epic_id=target))
    )


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
