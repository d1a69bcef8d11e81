"""The bracketed form a portal sends to the event handler (wire.md §4, behaviour.md §9)."""

# ruff: noqa: N818 (an error class names the fact)

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from b24.wire import as_int, as_map, as_text, nest

_NAME = re.compile(r"[A-Z0-9_:\\.]{3,100}")
_MAX_FIELDS = 1000
_MAX_LENGTH = 64 * 1024  # characters of one value


class BadEvent(ValueError):
    """The request is no event."""


@dataclass(frozen=True)
class Event:
    """`data` and `auth` are nested, every leaf a string; `ts` in unix seconds; `handler_id` 0 if not told.

    Nothing is verified yet: `application_token` has to be compared first.
    """

    name: str
    data: dict[str, Any]
    auth: dict[str, Any] = field(repr=False)
    ts: int = 0
    handler_id: int = 0

    @property
    def application_token(self) -> str:
        """What authenticates the event; "" if it carries none."""
        return as_text(self.auth.get("application_token"))

    @property
    def member_id(self) -> str:
        """The portal it claims to come from."""
        return as_text(self.auth.get("member_id"))

    @property
    def object_id(self) -> int:
        """The id of the task or group it is about; 0 if none (the word "undefined", §9.3)."""
        parts = (as_map(self.data.get(part)) for part in ("FIELDS_AFTER", "FIELDS_BEFORE", "FIELDS"))
        return next((as_int(part["ID"]) for part in parts if as_int(part.get("ID"))), 0)


def parse_event(form: Iterable[tuple[str, str]]) -> Event:
    """The event in a form; raises BadEvent when it has no name or is absurdly large."""
    pairs = list(form)
    if len(pairs) > _MAX_FIELDS or any(len(value) > _MAX_LENGTH for _, value in pairs):
        raise BadEvent("too large")
    try:
        fields = nest(pairs)
    except ValueError:
        raise BadEvent("nested too deep") from None
    name = as_text(fields.get("event")).upper()
    if not _NAME.fullmatch(name):
        raise BadEvent("no name")
    return Event(
        name=name,
        data=_map(fields.get("data")),
        auth=_map(fields.get("auth")),
        ts=as_int(fields.get("ts")),
        handler_id=as_int(fields.get("event_handler_id")),
    )


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
