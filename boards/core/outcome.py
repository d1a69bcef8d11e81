"""What an action gives back: the change for the journal, what is so now, and a result per thing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from boards.core.change import Change
from boards.core.model import CardResult, Notice

Now = TypeVar("Now", covariant=True)


@dataclass(frozen=True)
class Outcome(Generic[Now]):
    """What came of an action.

    `change` covers only what worked. `now`: what the action concerned as it is now (the stages of a board, a
    task, an epic; each action says which), which follows from what was read and the known rules. `results`:
    one per thing in the order asked, of actions on several things. `nothing_done`: none of the things could
    be changed, so there is nothing for the journal.
    """

    change: Change
    now: Now
    results: tuple[Any, ...] = ()
    nothing_done: bool = False

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What else the person should know."""
        return self.change.notices

    @property
    def failed(self) -> tuple[Any, ...]:
        """The results of what could not be done."""
        return tuple(result for result in self.results if result.error is not None)

    def raise_if_nothing_done(self) -> Outcome[Now]:
        """The outcome itself; where nothing was done, the first reason is raised."""
        if self.nothing_done and self.failed:
            raise self.failed[0].error
        return self


def none_worked(results: Collection[CardResult]) -> bool:
    """Whether there are results and all of them are failures."""
    return bool(results) and all(result.error is not None for result in results)
