"""`task.stages.*`: kanban columns of groups and of "My Plan" (behaviour.md §3).

Argument names match in any case, `fields` keys only in upper case. Two things live as long as one HTTP
request (`Call.process`), as they would in one PHP process: the work mode, which a touched board leaves behind
for the commands after it, and the cache of column lists, which no write refreshes (§3.9).
"""

from __future__ import annotations

from typing import Any

from sandbox.methods import sprint_moves
from sandbox.methods.tasks.events import task_updated
from sandbox.methods.tasks.index import forget_index
from sandbox.rest import errors
from sandbox.rest.params import is_array, is_true, lower_keys, text_of, to_int
from sandbox.rest.registry import Call, RestError, method
from sandbox.state import access, ordering, stage_rows
from sandbox.state.portal import GROUP_BOARD, SPRINT_BOARD, USER_BOARD, Stage, Task

SOURCE = "behaviour.md §3"

TEXTS = {
    "EMPTY_TITLE": "Stage title is missing",
    "NOT_FOUND": "Stage was not found",
    "IS_SYSTEM": "Default stage cannot be deleted",
    "NO_EMPTY": "There are tasks in this stage",
    "ACCESS_DENIED": "You cannot manage stages",
    "ACCESS_DENIED_MOVE": "You cannot move this task",
    "DIFFERENT_STAGES": "Stage and task belong to different groups",
    "TASK_NOT_FOUND": "The task was not found, or access is denied.",
    "UNKNOWN_ERROR": "Unknown error",
}


def refusal(code: str, text: str = "") -> RestError:
    """A business error of §3.1: HTTP 400 with the code and its English text."""
    return RestError(code, text or TEXTS[code])


def arguments(call: Call, *names: str) -> dict[str, Any]:
    """The call's arguments under lower-case names; `names` must be there and not null (§3.1)."""
    found = lower_keys(call.params)
    for name in names:
        if found.get(name) is None:
            raise RestError(
                "DISPATCHER_ERROR",
                f'Argument "{name}" is required, but no value passed for {call.method}',
            )
    return found


# --- what one PHP process remembers (§3.9) ---
def work_mode(call: Call) -> str:
    """The process-wide kind of board, G until a call touches another kind; never reset."""
    return str(call.process.get("stages.mode", GROUP_BOARD))


def set_work_mode(call: Call, mode: str) -> None:
    """Set which kind of board the later calls of this process mean (§3.9)."""
    call.process["stages.mode"] = mode


def cached_board(call: Call, entity_id: int) -> list[dict[str, Any]]:
    """The board's rows as first read in this process; default columns are made when it has none (§3.2)."""
    mode = work_mode(call)
    cache = call.process.setdefault("stages.cache", {})
    if (mode, entity_id) not in cache:
        board = stage_rows.ensure_board(call.portal, mode, entity_id, call.lang)
        sortable = _items_sortable(call, mode, entity_id)
        cache[(mode, entity_id)] = [_render(stage, call.lang, sortable) for stage in board]
    rows: list[dict[str, Any]] = cache[(mode, entity_id)]
    return rows


def _items_sortable(call: Call, mode: str, entity_id: int) -> bool:
    group = call.portal.groups.get(entity_id) if mode == GROUP_BOARD else None
    return group is None or access.can_sort(call.portal, call.user, group)


def _render(stage: Stage, lang: str, sortable: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ID": str(stage.id),
        "TITLE": stage_rows.shown_title(stage, lang),
        "SORT": str(stage.sort),
        "COLOR": stage.color or stage_rows.DEFAULT_COLOR,
        "SYSTEM_TYPE": stage.system_type,
        "ENTITY_ID": str(stage.entity_id),
        "ENTITY_TYPE": stage.entity_type,
        "ADDITIONAL_FILTER": [],
        "TO_UPDATE": [],
        "TO_UPDATE_ACCESS": None,
    }
    if stage.system_type:
        row["CAN_SORT_ITEMS"] = sortable
    return row


