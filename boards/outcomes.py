"""What an action gives back: the change for the journal, and what the page needs to show the truth."""

from __future__ import annotations

from dataclasses import dataclass

from boards.change import Change
from boards.crm.model import CrmOutcome
from boards.model import Card, CardResult, Notice, Stage, Task
from boards.scrum.outcomes import ScrumOutcome


@dataclass(frozen=True)
class StageOutcome:
    """`stages` is the board as it is now; it follows from what was read and the known rules.

    `results` tells, for a deletion or its undo, what became of the tasks that had to move.
    """

    change: Change
    stages: tuple[Stage, ...]
    notices: tuple[Notice, ...] = ()
    results: tuple[CardResult, ...] = ()


@dataclass(frozen=True)
class CardOutcome:
    """`card_before_stage`: the stage the card really came from (0: not known)."""

    change: Change
    card_before_stage: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class BulkOutcome:
    """One result per card, in the order asked. The change covers those that worked.

    `cards`: after a change of fields or status, all cards as they are now; absent is what cannot be read.
    """

    change: Change
    results: tuple[CardResult, ...]
    notices: tuple[Notice, ...] = ()
    cards: tuple[Card, ...] = ()

    @property
    def nothing_done(self) -> bool:
        """Whether no card could be changed."""
        return all(one.error is not None for one in self.results)


@dataclass(frozen=True)
class TaskOutcome:
    """`task` as it is now; None when the person can no longer read it."""

    change: Change
    task: Task | None
    notices: tuple[Notice, ...] = ()


Outcome = StageOutcome | CardOutcome | BulkOutcome | TaskOutcome | CrmOutcome | ScrumOutcome
