"""Checks of handler addresses and lists of what an application may bind (behaviour.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.rest import errors
from sandbox.rest.params import is_array, is_true, upper_keys
from sandbox.rest.registry import Call, RestError
from sandbox.state.portal import App

GLOBAL = ""

_CRM_TYPES = ("LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE")
_CRM_PLACES = ("LIST_MENU", "LIST_TOOLBAR", "DETAIL_TAB", "DETAIL_TOOLBAR", "DETAIL_ACTIVITY")

PLACEMENTS: Mapping[str, tuple[str, ...]] = {
    GLOBAL: ("LEFT_MENU", "REST_APP_URI", "PAGE_BACKGROUND_WORKER"),
    "task": (
        "TASK_VIEW_TAB",
        "TASK_VIEW_SIDEBAR",
        "TASK_VIEW_TOP_PANEL",
        "TASK_LIST_CONTEXT_MENU",
        "TASK_TOP_MENU",
        "TASK_VIEW_MODE",
        "TASK_VIEW_MENU_ADD",
        "TASK_USER_LIST_TOOLBAR",
        "TASK_GROUP_LIST_TOOLBAR",
        "TASK_ROBOT_DESIGNER_TOOLBAR",
    ),
    "sonet_group": ("SONET_GROUP_DETAIL_TAB", "SONET_GROUP_TOOLBAR", "SONET_GROUP_ROBOT_DESIGNER_TOOLBAR"),
    "crm": (
        *(f"CRM_{kind}_{place}" for kind in _CRM_TYPES for place in _CRM_PLACES),
        "CRM_FUNNELS_TOOLBAR",
    ),
}

EVENTS: Mapping[str, tuple[str, ...]] = {
    GLOBAL: (
        "ONAPPINSTALL",
        "ONAPPUNINSTALL",
        "ONAPPUPDATE",
        "ONAPPPAYMENT",
        "ONAPPMETHODCONFIRM",
        "ONOFFLINEEVENT",
    ),
    "task": tuple(f"ONTASK{kind}{what}" for kind in ("", "COMMENT") for what in ("ADD", "UPDATE", "DELETE")),
    "sonet_group": ("ONSONETGROUPADD", "ONSONETGROUPUPDATE", "ONSONETGROUPDELETE"),
    "crm": (
        *(
            f"ONCRM{kind}{what}"
            for kind in (*_CRM_TYPES, "DYNAMICITEM")
            for what in ("ADD", "UPDATE", "DELETE")
        ),
        "ONCRMDEALMOVETOCATEGORY",
    ),
    "user": ("ONUSERADD",),
}


def calling_app(call: Call) -> App:
    """The application of the token, for methods that are refused to all other callers before."""
    assert call.app is not None
    return call.app


def available(table: Mapping[str, tuple[str, ...]], scopes: Iterable[str]) -> list[str]:
    """The names of the granted scopes and those that need no scope."""
    granted = {GLOBAL, *scopes}
    return [name for scope, names in table.items() if scope in granted for name in names]


def listed(call: Call, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """How `placement.list` and `events` read `SCOPE` and `FULL`; `SCOPE` wins."""
    params = upper_keys(call.params)
    scope = params.get("SCOPE")
    if isinstance(scope, str) and scope:
        return list(table.get(scope, ()))
    if is_true(params.get("FULL")):
        return available(table, table)
    return available(table, call.scopes)


def check_handler(address: str) -> None:
    """A handler must be http(s) on a host with a dot, so that `localhost` is refused (surprise 30)."""
    parts = urlsplit(address)
    if parts.scheme.lower() not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    if "." not in (parts.hostname or ""):
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def text_argument(params: Mapping[str, Any], name: str) -> str:
    """A required text; 400 ERROR_ARGUMENT that names it (§8.1)."""
    value = params.get(name)
    if is_array(value):
        raise errors.argument_error(name, f"The value of an argument '{name}' must be of type string")
    if value is None or value == "":
        raise errors.argument_error(name)
    return str(value)


def optional_text(params: Mapping[str, Any], name: str) -> str:
    """The text of an optional parameter; "" when it is absent or an array."""
    value = params.get(name)
    return "" if value is None or is_array(value) else str(value)
