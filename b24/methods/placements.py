"""Places in the portal where the app shows, and the events it hears of (behaviour.md §8).

Everything here needs an application's token; a second bind of the same thing is AlreadyBound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from b24.client import Command
from b24.wire import as_list, as_text, rows


@dataclass(frozen=True)
class BoundPlacement:
    """A handler that is shown at the placement with this code."""

    code: str
    handler: str
    title: str = ""


@dataclass(frozen=True)
class BoundEvent:
    """A handler that is called for the event with this name."""

    name: str
    handler: str


def bind(code: str, handler: str, titles: Mapping[str, str]) -> Command:
    """Show `handler` at a placement; `titles` by language, "en" (or else the first) is the default."""
    title = titles.get("en") or next(iter(titles.values()), "")
    names = {lang: {"TITLE": text} for lang, text in titles.items()}
    return Command(
        "placement.bind", {"PLACEMENT": code, "HANDLER": handler, "TITLE": title, "LANG_ALL": names}
    )


def unbind(code: str, handler: str = "") -> Command:
    """Remove one handler, or all of ours at this placement; silent when there is none."""
    return Command("placement.unbind", {"PLACEMENT": code, **({"HANDLER": handler} if handler else {})})


def list_bound() -> Command:
    """What of ours is bound (portal admins only)."""
    return Command("placement.get")


def parse_bound(result: Any) -> tuple[BoundPlacement, ...]:
    """The placements of `list_bound`."""
    return tuple(
        BoundPlacement(as_text(row.get("placement")), as_text(row.get("handler")), as_text(row.get("title")))
        for row in rows(result)
    )


def available() -> Command:
    """The codes of the placements the granted scopes allow."""
    return Command("placement.list")


def parse_available(result: Any) -> frozenset[str]:
    """The codes of `available`."""
    return frozenset(as_text(code) for code in as_list(result)) - {""}


def bind_event(name: str, handler: str) -> Command:
    """Call `handler` for an event, with the token of whoever caused it."""
    return Command("event.bind", {"event": name, "handler": handler})


def unbind_event(name: str, handler: str) -> Command:
    """Stop calling `handler` for an event."""
    return Command("event.unbind", {"event": name, "handler": handler})


def bound_events() -> Command:
    """Which events call us."""
    return Command("event.get")


def parse_events(result: Any) -> tuple[BoundEvent, ...]:
    """The events of `bound_events`, names in upper case; offline ones have no handler and are left out."""
    return tuple(
        BoundEvent(as_text(row.get("event")).upper(), as_text(row.get("handler")))
        for row in rows(result)
        if row.get("handler")
    )
