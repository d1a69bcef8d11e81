"""Parameters: PHP's decoding of queries, and the casing regimes of the method families (surprise 10).

A PHP array arrives as a `list` when its keys are 0…n, as a `dict` with text keys otherwise; an empty one is
`[]`. Queries, forms and batch commands give strings only; a JSON body keeps its types (behaviour.md §1.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Request

from sandbox.rest.php import is_list
from sandbox.rest.registry import RestError

_CACHE = "sandbox.rest.params"
_SUBSCRIPT = re.compile(r"\[([^\]]*)\]")
_INTEGER = re.compile(r"\s*[+-]?\d+\s*\Z")


# --- decoding ---
def parse_query(text: str) -> dict[str, Any]:
    """Decode `a[b][]=1&c=2` as PHP does; later values of the same name win."""
    return nest(parse_qsl(text, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Pairs of bracketed names and values as a tree."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        path = _path(name)
        if path:
            _put(root, path, value)
    return {key: normalise(value) for key, value in root.items()}


def _path(name: str) -> list[str]:
    """`a[b][]` → ["a", "b", ""]; PHP turns blanks and dots of the first part into underscores."""
    name = name.lstrip(" ")
    head, bracket, rest = name.partition("[")
    if not head:
        return []
    if bracket and "]" not in rest:
        return [re.sub(r"[ .\[]", "_", name)]
    path = [re.sub(r"[ .]", "_", head)]
    position = len(head)
    while match := _SUBSCRIPT.match(name, position):
        path.append(match.group(1).lstrip(" "))
        position = match.end()
    return path


def _put(node: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        key = _key(node, part)
        child = node.get(key)
        if not isinstance(child, dict):
            child = node[key] = {}
        node = child
    node[_key(node, path[-1])] = value


def _key(node: dict[str, Any], part: str) -> str:
    """An empty subscript takes the number after the highest one."""
    if part:
        return part
    numbers = [int(key) for key in node if re.fullmatch(r"0|[1-9]\d*", key)]
    return str(max(numbers) + 1 if numbers else 0)


def parse_json(body: bytes) -> dict[str, Any]:
    """The top-level map of a JSON body; anything that is none is silently nothing (§1.2)."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if isinstance(value, list):
        return {str(place): normalise(item) for place, item in enumerate(value)}
    if not isinstance(value, dict):
        return {}
    return {key: normalise(item) for key, item in value.items()}


def normalise(value: Any) -> Any:
    """The value with every PHP array in it spelled as this module says, at every depth."""
    if isinstance(value, Mapping):
        if is_list(value):
            return [normalise(item) for item in value.values()]
        return {str(key): normalise(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [normalise(item) for item in value]
    return value


# --- reading ---
def as_map(value: Any) -> dict[str, Any]:
    """A PHP array as a map with text keys; {} for a scalar or None."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return {str(place): item for place, item in enumerate(value)}
    return {}


def as_list(value: Any) -> list[Any]:
    """The values of a PHP array; a scalar is a list of one (PHP's array cast), None is empty."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]


def is_array(value: Any) -> bool:
    """Whether the value is a PHP array: a list or a map."""
    return isinstance(value, (list, tuple, Mapping))


def to_int(value: Any) -> int:
    """PHP's int cast: leading digits of a text, 1 for a filled array, 0 for anything else (surprise 13)."""
    if isinstance(value, (bool, int, float)):
        return int(value)
    if isinstance(value, str):
        match = re.match(r"\s*[+-]?\d+", value)
        return int(match.group(0)) if match else 0
    return 1 if value else 0


def is_true(value: Any) -> bool:
    """PHP's truth: "", "0", 0, null, false and [] are false, "false" is true (§1.10)."""
    return bool(value) and value != "0"


def upper_keys(params: Mapping[str, Any]) -> dict[str, Any]:
    """Top-level names in upper case: `crm.*`, `user.*`, `placement.*`, `event.*` take any case."""
    return {key.upper(): value for key, value in params.items()}


def lower_keys(params: Mapping[str, Any]) -> dict[str, Any]:
    """Top-level names in lower case: how `task.stages.*` matches its arguments (§3.1)."""
    return {key.lower(): value for key, value in params.items()}


# --- controllers: exact names, checked types (§1.6) ---
def required(params: Mapping[str, Any], name: str, kind: str) -> Any:
    """The bound value of a required controller parameter; 400 "100" when it is missing or mistyped."""
    if params.get(name) is None:
        raise RestError("100", f"Could not find value for parameter {{{name}}}")
    return bind(name, params[name], kind)


def optional(params: Mapping[str, Any], name: str, kind: str, default: Any = None) -> Any:
    """The bound value of an optional controller parameter, `default` when missing; 400 "100" if mistyped."""
    if params.get(name) is None:
        return default
    return bind(name, params[name], kind)


def bind(name: str, value: Any, kind: str) -> Any:
    """`value` as `kind` (int, string, bool, array) or 400 "100"."""
    if kind == "array":
        if is_array(value):
            return value
    elif not is_array(value):
        if kind == "int":
            if isinstance(value, (bool, int)) or (isinstance(value, str) and _INTEGER.match(value)):
                return int(value)
        elif kind == "bool":
            return is_true(value)
        else:
            return text_of(value)
    raise RestError("100", _mismatch(name, value, kind))


def _mismatch(name: str, value: Any, kind: str) -> str:
    shown = "Array" if is_array(value) else text_of(value)
    return f"Invalid value {{{shown}}} to match with parameter {{{name}}}. Should be value of type {kind}."


def text_of(value: Any) -> str:
    """PHP's string cast of a scalar: "" for null and false, "1" for true."""
    if value is None or value is False:
        return ""
    return "1" if value is True else str(value)


# --- the request ---
CREDENTIALS = frozenset({"auth", "access_token", "ap", "aplogin", "sessid"})


def drop_credentials(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters a method gets to see: without those that say who asks (§1.3).

    `auth_connector` stays, `event.bind` has a parameter of that name.
    """
    return {key: value for key, value in params.items() if key not in CREDENTIALS}


def params_of(request: Request) -> dict[str, Any]:
    """All parameters of a request (§1.2): the query and, for POST, over it the JSON, form or raw body.

    The raw body is read once and stays cached, so that any part of the application may ask again.
    """
    cached = request.environ.get(_CACHE)
    if isinstance(cached, dict):
        return dict(cached)
    found = parse_query(request.query_string.decode("utf-8", "replace"))
    if request.method == "POST":
        found.update(_body(request))
    request.environ[_CACHE] = found
    return dict(found)


def _body(request: Request) -> dict[str, Any]:
    kind = request.mimetype
    if kind == "multipart/form-data":
        return nest(request.form.items(multi=True))
    body = request.get_data(cache=True)
    if kind == "application/json" or kind.endswith("+json"):
        return parse_json(body)
    return parse_query(body.decode("utf-8", "replace"))
