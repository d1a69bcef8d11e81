"""What PHP does with dates and JSON, as the portal reads and writes them (behaviour.md §1.6, §1.7).

Dates: `strtotime` in, ISO 8601 with the user's offset out. JSON: an empty map is `[]`, a list with holes is
an object, `<>&'"` are \\u-escaped, slashes are `\\/`, other Unicode stays raw.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

# --- dates ---
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


def iso_of_epoch(seconds: float) -> str:
    """The moment of these epoch seconds in UTC, ISO 8601, to the second."""
    return dt.datetime.fromtimestamp(int(seconds), dt.UTC).isoformat()


def strtotime(text: str, zone_name: str, now: dt.datetime) -> dt.datetime | None:
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


# --- JSON ---
class EmptyObject(dict[str, Any]):
    """A PHP object without public fields: `{}` and not `[]`, as unformatted dates come out (§1.7)."""


_SPECIAL = {
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "'": "\\u0027",
    "/": "\\/",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_CHARS = re.compile(r"\\(?:.|$)|[<>&'/\u2028\u2029]", re.DOTALL)


def _escape(match: re.Match[str]) -> str:
    found = match.group(0)
    if found == '\\"':
        return "\\u0022"
    return _SPECIAL.get(found, found)


def dumps(value: Any) -> str:
    """The text of `value`; the special characters occur inside strings only, so the whole text is mapped."""
    plain = json.dumps(to_php(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _CHARS.sub(_escape, plain)


_PLAIN = frozenset({str, int, bool, type(None)})
"""What most values are, and what stays as it is; asked in the loops below, a call for each costs more."""


def to_php(value: Any) -> Any:
    """The tree as PHP would hold it: maps with keys 0…n are lists, empty maps are empty lists."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, EmptyObject):
        return {}
    if isinstance(value, (dict, Mapping)):  # the first is asked first, and costs a tenth
        return _map(value)
    if isinstance(value, (list, tuple)):
        return _list(value)
    if isinstance(value, (set, frozenset)):
        return [to_php(item) for item in sorted(value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0).isoformat()
    return value


def _map(value: Mapping[Any, Any]) -> Any:
    if is_list(value):
        return _list(value.values())
    return {str(key): item if type(item) in _PLAIN else to_php(item) for key, item in value.items()}


def _list(values: Iterable[Any]) -> list[Any]:
    return [item if type(item) in _PLAIN else to_php(item) for item in values]


def is_list(value: Mapping[Any, Any]) -> bool:
    """Whether the keys are 0, 1, 2, … in this order; so for an empty map."""
    if value and next(iter(value)) not in (0, "0"):
        return False
    return all(str(key) == str(place) for place, key in enumerate(value))
