"""Every row of the error table: which fact a code stands for."""

from __future__ import annotations

import pytest

from b24 import errors as e
from b24.classify import classify, error_class

TRANSPORT = [
    (401, "NO_AUTH_FOUND", e.TokenRejected),
    (401, "INVALID_CREDENTIALS", e.TokenRejected),
    (403, "INVALID_CREDENTIALS", e.TokenRejected),
    (401, "expired_token", e.TokenExpired),
    (401, "invalid_token", e.TokenRejected),
    (401, "ERROR_OAUTH", e.AppNotInstalled),
    (401, "insufficient_scope", e.ScopeMissing),
    (403, "insufficient_scope", e.ScopeMissing),
    (401, "authorization_error", e.UserBlocked),
    (401, "user_access_error", e.UserBlocked),
    (403, "user_access_error", e.UserBlocked),
    (401, "APPLICATION_NOT_FOUND", e.AppNotInstalled),
    (401, "ACCESS_DENIED", e.PlanForbids),
    (403, "ACCESS_DENIED", e.AccessDenied),
    (401, "OVERLOAD_LIMIT", e.PlanForbids),
    (503, "OVERLOAD_LIMIT", e.PlanForbids),
    (401, "INVALID_REQUEST", e.AuthError),
    (401, "CONNECTION_ERROR", e.AuthServerDown),
    (403, "WRONG_AUTH_TYPE", e.WrongAuthType),
    (403, "WRONG_LICENSE", e.PlanForbids),
    (403, "PORTAL_DELETED", e.PortalDeleted),
    (500, "PORTAL_DELETED", e.PortalDeleted),
    (410, "", e.PortalDeleted),
    (404, "ERROR_METHOD_NOT_FOUND", e.MethodMissing),
    (429, "OPERATION_TIME_LIMIT", e.OperationTimeLimit),
    (429, "", e.OperationTimeLimit),
    (503, "QUERY_LIMIT_EXCEEDED", e.QueryLimitExceeded),
    (503, "", e.ServerFailure),
    (500, "INTERNAL_SERVER_ERROR", e.ServerFailure),
    (500, "ERROR_UNEXPECTED_ANSWER", e.ServerFailure),
    (500, "ERROR_CORE", e.ServerFailure),
    (502, "whatever", e.ServerFailure),
    (401, "something_new", e.AuthError),
    (403, "something_new", e.AccessDenied),
]


@pytest.mark.parametrize(("status", "code", "expected"), TRANSPORT)
def test_transport_errors(status: int, code: str, expected: type[e.PortalError]) -> None:
    assert error_class(status, code, "task.stages.get") is expected


METHODS = [
    ("task.stages.add", "EMPTY_TITLE", e.EmptyTitle),
    ("task.stages.update", "NOT_FOUND", e.NotFound),
    ("task.stages.delete", "IS_SYSTEM", e.StageIsSystem),
    ("task.stages.delete", "CANT_DELETE_FIRST", e.StageIsSystem),
    ("task.stages.delete", "NO_EMPTY", e.StageNotEmpty),
    ("task.stages.get", "ACCESS_DENIED", e.AccessDenied),
    ("task.stages.movetask", "ACCESS_DENIED_MOVE", e.AccessDenied),
    ("task.stages.movetask", "DIFFERENT_STAGES", e.DifferentStages),
    ("task.stages.movetask", "TASK_NOT_FOUND", e.NotFound),
    ("task.stages.get", "DISPATCHER_ERROR", e.InvalidParameter),
    ("task.stages.get", "ACTION_NOT_ALLOWED.RESTRICTED", e.AccessDenied),
    ("task.stages.get", "UNKNOWN_ERROR", e.Refused),
    ("tasks.task.update", "100", e.InvalidParameter),
    ("tasks.task.update", 100, e.InvalidParameter),
    ("tasks.task.update", "0", e.ActionUnavailable),
    ("tasks.task.complete", 0, e.ActionUnavailable),
    ("Tasks.Task.Complete", "0", e.ActionUnavailable),
    ("tasks.task.list", "0", e.InvalidParameter),
    ("tasks.task.get", "0", e.InvalidParameter),
    ("tasks.task.list", "1032", e.Refused),
    ("tasks.task.delete", "1048582", e.AccessDenied),
    ("tasks.task.delete", 1048582, e.AccessDenied),
    ("tasks.task.start", "1048580", e.ActionUnavailable),
    ("tasks.task.start", "1048577", e.NotFound),
    ("tasks.task.update", "ERROR_CORE", e.Refused),
    ("tasks.task.add", "ERROR_TASK_CREATE_ACCESS_DENIED", e.AccessDenied),
    ("tasks.api.scrum.sprint.start", "0", e.Refused),
    ("tasks.task.get", "MAIN_CONTROLLER_22001", e.InvalidParameter),
    ("placement.bind", "ERROR_CORE", e.AlreadyBound),
    ("event.bind", "ERROR_CORE", e.AlreadyBound),
    ("placement.bind", "ERROR_PLACEMENT_MAX_COUNT", e.AlreadyBound),
    ("placement.bind", "ERROR_PLACEMENT_NOT_FOUND", e.NotFound),
    ("placement.bind", "ERROR_WRONG_HANDLER_URL", e.HandlerRefused),
    ("event.bind", "ERROR_EVENT_NOT_FOUND", e.NotFound),
    ("event.bind", "ERROR_ARGUMENT", e.InvalidParameter),
    ("sonet_group.user.get", "", e.NotFound),
    ("sonet_group.get", "", e.Refused),
    ("crm.status.add", "", e.Refused),
    ("crm.status.add", "ERROR_CORE", e.CodeRefused),
    ("socialnetwork.api.workgroup.get", "SONET_CONTROLLER_WORKGROUP_NOT_FOUND", e.NotFound),
]


@pytest.mark.parametrize(("method", "code", "expected"), METHODS)
@pytest.mark.parametrize("status", [400, None])
def test_method_errors_alone_and_in_a_batch(
    status: int | None, method: str, code: str | int, expected: type[e.PortalError]
) -> None:
    assert error_class(status, code, method) is expected


def test_the_error_carries_what_is_known_and_says_little() -> None:
    error = classify(400, "NO_EMPTY", "There are tasks in this stage", "task.stages.delete", 5.0)
    assert isinstance(error, e.StageNotEmpty)
    assert (error.code, error.status, error.method, error.retry_after) == (
        "NO_EMPTY",
        400,
        "task.stages.delete",
        5.0,
    )
    assert "There are tasks" not in str(error)


def test_a_code_that_is_a_text_is_not_kept() -> None:
    assert classify(400, "x" * 1000).code == "ODD_CODE"
