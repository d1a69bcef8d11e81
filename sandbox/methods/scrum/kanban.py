"""`tasks.api.scrum.kanban.*`: the columns of a sprint and the tasks in them (behaviour.md §4.3).

Four of these methods say `false` with HTTP 200 where the documentation promises an error (surprise 2).
"""

from __future__ import annotations

from typing import Any

from sandbox.methods import stages
from sandbox.methods.scrum.common import (
    SCOPE,
    SOURCE,
    may_read,
    number,
    numeric,
    refusal,
    sprint_of,
    types,
)
from sandbox.methods.tasks.events import task_updated
from sandbox.rest.params import as_map, required
from sandbox.rest.registry import Call, method
from sandbox.state import scrum_board, stage_rows
from sandbox.state.portal import SPRINT_BOARD, Stage
from sandbox.state.scrum import Entity

DEFAULT_SORT, DEFAULT_COLOR = 100, "00C4FB"


@method("tasks.api.scrum.kanban.getFields", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def get_fields(_: Call) -> Any:
    """The fields of a sprint's column with their types."""
    return types(name="string", sort="integer", type="string", sprintId="integer", color="string")


@method("tasks.api.scrum.kanban.getStages", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def get_stages(call: Call) -> Any:
    """The columns by SORT, all values as texts; `[]` for a sprint without any, none are made.

    Leaves the process in sprint mode: a `task.stages.get` after it in the same batch reads a sprint (§3.9).
    """
    sprint_id = required(call.params, "sprintId", "int")
    sprint_of(call, sprint_id, call.portal.scrum.sprint)
    stages.set_work_mode(call, SPRINT_BOARD)
    return [_shown(row) for row in stages.cached_board(call, sprint_id)]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["ID"],
        "name": row["TITLE"],
        "sort": row["SORT"],
        "type": row["SYSTEM_TYPE"] or scrum_board.WORK,
        "sprintId": row["ENTITY_ID"],
        "color": row["COLOR"],
    }


@method("tasks.api.scrum.kanban.addStage", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def add_stage(call: Call) -> int:
    """A column, wherever SORT puts it; any sprint will do, even a backlog. Nothing is renumbered."""
    fields = as_map(required(call.params, "fields", "array"))
    sprint_id = number(fields, "sprintId")
    sprint_of(call, sprint_id, call.portal.scrum.entities.get)
    name, color = fields.get("name"), fields.get("color")
    if not isinstance(name, str):
        raise refusal("Incorrect name format")
    return stage_rows.add_row(
        call.portal,
        SPRINT_BOARD,
        sprint_id,
        name,
        color if isinstance(color, str) else DEFAULT_COLOR,
        sort=number(fields, "sort") if numeric(fields.get("sort")) else DEFAULT_SORT,
        system_type=_type(fields.get("type")),
    ).id


def _type(value: Any) -> str:
    """NEW, WORK or FINISH; anything else is WORK."""
    return value if isinstance(value, str) and value in scrum_board.TYPES else scrum_board.WORK


@method("tasks.api.scrum.kanban.updateStage", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def update_stage(call: Call) -> bool:
    """Rename, recolor, retype, reorder or give the column to another sprint, tasks and all."""
    stage = _stage(call, required(call.params, "stageId", "int"))
    fields = as_map(required(call.params, "fields", "array"))
    if stage is None:
        return False
    if numeric(fields.get("sprintId")):
        entity = _entity(call, number(fields, "sprintId"))
        if entity is None:
            return False
        stage.entity_id = entity.id
    if isinstance(fields.get("name"), str):
        stage.title = fields["name"]
    if isinstance(fields.get("color"), str):
        stage.color = fields["color"]
    if isinstance(fields.get("type"), str):
        stage.system_type = _type(fields["type"])
    if numeric(fields.get("sort")):
        stage.sort = number(fields, "sort")
    return True


@method("tasks.api.scrum.kanban.deleteStage", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def delete_stage(call: Call) -> bool:
    """Remove a column without tasks, NEW and FINISH as well; no other column takes their place."""
    stage = _stage(call, required(call.params, "stageId", "int"))
    if stage is None or call.portal.scrum.tasks_in({stage.id}):
        return False
    del call.portal.stages[stage.id]
    return True


@method("tasks.api.scrum.kanban.addTask", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def add_task(call: Call) -> bool:
    """Put a task into a column. Not checked: whose column it is, where the item is, other columns (§4.3).

    The task's STAGE_ID stays as it is and no event is raised.
    """
    sprint_id, task_id = (required(call.params, name, "int") for name in ("sprintId", "taskId"))
    stage_id = required(call.params, "stageId", "int")
    if _sprint(call, sprint_id) is None or not _in_some_group(call, task_id):
        return False
    if stage_id not in call.portal.stages:
        return False
    call.portal.scrum.put(task_id, stage_id)
    return True


@method("tasks.api.scrum.kanban.deleteTask", scope=SCOPE, style="controller", source=f"{SOURCE}.3")
def delete_task(call: Call) -> bool:
    """Take a task off the sprint's board: STAGE_ID 0, one ONTASKUPDATE; its item stays in the sprint."""
    sprint_id, task_id = (required(call.params, name, "int") for name in ("sprintId", "taskId"))
    if _sprint(call, sprint_id) is None or not _in_some_group(call, task_id):
        return False
    call.portal.scrum.take(task_id, scrum_board.ids(call.portal, sprint_id))
    task = call.portal.tasks[task_id]
    task.stage_id = 0
    task.changed, task.changed_by = call.portal.now(), call.user.id
    task_updated(call, task)
    return True


def _entity(call: Call, entity_id: int) -> Entity | None:
    """A sprint or backlog of a team the caller may read."""
    entity = call.portal.scrum.entities.get(entity_id)
    return entity if entity is not None and may_read(call, entity.group_id) else None


def _sprint(call: Call, sprint_id: int) -> Entity | None:
    entity = _entity(call, sprint_id)
    return entity if entity is not None and entity is call.portal.scrum.sprint(sprint_id) else None


def _stage(call: Call, stage_id: int) -> Stage | None:
    """A sprint column of a team the caller may read. Columns of projects and plans are none.

    The portal would take the number of their group for that of a sprint; here they are refused (§4.3).
    """
    stage = call.portal.stages.get(stage_id)
    if stage is None or stage.entity_type != SPRINT_BOARD or _entity(call, stage.entity_id) is None:
        return None
    return stage


def _in_some_group(call: Call, task_id: int) -> bool:
    task = call.portal.tasks.get(task_id)
    return task is not None and not task.deleted and task.group_id > 0
