"""How much a portal bears: a leaky bucket per portal, and when a method's running time is reset.

The portal allows 50 requests at once and takes 2 more per second (behaviour.md §1.9); keeping to that here
costs a short wait instead of a refusal. One batch is one request. A request needs a permit.

The moment at which a bucket will be empty says how full it is. A `Ledger` keeps these moments. Asking a
ledger that several processes share costs a statement, so while a bucket is nearly empty each process lends
some permits on its own and reports them to the ledger later.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from b24.errors import QueryLimitExceeded

CAPACITY, DRAIN = 50.0, 2.0
MARGIN = 0.1
"""The part of a shared bucket left free, for what other processes have not reported yet or report late."""
LEND_BELOW = 1 / 3
"""Below this level of the bucket, as a part of it, a process lends permits without asking the ledger."""
LEND_AT_MOST = 0.06
"""The part of the bucket that a process lends before it reports to the ledger."""
FRESH = 2.0
"""Seconds for which a process relies on the ledger's last answer when it lends permits."""
BULK = 0.5
"""The part of the bucket that bulk work may fill; the rest is for people."""
BULK_PATIENCE = 8.0
"""Seconds that bulk work waits for people at most; then it stands in line with them."""
_LOOK_AGAIN = 1.0  # seconds between two looks at a bucket that bulk work waits for
_FORGET_ABOVE = 10_000  # portals or methods remembered; beyond that the oldest go


class Ledger(Protocol):
    """Keeps for each portal the moment at which its bucket will be empty, in seconds since 1970."""

    def empty_at(self, portal_key: str) -> float:
        """The moment at which the portal's bucket will be empty; in the past, or 0, if it is empty now."""

    def add(self, portal_key: str, seconds: float, *, now: float, latest: float) -> float | None:
        """Fill in what takes `seconds` to drain.

        The new moment at which the bucket will be empty; None, and nothing is filled in, when that would be
        after `latest`.
        """

    def fill(self, portal_key: str, until: float) -> None:
        """See to it that the bucket is not empty before the moment `until`."""


