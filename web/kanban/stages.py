"""Shaping a board: its stages moved, renamed, recolored, added, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from boards.core.errors import OfNewerRelease
from boards.core.model import BoardRef, Denial, Stage
from boards.core.outcome import Outcome
from boards.kanban.deletion import DeletionPlan, plan_deletion
from boards.kanban.stage_jobs import StageDeletion, StageRestore, start_deletion
from boards.kanban.stages import add_stage, move_stage, recolor_stage, rename_stage
from web.actions import jobs
from web.actions.jobs import AgreeForm, StepForm, WorkPages, register_work
from web.actions.responses import shaped
from web.actions.run import Done
from web.actions.stage_editor import (
    AddStageForm,
    ColumnEditor,
    MoveStageForm,
    RecolorStageForm,
    RenameStageForm,
    StageForm,
    register_editor,
)
from web.core.addresses import board_of
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.views import SessionBlueprint

StagesOutcome = Outcome[tuple[Stage, ...]]

blueprint = SessionBlueprint("stages", __name__, url_prefix="/boards/<key>/stages")


class BoardEditor(ColumnEditor[BoardRef]):
    """The stages of a project, or of My Planner."""

    def board(self, **address: Any) -> BoardRef:
        return board_of(address["key"])

    def stages(self, ctx: RequestContext, board: BoardRef, outcome: Any) -> Iterable[Stage]:  # noqa: ARG002
        return stages_now(outcome)

    def add(self, ctx: RequestContext, board: BoardRef, form: AddStageForm) -> StagesOutcome:
        options = stage_change_options(form)
        return add_stage(ctx.client(), board, ctx.actor, form.title, form.color, form.after_id, **options)

    def move(self, ctx: RequestContext, board: BoardRef, stage_id: int, form: MoveStageForm) -> StagesOutcome:
        options = stage_change_options(form)
        return move_stage(ctx.client(), board, ctx.actor, stage_id, form.after_id, **options)

    def rename(
        self, ctx: RequestContext, board: BoardRef, stage_id: int, form: RenameStageForm
    ) -> StagesOutcome:
        options = stage_change_options(form) | {"seen_title": form.seen_title}
        return rename_stage(ctx.client(), board, ctx.actor, stage_id, form.title, **options)

    def recolor(
        self, ctx: RequestContext, board: BoardRef, stage_id: int, form: RecolorStageForm
    ) -> StagesOutcome:
        options = stage_change_options(form) | {"seen_color": form.seen_color}
        return recolor_stage(ctx.client(), board, ctx.actor, stage_id, form.chosen, **options)


register_editor(blueprint, BoardEditor())


def stages_now(outcome: Any) -> tuple[Stage, ...]:
    """The stages of the board after a change; none when the outcome does not tell."""
    stages: tuple[Stage, ...] = outcome.now
    return stages


def stage_change_options(form: StageForm) -> dict[str, Any]:
    """What every change of stages is told: whether it is an administrator's, and the order the person saw.

    `as_admin` from the page is only a wish: the domain grants it to administrators, the portal checks it.
    """
    return {"as_admin": form.as_admin, "seen": list(form.seen) or None}


# --- deleting a stage, and bringing one back ---
@blueprint.page("/<int:stage_id>/delete")
def ask_delete(ctx: RequestContext, key: str, stage_id: int) -> str:
    """What deleting the stage means: how many tasks, who could take them; one request, nothing is changed."""
    ref, as_admin = board_of(key), request.args.get("as_admin") == "1"
    plan = plan_deletion(ctx.client(), ref, ctx.actor, stage_id, as_admin=as_admin)
    job_id = jobs.keep_plan(ctx, ref.key, {"plan": _plan_data(plan), "as_admin": as_admin})
    return render_block("shared/delete_dialog.html", "stage", key=ref.key, plan=plan, job_id=job_id)


@blueprint.action("/<int:stage_id>/delete", AgreeForm)
def delete(ctx: RequestContext, form: AgreeForm, key: str, stage_id: int) -> Response:
    """The person has chosen: make the planned job a real one and take its first step."""
    ref = board_of(key)
    row = jobs.planned(ctx, form, ref.key)
    if "plan" in row.data:
        plan = _plan(row.data["plan"])
        if plan.stage.id != stage_id:
            raise UnknownTarget
        as_admin = row.data["as_admin"]
        jobs.start(ctx, row, start_deletion(ref, plan, form.target_stage_id, as_admin=as_admin))
    return jobs.go_on(ctx, form, row)


def _stage_deleted(
    ctx: RequestContext, form: StepForm, job: StageDeletion, done: Done[StagesOutcome]
) -> Response:
    """The page without the stage; what was in it is where it went."""
    del ctx
    into, stages = {"into": job.target_id}, stages_now(done.outcome)
    return shaped(form, board_of(job.board_key), done, stages, dialog_close=True, more=into)


register_work(StageDeletion, WorkPages(_l("Deleting the stage …"), ended=_stage_deleted))
register_work(StageRestore, WorkPages(_l("Bringing the stage back …")))


def _plan_data(plan: DeletionPlan) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(asdict(plan)))
    return data


def _plan(data: dict[str, Any]) -> DeletionPlan:
    try:
        return DeletionPlan(
            stage=Stage(**data["stage"]),
            task_ids=tuple(data["task_ids"]),
            total=data["total"],
            others=tuple(Stage(**stage) for stage in data["others"]),
            refusal=Denial(data["refusal"]) if data["refusal"] else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OfNewerRelease("plan of a deletion") from error
