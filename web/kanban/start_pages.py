"""The home page and boards as pages the app opens with, and their entry in the bar on top."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from jinja2_fragments.flask import render_block

from b24.client import BatchAnswer, Command
from b24.errors import AccessDenied, NotFound, NotRun, Refused
from b24.launch import Launch
from boards.core.model import Actor, BoardRef, Filters
from boards.kanban.home import home_commands, read_home
from boards.kanban.load import board_commands, read_board
from store.memos import Owner
from web.core import navigation
from web.core.context import RequestContext
from web.core.navigation import HOME, Opened
from web.kanban.boards import board_page
from web.kanban.home import home_page
from web.kanban.memory import known_stages, remember_board

OF_A_PROJECT = ("SONET_GROUP_DETAIL_TAB", "TASK_GROUP_LIST_TOOLBAR")
OF_A_PERSON = ("TASK_USER_LIST_TOOLBAR",)
HOME_PAGES_WITH_BOARD = 2
"""Pages of projects read in case the board turns out to be forbidden; a batch has no room for more."""


class HomeStart:
    """My Planner and the projects."""

    def place_for(self, launch: Launch) -> str | None:  # noqa: ARG002 (the protocol's signature)
        return None

    def knows(self, place: str) -> bool:
        return place == HOME

    def commands(self, who: Actor, owner: Owner, place: str) -> Mapping[str, Command]:  # noqa: ARG002
        return home_commands(who)

    def show(self, ctx: RequestContext, answer: BatchAnswer, place: str, *, asked: bool) -> Opened:  # noqa: ARG002
        return Opened(home_page(ctx, read_home(answer, ctx.actor)), HOME, HOME)


class BoardStart:
    """A board; the home page where it cannot be shown, with the reason if the portal asked for the board."""

    def place_for(self, launch: Launch) -> str | None:
        """Context keys differ by placement (wire.md §1)."""
        if launch.placement in OF_A_PERSON:
            return BoardRef(0).key  # a person's plan is their own: each person sees theirs
        if launch.placement in OF_A_PROJECT and launch.group_id > 0:
            return BoardRef(launch.group_id).key
        return None

    def knows(self, place: str) -> bool:
        try:
            BoardRef.parse(place)
        except ValueError:
            return False
        return True

    def commands(self, who: Actor, owner: Owner, place: str) -> Mapping[str, Command]:
        ref = BoardRef.parse(place)
        known = known_stages(owner, ref)
        return home_commands(who, pages=HOME_PAGES_WITH_BOARD) | board_commands(ref, who, Filters(), known)

    def show(self, ctx: RequestContext, answer: BatchAnswer, place: str, *, asked: bool) -> Opened:
        try:
            board = read_board(answer, BoardRef.parse(place), ctx.actor, Filters())
        except (Refused, NotRun) as error:
            html = home_page(ctx, read_home(answer, ctx.actor))
            if asked:
                html = render_block("shared/failure.html", "explained", text=_reason(error)) + html
            return Opened(html, HOME, HOME)
        remember_board(ctx, board)
        return Opened(board_page(ctx, board), "board", place)


def _reason(error: Exception) -> str:
    if isinstance(error, AccessDenied | NotFound):
        return str(_("You may not see the board of this project. Only its members can."))
    return str(_("The board of this project could not be read."))


navigation.add_entry("/home", _l("Boards"), position=1, pages=[HOME, "board", "opening"])
navigation.add_start_page(HomeStart())
navigation.add_start_page(BoardStart())
