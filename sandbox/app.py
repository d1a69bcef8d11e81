"""The stand-in portal as a Flask application: wiring only."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, Response

from sandbox import batch, control, errors, events, exchange, methods, oauth, persist, shell, transport
from sandbox.holder import PortalHolder
from sandbox.installation import register_app
from sandbox.limits import Limits
from sandbox.portal import Portal
from sandbox.registry import METHODS
from sandbox.seed import build as build_seed
from sandbox.settings import Settings, from_environment

__all__ = ["batch", "create_app", "methods"]

log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, portal: Portal | None = None) -> Flask:
    """The application for one portal; by default with the settings of the environment and its seed."""
    settings = settings or from_environment()
    app = Flask(__name__)

    def build(seed: str) -> Portal:
        return register_app(build_seed(seed), settings)

    kept = persist.read(Path(settings.data)) if settings.data else None
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
        persist.install(app, Path(settings.data), lambda: holder.portal)
    for blueprint in (transport.blueprint, oauth.blueprint, shell.blueprint, control.blueprint):
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
