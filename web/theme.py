"""Light, dark, or as the person's system has it: a choice that is theirs on every board of the portal."""

from __future__ import annotations

from flask import Blueprint, abort, g, request

from store import prefs
from web.services import services
from web.session import PortalSession, needs_session

blueprint = Blueprint("theme", __name__)
blueprint.before_request(needs_session)

AUTO = "auto"
THEMES = (AUTO, "light", "dark")


@blueprint.post("/theme")
def choose() -> tuple[str, int]:
    """Keep the choice for the person's next openings; the page shows it already. 400 for what is no theme."""
    theme = request.form.get("theme", "")
    if theme not in THEMES:
        abort(400)
    who: PortalSession = g.portal_session
    prefs.put(services().db, who.member_id, who.user_id, prefs.THEME, theme)
    return "", 204


def chosen() -> str:
    """The theme of the person of this request."""
    who: PortalSession = g.portal_session
    return prefs.get(services().db, who.member_id, who.user_id, prefs.THEME, AUTO)
