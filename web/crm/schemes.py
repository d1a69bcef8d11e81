"""Many colors at once, and copies of another pipeline: each change is shown before any is made, and each
pipeline gets its own result after.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from flask import Response, render_template
from jinja2_fragments.flask import render_block
from msgspec import Meta

from boards.core.errors import BadInput, BadInputCode
from boards.crm.changes import apply_copy, recolor_many
from boards.crm.copying import What, copy_plan
from boards.crm.model import CrmOutcome, Directory, PlannedChange, RowEdit, by_directory
from boards.crm.palettes import PALETTES, Palette, paint_many
from web.actions.run import Done, run_action
from web.core.context import RequestContext
from web.core.errors import explain
from web.core.failures import UnknownTarget
from web.core.forms import Every
from web.core.views import SessionBlueprint
from web.crm import memory
from web.crm.directories import entity_of
from web.crm.forms import DirectoryForm, seen_directory
from web.crm.pages import changed_answer

blueprint = SessionBlueprint("crm_schemes", __name__, url_prefix="/crm/<entity_id>")

OWN = "own"
"""Two end colors of the person's own instead of a palette."""


@dataclass(frozen=True)
class Part:
    """What is to change in one pipeline."""

    directory: Directory
    changes: tuple[PlannedChange, ...]


@dataclass(frozen=True)
class PipelineResult:
    """What became of one pipeline: how many stages changed, and which did not, with the reason."""

    name: str
    done: int
    failed: tuple[tuple[str, str], ...]


class SchemeForm(DirectoryForm, frozen=True, kw_only=True):
    """For which pipelines: `targets`, or `all`. `draft`: the pipelines as the dialog showed them."""

    draft: str = ""
    targets: Every = ()
    all: bool = False


class PaintForm(SchemeForm, frozen=True, kw_only=True):
    """A palette, or the person's own colors from `start` to `end`; `finals`: the ends of the way too.

    422 at `start`, `end`, `success` or `failure` for what is no color.
    """

    palette: str = ""
    start: str = ""
    end: str = ""
    success: str = ""
    failure: str = ""
    finals: bool = False


class CopyForm(SchemeForm, frozen=True, kw_only=True):
    """From which pipeline (`source`, 422 if there is none) and what of it."""

    source: str = ""
    what: Annotated[tuple[What, ...], Meta(extra={"read": list})] = ()


# --- many colors ---
@blueprint.page("/colors")
def colors_dialog(ctx: RequestContext, entity_id: str) -> str:
    """Palettes, two ends, the pipelines; one request, nothing is changed."""
    pipelines = _pipelines(ctx, entity_id)
    here = [pipeline for pipeline in pipelines if pipeline.entity_id == entity_id]
    plan = _painted(here, replace(PALETTES[0], success="", failure=""))
    return _dialog(ctx, "crm/_colors.html", entity_id, pipelines, plan, palettes=PALETTES, own=PALETTES[0])


@blueprint.action("/colors/preview", PaintForm)
def colors_preview(ctx: RequestContext, form: PaintForm, entity_id: str) -> str:
    """Each change that the choice means; asks the portal nothing."""
    return render_template("crm/_plan.html", plan=_painted(_targets(ctx, form, entity_id), _palette(form)))


@blueprint.action("/colors", PaintForm)
def paint(ctx: RequestContext, form: PaintForm, entity_id: str) -> Response:
    """Recolor; one request for 30 stages, at most 4 for 20 pipelines."""
    plan = _painted(_targets(ctx, form, entity_id), _palette(form))
    wanted = {part.directory.entity_id: _colors(part.changes) for part in plan}
    seen = {stage.id: stage.raw_color for part in plan for stage in part.directory.stages}
    return _applied(
        ctx,
        form,
        entity_id,
        lambda ctx: recolor_many(ctx.client(things=len(seen)), ctx.actor, wanted, seen=seen),
    )


def _palette(form: PaintForm) -> Palette:
    """The chosen one, or the person's own colors; without the box, the ends of the way stay as they are."""
    found = next((palette for palette in PALETTES if palette.key == form.palette), None)
    found = found or Palette(OWN, form.start, form.end, form.success, form.failure)
    return found if form.finals else replace(found, success="", failure="")


def _painted(directories: Sequence[Directory], palette: Palette) -> list[Part]:
    colors = paint_many(
        directories, palette.start, palette.end, success=palette.success, failure=palette.failure
    )
    return [
        Part(directory, _recolored(directory, colors[directory.entity_id]))
        for directory in directories
        if directory.entity_id in colors
    ]


def _recolored(directory: Directory, colors: Mapping[int, str]) -> tuple[PlannedChange, ...]:
    return tuple(
        PlannedChange(
            stage.entity_id,
            stage.id,
            stage.name,
            "color",
            stage.color,
            colors[stage.id],
            RowEdit(color=colors[stage.id]),
        )
        for stage in directory.stages
        if stage.id in colors
    )


