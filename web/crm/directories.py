"""The CRM: all its directories, one of them, and what is changed in its rows."""

from __future__ import annotations

import re

from flask import Response, render_template, request
from jinja2_fragments.flask import render_block

from boards.core.colors import parse_color
from boards.crm.changes import reorder
from boards.crm.load import load_counts, load_totals
from boards.crm.model import CrmStage, Directory, Overview
from web.actions.run import run_action
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import Ids
from web.core.views import SessionBlueprint
from web.crm import memory
from web.crm.forms import DirectoryForm, seen_directory
from web.crm.pages import changed_answer, directory_page, overview_page

blueprint = SessionBlueprint("crm", __name__, url_prefix="/crm")

CRM = "crm"
"""What places in the CRM begin with: "crm" for the overview, "crm:DEAL_STAGE" for a directory."""
MOST_PIPELINES = 50
MOST_STAGES = 200
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]{0,49}")


@blueprint.page("")
def overview(ctx: RequestContext) -> str:
    """All directories, or those with the name that is looked for; one request."""
    read = memory.read(ctx)
    ctx.remember_place(CRM)
    return overview_page(read, request.args.get("q", "").strip()[:100])


@blueprint.page("/totals")
def totals(ctx: RequestContext) -> str:
    """How many items the pipelines of the overview hold; one request."""
    asked = [entity_of(part) for part in request.args.get("ids", "").split(",") if part]
    pipelines = [Directory(entity_id, entity_id) for entity_id in asked[:MOST_PIPELINES]]
    found = load_totals(ctx.client(), ctx.actor, pipelines)
    return render_block("crm/_answers.html", "totals", totals=found)


@blueprint.page("/sample")
def sample(_ctx: RequestContext) -> str:
    """How a name reads on a color that is being chosen; asks the portal nothing."""
    try:
        color = parse_color(request.args.get("color", ""))
    except ValueError:
        color = ""
    return render_template("crm/_sample.html", color=color)


@blueprint.page("/<entity_id>")
def show(ctx: RequestContext, entity_id: str) -> str:
    """One directory; one request."""
    read = memory.read(ctx)
    if read.why_not_write and not read.directories:
        return overview_page(read)
    ctx.remember_place(f"{CRM}:{entity_of(entity_id)}")
    return page_of(read, entity_id)


def page_of(read: Overview, entity_id: str) -> str:
    """HTML of #main for a directory of what was read; UnknownTarget when it is not there (any more)."""
    directory = read.find(entity_id)
    if directory is None:
        raise UnknownTarget
    return directory_page(read, directory)


@blueprint.page("/<entity_id>/counts")
def counts(ctx: RequestContext, entity_id: str) -> str:
    """How many items stand in each stage the page shows ("17:C1:NEW": id, STATUS_ID); one request."""
    shown = [text.partition(":") for text in request.args.getlist("stage")[:MOST_STAGES]]
    stages = tuple(
        CrmStage(int(number), code, "", 0) for number, _, code in shown if number.isdecimal() and code
    )
    found = load_counts(ctx.client(), ctx.actor, Directory(entity_of(entity_id), "", stages))
    return render_block("crm/_answers.html", "counts", stages=stages, counts=found)


class ReorderForm(DirectoryForm, frozen=True, kw_only=True):
    """`order`: the ids of all rows in the order that is wanted, with commas between."""

    order: Ids = ()


@blueprint.action("/<entity_id>/order", ReorderForm)
def order(ctx: RequestContext, form: ReorderForm, entity_id: str) -> Response:
    """Rows into another order; one request, however many there are."""
    entity_id = entity_of(entity_id)
    wanted, seen = list(form.order), seen_directory(form, entity_id)
    with memory.writing(ctx):
        done = run_action(ctx, lambda ctx: reorder(ctx.client(), ctx.actor, entity_id, wanted, seen=seen))
    return changed_answer(entity_id, seen, done)


def entity_of(text: str) -> str:
    """The ENTITY_ID of an address; UnknownTarget for what can be none."""
    if not _ENTITY.fullmatch(text):
        raise UnknownTarget
    return text
