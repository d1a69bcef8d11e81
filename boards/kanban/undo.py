"""The modules of kanban whose recipes and jobs the journal and the store may hold."""

from __future__ import annotations

from boards.kanban import bulk, moves, stage_jobs, stages, tasks

__all__ = ["bulk", "moves", "stage_jobs", "stages", "tasks"]
