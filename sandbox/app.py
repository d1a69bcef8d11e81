"""The stand-in portal as a Flask application: wiring only."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, Response

from sandbox import methods
from sandbox.application import events
from sandbox.application.installation import register_app
from sandbox.control import exchange
from sandbox.control.views import blueprint as control
from sandbox.rest import batch, errors, oauth, transport
from sandbox.rest.limits import Limits
from sandbox.rest.registry import METHODS
from sandbox.seed import build as build_seed
from sandbox.settings import Settings, from_environment
from sandbox.shell.views import blueprint as shell
from sandbox.state import store
from sandbox.state.portal import Portal
from sandbox.state.store import PortalHolder

__all__ = ["batch", "create_app", "methods"]

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, portal: Portal | None = None) -> Flask:
    """The application for one portal; by default with the settings of the environment and its seed."""
    settings = settings or from_environment()
    app = Flask(__name__)

    def build(seed: str) -> Portal:
        return register_app(build_seed(seed), settings)

    kept = store.read(Path(settings.data)) if settings.data else None
    first = portal or kept
    holder = PortalHolder(register_app(first, settings) if first else build(settings.seed), build)
    app.extensions["settings"] = settings
    app.extensions["portal"] = holder
    app.extensions["limits"] = Limits(rate=settings.limits, operating=settings.limits)
    app.extensions["sessions"] = {}
    app.extensions["all_scopes"] = all_scopes
    events.install(app)
    exchange.install(app)
    if settings.data:
        store.install(app, Path(settings.data), lambda: holder.portal)
    for blueprint in (transport.blueprint, oauth.blueprint, shell, control):
        app.register_blueprint(blueprint)
    app.register_error_handler(500, _broken)
    return app


def _broken(error: Exception) -> Response:
    """An uncaught fault of the stand-in, as the portal reports its own (§1.5)."""
    log.error("uncaught", exc_info=error)
    known = errors.known("INTERNAL_SERVER_ERROR")
    return transport.answer_json(errors.body(known), known.status)


def all_scopes() -> frozenset[str]:
    """Every scope any method of this portal asks for."""
    return frozenset(scope for spec in METHODS.values() for scope in (spec.scope or "").split("|") if scope)
