"""The pages of the app as a whole: the entries of the bar on top, and the pages it can open with.

Features register both. A place is where a person was last, as the store keeps it: "home", "crm:DEAL_STAGE",
or the key of a board.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask

from b24.client import BatchAnswer, Command
from b24.launch import Launch
from boards.core.model import Actor
from store.memos import Owner
from web.core.context import RequestContext

HOME = "home"


@dataclass
class NavigationEntry:
    """A button of the bar; it is the current one on `pages` (names as in `data-page`)."""

    address: str
    title: Any
    position: int
    pages: list[str]


@dataclass(frozen=True)
class Opened:
    """A first page: HTML of #main, its name, and the place to remember it by."""

    html: str
    page: str
    place: str


class StartPage(Protocol):
    """A kind of page the app can open with: what it reads from the portal, and how it looks."""

    def place_for(self, launch: Launch) -> str | None:
        """The place the portal opens the app for; None when it asks for none of this kind."""

    def knows(self, place: str) -> bool:
        """Whether a remembered place is of this kind."""

    def commands(self, who: Actor, owner: Owner, place: str) -> Mapping[str, Command]:
        """What to read for the person (`owner`: of what is remembered), for a batch without halt.

        There has to be room for one command more.
        """

    def show(self, ctx: RequestContext, answer: BatchAnswer, place: str, *, asked: bool) -> Opened:
        """The page; `asked` by the portal, not from memory. A PortalError when nothing can be shown."""


_ENTRIES: dict[str, NavigationEntry] = {}
_START_PAGES: list[StartPage] = []


def add_entry(address: str, title: Any, *, position: int, pages: list[str]) -> None:
    """A button of the bar on top, in the order of `position`."""
    _ENTRIES[address] = NavigationEntry(address, title, position, pages)


def add_pages(address: str, *pages: str) -> None:
    """More pages for which the entry at `address` is the current one."""
    _ENTRIES[address].pages.extend(pages)


def add_start_page(page: StartPage) -> None:
    """A kind of page the app can open with."""
    _START_PAGES.append(page)


def start_page(place: str) -> tuple[StartPage, str]:
    """The page for a remembered place, and that place; the home page for a place that is none."""
    found = next((page for page in _START_PAGES if page.knows(place)), None)
    return (found, place) if found else start_page(HOME)


def asked_page(launch: Launch) -> tuple[StartPage, str] | None:
    """The page the portal opens the app for, and its place; None when it asks for none."""
    for page in _START_PAGES:
        place = page.place_for(launch)
        if place is not None:
            return page, place
    return None


def register(app: Flask) -> None:
    """Tell templates the entries of the bar."""
    app.context_processor(lambda: {"entries": sorted(_ENTRIES.values(), key=lambda entry: entry.position)})
