"""A tiny portal in memory, true to behaviour.md §1.10, §3 and §5 in what the boards rely on.

`fake_client` brings it the commands. All values it gets are strings or, where a reference went wrong, worse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from b24.client import Answer
from b24.errors import (
    AccessDenied,
    ActionUnavailable,
    DifferentStages,
    EmptyTitle,
    NotFound,
    StageIsSystem,
    StageNotEmpty,
)
from b24.wire import as_int

PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED = "2", "3", "4", "5", "6"
ALLOWED = {
    "complete": ({PENDING, IN_PROGRESS, DEFERRED}, COMPLETED),
    "renew": ({COMPLETED, AWAITS_CONTROL, DEFERRED}, PENDING),
    "start": ({PENDING, DEFERRED}, IN_PROGRESS),
    "pause": ({IN_PROGRESS}, PENDING),
    "defer": ({PENDING, IN_PROGRESS}, DEFERRED),
}


@dataclass
class FakeStage:
    id: int
    title: str
    color: str
    entity_id: int
    kind: str = "G"
    sort: int = 0


@dataclass
class FakeTask:
    id: int
    title: str
    group_id: int = 0
    stage_id: int = 0
    status: str = PENDING
    responsible_id: int = 1
    deadline: str = ""
    priority: str = "1"
    tags: list[str] = field(default_factory=list)
    auditors: list[int] = field(default_factory=list)
    description: str = ""
    hidden: bool = False  # nobody sees it, and yet it is there
    stuck: bool = False  # the portal says yes and does not move it
    fixed: bool = False  # nobody may edit it


@dataclass
class FakeGroup:
    id: int
    name: str
    roles: dict[int, str]


class FakePortal:
    """The state and the methods. `order` is the board order of all tasks, top first."""

    def __init__(self) -> None:
        self.groups: dict[int, FakeGroup] = {}
        self.stages: dict[int, FakeStage] = {}
        self.tasks: dict[int, FakeTask] = {}
        self.plan: dict[tuple[int, int], int] = {}  # (user, task) → stage
        self.order: list[int] = []
        self.admins: set[int] = set()
        self.people = {number: f"Person {number}" for number in range(1, 6)}
        self.page = 50
        self._next_stage = 100

    # --- seeding and looking ---
    def add_group(self, group_id: int, roles: dict[int, str], stages: int = 3) -> list[int]:
        self.groups[group_id] = FakeGroup(group_id, f"Project {group_id}", roles)
        return [self._insert(f"S{index}", "47D1E2", group_id, "G", -1) for index in range(1, stages + 1)]

    def add_plan(self, user_id: int, stages: int = 3) -> list[int]:
        return [self._insert(f"P{index}", "9DCF00", user_id, "U", -1) for index in range(1, stages + 1)]

    def add_task(self, task_id: int, group_id: int = 0, stage_id: int = 0, **more: Any) -> FakeTask:
        task = FakeTask(task_id, f"Task {task_id}", group_id, stage_id, **more)
        self.tasks[task_id] = task
        self.order.append(task_id)
        return task

    def board(self, owner: int, kind: str = "G") -> list[FakeStage]:
        own = [one for one in self.stages.values() if (one.entity_id, one.kind) == (owner, kind)]
        return sorted(own, key=lambda one: one.sort)

    def picture(self, owner: int, kind: str = "G") -> list[tuple[str, str, list[int]]]:
        """What a person sees: title, color and task ids of each column, ids of stages left out."""
        return [(one.title, one.color, self.column(one)) for one in self.board(owner, kind)]

    def column(self, stage: FakeStage) -> list[int]:
        if stage.kind == "U":
            return [one for one in self.order if self.plan.get((stage.entity_id, one)) == stage.id]
        first = self.board(stage.entity_id)[0].id
        mine = [one for one in self.order if self.tasks[one].group_id == stage.entity_id]
        return [one for one in mine if (self.tasks[one].stage_id or first) == stage.id]

    def _insert(self, title: str, color: str, owner: int, kind: str, after_id: int) -> int:
        self._next_stage += 1
        one = FakeStage(self._next_stage, title, color, owner, kind)
        self._place(one, after_id)
        return one.id

    def _place(self, one: FakeStage, after_id: int | None) -> None:
        rest = [stage for stage in self.board(one.entity_id, one.kind) if stage.id != one.id]
        ids = [stage.id for stage in rest]
        at = 0 if after_id == 0 else ids.index(after_id) + 1 if after_id in ids else len(rest)
        if after_id == one.id or after_id is None:
            at = [stage.id for stage in self.board(one.entity_id, one.kind)].index(one.id)
        for index, stage in enumerate([*rest[:at], one, *rest[at:]]):
            stage.sort = (index + 1) * 100
        self.stages[one.id] = one

    # --- rights ---
    def manages(self, user: int, stage: FakeStage, params: Mapping[str, Any]) -> bool:
        if stage.kind == "U":
            return stage.entity_id == user
        if user in self.admins and params.get("isAdmin") in {"1", "Y"}:
            return True
        return self.groups[stage.entity_id].roles.get(user, "") in {"A", "E"}

    def sees(self, user: int, task: FakeTask) -> bool:
        if task.hidden:
            return False
        return not task.group_id or user in self.admins or user in self.groups[task.group_id].roles

    # --- task.stages ---
    def stages_get(self, user: int, params: Mapping[str, Any]) -> Any:
        owner = as_int(params["entityId"])
        if owner and user not in self.admins and user not in self.groups[owner].roles:
            raise AccessDenied("ACCESS_DENIED", status=400)
        rows = self.board(owner or user, "G" if owner else "U")
        return [
            {
                "ID": str(one.id),
                "TITLE": one.title,
                "SORT": str(one.sort),
                "COLOR": one.color,
                "SYSTEM_TYPE": "" if index else "NEW",
            }
            for index, one in enumerate(rows)
        ]

    def stages_add(self, user: int, params: Mapping[str, Any]) -> int:
        fields = params["fields"]
        owner = as_int(fields.get("ENTITY_ID"))
        if not fields.get("TITLE", "").strip():
            raise EmptyTitle("EMPTY_TITLE", status=400)
        kind = "G" if owner else "U"
        probe = FakeStage(0, "", "", owner or user, kind)
        if not self.manages(user, probe, params):
            raise AccessDenied("ACCESS_DENIED", status=400)
        after_id = as_int(fields["AFTER_ID"]) if "AFTER_ID" in fields else 0
        return self._insert(fields["TITLE"], fields.get("COLOR", ""), owner or user, kind, after_id)

    def stages_update(self, user: int, params: Mapping[str, Any]) -> bool:
        one, fields = self._stage(params), params.get("fields", {})
        if "TITLE" in fields and not fields["TITLE"].strip():
            raise EmptyTitle("EMPTY_TITLE", status=400)
        if not self.manages(user, one, params):
            raise AccessDenied("ACCESS_DENIED", status=400)
        one.title, one.color = fields.get("TITLE", one.title), fields.get("COLOR", one.color)
        after_id = as_int(fields["AFTER_ID"]) if "AFTER_ID" in fields else None
        first = self.board(one.entity_id, one.kind)[0]
        if one.kind == "G" and after_id is not None and (after_id == 0 or one is first):
            for task in self.tasks.values():
                if task.group_id == one.entity_id and task.stage_id == 0:
                    task.stage_id = first.id
        self._place(one, after_id)
        return True

    def stages_delete(self, user: int, params: Mapping[str, Any]) -> bool:
        one = self._stage(params)
        if self.board(one.entity_id, one.kind)[0] is one:
            raise StageIsSystem("IS_SYSTEM", status=400)
        if not self.manages(user, one, params):
            raise AccessDenied("ACCESS_DENIED", status=400)
        if self.column(one):
            raise StageNotEmpty("NO_EMPTY", status=400)
        del self.stages[one.id]
        return True

    def stages_can(self, user: int, params: Mapping[str, Any]) -> bool:
        group = self.groups[as_int(params["entityId"])]
        return user in self.admins or user in group.roles

    def stages_movetask(self, user: int, params: Mapping[str, Any]) -> bool:
        one = self._stage({"id": params["stageId"]})
        task = self.tasks.get(as_int(params["id"]))
        if task is None or not self.sees(user, task):
            raise NotFound("TASK_NOT_FOUND", status=400)
        if one.kind == "U":
            if (user, task.id) not in self.plan:
                return True
            self.plan[user, task.id] = one.id
        else:
            if task.group_id != one.entity_id:
                raise DifferentStages("DIFFERENT_STAGES", status=400)
            if task.stuck:
                return True
            task.stage_id = one.id
        self._sort(task.id, as_int(params.get("before")), as_int(params.get("after")))
        return True

    def _sort(self, task_id: int, before: int, after: int) -> None:
        self.order.remove(task_id)
        anchor = after or before
        at = self.order.index(anchor) + (1 if after else 0) if anchor in self.order else 0
        self.order.insert(at, task_id)

    def _stage(self, params: Mapping[str, Any]) -> FakeStage:
        value = params["id"]
        found = self.stages.get(as_int(value) if isinstance(value, str | int) else int(bool(value)))
        if found is None:
            raise NotFound("NOT_FOUND", status=400)
        return found

    # --- tasks.task ---
    def task_get(self, user: int, params: Mapping[str, Any]) -> Any:
        task = self.tasks.get(as_int(params["taskId"]))
        return {"task": self.row(task)} if task and self.sees(user, task) else []

    def task_update(self, user: int, params: Mapping[str, Any]) -> Any:
        task, fields = self.tasks.get(as_int(params["taskId"])), params["fields"]
        if task is None or not self.sees(user, task):
            raise ActionUnavailable("0", "Action unavailable", status=400)
        if task.fixed:
            raise AccessDenied("0", "Cannot edit", status=400)
        if "GROUP_ID" in fields and as_int(fields["GROUP_ID"]) != task.group_id:
            task.group_id, task.stage_id = as_int(fields["GROUP_ID"]), 0
        if "RESPONSIBLE_ID" in fields and set(fields) == {"RESPONSIBLE_ID"}:
            if task.responsible_id not in task.auditors:
                task.auditors.append(task.responsible_id)
            task.status = PENDING
        for key, name in {"TITLE": "title", "DESCRIPTION": "description", "DEADLINE": "deadline"}.items():
            setattr(task, name, fields.get(key, getattr(task, name)))
        task.priority, task.status = fields.get("PRIORITY", task.priority), fields.get("STATUS", task.status)
        task.responsible_id = as_int(fields.get("RESPONSIBLE_ID", task.responsible_id))
        if "TAGS" in fields:
            task.tags = [tag for tag in fields["TAGS"].values() if tag]
        if "AUDITORS" in fields:
            task.auditors = [as_int(one) for one in fields["AUDITORS"].values() if as_int(one)]
        return self.task_get(user, params)

    def task_action(self, name: str, user: int, params: Mapping[str, Any]) -> Any:
        task = self.tasks.get(as_int(params["taskId"]))
        if task is None or not self.sees(user, task) or task.status not in ALLOWED[name][0]:
            raise ActionUnavailable("0", "Action unavailable", status=400)
        task.status = ALLOWED[name][1]
        return self.task_get(user, params)

    def task_list(self, user: int, params: Mapping[str, Any]) -> Answer:
        wanted = params.get("filter", {})
        found = [one for one in self.order if self.sees(user, self.tasks[one]) and self._fits(one, wanted)]
        if params.get("order") == {"ID": "ASC"}:
            found = sorted(found)
        start = max(0, as_int(params.get("start"))) // self.page * self.page
        rows = [self.row(self.tasks[one]) for one in found[start : start + self.page]]
        more = start + self.page < len(found)
        return Answer({"tasks": rows}, total=len(found), next=start + self.page if more else None)

    def _fits(self, task_id: int, wanted: Mapping[str, Any]) -> bool:
        task = self.tasks[task_id]
        facts = {
            "ID": {str(task.id)},
            "GROUP_ID": {str(task.group_id)},
            "STAGE_ID": {str(task.stage_id)},
            "STAGES_ID": {str(stage) for (_, one), stage in self.plan.items() if one == task_id},
            "RESPONSIBLE_ID": {str(task.responsible_id)},
            "REAL_STATUS": {task.status},
        }
        for key, value in wanted.items():
            values = {str(one) for one in value.values()} if isinstance(value, dict) else {str(value)}
            if key in facts and not facts[key] & values:
                return False
            if key == ">ID" and task.id <= as_int(value):
                return False
            if key == "%TITLE" and value.lower() not in task.title.lower():
                return False
            if key == "<DEADLINE" and not (task.deadline and _moment(task.deadline) < _moment(value)):
                return False
        return True

    def row(self, task: FakeTask) -> dict[str, Any]:
        editable = not task.fixed
        return {
            "id": str(task.id),
            "title": task.title,
            "description": task.description,
            "groupId": str(task.group_id),
            "stageId": str(task.stage_id),
            "status": task.status,
            "priority": task.priority,
            "deadline": task.deadline or None,
            "parentId": None,
            "tags": {str(index): {"id": index, "title": tag} for index, tag in enumerate(task.tags)} or [],
            "auditors": [str(one) for one in task.auditors],
            "responsibleId": str(task.responsible_id),
            "responsible": {
                "id": str(task.responsible_id),
                "name": self.people.get(task.responsible_id, "?"),
            },
            "group": {"id": str(task.group_id), "name": f"Project {task.group_id}"} if task.group_id else [],
            "action": {"edit": editable, "complete": task.status in ALLOWED["complete"][0]},
        }

    # --- groups and people ---
    def group_get(self, user: int, params: Mapping[str, Any]) -> Answer:
        wanted = params.get("FILTER", {})
        everything = params.get("IS_ADMIN") == "Y" and user in self.admins
        rows = [
            {"ID": str(one.id), "NAME": one.name, "NUMBER_OF_MEMBERS": str(len(one.roles)), "CLOSED": "N"}
            for one in sorted(self.groups.values(), key=lambda one: one.name)
            if (everything or user in one.roles)
            and wanted.get("ID", str(one.id)) == str(one.id)
            and wanted.get("%NAME", "").lower() in one.name.lower()
        ]
        start = as_int(params.get("start"))
        return Answer(rows[start : start + self.page], total=len(rows))

    def group_members(self, user: int, params: Mapping[str, Any]) -> Any:
        group = self.groups.get(as_int(params["ID"]))
        if group is None or user not in group.roles:
            raise NotFound("", "Socialnetwork group not found", status=400)
        return [{"USER_ID": str(one), "ROLE": role} for one, role in group.roles.items()]

    def my_groups(self, user: int, params: Mapping[str, Any]) -> Any:
        mine = [one for one in self.groups.values() if user in one.roles]
        return [{"GROUP_ID": str(one.id), "ROLE": one.roles[user]} for one in mine]

    def users(self, user: int, params: Mapping[str, Any]) -> Any:
        return [{"ID": str(number), "NAME": name, "ACTIVE": True} for number, name in self.people.items()]

    def no_backlog(self, user: int, params: Mapping[str, Any]) -> Any:
        raise NotFound("0", "Backlog not found", status=400)

    def handler(self, method: str) -> Callable[[int, Mapping[str, Any]], Any]:
        name = method.lower()
        if name.startswith("tasks.task.") and name.removeprefix("tasks.task.") in ALLOWED:
            action = name.removeprefix("tasks.task.")
            return lambda user, params: self.task_action(action, user, params)
        return {
            "task.stages.get": self.stages_get,
            "task.stages.add": self.stages_add,
            "task.stages.update": self.stages_update,
            "task.stages.delete": self.stages_delete,
            "task.stages.canmovetask": self.stages_can,
            "task.stages.movetask": self.stages_movetask,
            "tasks.task.get": self.task_get,
            "tasks.task.list": self.task_list,
            "tasks.task.update": self.task_update,
            "sonet_group.get": self.group_get,
            "sonet_group.user.get": self.group_members,
            "sonet_group.user.groups": self.my_groups,
            "user.get": self.users,
            "user.search": self.users,
            "tasks.api.scrum.backlog.get": self.no_backlog,
        }[name]


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
