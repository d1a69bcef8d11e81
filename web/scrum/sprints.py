"""Sprints of a team: add, rename, date, start, complete, delete. Each is asked about in a dialog first."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.errors import CannotStart
from boards.core.outcome import Outcome
from boards.scrum.lifecycle import complete_sprint, preview_complete, preview_start, start_sprint
from boards.scrum.reading import load_team
from boards.scrum.sprint_dates import suggest_dates, suggest_name
from boards.scrum.sprints import SprintEdit, add_sprint, delete_sprint, edit_sprint, plan_sprint_deletion
from web.actions.responses import announced, done_toast
from web.actions.run import Done, run_action
from web.core.forms import ids_in, in_dialog, own_zone
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.scrum.planning import team_of

blueprint = Blueprint("scrum_sprints", __name__, url_prefix="/boards/<key>/scrum/sprints")
blueprint.before_request(needs_session)

DATES = ("start", "end")


@blueprint.get("/new")
def form(key: str) -> str:
    """The form for a sprint, filled in like the next one of the team; one request."""
    ref, who = team_of(key), actor()
    team = load_team(client(), ref, who)
    sprints = (*team.sprints, *team.completed)
    start, end = suggest_dates(sprints, who.now)
    return render_template(
        "scrum/_sprint_form.html",
        address=f"/boards/{ref.key}/scrum/sprints",
        sprint_id=0,
        values={"name": suggest_name(sprints), "start": start.isoformat(), "end": end.isoformat()},
        seen=",".join(str(one.id) for one in team.sprints),
        request_key=secrets.token_hex(16),
    )


@blueprint.post("")
@in_dialog
def add(key: str) -> Response:
    """A planned sprint."""
    ref, typed = team_of(key), request.form
    seen = ids_in(typed.get("seen", ""))
    name, start, end = (typed.get(one, "") for one in ("name", *DATES))
    return _done(
        run_action(lambda: add_sprint(client(), ref, actor(), name, start, end, zone=own_zone(), seen=seen))
    )


@blueprint.get("/<int:sprint_id>/edit")
def edit_form(key: str, sprint_id: int) -> str:
    """Name and dates as the page shows them; asks the portal nothing."""
    ref, shown = team_of(key), request.args
    values = {"name": shown.get("name", "")} | {one: shown.get(one, "")[:10] for one in DATES}
    return render_template(
        "scrum/_sprint_form.html",
        address=f"/boards/{ref.key}/scrum/sprints/{sprint_id}",
        sprint_id=sprint_id,
        values=values,
        moments={one: shown.get(one, "") for one in DATES},
        request_key=secrets.token_hex(16),
    )


@blueprint.post("/<int:sprint_id>")
@in_dialog
def edit(key: str, sprint_id: int) -> Response:
    """Another name, other dates; what was not touched is not sent."""
    ref, typed = team_of(key), request.form
    name = typed.get("name", "") if typed.get("name") != typed.get("seen_name") else None
    days = (typed.get("start", ""), typed.get("end", ""))
    touched = any(day != typed.get(f"seen_{one}", "")[:10] for one, day in zip(DATES, days, strict=True))
    seen = SprintEdit(
        name=typed.get("seen_name") if name is not None else None,
        start=_moment("seen_start") if touched else None,
        end=_moment("seen_end") if touched else None,
    )
    dates = days if touched else None
    return _done(
        run_action(
            lambda: edit_sprint(
                client(), ref, actor(), sprint_id, name=name, dates=dates, zone=own_zone(), seen=seen
            )
        )
    )


@blueprint.get("/<int:sprint_id>/start")
def ask_start(key: str, sprint_id: int) -> str:
    """What starting will do, or why it would be refused; one request."""
    ref = team_of(key)
    preview = preview_start(client(), ref, actor(), sprint_id)
    return render_template("scrum/_sprint_start.html", preview=preview, **_asking(ref.key, sprint_id))


@blueprint.post("/<int:sprint_id>/start")
def start(key: str, sprint_id: int) -> Response:
    """Start it. A refusal names its reasons and what the attempt left behind."""
    ref = team_of(key)
    try:
        return _done(run_action(lambda: start_sprint(client(), ref, actor(), sprint_id)))
    except CannotStart as refused:
        return make_response(render_block("scrum/_answers.html", "refused", refused=refused), 409)


@blueprint.get("/<int:sprint_id>/complete")
def ask_complete(key: str, sprint_id: int) -> str:
    """What completing will do; one request."""
    ref = team_of(key)
    preview = preview_complete(client(), ref, actor(), sprint_id)
    return render_template("scrum/_sprint_complete.html", preview=preview, **_asking(ref.key, sprint_id))


@blueprint.post("/<int:sprint_id>/complete")
def complete(key: str, sprint_id: int) -> Response:
    """Complete the active sprint."""
    ref = team_of(key)
    return _done(run_action(lambda: complete_sprint(client(), ref, actor(), sprint_id)))


@blueprint.get("/<int:sprint_id>/delete")
def ask_delete(key: str, sprint_id: int) -> str:
    """What deleting will do; one request."""
    ref = team_of(key)
    plan = plan_sprint_deletion(client(), ref, actor(), sprint_id)
    return render_block("shared/delete_dialog.html", "sprint", plan=plan, **_asking(ref.key, sprint_id))


@blueprint.post("/<int:sprint_id>/delete")
def delete(key: str, sprint_id: int) -> Response:
    """Delete it; its items go to the backlog."""
    ref = team_of(key)
    return _done(run_action(lambda: delete_sprint(client(), ref, actor(), sprint_id)))


def _asking(key: str, sprint_id: int) -> dict[str, str]:
    return {"address": f"/boards/{key}/scrum/sprints/{sprint_id}", "request_key": secrets.token_hex(16)}


def _moment(name: str) -> dt.datetime | None:
    """A moment as the page had it; None for none."""
    try:
        return dt.datetime.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _done(done: Done[Outcome[Any]]) -> Response:
    return announced(done_toast(done, done.notices), board_refresh={}, dialog_close=True)
