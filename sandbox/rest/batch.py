"""`batch` (behaviour.md §1.10): commands as strings, references, one shared process."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.rest import errors
from sandbox.rest.dispatch import Stopwatch, run
from sandbox.rest.params import (
    as_map,
    drop_credentials,
    is_array,
    is_true,
    normalise,
    parse_query,
    to_int,
    upper_keys,
)
from sandbox.rest.registry import Call, RestError, method

MAX_COMMANDS = 50
_FORBIDDEN = frozenset({"batch", "upload", "download"})
_REFERENCE = re.compile(r"\$(result|next|total|time|error)(\[\S*)")
_KEYS = re.compile(r"\[([^\[\]]*)\]")


@dataclass
class _Containers:
    """The five parts of the answer, each keyed by the command's key."""

    result: dict[str, Any] = field(default_factory=dict)
    error: dict[str, Any] = field(default_factory=dict)
    total: dict[str, Any] = field(default_factory=dict)
    next: dict[str, Any] = field(default_factory=dict)
    time: dict[str, Any] = field(default_factory=dict)

    def put(self, key: str, envelope: dict[str, Any]) -> None:
        """Keep the envelope of a command that succeeded."""
        self.result[key] = envelope["result"]
        self.time[key] = envelope["time"]
        if "total" in envelope:
            self.total[key] = envelope["total"]
        if "next" in envelope:
            self.next[key] = envelope["next"]

    def answer(self) -> dict[str, Any]:
        """The five parts under the names of the answer."""
        parts = {"result": self.result, "result_error": self.error, "result_total": self.total}
        return {**parts, "result_next": self.next, "result_time": self.time}


def commands_of(params: dict[str, Any]) -> dict[str, Any]:
    """The `cmd` parameter in any case of its name; {} when it is no array."""
    return as_map(upper_keys(params).get("CMD"))


@method("batch", scope=None, style="classic", source="behaviour.md §1.10")
def batch(call: Call) -> dict[str, Any]:
    """Run the commands one after the other with the credentials and the process of the outer call."""
    halt = is_true(upper_keys(call.params).get("HALT"))
    containers = _Containers()
    for count, (key, command) in enumerate(commands_of(call.params).items()):
        if count >= MAX_COMMANDS:
            containers.error[key] = errors.body(errors.known("ERROR_BATCH_LENGTH_EXCEEDED"))
        elif isinstance(command, str):
            _run_command(call, key, command, containers)
        if halt and containers.error:
            break
    return containers.answer()


def _run_command(call: Call, key: str, command: str, containers: _Containers) -> None:
    name, _, query = command.partition("#")[0].partition("?")
    if name.lower() in _FORBIDDEN:
        containers.error[key] = errors.body(errors.known("ERROR_BATCH_METHOD_NOT_ALLOWED"))
        return
    params = {name: substitute(value, containers) for name, value in parse_query(query).items()}
    clock = Stopwatch(call.portal)
    try:
        envelope = run(call.portal, call.process["caller"], name, drop_credentials(params))
    except RestError as error:
        containers.error[key] = errors.body(error)
        containers.time[key] = clock.block()
        return
    if "error" in envelope:
        containers.error[key] = envelope
        return
    containers.put(key, envelope)


# --- references ---
def substitute(value: Any, containers: _Containers) -> Any:
    """Replace the references in a value of any depth; names are left alone."""
    if isinstance(value, dict):
        return {key: substitute(inner, containers) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner, containers) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return normalise(copy.deepcopy(_resolve(whole, containers)))
    return _REFERENCE.sub(lambda match: _in_text(match, containers), value)


def _in_text(match: re.Match[str], containers: _Containers) -> str:
    """Inside a longer text only texts and numbers are put in."""
    found = _resolve(match, containers)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return match.group(0)
    return str(found)


def _resolve(match: re.Match[str], containers: _Containers) -> Any:
    """Walk the path as far as it exists: the deepest value reached, however far that is (surprise 13)."""
    value: Any = getattr(containers, match.group(1))
    for key in _KEYS.findall(match.group(2)):
        inner = _step(value, key)
        if inner is None:
            break
        value = inner
    return value


def _step(value: Any, key: str) -> Any:
    if not is_array(value):
        return None
    if isinstance(value, dict):
        return value.get(key, value.get(to_int(key)) if key.isdecimal() else None)
    return value[int(key)] if key.isdecimal() and int(key) < len(value) else None
