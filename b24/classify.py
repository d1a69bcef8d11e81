"""Which error a code stands for: behaviour.md §1.5, §1.6, §3.1, §5, §7, §8 as one table.

Codes arrive as text or as numbers (surprise 26); the HTTP status decides where a code has two meanings.
"""

from __future__ import annotations

import re

from b24 import errors as e

_WORD = re.compile(r"[A-Za-z0-9_.:-]{0,40}")

# Codes that mean the same with every status.
_CODES: dict[str, type[e.PortalError]] = {
    # who acts
    "expired_token": e.TokenExpired,
    "NO_AUTH_FOUND": e.TokenRejected,
    "INVALID_CREDENTIALS": e.TokenRejected,
    "invalid_token": e.TokenRejected,
    "invalid_grant": e.TokenRejected,
    "ERROR_OAUTH": e.AppNotInstalled,
    "APPLICATION_NOT_FOUND": e.AppNotInstalled,
    "NOT_INSTALLED": e.AppNotInstalled,
    "insufficient_scope": e.ScopeMissing,
    "invalid_scope": e.ScopeMissing,
    "authorization_error": e.UserBlocked,
    "user_access_error": e.UserBlocked,
    "OVERLOAD_LIMIT": e.PlanForbids,
    "WRONG_LICENSE": e.PlanForbids,
    "PAYMENT_REQUIRED": e.PlanForbids,
    "WRONG_AUTH_TYPE": e.WrongAuthType,
    "CONNECTION_ERROR": e.AuthServerDown,
    # limits and the portal itself
    "QUERY_LIMIT_EXCEEDED": e.QueryLimitExceeded,
    "OPERATION_TIME_LIMIT": e.OperationTimeLimit,
    "PORTAL_DELETED": e.PortalDeleted,
    "INTERNAL_SERVER_ERROR": e.ServerFailure,
    "ERROR_UNEXPECTED_ANSWER": e.ServerFailure,
    # what was asked
    "ERROR_METHOD_NOT_FOUND": e.MethodMissing,
    "100": e.InvalidParameter,
    "MAIN_CONTROLLER_22001": e.InvalidParameter,
    "ERROR_ARGUMENT": e.InvalidParameter,
    "DISPATCHER_ERROR": e.InvalidParameter,
    "invalid_http_method": e.InvalidParameter,
    "CODE_EMPTY": e.InvalidParameter,
    "SONET_CONTROLLER_WORKGROUP_EMPTY": e.InvalidParameter,
    "ERROR_BATCH_LENGTH_EXCEEDED": e.InvalidParameter,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": e.InvalidParameter,
    # stages and tasks
    "EMPTY_TITLE": e.EmptyTitle,
    "IS_SYSTEM": e.StageIsSystem,
    "CANT_DELETE_FIRST": e.StageIsSystem,
    "NO_EMPTY": e.StageNotEmpty,
    "DIFFERENT_STAGES": e.DifferentStages,
    "NOT_FOUND": e.NotFound,
    "TASK_NOT_FOUND": e.NotFound,
    "ACCESS_DENIED_MOVE": e.AccessDenied,
    "ACTION_NOT_ALLOWED.RESTRICTED": e.AccessDenied,
    "ERROR_TASK_CREATE_ACCESS_DENIED": e.AccessDenied,
    # groups, placements, events
    "SONET_CONTROLLER_WORKGROUP_NOT_FOUND": e.NotFound,
    "ERROR_PLACEMENT_NOT_FOUND": e.NotFound,
    "ERROR_EVENT_NOT_FOUND": e.NotFound,
    "ERROR_PLACEMENT_MAX_COUNT": e.AlreadyBound,
    "ERROR_WRONG_HANDLER_URL": e.HandlerRefused,
    "ERROR_UNSUPPORTED_PROTOCOL": e.HandlerRefused,
    "EMPTY_ERROR_HANDLER_URL": e.HandlerRefused,
}

