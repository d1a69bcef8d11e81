"""Decides when a failed call is sent again, and after which pause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from b24.errors import NotSent, OutcomeUnknown, PortalError, PortalMoved, QueryLimitExceeded, TokenExpired


@dataclass(frozen=True)
class RetryPolicy:
    """How long and how often a call is repeated; all times in seconds.

    `patience`: how long a call may last that the portal refuses for its limits. `queue`: how long a call may
    wait for its permit before it is sent. `tiring`: how old a call may be to be repeated after a lost answer,
    so that nobody waits for two long timeouts. `pause` and `limit_pause`: before a repeat, the latter after a
    refusal for limits.
    """

    patience: float = 6.0
    queue: float = 15.0
    pause: float = 0.3
    limit_pause: float = 1.0
    tiring: float = 30.0

    def wait(self, error: PortalError, attempt: int, repeatable: bool, elapsed: float) -> float | None:
        """Seconds to wait before the next try, or None to give up.

        `attempt` counts the failures of this kind in this call (1 = the first), `elapsed` is the age of
        the call. Refusals, 429 and everything about who acts are never repeated (wire.md §7.17).
        """
        if isinstance(error, QueryLimitExceeded):
            pause = max(error.retry_after or 0.0, min(self.limit_pause * attempt, 2.0))
            return pause if elapsed + pause <= self.patience else None
        if attempt > 1 or elapsed > self.tiring:
            return None
        if isinstance(error, NotSent) or (repeatable and isinstance(error, OutcomeUnknown)):
            return self.pause
        return None


def kind(error: PortalError) -> type[PortalError]:
    """The class of errors that an error is counted with."""
    for family in (QueryLimitExceeded, NotSent, OutcomeUnknown, TokenExpired, PortalMoved):
        if isinstance(error, family):
            return family
    return PortalError


class Attempts:
    """The failures of one call so far, and how much patience is left."""

    def __init__(self, policy: RetryPolicy, repeatable: bool, clock: Callable[[], float]) -> None:
        self._policy = policy
        self._repeatable = repeatable
        self._clock = clock
        self._started = clock()
        self._failures: Counter[type[PortalError]] = Counter()
        self.held = 0.0
        """Seconds the call was held back before it was sent."""

    @property
    def elapsed(self) -> float:
        """Age of the call in seconds, without the time it was held back."""
        return max(0.0, self._clock() - self._started - self.held)

    @property
    def patience_left(self) -> float:
        """Seconds that the call may still wait for its permit."""
        return max(0.0, self._policy.queue - self.held)

    def count(self, error: PortalError) -> int:
        """Count a failure; how many of its kind there were in this call."""
        self._failures[kind(error)] += 1
        return self._failures[kind(error)]

    def pause(self, error: PortalError) -> float | None:
        """Count a failure; seconds to wait before the next try, or None to give up."""
        return self._policy.wait(error, self.count(error), self._repeatable, self.elapsed)
