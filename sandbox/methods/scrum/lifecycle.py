"""What starting and completing a sprint does to columns and tasks (behaviour.md §4.4, surprise 22)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sandbox.methods.tasks.events import task_updated
from sandbox.rest.registry import Call
from sandbox.state import scrum, scrum_board, stage_rows
from sandbox.state.portal import COMPLETED, SPRINT_BOARD, Stage, Task
from sandbox.state.scrum import Entity

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


# --- start ---
def start(call: Call, sprint: Entity) -> bool:
    """Start a planned sprint; False for the many reasons of the one text "Unable to start sprint".

    Columns that were made and completed tasks that were sent to the backlog stay so after a False.
    The dates of the sprint are not touched.
    """
    state = call.portal.scrum
    if state.active(sprint.group_id) is not None:
        return False
    last = _last_completed(call, sprint.group_id)
    if not _ensure_columns(call, sprint, last):
        return False
    _send_completed_away(call, sprint)
    tasks = _tasks_of(call, sprint)
    default = scrum_board.column_of_type(call.portal, sprint.id, scrum_board.NEW)
    if not tasks or default is None:
        return False
    former = _former_columns(call, sprint, last)
    for task in _with_subtasks(call, tasks):
        _stand(call, task, sprint, _column_for(call, task, former, default))
    sprint.status, sprint.sort = scrum.ACTIVE, 0
    return True


def _last_completed(call: Call, group_id: int) -> Entity | None:
    """The completed sprint that ended last."""
    done = call.portal.scrum.sprints_of(group_id, scrum.COMPLETED)
    return max(done, key=lambda sprint: (sprint.end or _LONG_AGO, sprint.id), default=None)


def _ensure_columns(call: Call, sprint: Entity, last: Entity | None) -> bool:
    """Own columns are kept, else those of the last sprint are copied, else the default ones are made."""
    portal = call.portal
    if scrum_board.columns(portal, sprint.id):
        return True
    if last is None:
        rows: list[tuple[str, str | None, str | None]] = [
            (stage_rows.default_title(key, call.lang), color, kind)
            for kind, key, color in stage_rows.GROUP_DEFAULTS
        ]
    else:
        rows = [(s.title, s.color, s.system_type) for s in scrum_board.columns(portal, last.id)]
    for place, (title, color, kind) in enumerate(rows, 1):
        stage_rows.add_row(portal, SPRINT_BOARD, sprint.id, title, color, sort=place * 100, system_type=kind)
    return bool(rows)


def _send_completed_away(call: Call, sprint: Entity) -> None:
    """Items of completed tasks, and of their subtasks, go to the backlog."""
    state = call.portal.scrum
    backlog = state.backlog_of(sprint.group_id)
    if backlog is None:
        return
    done = [task for task in _tasks_of(call, sprint) if task.status == COMPLETED]
    for task in _with_subtasks(call, done, completed=True):
        item = state.items.get(task.id)
        if item is not None and item.entity_id == sprint.id:
            item.entity_id = backlog.id


def _tasks_of(call: Call, sprint: Entity) -> list[Task]:
    tasks = call.portal.tasks
    found = (tasks.get(item.task_id) for item in call.portal.scrum.items_of(sprint.id))
    return [task for task in found if task is not None and not task.deleted]


def _with_subtasks(call: Call, tasks: Iterable[Task], *, completed: bool = False) -> list[Task]:
    """The tasks and everything below them in their groups; completed subtasks only with `completed`."""
    children: dict[int, list[Task]] = {}
    for task in call.portal.tasks.values():
        if task.parent_id and not task.deleted and (completed or task.status != COMPLETED):
            children.setdefault(task.parent_id, []).append(task)
    found = {task.id: task for task in tasks}
    waiting = list(found.values())
    while waiting:
        task = waiting.pop()
        for child in children.get(task.id, ()):
            if child.id not in found and child.group_id == task.group_id:
                found[child.id] = child
                waiting.append(child)
    return list(found.values())


def _former_columns(call: Call, sprint: Entity, last: Entity | None) -> Mapping[int, Stage]:
    """Column of the last sprint → its twin here: same number of columns, same title and type (§4.4)."""
    if last is None:
        return {}
    old, new = scrum_board.columns(call.portal, last.id), scrum_board.columns(call.portal, sprint.id)
    if len(old) != len(new):
        return {}
    twins = {(stage.title, stage.system_type): stage for stage in reversed(new)}
    return {s.id: twins[s.title, s.system_type] for s in old if (s.title, s.system_type) in twins}


def _column_for(call: Call, task: Task, former: Mapping[int, Stage], default: Stage) -> Stage:
    own = call.portal.scrum.columns.get(task.id, [])
    return next((former[stage_id] for stage_id in own if stage_id in former), default)


def _stand(call: Call, task: Task, sprint: Entity, stage: Stage) -> None:
    """One column of the sprint for the task; a task that stood there already is told about twice."""
    if call.portal.scrum.take(task.id, scrum_board.ids(call.portal, sprint.id)):
        _set_stage(call, task, 0)
    call.portal.scrum.put(task.id, stage.id)
    _set_stage(call, task, stage.id)


def _set_stage(call: Call, task: Task, stage_id: int) -> None:
    task.stage_id = stage_id
    task.changed, task.changed_by = call.portal.now(), call.user.id
    task_updated(call, task)


# --- complete ---
def complete(call: Call, sprint: Entity) -> bool:
    """Close the active sprint; False when there is nowhere to send what is unfinished.

    Only what stands outside the FINISH columns is looked at: completed tasks move to FINISH, the items of
    the others to the backlog, where they keep column and STAGE_ID for the next start. An open task in FINISH
    stays in the closed sprint, uncompleted, and so does an item that stands in no column at all.
    """
    state = call.portal.scrum
    finish = scrum_board.column_of_type(call.portal, sprint.id, scrum_board.FINISH)
    backlog = state.backlog_of(sprint.group_id)
    outside = [task for task in _tasks_of(call, sprint) if _is_outside(call, task, sprint)]
    done = [task for task in outside if task.status == COMPLETED]
    if (done and finish is None) or (len(done) < len(outside) and backlog is None):
        return False
    for task in outside:
        if task.status == COMPLETED and finish is not None:
            scrum_board.move(call.portal, task.id, sprint.id, finish)
            _set_stage(call, task, finish.id)
        elif backlog is not None:
            state.items[task.id].entity_id = backlog.id
    sprint.status, sprint.end, sprint.sort = scrum.COMPLETED, call.portal.now(), 0
    return True


def _is_outside(call: Call, task: Task, sprint: Entity) -> bool:
    stages = scrum_board.standing(call.portal, task.id, sprint.id)
    return any(stage.system_type != scrum_board.FINISH for stage in stages)
