"""Boards: the whole set of what can be done with the stages of a project or of My Planner.

The work is in `load`, `stage_changes`, `deletion` and `stage_lists`; this is the one place to import from.
"""

from __future__ import annotations

from boards.load import board_commands, load_board, load_column, read_board
from boards.stage_changes import add_stage, move_stage, recolor_stage, rename_stage
from boards.stage_lists import is_noop

__all__ = [
    "add_stage",
    "board_commands",
    "is_noop",
    "load_board",
    "load_column",
    "move_stage",
    "read_board",
    "recolor_stage",
    "rename_stage",
]
