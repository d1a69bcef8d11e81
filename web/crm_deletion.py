"""Deleting a row of a directory: what it means, the person's word for it; the work is a job of `jobs`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request

from boards.crm.deletion import CrmDeletionPlan, plan_deletion
from boards.crm.jobs import start_deletion
from boards.crm.model import BOARD_KEY, Directory
from boards.crm.seen import read_seen, seen_text
from boards.model import Why
from web import crm_memory, jobs
from web.clients import actor, client
from web.crm import entity_of
from web.failures import ThingMissing
from web.session import needs_session

blueprint = Blueprint("crm_deletion", __name__, url_prefix="/crm/<entity_id>/stages/<int:stage_id>/delete")
blueprint.before_request(needs_session)


@blueprint.get("")
def ask(entity_id: str, stage_id: int) -> str:
    """How many items are in it, what could take them, why it stays; one request, nothing is changed."""
    with crm_memory.writing():
        plan = plan_deletion(client(), actor(), entity_of(entity_id), stage_id)
    job_id = jobs.keep_plan(plan.directory.board_key, {"plan": _data(plan)})
    return render_template("_crm_delete.html", plan=plan, job_id=job_id)


@blueprint.post("")
def agree(entity_id: str, stage_id: int) -> Response:
    """The person has chosen: take the first step of the work."""
    row = jobs.planned(BOARD_KEY + entity_of(entity_id))
    if "plan" in row.data:
        plan = _plan(entity_id, row.data["plan"])
        if plan.stage.id != stage_id:
            raise ThingMissing
        target = request.form.get("target_stage_id", 0, type=int)
        jobs.start(row, start_deletion(plan, target, forced=request.form.get("forced") == "1"))
    with crm_memory.writing():
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
