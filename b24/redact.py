"""Parameters as they may be written down: names, ids and numbers; never tokens, never what people wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

SECRETS = frozenset(
    {
        "auth",
        "access_token",
        "refresh_token",
        "client_secret",
        "code",
        "auth_id",
        "refresh_id",
        "application_token",
    }
)
_HARMLESS = re.compile(r"-?\d{1,20}|[YN]|ASC|DESC|asc|desc|\$(?:result|next|total)(?:\[\w{1,40}\]){1,8}|")
# Parameters whose values are names of ours or the portal's, and how such a name looks.
_NAMING = frozenset({"select", "placement", "event", "entitytype"})
_NAME = re.compile(r"[A-Za-z_*]{1,40}")
_MAX_ITEMS = 200


def redacted(params: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for the call log: secrets as "***", free text as its length, batch commands taken apart."""
    return {key: _value(str(key), value) for key, value in params.items()}


def _value(key: str, value: Any) -> Any:
    if _last(key).lower() in SECRETS:
        return "***"
    if isinstance(value, Mapping):
        if key == "cmd":
            return {name: _command(str(command)) for name, command in value.items()}
        return redacted(value)
    if isinstance(value, str):
        return value if _is_harmless(key, value) else f"text({len(value)})"
    if isinstance(value, Sequence):
        return [_value(key, one) for one in value[:_MAX_ITEMS]]
    return value if value is None or isinstance(value, bool | int | float) else type(value).__name__


def _command(command: str) -> dict[str, Any]:
    method, _, query = command.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    return {"method": method, **{name: _value(name, value) for name, value in pairs}}


def _is_harmless(key: str, value: str) -> bool:
    if key.partition("[")[0].lower() in _NAMING and _NAME.fullmatch(value):
        return True
    return bool(_HARMLESS.fullmatch(value))


def _last(name: str) -> str:
    """`fields[AUTH]` is as secret as `auth`."""
    return name.rstrip("]").rpartition("[")[2]
