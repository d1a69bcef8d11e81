"""The install address: shown to portal administrators until the page says that it is finished.

Verified like a launch; then one batch looks (who is this, what is bound) and one binds. Everything can be
done any number of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, g, render_template
from flask_babel import gettext as _

from b24 import users
from store import portals, tokens
from web import bindings, security
from web.clients import client_with
from web.failures import NotAdministrator
from web.i18n import language
from web.services import services
from web.verification import Visit, keep_portal, verify_visit

blueprint = Blueprint("install", __name__)

ESSENTIAL = {
    "task": ("task", "tasks"),
    "sonet_group": ("sonet_group", "socialnetwork"),
    "user_brief": ("user_brief", "user_basic", "user"),
}
"""Scopes without which there is no board; any of the alternatives will do."""
USEFUL = {"placement": ("placement",)}
"""Without it the app works from the portal's menu, but shows no tabs and buttons."""


@dataclass(frozen=True)
class Step:
    """One line of the progress: a finished sentence, and whether it went well."""

    text: str
    done: bool


@blueprint.get("/install")
def invitation() -> str:
    """Somebody opened the address by hand; HEAD answers 200 for the vendor's checks."""
    return render_template("outside.html")


@blueprint.post("/install")
def install() -> str:
    """Verify, bind, remember the portal; the page then finishes the installation in the portal."""
    security.allow_framing_by_anyone()
    visit = verify_visit()
    g.lang = language(visit.launch.lang)
    security.allow_framing_by(visit.origin)
    lacking = missing_scopes(visit.verified.scope, ESSENTIAL)
    if lacking:
        return _page([Step(_("Bitrix24 has confirmed who is there."), True)], lacking, finish=False)
    outcome = _set_up(visit)
    return _page(_steps(outcome), missing_scopes(visit.verified.scope, USEFUL), finish=True)


def missing_scopes(granted: Iterable[str], wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Names of the scopes in `wanted` of which no alternative was granted."""
    have = {one.lower() for one in granted}
    return [name for name, alternatives in wanted.items() if not have.intersection(alternatives)]


def _set_up(visit: Visit) -> bindings.Report:
    """Bind everything as the administrator who installs, and remember them and their pair."""
    shared = services()
    client = client_with(shared, visit.pair)
    seen = client.batch({"profile": users.profile(), **bindings.look()}, halt=False)
    profile = users.parse_profile(seen["profile"].result)
    if profile is None or profile.id != visit.user_id or not profile.is_admin:
        raise NotAdministrator
    remember_installation(visit)
    commands = bindings.repair(seen, shared.config.app_url)
    return bindings.report(client.batch(commands, halt=False))


def remember_installation(visit: Visit) -> None:
    """Store the portal and the installer's pair, which serves only what the app does for itself."""
    db, pair = services().db, visit.pair
    keep_portal(visit.verified)
    portals.mark_installed(
        db, visit.member_id, installer_id=visit.user_id, application_token=visit.launch.application_token
    )
    tokens.put(db, visit.member_id, tokens.INSTALLER, pair.access_token, pair.refresh_token, pair.expires_at)


def _steps(outcome: bindings.Report) -> list[Step]:
    return [
        Step(_("Bitrix24 has confirmed who is there."), True),
        Step(_("The portal is registered; its keys are stored encrypted."), True),
        Step(
            _("A tab on every project and buttons above the task lists are in place.")
            if not outcome.placements
            else _("The portal did not accept the tab on projects; the app is in the portal's menu."),
            not outcome.placements,
        ),
        Step(
            _("The portal will tell the app about changed tasks.")
            if not outcome.events
            else _("The portal will not tell the app about changes; boards show them when they are loaded."),
            not outcome.events,
        ),
    ]


def _page(steps: list[Step], lacking: list[str], *, finish: bool) -> str:
    return render_template(
        "install.html",
        steps=steps,
        lacking=lacking,
        finish=finish,
        b24_js_url=services().config.js_url,
    )
