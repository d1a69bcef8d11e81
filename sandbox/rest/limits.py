"""The two limits of the cloud (behaviour.md §1.9): a leaky bucket and the operating time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CAPACITY = 50.0
DRAIN_PER_SECOND = 2.0
BUCKET_SECONDS = 60
BUCKETS = 10


@dataclass
class _Bucket:
    level: float = 0.0
    at: float = 0.0


@dataclass
class Limits:
    """Counters of both limits; the control plane sets the public attributes.

    `rate` and `operating` switch the limits on, `operating_limit` is in seconds per ten minutes,
    `operating_cost` is what one call costs at least (seconds), to reach the limit without real load.
    """

    rate: bool = True
    operating: bool = True
    operating_limit: float = 480.0
    operating_cost: float = 0.0
    clock: Callable[[], float] = time.monotonic
    _levels: dict[tuple[str, str], _Bucket] = field(default_factory=dict)
    _spent: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """Forget what was counted for both limits."""
        with self._lock:
            self._levels.clear()
            self._spent.clear()

    def admits(self, portal: str, source: str) -> bool:
        """Count one HTTP request of a source address; False when its bucket is full."""
        if not self.rate:
            return True
        with self._lock:
            now = self.clock()
            bucket = self._levels.setdefault((portal, source), _Bucket(at=now))
            bucket.level = max(0.0, bucket.level - (now - bucket.at) * DRAIN_PER_SECOND)
            bucket.at = now
            if bucket.level + 1 > CAPACITY:
                return False
            bucket.level += 1
            return True

    def spent(self, client: str, method: str, now: float) -> float:
        """Seconds this app or webhook used for the method within the window; `now` in epoch seconds."""
        with self._lock:
            return sum(self._window(client, method, now).values())

    def exhausted(self, client: str, method: str, now: float) -> bool:
        """Whether this app or webhook may not call the method for now; `now` in epoch seconds."""
        return self.operating and self.spent(client, method, now) > self.operating_limit

    def add(self, client: str, method: str, now: float, seconds: float) -> None:
        """Count the run time of one call, in seconds; `now` in epoch seconds."""
        if not self.operating:
            return
        with self._lock:
            window = self._window(client, method, now)
            minute = int(now) // BUCKET_SECONDS
            window[minute] = window.get(minute, 0.0) + max(seconds, self.operating_cost)

    def resets_at(self, client: str, method: str, now: float) -> int:
        """Epoch seconds at which the oldest counted minute falls out."""
        with self._lock:
            minutes = self._window(client, method, now)
            oldest = min(minutes, default=int(now) // BUCKET_SECONDS)
        return (oldest + BUCKETS) * BUCKET_SECONDS

    def _window(self, client: str, method: str, now: float) -> dict[int, float]:
        minutes = self._spent.setdefault((client, method), {})
        first = int(now) // BUCKET_SECONDS - BUCKETS + 1
        for minute in [minute for minute in minutes if minute < first]:
            del minutes[minute]
        return minutes
