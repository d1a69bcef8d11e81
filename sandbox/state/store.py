"""Where the running application keeps its portal, in memory and between runs.

A reset puts another portal in the place of the first. Between runs the portal is a JSON snapshot, written
behind the requests and replaced in one step.
"""

from __future__ import annotations

import atexit
import dataclasses
import datetime as dt
import functools
import json
import logging
import threading
import time
import types
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app

from sandbox.state.portal import Portal


# --- in memory ---
class PortalHolder:
    """`app.extensions["portal"]`: always ask it anew for `.portal`, a reset swaps the object."""

    def __init__(self, portal: Portal, build: Callable[[str], Portal]) -> None:
        self.portal = portal
        self._build = build

    def reset(self, seed: str) -> Portal:
        """Seed a new portal and put it in the place of the old one; ValueError for an unknown seed.

        The application is registered in it but not added. A request that holds the lock of the old portal
        finishes on the old one.
        """
        fresh = self._build(seed)
        with self.portal.lock:
            self.portal = fresh
        return fresh


def current_portal() -> Portal:
    """The portal of the running application; a reset puts another one in its place."""
    holder: PortalHolder = current_app.extensions["portal"]
    return holder.portal


VERSION = 2
PAUSE_SECONDS = 1.0
REST_PER_WORK = 20  # a big portal is written less often, so that requests seldom wait for it
_SKIPPED = frozenset({"lock", "outbox"})
_LEAVES = frozenset({types.NoneType, str, int, float, bool})  # JSON has them as they are

Reader = Callable[[Any], Any]

log = logging.getLogger(__name__)


# --- the snapshot ---
def dump(portal: Portal) -> str:
    """The portal as JSON; the caller holds its lock."""
    return json.dumps({"version": VERSION, "portal": encode(portal)}, ensure_ascii=False)


def load(text: str) -> Portal:
    """The portal of a snapshot; ValueError when it is none or of another version."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError("not a snapshot of this version")
    portal: Portal = _decode(Portal, data["portal"])
    return portal


def encode(value: Any) -> Any:
    """A part of the portal as JSON has it.

    Maps become lists of pairs, since their keys may be numbers or tuples; sets become sorted lists.
    """
    kind: Any = type(value)
    if kind in _LEAVES:
        return value
    names = _names(kind)
    if names is not None:
        return {
            name: part if type(part := getattr(value, name)) in _LEAVES else encode(part) for name in names
        }
    if isinstance(value, dict):
        return {"map": [[encode(key), encode(inner)] for key, inner in value.items()]}
    if isinstance(value, (set, frozenset)):
        return sorted(encode(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


@functools.cache
def _names(kind: Any) -> tuple[str, ...] | None:
    """The kept fields of a class of the portal; None for other classes."""
    of_ours = dataclasses.is_dataclass(kind)
    return tuple(_hints(kind)) if of_ours else None


def _decode(hint: Any, data: Any) -> Any:
    """The value of the annotated type."""
    return None if data is None else _reader(hint)(data)


@functools.cache
def _reader(hint: Any) -> Reader:
    """What reads values of the annotated type; asked once for each type, since a portal has many values."""
    if hint in _LEAVES:
        return _as_it_is
    if dataclasses.is_dataclass(hint):
        return _object_reader(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _reader(next(part for part in arguments if part is not types.NoneType))
    if origin is dict:
        return _map_reader(*arguments)
    if origin in (list, set):
        return lambda data: origin(_decode(arguments[0], item) for item in data)
    if origin is tuple:
        return lambda data: tuple(_decode(*pair) for pair in zip(arguments, data, strict=True))
    if hint is dt.datetime:
        return dt.datetime.fromisoformat
    return _plain if hint in (object, Any) else _as_it_is


def _as_it_is(data: Any) -> Any:
    return data


def _map_reader(of_key: Any, of_value: Any) -> Reader:
    def read(data: Any) -> dict[Any, Any]:
        return {_decode(of_key, key): _decode(of_value, inner) for key, inner in data["map"]}

    return read


def _object_reader(kind: Any) -> Reader:
    """Fields that are new since the snapshot take their defaults, fields that are gone are dropped."""
    readers: dict[str, Reader] = {}

    def read(data: dict[str, Any]) -> Any:
        if not readers:  # not before: a class may have fields of its own kind
            readers.update({name: _reader(hint) for name, hint in _hints(kind).items()})
        return kind(
            **{
                name: None if inner is None else readers[name](inner)
                for name, inner in data.items()
                if name in readers
            }
        )

    return read


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    """Names and types of the fields that are kept."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.name not in _SKIPPED]
    return {name: hints[name] for name in names}


def _plain(data: Any) -> Any:
    """A value of no stated type."""
    if isinstance(data, dict):
        return {key: _plain(inner) for key, inner in data["map"]}
    return [_plain(item) for item in data] if isinstance(data, list) else data


# --- the file of the snapshot ---
class Keeper:
    """Writes the snapshot some time after the last change, and once more at the end of the process."""

    def __init__(self, file: Path, portal: Callable[[], Portal]) -> None:
        self._file = file
        self._portal = portal
        self._dirty = threading.Event()
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._pause = PAUSE_SECONDS
        atexit.register(self.save)

    def touch(self) -> None:
        """The portal may have changed: write the snapshot soon."""
        self._dirty.set()
        if self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(self._pause, self.save)
            self._timer.daemon = True
            self._timer.start()

    def save(self) -> None:
        """Write now if anything changed; the file is whole at every moment."""
        with self._writing:
            if not self._dirty.is_set():
                return
            self._dirty.clear()
            portal = self._portal()
            began = time.perf_counter()
            with portal.lock:
                text = dump(portal)
            self._pause = max(PAUSE_SECONDS, REST_PER_WORK * (time.perf_counter() - began))
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self._file)


def install(app: Flask, file: Path, portal: Callable[[], Portal]) -> Keeper:
    """Keep the portal of `app` in `file`: every request may have changed it, reads create stages (§3.2)."""
    keeper = Keeper(file, portal)
    app.extensions["keeper"] = keeper

    @app.after_request
    def remember(response: Response) -> Response:
        keeper.touch()
        return response

    return keeper


def read(file: Path) -> Portal | None:
    """The portal of a snapshot file; None when there is none or it cannot be read, which is logged."""
    try:
        return load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        log.warning("the snapshot %s is unusable (%s): starting anew", file, error)
        return None
