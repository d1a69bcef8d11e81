"""How an action reaches the portal: one halted batch, read first, then write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalError, PortalTimeout

T = TypeVar("T")


def read_then_write(client: Client, commands: Mapping[str, Command]) -> tuple[BatchAnswer, bool]:
    """The answers of a halted batch, and whether a first answer got lost on the way.

    A lost answer makes us send the same again, which is right for writes that set a value. But then the
    reading may already show what we wrote ourselves, so the caller must not take it for what was before.
    Someone who waited a whole minute for nothing is told, not kept waiting for another one.
    """
    try:
        return client.batch(commands, halt=True, repeatable=False), False
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        return client.batch(commands, halt=True, repeatable=False), True


class PackedAnswer:
    """The answers of `send_packed` by key."""

    def __init__(self) -> None:
        self.answers: list[BatchAnswer] = []
        self.broken: PortalError | None = None

    def find(self, key: str) -> BatchAnswer | None:
        """The batch in which `key` was answered or refused; None when it was never heard of."""
        return next((one for one in self.answers if key in one or key in one.errors), None)

    def error(self, key: str) -> PortalError | None:
        """Why `key` did not work; None when it did."""
        batch = self.find(key)
        if batch is None:
            return self.broken
        return batch.errors.get(key)


def send_packed(client: Client, commands: Mapping[str, Command]) -> PackedAnswer:
    """Many commands in as few batches as possible; one refusal does not stop the others.

    If the first batch fails as a whole its error is raised. If a later one does, what was done counts, and
    `broken` is the reason for the rest.
    """
    packed = PackedAnswer()
    for part in chunks(list(commands.items()), BATCH_SIZE):
        try:
            packed.answers.append(client.batch(dict(part), halt=False))
        except PortalError as error:
            if not packed.answers:
                raise
            packed.broken = error
            break
    return packed


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in order, at most `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
