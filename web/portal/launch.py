"""The launch address: the portal posts here whenever somebody opens the app.

Verified with one request to the authorization server, then one batch to the portal that holds the person's
profile and the first page. What the frame gets is a whole page, made of the same parts as the fragments.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, g, render_template
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block
from markupsafe import Markup

from b24.client import BatchAnswer, Command
from b24.errors import AccessDenied, NotFound, NotRun, Refused, UserBlocked
from b24.launch import Launch
from b24.methods import users
from boards.core.model import Actor, BoardRef, Filters
from boards.crm.load import overview_commands, read_overview
from boards.kanban.home import home_commands, read_home
from boards.kanban.load import board_commands, read_board
from store import memos, portals, sessions
from web.core import pages, security
from web.core.i18n import language
from web.core.services import services
from web.core.session import open_session, remember_place
from web.core.tokens import actor, client_with
from web.core.visible_boards import note_home
from web.crm import directories, memory
from web.crm.pages import overview_page
from web.kanban.boards import board_page
from web.kanban.home import home_page
from web.kanban.memory import known_stages, remember_board
from web.portal.verification import Visit, keep_pair, verify_visit

blueprint = Blueprint("launch", __name__)

PROFILE = "profile"
HOME = "home"
OF_A_PROJECT = ("SONET_GROUP_DETAIL_TAB", "TASK_GROUP_LIST_TOOLBAR")
OF_A_PERSON = ("TASK_USER_LIST_TOOLBAR",)
OF_THE_CRM = ("CRM_FUNNELS_TOOLBAR",)
PAGES_BESIDE_A_BOARD = 2
"""Pages of projects read in case the board turns out to be forbidden; a batch has no room for more."""


@dataclass(frozen=True)
class Place:
    """Where the app opens: a board, the CRM (`crm`: a directory's ENTITY_ID, "" for all), or the home page.

    `asked` by the portal, not from memory.
    """

    ref: BoardRef | None
    asked: bool = False
    crm: str | None = None

    @property
    def key(self) -> str:
        return self.ref.key if self.ref else HOME


@dataclass(frozen=True)
class Opened:
    """The first page: HTML of #main and its name."""

    html: str
    page: str


@blueprint.post("/")
def launch() -> str:
    """Verify, read the first page, open a session."""
    security.allow_framing_by_anyone()  # until it is known whose frame this is: for explanations only
    visit = verify_visit()
    g.lang = language(visit.launch.lang)
    place = _place(visit)
    answer = _read(visit, place)
    token = _open(visit, answer)
    opened = _first_page(answer, place)
    security.allow_framing_by(visit.origin)
    return render_template(
        "base.html",
        main=Markup(opened.html),  # noqa: S704 (our own templates) # nosec B704
        page=opened.page,
        token=token,
        theme=pages.chosen(),
        portal=g.portal_session.domain,
        b24_js_url=services().config.js_url,
    )


def place_of(opened: Launch) -> BoardRef | None:
    """The board the portal opened the app for (wire.md §1: context keys differ by placement)."""
    if opened.placement in OF_A_PERSON:
        return BoardRef(0)  # a person's plan is their own: whoever looks sees theirs
    if opened.placement in OF_A_PROJECT and opened.group_id > 0:
        return BoardRef(opened.group_id)
    return None


def _owner(visit: Visit) -> memos.PortalUser:
    """The person who opens the app, before they have a session."""
    return memos.PortalUser(services().db, visit.member_id, visit.user_id)


def _place(visit: Visit) -> Place:
    ref = place_of(visit.launch)
    if ref is not None:
        return Place(ref, asked=True)
    if visit.launch.placement in OF_THE_CRM:
        return Place(None, asked=True, crm="")
    last = memos.LAST_BOARD.get(_owner(visit))
    if last.partition(":")[0] == directories.PLACE:
        return Place(None, crm=last.partition(":")[2])
    try:
        return Place(BoardRef.parse(last))
    except ValueError:
        return Place(None)


def _read(visit: Visit, place: Place) -> BatchAnswer:
    """One batch: profile, the board, and the home page in case the board cannot be read."""
    shared = services()
    last = sessions.last_known(shared.db, visit.member_id, visit.user_id)
    who = Actor(visit.user_id, bool(last and last[1]), g.lang, dt.datetime.now(dt.UTC))
    commands: dict[str, Command] = {PROFILE: users.profile()}
    if place.crm is not None:
        commands |= overview_commands(who)
    elif place.ref is None:
        commands |= home_commands(who)
    else:
        known = known_stages(_owner(visit), place.ref)
        commands |= home_commands(who, pages=PAGES_BESIDE_A_BOARD)
        commands |= board_commands(place.ref, who, Filters(), known)
    return client_with(shared, visit.pair).batch(commands, halt=False)


def _open(visit: Visit, answer: BatchAnswer) -> str:
    """A session for the person the portal's profile describes; answers its bearer token.

    Nothing is stored before the portal itself has answered for this person.
    """
    profile = users.parse_profile(answer[PROFILE].result)
    if profile is None or profile.id != visit.user_id:
        raise UserBlocked("NO_PROFILE", method="profile", status=401)
    keep_pair(visit.verified, visit.pair)
    if profile.is_admin:
        _adopt_application_token(visit)
    token, g.portal_session = open_session(
        visit.member_id, profile.id, user_name=profile.name, is_admin=profile.is_admin, lang=g.lang
    )
    return token


def _adopt_application_token(visit: Visit) -> None:
    """After lost data an administrator's opening restores what events are checked against."""
    db = services().db
    portal = portals.get(db, visit.member_id)
    if portal and not portal.application_token and visit.launch.application_token:
        portals.set_application_token(db, visit.member_id, visit.launch.application_token)


def _first_page(answer: BatchAnswer, place: Place) -> Opened:
    if place.crm is not None:
        return Opened(_crm(answer, place.crm), directories.PLACE)
    if place.ref is None:
        return Opened(_home(answer), HOME)
    try:
        board = read_board(answer, place.ref, actor(), Filters())
    except (Refused, NotRun) as error:
        return _home_instead(answer, place, error)
    remember_board(board)
    remember_place(place.ref.key)
    return Opened(board_page(board), "board")


def _home(answer: BatchAnswer) -> str:
    home = read_home(answer, actor())
    note_home(home)
    remember_place(HOME)
    return home_page(home)


def _crm(answer: BatchAnswer, entity_id: str) -> str:
    """The directory the person was at, or all of them."""
    overview = read_overview(answer, actor())
    memory.note(overview)
    if overview.find(entity_id):
        return directories.page_of(overview, entity_id)
    remember_place(directories.PLACE)
    return overview_page(overview)


def _home_instead(answer: BatchAnswer, place: Place, error: Exception) -> Opened:
    """The board cannot be shown: the home page, and why, if it was asked for."""
    html = _home(answer)
    if not place.asked:
        return Opened(html, HOME)
    return Opened(render_block("shared/failure.html", "explained", text=_why(error)) + html, HOME)


def _why(error: Exception) -> str:
    if isinstance(error, AccessDenied | NotFound):
        return str(_("You may not see the board of this project. Only its members can."))
    return str(_("The board of this project could not be read."))
