"""The stand-in portal as a Flask application: wiring only."""

from __future__ import annotations

import importlib
import importlib.util
import logging

from flask import Blueprint, Flask, Response

from sandbox import batch, errors, events, exchange, methods, transport
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

    first = register_app(portal, settings) if portal else build(settings.seed)
    app.extensions["settings"] = settings
    app.extensions["portal"] = PortalHolder(first, build)
    app.extensions["limits"] = Limits(rate=settings.limits, operating=settings.limits)
    app.extensions["sessions"] = {}
    app.extensions["all_scopes"] = all_scopes
    events.install(app)
    exchange.install(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    app.register_error_handler(500, _broken)
    return app


def _blueprints() -> list[Blueprint]:
    found = [transport.blueprint]
    for name in ("oauth", "shell", "control"):
        if importlib.util.find_spec(f"sandbox.{name}"):
            module = importlib.import_module(f"sandbox.{name}")
            if hasattr(module, "blueprint"):
                found.append(module.blueprint)
    return found


def _broken(error: Exception) -> Response:
    """An uncaught fault of the stand-in, as the portal reports its own (§1.5)."""
    log.error("uncaught", exc_info=error)
    known = errors.known("INTERNAL_SERVER_ERROR")
    return transport.answer_json(errors.body(known), known.status)


def all_scopes() -> frozenset[str]:
    """Every scope any method of this portal asks for."""
    return frozenset(scope for spec in METHODS.values() for scope in (spec.scope or "").split("|") if scope)
