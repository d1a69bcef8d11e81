"""The features, imported so that they register what `boards.core` looks up: recipes, jobs, looks.

Whoever undoes, goes on with a job or reads the journal imports this first.
"""

from __future__ import annotations

from boards.crm import undo as crm
from boards.kanban import undo as kanban
from boards.scrum import undo as scrum

__all__ = ["crm", "kanban", "scrum"]
