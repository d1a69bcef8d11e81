"""How much a portal bears: a leaky bucket per portal, and when a method's running time is reset.

The portal allows 50 requests at once and takes 2 more per second (behaviour.md §1.9); keeping to that here
costs a short wait instead of a refusal. One batch is one request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from b24.errors import QueryLimitExceeded

CAPACITY, DRAIN = 50.0, 2.0
_FORGET_ABOVE = 10_000  # portals or methods remembered; beyond that the oldest go


@dataclass
class _Bucket:
    level: float
    at: float


class Limiter:
    """For all clients of a process; thread-safe. `capacity` in requests, `drain` in requests a second."""

    def __init__(
        self,
        capacity: float = CAPACITY,
        drain: float = DRAIN,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._capacity = capacity
        self._drain = drain
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}
        self._resets: dict[tuple[str, str], float] = {}

    def wait(self, portal_key: str, *, patience: float) -> None:
        """Take one place in the portal's bucket, sleeping up to `patience` seconds for it.

        Raises QueryLimitExceeded at once, with `retry_after`, when it would take longer.
        """
        with self._lock:
            bucket = self._drained(portal_key)
            pause = max(0.0, (bucket.level + 1 - self._capacity) / self._drain)
            if pause <= patience:
                bucket.level += 1
        if pause > patience:
            raise QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "held back before sending", retry_after=pause)
        if pause:
            self._sleep(pause)

    def filled(self, portal_key: str) -> None:
        """The portal said 503: others use it too, so its bucket is fuller than we thought.

        Half a second's worth stays free: whoever was refused waits longer than that anyway.
        """
        with self._lock:
            bucket = self._drained(portal_key)
            bucket.level = max(bucket.level, self._capacity - 1)

    def remember(self, portal_key: str, method: str, times: Mapping[str, Any]) -> None:
        """Note from an answer's `time` block when the running time of `method` is reset (unix seconds)."""
        reset_at = times.get("operating_reset_at")
        if isinstance(reset_at, int | float):
            with self._lock:
                _trim(self._resets)
                self._resets[portal_key, method] = float(reset_at)

    def reset_at(self, portal_key: str, method: str) -> float | None:
        """When the portal last said that the running time of `method` is reset; None if it never did."""
        return self._resets.get((portal_key, method))

    def _drained(self, portal_key: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.get(portal_key)
        if bucket is None:
            _trim(self._buckets)
            bucket = self._buckets[portal_key] = _Bucket(0.0, now)
        bucket.level = max(0.0, bucket.level - (now - bucket.at) * self._drain)
        bucket.at = now
        return bucket


def _trim(known: dict[Any, Any]) -> None:
    if len(known) >= _FORGET_ABOVE:
        del known[next(iter(known))]
