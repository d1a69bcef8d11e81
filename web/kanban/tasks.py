"""The task drawer: one task to read, change and act on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from b24.errors import NotFound
from boards.core.change import Change
from boards.core.errors import BadInput
from boards.core.model import BoardRef
from boards.core.outcome import Outcome
from boards.core.tasks import Task
from boards.kanban.lookups import load_drawer, load_stages, search_people, search_projects
from boards.kanban.tasks import task_action, update_task
from web.actions.run import Done, run_action
from web.core.addresses import board_of
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.sentences import bad_input_text, change_text, notice_text
from web.core.views import SessionBlueprint
from web.kanban.task_form import SaveTaskForm, TaskActionForm, TaskForm, context_of, edits_of, posted, touched
from web.kanban.task_page import Choice, drawer_context, people_rows, project_rows

blueprint = SessionBlueprint("tasks", __name__, url_prefix="/tasks")

TEXT_LIMIT = 100
"""Characters of a search that are sent on."""


@blueprint.page("/<int:task_id>")
def show(ctx: RequestContext, task_id: int) -> Response | str:
    """The drawer; one request to the portal."""
    who, ref = ctx.actor, _board(request.args.get("board", "me"))
    try:
        found = load_drawer(ctx.client(), who, task_id)
    except NotFound:
        return _answer_for_a_gone_task(task_id)
    return render_template("tasks/task.html", **drawer_context(ctx, found, ref, who.now))


@blueprint.page("/<int:task_id>/stages")
def stages(ctx: RequestContext, task_id: int) -> str:
    """The stage field for the project that was picked."""
    group_id = request.args.get("group_id", 0, type=int)
    own = str(group_id) == request.args.get("seen_group_id", str(group_id))
    seen = request.args.get("seen_stage_id", "0") if own else "0"
    found = load_stages(ctx.client(), ctx.actor, group_id) if group_id else ()
    return render_block(
        "tasks/_form.html",
        "stages",
        stages=found,
        form=TaskForm(group_id=str(group_id), stage_id=seen),
        zero_is_first=seen == "0",
        task_id=task_id,
        can_edit=True,
    )


@blueprint.page("/people")
def people(ctx: RequestContext) -> str:
    """Rows of the picker of people, for a search text."""
    return _rows("responsible_id", people_rows(search_people(ctx.client(), ctx.actor, _search_text())))


@blueprint.page("/projects")
def projects(ctx: RequestContext) -> str:
    """Rows of the picker of projects, for a search text."""
    return _rows("group_id", project_rows(search_projects(ctx.client(), ctx.actor, _search_text())))


@blueprint.action("/<int:task_id>", SaveTaskForm)
def save(ctx: RequestContext, form: SaveTaskForm, task_id: int) -> Response:
    """Save what was changed in the form, and nothing else; one request to the portal."""
    typed, seen = posted(form)
    changes = touched(typed, seen)
    _board(form.board)
    try:
        if not changes:
            return _closed(_("Nothing was changed."))
        edit, before = edits_of(changes, seen, form)
        return _act(
            ctx,
            form,
            task_id,
            lambda ctx: update_task(
                ctx.client(), ctx.actor, task_id, edit, seen=before, context=context_of(form)
            ),
        )
    except BadInput as error:
        return _not_accepted(error)


@blueprint.action("/<int:task_id>/<any(start, pause, complete, renew, defer):action>", TaskActionForm)
def act(ctx: RequestContext, form: TaskActionForm, task_id: int, action: str) -> Response:
    """Change the status; one request to the portal."""
    seen = form.seen_status or ""
    return _act(
        ctx,
        form,
        task_id,
        lambda ctx: task_action(ctx.client(), ctx.actor, task_id, action, seen_status=seen),
    )


def _act(
    ctx: RequestContext,
    form: TaskActionForm,
    task_id: int,
    do: Callable[[RequestContext], Outcome[Task | None]],
) -> Response:
    ref = _board(form.board)
    try:
        return _done(form, task_id, ref, run_action(ctx, do))
    except NotFound:
        return _answer_for_a_gone_task(task_id)


def _done(form: TaskActionForm, task_id: int, ref: BoardRef, done: Done[Outcome[Task | None]]) -> Response:
    """The drawer closes, the card shows what is now, a toast says so and offers to undo it."""
    if done.outcome is None or done.change is None:
        text = change_text(done.change) if done.change else _("This was done already.")
        return _closed(text, {"board:refresh": True}, undo_id=done.undo_id)
    task = done.outcome.now
    within = "/" in form.board  # a page of a scrum team: it knows best what it shows
    return _closed(
        change_text(done.change),
        {"board:refresh": True} if within else _board_events(task_id, ref, done.change, task),
        card=None if within else task,
        undo_id=done.undo_id,
        toast_details=[notice_text(notice) for notice in done.outcome.notices],
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


def _answer_for_a_gone_task(task_id: int) -> Response:
    """The task is not there, or not for this person: its card leaves the board."""
    text = _("The task is not there any more, or you may no longer see it.")
    advice = _("Its card was taken off the board.")
    body = render_template("shared/toast.html", toast_text=text, toast_kind="error", toast_advice=advice)
    response = make_response(body, 404)
    return _announce(response, {"drawer:close": True, "board:cards": {"ids": [task_id], "gone": True}})


def _not_accepted(error: BadInput) -> Response:
    """422: what is wrong, next to the field; what was typed stays where it was typed."""
    places = [field.name for field in fields(TaskForm)]
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


def _rows(name: str, rows: list[Choice]) -> str:
    chosen = request.args.get(name, "")
    return render_block("tasks/_answers.html", "picker_rows", name=name, rows=rows, value=chosen)


@blueprint.before_request
def _real_task() -> None:
    """No task has the number 0; the portal would take it for a missing parameter."""
    if (request.view_args or {}).get("task_id") == 0:
        raise UnknownTarget


def _board(text: str) -> BoardRef:
    """The board the drawer was opened from, or whose sprint or planning it was ("g17/scrum")."""
    return board_of(text.partition("/")[0])


def _search_text() -> str:
    return request.args.get("q", "").strip()[:TEXT_LIMIT]
