"""One thread per process for what nobody waits for: queued events, the call log, tidying up.

Every process has one; a lease in the store makes sure that an event is worked on by one of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from b24.transport import CallRecord
from store import Database, call_log
from store.call_log import CallEntry
from web.core import counters
from web.core.logs import request_id

log = logging.getLogger(__name__)

PAUSE = 2.0
"""Seconds between looks at the queue; an event that arrives in this process wakes the worker at once."""
SWEEP_EVERY = 600.0
MOST_BUFFERED = 5000


class CallBuffer:
    """Takes what the transport observes and writes it to the store in portions."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._calls: deque[tuple[float, str, CallRecord]] = deque(maxlen=MOST_BUFFERED)

    def __call__(self, record: CallRecord) -> None:
        """The transport's observer: somebody waits for this call, so no more than this."""
        counters.observed(record)
        self._calls.append((time.time(), request_id(), record))

    def flush(self) -> None:
        """Write what has come since."""
        portion = []
        while self._calls:
            portion.append(_entry(*self._calls.popleft()))
        if portion:
            call_log.write(self._db, portion)


def _entry(at: float, asked_by: str, record: CallRecord) -> CallEntry:
    """A record as it is written down: without secrets and without what people wrote."""
    return CallEntry(
        at=at,
        endpoint=record.endpoint[:300],
        method=record.method[:120],
        commands=list(record.commands),
        status=record.status,
        error=record.error[:120],
        milliseconds=round(record.seconds * 1000, 1),
        params=record.params_redacted,
        request_id=asked_by,
        member_id=record.portal,
    )


class Worker:
    """Calls `tick` when woken and every two seconds, `sweep` every ten minutes."""

    def __init__(self, tick: Callable[[], object], sweep: Callable[[], object]) -> None:
        self._tick = tick
        self._sweep = sweep
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End after the present round."""
        self._stopped = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        swept = time.monotonic()
        while not self._stopped:
            self._wake.wait(PAUSE)
            self._wake.clear()
            self._guarded(self._tick)
            if time.monotonic() - swept > SWEEP_EVERY:
                swept = time.monotonic()
                self._guarded(self._sweep)

    def _guarded(self, work: Callable[[], object]) -> None:
        """Nobody would notice a dead worker, so it outlives whatever goes wrong; the log has the rest."""
        try:
            work()
        except Exception:
            log.exception("the worker failed")
