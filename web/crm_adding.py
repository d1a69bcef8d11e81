"""A new row of a directory: its form, a code made of its name, the addition."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, render_template, request

from boards.crm.adding import add_stage
from boards.crm.codes import suggest_code
from boards.crm.model import CrmOutcome, Directory, Semantic
from boards.crm.palettes import readable
from web import crm_memory
from web.clients import actor, client
from web.crm import entity_of
from web.crm_view import NO_COLOR, changed_answer, seen_directory
from web.journal_service import Done, run_action
from web.session import needs_session

blueprint = Blueprint("crm_adding", __name__, url_prefix="/crm/<entity_id>")
blueprint.before_request(needs_session)


@blueprint.get("/stages/new")
def form(entity_id: str) -> str:
    """The form for a row behind another one (0: at the front of its group); asks the portal nothing."""
    return render_template(
        "_crm_new.html",
        directory=Directory(entity_of(entity_id), ""),
        after_id=max(0, request.args.get("after_id", 0, type=int)),
        semantic=_semantic(request.args.get("semantic", "")),
        code="",
        color=readable(NO_COLOR),
        sample_address="/crm/sample",
        sample_template="_crm_sample.html",
        request_key=secrets.token_hex(16),
    )


@blueprint.post("/code")
def code(entity_id: str) -> str:
    """The field with a code for the name that is being typed; asks the portal nothing."""
    directory = seen_directory(entity_of(entity_id)) or Directory(entity_id, "")
    return render_template("_crm_code.html", directory=directory, code=_suggested(directory))


@blueprint.post("/stages")
def add(entity_id: str) -> Response:
    """A new row in the place of its form; one request."""
    entity_id, form = entity_of(entity_id), request.form
    seen = seen_directory(entity_id)
    status_id = form.get("status_id", "").strip() or _suggested(seen or Directory(entity_id, ""))
    wanted = (form.get("title", ""), status_id, form.get("color", ""), form.get("after_id", 0, type=int))
    semantic = _semantic(form.get("semantic", ""))
    with crm_memory.writing():
        done = run_action(lambda: add_stage(client(), actor(), entity_id, *wanted, semantic, seen=seen))
    added = done.change.target if done.change else 0
    return changed_answer(entity_id, done, html=_new_row(done), added=added)


def _suggested(directory: Directory) -> str:
    title = request.form.get("title", "").strip()
    return suggest_code(title, directory) if title else ""


def _semantic(text: str) -> Semantic:
    return Semantic(text) if text in {one.value for one in Semantic} else Semantic.PROCESS


def _new_row(done: Done[CrmOutcome]) -> str:
    directory = done.outcome.directory if done.outcome else None
    stage = directory.find(done.change.target) if directory and done.change else None
    return render_template("_crm_new_row.html", stage=stage, directory=directory) if stage else ""
