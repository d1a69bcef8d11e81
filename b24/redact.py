"""What may be written down.

Of parameters: names, ids and numbers; never tokens, never what people wrote. Of a portal's error texts: its
own words, without what it quotes.
"""

from __future__ import annotations

import re
import unicodedata
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
# Portals quote titles and names; the apostrophe of "doesn't" opens nothing.
_QUOTED = re.compile(r"""“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|"[^"]*"|‘[^‘’]*’|`[^`]*`|(?<!\w)'[^']*'(?!\w)""")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,99}")
_QUERY = re.compile(r"(?<=\?)[^\s?]*=\S*")
_LONG_WORD = re.compile(r"[A-Za-z0-9+/=_%-]{16,}")
_MAX_TEXT = 300  # characters that are kept
_MAX_READ = 2000  # characters that are looked at


def redacted(params: Mapping[str, Any]) -> dict[str, Any]:
    """A copy for the call log: secrets as "***", free text as its length, batch commands taken apart."""
    return {key: _value(str(key), value) for key, value in params.items()}


def redacted_text(text: str, limit: int = _MAX_TEXT) -> str:
    """An error text of a portal for the operator's log: one line of at most `limit` characters.

    What stands in quotation marks becomes its length, an e-mail address "address", the query of a web address
    and whatever looks like a token "***". A title that the portal does not quote stays.
    """
    text = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[:_MAX_READ])
    text = _QUERY.sub("***", _QUOTED.sub(lambda found: f"text({len(found[0]) - 2})", text))
    text = _LONG_WORD.sub(_unless_a_name, _ADDRESS.sub("address", text))
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _unless_a_name(found: re.Match[str]) -> str:
    """Names of methods, fields and codes are of one case and without digits; tokens are not."""
    word = found[0]
    is_name = not any(map(str.isdigit, word)) and word in (word.lower(), word.upper())
    return word if is_name else "***"


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
        return [_value(key, item) for item in value[:_MAX_ITEMS]]
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
