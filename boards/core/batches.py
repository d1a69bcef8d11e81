"""How an action reaches the portal: one halted batch, read first, then write; an addition never twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import NotRun, OutcomeUnknown, PortalError, PortalTimeout


class Numbered(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int: ...


T = TypeVar("T")
NumberedRow = TypeVar("NumberedRow", bound=Numbered)

BEFORE, ADD = "before", "add"


def add_once(
    client: Client,
    look: Command,
    add: Command,
    read: Callable[[Any], Sequence[NumberedRow]],
    is_twin: Callable[[NumberedRow], bool],
    seen: Collection[int] | None,
) -> tuple[BatchAnswer | None, NumberedRow | None]:
    """The answer to the addition, or the thing itself when its answer was lost and it is there.

    One HTTP request; after a lost answer a second one looks for a twin that was not `seen` before, and only
    if there is none a third adds it. Without `seen` the newest twin counts.
    """
    commands: Mapping[str, Command] = {BEFORE: look, ADD: add}
    answer = unless_lost(lambda: client.batch(commands, halt=True, repeatable=False))
    if answer is not None:
        return answer, None
    rows = read(client.call(look).result)
    new = [row for row in rows if is_twin(row) and (seen is None or row.id not in seen)]
    if new:
        return None, max(new, key=lambda row: row.id)
    return client.batch(commands, halt=True, repeatable=False), None


def read_then_write(
    client: Client, commands: Mapping[str, Command], *, halt: bool = True
) -> tuple[BatchAnswer, bool]:
    """The answers of a batch, and whether a first answer got lost on the way.

    A lost answer makes us send the same again, which is right for writes that set a value. But then the
    reading may already show what we wrote ourselves, so the caller must not take it for what was before.
    """
    answer = unless_lost(lambda: client.batch(commands, halt=halt, repeatable=False))
    if answer is not None:
        return answer, False
    return client.batch(commands, halt=halt, repeatable=False), True


def unless_lost(send: Callable[[], T]) -> T | None:
    """What `send` gives; None when the portal's answer got lost, so that nobody knows what it has done.

    PortalTimeout is raised: someone who waited a whole minute for nothing is told, not kept waiting for
    another one. So is every other PortalError.
    """
    try:
        return send()
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        return None


class PackedAnswer:
    """The answers of `send_packed`. `lost`: the first batch went out twice, see `read_then_write`."""

    def __init__(self) -> None:
        self.parts: list[BatchAnswer] = []
        self.broken: PortalError | None = None
        self.lost = False

    def get(self, key: str) -> Answer | None:
        """The answer of `key`; None when it was refused or never sent."""
        return next((part[key] for part in self.parts if key in part), None)

    def asked(self, key: str) -> bool:
        """Whether `key` was answered or refused."""
        return any(key in part or key in part.errors for part in self.parts)

    def error(self, key: str) -> PortalError | None:
        """Why `key` did not work; None when it did."""
        if self.get(key):
            return None
        refused = (part.errors[key] for part in self.parts if key in part.errors)
        return next(refused, self.broken or NotRun("NOT_RUN", method=key))


def send_packed(client: Client, commands: Mapping[str, Command]) -> PackedAnswer:
    """Many commands in as few batches as possible; one refusal does not stop the others.

    If the first batch fails as a whole its error is raised. If a later one does, what was done counts, and
    `broken` is the reason for the rest.
    """
    packed = PackedAnswer()
    for part in chunks(list(commands.items()), BATCH_SIZE):
        try:
            packed.parts.append(_send(client, dict(part), packed))
        except PortalError as error:
            if not packed.parts:
                raise
            packed.broken = error
            break
    return packed


def _send(client: Client, commands: dict[str, Command], packed: PackedAnswer) -> BatchAnswer:
    """One batch of values being set. Only the first one also reads, so only there a repeat matters."""
    if packed.parts:
        return client.batch(commands, halt=False)
    answer, packed.lost = read_then_write(client, commands, halt=False)
    return answer


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, at most `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
