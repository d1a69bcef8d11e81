"""The install address: shown to portal administrators until the page says that it is finished.

Verified like a launch; then one batch looks (who is this, what is bound) and one binds. Everything can be
done any number of times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import gettext as _

from b24.client import BatchAnswer, Command
from b24.errors import AlreadyBound, PortalError
from b24.launch import Launch
from b24.methods import placements, users
from store import portals, tokens
from web.core import events, security
from web.core.failures import NotAdministrator
from web.core.services import services
from web.core.tokens import client_with
from web.core.views import reads
from web.portal.verification import Visit, keep_portal, verify_visit

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
class ProgressLine:
    """A line of the progress: a finished sentence, and whether it went well."""

    text: str
    done: bool


@blueprint.get("/install")
def invitation() -> str:
    """Somebody opened the address by hand; HEAD answers 200 for the vendor's checks."""
    return render_template("portal/outside.html")


@blueprint.post("/install")
@reads(Launch)
def install() -> str:
    """Verify, bind, remember the portal; the page then finishes the installation in the portal."""
    security.allow_framing_by_anyone()
    visit = verify_visit()
    security.allow_framing_by(visit.origin)
    lacking = missing_scopes(visit.verified.scope, ESSENTIAL)
    if lacking:
        return _page([ProgressLine(_("Bitrix24 has confirmed who is there."), True)], lacking, finish=False)
    outcome = _set_up(visit)
    return _page(_steps(outcome), missing_scopes(visit.verified.scope, USEFUL), finish=True)


def missing_scopes(granted: Iterable[str], wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Names of the scopes in `wanted` of which no alternative was granted."""
    have = {scope.lower() for scope in granted}
    return [name for name, alternatives in wanted.items() if not have.intersection(alternatives)]


def _set_up(visit: Visit) -> Report:
    """Bind everything as the administrator who installs, and remember them and their pair."""
    shared = services()
    client = client_with(shared, visit.pair)
    seen = client.batch({"profile": users.profile(), **read_bindings()}, halt=False)
    profile = users.parse_profile(seen["profile"].result)
    if profile is None or profile.id != visit.user_id or not profile.is_admin:
        raise NotAdministrator
    remember_installation(visit)
    commands = repair(seen, shared.config.app_url)
    return report(client.batch(commands, halt=False))


def remember_installation(visit: Visit) -> None:
    """Store the portal and the installer's pair, which serves only what the app does for itself."""
    db, pair = services().db, visit.pair
    keep_portal(visit.verified)
    portals.mark_installed(
        db, visit.member_id, installer_id=visit.user_id, application_token=visit.launch.application_token
    )
    tokens.put(db, visit.member_id, tokens.INSTALLER, pair.access_token, pair.refresh_token, pair.expires_at)


def _steps(outcome: Report) -> list[ProgressLine]:
    return [
        ProgressLine(_("Bitrix24 has confirmed who is there."), True),
        ProgressLine(_("The portal is registered; its keys are stored encrypted."), True),
        ProgressLine(
            _("A tab on every project and buttons above the task lists are in place.")
            if not outcome.placements
            else _("The portal did not accept the tab on projects; the app is in the portal's menu."),
            not outcome.placements,
        ),
        ProgressLine(
            _("The portal will tell the app about changed tasks.")
            if not outcome.events
            else _("The portal will not tell the app about changes; boards show them when they are loaded."),
            not outcome.events,
        ),
    ]


def _page(steps: list[ProgressLine], lacking: list[str], *, finish: bool) -> str:
    return render_template(
        "portal/install.html",
        steps=steps,
        lacking=lacking,
        finish=finish,
        b24_js_url=services().config.js_url,
    )


# What the app wants to be shown at and told about in a portal: placements and events (wire.md §4, §7).


TAB = {"en": "Stagecraft", "ru": "Stagecraft", "de": "Stagecraft"}
PROJECT = {"en": "Shape the board", "ru": "Настроить доску", "de": "Board gestalten"}
PERSON = {"en": "Shape My Planner", "ru": "Настроить «Мой план»", "de": "„Mein Plan“ gestalten"}
CRM = {"en": "Shape the pipelines", "ru": "Настроить воронки", "de": "Pipelines gestalten"}
PLACEMENTS: Mapping[str, Mapping[str, str]] = {
    "SONET_GROUP_DETAIL_TAB": TAB,
    "TASK_GROUP_LIST_TOOLBAR": PROJECT,
    "TASK_USER_LIST_TOOLBAR": PERSON,
}
CRM_PLACEMENTS: Mapping[str, Mapping[str, str]] = {"CRM_FUNNELS_TOOLBAR": CRM}
"""Only where the app was granted the CRM, which shows in the places the portal offers it."""

_PLACEMENTS, _AVAILABLE, _EVENTS = "bound_placements", "available_placements", "bound_events"


@dataclass(frozen=True)
class Report:
    """What could not be bound, and the portal's reason."""

    placements: Mapping[str, PortalError]
    events: Mapping[str, PortalError]

    @property
    def complete(self) -> bool:
        return not self.placements and not self.events


def read_bindings() -> dict[str, Command]:
    """Read what is bound now; for a batch with halt=0."""
    return {
        _PLACEMENTS: placements.list_bound(),
        _AVAILABLE: placements.available(),
        _EVENTS: placements.bound_events(),
    }


def repair(seen: BatchAnswer, app_url: str) -> dict[str, Command]:
    """What is left to do after `look`, for one batch with halt=0; empty when all is as it should be."""
    return _repair_placements(seen, f"{app_url}/") | _repair_events(seen, f"{app_url}/events")


def report(done: BatchAnswer) -> Report:
    """What failed of `repair`. Something that was bound meanwhile is as good."""
    failed = {key: error for key, error in done.errors.items() if not isinstance(error, AlreadyBound)}
    return Report(
        {key.split(":")[1]: error for key, error in failed.items() if key.startswith("place:")},
        {key.split(":")[1]: error for key, error in failed.items() if key.startswith("event:")},
    )


def _repair_placements(seen: BatchAnswer, handler: str) -> dict[str, Command]:
    answer = seen.get(_PLACEMENTS)
    bound = placements.parse_bound(answer.result) if answer else ()
    wanted = {**PLACEMENTS, **_of_the_crm(seen)}
    commands: dict[str, Command] = {}
    for number, placement in enumerate(bound):
        if placement.code in wanted and placement.handler != handler:
            commands[f"old_place:{number}"] = placements.unbind(placement.code, placement.handler)
    present = {placement.code for placement in bound if placement.handler == handler}
    for code, titles in wanted.items():
        if code not in present:
            commands[f"place:{code}"] = placements.bind(code, handler, titles)
    return commands


def _of_the_crm(seen: BatchAnswer) -> dict[str, Mapping[str, str]]:
    answer = seen.get(_AVAILABLE)
    offered = placements.parse_available(answer.result) if answer else frozenset()
    return {code: titles for code, titles in CRM_PLACEMENTS.items() if code in offered}


def _repair_events(seen: BatchAnswer, handler: str) -> dict[str, Command]:
    answer = seen.get(_EVENTS)
    bound = placements.parse_events(answer.result) if answer else ()
    commands: dict[str, Command] = {}
    wanted = events.names()
    for number, event in enumerate(bound):
        if event.name in wanted and event.handler != handler:
            commands[f"old_event:{number}"] = placements.unbind_event(event.name, event.handler)
    present = {event.name for event in bound if event.handler == handler}
    for name in wanted:
        if name not in present:
            commands[f"event:{name}"] = placements.bind_event(name, handler)
    return commands
