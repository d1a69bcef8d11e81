"""The language of a request: the session's, or the launch's, or the browser's."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations

LANGUAGES = ("en", "ru", "de")
CATALOGS = "stagecraft.catalogs"
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


def _catalog() -> Any:
    """The catalog of this request, looked up once for each language: a board's page asks a thousand times."""
    if not has_request_context():
        return get_translations()
    lang, catalogs = current_language(), current_app.extensions[CATALOGS]
    if lang not in catalogs:
        found = get_translations()
        if str(get_locale()) != lang:  # Flask-Babel keeps to the language that was asked for first
            return found
        catalogs[lang] = found
    return catalogs[lang]


def register(app: Flask) -> None:
    """Flask-Babel, and its catalogs for the templates at less than its own price."""
    app.extensions[CATALOGS] = {}
    Babel(
        app,
        default_locale="en",
        default_translation_directories="locale",
        locale_selector=current_language,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalog().ugettext(text),
        ngettext=lambda singular, plural, number: _catalog().ungettext(singular, plural, number),
        pgettext=lambda context, text: _catalog().upgettext(context, text),
        npgettext=lambda context, singular, plural, number: _catalog().unpgettext(
            context, singular, plural, number
        ),
        newstyle=True,
    )
    app.context_processor(lambda: {"lang": current_language()})
