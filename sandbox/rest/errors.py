"""The transport's errors (behaviour.md §1.5): status, code and English text in one place."""

from __future__ import annotations

from typing import Any

from sandbox.rest.registry import RestError

_TABLE: dict[str, tuple[int, str]] = {
    "NO_AUTH_FOUND": (401, "Wrong authorization data"),
    "INVALID_CREDENTIALS": (401, "Invalid request credentials"),
    "expired_token": (401, "The access token provided has expired"),
    "invalid_token": (401, "Unable to get application by token"),
    "authorization_error": (401, "Unable to authorize user"),
    "user_access_error": (401, "The user does not have access to the application."),
    "APPLICATION_NOT_FOUND": (401, "Application not found"),
    "PORTAL_DELETED": (403, "Portal was deleted"),
    "ERROR_METHOD_NOT_FOUND": (404, "Method not found!"),
    "OPERATION_TIME_LIMIT": (429, "Method is blocked due to operation time limit."),
    "QUERY_LIMIT_EXCEEDED": (503, "Too many requests"),
    "INTERNAL_SERVER_ERROR": (500, "Internal server error"),
    "invalid_http_method": (400, "Wrong method for current action"),
    "ERROR_BATCH_LENGTH_EXCEEDED": (400, "Max batch length exceeded"),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": (400, "Method is not allowed for batch usage"),
}


def known(code: str) -> RestError:
    """The error of the transport with this code; KeyError for one that is not in the table."""
    status, description = _TABLE[code]
    return RestError(code, description, status)


def insufficient_scope(auth_type: str) -> RestError:
    """401, also within a batch (§1.5); the text names the kind of credential."""
    holder = "webhook" if auth_type == "webhook" else "access"
    text = f"The request requires higher privileges than provided by the {holder} token"
    return RestError("insufficient_scope", text, 401)


def wrong_auth_type(method: str) -> RestError:
    """403 for methods of an application; the event methods leave out the last words (§8)."""
    text = "Current authorization type is denied for this method"
    if not method.startswith("event"):
        text += " Application context required"
    return RestError("WRONG_AUTH_TYPE", text, 403)


def argument_error(argument: str, description: str = "") -> RestError:
    """400 ERROR_ARGUMENT with the root key `argument` (§1.6)."""
    text = description or f"Argument '{argument}' is null or empty"
    return RestError("ERROR_ARGUMENT", text, 400, argument=argument)


def body(error: RestError) -> dict[str, Any]:
    """The JSON body of an error answer; it has no `time` block."""
    return {"error": error.code, "error_description": error.description, **error.extra}
