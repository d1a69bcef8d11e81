"""What a team estimates with, and the backlog it may lack."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from boards.scrum.points import SCALES, Scale, ScaleKind, own_scale, show_points
from boards.scrum.records import add_backlog
from web import scrum_memory
from web.answers import announced, done_toast, toast
from web.clients import actor, client
from web.journal_service import run_action
from web.scrum import team_of
from web.scrum_forms import in_dialog
from web.session import needs_session

blueprint = Blueprint("scrum_scale", __name__, url_prefix="/boards/<key>/scrum")
blueprint.before_request(needs_session)

WITH_NUMBERS = (ScaleKind.TSHIRTS, ScaleKind.OWN)


@blueprint.get("/scale")
def form(key: str) -> str:
    """The scales to choose from; asks the portal nothing."""
    ref = team_of(key)
    now = scrum_memory.team_scale(ref)
    shirts = now if now.kind is ScaleKind.TSHIRTS else SCALES[ScaleKind.TSHIRTS]
    own = now if now.kind is ScaleKind.OWN else None
    return render_template(
        "_scale_form.html",
        address=f"/boards/{ref.key}/scrum/scale",
        now=now,
        scales=SCALES,
        texts={ScaleKind.TSHIRTS: _lines(shirts), ScaleKind.OWN: _lines(own) if own else ""},
    )


@blueprint.post("/scale")
@in_dialog
def choose(key: str) -> Response:
    """Another scale for the team. No estimate is changed by it."""
    ref = team_of(key)
    scrum_memory.keep_scale(ref, _typed_scale())
    return announced(toast(_("The team has another scale.")), board_refresh={}, dialog_close=True)


@blueprint.post("/backlog")
def backlog(key: str) -> Response:
    """Give the team the backlog it lacks."""
    ref = team_of(key)
    return announced(done_toast(run_action(lambda: add_backlog(client(), ref, actor()))), board_refresh={})


def _typed_scale() -> Scale:
    """The chosen one; T-shirts and the team's own with the lines that were typed, "XL = 8" each."""
    text = request.form.get("kind", "")
    kind = ScaleKind(text) if text in {one.value for one in ScaleKind} else ScaleKind.FIBONACCI
    if kind not in WITH_NUMBERS:
        return SCALES[kind]
    lines = request.form.get(f"values_{kind.value}", "").splitlines()
    parts = (line.partition("=") for line in lines if line.strip())
    return Scale(kind, own_scale((label.strip(), number.strip()) for label, _sign, number in parts).values)


def _lines(scale: Scale) -> str:
    """A scale as lines to edit: "XL = 8"; a label that is its own number stands alone."""
    shown = ((one.label, "" if one.number is None else show_points(one.number)) for one in scale.values)
    return "\n".join(label if number in ("", label) else f"{label} = {number}" for label, number in shown)
