"""Pages that need nobody to be there: privacy, license, and the health of the process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, render_template

from config import ROOT, VERSION
from store import memos, models, schema
from web.core.context import RequestContext
from web.core.forms import Form
from web.core.services import services
from web.core.views import SessionBlueprint

blueprint = Blueprint("pages", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 with the version when the store answers and has its tables, 503 otherwise. Asks no portal."""
    try:
        with services().db.reading() as session:
            session.execute(sa.select(models.Portal.member_id).limit(1))
    except sa.exc.SQLAlchemyError:
        return jsonify(status="store unavailable", version=VERSION), 503
    return jsonify(status="ok", version=VERSION), 200


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when this process may be sent people: the store answers and has all tables of this release."""
    try:
        found = schema.present(services().db)
    except sa.exc.SQLAlchemyError:
        return jsonify(status="store unavailable"), 503
    if schema.pending(found):
        return jsonify(status="migrations pending", present=found, newest=schema.newest()), 503
    return jsonify(status="ready"), 200


@blueprint.get("/privacy")
def privacy() -> str:
    return render_template("portal/privacy.html", call_log_days=services().config.call_log_days)


@blueprint.get("/license")
def license_text() -> str:
    """The license, who grants it, and those of the parts by others, which the set-up collects."""
    return render_template(
        "portal/license.html",
        licensor=services().config.licensor,
        license=(ROOT / "LICENSE").read_text(encoding="utf-8"),
        notices=third_party_notices(ROOT / "notices.json"),
    )


def third_party_notices(file: Path) -> list[dict[str, str]]:
    """What `scripts/notices.py` has written: name, version, license, text. [] where the file is missing."""
    if not file.exists():
        return []
    notices: list[dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return notices


# Light, dark, or as the person's system has it: a choice that is theirs on every board of the portal.


theme_blueprint = SessionBlueprint("theme", __name__)


AUTO = "auto"
THEMES = (AUTO, "light", "dark")


class ChooseThemeForm(Form, frozen=True, kw_only=True):
    """The theme to keep; 400 for what is none."""

    theme: Literal["auto", "light", "dark"]


@theme_blueprint.action("/theme", ChooseThemeForm)
def choose(ctx: RequestContext, form: ChooseThemeForm) -> tuple[str, int]:
    """Keep the choice for the person's next openings; the page shows it already."""
    memos.THEME.put(ctx, form.theme)
    return "", 204


def chosen(ctx: RequestContext) -> str:
    """The theme of the person of this request."""
    return memos.THEME.get(ctx)
