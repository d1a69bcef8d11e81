"""Cards: the one place to import from for everything that can be done with tasks on boards."""

from __future__ import annotations

from boards.bulk import change_cards, move_cards
from boards.card_moves import move_card
from boards.drawer import Drawer, load_drawer
from boards.tasks import load_task, task_action, update_task

__all__ = [
    "Drawer",
    "change_cards",
    "load_drawer",
    "load_task",
    "move_card",
    "move_cards",
    "task_action",
    "update_task",
]
