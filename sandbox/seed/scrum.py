"""The scrum teams of the ready-made portals: backlogs, sprints of all states, epics, estimates.

Drawn from a random stream of its own, after everything else: the tasks that were there keep all but their
STAGE_ID, and only those in an active sprint have another one of these.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from sandbox.seed.maker import Maker
from sandbox.seed.scrum_words import COMPANY, SMALL, TRAPS, Team
from sandbox.state import scrum, scrum_board, stage_rows
from sandbox.state.portal import COMPLETED, IN_PROGRESS, PENDING, SPRINT_BOARD, Group, Portal, Stage, Task
from sandbox.state.scrum import BACKLOG, SPRINT, Entity, Epic, Item

LENGTH = dt.timedelta(days=14)
RUNNING = dt.timedelta(days=6)  # how long the active sprint has been running
TEN_O_CLOCK = dt.timedelta(hours=10)
SMALL_SECOND = (("owner", "A"), ("moderator", "E"), ("member", "K"))


class ScrumMaker:
    """Fills the scrum side of one group after the other."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.rng = random.Random(f"stagecraft scrum {portal.seed}")  # noqa: S311 (sameness, not secrecy)
        self.maker = Maker(portal, self.rng)
        self.today = self.maker.today

    def team(self, plan: Team) -> None:
        """Backlog, epics and sprints of one team, filled with its tasks and as many new ones as it takes."""
        group = next(group for group in self.portal.groups.values() if group.name == plan.group)
        group.scrum_master_id = group.scrum_master_id or group.owner_id
        if plan.backlog is None:
            return
        TeamMaker(self, group, plan).fill()


