"""What nobody came back to goes to the journal, under the name of who began it.

A deletion whose tab is closed half-way has moved tasks. One that the portal never answered may be done.
Without an entry nobody could see that, or undo what can be undone of it.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from boards.change import Change
from boards.jobs import abandoned, job_from_json
from boards.notices import NoticeCode, note
from store import actions, aliases, jobs, journal
from store.actions import Left
from store.jobs import JobRow
from web.attempts import Perhaps
from web.services import Services

log = logging.getLogger(__name__)

IDLE = 120.0
"""Seconds without a step after which nobody is expected to come back."""
SILENT = 600.0
"""The same after a click that the portal did not answer."""


def write_down(shared: Services) -> int:
    """Write down what was left; answers how much. Every process may do this, each thing is written once."""
    ended = sum(_end(shared, row) for row in jobs.idle(shared.db, IDLE))
    return ended + sum(_give_up(shared, left) for left in actions.left_unsure(shared.db, SILENT))


def _give_up(shared: Services, left: Left) -> bool:
    """An entry that says what was asked for and that its outcome is unknown; so there is no way back."""
    with shared.db.writing():
        if not actions.give_up(shared.db, left):
            return False
        try:
            perhaps = Perhaps.from_json(left.perhaps)
        except (KeyError, TypeError, ValueError):
            log.exception("what %s left cannot be read", left.request_key)
            return False
        change = replace(perhaps.change, undo=None, notices=(note(NoticeCode.OUTCOME_UNKNOWN),))
        journal.record(
            shared.db, left.member_id, perhaps.user_id, perhaps.user_name, change.to_json(), request_key=""
        )
    return True


def _end(shared: Services, row: JobRow) -> bool:
    change = _change(row)
    if change and change.aliases:
        aliases.put(shared.db, row.member_id, change.aliases)
    text = change.to_json() if change else None
    return jobs.abandon(shared.db, row, IDLE, str(row.data.get("name", "")), text)


def _change(row: JobRow) -> Change | None:
    """What the job did; None for nothing, and for a document no version of the app can read any more."""
    try:
        return abandoned(job_from_json(row.data["job"]), unsure=row.unsure)
    except (KeyError, TypeError, ValueError):
        log.exception("job %s cannot be read", row.id)
        return None
