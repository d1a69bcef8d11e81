"""What nobody came back to goes to the journal, under the name of who began it.

A deletion whose tab is closed half-way has moved tasks. One that the portal never answered may be done.
Without an entry nobody could see that, or undo what can be undone of it.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from boards.core.change import NoticeCode, note
from boards.core.errors import OfNewerRelease
from boards.core.jobs import abandoned, job_from_json
from store import jobs, journal, requests
from store.jobs import JobRow
from store.requests import Left
from web.actions.attempts import Perhaps
from web.core.services import Services

log = logging.getLogger(__name__)

IDLE = 120.0
"""Seconds without a step after which nobody is expected to come back."""
SILENT = 600.0
"""The same after a click that the portal did not answer."""
UPDATE = 86400.0
"""Seconds that an update takes at most. Until then what this release cannot read is a newer one's, whose
nodes write it down; later it is of a release that was taken back."""


def write_down(shared: Services) -> int:
    """Write down what was left; answers how much. Every process may do this, each thing is written once."""
    ended = sum(_end(shared, row) for row in jobs.idle(shared.db, IDLE))
    return ended + sum(_give_up(shared, left) for left in requests.left_unsure(shared.db, SILENT))


def _give_up(shared: Services, left: Left) -> bool:
    """An entry that says what was asked for and that its outcome is unknown; so there is no way back."""
    try:
        perhaps = Perhaps.from_json(left.pending_change)
    except OfNewerRelease:
        if _too_old(left.started_at) and requests.give_up(shared.db, left):
            log.exception("what %s left cannot be read", left.request_key)
        return False
    with shared.db.writing():
        if not requests.give_up(shared.db, left):
            return False
        change = replace(perhaps.change, undo=None, notices=(note(NoticeCode.OUTCOME_UNKNOWN),))
        journal.record(
            shared.db, left.member_id, perhaps.user_id, perhaps.user_name, change.to_json(), request_key=""
        )
    return True


def _end(shared: Services, row: JobRow) -> bool:
    try:
        change = abandoned(job_from_json(row.data["job"]), unsure=row.unsure)
    except OfNewerRelease:
        if not _too_old(row.changed_at):
            return False
        log.exception("job %s cannot be read", row.id)
        change = None
    if change and change.aliases:
        journal.put(shared.db, row.member_id, change.aliases)
    text = change.to_json() if change else None
    return jobs.abandon(shared.db, row, IDLE, str(row.data.get("name", "")), text)


def _too_old(since: float) -> bool:
    return since < time.time() - UPDATE
