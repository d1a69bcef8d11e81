"""The CRM: all its directories, one of them, and what is changed in its rows. Adding is in `crm_adding`, many
colors and copies in `crm_schemes`, deleting in `jobs`.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.colors import parse_color
from boards.crm.changes import recolor, rename, reorder
from boards.crm.load import load_counts, load_totals
from boards.crm.model import CrmStage, Directory, Overview
from web.actions.run import run_action
from web.core.failures import ThingMissing
from web.core.session import needs_session, remember_place
from web.core.tokens import actor, client
from web.crm import memory
from web.crm.pages import NO_COLOR, changed_answer, directory_page, overview_page, seen_directory

blueprint = Blueprint("crm", __name__, url_prefix="/crm")
blueprint.before_request(needs_session)

PLACE = "crm"
MOST_PIPELINES = 50
MOST_STAGES = 200
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{0,49}")


@blueprint.get("")
def overview() -> str:
    """All directories, or those with the name that is looked for; one request."""
    read = memory.read(client(), actor())
    remember_place(PLACE)
    return overview_page(read, request.args.get("q", "").strip()[:100])


@blueprint.get("/totals")
def totals() -> str:
    """How many items the pipelines of the overview hold; one request."""
    wanted = [entity_of(one) for one in request.args.get("ids", "").split(",") if one]
    found = load_totals(client(), actor(), [Directory(one, one) for one in wanted[:MOST_PIPELINES]])
    return render_block("crm/_answers.html", "totals", totals=found)


@blueprint.get("/sample")
def sample() -> str:
    """How a name reads on a color that is being chosen; asks the portal nothing."""
    try:
        color = parse_color(request.args.get("color", ""))
    except ValueError:
        color = ""
    return render_template("crm/_sample.html", color=color)


@blueprint.get("/<entity_id>")
def show(entity_id: str) -> str:
    """One directory; one request."""
    read = memory.read(client(), actor())
    if read.why_not_write and not read.directories:
        return overview_page(read)
    remember_place(f"{PLACE}:{entity_of(entity_id)}")
    return page_of(read, entity_id)


def page_of(read: Overview, entity_id: str) -> str:
    """HTML of #main for a directory of what was read; ThingMissing when it is not there (any more)."""
    directory = read.find(entity_id)
    if directory is None:
        raise ThingMissing
    return directory_page(read, directory)


@blueprint.get("/<entity_id>/counts")
def counts(entity_id: str) -> str:
    """How many items stand in each stage the page shows ("17:C1:NEW": id, STATUS_ID); one request."""
    shown = [one.partition(":") for one in request.args.getlist("stage")[:MOST_STAGES]]
    stages = tuple(CrmStage(int(one), code, "", 0) for one, _, code in shown if one.isdecimal() and code)
    found = load_counts(client(), actor(), Directory(entity_of(entity_id), "", stages))
    return render_block("crm/_answers.html", "counts", stages=stages, counts=found)


@blueprint.post("/<entity_id>/order")
def order(entity_id: str) -> Response:
    """Rows into another order; one request, however many there are."""
    entity_id = entity_of(entity_id)
    wanted = [int(one) for one in request.form.get("order", "").split(",") if one.isdecimal()]
    seen = seen_directory(entity_id)
    with memory.writing():
        done = run_action(lambda: reorder(client(), actor(), entity_id, wanted, seen=seen))
    return changed_answer(entity_id, done)


@blueprint.post("/<entity_id>/stages/<int:stage_id>/rename")
def name(entity_id: str, stage_id: int) -> Response:
    """Another name."""
    entity_id, form = entity_of(entity_id), request.form
    title, seen = form.get("title", ""), form.get("seen_title")
    with memory.writing():
        done = run_action(lambda: rename(client(), actor(), entity_id, stage_id, title, seen_name=seen))
    return changed_answer(entity_id, done)


@blueprint.get("/<entity_id>/stages/<int:stage_id>/color")
def color_form(entity_id: str, stage_id: int) -> str:
    """The panel with a stage's color; asks the portal nothing."""
    try:
        color = parse_color(request.args.get("color", ""))
    except ValueError:
        color = ""
    return render_template(
        "kanban/_stage_color.html",
        address=f"/crm/{entity_of(entity_id)}/stages/{stage_id}/color",
        color=color or NO_COLOR,
        sample_address="/crm/sample",
        sample_template="crm/_sample.html",
    )


@blueprint.post("/<entity_id>/stages/<int:stage_id>/color")
def color(entity_id: str, stage_id: int) -> Response:
    """Another color: of the palette or the offered readable one (`swatch`), or any (`color`)."""
    entity_id, form = entity_of(entity_id), request.form
    wanted = form.get("swatch") or form.get("color", "")
    shown = seen_directory(entity_id)
    stage = shown.find(stage_id) if shown else None
    seen = {stage_id: stage.raw_color} if stage else None
    with memory.writing():
        done = run_action(lambda: recolor(client(), actor(), entity_id, {stage_id: wanted}, seen=seen))
    return changed_answer(entity_id, done)


def entity_of(text: str) -> str:
    """The ENTITY_ID of an address; ThingMissing for what can be none."""
    if not _ENTITY.fullmatch(text):
        raise ThingMissing
    return text
