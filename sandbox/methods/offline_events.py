"""`event.offline.*`: the consumer's side of the offline queue (behaviour.md §8.3, §9.5)."""

from __future__ import annotations

import operator
import secrets
from collections.abc import Callable
from typing import Any

from sandbox.handlers import optional_text, text_argument
from sandbox.params import as_list, as_map, is_true, text_of, to_int, upper_keys
from sandbox.portal import OfflineEvent
from sandbox.registry import Call, Listing, RestError, method

SECTION = "behaviour.md §9.5"
PAGE = 50
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "!": operator.ne,
    "=": operator.eq,
}


def _queue(call: Call) -> list[OfflineEvent]:
    """The rows of the caller's connector; 403 for non-admins."""
    if not call.user.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied!", 403)
    connector = call.process.get("connector", "")
    return [row for row in call.portal.offline if row.connector == connector]


@method("event.offline.get", scope=None, style="classic", source=SECTION, application_only=True)
def get(call: Call) -> dict[str, Any]:
    """Take the oldest rows off the queue, or with `clear=0` reserve them under a process id."""
    params = upper_keys(call.params)
    process, clear = optional_text(params, "PROCESS_ID"), is_true(params.get("CLEAR", 1))
    failed, limit = is_true(params.get("ERROR")), to_int(params.get("LIMIT", PAGE)) or PAGE
    rows = [row for row in _queue(call) if row.process_id == process and row.error == failed]
    rows = _ordered(_filtered(rows, params), params, "TIMESTAMP_X")[:limit]
    if clear:
        call.portal.offline = [row for row in call.portal.offline if row not in rows]
        return {"process_id": process or None, "events": [_row(row) for row in rows]}
    process = process or secrets.token_hex(16)
    for row in rows:
        row.process_id = process
    return {"process_id": process, "events": [_row(row) for row in rows]}


@method("event.offline.list", scope=None, style="classic", source=SECTION, application_only=True)
def list_rows(call: Call) -> Listing:
    """Look at the queue without taking anything."""
    params = upper_keys(call.params)
    rows = _ordered(_filtered(_queue(call), params), params, "ID")
    first = max(call.start, 0)
    page = [_row(row) | _state(row) for row in rows[first : first + PAGE]]
    return Listing(page, len(rows), first + PAGE if len(rows) > first + PAGE else None)


@method("event.offline.clear", scope=None, style="classic", source=SECTION, application_only=True)
def clear_rows(call: Call) -> bool:
    """Remove reserved rows: all of the process, or those named by `id` or `message_id`."""
    chosen = _reserved(call)
    call.portal.offline = [row for row in call.portal.offline if row not in chosen]
    return True


@method("event.offline.error", scope=None, style="classic", source=SECTION, application_only=True)
def mark_rows(call: Call) -> bool:
    """Mark reserved rows as failed: only `error=1` finds them again."""
    for row in _reserved(call):
        row.error, row.process_id = True, ""
    return True


def _reserved(call: Call) -> list[OfflineEvent]:
    queue, params = _queue(call), upper_keys(call.params)
    process = text_argument(params, "PROCESS_ID")
    wanted = {text_of(value) for value in as_list(params.get("ID", params.get("MESSAGE_ID")))}
    return [row for row in queue if row.process_id == process and (not wanted or str(row.id) in wanted)]


def _row(row: OfflineEvent) -> dict[str, Any]:
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": row.at.replace(microsecond=0).isoformat(),
        "EVENT_NAME": row.event,
        "EVENT_DATA": row.data or False,
        "EVENT_ADDITIONAL": row.additional or False,
        "MESSAGE_ID": str(row.id),
    }


def _state(row: OfflineEvent) -> dict[str, str]:
    return {"PROCESS_ID": row.process_id, "ERROR": "1" if row.error else "0"}


def _field(row: OfflineEvent, name: str) -> Any:
    """A comparable value; ids as numbers."""
    cells = _row(row) | _state(row)
    return int(cells[name]) if name in {"ID", "MESSAGE_ID", "ERROR"} else cells[name]


def _filtered(rows: list[OfflineEvent], params: dict[str, Any]) -> list[OfflineEvent]:
    """Keep what fits all conditions; unknown fields are ignored (surprise 3)."""
    for key, value in as_map(params.get("FILTER")).items():
        sign = next((sign for sign in _ORDERS if key.startswith(sign)), "")
        name = key.removeprefix(sign).upper()
        if not rows or name not in _row(rows[0]) | _state(rows[0]):
            continue
        rows = [row for row in rows if _fits(_field(row, name), sign or "=", value)]
    return rows


def _fits(cell: Any, sign: str, value: Any) -> bool:
    wanted = [to_int(item) if isinstance(cell, int) else text_of(item) for item in as_list(value)]
    return any(_ORDERS[sign](cell, item) for item in wanted)


def _ordered(rows: list[OfflineEvent], params: dict[str, Any], default: str) -> list[OfflineEvent]:
    wishes = {key.upper(): text_of(way).upper() for key, way in as_map(params.get("ORDER")).items()}
    for name, way in reversed((wishes or {default: "ASC"}).items()):
        if rows and name in _row(rows[0]) | _state(rows[0]):
            rows = sorted(rows, key=lambda row: _field(row, name), reverse=way == "DESC")
    return rows
