"""Pages that need nobody to be there: privacy, license, and the health of the process."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, render_template

from store import models, schema
from web.services import services

blueprint = Blueprint("pages", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when the store answers and has its tables, 503 otherwise. Asks no portal."""
    try:
        with services().db.reading() as session:
            session.execute(sa.select(models.Portal.member_id).limit(1))
    except sa.exc.SQLAlchemyError:
        return jsonify(status="store unavailable"), 503
    return jsonify(status="ok"), 200


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
    return render_template("privacy.html", call_log_days=services().config.call_log_days)


@blueprint.get("/license")
def license_text() -> str:
    return render_template("license.html")
