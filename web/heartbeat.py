"""A sign of life while something slow is under way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


@contextmanager
def beating(beat: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `beat` every so many seconds, from another thread, until the block is left."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            try:
                beat()
            except SQLAlchemyError:  # the next beat may get through
                log.warning("a lease could not be extended")

    threading.Thread(target=run, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        over.set()
