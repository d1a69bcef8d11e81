"""Sprints of a team: add, rename, date, start, complete, delete. Each is asked about in a dialog first."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, make_response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.errors import CannotStart
from boards.core.outcome import Outcome
from boards.scrum.lifecycle import complete_sprint, preview_complete, preview_start, start_sprint
from boards.scrum.reading import load_team
from boards.scrum.sprint_dates import suggest_dates, suggest_name
from boards.scrum.sprints import SprintEdit, add_sprint, delete_sprint, edit_sprint, plan_sprint_deletion
from web.actions.responses import announced, done_toast
from web.actions.run import Done, run_action
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.forms import Form, Ids, Moment, UtcOffset, in_dialog, zone_of_offset
from web.core.views import SessionBlueprint

blueprint = SessionBlueprint("scrum_sprints", __name__, url_prefix="/boards/<key>/scrum/sprints")

DATES = ("start", "end")


class SprintForm(Form, frozen=True, kw_only=True):
    """A name, and first and last day ("2026-12-01") on the person's clock. 422 for what is none."""

    name: str = ""
    start: str = ""
    end: str = ""
    utc_offset: UtcOffset = ""

    @property
    def days(self) -> tuple[str, str]:
        return self.start, self.end


class AddSprintForm(SprintForm, frozen=True, kw_only=True):
    """`seen`: ids of the sprints the page showed."""

    seen: Ids = ()


class EditSprintForm(SprintForm, frozen=True, kw_only=True):
    """With what the page showed; what was not touched stays as it is."""

    seen_name: str | None = None
    seen_start: Moment = None
    seen_end: Moment = None

    @property
    def dates_touched(self) -> bool:
        shown = (moment.date().isoformat() if moment else "" for moment in (self.seen_start, self.seen_end))
        return self.days != tuple(shown)


@blueprint.page("/new")
def form(ctx: RequestContext, key: str) -> str:
    """The form for a sprint, filled in like the next one of the team; one request."""
    ref, who = project_of(key), ctx.actor
    team = load_team(ctx.client(), ref, who)
    sprints = (*team.sprints, *team.completed)
    start, end = suggest_dates(sprints, who.now)
    return render_template(
        "scrum/_sprint_form.html",
        address=f"/boards/{ref.key}/scrum/sprints",
        sprint_id=0,
        values={"name": suggest_name(sprints), "start": start.isoformat(), "end": end.isoformat()},
        seen=",".join(str(sprint.id) for sprint in team.sprints),
        request_key=secrets.token_hex(16),
    )


@blueprint.action("", AddSprintForm)
@in_dialog
def add(ctx: RequestContext, form: AddSprintForm, key: str) -> Response:
    """A planned sprint."""
    ref, zone = project_of(key), zone_of_offset(form.utc_offset)
    return _done(
        run_action(
            ctx,
            lambda ctx: add_sprint(
                ctx.client(), ref, ctx.actor, form.name, *form.days, zone=zone, seen=list(form.seen)
            ),
        )
    )


@blueprint.page("/<int:sprint_id>/edit")
def edit_form(_ctx: RequestContext, key: str, sprint_id: int) -> str:
    """Name and dates as the page shows them; asks the portal nothing."""
    ref, shown = project_of(key), request.args
    values = {"name": shown.get("name", "")} | {name: shown.get(name, "")[:10] for name in DATES}
    return render_template(
        "scrum/_sprint_form.html",
        address=f"/boards/{ref.key}/scrum/sprints/{sprint_id}",
        sprint_id=sprint_id,
        values=values,
        moments={name: shown.get(name, "") for name in DATES},
        request_key=secrets.token_hex(16),
    )


@blueprint.action("/<int:sprint_id>", EditSprintForm)
@in_dialog
def edit(ctx: RequestContext, form: EditSprintForm, key: str, sprint_id: int) -> Response:
    """Another name, other dates; what was not touched is not sent."""
    ref, zone = project_of(key), zone_of_offset(form.utc_offset)
    name = form.name if form.name != (form.seen_name or "") else None
    dates = form.days if form.dates_touched else None
    seen = SprintEdit(
        name=form.seen_name if name is not None else None,
        start=form.seen_start if dates else None,
        end=form.seen_end if dates else None,
    )
    return _done(
        run_action(
            ctx,
            lambda ctx: edit_sprint(
                ctx.client(), ref, ctx.actor, sprint_id, name=name, dates=dates, zone=zone, seen=seen
            ),
        )
    )


@blueprint.page("/<int:sprint_id>/start")
def ask_start(ctx: RequestContext, key: str, sprint_id: int) -> str:
    """What starting will do, or why it would be refused; one request."""
    ref = project_of(key)
    preview = preview_start(ctx.client(), ref, ctx.actor, sprint_id)
    return render_template("scrum/_sprint_start.html", preview=preview, **_asking(ref.key, sprint_id))


@blueprint.action("/<int:sprint_id>/start", Form)
def start(ctx: RequestContext, _form: Form, key: str, sprint_id: int) -> Response:
    """Start it. A refusal names its reasons and what the attempt left behind."""
    ref = project_of(key)
    try:
        return _done(run_action(ctx, lambda ctx: start_sprint(ctx.client(), ref, ctx.actor, sprint_id)))
    except CannotStart as refused:
        return make_response(render_block("scrum/_answers.html", "refused", refused=refused), 409)


@blueprint.page("/<int:sprint_id>/complete")
def ask_complete(ctx: RequestContext, key: str, sprint_id: int) -> str:
    """What completing will do; one request."""
    ref = project_of(key)
    preview = preview_complete(ctx.client(), ref, ctx.actor, sprint_id)
    return render_template("scrum/_sprint_complete.html", preview=preview, **_asking(ref.key, sprint_id))


@blueprint.action("/<int:sprint_id>/complete", Form)
def complete(ctx: RequestContext, _form: Form, key: str, sprint_id: int) -> Response:
    """Complete the active sprint."""
    ref = project_of(key)
    return _done(run_action(ctx, lambda ctx: complete_sprint(ctx.client(), ref, ctx.actor, sprint_id)))


@blueprint.page("/<int:sprint_id>/delete")
def ask_delete(ctx: RequestContext, key: str, sprint_id: int) -> str:
    """What deleting will do; one request."""
    ref = project_of(key)
    plan = plan_sprint_deletion(ctx.client(), ref, ctx.actor, sprint_id)
    return render_block("shared/delete_dialog.html", "sprint", plan=plan, **_asking(ref.key, sprint_id))


@blueprint.action("/<int:sprint_id>/delete", Form)
def delete(ctx: RequestContext, _form: Form, key: str, sprint_id: int) -> Response:
    """Delete it; its items go to the backlog."""
    ref = project_of(key)
    return _done(run_action(ctx, lambda ctx: delete_sprint(ctx.client(), ref, ctx.actor, sprint_id)))


def _asking(key: str, sprint_id: int) -> dict[str, str]:
    return {"address": f"/boards/{key}/scrum/sprints/{sprint_id}", "request_key": secrets.token_hex(16)}


def _done(done: Done[Outcome[Any]]) -> Response:
    return announced(done_toast(done, done.notices), board_refresh={}, dialog_close=True)
