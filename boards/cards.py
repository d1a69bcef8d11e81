"""Cards: the one place to import from for everything that can be done with tasks on boards."""

from __future__ import annotations

from boards.card_moves import move_card

__all__ = ["move_card"]
