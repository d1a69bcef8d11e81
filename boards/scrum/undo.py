"""The modules of scrum with recipes and looks after lost answers, imported so that they register them."""

from __future__ import annotations

from boards.scrum import cards, column_deletion, columns, epics, items, lifecycle, moves, sprints

__all__ = ["cards", "column_deletion", "columns", "epics", "items", "lifecycle", "moves", "sprints"]
