"""What all `tasks.api.scrum.*` methods share: refusals, access, numbers, queries (behaviour.md §4.1).

Controllers: exact camelCase names, errors 400 with code "0" and English text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.rest import php
from sandbox.rest.params import as_list, as_map, is_array, optional, text_of, to_int
from sandbox.rest.registry import Call, RestError, page_of
from sandbox.rest.rowfilter import order_rows, select_rows, split_key
from sandbox.state import access
from sandbox.state.scrum import Entity

SCOPE = "task"
SOURCE = "behaviour.md §4"
_NUMERIC = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z")
_FARTHEST = 253_402_300_799  # the last second of the year 9999


def refusal(text: str) -> RestError:
    """How the scrum methods refuse: 400 with code "0" and this text."""
    return RestError("0", text)


def may_read(call: Call, group_id: int) -> bool:
    """The right to read group tasks, socialnetwork side: members; no other rights for administrators (§2)."""
    group = call.portal.groups.get(group_id)
    return group is not None and access.can_read_scrum(call.portal, call.user, group)


def check_access(call: Call, group_id: int) -> None:
    """Refuse callers who may not read the tasks of the group."""
    if not may_read(call, group_id):
        raise refusal("Access denied")


# --- values ---
def numeric(value: Any) -> bool:
    """PHP's is_numeric: numbers and texts that are one as a whole; not booleans."""
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or (isinstance(value, str) and bool(_NUMERIC.match(value)))


def to_float(value: Any) -> float:
    """The value of a number or a text for which `numeric` is true."""
    return float(value)


def number(fields: Mapping[str, Any], name: str) -> int:
    """A numeric field cut to a whole number; 0 for anything else."""
    return int(to_float(fields[name])) if numeric(fields.get(name)) else 0


def text_field(fields: Mapping[str, Any], name: str) -> str:
    """A field as text; "" for an absent one and for an array."""
    value = fields.get(name)
    return "" if is_array(value) else text_of(value)


def positive(entity_id: int, thing: str) -> int:
    """The id of a `thing` ("Group", "Sprint", …) as it is; refused unless positive."""
    if entity_id <= 0:
        raise refusal(f"{thing} id not found")
    return entity_id


def sprint_of(call: Call, entity_id: int, find: Callable[[int], Entity | None]) -> Entity:
    """What `find` finds under a sprint's id; refused for none, and where its group may not be read."""
    entity = find(positive(entity_id, "Sprint"))
    if entity is None:
        raise refusal("Sprint not found")
    check_access(call, entity.group_id)
    return entity


def user_of(call: Call, fields: Mapping[str, Any], name: str) -> int | None:
    """`createdBy` or `modifiedBy`: None when absent, refused when no user has that id, 0 included (§4.2)."""
    if not numeric(fields.get(name)):
        return None
    user_id = number(fields, name)
    if user_id not in call.portal.users:
        raise refusal(f"{name} user not found")
    return user_id


def moment(call: Call, value: Any) -> dt.datetime:
    """A date as PHP takes it: a unix timestamp or a text; else 1970, silently (surprise 7)."""
    if numeric(value):
        seconds = to_float(value)
        return php.EPOCH + dt.timedelta(seconds=int(seconds) if abs(seconds) < _FARTHEST else 0)
    text = "" if is_array(value) else text_of(value)
    return php.strtotime(text, call.user.time_zone, call.portal.now()) or php.EPOCH


def types(**kinds: str) -> dict[str, Any]:
    """The answer of a getFields method: each field with its type."""
    return {"fields": {name: {"type": kind} for name, kind in kinds.items()}}


# --- lists ---
class BadQueryError(Exception):
    """A query the database refuses: the list is empty with HTTP 200 (surprise 3)."""


def listed(call: Call, rows: list[dict[str, Any]], shown: Callable[[Mapping[str, Any]], Any]) -> list[Any]:
    """A page of a list method: plain, 50 rows, neither `total` nor `next` (surprise 25).

    `rows` carry the upper-case names that filter, select and order know; `shown` makes the object of a row of
    which a partial `select` has left some names out.
    """
    wanted = as_map(optional(call.params, "filter", "array", []))
    names = as_list(optional(call.params, "select", "array", []))
    order = as_map(optional(call.params, "order", "array", []))
    if not rows:
        return []
    known = frozenset(rows[0])
    try:
        kept = _selected(names, known)
        found = _ordered(_matching(rows, wanted, known), order, known)
    except BadQueryError:
        return []
    page, _ = page_of(found, call.start)
    return [shown({key: row[key] for key in kept}) for row in page]


def _selected(names: list[Any], known: frozenset[str]) -> frozenset[str]:
    if not names or "*" in names:
        return known
    if any(not isinstance(name, str) or name not in known for name in names):
        raise BadQueryError
    return frozenset(names)


def _matching(
    rows: list[dict[str, Any]], wanted: dict[str, Any], known: frozenset[str]
) -> list[dict[str, Any]]:
    for key, value in wanted.items():
        if split_key(key)[1] not in known or value == []:
            raise BadQueryError
    return [dict(row) for row in select_rows(rows, wanted, known)]


def _ordered(
    rows: list[dict[str, Any]], order: dict[str, Any], known: frozenset[str]
) -> list[dict[str, Any]]:
    """Without an order the rows come as the database pleases: not by id, and always the same here."""
    if any(name not in known or text_of(way).upper() not in ("ASC", "DESC") for name, way in order.items()):
        raise BadQueryError
    return [dict(row) for row in order_rows(sorted(rows, key=_as_it_happens), order)]


def _as_it_happens(row: Mapping[str, Any]) -> tuple[int, int]:
    return to_int(row["ID"]) * 37 % 101, to_int(row["ID"])


def is_in_group(call: Call, group_id: int) -> bool:
    """A membership row of any role, invited and banned people too: what lists ask for (§4.4)."""
    return call.portal.role(group_id, call.user.id) is not None
