"""Dates of sprints, checked before anything is sent: the portal reads nonsense as 1970 (surprise 7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from operator import itemgetter

from boards.core.errors import BadInput, BadInputCode
from boards.scrum.model import Sprint

FIRST_YEAR, LAST_YEAR = 2000, 2100
USUAL_LENGTH = dt.timedelta(days=14)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TRAILING_NUMBER = re.compile(r"^(.*?)(\d{1,9})(\D*)$")


def require_dates(start: str, end: str, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """When a sprint begins and ends. BadInput for no date, another century, and for reversed ones.

    A bare day ("2026-03-02") is one of the person's own `zone`: it begins at midnight and ends a second
    before the next. A moment needs its offset.
    """
    begins = _moment(start, "start", dt.time(), zone)
    ends = _moment(end, "end", dt.time(23, 59, 59), zone)
    if ends <= begins:
        raise BadInput("end", BadInputCode.DATES_REVERSED)
    return begins, ends


def _moment(text: str, field: str, at: dt.time, zone: dt.tzinfo) -> dt.datetime:
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            moment = dt.datetime.combine(dt.date.fromisoformat(text), at, zone)
        else:
            moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(field, BadInputCode.DATE_INVALID, value=text[:40]) from None
    if moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadInput(field, BadInputCode.DATE_INVALID, value=text[:40])
    return moment


def suggest_dates(sprints: Sequence[Sprint], now: dt.datetime) -> tuple[dt.date, dt.date]:
    """Days for the next sprint: after the last one that is open, as long as the latest one was."""
    dates = ((sprint.start, sprint.end) for sprint in sprints)
    dated = [(start, end) for start, end in dates if start and end and end > start]
    latest = max(dated, key=itemgetter(1), default=None)
    length = latest[1] - latest[0] if latest else USUAL_LENGTH
    days = max(round(length / dt.timedelta(days=1)), 1)
    start = max(now.date(), latest[1].date() + dt.timedelta(days=1)) if latest else now.date()
    return start, start + dt.timedelta(days=days - 1)


def suggest_name(sprints: Sequence[Sprint]) -> str:
    """The name after the newest sprint's: "Sprint 7" → "Sprint 8"; "" where there is no number to go on."""
    newest = max(sprints, key=lambda sprint: sprint.id, default=None)
    found = _TRAILING_NUMBER.match(newest.name) if newest else None
    return f"{found[1]}{int(found[2]) + 1}{found[3]}" if found else ""
