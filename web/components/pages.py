"""`/components`: every component in each of its states, on one page without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block
from markupsafe import Markup

from boards.core.colors import PALETTE
from boards.core.model import TaskStatus
from web.components import examples
from web.core.pages import AUTO, THEMES

blueprint = Blueprint("components", __name__, template_folder="templates")


@blueprint.get("/components")
def show() -> str:
    """The page; `theme` in the query is `light`, `dark` or (as without it) what the person's system has."""
    theme = request.args.get("theme", AUTO)
    return render_template(
        "components.html",
        theme=theme if theme in THEMES else AUTO,
        people=examples.PEOPLE,
        columns=examples.columns(),
        shaped=examples.columns(200),
        shaper=examples.SHAPER,
        reader=examples.READER,
        directory=examples.directory(),
        team=examples.Team(),
        colors=PALETTE,
        statuses=tuple(TaskStatus),
        dialogs=_dialogs(),
    )


def _dialogs() -> list[Markup]:
    """Dialogs as they are answered, opened in their place."""
    failures = [
        ["Check the invoice", "You may not change this task."],
        ["Task 7", "It is not there any more."],
    ]
    job, heading = {"total": 60, "done": 24}, _("Deleting the stage …")
    return [
        _opened("shared/delete_dialog.html", "stage", key="g1", plan=examples.deletion(), job_id="j"),
        _opened("shared/job.html", "progress", job=job, job_id="j", turn="1", heading=heading),
        _opened("shared/results.html", "tasks", worked=5, failures=failures),
    ]


def _opened(template: str, block: str, **values: Any) -> Markup:
    html = render_block(template, block, **values)
    start, end = html.index("<dialog"), html.index("</dialog>") + len("</dialog>")
    return Markup(html[start:end].replace("<dialog", "<dialog open", 1))  # noqa: S704 (rendered and escaped above) # nosec B704
