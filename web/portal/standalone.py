"""The app in a tab of its own: OAuth's code flow, a cookie, protection against forged requests (wire.md §3).

In the portal none of this is used: there the page holds its session itself, and there are no cookies. Here
the session's token is in a cookie that no script can read; the page holds a second one derived from it, which
every request must carry. Another site can make the browser send the cookie, but does not know the second.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import msgspec
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from b24.client import Tokens
from b24.errors import AuthError
from b24.oauth import Verified
from boards.kanban.home import load_home
from store import portals, sessions, tokens
from store.vault import VaultError
from web.core import pages, security
from web.core.failures import ForgedLaunch
from web.core.i18n import current_language
from web.core.services import services
from web.core.session import (
    COOKIE,
    cookie_name,
    end_sessions,
    from_row,
    needs_session,
    open_session,
    page_token,
)
from web.core.tokens import actor, client, profile_of
from web.kanban.home import home_page
from web.portal.verification import keep_pair, tokens_of, verify_token

blueprint = Blueprint("tab", __name__)

ATTEMPT = "stagecraft_login"
ATTEMPT_SECONDS = 600
OWN_PAGE = "same-origin"
"""What browsers say (Sec-Fetch-Site) of a request that a page of the app itself has made."""
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,253}}(:|$)){_LABEL}(\.{_LABEL})*(:\d{{1,5}})?")


@dataclass(frozen=True)
class Attempt:
    """A login somebody has begun: with which portal, and the word that has to come back from there."""

    portal: str
    state: str
    until: float


@blueprint.get("/")
def page() -> Response | str:
    """The app for somebody who has logged in; else what it is and a way to log in. HEAD answers as well.

    Portals send the browser back to the registered address of the app, which is this one.
    """
    if request.args.get("code") and request.args.get("state"):
        query = urlencode(request.args.to_dict())
        return redirect(f"{url_for('tab.callback')}?{query}")  # type: ignore[return-value]
    row = sessions.find(services().db, cookie := request.cookies.get(cookie_name(COOKIE), ""))
    if row is None or row.expires_at <= time.time():
        return _invitation()
    g.portal_session = from_row(row)
    return render_template(
        "base.html",
        main=Markup(home_page(load_home(client(), actor()))),  # noqa: S704 (our own templates) # nosec B704
        page="home",
        token=page_token(cookie),
        theme=pages.chosen(),
        portal=g.portal_session.domain,
    )


@blueprint.get("/oauth/start")
def start() -> Response:
    """To the portal of `domain`, which sends the browser back with a code.

    Whether the app knows the portal makes no difference that could be seen. A link from elsewhere only fills
    in the form: the person must see where they go, else the app's name would lend itself to any site.
    """
    portal = portal_host(request.args.get("domain", ""))
    if not portal:
        return make_response(_invitation(wrong=request.args.get("domain", "")), 422)
    if request.headers.get("Sec-Fetch-Site", OWN_PAGE) != OWN_PAGE:
        return make_response(_invitation(portal=portal))
    attempt = Attempt(portal, secrets.token_urlsafe(32), time.time() + ATTEMPT_SECONDS)
    query = urlencode({"client_id": services().config.client_id, "state": attempt.state})
    response = redirect(f"{_scheme(portal)}://{portal}/oauth/authorize/?{query}")
    sealed = services().db.vault.encrypt(msgspec.json.encode(attempt).decode())
    _set_cookie(response, ATTEMPT, sealed, ATTEMPT_SECONDS)
    return response  # type: ignore[return-value]


@blueprint.get("/oauth/callback")
def callback() -> Response:
    """The portal sent the browser back: exchange the code, find out who it is, open a session."""
    attempt = _attempt()
    if not secrets.compare_digest(attempt.state.encode(), request.args.get("state", "").encode()):
        raise ForgedLaunch
    verified, pair = _exchanged(request.args.get("code", ""))
    if urlsplit(verified.client_endpoint).netloc.lower() != attempt.portal:
        raise ForgedLaunch  # a portal that hands out the codes of another one
    profile = profile_of(verified, pair)
    keep_pair(verified, pair)
    token, _session = open_session(
        verified.member_id,
        profile.id,
        user_name=profile.name,
        is_admin=profile.is_admin,
        lang=current_language(),
    )
    response = redirect(url_for("tab.page"), 303)
    _set_cookie(response, ATTEMPT, "", 0)
    _set_cookie(response, COOKIE, token, round(services().config.session_lifetime))
    return response  # type: ignore[return-value]


@blueprint.post("/session/end")
def sign_out() -> Response:
    """Sign out everywhere: every session of the person is over, and their tokens are forgotten."""
    needs_session()
    who = g.portal_session
    end_sessions()
    tokens.delete(services().db, who.member_id, who.user_id)
    response = make_response(render_template("portal/signed_out.html"))
    _set_cookie(response, COOKIE, "", 0)
    return response


def _invitation(**shown: str) -> str:
    """What the app is, and a form that leads to `start`, with `portal` or, as an error, `wrong` filled in."""
    security.allow_forms_to_portals()
    return render_template("portal/outside.html", **shown)


def portal_host(text: str) -> str:
    """Host and port of a portal's address as a person types it; "" for what can be none."""
    bare = re.sub(r"^https?://", "", text.strip().lower()).split("/")[0]
    try:
        name, colon, port = bare.partition(":")
        host = name.encode("idna").decode() + colon + port
    except UnicodeError:
        return ""
    known = HOST.fullmatch(host)
    return host if known and ("." in host or services().config.allow_private_portals) else ""


def _scheme(portal: str) -> str:
    """https; http only where portals without it are allowed and this one is known to be one."""
    shared = services()
    private = shared.config.allow_private_portals
    return "http" if private and portals.has_address(shared.db, f"http://{portal}/rest/") else "https"


def _attempt() -> Attempt:
    """What this browser has begun; ForgedLaunch when that is nothing, or too long ago."""
    try:
        sealed = request.cookies.get(cookie_name(ATTEMPT), "")
        attempt = msgspec.json.decode(services().db.vault.decrypt(sealed), type=Attempt)
    except (VaultError, ValueError):
        raise ForgedLaunch from None
    if attempt.until < time.time():
        raise ForgedLaunch
    return attempt


def _exchanged(code: str) -> tuple[Verified, Tokens]:
    """Who the code is for, as the authorization server says, and their pair. Nothing is kept yet."""
    shared = services()
    try:
        pair = shared.auth_servers.exchange_code(code, f"https://{request.args.get('server_domain', '')}")
    except AuthError:
        raise ForgedLaunch from None
    verified = verify_token(pair.tokens.access_token, pair.server)
    if (verified.member_id, verified.user_id) != (pair.member_id, pair.user_id):
        raise ForgedLaunch
    return verified, tokens_of(verified, pair.tokens.access_token, pair.tokens.refresh_token)


def _set_cookie(response: object, name: str, value: str, seconds: int) -> None:
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(name), value, max_age=seconds, secure=True, httponly=True, samesite="Lax"
    )
