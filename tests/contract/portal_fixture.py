"""A portal inside the test process: methods called directly, and over HTTP where the status counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sandbox.app import create_app
from sandbox.rest.dispatch import execute
from sandbox.rest.php import dumps
from sandbox.rest.registry import RestError
from sandbox.seed import build
from sandbox.settings import Settings
from sandbox.state.portal import Group, Portal, Stage, Task


class PortalFixture:
    """One seeded portal and its people by name; `main` is the project they share.

    `state` is the portal itself, to be looked at and changed without asking any method.
    """

    def __init__(self, seed: str = "small") -> None:
        self.state: Portal = build(seed)

    @property
    def main(self) -> Group:
        return self.state.groups[self.state.main_group_id]

    def id_of(self, who: str) -> int:
        return self.state.people[who]

    def envelope(self, who: str, method: str, process: dict[str, Any] | None = None, /, **params: Any) -> Any:
        """The whole answer as decoded from JSON. `process` is shared by the commands of a batch."""
        user = self.state.users[self.id_of(who)]
        found = execute(
            self.state, user, method, params, scopes=frozenset({"task"}), process=process, lang="en"
        )
        return json.loads(dumps(found))

    def ask(self, who: str, method: str, process: dict[str, Any] | None = None, /, **params: Any) -> Any:
        """The result."""
        return self.envelope(who, method, process, **params)["result"]

    def refused(
        self, who: str, method: str, process: dict[str, Any] | None = None, /, **params: Any
    ) -> RestError:
        """The refusal; it must be one."""
        with pytest.raises(RestError) as caught:
            self.envelope(who, method, process, **params)
        return caught.value

    def client(self) -> FlaskClient:
        """The same portal behind its REST addresses."""
        return create_app(Settings(limits=False), portal=self.state).test_client()

    def path(self, who: str, method: str) -> str:
        """The webhook address of a method for one person."""
        hook = next(hook for hook in self.state.webhooks if hook.user_id == self.id_of(who))
        return f"/rest/{hook.user_id}/{hook.code}/{method}"

    def stages(self, group: Group | None = None) -> list[Stage]:
        """The columns of a group's board in order, straight from the state."""
        wanted = (group or self.main).id
        board = (s for s in self.state.stages.values() if s.entity_type == "G" and s.entity_id == wanted)
        return sorted(board, key=lambda stage: stage.sort)

    def titles(self, group: Group | None = None) -> list[str]:
        return [stage.title for stage in self.stages(group)]

    def task(self, **values: Any) -> Task:
        """A new task in the main project, made by the owner for the member unless told otherwise."""
        now = self.state.now()
        given = {
            "title": "A task",
            "created_by": self.id_of("owner"),
            "responsible_id": self.id_of("member"),
            "group_id": self.main.id,
            "created": now,
            "changed": now,
        }
        task = Task(id=self.state.next_id("task"), **(given | values))
        self.state.tasks[task.id] = task
        return task

    def empty(self) -> None:
        """Throw all tasks away."""
        self.state.tasks.clear()
        self.state.relations.clear()
        self.state.sorting.clear()
