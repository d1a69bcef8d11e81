"""The scrum branch of `task.stages.movetask` (behaviour.md §3.7, surprises 6 and 21)."""

from __future__ import annotations

from sandbox.methods.tasks import scrum_effects, write
from sandbox.methods.tasks.events import task_updated
from sandbox.rest.registry import Call, RestError
from sandbox.state import access, scrum_board
from sandbox.state.portal import COMPLETED, PENDING, Group, Stage, Task
from sandbox.state.scrum import BACKLOG


def move(call: Call, task: Task, group: Group, stage: Stage) -> bool:
    """Move a card on its sprint's board, complete or renew the task by the type of the column.

    False for a task without an item or in the backlog. True also when nothing moved because the task stands
    in no column of its sprint. Which sprint the column `stage` belongs to is not checked.
    """
    entity = call.portal.scrum.entity_of(task.id)
    if entity is None or entity.kind == BACKLOG:
        return False
    if not access.can_sort_scrum(call.portal, call.user, group):
        raise RestError("ACCESS_DENIED_MOVE", "You cannot move this task")
    if scrum_board.move(call.portal, task.id, entity.id, stage):
        write.touch(call, task)
        scrum_effects.put_into(call, task, stage)
    _follow(call, task, stage)
    return True


def _follow(call: Call, task: Task, stage: Stage) -> None:
    """FINISH completes, any other column renews a completed task; neither where the caller may not."""
    actions = access.task_actions(call.portal, call.user, task)
    if stage.system_type == scrum_board.FINISH:
        if actions["complete"]:
            write.set_status(call, task, COMPLETED)
            task_updated(call, task)
    elif task.status == COMPLETED and actions["renew"]:
        write.set_status(call, task, PENDING)
        task_updated(call, task)