# --- rights ---
def _admin_flag(call: Call, args: dict[str, Any]) -> bool:
    """`isAdmin` counts for portal administrators only; from others it is silently ignored (§3.1)."""
    return is_true(args.get("isadmin")) and call.user.is_admin


def _may_manage(call: Call, entity_type: str, entity_id: int, admin: bool) -> bool:
    """A sprint's id is compared with the caller's user id, like a plan's owner (§3.4)."""
    if admin:
        return True
    if entity_type == GROUP_BOARD:
        return access.can_manage_stages(call.portal, call.user, call.portal.groups.get(entity_id))
    return entity_id == call.user.id


def _may_move(call: Call, entity_type: str, entity_id: int) -> bool:
    """The "sort" right on a board (§3.6)."""
    if entity_type != GROUP_BOARD:
        return entity_id == call.user.id
    group = call.portal.groups.get(entity_id)
    if group is None:
        return call.user.is_admin
    return access.can_sort(call.portal, call.user, group)


# --- the methods ---
@method("task.stages.get", scope="task", style="dispatcher", source=f"{SOURCE}.2")
def get(call: Call) -> Any:
    """Columns of a group, or of the caller's plan for `entityId` ≤ 0: by id, or a list with `numeric`."""
    args = arguments(call, "entityid")
    entity_id = to_int(args["entityid"])
    if entity_id <= 0:
        set_work_mode(call, USER_BOARD)
        entity_id = call.user.id
    elif not _admin_flag(call, args):
        group = call.portal.groups.get(entity_id)
        if group is None or not access.can_read_group_tasks(call.portal, call.user, group):
            raise refusal("ACCESS_DENIED", "You cannot view tasks in this group")
    board = cached_board(call, entity_id)
    if is_true(args.get("numeric")):
        return list(board)
    return {row["ID"]: row for row in board}


@method("task.stages.add", scope="task", style="dispatcher", source=f"{SOURCE}.3")
def add(call: Call) -> int:
    """A new column; without AFTER_ID it becomes the first one and takes the tasks without a stage with it."""
    args = arguments(call, "fields")
    fields = _fields(args["fields"])
    title = _title(fields)
    entity_id = to_int(fields.get("ENTITY_ID"))
    if title is None:
        raise refusal("EMPTY_TITLE")
    if entity_id <= 0:
        set_work_mode(call, USER_BOARD)
        entity_id = call.user.id
    elif not _may_manage(call, GROUP_BOARD, entity_id, _admin_flag(call, args)):
        raise refusal("ACCESS_DENIED")
    mode = work_mode(call)
    cached_board(call, entity_id)
    stage = stage_rows.add_row(call.portal, mode, entity_id, title, _color(fields), sort=0)
    _arrange(call, stage, to_int(fields.get("AFTER_ID")))
    return stage.id


@method("task.stages.update", scope="task", style="dispatcher", source=f"{SOURCE}.4")
def update(call: Call) -> bool:
    """Rename, recolor, move. AFTER_ID absent leaves the order, 0 is the front, an unknown id the end."""
    args = arguments(call, "id", "fields")
    fields = _fields(args["fields"])
    stage = _stage(call, args["id"])
    set_work_mode(call, stage.entity_type)
    renamed = fields.get("TITLE") is not None
    title = _title(fields) if renamed else stage.title
    if title is None:
        raise refusal("EMPTY_TITLE")
    if not _may_manage(call, stage.entity_type, stage.entity_id, _admin_flag(call, args)):
        raise refusal("ACCESS_DENIED")
    cached_board(call, stage.entity_id)
    stage.title = title
    if fields.get("COLOR") is not None:
        stage.color = _color(fields)
    if fields.get("AFTER_ID") is None:
        stage_rows.renumber(stage_rows.rows(call.portal, stage.entity_type, stage.entity_id))
    else:
        after_id = to_int(fields["AFTER_ID"])
        _pin_tasks_without_stage(call, stage, after_id)
        _arrange(call, stage, after_id)
    return True


