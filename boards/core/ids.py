"""Ids that the portal replaces: a deleted stage, epic or sprint that is brought back has another one.

A field of an undo recipe that names such a thing is annotated `StageId`, `EpicId` or `SprintId`. `resolved`
replaces them all by what they are called now, so no recipe does that by hand.

The store keeps one table of old and new numbers per portal. Stages stand in it as they are; epics and
sprints, whose numbers are counted by themselves, as negative ones: -2n and -2n-1 (`alias_key`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec


class IdKind(Enum):
    """What an id belongs to."""

    STAGE = "stage"
    EPIC = "epic"
    SPRINT = "sprint"


StageId = Annotated[int, IdKind.STAGE]
"""A kanban stage, or a column of a sprint: both are counted together."""
EpicId = Annotated[int, IdKind.EPIC]
SprintId = Annotated[int, IdKind.SPRINT]
"""A sprint or a backlog: both are entities of one count."""

Resolve = Callable[[int], int]
"""From a key of the alias table to the key that has replaced it; the same key where nothing has."""

StructT = TypeVar("StructT", bound=msgspec.Struct)


def same_id(key: int) -> int:
    """The `Resolve` of portals in which nothing was ever brought back."""
    return key


def alias_key(kind: IdKind, number: int) -> int:
    """The key under which the alias table knows this id."""
    if kind is IdKind.STAGE:
        return number
    return -2 * number - (kind is IdKind.SPRINT)


def current_id(resolve: Resolve, kind: IdKind, number: int) -> int:
    """The id that the thing has now; 0 (none) stays 0."""
    if not number:
        return 0
    key = resolve(alias_key(kind, number))
    return key if kind is IdKind.STAGE else -key // 2


def resolved(value: StructT, resolve: Resolve) -> StructT:
    """A msgspec.Struct with every id in it, at any depth, as it is now."""
    replace = _struct_replacer(type(value))
    if replace is None:
        return value
    changed: StructT = replace(value, resolve)
    return changed


Replacer = Callable[[Any, Resolve], Any]


def _replacer(hint: Any) -> Replacer | None:
    """How to replace the ids in a value of this type; None when it can hold none."""
    if get_origin(hint) is Annotated:
        kinds = [mark for mark in hint.__metadata__ if isinstance(mark, IdKind)]
        if kinds:
            return lambda value, resolve: current_id(resolve, kinds[0], value)
        return _replacer(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _struct_replacer(hint)
    return _container_replacer(hint)


@cache
def _struct_replacer(struct: type[msgspec.Struct]) -> Replacer | None:
    hints = get_type_hints(struct, include_extras=True)
    found = {name: _replacer(hints[name]) for name in struct.__struct_fields__}
    parts = {name: part for name, part in found.items() if part}
    if not parts:
        return None

    def replace(value: Any, resolve: Resolve) -> Any:
        new = {name: part(getattr(value, name), resolve) for name, part in parts.items()}
        return msgspec.structs.replace(value, **new)

    return replace


def _container_replacer(hint: Any) -> Replacer | None:
    """For tuples (of one type or of several), dictionaries and optional values."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple and arguments[-1:] == (Ellipsis,):
        part = _replacer(arguments[0])
        return part and (lambda value, resolve: tuple(part(entry, resolve) for entry in value))
    parts = [_replacer(argument) for argument in arguments]
    if not any(parts):
        return None
    if origin is tuple:
        return lambda value, resolve: tuple(
            part(entry, resolve) if part else entry for part, entry in zip(parts, value, strict=True)
        )
    if origin is dict:
        key_part, value_part = parts
        return lambda value, resolve: {
            (key_part(key, resolve) if key_part else key): (
                value_part(entry, resolve) if value_part else entry
            )
            for key, entry in value.items()
        }
    inner = next(part for part in parts if part)  # an optional value
    return lambda value, resolve: None if value is None else inner(value, resolve)
