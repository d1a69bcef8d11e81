"""Numbers of a team as pictures with tables behind them: burndown, velocity, points per epic and person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from babel.dates import format_skeleton
from flask import render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from boards.scrum.model import Planning, ScrumTeam, Sprint
from boards.scrum.reading import load_team
from boards.scrum.statistics import (
    EpicTotal,
    PersonTotal,
    SprintResult,
    burn_down,
    epic_totals,
    measure_velocity,
    person_totals,
)
from web.core import charts
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.views import SessionBlueprint
from web.scrum.memory import last_sprints, read_history
from web.scrum.pages import planning_context, planning_page

blueprint = SessionBlueprint("scrum_charts", __name__, url_prefix="/boards/<key>/scrum/charts")

BarRows = list[tuple[str, Decimal, Decimal]]
"""What a bar chart shows: label, whole, and the part of it that is done."""


@blueprint.app_template_filter()
def plain_day(day: dt.date) -> str:
    """A day without its year, short enough for an axis."""
    return str(format_skeleton("MMMd", day, locale=get_locale() or "en"))


@blueprint.app_template_filter()
def velocity_rows(results: Iterable[SprintResult]) -> BarRows:
    """A bar per sprint."""
    return [(result.sprint.name, result.all.total, result.completed.total) for result in results]


@blueprint.app_template_filter()
def epic_rows(totals: Iterable[EpicTotal]) -> BarRows:
    """A bar per epic that has items."""
    return [
        (total.epic.name if total.epic else _("No epic"), total.all.total, total.done.total)
        for total in totals
        if total.all.count
    ]


@blueprint.app_template_filter()
def person_rows(totals: Iterable[PersonTotal]) -> BarRows:
    """A bar per person."""
    return [
        (total.person.name if total.person else _("Nobody"), total.all.total, total.done.total)
        for total in totals
    ]


@blueprint.page("")
def show(ctx: RequestContext, key: str) -> str:
    """The charts of a sprint (the active one unless another is asked for) and of the last ones.

    One request for the team, and, for what is not remembered, one for items and one per 50 points.
    """
    ref, who = project_of(key), ctx.actor
    team = load_team(ctx.client(), ref, who)
    if team.closed:
        return planning_page(ctx, ref, Planning(team))
    sprint = _chosen(team)
    ended = last_sprints(team.completed)
    wanted = (*ended, *([sprint] if sprint and sprint not in ended else []))
    fresh = [sprint.id] if sprint and sprint not in team.completed else []
    history = read_history(ctx, ref, wanted, fresh)
    items = history.get(sprint.id, ()) if sprint else ()
    named = planning_context(ctx, ref)
    scale = named.scale
    velocity = measure_velocity(ended, history, scale)
    zone = sprint.start.tzinfo if sprint and sprint.start else None
    return render_template(
        "scrum/charts.html",
        team=team,
        ref=ref,
        sprint=sprint,
        sprints=(*team.sprints, *team.completed),
        burndown=burn_down(sprint, items, scale, who.now, zone) if sprint else None,
        velocity=velocity,
        epics=epic_totals(team, items, scale),
        people=person_totals(items, scale),
        svg=charts,
        **vars(named),
    )


def _chosen(team: ScrumTeam) -> Sprint | None:
    """The sprint that is asked for, else the active one, else the one that ended last."""
    asked = team.sprint(request.args.get("sprint", 0, type=int))
    return asked or team.active or next(iter(team.completed), None)
