"""A fresh login for a page that is open already.

The page asks its parent (`refreshAuth`, wire.md §5) and posts what it got. The authorization server says
whose login it is; only the person and portal of the old session get a new one.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from b24 import users
from b24.errors import UserBlocked
from store import sessions, tokens
from web.clients import client_for
from web.failures import ForgedLaunch, SessionExpired
from web.services import services
from web.session import bearer_token, open_session
from web.verification import keep_portal, verify_token

blueprint = Blueprint("renewal", __name__)


@blueprint.post("/session/renew")
def renew() -> Response:
    """`{"token": …}`: the bearer token from now on. 401 without a session to renew, 403 for anybody else."""
    shared = services()
    old = sessions.find(shared.db, bearer_token())
    if old is None:
        raise SessionExpired
    login = _login()
    if not login["AUTH_ID"]:
        raise ForgedLaunch
    verified = verify_token(login["AUTH_ID"], old.auth_server)
    if (verified.member_id, verified.user_id) != (old.member_id, old.user_id):
        raise ForgedLaunch
    keep_portal(verified)
    tokens.put(
        shared.db, old.member_id, old.user_id, login["AUTH_ID"], login["REFRESH_ID"], verified.expires_at
    )
    client = client_for(shared, old.member_id, old.user_id)
    profile = users.parse_profile(client.call(users.profile()).result)
    if profile is None or profile.id != old.user_id:
        raise UserBlocked("NO_PROFILE", method="profile", status=401)
    token, _session = open_session(
        old.member_id, old.user_id, user_name=profile.name, is_admin=profile.is_admin, lang=old.lang
    )
    sessions.end(shared.db, old.member_id, old.id)
    return jsonify(token=token)


def _login() -> dict[str, str]:
    """The parent's answer, as a form or as JSON."""
    sent = request.get_json(silent=True) if request.is_json else request.form
    if not isinstance(sent, dict):
        raise ForgedLaunch
    return {name: str(sent.get(name) or "") for name in ("AUTH_ID", "REFRESH_ID")}
