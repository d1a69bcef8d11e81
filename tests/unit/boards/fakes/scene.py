"""A portal with one project and one plan, and people with different rights."""

from __future__ import annotations

import datetime as dt
from typing import cast

from b24.client import Client
from boards.core.model import Actor
from tests.unit.boards.fakes.client import FakeClient
from tests.unit.boards.fakes.kanban import FakePortal

OWNER, MEMBER, ADMIN, OUTSIDER = 1, 2, 3, 4
GROUP = 12
NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))


class Scene:
    """A portal and the means to act in it."""

    def __init__(self) -> None:
        self.portal = FakePortal()
        self.portal.admins.add(ADMIN)
        self.stage_ids = self.portal.add_group(GROUP, {OWNER: "A", MEMBER: "K"}, 3)
        self.plan_ids = self.portal.add_plan(OWNER, 3)
        self.fake = FakeClient(self.portal, OWNER)

    @property
    def client(self) -> Client:
        return cast(Client, self.fake)

    def actor(self) -> Actor:
        return Actor(self.fake.user_id, self.fake.user_id in self.portal.admins, "en", NOW)

    def become(self, user_id: int) -> None:
        self.fake.user_id = user_id

    def fill(self) -> None:
        """Seven tasks: two without a stage, two in the first, two in the second, one in the third."""
        first, second, third = self.stage_ids
        for task_id, stage_id in enumerate((0, 0, first, first, second, second, third), 1):
            self.portal.add_task(task_id, GROUP, stage_id)

    def picture(self) -> list[tuple[str, str, list[int]]]:
        return self.portal.picture(GROUP)
