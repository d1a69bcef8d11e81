"""A scrum team with a backlog, two sprints and an epic, and a second team next door."""

from __future__ import annotations

from typing import cast

from b24.client import Client
from b24.errors import ConnectionLost
from boards.core.model import Actor, BoardRef
from boards.scrum.model import ItemFacts, Planning
from boards.scrum.planning import load_planning
from tests.unit.boards.fakes.client import FakeClient
from tests.unit.boards.fakes.scrum import FakeScrum
from tests.unit.boards.scene import ADMIN, MEMBER, NOW, OUTSIDER, OWNER

__all__ = ["ADMIN", "MEMBER", "NOW", "OUTSIDER", "OWNER", "REF", "TEAM", "ScrumScene"]

TEAM, OTHER_TEAM, PLAIN = 20, 21, 22
REF = BoardRef(TEAM)


class ScrumScene:
    """Items 1–6 in the backlog, 11–13 in the planned sprint, 21–24 on the board of the active one."""

    def __init__(self) -> None:
        self.portal = portal = FakeScrum()
        portal.admins.add(ADMIN)
        self.backlog = portal.team(TEAM, {OWNER: "A", MEMBER: "K"})
        self.other_backlog = portal.team(OTHER_TEAM, {OWNER: "K", MEMBER: "A"})
        portal.add_group(PLAIN, {OWNER: "A", MEMBER: "K"})
        self.done = portal.sprint(TEAM, "Sprint 1", "completed", end="2026-02-28T00:00:00+00:00")
        self.planned = portal.sprint(TEAM, "Sprint 3", sort=2)
        self.active = portal.sprint(TEAM, "Sprint 2", "active", sort=0)
        self.epic, self.other_epic = portal.epic(TEAM, "Search"), portal.epic(TEAM, "Billing")
        self.foreign_epic = portal.epic(OTHER_TEAM, "Theirs")
        self.old_columns = portal.board_of(self.done)
        self.columns = portal.board_of(self.active)
        for task_id, points in enumerate(("8", "0.5", "½", "XL", "", "13 or more"), 1):
            portal.item(task_id, self.backlog, points, epic_id=self.epic if task_id < 3 else 0)
        for task_id, points in enumerate(("3", "0,5", "5"), 11):
            portal.item(task_id, self.planned, points)
        for index, task_id in enumerate((21, 22, 23, 24)):
            portal.item(task_id, self.active, "2")
            portal.stand(task_id, self.columns[min(index, 2)])
        portal.tasks[23].status = portal.tasks[24].status = "5"
        self.fake = FakeClient(portal, OWNER)
        self.fake.lost_error = ConnectionLost

    @property
    def client(self) -> Client:
        return cast(Client, self.fake)

    def actor(self) -> Actor:
        return Actor(self.fake.user_id, self.fake.user_id in self.portal.admins, "en", NOW)

    def become(self, user_id: int) -> None:
        self.fake.user_id = user_id

    def planning(self, known: dict[int, ItemFacts] | None = None) -> Planning:
        return load_planning(self.client, REF, self.actor(), known)

    def seen(self) -> dict[int, ItemFacts]:
        """What a page that knows everything has."""
        return {
            one: ItemFacts(item.points, item.epic_id, item.entity_id, item.sort)
            for one, item in self.portal.items.items()
        }

    def picture(self) -> dict[str, object]:
        """Everything a person sees of the team, ids of what may be recreated left out."""
        portal = self.portal
        names = {one.id: one.name or one.kind for one in portal.entities.values()}
        epics = {one.id: one.name for one in portal.epics.values()}
        return {
            "lists": {
                names[one.id]: (one.status, one.start, one.end, portal.in_list(one.id))
                for one in portal.entities.values()
            },
            "items": {
                task_id: (item.points, epics.get(item.epic_id), portal.tasks[task_id].status)
                for task_id, item in portal.items.items()
            },
            "epics": sorted((one.name, one.color, one.description) for one in portal.epics.values()),
            "boards": {names[one]: portal.shape(one) for one in (self.active, self.done) if one in names},
        }
