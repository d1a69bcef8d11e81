"""Response headers: what the page may load, who may frame it, and that nothing of it is kept anywhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from web.core.services import services


def allow_framing_by(origin: str) -> None:
    """This answer may be framed by a portal whose address was verified."""
    g.frame_ancestors = origin


def allow_framing_by_anyone() -> None:
    """This answer holds no data and nothing to click: an explanation for a frame we know nothing about."""
    private = services().config.allow_private_portals
    g.frame_ancestors = "https: http:" if private else "https:"


def allow_forms_to_portals() -> None:
    """The form of this page leads to a portal's login; browsers hold each address on the way to the rule."""
    private = services().config.allow_private_portals
    g.form_action = "'self' https: http:" if private else "'self' https:"


def policy(ancestors: str, js_url: str, *, private: bool, form_action: str = "'self'") -> str:
    """The Content-Security-Policy: no inline script, no eval; style attributes carry a board's colors."""
    script = urlsplit(js_url)
    pictures = "https: http: data:" if private else "https: data:"
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {script.scheme}://{script.netloc}",
        "style-src": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "img-src": f"'self' {pictures}",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": form_action,
        "base-uri": "'none'",
        "frame-ancestors": ancestors,
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def protect(response: Response) -> Response:
    """For `after_request`: applies to every answer."""
    config = services().config
    response.headers["Content-Security-Policy"] = policy(
        g.get("frame_ancestors", "'none'"),
        config.js_url,
        private=config.allow_private_portals,
        form_action=g.get("form_action", "'self'"),
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if (request.endpoint or "") not in ("static", "plain_static", "asset"):
        response.headers["Cache-Control"] = "no-store"
    return response


def register(app: Flask) -> None:
    app.after_request(protect)
