"""JSON as PHP writes it (behaviour.md §1.6, §1.7).

An empty map is `[]`, a list with holes is an object, `<>&'"` are \\u-escaped, slashes are `\\/`, other
Unicode stays raw.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any


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
