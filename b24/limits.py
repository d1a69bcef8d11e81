"""How much a portal bears: a leaky bucket per portal, and when a method's running time is reset.

The portal allows 50 requests at once and takes 2 more per second (behaviour.md §1.9); keeping to that here
costs a short wait instead of a refusal. One batch is one request.

How full a bucket is, is told by the moment at which it will be empty. A `Ledger` keeps these moments; one
that several processes share costs a statement, so while a bucket is nearly empty each process gives away a
few places on its own and reports them later.
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
"""The part of a shared bucket left free: for what others have not reported yet, and for what comes late."""
EASY = 1 / 3
"""Up to this part of the bucket places are given away without asking the others first,"""
PORTION = 0.06
"""no more than this part of it before they are told,"""
FRESH = 2.0
"""and nobody relies for more than so many seconds on what the ledger said."""
BULK = 0.5
"""Bulk work leaves the rest of the bucket to people,"""
BULK_PATIENCE = 8.0
"""but not for ever: after so many seconds it gets in line with them."""
_LOOK_AGAIN = 1.0
_FORGET_ABOVE = 10_000  # portals or methods remembered; beyond that the oldest go


class Ledger(Protocol):
    """When each portal's bucket will be empty, in unix seconds."""

    def empty_at(self, portal_key: str) -> float:
        """The moment; one in the past, or 0, for an empty bucket."""

    def add(self, portal_key: str, seconds: float, *, now: float, latest: float) -> float | None:
        """Fill in what takes so many seconds to drain; the new moment, or None if it were after `latest`."""

    def fill(self, portal_key: str, until: float) -> None:
        """The bucket will not be empty before `until`."""


class OwnLedger:
    """The ledger of a process that shares with nobody; thread-safe."""

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
    """What a process knows of a shared bucket: the ledger's word, when it was read, places given away but not
    reported (`owed`), places just being put into the ledger (`underway`)."""

    empty_at: float = 0.0
    read_at: float = -math.inf
    owed: int = 0
    underway: int = 0

    def learn(self, empty_at: float, now: float) -> None:
        """Moments never go back: of two answers that cross each other the later one counts."""
        self.empty_at, self.read_at = max(self.empty_at, empty_at), max(self.read_at, now)


class Limiter:
    """For all clients of a process; thread-safe. `capacity` in requests, `drain` in requests a second.

    With a `ledger` the bucket is shared with everybody who uses the same one.
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
        self._portion = max(1, int(capacity * PORTION))
        self._drain = drain
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._views: dict[str, _View] = {}
        self._resets: dict[tuple[str, str], float] = {}

    def wait(self, portal_key: str, *, patience: float, bulk: bool = False) -> float:
        """Take one place in the portal's bucket, sleeping up to `patience` seconds for it; seconds slept.

        Work in `bulk` first steps back for people, for `BULK_PATIENCE` seconds at most.
        Raises QueryLimitExceeded at once, with `retry_after`, when it would take longer.
        """
        stepped_back = self._step_back(portal_key) if bulk else 0.0
        if self._shared and self._easy(portal_key):
            return stepped_back
        pause = self._take(portal_key, patience)
        if pause:
            self._sleep(pause)
        return stepped_back + pause

    def filled(self, portal_key: str) -> None:
        """The portal said 503: others use it too, so its bucket is fuller than we thought.

        Half a second's worth stays free: whoever was refused waits longer than that anyway.
        """
        until = self._clock() + (self._capacity - 1) / self._drain
        self._ledger.fill(portal_key, until)
        with self._lock:
            view = self._view(portal_key)
            view.empty_at = max(view.empty_at, until)

    def report(self) -> None:
        """Tell the ledger of the places it does not know of yet."""
        with self._lock:
            owing = [key for key, view in self._views.items() if view.owed]
        for portal_key in owing:
            self._add(portal_key, 0, self._clock(), math.inf)

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

    def _step_back(self, portal_key: str) -> float:
        """Sleep while people fill the bucket; seconds slept."""
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

    def _easy(self, portal_key: str) -> bool:
        """Give away a place without telling anybody, if the bucket was nearly empty just now."""
        now = self._clock()
        with self._lock:
            stale = not 0 <= now - self._view(portal_key).read_at <= FRESH
        if stale:
            told = self._ledger.empty_at(portal_key)
        with self._lock:
            view = self._view(portal_key)
            if stale:
                view.learn(told, now)
            level = max(0.0, view.empty_at - now) * self._drain + view.owed + view.underway + 1
            if level > self._capacity * EASY or view.owed + view.underway + 1 >= self._portion:
                return False
            view.owed += 1
            return True

    def _take(self, portal_key: str, patience: float) -> float:
        """A place in the ledger; seconds until it may be used."""
        now = self._clock()
        free_until = now + self._capacity / self._drain
        moment = self._add(portal_key, 1, now, free_until + patience)
        if moment is None:
            known = self._add(portal_key, 0, now, math.inf) or self._ledger.empty_at(portal_key)
            pause = max(known, now) + 1 / self._drain - free_until
            raise QueryLimitExceeded("QUERY_LIMIT_EXCEEDED", "held back before sending", retry_after=pause)
        return max(0.0, moment - free_until)

    def _add(self, portal_key: str, places: int, now: float, latest: float) -> float | None:
        """Put places into the ledger, with all that are owed; when it is empty then, None if refused."""
        with self._lock:
            view = self._view(portal_key)
            owed, view.owed = view.owed, 0
            view.underway += owed + places
        moment = None
        try:
            if owed + places:
                seconds = (owed + places) / self._drain
                moment = self._ledger.add(portal_key, seconds, now=now, latest=latest)
        finally:
            with self._lock:
                view.underway -= owed + places
                if moment is None:
                    view.owed += owed
                else:
                    view.learn(moment, now)
        return moment

    def _view(self, portal_key: str) -> _View:
        if portal_key not in self._views:
            _trim(self._views)
            self._views[portal_key] = _View()
        return self._views[portal_key]


def _trim(known: dict[Any, Any]) -> None:
    if len(known) >= _FORGET_ABOVE:
        del known[next(iter(known))]
