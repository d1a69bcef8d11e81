"""What an action in a scrum team gives back: the change for the journal, and what the page has to show."""

from __future__ import annotations

from dataclasses import dataclass

from boards.change import Change
from boards.model import CardResult, Notice
from boards.scrum.model import Epic, ItemResult, Sprint, SprintColumn


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
