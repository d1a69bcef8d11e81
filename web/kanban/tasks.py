"""The task drawer: one task to read, change and act on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from b24.errors import NotFound
from boards.core.change import Change
from boards.core.errors import BadInput
from boards.core.model import BoardRef, Task
from boards.core.outcome import Outcome
from boards.kanban.lookups import load_drawer, load_stages, search_people, search_projects
from boards.kanban.tasks import task_action, update_task
from web.actions.run import Done, run_action
from web.core.errors import ThingMissing
from web.core.sentences import bad_input_text, change_text, notice_text
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.kanban.task_form import TaskForm, beside_of, edits_of, posted, touched
from web.kanban.task_page import card_of, drawer_context, people_rows, project_rows

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")
blueprint.before_request(needs_session)

TEXT_LIMIT = 100
"""Characters of a search that are sent on."""


@blueprint.get("/<int:task_id>")
def show(task_id: int) -> Response | str:
    """The drawer; one request to the portal."""
    who, ref = actor(), _board(request.args)
    try:
        found = load_drawer(client(), who, task_id)
    except NotFound:
        return _gone(task_id)
    return render_template("tasks/task.html", **drawer_context(found, ref, who.now))


@blueprint.get("/<int:task_id>/stages")
def stages(task_id: int) -> str:
    """The stage field for the project that was picked."""
    group_id = request.args.get("group_id", 0, type=int)
    own = str(group_id) == request.args.get("seen_group_id", str(group_id))
    seen = request.args.get("seen_stage_id", "0") if own else "0"
    found = load_stages(client(), actor(), group_id) if group_id else ()
    form = TaskForm(group_id=str(group_id), stage_id=seen)
    return render_block(
        "tasks/_form.html",
        "stages",
        stages=found,
        form=form,
        zero_is_first=seen == "0",
        task_id=task_id,
        can_edit=True,
    )


@blueprint.get("/people")
def people() -> str:
    """Rows of the picker of people, for a search text."""
    return _rows("responsible_id", people_rows(search_people(client(), actor(), _search_text())))


@blueprint.get("/projects")
def projects() -> str:
    """Rows of the picker of projects, for a search text."""
    return _rows("group_id", project_rows(search_projects(client(), actor(), _search_text())))


@blueprint.post("/<int:task_id>")
def save(task_id: int) -> Response:
    """Save what was changed in the form, and nothing else; one request to the portal."""
    ref = _board(request.form)
    typed, seen = posted(request.form)
    changes = touched(typed, seen)
    try:
        if not changes:
            return _closed(_("Nothing was changed."))
        edit, before = edits_of(changes, seen, request.form)
        beside = beside_of(request.form)
        return _act(
            task_id, ref, lambda: update_task(client(), actor(), task_id, edit, seen=before, context=beside)
        )
    except BadInput as error:
        return _not_accepted(error)


@blueprint.post("/<int:task_id>/<any(start, pause, complete, renew, defer):action>")
def act(task_id: int, action: str) -> Response:
    """Change the status; one request to the portal."""
    seen = request.form.get("seen_status", "")
    return _act(
        task_id,
        _board(request.form),
        lambda: task_action(client(), actor(), task_id, action, seen_status=seen),
    )


def _act(task_id: int, ref: BoardRef, do: Callable[[], Outcome[Task | None]]) -> Response:
    try:
        return _done(task_id, ref, run_action(do))
    except NotFound:
        return _gone(task_id)


def _done(task_id: int, ref: BoardRef, done: Done[Outcome[Task | None]]) -> Response:
    """The drawer closes, the card shows what is now, a toast says so and offers to undo it."""
    if done.outcome is None or done.change is None:
        text = change_text(done.change) if done.change else _("This was done already.")
        return _closed(text, {"board:refresh": True}, undo_id=done.undo_id)
    task = done.outcome.now
    within = "/" in request.form.get("board", "")  # a page of a scrum team: it knows best what it shows
    return _closed(
        change_text(done.change),
        {"board:refresh": True} if within else _board_events(task_id, ref, done.change, task),
        card=card_of(task) if task and not within else None,
        undo_id=done.undo_id,
        toast_details=[notice_text(one) for one in done.outcome.notices],
    )


def _board_events(task_id: int, ref: BoardRef, change: Change, task: Task | None) -> dict[str, Any]:
    """What the board has to do about its card, apart from showing it anew."""
    if task is None or (not ref.is_planner and task.group_id != ref.group_id):
        return {"board:cards": {"ids": [task_id], "gone": True}}
    if ref.is_planner or change.before.get("stage_id") == change.after.get("stage_id"):
        return {}
    if not task.stage_id:  # in the first stage, whichever that is
        return {"board:refresh": True}
    return {"board:cards": {"ids": [task_id], "stage": task.stage_id}}


def _closed(text: str, events: Mapping[str, Any] | None = None, **context: Any) -> Response:
    body = render_block("tasks/_answers.html", "done", toast_text=text, toast_kind="ok", **context)
    return _announce(make_response(body), {"drawer:close": True, **(events or {})})


def _gone(task_id: int) -> Response:
    """The task is not there, or not for this person: its card leaves the board."""
    text = _("The task is not there any more, or you may no longer see it.")
    advice = _("Its card was taken off the board.")
    body = render_template("shared/toast.html", toast_text=text, toast_kind="error", toast_advice=advice)
    response = make_response(body, 404)
    return _announce(response, {"drawer:close": True, "board:cards": {"ids": [task_id], "gone": True}})


def _not_accepted(error: BadInput) -> Response:
    """422: what is wrong, next to the field; what was typed stays where it was typed."""
    places = [one.name for one in fields(TaskForm)]
    return make_response(
        render_block(
            "tasks/_answers.html",
            "errors",
            places=places,
            errors={error.field: bad_input_text(error)},
        ),
        422,
    )


def _announce(response: Response, events: Mapping[str, Any]) -> Response:
    response.headers["HX-Trigger"] = json.dumps(events)
    return response


def _rows(name: str, rows: list[tuple[int, str, str]]) -> str:
    return render_block(
        "tasks/_answers.html", "picker_rows", name=name, rows=rows, value=request.args.get(name, "")
    )


@blueprint.before_request
def _real_task() -> None:
    """No task has the number 0; the portal would take it for a missing parameter."""
    if (request.view_args or {}).get("task_id") == 0:
        raise ThingMissing


def _board(source: Mapping[str, str]) -> BoardRef:
    """The board the drawer was opened from, or whose sprint or planning it was; My Planner for none."""
    try:
        return BoardRef.parse(source.get("board", "me").partition("/")[0])
    except ValueError as error:
        raise ThingMissing from error


def _search_text() -> str:
    return request.args.get("q", "").strip()[:TEXT_LIMIT]
