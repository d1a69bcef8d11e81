"""From what came over the wire to a result or an error (behaviour.md §1.5–§1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24.classify import classify
from b24.errors import (
    BadAnswer,
    OperationTimeLimit,
    PortalDeleted,
    PortalError,
    PortalMoved,
    QueryLimitExceeded,
    ServerFailure,
)
from b24.transport import RawAnswer
from b24.wire import as_map, as_text, plain_text

DEFAULT_LIMIT_PAUSE = 1.0  # seconds after a 503 without Retry-After
DEFAULT_OPERATING_PAUSE = 60.0  # seconds after a 429 that does not say when it ends
MAX_OPERATING_PAUSE = 600.0  # the sum covers ten minutes (behaviour.md §1.9)


@dataclass(frozen=True)
class Envelope:
    """A successful answer: `result`, for lists `total` and `next`, and the `time` block."""

    result: Any
    total: Any = None
    next: Any = None
    times: Mapping[str, Any] = field(default_factory=dict)


def read_envelope(raw: RawAnswer, method: str, *, now: float, reset_at: float | None = None) -> Envelope:
    """The answer of a REST call, or the PortalError it stands for.

    `now` and `reset_at` (when this method's running time is known to be reset) are unix seconds.
    """
    if raw.location:
        raise PortalMoved(raw.location, method=method)
    if raw.body is None:
        raise _without_json(raw, method, now, reset_at)
    if _is_error(raw.status, raw.body):
        raise _error(raw.body, raw.status, method, now, reset_at, raw.retry_after)
    if "result" not in raw.body:
        raise BadAnswer("NO_RESULT", status=raw.status, method=method)
    times = as_map(raw.body.get("time"))
    return Envelope(raw.body["result"], raw.body.get("total"), raw.body.get("next"), times)


def command_error(error: Any, method: str, *, now: float, reset_at: float | None = None) -> PortalError:
    """The error of one command of a batch; it has no HTTP status of its own."""
    body = as_map(error) if isinstance(error, Mapping) else {"error": error}
    return _error(body, None, method, now, reset_at, None)


def _is_error(status: int, body: Mapping[str, Any]) -> bool:
    """By status, or by an error body that came with 200 (behaviour.md §1.7)."""
    if status >= 400:
        return True
    return bool(body.get("error") and (body.get("error_description") or "result" not in body))


def _error(
    body: Mapping[str, Any],
    status: int | None,
    method: str,
    now: float,
    reset_at: float | None,
    retry_after: float | None,
) -> PortalError:
    code = as_text(body.get("error"))
    error = classify(status, code, plain_text(body.get("error_description")), method)
    reset = as_map(body.get("time")).get("operating_reset_at", reset_at)
    error.retry_after = _retry_after(error, reset, now, retry_after)
    return error


def _retry_after(error: PortalError, reset_at: Any, now: float, header: float | None) -> float | None:
    if isinstance(error, QueryLimitExceeded):
        return header or DEFAULT_LIMIT_PAUSE
    if isinstance(error, OperationTimeLimit):
        if isinstance(reset_at, int | float) and reset_at > now:
            return min(reset_at - now, MAX_OPERATING_PAUSE)
        return header or DEFAULT_OPERATING_PAUSE
    return header


def _without_json(raw: RawAnswer, method: str, now: float, reset_at: float | None) -> PortalError:
    """An HTML page, half a document, nothing: only the status speaks."""
    if raw.status == 429:
        return _error({"error": ""}, 429, method, now, reset_at, raw.retry_after)
    if raw.status == 410:
        return PortalDeleted("NO_JSON", status=410, method=method)
    kind = ServerFailure if raw.status >= 500 else BadAnswer
    return kind("NO_JSON", status=raw.status, method=method, retry_after=raw.retry_after)
