"""The authorization server at `/_oauth` and the portal's consent address (wire.md §2, §3)."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request

from sandbox.rest import php, tokens
from sandbox.rest.dispatch import Stopwatch
from sandbox.rest.params import params_of
from sandbox.rest.registry import RestError
from sandbox.state.portal import App, Portal, TokenPair
from sandbox.state.store import current_portal

blueprint = Blueprint("oauth", __name__)

SERVER_NAME = "oauth.bitrix.info"


def refuse(code: str, text: str, status: int = 400) -> RestError:
    """A refusal of the authorization server: HTTP status, code and text."""
    return RestError(code, text, status)


@blueprint.errorhandler(RestError)
def refused(error: RestError) -> Response:
    """The JSON answer of a refusal."""
    return _json({"error": error.code, "error_description": error.description}, error.status)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(php.dumps(body), status, content_type="application/json; charset=utf-8")


# --- who is there ---
@blueprint.route("/_oauth/rest/app.info", methods=["GET", "POST"], strict_slashes=False)
def app_info() -> Response:
    """Whose token this is; a dead, expired or unknown one is 400 invalid_client (wire.md §2)."""
    portal = current_portal()
    with portal.lock:
        clock = Stopwatch(portal)
        app, pair = portal.app, tokens.find_access(portal, str(params_of(request).get("auth", "")))
        dead = pair is None or tokens.is_dead(pair) or pair.access_expires <= clock.began
        if app is None or not app.added or pair is None or dead or pair.client_id != app.client_id:
            raise refuse("invalid_client", "Invalid client")
        result = {
            "client_id": app.client_id,
            "scope": ",".join(pair.scopes),
            "expires": php.iso_of_epoch(pair.access_expires),
            "install": _install(portal, app),
            "user_id": str(pair.user_id),
        }
        return _json({"result": result, "time": clock.block()})


def _install(portal: Portal, app: App) -> dict[str, Any]:
    return {
        "installed": app.installed,
        "version": str(app.version),
        "status": app.status,
        "scope": ",".join(app.scopes),
        "domain": portal.domain,
        "uri": portal.address,
        "client_endpoint": f"{portal.address}/rest/",
        "member_id": portal.member_id,
        "member_type": "cp",
    }


# --- tokens ---
@blueprint.route("/_oauth/oauth/token/", methods=["GET", "POST"])
@blueprint.route("/_oauth/oauth/token", methods=["GET", "POST"])
def token() -> Response:
    """Exchange a code or a refresh token for a new pair."""
    portal, params = current_portal(), params_of(request)
    with portal.lock:
        app = _client(portal, params)
        kind = params.get("grant_type")
        if kind == "authorization_code":
            user_id = _spend_grant(portal, app, str(params.get("code", "")))
        elif kind == "refresh_token":
            user_id = _spend_refresh(portal, app, str(params.get("refresh_token", "")))
        else:
            raise refuse("invalid_request", "Invalid grant_type parameter or parameter missing")
        return _json(_pair(portal, app, tokens.issue(portal, app, user_id)))


def _client(portal: Portal, params: dict[str, Any]) -> App:
    """The application of the credentials; 401 NOT_INSTALLED once the portal removed it."""
    client_id, secret = params.get("client_id"), params.get("client_secret")
    if not client_id or not secret:
        raise refuse("invalid_request", "Client credentials are missing")
    app = portal.app
    if app is None or client_id != app.client_id or not _same(str(secret), app.client_secret):
        raise refuse("invalid_client", "The client credentials are invalid")
    if not app.added:
        raise refuse("NOT_INSTALLED", "Application not installed", 401)
    return app


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(), secret.encode())


def _spend_grant(portal: Portal, app: App, code: str) -> int:
    grant = next((grant for grant in portal.grants if code and grant.code == code), None)
    if grant is None:
        raise refuse("invalid_grant", "Authorization code doesn't exist or is invalid for the client")
    portal.grants.remove(grant)
    if grant.client_id != app.client_id:
        raise refuse("wrong_client", "Wrong client", 200)
    if grant.expires <= portal.now().timestamp():
        raise refuse("invalid_grant", "The authorization code has expired")
    return _still_there(portal, grant.user_id)


def _spend_refresh(portal: Portal, app: App, refresh: str) -> int:
    """A refresh token serves once; with it the access token of its pair dies."""
    pair = tokens.find_refresh(portal, refresh)
    if pair is not None and pair.client_id != app.client_id:
        raise refuse("wrong_client", "Wrong client", 200)
    if pair is None or tokens.is_dead(pair) or pair.refresh_expires <= portal.now().timestamp():
        raise refuse("invalid_grant", "Invalid refresh token")
    user_id = _still_there(portal, pair.user_id)
    pair.spent = True
    return user_id


def _still_there(portal: Portal, user_id: int) -> int:
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise refuse("invalid_grant", "Unable to authorize user")
    return user_id


def _pair(portal: Portal, app: App, pair: TokenPair) -> dict[str, Any]:
    """`domain` is the authorization server, not the portal (wire.md §3)."""
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expires": int(pair.access_expires),
        "expires_in": tokens.ACCESS_SECONDS,
        "client_endpoint": f"{portal.address}/rest/",
        "server_endpoint": f"{portal.auth_server}/rest/",
        "domain": SERVER_NAME,
        "member_id": portal.member_id,
        "scope": ",".join(pair.scopes),
        "status": app.status,
        "user_id": pair.user_id,
    }


# --- consent ---
@blueprint.get("/oauth/authorize/")
def authorize() -> Any:
    """Send the person back to the application with a code; a refusal stays here (wire.md §3).

    The person is the one the portal's pages show (their cookie).
    """
    portal = current_portal()
    with portal.lock:
        app = portal.app
        if app is None or not app.added or request.args.get("client_id") != app.client_id:
            return Response("Application not found", 404, content_type="text/plain; charset=utf-8")
        user_id = _visitor(portal)
        grant = tokens.grant(portal, app, user_id)
        query = {
            "code": grant.code,
            "state": request.args.get("state", ""),
            "domain": portal.domain,
            "member_id": portal.member_id,
            "scope": ",".join(app.scopes),
            "server_domain": SERVER_NAME,
        }
        mark = "&" if "?" in app.url else "?"
        return redirect(f"{app.url}{mark}{urlencode(query)}")


def _visitor(portal: Portal) -> int:
    """The person chosen in the portal's pages, by name or id; the administrator when none was chosen."""
    wanted = request.args.get("as") or request.cookies.get("person", "")
    number = int(wanted) if wanted.isdecimal() else portal.people.get(wanted, 0)
    return number if number in portal.users else portal.people["admin"]
