"""Epics and sprints that came back under another id, in the one table of aliases.

`Change.aliases` and the resolver of undo speak of stages. Epics and sprints have number sequences of their
own, so they stand there as negative numbers: epics even, sprints odd. A number can then mean one thing only.
"""

from __future__ import annotations

from collections.abc import Callable

Resolve = Callable[[int], int]


def epic_key(epic_id: int) -> int:
    """How an epic stands in the table."""
    return -2 * epic_id


def sprint_key(sprint_id: int) -> int:
    """How a sprint, or a backlog, stands in the table."""
    return -2 * sprint_id - 1


def resolve_epic(resolve: Resolve, epic_id: int) -> int:
    """The id an epic has now; 0 stays 0."""
    return resolve(epic_key(epic_id)) // -2 if epic_id else 0


def resolve_sprint(resolve: Resolve, sprint_id: int) -> int:
    """The id a sprint has now; a backlog never changes its own."""
    return (resolve(sprint_key(sprint_id)) + 1) // -2 if sprint_id else 0