@method("task.stages.delete", scope="task", style="dispatcher", source=f"{SOURCE}.5")
def delete(call: Call) -> bool:
    """Remove an empty column. A system type is refused before rights are even looked at."""
    args = arguments(call, "id")
    stage = _stage(call, args["id"])
    set_work_mode(call, stage.entity_type)
    if stage.system_type:
        raise refusal("IS_SYSTEM")
    cached_board(call, stage.entity_id)
    if stage.entity_type != SPRINT_BOARD:
        if not _may_manage(call, stage.entity_type, stage.entity_id, _admin_flag(call, args)):
            raise refusal("ACCESS_DENIED")
        if _has_tasks(call, stage):
            raise refusal("NO_EMPTY")
        first = stage_rows.first_row(call.portal, stage.entity_type, stage.entity_id)
        if first is stage:
            raise refusal("UNKNOWN_ERROR")
    _drop(call, stage)
    return True


@method("task.stages.canmovetask", scope="task", style="dispatcher", source=f"{SOURCE}.6")
def can_move_task(call: Call) -> bool:
    """Whether the caller may move cards on a board; never an access error."""
    args = arguments(call, "entityid", "entitytype")
    return _may_move(call, text_of(_scalar(args["entitytype"])), to_int(args["entityid"]))


@method("task.stages.movetask", scope="task", style="dispatcher", source=f"{SOURCE}.7")
def move_task(call: Call) -> bool:
    """Put a task into a column, before or after another task; see §3.7 for what a plan and scrum do."""
    args = arguments(call, "id", "stageid")
    stage = _stage(call, args["stageid"])
    task = call.portal.tasks.get(to_int(args["id"]))
    if task is None or not access.can_read_task(call.portal, call.user, task):
        raise refusal("TASK_NOT_FOUND")
    group = call.portal.groups.get(task.group_id)
    if group is not None and group.is_scrum:
        return sprint_moves.move(call, task, group, stage)
    if not _may_move(call, stage.entity_type, stage.entity_id):
        raise refusal("ACCESS_DENIED_MOVE")
    if stage.entity_type == GROUP_BOARD and stage.entity_id != task.group_id:
        raise refusal("DIFFERENT_STAGES")
    before, after = to_int(args.get("before")), to_int(args.get("after"))
    if stage.entity_type == GROUP_BOARD:
        _move_in_group(call, task, stage)
    elif not _move_in_plan(call, task, stage):
        return True
    _place(call, task, stage, before, after)
    return True


# --- fields ---
def _fields(value: Any) -> dict[str, Any]:
    """`fields` as a map; anything but an array is a PHP type error, that is a plain HTTP 500 (§3.1)."""
    if not is_array(value):
        raise errors.known("INTERNAL_SERVER_ERROR")
    return dict(value) if isinstance(value, dict) else {}


def _scalar(value: Any) -> Any:
    if is_array(value):
        raise errors.known("INTERNAL_SERVER_ERROR")
    return value


def _title(fields: dict[str, Any]) -> str | None:
    """The title as it will be stored, untrimmed; None when nothing but blanks was given (§3.3)."""
    title = text_of(_scalar(fields.get("TITLE")))
    return title if title.strip() else None


def _color(fields: dict[str, Any]) -> str | None:
    """Stored as it came: no `#` added or removed, nothing checked (§3.3)."""
    color = fields.get("COLOR")
    return None if color is None else text_of(_scalar(color))


def _stage(call: Call, value: Any) -> Stage:
    stage = call.portal.stages.get(to_int(value))
    if stage is None:
        raise refusal("NOT_FOUND")
    return stage


