"""The board of a sprint: its columns and which tasks stand in them (behaviour.md §3.7, §4.3, §4.7)."""

from __future__ import annotations

from sandbox.state import stage_rows
from sandbox.state.portal import SPRINT_BOARD, Portal, Stage
from sandbox.state.scrum import Entity

NEW, WORK, FINISH = stage_rows.NEW, "WORK", "FINISH"
TYPES = frozenset({NEW, WORK, FINISH})


def columns(portal: Portal, sprint_id: int) -> list[Stage]:
    """The sprint's columns by SORT; none are ever made by reading."""
    return stage_rows.rows(portal, SPRINT_BOARD, sprint_id)


def ids(portal: Portal, sprint_id: int) -> set[int]:
    """The ids of the sprint's columns."""
    return {stage.id for stage in columns(portal, sprint_id)}


def column_of_type(portal: Portal, sprint_id: int, system_type: str) -> Stage | None:
    """The first column of that type: NEW is where tasks start, FINISH where they end."""
    return next((s for s in columns(portal, sprint_id) if s.system_type == system_type), None)


def standing(portal: Portal, task_id: int, sprint_id: int) -> list[Stage]:
    """The columns of this sprint in which the task stands; more than one after a careless addTask."""
    own = portal.scrum.columns.get(task_id, [])
    return [stage for stage in columns(portal, sprint_id) if stage.id in own]


def move(portal: Portal, task_id: int, sprint_id: int, stage: Stage) -> bool:
    """From whatever column of the sprint into `stage`; False when the task is not on that board."""
    if not portal.scrum.take(task_id, ids(portal, sprint_id)):
        return False
    portal.scrum.put(task_id, stage.id)
    return True


def is_finished(portal: Portal, task_id: int, sprint: Entity) -> bool:
    """Whether the task stands in a FINISH column of the sprint, and in no other kind."""
    stages = standing(portal, task_id, sprint.id)
    return bool(stages) and all(stage.system_type == FINISH for stage in stages)