class OwnLedger:
    """A ledger in the memory of one process; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moments: dict[str, float] = {}

    def empty_at(self, portal_key: str) -> float:
        return self._moments.get(portal_key, 0.0)

    def add(self, portal_key: str, seconds: float, *, now: float, latest: float) -> float | None:
        with self._lock:
            _trim(self._moments)
            moment = max(self.empty_at(portal_key), now) + seconds
            if moment > latest:
                return None
            self._moments[portal_key] = moment
            return moment

    def fill(self, portal_key: str, until: float) -> None:
        with self._lock:
            self._moments[portal_key] = max(self.empty_at(portal_key), until)


@dataclass
class _View:
    """What a process knows of a shared bucket.

    `empty_at` is what the ledger said at `read_at`; `unreported` are permits lent and not reported yet,
    `in_flight` those that are being reported at this moment.
    """

    empty_at: float = 0.0
    read_at: float = -math.inf
    unreported: int = 0
    in_flight: int = 0

    def learn(self, empty_at: float, now: float) -> None:
        """Take over an answer of the ledger; of answers that overtake each other the latest moment counts."""
        self.empty_at, self.read_at = max(self.empty_at, empty_at), max(self.read_at, now)


class Limiter:
    """Holds requests back before a portal would refuse them, for all clients of a process; thread-safe.

    `capacity` in requests, `drain` in requests a second. Limiters with the same `ledger` share the buckets.
    """

    def __init__(
        self,
        capacity: float = CAPACITY,
        drain: float = DRAIN,
        *,
        ledger: Ledger | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shared = ledger is not None
        self._ledger = ledger or OwnLedger()
        self._capacity = max(1.0, capacity * (1 - MARGIN)) if self._shared else capacity
        self._lent_at_most = max(1, int(capacity * LEND_AT_MOST))
        self._drain = drain
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._views: dict[str, _View] = {}
        self._resets: dict[tuple[str, str], float] = {}

    def wait(self, portal_key: str, *, patience: float, bulk: bool = False) -> float:
        """Wait for one permit of the portal, `patience` seconds at most; the seconds slept.

        Work in `bulk` first steps back for people, for `BULK_PATIENCE` seconds at most.
        Raises QueryLimitExceeded at once, with `retry_after`, when the permit would come later.
        """
        stepped_back = self._step_back(portal_key) if bulk else 0.0
        if self._shared and self._lend(portal_key):
            return stepped_back
        pause = self._take(portal_key, patience)
        if pause:
            self._sleep(pause)
        return stepped_back + pause

    def filled(self, portal_key: str) -> None:
        """The portal answered 503: other applications use it too, so its bucket is fuller than we thought.

        One permit stays free: the request that was refused waits longer than that takes anyway.
        """
        until = self._clock() + (self._capacity - 1) / self._drain
        self._ledger.fill(portal_key, until)
        with self._lock:
            view = self._view(portal_key)
            view.empty_at = max(view.empty_at, until)

    def report(self) -> None:
        """Report to the ledger the permits that were lent without asking it."""
        with self._lock:
            portals = [key for key, view in self._views.items() if view.unreported]
        for portal_key in portals:
            self._add(portal_key, 0, self._clock(), math.inf)

    def remember(self, portal_key: str, method: str, times: Mapping[str, Any]) -> None:
        """Note from the `time` block of an answer (`times`) when the running time of `method` is reset."""
        reset_at = times.get("operating_reset_at")
        if isinstance(reset_at, int | float):
            with self._lock:
                _trim(self._resets)
                self._resets[portal_key, method] = float(reset_at)

    def reset_at(self, portal_key: str, method: str) -> float | None:
        """When the running time of `method` is reset (unix seconds); None if the portal never said."""
        return self._resets.get((portal_key, method))

    def _step_back(self, portal_key: str) -> float:
        """Sleep while people need the bucket; the seconds slept."""
        slept = 0.0
        while slept < BULK_PATIENCE:
            level = (self._ledger.empty_at(portal_key) - self._clock()) * self._drain
            over = (level + 1 - self._capacity * BULK) / self._drain
            if over <= 0:
                break
            pause = min(over, _LOOK_AGAIN, BULK_PATIENCE - slept)
            self._sleep(pause)
            slept += pause
        return slept

    def _lend(self, portal_key: str) -> bool:
        """Give a permit without asking the ledger; False where the bucket is too full for that."""
        now = self._clock()
        with self._lock:
            stale = not 0 <= now - self._view(portal_key).read_at <= FRESH
        if stale:
            empty_at = self._ledger.empty_at(portal_key)
        with self._lock:
            view = self._view(portal_key)
            if stale:
                view.learn(empty_at, now)
            lent = view.unreported + view.in_flight + 1
            level = max(0.0, view.empty_at - now) * self._drain + lent
            if level > self._capacity * LEND_BELOW or lent >= self._lent_at_most:
                return False
            view.unreported += 1
            return True

    def _take(self, portal_key: str, patience: float) -> float:
        """A permit from the ledger; the seconds until it may be used."""
        now = self._clock()
        free_until = now + self._capacity / self._drain
        moment = self._add(portal_key, 1, now, free_until + patience)
        if moment is None:
            known = self._add(portal_key, 0, now, math.inf) or self._ledger.empty_at(portal_key)
            pause = max(known, now) + 1 / self._drain - free_until
            raise QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "held back before sending", retry_after=pause)
        return max(0.0, moment - free_until)

    def _add(self, portal_key: str, permits: int, now: float, latest: float) -> float | None:
        """Put permits into the ledger, and all that are unreported.

        The moment at which the bucket will be empty then; None if the ledger refused, or nothing was put in.
        """
        with self._lock:
            view = self._view(portal_key)
            unreported, view.unreported = view.unreported, 0
            view.in_flight += unreported + permits
        moment = None
        try:
            if unreported + permits:
                seconds = (unreported + permits) / self._drain
                moment = self._ledger.add(portal_key, seconds, now=now, latest=latest)
        finally:
            with self._lock:
                view.in_flight -= unreported + permits
                if moment is None:
                    view.unreported += unreported
                else:
                    view.learn(moment, now)
        return moment

    def _view(self, portal_key: str) -> _View:
        if portal_key not in self._views:
            _trim(self._views)
            self._views[portal_key] = _View()
        return self._views[portal_key]


def _trim(known: dict[Any, Any]) -> None:
    """Make room for one more entry."""
    if len(known) >= _FORGET_ABOVE:
        del known[next(iter(known))]