# --- effects ---
def _arrange(call: Call, stage: Stage, after_id: int) -> None:
    """Put the column first (0), after a column of its board, or last (any other id), and renumber."""
    board = stage_rows.rows(call.portal, stage.entity_type, stage.entity_id)
    if after_id != stage.id:
        board.remove(stage)
        ids = [other.id for other in board]
        if after_id == 0:
            place = 0
        elif after_id in ids:
            place = ids.index(after_id) + 1
        else:
            place = len(board)
        board.insert(place, stage)
    stage_rows.renumber(board)


def _pin_tasks_without_stage(call: Call, stage: Stage, after_id: int) -> None:
    """Before the first column changes, its tasks with STAGE_ID 0 get its id: no event, no date (§3.4)."""
    if stage.entity_type != GROUP_BOARD or not (after_id == 0 or stage.system_type == stage_rows.NEW):
        return
    first = stage_rows.first_row(call.portal, GROUP_BOARD, stage.entity_id)
    if first is None:
        return
    forget_index(call)
    for task in call.portal.tasks.values():
        if task.group_id == stage.entity_id and task.stage_id == 0:
            task.stage_id = first.id


def _has_tasks(call: Call, stage: Stage) -> bool:
    """Any task at all, completed or invisible ones too; relations for a plan (§3.5)."""
    if stage.entity_type == GROUP_BOARD:
        tasks = call.portal.tasks.values()
        return any(t.stage_id == stage.id and t.group_id == stage.entity_id and not t.deleted for t in tasks)
    return any(stage_id == stage.id for stage_id in call.portal.relations.values())


def _drop(call: Call, stage: Stage) -> None:
    """Delete the row; the rest keeps its SORT. A sprint column takes the relations of its tasks along."""
    del call.portal.stages[stage.id]
    if stage.entity_type == SPRINT_BOARD:
        call.portal.scrum.drop_column(stage.id)


def _move_in_group(call: Call, task: Task, stage: Stage) -> None:
    task.stage_id = stage.id
    task.changed, task.changed_by = call.portal.now(), call.user.id
    task_updated(call, task)


def _move_in_plan(call: Call, task: Task, stage: Stage) -> bool:
    """Only a task that already stands on the plan is moved; False when it does not. No event (§3.7)."""
    key = (task.id, stage.entity_type, stage.entity_id)
    if key not in call.portal.relations:
        return False
    call.portal.relations[key] = stage.id
    return True


def _place(call: Call, task: Task, stage: Stage, before: int, after: int) -> None:
    """Next to another task of the board, else to the top or bottom of the column (§3.7)."""
    portal, board = call.portal, (stage.entity_type, stage.entity_id)
    target = before or after
    if target:
        column = _column_of(call, target, stage)
        if target in column:
            ordering.put_next_to(portal, board, task.id, target, column, before=bool(before))
        return
    group = portal.groups.get(stage.entity_id) if stage.entity_type == GROUP_BOARD else None
    on_top = group is None or group.new_tasks_on_top
    ordering.pin(portal, board, task.id, _column_of(call, task.id, stage), on_top=on_top)


def _column_of(call: Call, task_id: int, stage: Stage) -> set[int]:
    """Ids of the tasks in the column of `task_id` on the board of `stage`, itself included; {} elsewhere."""
    portal = call.portal
    if stage.entity_type != GROUP_BOARD:
        kind, owner = stage.entity_type, stage.entity_id
        own = portal.relations.get((task_id, kind, owner))
        relations = portal.relations.items()
        return {key[0] for key, value in relations if key[1:] == (kind, owner) and value == own}
    task = portal.tasks.get(task_id)
    if task is None or task.deleted or task.group_id != stage.entity_id:
        return set()
    first = stage_rows.first_row(portal, GROUP_BOARD, stage.entity_id)
    same = {task.stage_id}
    if first is not None and task.stage_id in (0, first.id):
        same = {0, first.id}
    tasks = (t for t in portal.tasks.values() if t.group_id == stage.entity_id and t.stage_id in same)
    return {t.id for t in tasks if not t.deleted}
