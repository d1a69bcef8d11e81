"""Adding things whose answer may get lost: look first whether it is there, never add twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from b24.client import BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalTimeout


class Numbered(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=Numbered)

BEFORE, ADD = "before", "add"


def add_once(
    client: Client,
    look: Command,
    add: Command,
    read: Callable[[Any], Sequence[T]],
    is_twin: Callable[[T], bool],
    seen: Collection[int] | None,
) -> tuple[BatchAnswer | None, T | None]:
    """The answer to the addition, or the thing itself when its answer was lost and it is there.

    One HTTP request; after a lost answer a second one looks for a twin that was not `seen` before, and only
    if there is none a third adds it. Without `seen` the newest twin counts.
    """
    commands: Mapping[str, Command] = {BEFORE: look, ADD: add}
    try:
        return client.batch(commands, halt=True, repeatable=False), None
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        there = [one for one in read(client.call(look).result) if is_twin(one)]
        new = [one for one in there if seen is None or one.id not in seen]
        if new:
            return None, max(new, key=lambda one: one.id)
        return client.batch(commands, halt=True, repeatable=False), None
