"""When a call is tried again: the whole decision as a table."""

from __future__ import annotations

import pytest

from b24 import errors as e
from b24.retry import RetryPolicy

policy = RetryPolicy()


@pytest.mark.parametrize(
    ("error", "attempt", "repeatable", "elapsed", "expected"),
    [
        (e.NotSent(), 1, True, 0.0, 0.3),
        (e.NotSent(), 1, False, 0.0, 0.3),
        (e.AuthServerDown(), 1, False, 0.0, 0.3),
        (e.NotSent(), 2, True, 0.3, None),
        (e.ConnectionLost(), 1, True, 0.0, 0.3),
        (e.ConnectionLost(), 1, False, 0.0, None),
        (e.ConnectionLost(), 2, True, 0.0, None),
        (e.BadAnswer(), 1, True, 0.0, 0.3),
        (e.ServerFailure(), 1, True, 0.0, 0.3),
        (e.PortalTimeout(), 1, True, 10.0, 0.3),
        (e.PortalTimeout(), 1, True, 60.0, None),
        (e.QueryLimitExceeded(), 1, False, 0.0, 1.0),
        (e.QueryLimitExceeded(), 3, True, 3.0, 2.0),
        (e.QueryLimitExceeded(), 4, True, 5.0, None),
        (e.QueryLimitExceeded(retry_after=3.0), 1, True, 0.0, 3.0),
        (e.QueryLimitExceeded(retry_after=1.0), 2, True, 1.0, 2.0),
        (e.QueryLimitExceeded(retry_after=60.0), 1, True, 0.0, None),
        (e.OperationTimeLimit(), 1, True, 0.0, None),
        (e.AccessDenied(), 1, True, 0.0, None),
        (e.TokenRejected(), 1, True, 0.0, None),
        (e.PortalDeleted(), 1, True, 0.0, None),
    ],
)
def test_decision(
    error: e.PortalError, attempt: int, repeatable: bool, elapsed: float, expected: float | None
) -> None:
    assert policy.wait(error, attempt, repeatable, elapsed) == expected
