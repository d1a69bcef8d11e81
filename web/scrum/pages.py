"""How scrum planning looks: rows, what is said about points, and the totals of what a page shows."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from flask import Blueprint, render_template
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from boards.core.model import BoardRef
from boards.scrum.lifecycle import LeftBehind, StartColumns, StartRefusal
from boards.scrum.model import ColumnType, FactsAnswer, ItemResult, Planning
from boards.scrum.points import Scale, ScaleKind, ScaleValue
from boards.scrum.statistics import count_totals, forecast_line, measure_load
from web.scrum import memory
from web.scrum.memory import remembered_velocity
from web.scrum.sentences import COLUMN_TYPE, LEFT_BEHIND, START_COLUMNS, START_REFUSAL

blueprint = Blueprint("scrum_view", __name__)

CHUNK = 50
"""Facts asked for in one request: as many as a batch holds."""
SCALE: dict[ScaleKind, object] = {
    ScaleKind.FIBONACCI: _l("Fibonacci"),
    ScaleKind.POWERS: _l("Powers of two"),
    ScaleKind.TSHIRTS: _l("T-shirt sizes"),
    ScaleKind.HOURS: _l("Hours"),
    ScaleKind.OWN: _l("Your own"),
}


@blueprint.app_template_filter()
def scale_text(kind: ScaleKind) -> str:
    """The name of a scale."""
    return str(SCALE[kind])


@blueprint.app_template_filter()
def date(moment: dt.datetime) -> str:
    """A day of a sprint, in the offset it came with."""
    return str(format_date(moment.date(), "medium", locale=get_locale() or "en"))


@blueprint.app_template_filter()
def scale_keys(scale: Scale) -> list[tuple[str, ScaleValue]]:
    """Which digit sets which value: a value that is a digit has its own, the others share what is left."""
    own = {one.label for one in scale.values if len(one.label) == 1 and one.label.isdecimal()}
    left = (digit for digit in "1234567890" if digit not in own)
    return [(one.label if one.label in own else next(left, ""), one) for one in scale.values]


@blueprint.app_template_filter()
def fit(points: str | None, scale: Scale) -> str:
    """How points fit the scale: "on", "off", "unclear", "empty"; "unknown" when they were not read yet."""
    return "unknown" if points is None else scale.estimate(points).fit.value


@blueprint.app_template_filter()
def number(value: Decimal | str) -> str:
    """A sum of points, the way the language writes it: "0.5" or "0,5"."""
    return str(format_decimal(Decimal(value), locale=get_locale() or "en"))


@blueprint.app_template_filter()
def share(part: Decimal) -> str:
    """A share as percent, the way the language writes it."""
    return str(format_percent(part, locale=get_locale() or "en"))


blueprint.add_app_template_filter(lambda code: str(START_REFUSAL[StartRefusal(code)]), "start_refusal")
blueprint.add_app_template_filter(lambda code: str(START_COLUMNS[StartColumns(code)]), "start_columns")
blueprint.add_app_template_filter(lambda code: str(LEFT_BEHIND[LeftBehind(code)]), "left_behind")
blueprint.add_app_template_filter(lambda kind: str(COLUMN_TYPE[ColumnType(kind)]), "column_type")


@dataclass(frozen=True)
class Circumstances:
    """What every piece of a planning page needs beside its own things.

    `group`: what the team's addresses begin with; `nonce`: part of the id of what loads itself, so that a
    page that is merged into the old one loads it anew.
    """

    scale: Scale
    group: str
    nonce: str


def circumstances(ref: BoardRef) -> Circumstances:
    """Those of a request."""
    return Circumstances(memory.team_scale(ref), f"{ref.key}/scrum", secrets.token_hex(4))


def planning_page(ref: BoardRef, planning: Planning) -> str:
    """HTML of #main for a team's planning."""
    unchecked = planning.unchecked_ids
    chunks = [unchecked[start : start + CHUNK] for start in range(0, len(unchecked), CHUNK)]
    return render_template(
        "scrum/planning.html",
        planning=planning,
        team=planning.team,
        ref=ref,
        chunks=chunks,
        **numbers(ref, planning),
    )


def numbers(ref: BoardRef, planning: Planning) -> dict[str, Any]:
    """Sums, how full the sprints are, and the line in the backlog, as far as the velocity is remembered."""
    named = circumstances(ref)
    velocity = remembered_velocity(ref, planning.team.completed, named.scale)
    totals = count_totals(planning, named.scale)
    return vars(named) | {
        "totals": totals,
        "velocity": velocity,
        "loads": {one.id: measure_load(totals.lists[one.id], velocity) for one in planning.team.sprints},
        "line": forecast_line(planning.backlog.items, velocity, named.scale) if planning.backlog else None,
    }


def facts_html(ref: BoardRef, answer: FactsAnswer) -> str:
    """Facts that were read, as data for the rows of the page."""
    return render_block("scrum/_answers.html", "facts", answer=answer, **vars(circumstances(ref)))


def result_facts(results: Iterable[ItemResult]) -> FactsAnswer:
    """How items are after a change."""
    return FactsAnswer({one.task_id: one.facts for one in results if one.facts})


def one_toast_only(html: str) -> str:
    """A toast in the place of those there are: who types a column would have the view blocked by them."""
    return html.replace('hx-swap="beforeend"', 'hx-swap="innerHTML"', 1)
