"""What the app wants to be shown at and told about in a portal: placements and events (wire.md §4, §7).

Binding is not idempotent (behaviour.md §8.1), so what is bound is read first; what is bound to an address the
app no longer has is removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24 import placements
from b24.client import BatchAnswer, Command
from b24.errors import AlreadyBound, PortalError

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
EVENTS = ("ONAPPUNINSTALL", "ONAPPUPDATE", "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")

_PLACEMENTS, _AVAILABLE, _EVENTS = "bound_placements", "available_placements", "bound_events"


@dataclass(frozen=True)
class Report:
    """What could not be bound, and the portal's reason."""

    placements: Mapping[str, PortalError]
    events: Mapping[str, PortalError]

    @property
    def complete(self) -> bool:
        return not self.placements and not self.events


def look() -> dict[str, Command]:
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
    for number, one in enumerate(bound):
        if one.code in wanted and one.handler != handler:
            commands[f"old_place:{number}"] = placements.unbind(one.code, one.handler)
    present = {one.code for one in bound if one.handler == handler}
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
    for number, one in enumerate(bound):
        if one.name in EVENTS and one.handler != handler:
            commands[f"old_event:{number}"] = placements.unbind_event(one.name, one.handler)
    present = {one.name for one in bound if one.handler == handler}
    for name in EVENTS:
        if name not in present:
            commands[f"event:{name}"] = placements.bind_event(name, handler)
    return commands
