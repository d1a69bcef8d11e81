"""The application on this portal: adding, finishing the install, launching, removing (wire.md §1, §4)."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.application import events
from sandbox.rest import tokens
from sandbox.settings import Settings
from sandbox.state.portal import App, Portal, TokenPair

DEFAULT_PLACEMENT = "DEFAULT"


def register_app(portal: Portal, settings: Settings) -> Portal:
    """Let the portal know its own address and the application; an application it has already stays."""
    portal.domain, portal.protocol = settings.domain, settings.protocol
    portal.member_id = settings.member_id
    portal.old_domains = [domain for domain in portal.old_domains if domain != settings.domain]
    portal.auth_server = settings.auth_server
    app = portal.app
    if app is None:
        app = portal.app = App(
            id=portal.next_id("app"),
            client_id="",
            client_secret="",
            code=settings.client_id,
            title="Stagecraft",
            url="",
            install_url="",
            scopes=[],
            application_token=secrets.token_hex(16),
        )
    app.client_id, app.client_secret = settings.client_id, settings.client_secret
    app.url, app.install_url = f"{settings.app_url}/", f"{settings.app_url}/install"
    app.scopes = list(settings.scopes)
    return portal


def the_app(portal: Portal) -> App:
    """The registered application; RuntimeError when the portal was built without one."""
    if portal.app is None:
        raise RuntimeError("no application is registered on this portal")
    return portal.app


def add_app(portal: Portal) -> App:
    """An admin adds the application: it gets an application token and waits for its install page to finish.

    Adding it again while it is there is a reinstall: placements and subscriptions stay dead until the page
    is done (wire.md §1).
    """
    app = the_app(portal)
    if not app.added:
        app.application_token = secrets.token_hex(16)
    app.added, app.installed = True, False
    return app


def finish_install(portal: Portal, user_id: int = 0) -> None:
    """The install page called `installFinish`: everything the application bound comes to life.

    `user_id` is who installed; ONAPPINSTALL carries a token pair of that person.
    """
    app = the_app(portal)
    if not app.added or app.installed:
        return
    app.installed = True
    data = {"VERSION": str(app.version), "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": portal.lang}
    events.raise_app_event(portal, "ONAPPINSTALL", data, user_id)


def update_app(portal: Portal, user_id: int = 0) -> None:
    """A new version of the application is rolled out."""
    app = the_app(portal)
    previous, app.version = app.version, app.version + 1
    data = {"VERSION": str(app.version), "PREVIOUS_VERSION": str(previous), "LANGUAGE_ID": portal.lang}
    events.raise_app_event(portal, "ONAPPUPDATE", data, user_id)


def uninstall(portal: Portal, clean: bool) -> None:
    """Remove the application: ONAPPUNINSTALL goes out, then tokens, placements and subscriptions are gone.

    `clean` also forgets the settings it kept here.
    """
    app = the_app(portal)
    if app.installed:
        data = {"LANGUAGE_ID": portal.lang, "CLEAN": "1" if clean else "0"}
        events.raise_app_event(portal, "ONAPPUNINSTALL", data, 0)
    app.added = app.installed = False
    app.placements.clear()
    app.subscriptions.clear()
    portal.offline.clear()
    tokens.revoke_all(portal)
    if clean:
        app.app_options.clear()
        app.user_options.clear()


def issue_tokens(portal: Portal, user_id: int) -> TokenPair:
    """A fresh pair for the person, as at each opening of the application."""
    return tokens.issue(portal, the_app(portal), user_id)


def launch_form(
    portal: Portal,
    user_id: int,
    placement: str = DEFAULT_PLACEMENT,
    options: dict[str, Any] | None = None,
    install: bool = False,
    lang: str = "",
) -> tuple[str, dict[str, str]]:
    """The address and the form a portal page posts into the frame (wire.md §1, behaviour.md §10).

    `options` are the placement's context; values become strings. `lang` is the person's own by default.
    Issues a fresh token pair. KeyError when nothing is bound to the placement.
    """
    app, user = the_app(portal), portal.users[user_id]
    pair = issue_tokens(portal, user_id)
    query = {
        "DOMAIN": portal.domain,
        "PROTOCOL": "1" if portal.protocol == "https" else "0",
        "LANG": lang or user.lang,
        "APP_SID": secrets.token_hex(16),
    }
    address = app.install_url if install else _address(app, placement)
    form = {
        "AUTH_ID": pair.access_token,
        "AUTH_EXPIRES": str(tokens.ACCESS_SECONDS),
        "REFRESH_ID": pair.refresh_token,
        "SERVER_ENDPOINT": f"{portal.auth_server}/rest/",
        "APPLICATION_TOKEN": app.application_token,
        "APPLICATION_SCOPE": ",".join(pair.scopes),
        "member_id": portal.member_id,
        "status": app.status,
        "PLACEMENT": placement,
        "PLACEMENT_OPTIONS": json.dumps({key: str(value) for key, value in (options or {}).items()}),
    }
    mark = "&" if urlsplit(address).query else "?"
    return f"{address}{mark}{urlencode(query)}", form


def _address(app: App, placement: str) -> str:
    """The first handler bound to the placement; the application's own page for the default one."""
    if placement == DEFAULT_PLACEMENT:
        return app.url
    handlers = [bound.handler for bound in app.placements if bound.code == placement]
    if not handlers:
        raise KeyError(placement)
    return handlers[0]
