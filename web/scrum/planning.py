"""Planning of a scrum team: the page, and what it reads afterwards. Changes are in `scrum_items`."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.core.model import BoardRef
from boards.scrum.items import add_backlog
from boards.scrum.model import FactsAnswer, Item, ItemFacts, ItemList, Planning, ScrumTeam
from boards.scrum.planning import load_more, load_planning, load_points
from boards.scrum.points import SCALES, Scale, ScaleKind, scale_of
from web.actions.responses import announced, done_toast, toast
from web.actions.run import run_action
from web.core.failures import ThingMissing
from web.core.forms import ids_in, in_dialog, posted_json
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.kanban.boards import board_of
from web.scrum import memory
from web.scrum.memory import last_sprints, read_history
from web.scrum.pages import CHUNK, circumstances, facts_html, numbers, planning_page

blueprint = Blueprint("scrum", __name__, url_prefix="/boards/<key>/scrum")
blueprint.before_request(needs_session)

MOST_ROWS = 3000


@blueprint.get("")
def show(key: str) -> str:
    """The planning page; at most two requests, the points of the first screen among them."""
    ref = team_of(key)
    planning = load_planning(client(), ref, actor(), memory.known_facts(ref))
    if not planning.team.closed:
        memory.remember_planning(ref, planning)
    return planning_page(ref, planning)


@blueprint.get("/facts")
def facts(key: str) -> str:
    """Points, epics and places of up to 50 items; one request."""
    ref = team_of(key)
    asked = ids_in(request.args.get("ids", ""))[:CHUNK]
    return facts_html(ref, load_points(client(), actor(), asked) if asked else FactsAnswer())


@blueprint.get("/lists/<int:entity_id>")
def more(key: str, entity_id: int) -> str:
    """A further page of a very long list; one request."""
    ref, start = team_of(key), max(0, request.args.get("start", 0, type=int))
    backlog = request.args.get("backlog") == "1"
    found = load_more(client(), ref, entity_id, start, backlog=backlog)
    ids = [one.task_id for one in found.items]
    team = memory.remembered_team(ref)
    if team is None:  # forgotten since: the page is to be loaded anew
        raise ThingMissing
    return render_block(
        "scrum/_answers.html",
        "more",
        list=found,
        team=team,
        chunks=[ids],
        backlog=backlog,
        **vars(circumstances(ref)),
    )


@blueprint.post("/totals")
def totals(key: str) -> str:
    """The sums of what the page shows now; asks the portal nothing, and remembers it for the next visit."""
    ref = team_of(key)
    team = memory.remembered_team(ref)
    if team is None:
        return ""
    planning = shown_planning(team)
    memory.remember_facts(
        ref,
        {
            one.task_id: ItemFacts(one.points, one.epic_id or 0, one.entity_id, one.sort or 0.0)
            for one in planning.items
            if one.points is not None
        },
    )
    return render_block(
        "scrum/_answers.html", "totals", planning=planning, team=team, **numbers(ref, planning)
    )


@blueprint.get("/velocity")
def velocity(key: str) -> str:
    """Read what the last sprints finished, so that the next sums know how full a sprint is.

    Nothing where it is remembered, else one request for their items and one per 50 points.
    """
    ref = team_of(key)
    team = memory.remembered_team(ref)
    if team is not None:
        read_history(ref, last_sprints(team.completed))
    return render_block("scrum/_answers.html", "velocity")


def asked_items() -> list[int]:
    """The items of a form: a field each, or all in one."""
    return ids_in(",".join(request.form.getlist("task_ids")))


def team_of(key: str) -> BoardRef:
    """The team of an address; ThingMissing for what can be none."""
    ref = board_of(key)
    if ref.is_planner:
        raise ThingMissing
    return ref


def shown_planning(team: ScrumTeam) -> Planning:
    """The page as it says it is; a row is [task, list, epic, person, sort, done, points (null: unread)]."""
    people = {one.id: one for one in team.people}
    rows: dict[int, list[Item]] = {one: [] for one in (*(one.id for one in team.sprints), team.backlog_id)}
    for task_id, entity_id, epic_id, person_id, sort, done, points in _rows():
        who = people.get(person_id)
        item = Item(task_id, "", entity_id, epic_id, points, who, (), bool(done), sort)
        rows.setdefault(entity_id, []).append(item)
    lists = (ItemList(one, team.sprint(one), tuple(items), len(items)) for one, items in rows.items() if one)
    return Planning(team, tuple(lists))


def _rows() -> Iterable[tuple[int, int, int, int, float, int, str | None]]:
    """The rows of the form, as far as they are rows."""
    shown = posted_json("rows")
    for row in shown[:MOST_ROWS] if isinstance(shown, list) else []:
        match row:
            case [int(), int(), int(), int(), int() | float(), int(), str() | None]:
                yield (*row[:4], float(row[4]), row[5], row[6])


# What a team estimates with, and the backlog it may lack.


scale_blueprint = Blueprint("scrum_scale", __name__, url_prefix="/boards/<key>/scrum")
scale_blueprint.before_request(needs_session)


@scale_blueprint.get("/scale")
def form(key: str) -> str:
    """The scales to choose from; asks the portal nothing."""
    ref = team_of(key)
    now = memory.team_scale(ref)
    shirts = now if now.kind is ScaleKind.TSHIRTS else SCALES[ScaleKind.TSHIRTS]
    own = now if now.kind is ScaleKind.OWN else None
    return render_template(
        "scrum/_scale_form.html",
        address=f"/boards/{ref.key}/scrum/scale",
        now=now,
        scales=SCALES,
        texts={ScaleKind.TSHIRTS: _lines(shirts), ScaleKind.OWN: _lines(own) if own else ""},
    )


@scale_blueprint.post("/scale")
@in_dialog
def choose(key: str) -> Response:
    """Another scale for the team. No estimate is changed by it."""
    ref = team_of(key)
    memory.keep_scale(ref, _typed_scale())
    return announced(toast(_("The team has another scale.")), board_refresh={}, dialog_close=True)


@scale_blueprint.post("/backlog")
def backlog(key: str) -> Response:
    """Give the team the backlog it lacks."""
    ref = team_of(key)
    return announced(done_toast(run_action(lambda: add_backlog(client(), ref, actor()))), board_refresh={})


def _typed_scale() -> Scale:
    """The chosen one; T-shirts and the team's own with the lines that were typed, "XL = 8" each."""
    text = request.form.get("kind", "")
    kind = ScaleKind(text) if text in {one.value for one in ScaleKind} else ScaleKind.FIBONACCI
    lines = request.form.get(f"values_{kind.value}", "").splitlines()
    parts = (line.partition("=") for line in lines if line.strip())
    return scale_of(kind, ((label.strip(), number.strip()) for label, _sign, number in parts))


def _lines(scale: Scale) -> str:
    """A scale as lines to edit: "XL = 8"; a label that is its own number stands alone."""
    return "\n".join(
        label if number in ("", label) else f"{label} = {number}" for label, number in scale.entries
    )
