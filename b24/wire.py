"""PHP's idea of data, on the way out and on the way in.

Out: nested parameters as a query string with brackets, the only form a batch command knows (behaviour.md
§1.10). In: "[] or object" answers, numbers as strings, colors in every spelling, dates with offsets
(behaviour.md §1.7; surprise 28).
"""

from __future__ import annotations

import datetime as dt
import functools
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

DEFAULT_COLOR = "47D1E2"  # what the portal shows for a stage without a color (behaviour.md §3.2)

_REFERENCE = re.compile(r"\$(?=(?:result|next|total|time|error)\[)", re.IGNORECASE)
_WORD_JOINER = "\u2060"  # no width, no break: the text looks the same and is no reference any more
_HEX = re.compile(r"[0-9A-F]{6}|[0-9A-F]{3}")
_TAG = re.compile(r"<[^<>]*>")
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_MAX_DEPTH = 8
_MAPS = (dict, Mapping)  # nearly all are the first, and asking for the second takes ten times as long


# --- out ---
def build_query(params: Mapping[str, Any]) -> str:
    """`params` as PHP reads a query string: `filter[STAGE_ID][0]=0`, true as 1, false as 0.

    `None` and empty maps are left out: they are the same as absent. An empty list raises ValueError: it
    cannot be expressed, and leaving it out would widen a filter to everything (surprise 3).
    """
    leaves: list[tuple[str, str]] = []
    for key, value in params.items():
        _collect(leaves, str(key), value)
    return "&".join(f"{_quote_key(key)}={_quote(value)}" for key, value in leaves)


@functools.lru_cache(4096)
def _quote_key(key: str) -> str:
    """Brackets stay readable; everything else that has a meaning in a query is escaped."""
    return quote(key, safe="[]")


def _quote(value: str) -> str:
    """Most values are numbers and names of fields, which stay as they are."""
    return value if value.isascii() and value.isalnum() else quote(value, safe="")


def _collect(leaves: list[tuple[str, str]], path: str, value: Any) -> None:
    """Add what is in `value` to the leaves, each with its path; strings first, as most values are."""
    if isinstance(value, str):
        leaves.append((path, str(value)))
    elif isinstance(value, int | float):
        leaves.append((path, _number(value)))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _collect(leaves, f"{path}[{key}]", inner)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        if not value:
            raise ValueError(f"an empty list cannot be sent: {path}")
        for index, inner in enumerate(value):
            _collect(leaves, f"{path}[{index}]", inner)
    elif value is not None:
        raise TypeError(f"cannot be sent: {path} is a {type(value).__name__}")


def _number(value: float) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def literal(text: str) -> str:
    """Text of a person, made safe as a value of a batch command.

    Inside a batch `$result[a][b]` in any value is replaced by data (behaviour.md §1.10), also in a title
    somebody typed. There is no escape, so an invisible character comes between the dollar and the word.
    """
    return _REFERENCE.sub(f"${_WORD_JOINER}", text)


# --- in: scalars ---
def as_int(value: Any, default: int = 0) -> int:
    """An integer from 5, "5", "5.0", True; `default` for everything else."""
    if value is None:  # what was not asked for: most fields of most rows
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def as_text(value: Any) -> str:
    """A string from a scalar; "" for null, lists and objects (a date nobody formatted is `{}`)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value) if isinstance(value, int | float) else ""


def as_bool(value: Any) -> bool:
    """True for true, 1, "1", "Y", "true" in any case."""
    if isinstance(value, str):
        return value.strip().lower() in {"1", "y", "yes", "true"}
    return value is True or (isinstance(value, int | float) and value == 1)


def as_time(value: Any) -> dt.datetime | None:
    """An aware moment from ISO 8601; one without an offset counts as UTC; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def as_color(value: Any) -> str:
    """Six upper-case hex digits without "#"; three digits are doubled, anything odd is the default."""
    found = _HEX.fullmatch(as_text(value).strip().removeprefix("#").upper())
    if not found:
        return DEFAULT_COLOR
    digits = found[0]
    return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)


def plain_text(value: Any) -> str:
    """A message without its markup: the portal's texts end in `<br>` (behaviour.md §1.6)."""
    return " ".join(html.unescape(_TAG.sub(" ", as_text(value))).split())


# --- in: containers ---
def as_map(value: Any) -> dict[str, Any]:
    """An object; a list becomes an object keyed "0", "1", …; everything else is empty."""
    if value is None:
        return {}
    if isinstance(value, _MAPS):
        return {str(key): inner for key, inner in value.items()}
    if isinstance(value, list):
        return {str(index): inner for index, inner in enumerate(value)}
    return {}


def as_list(value: Any) -> list[Any]:
    """A list; the values of an object (PHP turns a list with holes into one); else empty."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, _MAPS) else []


def rows(value: Any) -> list[dict[str, Any]]:
    """The members of a list or object that are objects themselves."""
    return [dict(row) for row in as_list(value) if isinstance(row, _MAPS)]


# --- in: bracketed forms ---
def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What PHP makes of a form: `data[FIELDS][ID]=5` → {"data": {"FIELDS": {"ID": "5"}}}.

    Later values win; `a[]` counts up from "0"; every container is a dict with string keys. ValueError for
    more than 8 levels, so that a hostile form costs nothing.
    """
    tree: dict[str, Any] = {}
    for name, value in pairs:
        path = _path(name)
        node = tree
        for step in path[:-1]:
            node = _descend(node, step)
        node[_step(node, path[-1])] = value
    return tree


def _path(name: str) -> list[str]:
    root, bracket, _ = name.partition("[")
    steps = _BRACKETS.findall(name[len(root) :]) if bracket else []
    if len(steps) >= _MAX_DEPTH:
        raise ValueError("nested too deep")
    return [root, *steps]


def _step(node: dict[str, Any], step: str) -> str:
    return step if step else str(len(node))


def _descend(node: dict[str, Any], step: str) -> dict[str, Any]:
    key = _step(node, step)
    inner = node.get(key)
    if not isinstance(inner, dict):
        inner = node[key] = {}
    return inner
