"""What an action gives back: the change for the journal, and what the page needs to show the truth."""

from __future__ import annotations

from dataclasses import dataclass

from boards.core.change import Change
from boards.core.model import Card, CardResult, Notice, Stage, Task
from boards.crm.model import CrmOutcome
from boards.scrum.model import Epic, ItemResult, Sprint, SprintColumn


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


@dataclass(frozen=True)
class ItemsOutcome:
    """One result per item, in the order asked. The change covers those that worked.

    `shifted`: others that made room for them.
    """

    change: Change
    results: tuple[ItemResult, ...]
    notices: tuple[Notice, ...] = ()
    shifted: tuple[ItemResult, ...] = ()


@dataclass(frozen=True)
class EpicOutcome:
    """`epic` as it is now; None when it was deleted. `results`: items that lost or got back theirs."""

    change: Change
    epic: Epic | None
    notices: tuple[Notice, ...] = ()
    results: tuple[ItemResult, ...] = ()


@dataclass(frozen=True)
class SprintOutcome:
    """`sprint` as it is now; None when it was deleted."""

    change: Change
    sprint: Sprint | None
    notices: tuple[Notice, ...] = ()
    results: tuple[ItemResult, ...] = ()


@dataclass(frozen=True)
class ColumnsOutcome:
    """`columns` of the sprint as they are now; `results` of the tasks that had to move."""

    change: Change
    columns: tuple[SprintColumn, ...]
    notices: tuple[Notice, ...] = ()
    results: tuple[CardResult, ...] = ()


@dataclass(frozen=True)
class BacklogOutcome:
    """The team's backlog, new or the one that was there."""

    change: Change
    backlog_id: int
    notices: tuple[Notice, ...] = ()


ScrumOutcome = ItemsOutcome | EpicOutcome | SprintOutcome | ColumnsOutcome | BacklogOutcome
Outcome = StageOutcome | CardOutcome | BulkOutcome | TaskOutcome | CrmOutcome | ScrumOutcome
