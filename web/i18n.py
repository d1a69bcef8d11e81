"""The language of a request: the session's, or the launch's, or the browser's."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request
from flask_babel import Babel

LANGUAGES = ("en", "ru", "de")
RELATED = {"by": "ru", "kz": "ru"}
"""Portal languages without a catalog whose readers are better served by another than by English."""


def language(code: str) -> str:
    """The catalog for a portal's language code (`LANG`), English for those without one."""
    short = code.strip().lower().replace("_", "-").split("-")[0]
    short = RELATED.get(short, short)
    return short if short in LANGUAGES else "en"


def current_language() -> str:
    """The language of this request."""
    if not has_request_context():
        return "en"
    session = g.get("portal_session")
    if session is not None:
        return str(session.lang)
    asked = request.args.get("LANG", "")
    if asked:
        return language(asked)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def register(app: Flask) -> None:
    Babel(
        app,
        default_locale="en",
        default_translation_directories="locale",
        locale_selector=current_language,
    )
    app.context_processor(lambda: {"lang": current_language()})
