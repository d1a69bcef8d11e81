"""What the app counts, for Prometheus.

Labels are names of ours alone (endpoints, REST methods, kinds): nothing a portal or a person could invent,
and nothing that tells portals or people apart.
"""

from __future__ import annotations

import time

from prometheus_client import Counter, Histogram

from b24.transport import CallRecord

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 15, 60)

REQUESTS = Histogram(
    "stagecraft_request_seconds", "Requests answered", ["endpoint", "status"], buckets=BUCKETS
)
CALLS = Histogram(
    "stagecraft_portal_call_seconds", "HTTP requests to portals", ["method", "outcome"], buckets=BUCKETS
)
REFRESHES = Counter("stagecraft_token_refreshes_total", "Pairs of tokens renewed", ["outcome"])
WAITED = Counter("stagecraft_limit_wait_seconds_total", "Time spent waiting for a portal's limits")
ENTRIES = Counter("stagecraft_journal_entries_total", "Changes written to the journal", ["kind"])


def observed(record: CallRecord) -> None:
    """A call to a portal has come to its end."""
    CALLS.labels(record.method or "other", _outcome(record)).observe(record.seconds)
    if record.method == "oauth.token":
        REFRESHES.labels("refused" if record.error else "renewed").inc()


def waiting(seconds: float) -> None:
    """Sleep for a portal's limits, and count it."""
    WAITED.inc(seconds)
    time.sleep(seconds)


def _outcome(record: CallRecord) -> str:
    if record.status is None:
        return "lost"
    return "refused" if record.error else "ok"
