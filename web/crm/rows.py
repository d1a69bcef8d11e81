"""A new row of a directory: its form, a code made of its name, the addition."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.model import Why
from boards.crm.adding import add_stage
from boards.crm.codes import suggest_code
from boards.crm.deletion import CrmDeletionPlan, plan_deletion
from boards.crm.jobs import start_deletion
from boards.crm.model import BOARD_KEY, CrmOutcome, Directory, Semantic, only_directory
from boards.crm.palettes import readable
from boards.crm.snapshot import read_seen, seen_text
from web.actions import jobs
from web.actions.run import Done, run_action
from web.core.failures import ThingMissing
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.crm import memory
from web.crm.directories import entity_of
from web.crm.pages import NO_COLOR, changed_answer, seen_directory

blueprint = Blueprint("crm_adding", __name__, url_prefix="/crm/<entity_id>")
blueprint.before_request(needs_session)


@blueprint.get("/stages/new")
def form(entity_id: str) -> str:
    """The form for a row behind another one (0: at the front of its group); asks the portal nothing."""
    return render_template(
        "crm/_new.html",
        directory=Directory(entity_of(entity_id), ""),
        after_id=max(0, request.args.get("after_id", 0, type=int)),
        semantic=_semantic(request.args.get("semantic", "")),
        code="",
        color=readable(NO_COLOR),
        sample_address="/crm/sample",
        sample_template="crm/_sample.html",
        request_key=secrets.token_hex(16),
    )


@blueprint.post("/code")
def code(entity_id: str) -> str:
    """The field with a code for the name that is being typed; asks the portal nothing."""
    directory = seen_directory(entity_of(entity_id)) or Directory(entity_id, "")
    return render_block("crm/_new.html", "code", directory=directory, code=_suggested(directory))


@blueprint.post("/stages")
def add(entity_id: str) -> Response:
    """A new row in the place of its form; one request."""
    entity_id, form = entity_of(entity_id), request.form
    seen = seen_directory(entity_id)
    status_id = form.get("status_id", "").strip() or _suggested(seen or Directory(entity_id, ""))
    wanted = (form.get("title", ""), status_id, form.get("color", ""), form.get("after_id", 0, type=int))
    semantic = _semantic(form.get("semantic", ""))
    with memory.writing():
        done = run_action(lambda: add_stage(client(), actor(), entity_id, *wanted, semantic, seen=seen))
    added = done.change.target if done.change else 0
    return changed_answer(entity_id, done, html=_new_row(done), added=added)


def _suggested(directory: Directory) -> str:
    title = request.form.get("title", "").strip()
    return suggest_code(title, directory) if title else ""


def _semantic(text: str) -> Semantic:
    return Semantic(text) if text in {one.value for one in Semantic} else Semantic.PROCESS


def _new_row(done: Done[CrmOutcome]) -> str:
    directory = only_directory(done.outcome) if done.outcome else None
    stage = directory.find(done.change.target) if directory and done.change else None
    return render_block("crm/_answers.html", "new_row", stage=stage, directory=directory) if stage else ""


# Deleting a row of a directory: what it means, the person's word for it; the work is a job of `jobs`.


deletion_blueprint = Blueprint(
    "crm_deletion", __name__, url_prefix="/crm/<entity_id>/stages/<int:stage_id>/delete"
)
deletion_blueprint.before_request(needs_session)


@deletion_blueprint.get("")
def ask(entity_id: str, stage_id: int) -> str:
    """How many items are in it, what could take them, why it stays; one request, nothing is changed."""
    with memory.writing():
        plan = plan_deletion(client(), actor(), entity_of(entity_id), stage_id)
    job_id = jobs.keep_plan(plan.directory.board_key, {"plan": _data(plan)})
    return render_block("shared/delete_dialog.html", "row", plan=plan, job_id=job_id)


@deletion_blueprint.post("")
def agree(entity_id: str, stage_id: int) -> Response:
    """The person has chosen: take the first step of the work."""
    row = jobs.planned(BOARD_KEY + entity_of(entity_id))
    if "plan" in row.data:
        plan = _plan(entity_id, row.data["plan"])
        if plan.stage.id != stage_id:
            raise ThingMissing
        target = request.form.get("target_stage_id", 0, type=int)
        jobs.start(row, start_deletion(plan, target, forced=request.form.get("forced") == "1"))
    with memory.writing():
        return jobs.go_on(row)


def _data(plan: CrmDeletionPlan) -> dict[str, Any]:
    """The plan as JSON."""
    return {
        "name": plan.directory.name,
        "directory": seen_text(plan.directory),
        "stage": plan.stage.id,
        "items": list(plan.item_ids),
        "total": plan.total,
        "refusal": plan.refusal.value if plan.refusal else "",
    }


def _plan(entity_id: str, data: dict[str, Any]) -> CrmDeletionPlan:
    seen = read_seen(entity_id, data["directory"]) or Directory(entity_id, "")
    directory = replace(seen, name=data["name"])
    stage = directory.find(data["stage"])
    if stage is None:
        raise ThingMissing
    refusal = Why(data["refusal"]) if data["refusal"] else None
    return CrmDeletionPlan(directory, stage, tuple(data["items"]), data["total"], refusal)