def _colors(changes: Sequence[PlannedChange]) -> dict[int, str]:
    return {change.stage_id: str(change.after) for change in changes}


# --- copies ---
@blueprint.page("/copy")
def copy_dialog(ctx: RequestContext, entity_id: str) -> str:
    """Where from, what, where to; one request, nothing is changed."""
    pipelines = _pipelines(ctx, entity_id)
    others = [pipeline for pipeline in pipelines if pipeline.entity_id != entity_id]
    here = [pipeline for pipeline in pipelines if pipeline.entity_id == entity_id]
    plan = _copied(others[0], here, [What.COLORS]) if others else []
    return _dialog(ctx, "crm/_copy.html", entity_id, pipelines, plan, others=others, what=tuple(What))


@blueprint.action("/copy/preview", CopyForm)
def copy_preview(ctx: RequestContext, form: CopyForm, entity_id: str) -> str:
    """Each change that the choice means; asks the portal nothing."""
    return render_template("crm/_plan.html", plan=_copy_plan(ctx, form, entity_id))


@blueprint.action("/copy", CopyForm)
def copy(ctx: RequestContext, form: CopyForm, entity_id: str) -> Response:
    """Make the changes of the preview."""
    plan = _copy_plan(ctx, form, entity_id)
    changes = [change for part in plan for change in part.changes]
    seen = [part.directory for part in plan]
    return _applied(
        ctx,
        form,
        entity_id,
        lambda ctx: apply_copy(ctx.client(things=len(changes)), ctx.actor, changes, seen=seen),
    )


def _copy_plan(ctx: RequestContext, form: CopyForm, entity_id: str) -> list[Part]:
    pipelines = memory.pipelines(ctx, form.draft)
    source = next((pipeline for pipeline in pipelines if pipeline.entity_id == form.source), None)
    if source is None:
        raise BadInput("source", BadInputCode.STAGE_MISSING)
    what = [part for part in What if part in form.what]
    return _copied(source, _targets(ctx, form, entity_id, pipelines), what)


def _copied(source: Directory, targets: Sequence[Directory], what: Sequence[What]) -> list[Part]:
    changes = copy_plan(source, targets, what)
    parts = [
        Part(target, tuple(change for change in changes if change.entity_id == target.entity_id))
        for target in targets
    ]
    return [part for part in parts if part.changes]


# --- both ---
def _pipelines(ctx: RequestContext, entity_id: str) -> tuple[Directory, ...]:
    """All pipelines with stages, the one of the page among them; UnknownTarget without it."""
    found = memory.read(ctx).pipelines
    if entity_of(entity_id) not in {pipeline.entity_id for pipeline in found}:
        raise UnknownTarget
    return tuple(pipeline for pipeline in found if pipeline.stages)


def _dialog(
    ctx: RequestContext,
    template: str,
    entity_id: str,
    pipelines: Sequence[Directory],
    plan: list[Part],
    **values: object,
) -> str:
    return render_template(
        template,
        entity_id=entity_id,
        pipelines=pipelines,
        plan=plan,
        draft=memory.keep(ctx, pipelines),
        request_key=secrets.token_hex(16),
        **values,
    )


def _targets(
    ctx: RequestContext, form: SchemeForm, entity_id: str, pipelines: Sequence[Directory] = ()
) -> list[Directory]:
    """The chosen pipelines, the one of the page first."""
    pipelines = pipelines or memory.pipelines(ctx, form.draft)
    found = [pipeline for pipeline in pipelines if form.all or pipeline.entity_id in form.targets]
    return sorted(found, key=lambda pipeline: pipeline.entity_id != entity_id)


def _applied(
    ctx: RequestContext, form: SchemeForm, entity_id: str, do: Callable[[RequestContext], CrmOutcome]
) -> Response:
    """The page as it is now; for several pipelines, or where something was refused, what became of each."""
    with memory.writing(ctx):
        done = run_action(ctx, do)
    results, seen = _results(ctx, form, done), seen_directory(form, entity_id)
    if len(results) < 2 and not any(result.failed for result in results):
        return changed_answer(entity_id, seen, done, dialog_close=True)
    html = render_block("shared/results.html", "pipelines", results=results)
    return changed_answer(entity_id, seen, done, html=html)


def _results(ctx: RequestContext, form: SchemeForm, done: Done[CrmOutcome]) -> list[PipelineResult]:
    outcome = done.outcome
    if outcome is None:
        return []
    names = {pipeline.entity_id: pipeline.name for pipeline in memory.pipelines(ctx, form.draft)}
    return [
        PipelineResult(
            names.get(entity_id, entity_id),
            sum(not result.error for result in results),
            tuple((result.title, explain(result.error)[0]) for result in results if result.error),
        )
        for entity_id, results in by_directory(outcome.results).items()
    ]