class TeamMaker:
    """One team. `_new` are the tasks made for it, which may be changed freely, unlike those it had."""

    def __init__(self, whole: ScrumMaker, group: Group, plan: Team) -> None:
        self.portal, self.rng, self.today = whole.portal, whole.rng, whole.today
        self.group, self.plan, self.maker = group, plan, whole.maker
        own = [task for task in self.portal.tasks.values() if task.group_id == group.id and not task.deleted]
        self._open = [task for task in own if task.status != COMPLETED]
        self._done = [task for task in own if task.status == COMPLETED]
        self._new: set[int] = set()
        self._running_since = self.today - RUNNING + TEN_O_CLOCK

    def fill(self) -> None:
        backlog = self._entity(BACKLOG)
        self.epics = self._epics()
        last: Entity | None = None
        for place, name in enumerate(self.plan.completed):
            last = self._completed(name, self._running_since - LENGTH * (len(self.plan.completed) - place))
        if self.plan.active:
            self._active()
        for number, (name, size) in enumerate(self.plan.planned, 1):
            self._planned(name, size, self._running_since + LENGTH * number, number)
        self._backlog(backlog, last)
        self._separate_families()

    # --- rows ---
    def _entity(self, kind: str, **values: object) -> Entity:
        owner = self.group.owner_id
        number = self.portal.next_id("scrum_entity")
        entity = Entity(number, self.group.id, kind, created_by=owner, modified_by=owner)
        for name, value in values.items():
            setattr(entity, name, value)
        self.portal.scrum.entities[number] = entity
        return entity

    def _epics(self) -> list[int]:
        """Ids of the team's epics; the last one was deleted and lives on in some items (§4.6)."""
        found: list[int] = []
        for plan in self.plan.epics:
            number = self.portal.next_id("scrum_epic")
            owner = self.group.owner_id
            self.portal.scrum.epics[number] = Epic(
                number, self.group.id, plan.name, plan.description, plan.color, created_by=owner
            )
            found.append(number)
        return [*found, self.portal.next_id("scrum_epic")] if found else []

    def _columns(self, sprint: Entity) -> list[Stage]:
        return [
            stage_rows.add_row(
                self.portal, SPRINT_BOARD, sprint.id, title, color, sort=place * 100, system_type=kind
            )
            for place, (title, color, kind) in enumerate(self.plan.columns, 1)
        ]

    def _items(self, entity: Entity, tasks: Sequence[Task], points: Sequence[str]) -> None:
        """An item for each task, in this order. One in three has no epic."""
        for place, (task, text) in enumerate(zip(tasks, points, strict=True), 1):
            epic_id = self.rng.choice([0, *self.epics, *self.epics[:-1]]) if self.epics else 0
            self.portal.scrum.items[task.id] = Item(
                task.id, entity.id, text, epic_id, float(place), created_by=task.created_by
            )

    # --- sprints ---
    def _completed(self, name: str, start: dt.datetime) -> Entity:
        """A closed sprint: everything finished in time, but one card that nobody ticked off (§4.4)."""
        sprint = self._entity(
            SPRINT, name=name, start=start, end=start + LENGTH, status=scrum.COMPLETED, goal="Ship it."
        )
        columns = self._columns(sprint)
        own = [task for task in self._done if task.closed and start <= task.closed < start + LENGTH]
        self._done = [task for task in self._done if task not in own]
        missing = max(self.rng.randint(*self.plan.sprint_size) - len(own), 0)
        fresh = self._tasks(missing)
        for task in fresh:
            self._finish(task, start, start + LENGTH)
        tasks = own + fresh
        for task in tasks:
            self.portal.scrum.put(task.id, columns[-1].id)
        for task in fresh:
            task.stage_id = columns[-1].id
        if fresh and name == self.plan.completed[0]:
            self._reopen(fresh[0], IN_PROGRESS)
        self._items(sprint, tasks, [self._estimate(0.05, odd=0.06) for _ in tasks])
        return sprint

    def _active(self) -> None:
        """The running sprint: cards in all columns, some of them done, the last one in no column at all."""
        sprint = self._entity(
            SPRINT,
            name=self.plan.active,
            goal="A demo that works without touching it.",
            start=self._running_since,
            end=self._running_since + LENGTH,
            status=scrum.ACTIVE,
        )
        columns = self._columns(sprint)
        old = self._take(self.plan.active_size // 3)
        fresh = self._tasks(self.plan.active_size - len(old))
        for place, task in enumerate([*old, *fresh]):
            reached = len(columns) - (task.id not in self._new)
            stage = columns[-1] if reached == len(columns) and place % 2 else columns[place % reached]
            if stage.system_type == scrum_board.FINISH:
                self._finish(task, sprint.start or self.today, self.today)
            elif task.id in self._new:
                self._reopen(task, PENDING if stage is columns[0] else IN_PROGRESS)
            if task is not fresh[-1]:
                self.portal.scrum.put(task.id, stage.id)
                task.stage_id = stage.id
        tasks = [*old, *fresh]
        self._items(sprint, tasks, [self._estimate(0.1) for _ in tasks])

    def _planned(self, name: str, size: int, start: dt.datetime, place: int) -> None:
        """A planned sprint has no columns yet."""
        sprint = self._entity(
            SPRINT, name=name, start=start, end=start + LENGTH, status=scrum.PLANNED, sort=place
        )
        tasks = self._opened(size)
        self._items(sprint, tasks, [self._estimate(0.1) for _ in tasks])

    def _backlog(self, backlog: Entity, last: Entity | None) -> None:
        """All that is left and more; a few came back from the last sprint and still stand in its columns."""
        rest = self._done + self._open
        fresh = self._tasks((self.plan.backlog or 0) - len(rest))
        for task in fresh:
            self._reopen(task, PENDING)
        tasks = fresh + rest
        self.rng.shuffle(tasks)
        some = [self._estimate(0.3) for _ in tasks[len(TRAPS) :]]
        self._items(backlog, tasks, [*TRAPS[: len(tasks)], *some])
        if last is None:
            return
        columns = scrum_board.columns(self.portal, last.id)
        for task in fresh[: len(fresh) // 20]:
            stage = self.rng.choice(columns[:-1])
            self.portal.scrum.put(task.id, stage.id)
            task.stage_id = stage.id

    # --- tasks ---
    def _take(self, amount: int) -> list[Task]:
        """Open tasks the team had before."""
        found, self._open = self._open[:amount], self._open[amount:]
        return found

    def _opened(self, amount: int) -> list[Task]:
        """Open tasks: half of them the team's own as far as they last, half new ones."""
        old = self._take(amount // 2)
        fresh = self._tasks(amount - len(old))
        for task in fresh:
            self._reopen(task, PENDING)
        return old + fresh

    def _tasks(self, amount: int) -> list[Task]:
        made = self.maker.tasks(self.group, max(amount, 0))
        for task in made:
            task.stage_id = 0
            self._new.add(task.id)
        return made

    def _reopen(self, task: Task, status: int) -> None:
        task.status, task.closed, task.closed_by = status, None, 0
        task.started = task.started if status == IN_PROGRESS else None

    def _finish(self, task: Task, start: dt.datetime, end: dt.datetime) -> None:
        """Completed on some day of the sprint, by who was responsible."""
        days = max((end - start).days, 1)
        moment = start + dt.timedelta(days=self.rng.randint(0, days - 1), hours=self.rng.randint(0, 8))
        task.created = min(task.created, start - dt.timedelta(days=self.rng.randint(1, 20)))
        task.viewed_by = {task.responsible_id: task.created}
        task.status, task.closed, task.closed_by = COMPLETED, moment, task.responsible_id
        task.started = moment - dt.timedelta(hours=self.rng.randint(2, 30))
        task.changed = task.status_changed = moment
        task.changed_by = task.status_changed_by = task.responsible_id

    def _estimate(self, empty: float, *, odd: float = 0.08) -> str:
        """Points off the team's scale; `empty` and `odd` are the shares without any and with odd ones."""
        kind = self.rng.random()
        if kind < empty:
            return ""
        return self.rng.choice(TRAPS if kind < empty + odd else self.plan.scale)

    def _separate_families(self) -> None:
        """New subtasks whose parent is in another list stand alone: nothing pulls them about (§4.4, §4.7)."""
        items = self.portal.scrum.items
        for task_id in sorted(self._new):
            task = self.portal.tasks[task_id]
            parent = items.get(task.parent_id)
            if parent is None or parent.entity_id != items[task_id].entity_id:
                task.parent_id = 0


def company(portal: Portal) -> None:
    """Four teams. The admin owns one and is in none of the others; one was never opened."""
    maker = ScrumMaker(portal)
    for plan in COMPANY:
        maker.team(plan)


def small(portal: Portal) -> None:
    """Two teams: one in the middle of its second sprint, one with an empty backlog."""
    number = portal.next_id("group")
    roles = {portal.people[key]: role for key, role in SMALL_SECOND}
    owner = portal.people["owner"]
    created = portal.now().replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=30)
    portal.groups[number] = Group(
        number, SMALL[1].group, owner, members=roles, scrum_master_id=owner, created=created
    )
    maker = ScrumMaker(portal)
    for plan in SMALL:
        maker.team(plan)


def none(_: Portal) -> None:
    """A portal whose scrum teams have no backlogs, sprints or epics."""
