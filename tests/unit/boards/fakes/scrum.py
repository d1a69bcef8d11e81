"""Scrum in memory, with its traps, true to behaviour.md §3.7 and §4 in what the domain relies on.

On top of the portal of the board tests. Values arrive as strings; ids that are none raise code 100, as the
portal's binder does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from b24.errors import AccessDenied, BacklogExists, InvalidParameter, NotFound, Refused, SprintNotStarted
from b24.wire import as_int
from tests.unit.boards.fakes.kanban import COMPLETED, PENDING, FakePortal, FakeTask

EPOCH = "1970-01-01T00:00:00+00:00"
DEFAULT_COLUMNS = (
    ("New", "NEW", "00C4FB"),
    ("In progress", "WORK", "47D1E2"),
    ("Finished", "FINISH", "75D900"),
)


@dataclass
class FakeEntity:
    id: int
    group_id: int
    kind: str = "sprint"
    name: str = ""
    status: str = ""
    start: str = ""
    end: str = ""
    sort: int = 1
    created_by: int = 1


@dataclass
class FakeItem:
    entity_id: int
    points: str = ""
    epic_id: int = 0
    sort: float = 1.0


@dataclass
class FakeEpic:
    id: int
    group_id: int
    name: str
    color: str = "#69dafc"
    description: str = ""


@dataclass
class FakeColumn:
    id: int
    sprint_id: int
    name: str
    sort: int
    type: str
    color: str = "00C4FB"


class FakeScrum(FakePortal):
    """The state and the methods. `columns_of` a task: relation rows, several at worst."""

    def __init__(self) -> None:
        super().__init__()
        self.entities: dict[int, FakeEntity] = {}
        self.items: dict[int, FakeItem] = {}
        self.epics: dict[int, FakeEpic] = {}
        self.columns: dict[int, FakeColumn] = {}
        self.relations: dict[int, list[int]] = {}
        self._next = 0
        self.exact_sort = True

    # --- seeding ---
    def _id(self) -> int:
        self._next += 1
        return self._next

    def team(self, group_id: int, roles: dict[int, str], *, backlog: bool = True) -> int:
        self.add_group(group_id, roles)
        if not backlog:
            return 0
        one = FakeEntity(self._id(), group_id, "backlog")
        self.entities[one.id] = one
        return one.id

    def sprint(self, group_id: int, name: str, status: str = "planned", **more: Any) -> int:
        start, end = "2026-03-02T00:00:00+00:00", "2026-03-16T00:00:00+00:00"
        one = FakeEntity(
            self._id(), group_id, "sprint", name, status, **({"start": start, "end": end} | more)
        )
        self.entities[one.id] = one
        return one.id

    def item(self, task_id: int, entity_id: int, points: str = "", **more: Any) -> FakeTask:
        own = {key: more.pop(key) for key in ("epic_id", "sort") if key in more}
        task = self.add_task(task_id, self.entities[entity_id].group_id, **more)
        self.items[task_id] = FakeItem(entity_id, points, **({"sort": float(task_id)} | own))
        return task

    def epic(self, group_id: int, name: str) -> int:
        one = FakeEpic(self._id(), group_id, name)
        self.epics[one.id] = one
        return one.id

    def board_of(self, sprint_id: int, kinds: tuple[str, ...] = ("NEW", "WORK", "FINISH")) -> list[int]:
        return [
            self._column(sprint_id, f"C{index}", kind, "47D1E2", index * 100).id
            for index, kind in enumerate(kinds, 1)
        ]

    def stand(self, task_id: int, column_id: int) -> None:
        self.relations[task_id] = [column_id]
        self.tasks[task_id].stage_id = column_id

    def _column(self, sprint_id: int, name: str, kind: str, color: str, sort: int) -> FakeColumn:
        one = FakeColumn(900 + self._id(), sprint_id, name, sort, kind, color)
        self.columns[one.id] = one
        return one

    # --- looking ---
    def in_list(self, entity_id: int) -> list[int]:
        found = [one for one, item in self.items.items() if item.entity_id == entity_id]
        return sorted(found, key=lambda one: (self.items[one].sort, one))

    def lane(self, column_id: int) -> list[int]:
        return [task_id for task_id, places in self.relations.items() if column_id in places]

    def own_columns(self, sprint_id: int) -> list[FakeColumn]:
        own = [one for one in self.columns.values() if one.sprint_id == sprint_id]
        return sorted(own, key=lambda one: (one.sort, one.id))

    def shape(self, sprint_id: int) -> list[tuple[str, str, str, list[int]]]:
        """What a person sees of a sprint's board, ids of columns left out."""
        return [(one.name, one.type, one.color, self.lane(one.id)) for one in self.own_columns(sprint_id)]

    # --- rights and ids ---
    def _member(self, user: int, group_id: int) -> None:
        if group_id not in self.groups or user not in self.groups[group_id].roles:
            raise AccessDenied("0", "Access denied", status=400)

    def _entity(self, user: int, entity_id: int, kind: str = "") -> FakeEntity:
        one = self.entities.get(entity_id)
        if one is None or (kind and one.kind != kind):
            raise NotFound("0", "Sprint not found", status=400)
        self._member(user, one.group_id)
        return one

    # --- items ---
    def item_get(self, user: int, params: Mapping[str, Any]) -> Any:
        task_id = _id_of(params, "id")
        item = self.items.get(task_id)
        if item is None:
            raise NotFound("0", "Task not found", status=400)
        self._member(user, self.entities[item.entity_id].group_id)
        row = {"entityId": item.entity_id, "storyPoints": item.points, "epicId": item.epic_id}
        exact = {"sortFloat": item.sort} if self.exact_sort else {}
        return row | {"sort": min(max(round(item.sort), 0), 255), **exact, "createdBy": 1, "modifiedBy": 0}

    def item_update(self, user: int, params: Mapping[str, Any]) -> bool:
        task_id, fields = _id_of(params, "id"), params.get("fields", {})
        entity_id = as_int(fields.get("entityId"))
        if entity_id:
            if entity_id not in self.entities:
                raise AccessDenied("0", "Access denied", status=400)
            self._member(user, self.entities[entity_id].group_id)
        item = self.items.get(task_id) or self._create(task_id, entity_id, fields)
        self._member(user, self.entities[item.entity_id].group_id)
        item.entity_id = entity_id or item.entity_id
        if isinstance(fields.get("storyPoints"), str):
            item.points = fields["storyPoints"]
        if "epicId" in fields:
            epic = self.epics.get(as_int(fields["epicId"]))
            if epic and epic.group_id != self.entities[item.entity_id].group_id:
                raise NotFound("0", "Epic not found", status=400)
            item.epic_id = epic.id if epic else 0
        sort = fields.get("sortFloat" if self.exact_sort else "sort", fields.get("sort"))
        item.sort = item.sort if sort is None else float(sort)
        return True

    def _create(self, task_id: int, entity_id: int, fields: Mapping[str, Any]) -> FakeItem:
        if not entity_id:
            raise NotFound("0", "Entity id not found", status=400)
        task = self.tasks.get(task_id)
        if task is None:
            raise NotFound("0", "Task not found.", status=400)
        if task.group_id != self.entities[entity_id].group_id:
            raise AccessDenied("0", "Access denied", status=400)
        if as_int(fields.get("createdBy")) not in self.people:
            raise Refused("0", "Item not created", status=400)
        return self.items.setdefault(task_id, FakeItem(entity_id))

    # --- the backlog ---
    def backlog_get(self, user: int, params: Mapping[str, Any]) -> Any:
        group_id = _id_of(params, "id")
        self._member(user, group_id)
        found = [one for one in self.entities.values() if (one.group_id, one.kind) == (group_id, "backlog")]
        if not found:
            raise NotFound("0", "Backlog not found", status=400)
        return {"id": found[0].id, "groupId": group_id, "createdBy": 1, "modifiedBy": 0}

    def backlog_add(self, user: int, params: Mapping[str, Any]) -> Any:
        fields = params["fields"]
        group_id = as_int(fields.get("groupId"))
        self._member(user, group_id)
        if as_int(fields.get("createdBy")) not in self.people:
            raise Refused("0", "Unable to add backlog", status=400)
        if any((one.group_id, one.kind) == (group_id, "backlog") for one in self.entities.values()):
            raise BacklogExists("0", "Backlog already added", status=400)
        one = FakeEntity(self._id(), group_id, "backlog")
        self.entities[one.id] = one
        return {"id": one.id, "groupId": group_id}

    # --- sprints ---
    def sprint_list(self, user: int, params: Mapping[str, Any]) -> list[Any]:
        wanted = params.get("filter", {})
        if set(wanted) - {"=GROUP_ID", "=STATUS", "!=STATUS", "=ENTITY_TYPE"}:
            return []
        rows = [
            one
            for one in self.entities.values()
            if user in self.groups[one.group_id].roles
            and wanted.get("=GROUP_ID", str(one.group_id)) == str(one.group_id)
            and wanted.get("=STATUS", one.status) == one.status
            and wanted.get("!=STATUS", "") != one.status
            and wanted.get("=ENTITY_TYPE", one.kind) == one.kind
        ]
        by_end = "DATE_END" in params.get("order", {})
        rows.sort(key=lambda one: (one.end, one.id) if by_end else (one.sort, one.id), reverse=by_end)
        start = as_int(params.get("start"))
        return [self._sprint_row(one) for one in rows[start : start + 50]]

    def sprint_get(self, user: int, params: Mapping[str, Any]) -> Any:
        return self._sprint_row(self._entity(user, _id_of(params, "id")))

    def sprint_add(self, user: int, params: Mapping[str, Any]) -> Any:
        fields = params["fields"]
        group_id = as_int(fields.get("groupId"))
        self._member(user, group_id)
        for key in ("dateStart", "dateEnd"):
            if key not in fields:
                raise Refused("0", f"Incorrect {key} format", status=400)
        if fields.get("status") not in {"planned", "active", "completed"}:
            raise Refused("0", "Incorrect sprint status", status=400)
        if not fields.get("name") or as_int(fields.get("createdBy")) not in self.people:
            raise Refused("0", "Unable to add sprint", status=400)
        sprint_id = self.sprint(group_id, fields["name"], fields["status"])
        one = self.entities[sprint_id]
        one.start, one.end = _date(fields["dateStart"]), _date(fields["dateEnd"])
        one.sort = as_int(fields.get("sort"), 1)
        return self._sprint_row(one)

    def sprint_update(self, user: int, params: Mapping[str, Any]) -> Any:
        one, fields = self._entity(user, _id_of(params, "id"), "sprint"), params["fields"]
        one.name = fields.get("name") or one.name
        one.start = _date(fields["dateStart"]) if "dateStart" in fields else one.start
        one.end = _date(fields["dateEnd"]) if "dateEnd" in fields else one.end
        return self._sprint_row(one)

    def sprint_delete(self, user: int, params: Mapping[str, Any]) -> list[Any]:
        one = self._entity(user, _id_of(params, "id"), "sprint")
        backlog = next(
            (e.id for e in self.entities.values() if (e.group_id, e.kind) == (one.group_id, "backlog")), 0
        )
        for item in self.items.values():
            if item.entity_id == one.id:
                if not backlog:
                    raise Refused("0", "It is forbidden remove a sprint with items", status=400)
                item.entity_id = backlog
        del self.entities[one.id]
        return []

    def sprint_start(self, user: int, params: Mapping[str, Any]) -> Any:
        one = self._entity(user, _id_of(params, "id"), "sprint")
        if one.status != "planned":
            raise Refused("0", "Sprint must be planned", status=400)
        self._shaper(user, one.group_id)
        rivals = [e for e in self.entities.values() if (e.group_id, e.status) == (one.group_id, "active")]
        if rivals:
            raise SprintNotStarted("0", "Unable to start sprint", status=400)
        if not self.own_columns(one.id):
            self._copy_columns(one)
        for task_id in self.in_list(one.id):
            if self.tasks[task_id].status == COMPLETED:
                self.items[task_id].entity_id = as_int(self.backlog_get(user, {"id": one.group_id})["id"])
        first = next((column for column in self.own_columns(one.id) if column.type == "NEW"), None)
        if first is None or not self.in_list(one.id):
            raise SprintNotStarted("0", "Unable to start sprint", status=400)
        for task_id in self.in_list(one.id):
            self.stand(task_id, first.id)
        one.status, one.sort = "active", 0
        return self._sprint_row(one)

    def _copy_columns(self, one: FakeEntity) -> None:
        done = [e for e in self.entities.values() if (e.group_id, e.status) == (one.group_id, "completed")]
        last = max(done, key=lambda e: e.end, default=None)
        if last and not self.own_columns(last.id):
            raise SprintNotStarted("0", "Unable to start sprint", status=400)
        old = [(c.name, c.type, c.color) for c in self.own_columns(last.id)] if last else DEFAULT_COLUMNS
        for index, (name, kind, color) in enumerate(old, 1):
            self._column(one.id, name, kind, color, index * 100)

    def _shaper(self, user: int, group_id: int) -> None:
        if self.groups[group_id].roles.get(user, "") not in {"A", "E"}:
            raise AccessDenied("0", "Access denied", status=400)

    def sprint_complete(self, user: int, params: Mapping[str, Any]) -> Any:
        group_id = _id_of(params, "id")
        one = next(
            (e for e in self.entities.values() if (e.group_id, e.status) == (group_id, "active")), None
        )
        if one is None:
            raise NotFound("0", "Sprint not found", status=400)
        self._shaper(user, group_id)
        finish = next((c.id for c in self.own_columns(one.id) if c.type == "FINISH"), 0)
        if not finish:
            return None
        backlog = self.backlog_get(user, {"id": group_id})["id"]
        for task_id in self.in_list(one.id):
            if finish in self.relations.get(task_id, []):
                continue
            if self.tasks[task_id].status == COMPLETED:
                self.stand(task_id, finish)
            else:
                self.items[task_id].entity_id = backlog
        one.status, one.end, one.sort = "completed", "2026-03-04T09:00:00+00:00", 0
        return self._sprint_row(one)

    def _sprint_row(self, one: FakeEntity) -> dict[str, Any]:
        return {
            "id": one.id,
            "groupId": one.group_id,
            "entityType": one.kind,
            "name": one.name,
            "goal": "",
            "sort": one.sort,
            "createdBy": one.created_by,
            "modifiedBy": 0,
            "dateStart": one.start,
            "dateEnd": one.end,
            "status": one.status,
        }

    # --- epics ---
    def epic_list(self, user: int, params: Mapping[str, Any]) -> list[Any]:
        group_id = as_int(params.get("filter", {}).get("=GROUP_ID"))
        if user not in self.groups[group_id].roles:
            return []
        start = as_int(params.get("start"))
        rows = [self._epic_row(one) for one in self.epics.values() if one.group_id == group_id]
        rows.sort(key=lambda row: row["id"], reverse=params.get("order", {}).get("ID") == "DESC")
        return rows[start : start + 50]

    def _epic(self, user: int, params: Mapping[str, Any]) -> FakeEpic:
        one = self.epics.get(_id_of(params, "id"))
        if one is None:
            raise NotFound("0", "Epic not found", status=400)
        self._member(user, one.group_id)
        return one

    def epic_get(self, user: int, params: Mapping[str, Any]) -> Any:
        return self._epic_row(self._epic(user, params))

    def epic_add(self, user: int, params: Mapping[str, Any]) -> Any:
        fields = params["fields"]
        group_id = as_int(fields["groupId"])
        self._member(user, group_id)
        one = self.epics[self.epic(group_id, fields["name"])]
        one.color, one.description = fields.get("color", ""), fields.get("description", "")
        return self._epic_row(one)

    def epic_update(self, user: int, params: Mapping[str, Any]) -> Any:
        one, fields = self._epic(user, params), params["fields"]
        one.name, one.color = fields.get("name") or one.name, fields.get("color") or one.color
        one.description = fields.get("description") or one.description
        return self._epic_row(one)

    def epic_delete(self, user: int, params: Mapping[str, Any]) -> list[Any]:
        del self.epics[self._epic(user, params).id]
        return []

    def _epic_row(self, one: FakeEpic) -> dict[str, Any]:
        return {
            "id": one.id,
            "groupId": one.group_id,
            "name": one.name,
            "description": one.description,
            "color": one.color,
            "createdBy": 1,
            "modifiedBy": 0,
        }

    # --- columns; the four that answer false with 200 ---
    def columns_get(self, user: int, params: Mapping[str, Any]) -> list[Any]:
        one = self._entity(user, _id_of(params, "sprintId"), "sprint")
        return [
            {
                "id": str(column.id),
                "name": column.name,
                "sort": str(column.sort),
                "type": column.type,
                "sprintId": str(one.id),
                "color": column.color,
            }
            for column in self.own_columns(one.id)
        ]

    def column_add(self, user: int, params: Mapping[str, Any]) -> int:
        fields = params["fields"]
        one = self._entity(user, _id_of(fields, "sprintId"))
        kind = fields.get("type") if fields.get("type") in {"NEW", "WORK", "FINISH"} else "WORK"
        made = self._column(
            one.id, fields["name"], str(kind), fields.get("color", ""), as_int(fields["sort"])
        )
        return made.id

    def _own_column(self, user: int, params: Mapping[str, Any]) -> FakeColumn | None:
        one = self.columns.get(_id_of(params, "stageId"))
        if one is None or one.sprint_id not in self.entities:
            return None
        group = self.groups[self.entities[one.sprint_id].group_id]
        return one if user in group.roles else None

    def column_update(self, user: int, params: Mapping[str, Any]) -> bool:
        one, fields = self._own_column(user, params), params.get("fields", {})
        if one is None:
            return False
        one.name, one.color = fields.get("name", one.name), fields.get("color", one.color)
        one.type, one.sort = fields.get("type", one.type), as_int(fields.get("sort"), one.sort)
        return True

    def column_delete(self, user: int, params: Mapping[str, Any]) -> bool:
        one = self._own_column(user, params)
        if one is None or self.lane(one.id):
            return False
        del self.columns[one.id]
        return True

    def board_add(self, user: int, params: Mapping[str, Any]) -> bool:
        task_id, column = _id_of(params, "taskId"), self._own_column(user, params)
        sprint = self.entities.get(_id_of(params, "sprintId"))
        task = self.tasks.get(task_id)
        if column is None or sprint is None or task is None or not task.group_id:
            return False
        self.relations.setdefault(task_id, []).append(column.id)
        return True

    def board_remove(self, user: int, params: Mapping[str, Any]) -> bool:
        task_id, sprint_id = _id_of(params, "taskId"), _id_of(params, "sprintId")
        if sprint_id not in self.entities or task_id not in self.tasks:
            return False
        own = {one.id for one in self.own_columns(sprint_id)}
        self.relations[task_id] = [one for one in self.relations.get(task_id, []) if one not in own]
        self.tasks[task_id].stage_id = 0
        return True

    # --- tasks of scrum teams ---
    def stages_movetask(self, user: int, params: Mapping[str, Any]) -> bool:
        column = self.columns.get(as_int(params["stageId"]))
        task = self.tasks.get(as_int(params["id"]))
        if column is None:
            return super().stages_movetask(user, params)
        if task is None or not self.sees(user, task):
            raise NotFound("TASK_NOT_FOUND", status=400)
        item = self.items.get(task.id)
        if item is None or self.entities[item.entity_id].kind == "backlog":
            return False
        own = {one.id for one in self.own_columns(item.entity_id)}
        if own & set(self.relations.get(task.id, [])):
            self.stand(task.id, column.id)
        task.status = (
            COMPLETED if column.type == "FINISH" else PENDING if task.status == COMPLETED else task.status
        )
        return True

    def task_action(self, name: str, user: int, params: Mapping[str, Any]) -> Any:
        answer = super().task_action(name, user, params)
        task_id = as_int(params["taskId"])
        item = self.items.get(task_id)
        if item and self.entities[item.entity_id].status == "active":
            kinds = {one.id: one.type for one in self.own_columns(item.entity_id)}
            here = next((one for one in self.relations.get(task_id, []) if one in kinds), 0)
            goal = "FINISH" if name == "complete" else "NEW" if kinds.get(here) == "FINISH" else ""
            for column_id, kind in kinds.items():
                if here and goal == kind and name in {"complete", "renew"}:
                    self.stand(task_id, column_id)
                    break
        return answer

    def _fits(self, task_id: int, wanted: Mapping[str, Any]) -> bool:
        item = self.items.get(task_id)
        kind = self.entities[item.entity_id].kind if item and item.entity_id in self.entities else ""
        facts = {
            "SPRINT_ID": {str(item.entity_id)} if item and kind == "sprint" else set(),
            "BACKLOG_ID": {str(item.entity_id)} if item and kind == "backlog" else set(),
            "EPIC": {str(item.epic_id)} if item else set(),
            "STAGES_ID": {str(one) for one in self.relations.get(task_id, [])},
        }
        for key, value in wanted.items():
            values = {str(one) for one in value.values()} if isinstance(value, dict) else {str(value)}
            if key in facts and not facts[key] & values:
                return False
        return super()._fits(task_id, {key: one for key, one in wanted.items() if key not in facts})

    def row(self, task: FakeTask) -> dict[str, Any]:
        item = self.items.get(task.id)
        entity = self.entities.get(item.entity_id) if item else None
        closed = "2026-03-05T10:00:00+00:00" if task.status == COMPLETED else None
        return super().row(task) | {
            "sprintId": str(entity.id) if entity and entity.kind == "sprint" else None,
            "backlogId": str(entity.id) if entity and entity.kind == "backlog" else None,
            "closedDate": closed,
        }

    def handler(self, method: str) -> Callable[[int, Mapping[str, Any]], Any]:
        own: dict[str, Callable[[int, Mapping[str, Any]], Any]] = {
            "task.get": self.item_get,
            "task.update": self.item_update,
            "backlog.get": self.backlog_get,
            "backlog.add": self.backlog_add,
            "sprint.list": self.sprint_list,
            "sprint.get": self.sprint_get,
            "sprint.add": self.sprint_add,
            "sprint.update": self.sprint_update,
            "sprint.delete": self.sprint_delete,
            "sprint.start": self.sprint_start,
            "sprint.complete": self.sprint_complete,
            "epic.list": self.epic_list,
            "epic.get": self.epic_get,
            "epic.add": self.epic_add,
            "epic.update": self.epic_update,
            "epic.delete": self.epic_delete,
            "kanban.getstages": self.columns_get,
            "kanban.addstage": self.column_add,
            "kanban.updatestage": self.column_update,
            "kanban.deletestage": self.column_delete,
            "kanban.addtask": self.board_add,
            "kanban.deletetask": self.board_remove,
        }
        name = method.lower()
        if name.startswith("tasks.api.scrum."):
            return own[name.removeprefix("tasks.api.scrum.")]
        return super().handler(method)


def _id_of(params: Mapping[str, Any], key: str) -> int:
    value = params.get(key)
    if not isinstance(value, str | int) or not str(value).isdigit():
        raise InvalidParameter("100", f"Invalid value to match with parameter {{{key}}}", status=400)
    return int(value)


def _date(text: str) -> str:
    try:
        return dt.datetime.fromisoformat(text).isoformat()
    except ValueError:
        return EPOCH
