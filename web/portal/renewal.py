"""A fresh login for a page that is open already.

The page asks its parent (`refreshAuth`, wire.md §5) and posts what it got. The authorization server says
whose login it is; only the person and portal of the old session get a new one.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from store import sessions
from web.core.failures import ForgedLaunch, SessionExpired
from web.core.forms import Form, decode
from web.core.services import services
from web.core.session import bearer_token, open_session
from web.core.tokens import profile_of
from web.core.views import reads
from web.portal.verification import keep_pair, tokens_of, verify_token

blueprint = Blueprint("renewal", __name__)


class LoginForm(Form, frozen=True, kw_only=True):
    """What the portal around the page gave it: an access token and a refresh token. 403 without the first."""

    AUTH_ID: str = ""
    REFRESH_ID: str = ""


@blueprint.post("/session/renew")
@reads(LoginForm)
def renew() -> Response:
    """`{"token": …}`: the bearer token from now on. 401 without a session to renew, 403 for anybody else."""
    shared = services()
    old = sessions.find(shared.db, bearer_token())
    if old is None:
        raise SessionExpired
    login = _login()
    if not login.AUTH_ID:
        raise ForgedLaunch
    verified = verify_token(login.AUTH_ID, old.auth_server)
    if (verified.member_id, verified.user_id) != (old.member_id, old.user_id):
        raise ForgedLaunch
    pair = tokens_of(verified, login.AUTH_ID, login.REFRESH_ID)
    profile = profile_of(verified, pair)
    keep_pair(verified, pair)
    token, _session = open_session(
        old.member_id, old.user_id, user_name=profile.name, is_admin=profile.is_admin, lang=old.lang
    )
    sessions.end(shared.db, old.member_id, old.id)
    return jsonify(token=token)


def _login() -> LoginForm:
    """The parent's answer, as a form or as JSON."""
    sent = request.get_json(silent=True) if request.is_json else request.form
    if not isinstance(sent, dict):
        raise ForgedLaunch
    return decode(LoginForm, {name: str(sent.get(name) or "") for name in ("AUTH_ID", "REFRESH_ID")})
