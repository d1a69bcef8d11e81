"""Pages that need nobody to be there: privacy, license, and the health of the process."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, abort, jsonify, render_template, request

from config import ROOT, VERSION
from store import memos, models, schema
from web.core.services import services
from web.core.session import needs_session, owner

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


theme_blueprint = Blueprint("theme", __name__)
theme_blueprint.before_request(needs_session)

AUTO = "auto"
THEMES = (AUTO, "light", "dark")


@theme_blueprint.post("/theme")
def choose() -> tuple[str, int]:
    """Keep the choice for the person's next openings; the page shows it already. 400 for what is no theme."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        abort(400)
    memos.THEME.put(owner(), theme)
    return "", 204


def chosen() -> str:
    """The theme of the person of this request."""
    return memos.THEME.get(owner())
