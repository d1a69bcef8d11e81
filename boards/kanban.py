"""Boards: the whole set of what can be done with the stages of a project or of My Planner.

The work is in `load`, `stage_changes`, `deletion` and `stage_lists`; this is the one place to import from.
"""

from __future__ import annotations

from boards.deletion import DeletionPlan, finish_deletion, move_tasks_step, plan_deletion
from boards.jobs import DeletionJob, Progress, advance, job_from_json, start_deletion
from boards.load import board_commands, load_board, load_column, read_board
from boards.stage_changes import add_stage, move_stage, recolor_stage, rename_stage
from boards.stage_lists import is_noop

__all__ = [
    "DeletionJob",
    "DeletionPlan",
    "Progress",
    "add_stage",
    "advance",
    "board_commands",
    "finish_deletion",
    "is_noop",
    "job_from_json",
    "load_board",
    "load_column",
    "move_stage",
    "move_tasks_step",
    "plan_deletion",
    "read_board",
    "recolor_stage",
    "rename_stage",
    "start_deletion",
]
