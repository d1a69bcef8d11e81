"""The old query language of groups and users: operators as prefixes of the keys (behaviour.md §7)."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.rest.params import as_list, text_of

Row = Mapping[str, Any]

_OPERATORS = (
    "!><",
    "!=%",
    "!%=",
    "><",
    "!%",
    "=%",
    "%=",
    "!@",
    ">=",
    "<=",
    "!=",
    "!",
    "%",
    ">",
    "<",
    "@",
    "=",
    "?",
)
_ALIASES = {"": "=", "@": "=", "!=": "!", "!@": "!", "%=": "=%", "!%=": "!=%", "?": "%"}
_NUMBER = re.compile(r"-?\d+\Z")


def split_key(key: str) -> tuple[str, str]:
    """`!%NAME` → ("!%", "NAME"): the operator in its canonical spelling, the field as it was written."""
    operator = next((sign for sign in _OPERATORS if key.startswith(sign)), "")
    return _ALIASES.get(operator, operator), key[len(operator) :]


def select_rows(rows: Iterable[Row], conditions: Mapping[str, Any], fields: Iterable[str]) -> list[Row]:
    """The rows that meet all conditions; those on other than the known `fields` are ignored (surprise 3)."""
    known = set(fields)
    tests = [(*split_key(key), value) for key, value in conditions.items()]
    used = [(operator, name, as_list(value)) for operator, name, value in tests if name in known]
    return [
        row for row in rows if all(_meets(row.get(name), operator, values) for operator, name, values in used)
    ]


def order_rows(rows: Iterable[Row], order: Mapping[str, Any]) -> list[Row]:
    """Sorted by several keys, the first one counts most; "DESC" in any case is descending."""
    found = list(rows)
    for name, way in reversed(list(order.items())):
        found.sort(key=lambda row: _comparable(row.get(name)), reverse=text_of(way).upper() == "DESC")
    return found


def _meets(cell: Any, operator: str, values: list[Any]) -> bool:
    cells = cell if isinstance(cell, list) else [cell]
    if operator in {"><", "!><"}:
        low, high = (values + values)[:2]
        inside = any(_ge(part, low) and _ge(high, part) for part in cells)
        return inside == (operator == "><")
    if operator.startswith("!"):
        return not any(_TESTS[operator[1:] or "="](part, value) for part in cells for value in values)
    return any(_TESTS[operator](part, value) for part in cells for value in values)


def _comparable(value: Any) -> tuple[int, Any]:
    """Numbers as numbers, dates as dates, texts without case."""
    if value is None:
        return (0, "")
    text = text_of(value)
    if _NUMBER.match(text):
        return (1, int(text))
    moment = _moment(text)
    return (1, moment) if moment is not None else (2, text.casefold())


def _moment(text: str) -> float | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def _equal(cell: Any, value: Any) -> bool:
    return _comparable(cell) == _comparable(value)


def _ge(cell: Any, value: Any) -> bool:
    return _comparable(cell) >= _comparable(value)


def _contains(cell: Any, value: Any) -> bool:
    return text_of(value).casefold() in text_of(cell).casefold()


def _like(cell: Any, value: Any) -> bool:
    pattern = "*".join(re.sub(r"([*?\[])", r"[\1]", part) for part in text_of(value).casefold().split("%"))
    return fnmatch.fnmatchcase(text_of(cell).casefold(), pattern)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _equal,
    ">=": _ge,
    "<=": lambda cell, value: _ge(value, cell),
    ">": lambda cell, value: not _ge(value, cell),
    "<": lambda cell, value: not _ge(cell, value),
    "%": _contains,
    "=%": _like,
}
