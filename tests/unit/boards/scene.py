"""A portal with one project and one plan, and people with different rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.state import access, ordering, stage_rows
from sandbox.state.portal import GROUP_BOARD, USER_BOARD, Group, Portal, Stage, Task, User
from tests.support.portal_scene import ADMIN, HELPER, MEMBER, NOW, OUTSIDER, OWNER, PortalScene

__all__ = ["ADMIN", "GROUP", "HELPER", "MEMBER", "NOW", "OUTSIDER", "OWNER", "Scene", "hide", "moment"]

GROUP = 12

Picture = list[tuple[str, str, list[int]]]
"""What a person sees of a board: title, color and task ids of each column."""


def hide(monkeypatch: pytest.MonkeyPatch, *task_ids: int) -> None:
    """Nobody sees these tasks, which are there all the same: the stand-in shows members all of a project."""
    seen, listed = access.can_read_task, access.read_filter

    def can_read(portal: Portal, user: User, task: Task) -> bool:
        return task.id not in task_ids and seen(portal, user, task)

    def read_filter(portal: Portal, user: User) -> Callable[[Task], bool]:
        known = listed(portal, user)
        return lambda task: task.id not in task_ids and known(task)

    monkeypatch.setattr(access, "can_read_task", can_read)
    monkeypatch.setattr(access, "read_filter", read_filter)


def moment(text: str) -> dt.datetime:
    """As the portal keeps it."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


class Scene(PortalScene):
    """The project `GROUP` with the columns S1, S2, S3, and the owner's plan with P1, P2, P3."""

    def __init__(self) -> None:
        super().__init__()
        self.portal.counters["stage"] = 100
        self.stage_ids = self.add_group(GROUP, {OWNER: "A", MEMBER: "K"})
        self.plan_ids = self.add_board(USER_BOARD, OWNER, ["P1", "P2", "P3"], "9DCF00")

    def fill(self) -> None:
        """Seven tasks: two without a stage, two in the first, two in the second, one in the third."""
        first, second, third = self.stage_ids
        for task_id, stage_id in enumerate((0, 0, first, first, second, second, third), 1):
            self.add_task(task_id, GROUP, stage_id)

    # --- what there is ---
    def add_group(self, group_id: int, roles: dict[int, str], stages: int = 3, **more: Any) -> list[int]:
        """A project that only its members know of; the ids of its columns."""
        given: dict[str, Any] = {"name": f"Project {group_id}", "owner_id": min(roles), "visible": False}
        self.portal.groups[group_id] = Group(group_id, members=dict(roles), **given | more)
        return self.add_board(
            GROUP_BOARD, group_id, [f"S{number}" for number in range(1, stages + 1)], "47D1E2"
        )

    def add_board(self, kind: str, owner: int, titles: list[str], color: str) -> list[int]:
        made = [stage_rows.add_row(self.portal, kind, owner, title, color, sort=0) for title in titles]
        stage_rows.renumber(made)
        return [stage.id for stage in made]

    def add_task(self, task_id: int, group_id: int = 0, stage_id: int = 0, **more: Any) -> Task:
        """Below all others of its board. A project's task is the helper's and made by the member."""
        given: dict[str, Any] = {
            "title": f"Task {task_id}",
            "created_by": MEMBER if group_id else OWNER,
            "responsible_id": HELPER if group_id else OWNER,
            "created": NOW.astimezone(dt.UTC),
            "changed": NOW.astimezone(dt.UTC),
        }
        task = Task(task_id, group_id=group_id, stage_id=stage_id, **given | more)
        self.portal.tasks[task_id] = task
        self._below(GROUP_BOARD if group_id else USER_BOARD, group_id or OWNER, task_id)
        return task

    def add_to_plan(self, task_id: int, stage_id: int, user_id: int = OWNER) -> None:
        self.portal.relations[task_id, USER_BOARD, user_id] = stage_id
        self._below(USER_BOARD, user_id, task_id)

    def protect(self, task_id: int) -> None:
        """The member acts from now on, who may edit all of the project's tasks but this one."""
        self.portal.tasks[task_id].created_by = OWNER
        self.become(MEMBER)

    def _below(self, kind: str, owner: int, task_id: int) -> None:
        places = self.portal.sorting.setdefault((kind, owner), {})
        places.pop(task_id, None)
        places[task_id] = max(places.values(), default=0.0) + 1.0

    # --- what people see ---
    def board(self, owner: int = GROUP, kind: str = GROUP_BOARD) -> list[Stage]:
        return stage_rows.rows(self.portal, kind, owner)

    def column(self, stage: Stage) -> list[int]:
        """The tasks of a column from top to bottom, completed ones too."""
        kind, owner = stage.entity_type, stage.entity_id
        if kind == USER_BOARD:
            places = self.portal.relations.items()
            found = [key[0] for key, place in places if key[1:] == (kind, owner) and place == stage.id]
        else:
            first = self.board(owner)[0].id
            mine = (
                task for task in self.portal.tasks.values() if task.group_id == owner and not task.deleted
            )
            found = [task.id for task in mine if (task.stage_id or first) == stage.id]
        return sorted(found, key=lambda task_id: ordering.sort_key(self.portal, (kind, owner), task_id))

    def picture(self, owner: int = GROUP, kind: str = GROUP_BOARD) -> Picture:
        """Ids of stages left out."""
        return [(stage.title, stage.color or "", self.column(stage)) for stage in self.board(owner, kind)]
