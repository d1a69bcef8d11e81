"""Who is this? The bearer token of a request → `g.portal_session`.

The frame has neither cookies nor web storage (wire.md §6), so the token travels in a header and lives in the
memory of the page. Nothing a form says about portal or person is ever believed.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from time import time
from urllib.parse import urlsplit

from flask import g, request

from store import memos, sessions
from store.tokens import StoredPair
from web.core.failures import SessionExpired
from web.core.services import services


@dataclass(frozen=True)
class PortalSession:
    """The person and the portal of this request. `endpoint` is the verified one and ends in "/rest/".

    `pair` is what the portal gave for the person; None when the store holds none.
    """

    member_id: str
    user_id: int
    user_name: str
    is_admin: bool
    lang: str
    domain: str
    endpoint: str
    session_id: int
    pair: StoredPair | None = field(default=None, repr=False)


COOKIE = "stagecraft"
"""Where the token of a session is in a tab of the app's own; in a portal's frame there are no cookies."""
OF_A_TAB = "tab."


def cookie_name(name: str) -> str:
    """The name with the prefix that keeps neighbours from planting such a cookie (RFC 6265bis, `__Host-`).

    Another host of the same domain may set cookies for all of it; browsers take this name from the very host
    and over https only. Where the app has no https (demo, intranet) there is no such thing.
    """
    return f"__Host-{name}" if services().config.app_url.startswith("https://") else name


def needs_session() -> None:
    """For `blueprint.before_request`: without a live session nothing behind it is reached."""
    row = sessions.find(services().db, session_token())
    if row is None or row.expires_at <= time():
        raise SessionExpired
    g.portal_session = from_row(row)


def session_token() -> str:
    """The token of this request's session, "" without one. A cookie counts only with its page's own token."""
    token = bearer_token()
    if not token.startswith(OF_A_TAB):
        return token
    cookie = request.cookies.get(cookie_name(COOKIE), "")
    return cookie if cookie and hmac.compare_digest(token.encode(), page_token(cookie).encode()) else ""


def page_token(cookie: str) -> str:
    """What the page of a session in a cookie sends along: nobody who lacks the cookie can work it out."""
    return OF_A_TAB + hmac.new(cookie.encode(), b"page", hashlib.sha256).hexdigest()


def bearer_token() -> str:
    """The token of the Authorization header, "" without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def open_session(
    member_id: str, user_id: int, *, user_name: str, is_admin: bool, lang: str
) -> tuple[str, PortalSession]:
    """A new session for a verified person; its token and what a request with it will see."""
    shared = services()
    token = sessions.create(
        shared.db,
        member_id,
        user_id=user_id,
        user_name=user_name,
        is_admin=is_admin,
        lang=lang,
        lifetime=shared.config.session_lifetime,
    )
    row = sessions.find(shared.db, token)
    if row is None:  # the portal was uninstalled between two statements
        raise SessionExpired
    return token, from_row(row)


def end_sessions() -> None:
    """The portal refuses the person of this request: all their sessions are over."""
    who: PortalSession | None = g.get("portal_session")
    if who is not None:
        sessions.end_all(services().db, who.member_id, who.user_id)


def from_row(row: sessions.SessionRow) -> PortalSession:
    """The session of a stored row."""
    return PortalSession(
        member_id=row.member_id,
        user_id=row.user_id,
        user_name=row.user_name,
        is_admin=row.is_admin,
        lang=row.lang,
        domain=urlsplit(row.client_endpoint).netloc,
        endpoint=row.client_endpoint,
        session_id=row.id,
        pair=row.pair,
    )


def owner() -> memos.PortalUser:
    """The person of this request, as the owner of memos and preferences."""
    who: PortalSession = g.portal_session
    return memos.PortalUser(services().db, who.member_id, who.user_id)


def remember_place(place: str) -> None:
    """Keep where the person is now ("home", or a board's key) for their next opening of the app."""
    memos.LAST_BOARD.put(owner(), place)
