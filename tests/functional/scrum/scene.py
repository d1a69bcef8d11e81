"""A person before the planning page of a scrum team, and the truth behind it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.support.person import Person
from tests.support.servers import Sandbox

LIST = re.compile(r'<li class="column[^"]*" id="list-(\d+)" data-stage-id="(\d+)"( data-sprint-id="\d+")?')
ROW = re.compile(
    r'<li class="card item[^"]*" id="task-(\d+)" data-task-id="\d+" data-entity-id="(\d+)" '
    r'data-epic-id="(\d+)" data-person="(\d+)" data-sort="([^"]*)"'
)
POINTS = re.compile(r'<input class="points" value="([^"]*)"[^>]*data-fit="(\w+)"')
LOADER = re.compile(r'hx-get="(/boards/[^"]+/facts\?ids=[\d,]+)"')
FACTS = ("entityId", "storyPoints", "epicId", "sortFloat")
FACT = re.compile(r'<i data-task-id="(\d+)" data-points="([^"]*)" data-fit="(\w+)"')
WHOLE_FACT = re.compile(FACT.pattern + r' data-epic-id="(\d+)" data-entity-id="\d+" data-sort="([^"]*)"')


@dataclass
class Shown:
    """An item as the page shows it; `points` None for a task without a scrum record."""

    task_id: int
    entity_id: int
    epic_id: int
    sort: str
    points: str | None
    fit: str


def group_called(portal: Sandbox, name: str, who: str = "member") -> int:
    """The id of the group with that name."""
    for row in portal.act(who, "sonet_group.get", FILTER={"NAME": name}):
        if row["NAME"] == name:
            return int(row["ID"])
    raise AssertionError(f"no group {name}")


@dataclass
class Team:
    """The team's page as somebody has it open."""

    person: Person
    portal: Sandbox
    group_id: int
    page: str = ""
    lists: dict[int, list[Shown]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/boards/g{self.group_id}/scrum"

    def look(self) -> Team:
        """Load the page and what it loads by itself, as the script would."""
        answer = self.person.get(self.path)
        assert answer.status_code == 200, answer.text[:600]
        self.page = answer.text
        starts = [*LIST.finditer(self.page)]
        ends = [*(one.start() for one in starts[1:]), len(self.page)][: len(starts)]
        self.lists = {
            int(start[1]): rows_of(self.page[start.start() : end])
            for start, end in zip(starts, ends, strict=True)
        }
        return self

    def fill(self) -> list[requests.Response]:
        """What the page asks for afterwards: the facts it does not have yet."""
        return [self.person.get(html.unescape(one)) for one in LOADER.findall(self.page)]

    def settle(self) -> Team:
        """Wait until the page has corrected what it only remembered."""
        shown = {one.task_id: one for one in self.items}
        for answer in self.fill():
            for task_id, points, fit, epic_id, sort in WHOLE_FACT.findall(answer.text):
                item = shown[int(task_id)]
                item.points, item.fit = html.unescape(points), fit
                item.epic_id, item.sort = int(epic_id), sort
        return self

    @property
    def items(self) -> list[Shown]:
        return [one for rows in self.lists.values() for one in rows]

    @property
    def backlog_id(self) -> int:
        found = re.search(r'data-backlog="(\d+)"', self.page)
        assert found
        return int(found[1])

    @property
    def sprint_ids(self) -> list[int]:
        return [one for one in self.lists if one != self.backlog_id]

    @property
    def epic_ids(self) -> list[int]:
        return [int(one) for one in re.findall(r"/epics/(\d+)/edit", self.page)]

    def post(self, address: str, **form: Any) -> requests.Response:
        return self.person.post(self.path + address, **form)

    def set_points(self, points: dict[int, str], **form: Any) -> requests.Response:
        """As the grid posts it."""
        shown = {one.task_id: one.points for one in self.items if one.points is not None}
        seen = {one: shown[one] for one in points if one in shown}
        return self.post("/points", points=json.dumps(points), seen=json.dumps(seen), **form)

    def move(self, task_ids: list[int], entity_id: int, after: int = 0, **form: Any) -> requests.Response:
        """As the page posts it when items were dropped."""
        below = [one.task_id for one in self.lists[entity_id]]
        below = below[below.index(after) + 1 :] if after else below
        wanted = {
            "stage_id": entity_id,
            "after": after,
            "task_ids": ",".join(map(str, task_ids)),
            "following": ",".join(str(one) for one in below if one not in task_ids),
            "seen": self.seen([*task_ids, after, *below]),
        }
        return self.post(f"/cards/{task_ids[0]}/move", **wanted | form)

    def seen(self, task_ids: list[int]) -> str:
        """Facts as the page has them."""
        known = {one.task_id: one for one in self.items if one.sort and one.points is not None}
        return json.dumps(
            {
                one: [known[one].points, known[one].epic_id, known[one].entity_id, float(known[one].sort)]
                for one in task_ids
                if one in known
            }
        )

    def picture(self) -> dict[int, Any]:
        """Every item of the team as the portal has it."""
        wanted = {"GROUP_ID": self.group_id}
        tasks = self.portal.act("member", "tasks.task.list", filter=wanted, select=["ID"])
        found = {}
        for task in tasks["tasks"]:
            item = self.fact(int(task["id"]))
            found[int(task["id"])] = tuple(item[key] for key in FACTS)
        return found

    def fact(self, task_id: int) -> dict[str, Any]:
        """The scrum item of a task, behind the app's back."""
        return dict(self.portal.act("member", "tasks.api.scrum.task.get", id=task_id))


def rows_of(part: str) -> list[Shown]:
    """The rows of a piece of the page."""
    starts = [*ROW.finditer(part)]
    ends = [*(one.start() for one in starts[1:]), len(part)][: len(starts)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        cell = POINTS.search(part[start.start() : end])
        points, fit = (html.unescape(cell[1]), cell[2]) if cell else (None, "missing")
        found.append(Shown(int(start[1]), int(start[2]), int(start[3]), start[5], points, fit))
    return found
