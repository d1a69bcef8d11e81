"""The launch address: the portal posts here whenever somebody opens the app.

Verified with one request to the authorization server, then one batch to the portal that holds the person's
profile and the first page. What the frame gets is a whole page, made of the same parts as the fragments.
"""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, g, render_template
from markupsafe import Markup

from b24.client import BatchAnswer
from b24.errors import UserBlocked
from b24.launch import Launch
from b24.methods import users
from boards.core.model import Actor
from store import memos, portals, sessions
from web.core import navigation, pages, security
from web.core.context import request_context
from web.core.i18n import language
from web.core.navigation import StartPage
from web.core.services import services
from web.core.session import open_session
from web.core.tokens import client_with
from web.core.views import reads
from web.portal.verification import Visit, keep_pair, verify_visit

blueprint = Blueprint("launch", __name__)

PROFILE = "profile"


@blueprint.post("/")
@reads(Launch)
def launch() -> str:
    """Verify, read the first page, open a session."""
    security.allow_framing_by_anyone()  # until it is known whose frame this is: for explanations only
    visit = verify_visit()
    lang = language(visit.launch.lang)
    asked = navigation.asked_page(visit.launch)
    page, place = asked or navigation.start_page(_last_place(visit))
    answer = _read(visit, page, place, lang)
    token = _open(visit, answer, lang)
    ctx = request_context()
    opened = page.show(ctx, answer, place, asked=asked is not None)
    ctx.remember_place(opened.place)
    security.allow_framing_by(visit.origin)
    return render_template(
        "base.html",
        main=Markup(opened.html),  # noqa: S704 (our own templates) # nosec B704
        page=opened.page,
        token=token,
        theme=pages.chosen(ctx),
        portal=ctx.session.domain,
        b24_js_url=services().config.js_url,
    )


def _last_place(visit: Visit) -> str:
    """Where the person was when they had the app open last."""
    return memos.LAST_BOARD.get(_owner(visit))


def _owner(visit: Visit) -> memos.PortalUser:
    """The person who opens the app, before they have a session."""
    return memos.PortalUser(services().db, visit.member_id, visit.user_id)


def _read(visit: Visit, page: StartPage, place: str, lang: str) -> BatchAnswer:
    """One batch: the profile, and what the first page shows."""
    shared = services()
    last = sessions.last_known(shared.db, visit.member_id, visit.user_id)
    who = Actor(visit.user_id, bool(last and last[1]), lang, dt.datetime.now(dt.UTC))
    commands = {PROFILE: users.profile(), **page.commands(who, _owner(visit), place)}
    return client_with(shared, visit.pair).batch(commands, halt=False)


def _open(visit: Visit, answer: BatchAnswer, lang: str) -> str:
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
        visit.member_id, profile.id, user_name=profile.name, is_admin=profile.is_admin, lang=lang
    )
    return token


def _adopt_application_token(visit: Visit) -> None:
    """After lost data an administrator's opening restores what events are checked against."""
    db = services().db
    portal = portals.get(db, visit.member_id)
    if portal and not portal.application_token and visit.launch.application_token:
        portals.set_application_token(db, visit.member_id, visit.launch.application_token)
