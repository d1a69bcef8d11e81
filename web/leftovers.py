"""Jobs nobody went on with: what they did goes to the journal, under the name of who began them.

A deletion whose tab is closed half-way has moved tasks. Without an entry nobody could see that, or undo it.
"""

from __future__ import annotations

import logging

from boards.change import Change
from boards.jobs import abandoned, job_from_json
from store import aliases, jobs
from store.jobs import JobRow
from web.services import Services

log = logging.getLogger(__name__)

IDLE = 120.0
"""Seconds without a step after which nobody is expected to come back."""


def write_down(shared: Services) -> int:
    """End the jobs that are idle; answers how many. Every process may do this, each job is ended once."""
    return sum(_end(shared, row) for row in jobs.idle(shared.db, IDLE))


def _end(shared: Services, row: JobRow) -> bool:
    change = _change(row)
    if change and change.aliases:
        aliases.put(shared.db, row.member_id, change.aliases)
    text = change.to_json() if change else None
    return jobs.abandon(shared.db, row, IDLE, str(row.data.get("name", "")), text)


def _change(row: JobRow) -> Change | None:
    """What the job did; None for nothing, and for a document no version of the app can read any more."""
    try:
        return abandoned(job_from_json(row.data["job"]))
    except (KeyError, TypeError, ValueError):
        log.exception("job %s cannot be read", row.id)
        return None