# Where the code says nothing (or something new), the status does.
_STATUSES: dict[int, type[e.PortalError]] = {
    401: e.AuthError,
    403: e.AccessDenied,
    404: e.NotFound,
    410: e.PortalDeleted,
    429: e.OperationTimeLimit,
}

# Codes of tasks.task.* are sums of these bits (1048582 = flag + 4 + 2); the first that is set decides.
_TASK_BITS: tuple[tuple[int, type[e.PortalError]], ...] = (
    (0x002, e.AccessDenied),
    (0x001, e.NotFound),
    (0x200, e.NotFound),
    (0x004, e.ActionUnavailable),
    (0x100, e.InvalidParameter),
)

# tasks.api.scrum.* says everything with code "0". Its texts are English and never translated (§4.1), so for
# these methods, and only for them, the text decides.
_SCRUM_METHODS = "tasks.api.scrum."
_SCRUM_TEXTS: dict[str, type[e.PortalError]] = {
    "Access denied": e.AccessDenied,
    "Unable to start sprint": e.SprintNotStarted,
    "Unable to add two active sprint": e.SprintAlreadyActive,
    "Backlog already added": e.BacklogExists,
}

_BINDING_METHODS = frozenset({"placement.bind", "event.bind"})
_READING_TASKS = frozenset({"tasks.task.get", "tasks.task.list"})


def code_word(code: str | int) -> str:
    """The code as it may be written down: codes are words. Anything else may be somebody's text, or one of
    our tokens sent back, of which 40 characters are no use to anybody."""
    return str(code) if _WORD.fullmatch(str(code)) else "ODD_CODE"


def error_class(status: int | None, code: str | int, method: str = "") -> type[e.PortalError]:
    """The class of an error answer. `status` None inside a batch; `method` as sent, in any case."""
    code, method = str(code).strip(), method.lower()
    if code == "ACCESS_DENIED":  # 401 is the plan, 403 and 400 the person (§1.5)
        return e.PlanForbids if status == 401 else e.AccessDenied
    if code in _CODES:
        return _CODES[code]
    if status is not None and status >= 500:
        return e.ServerFailure
    if status in _STATUSES:
        return _STATUSES[status]
    return _by_method(code, method)


def classify(
    status: int | None,
    code: str | int,
    description: str = "",
    method: str = "",
    retry_after: float | None = None,
) -> e.PortalError:
    """The error an answer stands for, ready to raise. `description` is kept for logs, not for pages."""
    kind = error_class(status, code, method)
    if kind is e.Refused and method.lower().startswith(_SCRUM_METHODS):
        kind = _scrum_text(description)
    return kind(code_word(code), description, status=status, method=method, retry_after=retry_after)


def _by_method(code: str, method: str) -> type[e.PortalError]:
    """Codes that mean something only for some methods: "", "0", numbers, ERROR_CORE."""
    if code == "ERROR_CORE" and method in _BINDING_METHODS:
        return e.AlreadyBound
    if code == "" and method == "sonet_group.user.get":  # no such group, or none of yours (§7.4)
        return e.NotFound
    if code == "" and method == "crm.status.list":  # its other refusal is a filter we never send (§6.2)
        return e.AccessDenied
    if code == "ERROR_CORE" and method == "crm.status.add":
        return e.CodeRefused
    if code.isdigit() and method.startswith("tasks.task."):
        return _task_code(int(code), method)
    return e.Refused


def _scrum_text(text: str) -> type[e.PortalError]:
    text = text.strip().rstrip(".")
    return _SCRUM_TEXTS.get(text, e.NotFound if text.endswith("not found") else e.Refused)


def _task_code(code: int, method: str) -> type[e.PortalError]:
    """Zero is every refusal of a task action, also "no such task"; for reading it is our mistake (§5.7)."""
    if code == 0:
        return e.InvalidParameter if method in _READING_TASKS else e.ActionUnavailable
    return next((kind for bit, kind in _TASK_BITS if code & bit), e.Refused)
