"""What nobody waits for: noting a call costs next to nothing while somebody does."""

from __future__ import annotations

import time
from typing import Any, cast

from b24.transport import CallRecord
from store import Database
from web.core.worker import CallBuffer

CALLS = 2000


def test_noting_a_call_costs_less_than_a_millisecond_and_no_store() -> None:
    """The store is written to, and what was sent is redacted, by the worker."""
    buffer = CallBuffer(cast(Database, None))
    commands = tuple(f"tasks.task.get{number}" for number in range(50))
    sent: dict[str, Any] = {
        "auth": "secret",
        "cmd": dict.fromkeys(commands, "tasks.task.get?taskId=1&x=text"),
    }
    record = CallRecord("https://p.example", "batch", commands, 200, "", 0.1, sent)
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        buffer(record)
        times.append(time.perf_counter() - began)
    assert sorted(times)[CALLS // 2] < 0.001
    assert len(buffer._calls) == CALLS
