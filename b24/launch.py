"""The form a portal posts into the frame (wire.md §1).

Nothing in it is signed: it only says what to verify.
"""

# ruff: noqa: N818 (an error class names the fact)

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from b24.wire import as_int, as_text

_TOKEN = re.compile(r"[\x21-\x7e]{8,512}")
_DOMAIN = re.compile(r"[A-Za-z0-9.\-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,45}\](:[0-9]{1,5})?")
_LANG = re.compile(r"[a-z]{2}(?:[_-][a-z]{2})?")
_CODE = re.compile(r"[A-Z0-9_]{1,80}")
_MAX_OPTIONS = 16 * 1024  # characters of PLACEMENT_OPTIONS
_DEFAULT_LIFETIME = 3600  # seconds of an access token


class BadLaunch(ValueError):
    """The request is no opening of the frame. `reason`: no_auth, bad_auth."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Launch:
    """One opening of the frame, as the browser tells it; only the authorization server knows if it is true.

    `auth_expires` in seconds from now; `options` with lower-case keys ({"group_id": "10"}); `server_endpoint`
    and `application_token` are "" on older portals.
    """

    domain: str
    protocol: str
    lang: str
    app_sid: str
    auth_id: str = field(repr=False)
    auth_expires: int
    refresh_id: str = field(repr=False)
    server_endpoint: str = ""
    application_token: str = field(default="", repr=False)
    member_id: str = ""
    status: str = ""
    placement: str = "DEFAULT"
    options: dict[str, str] = field(default_factory=dict)

    @property
    def group_id(self) -> int:
        """The project the frame was opened in, 0 if none."""
        return as_int(self.options.get("group_id"))

    @property
    def task_id(self) -> int:
        """The task the frame was opened in, 0 if none."""
        return as_int(self.options.get("taskid") or self.options.get("task_id"))


def parse_launch(query: Mapping[str, str], form: Mapping[str, str]) -> Launch:
    """The launch in a request; raises BadLaunch when there is no token in it."""
    fields = {**_upper(form, *form), **_upper(query, "DOMAIN", "PROTOCOL", "LANG", "APP_SID")}
    auth_id = fields.get("AUTH_ID", "")
    if not auth_id:
        raise BadLaunch("no_auth")
    if not _TOKEN.fullmatch(auth_id):
        raise BadLaunch("bad_auth")
    return Launch(
        domain=_matching(_DOMAIN, fields.get("DOMAIN", "").lower()),
        protocol="http" if fields.get("PROTOCOL") == "0" else "https",
        lang=_matching(_LANG, fields.get("LANG", "").lower()) or "en",
        app_sid=fields.get("APP_SID", "")[:64],
        auth_id=auth_id,
        auth_expires=as_int(fields.get("AUTH_EXPIRES")) or _DEFAULT_LIFETIME,
        refresh_id=_matching(_TOKEN, fields.get("REFRESH_ID", "")),
        server_endpoint=fields.get("SERVER_ENDPOINT", "")[:256],
        application_token=_matching(_TOKEN, fields.get("APPLICATION_TOKEN", "")),
        member_id=fields.get("MEMBER_ID", "")[:64],
        status=fields.get("STATUS", "")[:8],
        placement=_matching(_CODE, fields.get("PLACEMENT", "").upper()) or "DEFAULT",
        options=parse_options(fields.get("PLACEMENT_OPTIONS", "")),
    )


def parse_options(text: str) -> dict[str, str]:
    """PLACEMENT_OPTIONS as text by lower-case key; {} for absent, "undefined" or what is no JSON object."""
    if not text or len(text) > _MAX_OPTIONS:
        return {}
    try:
        options: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(options, dict):
        return {}
    return {
        key.lower(): as_text(value) for key, value in options.items() if not isinstance(value, dict | list)
    }


def _upper(query: Mapping[str, str], *names: str) -> dict[str, str]:
    """Those of `names` the address carries; they win over the form's, which normally lacks them."""
    given = {key.upper(): as_text(query[key]) for key in query}
    return {name.upper(): given[name.upper()] for name in names if given.get(name.upper())}


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""
