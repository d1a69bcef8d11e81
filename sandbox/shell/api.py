"""What the scripts of the portal's pages ask of the portal: launches, fresh tokens, install, options.

Only JSON requests are accepted: a page of another site cannot send one without a preflight, which is never
answered here. The body says for whom the page was made, so that two tabs may show two people.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from sandbox.application import installation
from sandbox.rest import tokens
from sandbox.shell.launching import open_frame
from sandbox.shell.pages import Viewer
from sandbox.shell.texts import LANGUAGES
from sandbox.state.portal import User
from sandbox.state.store import current_portal

blueprint = Blueprint("shell_api", __name__, url_prefix="/_shell")


def request_json() -> dict[str, Any]:
    """The JSON object of the request; 415 for anything else."""
    if not request.is_json:
        abort(415)
    given = request.get_json()
    if not isinstance(given, dict):
        abort(400)
    return given


def viewer(given: dict[str, Any]) -> Viewer:
    """The person the page was made for, with its language; 403 for an unknown or inactive one."""
    user = current_portal().users.get(int(given.get("person", 0)))
    if user is None or not user.active:
        abort(403)
    lang = str(given.get("lang", ""))
    return Viewer(user, lang if lang in LANGUAGES else "en", "light")


def admin(given: dict[str, Any]) -> User:
    """The person the page was made for; 403 unless they are an administrator."""
    user = viewer(given).user
    if not user.is_admin:
        abort(403)
    return user


@blueprint.post("/launch")
def launch() -> Response:
    """Everything needed to open the application in a frame."""
    given, portal = request_json(), current_portal()
    who, install = viewer(given), bool(given.get("install"))
    app = installation.the_app(portal)
    if not app.added or (install and not who.user.is_admin) or (not install and not app.installed):
        abort(403)
    with portal.lock:
        try:
            opened = open_frame(who, str(given.get("placement") or "DEFAULT"), given.get("options"), install)
        except KeyError:
            abort(404)
    return jsonify(opened.to_json())


@blueprint.post("/init")
def init() -> Response:
    """What `getInitData` answers besides the form's own tokens (wire.md §5)."""
    given, portal = request_json(), current_portal()
    who, app = viewer(given), installation.the_app(portal)
    asked = given.get("wish") or {}
    installing = not app.installed
    return jsonify(
        LANG=str(asked.get("lang") or who.lang),
        DOMAIN=portal.domain,
        PROTOCOL=1 if portal.protocol == "https" else 0,
        PATH="/rest",
        MEMBER_ID=portal.member_id,
        FIRST_RUN=installing and bool(asked.get("install")),
        IS_ADMIN=who.user.is_admin,
        INSTALL=installing,
        USER_OPTIONS=app.user_options.get(who.user.id, {}),
        APP_OPTIONS=app.app_options,
        PLACEMENT=str(asked.get("placement") or "DEFAULT"),
        PLACEMENT_OPTIONS={key: str(value) for key, value in (asked.get("options") or {}).items()},
    )


@blueprint.post("/auth")
def auth() -> Response:
    """A fresh pair of tokens for the person at the page."""
    given, portal = request_json(), current_portal()
    who = viewer(given)
    if not installation.the_app(portal).added:
        abort(403)
    with portal.lock:
        pair = installation.issue_tokens(portal, who.user.id)
    return jsonify(
        AUTH_ID=pair.access_token, AUTH_EXPIRES=str(tokens.ACCESS_SECONDS), REFRESH_ID=pair.refresh_token
    )


@blueprint.post("/option")
def option() -> Response:
    """Keep an option of the application (admins) or of the person."""
    given, portal = request_json(), current_portal()
    app, name, value = installation.the_app(portal), str(given.get("name", "")), given.get("value")
    with portal.lock:
        if given.get("kind") == "app":
            admin(given)
            app.app_options[name] = value
        else:
            app.user_options.setdefault(viewer(given).user.id, {})[name] = value
    return jsonify(name=name, value=value)


@blueprint.post("/install-finish")
def install_finish() -> Response:
    """The install page is done: the application comes to life."""
    portal = current_portal()
    user = admin(request_json())
    with portal.lock:
        installation.finish_install(portal, user.id)
    return jsonify(installed=True)


@blueprint.post("/uninstall")
def uninstall() -> Response:
    """Remove the application, as the button on its card does."""
    given, portal = request_json(), current_portal()
    admin(given)
    with portal.lock:
        installation.uninstall(portal, bool(given.get("clean")))
    return jsonify(installed=False)


@blueprint.post("/install")
def install() -> AnyResponse:
    """The install dialog was agreed to; the form of the market page comes here and goes on to the app's page.

    The only address that takes a form: `Sec-Fetch-Site` keeps other sites from sending it.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(403)
    admin(request.form.to_dict())
    portal = current_portal()
    with portal.lock:
        app = installation.add_app(portal)
    return redirect(f"/marketplace/app/{app.id}/", 303)
