"""Rows of a directory: added, renamed, recolored, deleted."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from flask import Response, render_template, request
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from b24.errors import StageNotEmpty
from boards.core.errors import ItemsRemain
from boards.core.model import Denial
from boards.crm.adding import add_stage
from boards.crm.changes import recolor, rename
from boards.crm.codes import suggest_code
from boards.crm.deletion import CrmDeletionPlan, plan_deletion
from boards.crm.jobs import CrmDeletionJob, CrmRestoreJob, start_deletion
from boards.crm.model import BOARD_KEY, CrmOutcome, Directory, Semantic
from boards.crm.palettes import readable
from boards.crm.snapshot import read_seen, seen_text
from web.actions import jobs
from web.actions.jobs import AgreeForm, StepForm, WorkPages, register_work
from web.actions.run import Done
from web.actions.stage_editor import StageEditor, asked_after, register_editor
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import Id
from web.core.views import SessionBlueprint
from web.crm import memory
from web.crm.directories import entity_of
from web.crm.forms import DirectoryForm, seen_directory
from web.crm.pages import NO_COLOR, changed_answer, directories_now

blueprint = SessionBlueprint("crm_adding", __name__, url_prefix="/crm/<entity_id>/stages")


class AddRowForm(DirectoryForm, frozen=True, kw_only=True):
    """A new row behind `after_id` (0: at the front of its group) of a meaning (`semantic`).

    `status_id` is its code; without one it is made of the name. 422 at `title`, `color` or `status_id`.
    """

    title: str = ""
    status_id: str = ""
    color: str = ""
    after_id: Id = 0
    semantic: Semantic = Semantic.PROCESS


class RenameRowForm(DirectoryForm, frozen=True, kw_only=True):
    """Another name; `seen_title` is the one the page showed. 422 at `title`."""

    title: str = ""
    seen_title: str | None = None


class RecolorRowForm(DirectoryForm, frozen=True, kw_only=True):
    """Another color: the offered readable one (`swatch`), or any (`color`). 422 at `color`."""

    swatch: str = ""
    color: str = ""


class RowEditor(StageEditor[str]):
    """The rows of a directory of the CRM; a board is its ENTITY_ID."""

    add_form = AddRowForm
    rename_form = RenameRowForm
    recolor_form = RecolorRowForm

    def board(self, **address: Any) -> str:
        return entity_of(address["entity_id"])

    def new_form(self, board: str) -> str:
        return render_template(
            "crm/_new.html",
            directory=Directory(board, ""),
            after_id=asked_after(),
            semantic=_asked_semantic(),
            code="",
            color=readable(NO_COLOR),
            sample_address="/crm/sample",
            sample_template="crm/_sample.html",
            request_key=secrets.token_hex(16),
        )

    def color_form(self, board: str, stage_id: int, color: str) -> str:
        return render_template(
            "kanban/_stage_color.html",
            address=f"/crm/{board}/stages/{stage_id}/color",
            color=color or NO_COLOR,
            sample_address="/crm/sample",
            sample_template="crm/_sample.html",
        )

    def add(self, ctx: RequestContext, board: str, form: AddRowForm) -> CrmOutcome:
        seen = seen_directory(form, board)
        code = form.status_id.strip() or _suggested(form.title, seen or Directory(board, ""))
        wanted = (form.title, code, form.color, form.after_id, form.semantic)
        return add_stage(ctx.client(), ctx.actor, board, *wanted, seen=seen)

    def rename(self, ctx: RequestContext, board: str, stage_id: int, form: RenameRowForm) -> CrmOutcome:
        return rename(ctx.client(), ctx.actor, board, stage_id, form.title, seen_name=form.seen_title)

    def recolor(self, ctx: RequestContext, board: str, stage_id: int, form: RecolorRowForm) -> CrmOutcome:
        shown = seen_directory(form, board)
        stage = shown.find(stage_id) if shown else None
        seen = {stage_id: stage.raw_color} if stage else None
        wanted = {stage_id: form.swatch or form.color}
        return recolor(ctx.client(), ctx.actor, board, wanted, seen=seen)

    def answer(
        self,
        ctx: RequestContext,  # noqa: ARG002 (the editor's signature)
        board: str,
        form: DirectoryForm,
        done: Done[CrmOutcome],
        *,
        added: bool = False,
    ) -> Response:
        seen = seen_directory(form, board)
        if not added:
            return changed_answer(board, seen, done)
        row_id = done.change.target if done.change else 0
        return changed_answer(board, seen, done, html=_new_row(board, row_id, done), added=row_id)

    def writing(self, ctx: RequestContext) -> AbstractContextManager[None]:
        return memory.writing(ctx)


register_editor(blueprint, RowEditor())


def _new_row(entity_id: str, row_id: int, done: Done[CrmOutcome]) -> str:
    found = (directory for directory in directories_now(done) if directory.entity_id == entity_id)
    directory = next(found, None)
    stage = directory.find(row_id) if directory else None
    return render_block("crm/_answers.html", "new_row", stage=stage, directory=directory) if stage else ""


def _asked_semantic() -> Semantic:
    """The group a new row is to be in, as the address says; the first one for what is none."""
    text = request.args.get("semantic", "")
    return Semantic(text) if text in {semantic.value for semantic in Semantic} else Semantic.PROCESS


# --- a code for a name ---
code_blueprint = SessionBlueprint("crm_code", __name__, url_prefix="/crm/<entity_id>/code")


class SuggestCodeForm(DirectoryForm, frozen=True, kw_only=True):
    """The name (`title`) that is being typed."""

    title: str = ""


@code_blueprint.action("", SuggestCodeForm)
def code(_ctx: RequestContext, form: SuggestCodeForm, entity_id: str) -> str:
    """The field with a code for the name that is being typed; asks the portal nothing."""
    directory = seen_directory(form, entity_of(entity_id)) or Directory(entity_id, "")
    return render_block("crm/_new.html", "code", directory=directory, code=_suggested(form.title, directory))


def _suggested(title: str, directory: Directory) -> str:
    return suggest_code(title.strip(), directory) if title.strip() else ""


# --- deleting a row: what it means, the person's word for it; the work is a job ---
deletion_blueprint = SessionBlueprint(
    "crm_deletion", __name__, url_prefix="/crm/<entity_id>/stages/<int:stage_id>/delete"
)


class DeleteRowForm(AgreeForm, frozen=True, kw_only=True):
    """`forced`: delete the row although it came with the system."""

    forced: bool = False


@deletion_blueprint.page("")
def ask(ctx: RequestContext, entity_id: str, stage_id: int) -> str:
    """How many items are in it, what could take them, why it stays; one request, nothing is changed."""
    with memory.writing(ctx):
        plan = plan_deletion(ctx.client(), ctx.actor, entity_of(entity_id), stage_id)
    job_id = jobs.keep_plan(ctx, plan.directory.board_key, {"plan": _data(plan)})
    return render_block("shared/delete_dialog.html", "row", plan=plan, job_id=job_id)


@deletion_blueprint.action("", DeleteRowForm)
def agree(ctx: RequestContext, form: DeleteRowForm, entity_id: str, stage_id: int) -> Response:
    """The person has chosen: take the first step of the work."""
    row = jobs.planned(ctx, form, BOARD_KEY + entity_of(entity_id))
    if "plan" in row.data:
        plan = _plan(entity_id, row.data["plan"])
        if plan.stage.id != stage_id:
            raise UnknownTarget
        jobs.start(ctx, row, start_deletion(plan, form.target_stage_id, forced=form.forced))
    with memory.writing(ctx):
        return jobs.go_on(ctx, form, row)


def _row_deleted(
    ctx: RequestContext, form: StepForm, job: CrmDeletionJob, done: Done[CrmOutcome]
) -> Response:
    """The page without the row; what was in it is where it went."""
    del ctx
    entity_id, into = job.entity_id, {"into": job.target_id}
    return changed_answer(entity_id, seen_directory(form, entity_id), done, dialog_close=True, more=into)


def _explained(job: CrmDeletionJob, error: Exception) -> Exception:
    return ItemsRemain(job.stage_id) if isinstance(error, StageNotEmpty) else error


register_work(
    CrmDeletionJob,
    WorkPages(_l("Deleting the stage …"), of_items=True, ended=_row_deleted, explain=_explained),
)
register_work(CrmRestoreJob, WorkPages(_l("Bringing the stage back …"), of_items=True))


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
        raise UnknownTarget
    refusal = Denial(data["refusal"]) if data["refusal"] else None
    return CrmDeletionPlan(directory, stage, tuple(data["items"]), data["total"], refusal)
