"""How the CRM looks: pages, rows, and the answers of actions as regions of the page."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import Blueprint, Response, render_template, request
from flask_babel import get_locale, lazy_pgettext
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from boards.core.colors import BLACK
from boards.crm.deletion import why_stays
from boards.crm.model import CrmOutcome, CrmStage, Directory, Overview, Semantic, fold
from boards.crm.palettes import Palette, Readability, judge, portal_text, spread
from boards.crm.snapshot import read_seen, row_text
from web.actions.responses import announced, done_toast
from web.actions.run import Done

blueprint = Blueprint("crm_view", __name__)

NO_COLOR = "ACE9FB"
"""In which the portal draws a stage without a color."""
SHOWN_NAMES = 12
"""Names of a plain list on the overview."""
SAMPLE_STAGES = 5
PALETTE: dict[str, Any] = {
    "ocean": _l("Ocean"),
    "forest": _l("Forest"),
    "sunset": _l("Sunset"),
    "berry": _l("Berry"),
    "slate": _l("Slate"),
    "rainbow": _l("Rainbow"),
}
GROUP: dict[Semantic, Any] = {
    Semantic.PROCESS: lazy_pgettext("stages", "In progress"),
    Semantic.SUCCESS: _l("Success"),
    Semantic.FAILURE: _l("Failure"),
}


@blueprint.app_template_filter()
def judged(color: str) -> Readability:
    """How a name reads on a stage of that color ("" for none) in the portal."""
    return judge(color or NO_COLOR)


@blueprint.app_template_filter()
def portal_on(color: str) -> str:
    """ "dark" or "light": the text the portal writes on that color ("" for none)."""
    return "dark" if portal_text(color or NO_COLOR) == BLACK else "light"


@blueprint.app_template_filter()
def ratio_text(look: Readability) -> str:
    """A contrast as the reader's language writes it; one that misses 4.5 is never rounded up to it."""
    return str(format_decimal(look.ratio, "0.0" if look.readable else "0.00", locale=get_locale() or "en"))


@blueprint.app_template_filter()
def drawn(color: str) -> str:
    """The color the portal draws a stage in."""
    return color or NO_COLOR


@blueprint.app_template_filter()
def palette_text(palette: Palette) -> str:
    """The name of a palette."""
    return str(PALETTE[palette.key])


@blueprint.app_template_filter()
def palette_strip(palette: Palette) -> tuple[str, ...]:
    """A palette as a small pipeline."""
    return (*spread(palette.start, palette.end, SAMPLE_STAGES), palette.success, palette.failure)


@blueprint.app_template_filter()
def group_text(semantic: Semantic) -> str:
    """The name of a group of stages."""
    return str(GROUP[semantic])


@blueprint.app_template_filter()
def called(stages: Iterable[CrmStage], wanted: str) -> list[CrmStage]:
    """The rows whose name holds what is looked for (already folded)."""
    return [one for one in stages if wanted in fold(one.name)]


@blueprint.app_template_filter()
def count_query(directory: Directory) -> str:
    """What asks for the items of each stage: "stage=17:C1:NEW&…"."""
    return urlencode([("stage", f"{one.id}:{one.status_id}") for one in directory.stages])


blueprint.add_app_template_filter(fold, "fold")
blueprint.add_app_template_filter(row_text, "row_text")
blueprint.add_app_template_global(why_stays, "why_stays")


def overview_page(overview: Overview, text: str = "") -> str:
    """HTML of #main for all directories, or those that `text` finds."""
    return render_template(
        "crm/overview.html",
        overview=overview.search(text),
        q=text,
        wanted=fold(text),
        shown=SHOWN_NAMES,
        nonce=nonce(),
    )


def directory_page(overview: Overview, directory: Directory) -> str:
    """HTML of #main for one directory."""
    return render_template("crm/directory.html", overview=overview, directory=directory, nonce=nonce())


def nonce() -> str:
    """Part of the id of what loads itself, so that a page that is merged into the old one loads it anew."""
    return secrets.token_hex(4)


def seen_directory(entity_id: str) -> Directory | None:
    """The directory as the person saw it when they acted; None when the page did not say."""
    return read_seen(entity_id, request.form.get("seen", ""))


def changed_answer(
    entity_id: str, done: Done[CrmOutcome], *, html: str = "", added: int = 0, **events: Any
) -> Response:
    """The rows that are other than the person saw them, the preview, the true order, and a toast.

    `html` comes first; `added` is a row that `html` holds already. Elsewhere than on the directory's page
    there are no rows to replace: whatever is shown there is read again.
    """
    more = events.pop("more", {})
    outcome = done.outcome
    if outcome is None or not outcome.now:
        return announced(html + done_toast(done), board_refresh={}, **events)
    toast, seen = done_toast(done, outcome.notices), seen_directory(entity_id)
    now = next((one for one in outcome.now if one.entity_id == entity_id), None)
    if now is None:
        return announced(html + toast, **events)
    if seen is None:
        return announced(html + toast, board_refresh={}, **events)
    rows = [one for one in _changed(seen, now) if one.id != added]
    html += bars(now, rows) + render_block("crm/_answers.html", "preview", directory=now)
    return announced(html + toast, crm_order={"order": now.ids, **more}, **events)


def bars(directory: Directory, stages: Iterable[CrmStage]) -> str:
    """Rows that are on the page already, each as a region of its own."""
    return render_block("crm/_answers.html", "bars", directory=directory, stages=stages)


def _changed(seen: Directory, now: Directory) -> list[CrmStage]:
    """Rows that look otherwise now, and those that may (or must not) go now because of others."""
    return [one for one in now.stages if _look(seen, one) != _look(now, one)]


def _look(directory: Directory, stage: CrmStage) -> tuple[Any, ...]:
    found = directory.find(stage.id)
    return (found and row_text(found), found and why_stays(directory, found))
