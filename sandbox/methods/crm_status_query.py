"""Filter and order of `crm.status.list`: only equality, and what is not understood is left out (§6.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.crm import CrmStatus
from sandbox.crm_directories import scrambled
from sandbox.crm_params import refusal
from sandbox.params import is_array, text_of, to_int

_NO_ARRAYS = ("ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS")

_ORDER: dict[str, Callable[[CrmStatus], Any]] = {
    "ID": lambda row: row.id,
    "ENTITY_ID": lambda row: row.entity_id,
    "STATUS_ID": lambda row: row.status_id,
    "NAME": lambda row: row.name.casefold(),
    "SORT": lambda row: row.sort,
    "SYSTEM": lambda row: row.system,
    "CATEGORY_ID": lambda row: -1 if row.category_id is None else row.category_id,
    "SEMANTICS": lambda row: row.semantics or "",
}

# Tests for a value that is not empty. Keys are exact: any other spelling is no condition at all.
_TESTS: dict[str, Callable[[CrmStatus, str], bool]] = {
    "ID": lambda row, value: row.id == to_int(value),
    "ENTITY_ID": lambda row, value: row.entity_id == value,
    "STATUS_ID": lambda row, value: row.status_id == value,
    "NAME": lambda row, value: _searched(row.name, value),
    "SORT": lambda row, value: row.sort == to_int(value),
    "SYSTEM": lambda row, value: value not in {"Y", "N"} or row.system == (value == "Y"),
    "CATEGORY_ID": lambda row, value: row.category_id == to_int(value),
    "SEMANTICS": lambda row, value: row.semantics == value,
}


def matching(rows: Iterable[CrmStatus], conditions: dict[str, Any]) -> list[CrmStatus]:
    """The rows that meet every condition there is; an array where none may be is the only error."""
    for name in _NO_ARRAYS:
        if is_array(conditions.get(name)) and conditions[name]:
            raise refusal(f"Filter by {name} must be a string")
    used = {
        name: text_of(value)
        for name, value in conditions.items()
        if name in _TESTS and not is_array(value) and text_of(value) != ""
    }
    return [row for row in rows if all(_TESTS[name](row, value) for name, value in used.items())]


def _searched(name: str, query: str) -> bool:
    """The portal's search syntax: alternatives by |, several words by & or blanks, "…" for the whole."""
    text = name.casefold()
    return any(
        all(_has(text, word) for word in re.findall(r'"[^"]*"|[^\s&]+', part)) for part in query.split("|")
    )


def _has(text: str, word: str) -> bool:
    if word.startswith('"'):
        return text == word.strip('"').casefold()
    return word.casefold() in text


def ordered(rows: Iterable[CrmStatus], order: dict[str, Any]) -> list[CrmStatus]:
    """By known names in any case, "asc" or else descending.

    Without an order by SORT; with one of unknown names only by ID, backwards.
    """
    wanted = {name.upper(): text_of(way).lower() for name, way in order.items() if name.upper() in _ORDER}
    if not wanted:
        wanted = {"ID": "desc"} if order else {"SORT": "asc"}
    found = sorted(rows, key=lambda row: scrambled(row.id))
    for name, way in reversed(list(wanted.items())):
        found.sort(key=_ORDER[name], reverse=way != "asc")
    return found
