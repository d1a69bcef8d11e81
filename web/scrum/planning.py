"""Planning of a scrum team: the page, what it reads afterwards, its scale and its backlog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from flask import Response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.scrum.items import add_backlog
from boards.scrum.model import FactsAnswer, Item, ItemFacts, ItemList, Planning, ScrumTeam
from boards.scrum.planning import load_more, load_planning, load_points
from boards.scrum.points import SCALES, Scale, ScaleKind, scale_of
from web.actions.responses import announced, done_toast, toast
from web.actions.run import run_action
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import JSON, Form, Id, Text, in_dialog
from web.core.views import SessionBlueprint
from web.scrum import memory
from web.scrum.memory import last_sprints, read_history
from web.scrum.pages import CHUNK, facts_html, numbers, planning_context, planning_page

blueprint = SessionBlueprint("scrum", __name__, url_prefix="/boards/<key>/scrum")

MOST_ROWS = 3000


@blueprint.page("")
def show(ctx: RequestContext, key: str) -> str:
    """The planning page; at most two requests, the points of the first screen among them."""
    ref = project_of(key)
    planning = load_planning(ctx.client(), ref, ctx.actor, memory.known_facts(ctx, ref))
    if not planning.team.closed:
        memory.remember_planning(ctx, ref, planning)
    return planning_page(ctx, ref, planning)


@blueprint.page("/facts")
def facts(ctx: RequestContext, key: str) -> str:
    """Points, epics and places of up to 50 items; one request."""
    ref = project_of(key)
    asked = [int(part) for part in request.args.get("ids", "").split(",") if _is_id(part)][:CHUNK]
    return facts_html(ctx, ref, load_points(ctx.client(), ctx.actor, asked) if asked else FactsAnswer())


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12


@blueprint.page("/lists/<int:entity_id>")
def more(ctx: RequestContext, key: str, entity_id: int) -> str:
    """A further page of a very long list; one request."""
    ref, start = project_of(key), max(0, request.args.get("start", 0, type=int))
    backlog = request.args.get("backlog") == "1"
    found = load_more(ctx.client(), ref, entity_id, start, backlog=backlog)
    team = memory.remembered_team(ctx, ref)
    if team is None:  # forgotten since: the page is to be loaded anew
        raise UnknownTarget
    return render_block(
        "scrum/_answers.html",
        "more",
        list=found,
        team=team,
        chunks=[[item.task_id for item in found.items]],
        backlog=backlog,
        **vars(planning_context(ctx, ref)),
    )


ShownRow = tuple[Id, Id, Id, Id, float, int, str | None]
"""An item as the page shows it: task, list, epic, person, sort, done, points (null: not read yet)."""


class ShownItemsForm(Form, frozen=True, kw_only=True):
    """All items of the page in their order; those beyond 3000 are left out."""

    rows: Annotated[tuple[ShownRow, ...], JSON] = ()


@blueprint.action("/totals", ShownItemsForm)
def totals(ctx: RequestContext, form: ShownItemsForm, key: str) -> str:
    """The sums of what the page shows now; asks the portal nothing, and remembers it for the next visit."""
    ref = project_of(key)
    team = memory.remembered_team(ctx, ref)
    if team is None:
        return ""
    planning = shown_planning(team, form.rows[:MOST_ROWS])
    known = (item for item in planning.items if item.points is not None)
    memory.remember_facts(
        ctx,
        ref,
        {
            item.task_id: ItemFacts(item.points or "", item.epic_id or 0, item.entity_id, item.sort or 0.0)
            for item in known
        },
    )
    return render_block(
        "scrum/_answers.html", "totals", planning=planning, team=team, **numbers(ctx, ref, planning)
    )


@blueprint.page("/velocity")
def velocity(ctx: RequestContext, key: str) -> str:
    """Read what the last sprints finished, so that the next sums know how full a sprint is.

    Nothing where it is remembered, else one request for their items and one per 50 points.
    """
    ref = project_of(key)
    team = memory.remembered_team(ctx, ref)
    if team is not None:
        read_history(ctx, ref, last_sprints(team.completed))
    return render_block("scrum/_answers.html", "velocity")


def shown_planning(team: ScrumTeam, shown: Iterable[ShownRow]) -> Planning:
    """The page as it says it is."""
    people = {person.id: person for person in team.people}
    lists: dict[int, list[Item]] = {
        list_id: [] for list_id in (*(s.id for s in team.sprints), team.backlog_id)
    }
    for task_id, entity_id, epic_id, person_id, sort, done, points in shown:
        who = people.get(person_id)
        item = Item(task_id, "", entity_id, epic_id, points, who, (), bool(done), sort)
        lists.setdefault(entity_id, []).append(item)
    return Planning(
        team,
        tuple(
            ItemList(entity_id, team.sprint(entity_id), tuple(items), len(items))
            for entity_id, items in lists.items()
            if entity_id
        ),
    )


# --- what a team estimates with, and the backlog it may lack ---
scale_blueprint = SessionBlueprint("scrum_scale", __name__, url_prefix="/boards/<key>/scrum")


class ChooseScaleForm(Form, frozen=True, kw_only=True):
    """A scale (`kind`); T-shirts and the team's own with lines like "XL = 8". 422 for lines that are none."""

    kind: ScaleKind = ScaleKind.FIBONACCI
    values_tshirts: Text = ""
    values_own: Text = ""

    @property
    def lines(self) -> str:
        """The values of a scale whose numbers the team sets; "" for the others."""
        return {ScaleKind.TSHIRTS: self.values_tshirts, ScaleKind.OWN: self.values_own}.get(self.kind, "")


@scale_blueprint.page("/scale")
def form(ctx: RequestContext, key: str) -> str:
    """The scales to choose from; asks the portal nothing."""
    ref = project_of(key)
    now = memory.team_scale(ctx, ref)
    shirts = now if now.kind is ScaleKind.TSHIRTS else SCALES[ScaleKind.TSHIRTS]
    own = now if now.kind is ScaleKind.OWN else None
    return render_template(
        "scrum/_scale_form.html",
        address=f"/boards/{ref.key}/scrum/scale",
        now=now,
        scales=SCALES,
        texts={ScaleKind.TSHIRTS: _lines(shirts), ScaleKind.OWN: _lines(own) if own else ""},
    )


@scale_blueprint.action("/scale", ChooseScaleForm)
@in_dialog
def choose(ctx: RequestContext, form: ChooseScaleForm, key: str) -> Response:
    """Another scale for the team. No estimate is changed by it."""
    ref = project_of(key)
    memory.keep_scale(ctx, ref, _typed_scale(form))
    return announced(toast(_("The team has another scale.")), board_refresh={}, dialog_close=True)


@scale_blueprint.action("/backlog", Form)
def backlog(ctx: RequestContext, _form: Form, key: str) -> Response:
    """Give the team the backlog it lacks."""
    ref = project_of(key)
    done = run_action(ctx, lambda ctx: add_backlog(ctx.client(), ref, ctx.actor))
    return announced(done_toast(done), board_refresh={})


def _typed_scale(form: ChooseScaleForm) -> Scale:
    """The chosen one; T-shirts and the team's own with the lines that were typed, "XL = 8" each."""
    parts = (line.partition("=") for line in form.lines.splitlines() if line.strip())
    return scale_of(form.kind, ((label.strip(), number.strip()) for label, _sign, number in parts))


def _lines(scale: Scale) -> str:
    """A scale as lines to edit: "XL = 8"; a label that is its own number stands alone."""
    return "\n".join(
        label if number in ("", label) else f"{label} = {number}" for label, number in scale.entries
    )
