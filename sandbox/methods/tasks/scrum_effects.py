"""What changes of tasks do to their scrum items and sprint columns (behaviour.md §4.7).

Called by the task methods after the task has changed. Where STAGE_ID changes too it is an update of its own,
and would be an ONTASKUPDATE of its own if identical ones of a process were not sent once (§9.2, §9.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.methods.tasks.events import task_updated
from sandbox.rest.params import to_int
from sandbox.rest.registry import Call
from sandbox.state import scrum, scrum_board
from sandbox.state.portal import AWAITS_CONTROL, COMPLETED, PENDING, Stage, Task
from sandbox.state.scrum import Entity, Item


def task_added(call: Call, task: Task, fields: Mapping[str, Any]) -> None:
    """A task of a scrum team gets an item in its parent's sprint or backlog, else in the team's backlog.

    STORY_POINTS and EPIC of the same call are read; a team without backlog gets no item (§4.5).
    """
    if not _is_scrum(call, task.group_id):
        return
    entity = _home_of(call, task)
    if entity is None:
        return
    points = fields.get("STORY_POINTS")
    call.portal.scrum.items[task.id] = Item(
        task.id,
        entity.id,
        points=points if isinstance(points, str) else "",
        epic_id=to_int(fields.get("EPIC")),
        created_by=call.user.id,
    )
    if entity.status == scrum.ACTIVE:
        _to_type(call, task, entity, scrum_board.NEW)


def _is_scrum(call: Call, group_id: int) -> bool:
    group = call.portal.groups.get(group_id)
    return group is not None and group.is_scrum


def _home_of(call: Call, task: Task) -> Entity | None:
    parent = call.portal.scrum.entity_of(task.parent_id)
    if parent is not None and parent.group_id == task.group_id and parent.status != scrum.COMPLETED:
        return parent
    return call.portal.scrum.backlog_of(task.group_id)


def group_changed(call: Call, task: Task) -> None:
    """Out of a team the item goes, into a team it comes or moves to that backlog; old columns are left."""
    state = call.portal.scrum
    old = state.entity_of(task.id)
    if old is not None and old.status == scrum.ACTIVE:
        state.take(task.id, scrum_board.ids(call.portal, old.id))
    backlog = state.backlog_of(task.group_id) if _is_scrum(call, task.group_id) else None
    if backlog is None:
        state.items.pop(task.id, None)
    elif task.id in state.items:
        state.items[task.id].entity_id = backlog.id
    else:
        state.items[task.id] = Item(task.id, backlog.id, created_by=call.user.id)


def status_changed(call: Call, task: Task, before: int) -> None:
    """Completing moves the card to FINISH, renewing takes it out again or back into play."""
    if task.id not in call.portal.scrum.items or task.status == before:
        return
    if task.status == COMPLETED:
        _completed(call, task)
    elif before in (COMPLETED, AWAITS_CONTROL) and task.status == PENDING:
        _renewed(call, task)


def _completed(call: Call, task: Task) -> None:
    sprint = call.portal.scrum.entity_of(task.id)
    if sprint is None or sprint.status != scrum.ACTIVE:
        return
    if not scrum_board.is_finished(call.portal, task.id, sprint):
        _to_type(call, task, sprint, scrum_board.FINISH)


def _renewed(call: Call, task: Task) -> None:
    """In the active sprint from FINISH to NEW; from a completed one to the backlog; below a parent to it."""
    state = call.portal.scrum
    item, entity = state.items[task.id], state.entity_of(task.id)
    if entity is not None and entity.status == scrum.ACTIVE:
        if scrum_board.is_finished(call.portal, task.id, entity):
            _to_type(call, task, entity, scrum_board.NEW)
        return
    parent = state.entity_of(task.parent_id)
    if parent is not None and parent.status == scrum.ACTIVE and parent.group_id == task.group_id:
        item.entity_id = parent.id
        _to_type(call, task, parent, scrum_board.NEW)
    elif entity is not None and entity.status == scrum.COMPLETED:
        backlog = state.backlog_of(entity.group_id)
        item.entity_id = backlog.id if backlog else item.entity_id


def _to_type(call: Call, task: Task, sprint: Entity, system_type: str) -> None:
    """Into the sprint's column of that type, if it has one, wherever the task stood before."""
    stage = scrum_board.column_of_type(call.portal, sprint.id, system_type)
    if stage is None:
        return
    call.portal.scrum.take(task.id, scrum_board.ids(call.portal, sprint.id))
    put_into(call, task, stage)


def put_into(call: Call, task: Task, stage: Stage) -> None:
    """Relation and STAGE_ID, which is an update of the task."""
    call.portal.scrum.put(task.id, stage.id)
    task.stage_id = stage.id
    task_updated(call, task)
