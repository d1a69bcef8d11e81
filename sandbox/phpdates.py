"""Dates as PHP reads and the portal writes them: `strtotime` in, ISO 8601 with the user's offset out."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_FORMATS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y/%m/%d",
)
_WORDS = {"now": None, "today": 0, "midnight": 0, "tomorrow": 1, "yesterday": -1}
_RELATIVE = re.compile(r"([+-]\d+)\s*(minute|hour|day|week)s?\Z")


@lru_cache(maxsize=64)
def zone(name: str) -> dt.tzinfo:
    """The time zone of that IANA name; UTC for an empty or unknown one."""
    if not name:
        return dt.UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return dt.UTC


def iso(moment: dt.datetime | None, zone_name: str) -> str | None:
    """`moment` in the zone's offset, to the second; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def parse(text: str, zone_name: str, now: dt.datetime) -> dt.datetime | None:
    """What `strtotime` makes of the text, in UTC; None for what it cannot read.

    A text without an offset is meant in the user's zone.
    """
    text = text.strip()
    found = _relative(text.lower(), now.astimezone(zone(zone_name))) or _absolute(text)
    if found is None:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone(zone_name))
    return found.astimezone(dt.UTC)


def _relative(text: str, now: dt.datetime) -> dt.datetime | None:
    if text in _WORDS:
        days = _WORDS[text]
        if days is None:
            return now
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=days)
    match = _RELATIVE.match(text)
    return now + dt.timedelta(**{f"{match[2]}s": int(match[1])}) if match else None


def _absolute(text: str) -> dt.datetime | None:
    if re.fullmatch(r"@-?\d{1,11}", text):
        return EPOCH + dt.timedelta(seconds=int(text[1:]))
    if not re.match(r"\d{4}-", text):
        return _formatted(text)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _formatted(text: str) -> dt.datetime | None:
    for pattern in _FORMATS:
        try:
            return dt.datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone is put in by the caller)
        except ValueError:
            continue
    return None
