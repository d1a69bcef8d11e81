"""`placement.*` (behaviour.md §8.1, §8.2)."""

from __future__ import annotations

from typing import Any

from sandbox.application.handlers import (
    PLACEMENTS,
    available,
    calling_app,
    check_handler,
    listed,
    optional_text,
    text_argument,
)
from sandbox.rest import errors
from sandbox.rest.params import as_map, is_array, text_of, to_int, upper_keys
from sandbox.rest.registry import Call, RestError, method
from sandbox.state.portal import App, Placement

USER_MODE = frozenset({"PAGE_BACKGROUND_WORKER"})
SINGLE = frozenset({"PAGE_BACKGROUND_WORKER", "REST_APP_URI"})
_TEXTS = ("TITLE", "DESCRIPTION", "GROUP_NAME")


def _admin_app(call: Call) -> App:
    """The calling application, which was checked before; 403 for others than portal administrators."""
    if not call.user.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied!", 403)
    return calling_app(call)


@method(
    "placement.bind",
    scope="placement",
    style="classic",
    source="behaviour.md §8.1",
    application_only=True,
    not_modelled="ICON",
)
def bind(call: Call) -> bool:
    """Bind a handler to a placement; the same handler a second time is refused."""
    app, params = _admin_app(call), upper_keys(call.params)
    code, handler = _code(params), text_argument(params, "HANDLER")
    check_handler(handler)
    if code not in available(PLACEMENTS, call.scopes):
        raise RestError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    user_id = to_int(params.get("USER_ID", 0))
    _check_mode(app, code, user_id, params)
    if any((old.code, old.handler, old.user_id) == (code, handler, user_id) for old in app.placements):
        raise RestError("ERROR_CORE", "Unable to set placement handler: Handler already binded")
    app.placements.append(_placement(call, code, handler, user_id, params))
    return True


def _code(params: dict[str, Any]) -> str:
    code = text_argument(params, "PLACEMENT").upper()
    if code == "DEFAULT":
        raise errors.argument_error("PLACEMENT")
    return code


def _check_mode(app: App, code: str, user_id: int, params: dict[str, Any]) -> None:
    if user_id and code not in USER_MODE:
        raise RestError("ERROR_PLACEMENT_USER_MODE", "User mode is not available for this placement")
    if code == "PAGE_BACKGROUND_WORKER" and not as_map(params.get("OPTIONS")).get("errorHandlerUrl"):
        raise RestError("EMPTY_ERROR_HANDLER_URL", "Error handler URL is empty")
    if code in SINGLE and any((old.code, old.user_id) == (code, user_id) for old in app.placements):
        raise RestError("ERROR_PLACEMENT_MAX_COUNT", "Placement max count")


def _placement(call: Call, code: str, handler: str, user_id: int, params: dict[str, Any]) -> Placement:
    title, description = optional_text(params, "TITLE"), optional_text(params, "DESCRIPTION")
    languages = {lang: _texts(row) for lang, row in as_map(params.get("LANG_ALL")).items() if is_array(row)}
    if not languages and title:
        languages = {call.lang: _texts(params)}
    given = as_map(params.get("OPTIONS"))
    options = {key: text_of(value) for key, value in given.items() if not is_array(value)}
    number = call.portal.next_id("placement")
    return Placement(number, code, handler, title, description, languages, options, user_id)


def _texts(row: Any) -> dict[str, str]:
    texts = upper_keys(as_map(row))
    return {name: optional_text(texts, name) for name in _TEXTS}


@method(
    "placement.get", scope="placement", style="classic", source="behaviour.md §8.2", application_only=True
)
def get(call: Call) -> list[dict[str, Any]]:
    """The handlers the application has bound to placements."""
    return [
        {
            "id": bound.id,
            "placement": bound.code,
            "userId": bound.user_id,
            "handler": bound.handler,
            "options": bound.options,
            "title": bound.title,
            "description": bound.description,
            "langAll": bound.lang_all,
        }
        for bound in _admin_app(call).placements
    ]


@method(
    "placement.list", scope="placement", style="classic", source="behaviour.md §8.2", application_only=True
)
def list_codes(call: Call) -> list[str]:
    """The codes of the placements the application may bind."""
    return listed(call, PLACEMENTS)


@method(
    "placement.unbind", scope="placement", style="classic", source="behaviour.md §8.2", application_only=True
)
def unbind(call: Call) -> dict[str, int]:
    """Each removed handler counts 2; nothing to remove is no error."""
    app, params = _admin_app(call), upper_keys(call.params)
    code, handler = text_argument(params, "PLACEMENT").upper(), optional_text(params, "HANDLER")
    user_id = to_int(params["USER_ID"]) if params.get("USER_ID") not in (None, "") else None
    gone = [
        old
        for old in app.placements
        if old.code == code and handler in {"", old.handler} and user_id in {None, old.user_id}
    ]
    app.placements = [old for old in app.placements if old not in gone]
    return {"count": 2 * len(gone)}
