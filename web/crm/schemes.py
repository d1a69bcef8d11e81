"""Many colors at once, and copies of another pipeline: each change is shown before any is made, and each
pipeline gets its own result after.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.errors import BadInput, BadInputCode
from boards.crm.changes import apply_copy, recolor_many
from boards.crm.copying import What, copy_plan
from boards.crm.model import CrmOutcome, Directory, PlannedChange, RowEdit, by_directory
from boards.crm.palettes import PALETTES, Palette, paint_many
from web.actions.run import Done, run_action
from web.core.errors import explain
from web.core.failures import ThingMissing
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.crm import memory
from web.crm.directories import entity_of
from web.crm.pages import changed_answer

blueprint = Blueprint("crm_schemes", __name__, url_prefix="/crm/<entity_id>")
blueprint.before_request(needs_session)

OWN = "own"
"""Two end colors of the person's own instead of a palette."""


@dataclass(frozen=True)
class Part:
    """What is to change in one pipeline."""

    directory: Directory
    changes: tuple[PlannedChange, ...]


@dataclass(frozen=True)
class Result:
    """What became of one pipeline: how many stages changed, and which did not, with the reason."""

    name: str
    done: int
    failed: tuple[tuple[str, str], ...]


# --- many colors ---
@blueprint.get("/colors")
def colors_dialog(entity_id: str) -> str:
    """Palettes, two ends, the pipelines; one request, nothing is changed."""
    pipelines = _pipelines(entity_id)
    here = [one for one in pipelines if one.entity_id == entity_id]
    plan = _painted(here, replace(PALETTES[0], success="", failure=""))
    return _dialog("crm/_colors.html", entity_id, pipelines, plan, palettes=PALETTES, own=PALETTES[0])


@blueprint.post("/colors/preview")
def colors_preview(entity_id: str) -> str:
    """Each change that the choice means; asks the portal nothing."""
    return render_template("crm/_plan.html", plan=_painted(_targets(entity_id), _palette()))


@blueprint.post("/colors")
def paint(entity_id: str) -> Response:
    """Recolor; one request for 30 stages, at most 4 for 20 pipelines."""
    plan = _painted(_targets(entity_id), _palette())
    wanted = {part.directory.entity_id: _colors(part.changes) for part in plan}
    seen = {one.id: one.raw_color for part in plan for one in part.directory.stages}
    return _applied(entity_id, lambda: recolor_many(client(things=len(seen)), actor(), wanted, seen=seen))


def _palette() -> Palette:
    """The chosen one, or the person's own colors; without the box, the ends of the way stay as they are."""
    form = request.form
    key = form.get("palette", "")
    found = next((one for one in PALETTES if one.key == key), None)
    if found is None:
        found = Palette(OWN, *(form.get(name, "") for name in ("start", "end", "success", "failure")))
    return found if form.get("finals") == "1" else replace(found, success="", failure="")


def _painted(directories: Sequence[Directory], palette: Palette) -> list[Part]:
    colors = paint_many(
        directories, palette.start, palette.end, success=palette.success, failure=palette.failure
    )
    return [
        Part(one, _recolored(one, colors[one.entity_id])) for one in directories if one.entity_id in colors
    ]


def _recolored(directory: Directory, colors: Mapping[int, str]) -> tuple[PlannedChange, ...]:
    return tuple(
        PlannedChange(
            one.entity_id, one.id, one.name, "color", one.color, colors[one.id], RowEdit(color=colors[one.id])
        )
        for one in directory.stages
        if one.id in colors
    )


def _colors(changes: Sequence[PlannedChange]) -> dict[int, str]:
    return {one.stage_id: str(one.after) for one in changes}


# --- copies ---
@blueprint.get("/copy")
def copy_dialog(entity_id: str) -> str:
    """Where from, what, where to; one request, nothing is changed."""
    pipelines = _pipelines(entity_id)
    others = [one for one in pipelines if one.entity_id != entity_id]
    here = [one for one in pipelines if one.entity_id == entity_id]
    plan = _copied(others[0], here, [What.COLORS]) if others else []
    return _dialog("crm/_copy.html", entity_id, pipelines, plan, others=others, what=tuple(What))


@blueprint.post("/copy/preview")
def copy_preview(entity_id: str) -> str:
    """Each change that the choice means; asks the portal nothing."""
    return render_template("crm/_plan.html", plan=_copy_of_form(entity_id))


@blueprint.post("/copy")
def copy(entity_id: str) -> Response:
    """Make the changes of the preview."""
    plan = _copy_of_form(entity_id)
    changes = [change for part in plan for change in part.changes]
    seen = [part.directory for part in plan]
    return _applied(entity_id, lambda: apply_copy(client(things=len(changes)), actor(), changes, seen=seen))


def _copy_of_form(entity_id: str) -> list[Part]:
    pipelines = memory.pipelines(request.form.get("draft", ""))
    source = next((one for one in pipelines if one.entity_id == request.form.get("source")), None)
    if source is None:
        raise BadInput("source", BadInputCode.STAGE_MISSING)
    what = [one for one in What if one.value in request.form.getlist("what")]
    return _copied(source, _targets(entity_id, pipelines), what)


def _copied(source: Directory, targets: Sequence[Directory], what: Sequence[What]) -> list[Part]:
    changes = copy_plan(source, targets, what)
    parts = [Part(one, tuple(c for c in changes if c.entity_id == one.entity_id)) for one in targets]
    return [part for part in parts if part.changes]


# --- both ---
def _pipelines(entity_id: str) -> tuple[Directory, ...]:
    """All pipelines with stages, the one of the page among them; ThingMissing without it."""
    found = memory.read(client(), actor()).pipelines
    if entity_of(entity_id) not in {one.entity_id for one in found}:
        raise ThingMissing
    return tuple(one for one in found if one.stages)


def _dialog(
    template: str, entity_id: str, pipelines: Sequence[Directory], plan: list[Part], **values: object
) -> str:
    return render_template(
        template,
        entity_id=entity_id,
        pipelines=pipelines,
        plan=plan,
        draft=memory.keep(pipelines),
        request_key=secrets.token_hex(16),
        **values,
    )


def _targets(entity_id: str, pipelines: Sequence[Directory] = ()) -> list[Directory]:
    """The chosen pipelines, the one of the page first."""
    form = request.form
    pipelines = pipelines or memory.pipelines(form.get("draft", ""))
    chosen = set(form.getlist("targets"))
    found = [one for one in pipelines if form.get("all") == "1" or one.entity_id in chosen]
    return sorted(found, key=lambda one: one.entity_id != entity_id)


def _applied(entity_id: str, do: Callable[[], CrmOutcome]) -> Response:
    """The page as it is now; for several pipelines, or where something was refused, what became of each."""
    with memory.writing():
        done = run_action(do)
    results = _results(done)
    if len(results) < 2 and not any(one.failed for one in results):
        return changed_answer(entity_id, done, dialog_close=True)
    return changed_answer(
        entity_id, done, html=render_block("shared/results.html", "pipelines", results=results)
    )


def _results(done: Done[CrmOutcome]) -> list[Result]:
    outcome = done.outcome
    if outcome is None:
        return []
    names = {one.entity_id: one.name for one in memory.pipelines(request.form.get("draft", ""))}
    return [
        Result(
            names.get(entity_id, entity_id),
            sum(not one.error for one in results),
            tuple((row.title, explain(row.error)[0]) for row in results if row.error),
        )
        for entity_id, results in by_directory(outcome.results).items()
    ]
