"""Has somebody changed cards that the page shows? Open boards ask now and then, the portal is not asked."""

from __future__ import annotations

import re

from flask import Blueprint, g, render_template, request

from store import news
from web.boards import board_of
from web.services import services
from web.session import PortalSession, needs_session

blueprint = Blueprint("news", __name__)
blueprint.before_request(needs_session)

MOST_CARDS = 5000


@blueprint.post("/boards/<key>/news")
def look(key: str) -> str:
    """How many of the shown cards (`tasks`) others changed after the board was read (`since`)."""
    board_of(key)
    who: PortalSession = g.portal_session
    parts = request.form.get("tasks", "").split(",")[:MOST_CARDS]
    shown = {int(part) for part in parts if re.fullmatch(r"\d{1,9}", part)}
    moment = request.form.get("since", 0.0, type=float)
    found = news.since(services().db, who.member_id, who.user_id, shown, moment)
    return render_template("_news.html", count=len(found)) if found else ""
