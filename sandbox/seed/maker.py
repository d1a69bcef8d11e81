"""Makes seeded objects: people, groups, boards, tasks. One `Maker` per portal, one random stream."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence

from sandbox.seed import boards, words
from sandbox.seed.people import Person
from sandbox.seed.projects import Project
from sandbox.state import stage_rows
from sandbox.state.portal import (
    ACTIVE_ROLES,
    AWAITS_CONTROL,
    COMPLETED,
    DEFERRED,
    GROUP_BOARD,
    IN_PROGRESS,
    PENDING,
    USER_BOARD,
    Group,
    Portal,
    Stage,
    Task,
    User,
    Webhook,
)

PEOPLE_KEYS = ("admin", "owner", "moderator", "member", "outsider")
WEBHOOK_SCOPES = (
    "crm", "task", "tasks", "sonet_group", "socialnetwork", "user", "user_basic", "user_brief",
    "placement", "department", "im", "disk",
)  # fmt: skip
CRM_LINKS = ("L", "D", "C", "CO")
STATUSES = (PENDING, IN_PROGRESS, AWAITS_CONTROL, COMPLETED, DEFERRED)
STATUS_WEIGHTS = (50, 22, 4, 18, 6)


class Maker:
    """Fills one portal; every choice comes from `rng`, every date is relative to the portal's now."""

    def __init__(self, portal: Portal, rng: random.Random) -> None:
        self.portal = portal
        self.rng = rng
        self.today = portal.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.made_tasks = 0

    def staff(self, people: Iterable[Person]) -> None:
        """Users with ids from 1; the first five get the fixed names of the shell and the tests."""
        for person in people:
            user_id = self.portal.next_id("user")
            self.portal.users[user_id] = User(
                id=user_id,
                name=person.name,
                last_name=person.last_name,
                is_admin=user_id == 1,
                email=f"person{user_id}@nordwind.example",
                position=person.position,
                gender=person.gender,
                lang=person.language,
                departments=[person.department],
                time_zone=person.zone,
            )
        self.portal.people = {key: number for number, key in enumerate(PEOPLE_KEYS, 1)}

    def webhooks(self) -> None:
        """One inbound webhook per fixed person, with a code that only looks random."""
        alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
        for user_id in self.portal.people.values():
            code = "".join(self.rng.choices(alphabet, k=16))
            self.portal.webhooks.append(Webhook(user_id, code, list(WEBHOOK_SCOPES)))

    def project(self, plan: Project) -> Group:
        """A group with its members and, unless it was never opened, its board."""
        roles = {self.portal.people[key]: role for key, role in plan.roles}
        fixed = set(self.portal.people.values())
        others = [user_id for user_id in self.portal.users if user_id not in fixed]
        crew = self.rng.sample(others, plan.crew)
        for position, user_id in enumerate(crew):
            roles[user_id] = "E" if position == 1 else "K"
        if "A" not in roles.values():
            roles[crew[0]] = "A"
        owner = next(user_id for user_id, role in roles.items() if role == "A")
        group = Group(
            id=self.portal.next_id("group"),
            name=plan.name,
            owner_id=owner,
            description=plan.description,
            members=roles,
            visible=plan.visible,
            opened=plan.opened,
            closed=plan.closed,
            is_project=plan.is_project,
            scrum_master_id=owner if plan.scrum else 0,
            new_tasks_on_top=plan.new_tasks_on_top,
            created=self.today - dt.timedelta(days=self.rng.randint(200, 600)),
        )
        self.portal.groups[group.id] = group
        if plan.columns is not None:
            self.board(GROUP_BOARD, group.id, plan.columns)
        return group

    def board(self, entity_type: str, entity_id: int, columns: Sequence[boards.Column]) -> list[Stage]:
        """A board as it looks after some editing: NEW first, the others without a system type."""
        made = [
            stage_rows.add_row(self.portal, entity_type, entity_id, title, color, sort=number * 100)
            for number, (title, color) in enumerate(columns, 1)
        ]
        made[0].system_type = stage_rows.NEW
        if columns is not boards.DEFAULT:
            stage_rows.renumber(made)
        return made

    def tasks(self, group: Group | None, amount: int) -> list[Task]:
        """`amount` tasks of one group, or personal ones for `group` None."""
        stages = stage_rows.rows(self.portal, GROUP_BOARD, group.id) if group else []
        people = (
            [user_id for user_id, role in group.members.items() if role in ACTIVE_ROLES]
            if group
            else list(self.portal.users)
        )
        made: list[Task] = []
        for _ in range(amount):
            task = self._task(group, stages, people)
            if made and self.rng.random() < 0.12:
                task.parent_id = self.rng.choice(made[-20:]).id
            self.portal.tasks[task.id] = task
            made.append(task)
        return made

    def _task(self, group: Group | None, stages: Sequence[Stage], people: Sequence[int]) -> Task:
        rng = self.rng
        self.made_tasks += 1
        created = self.today - dt.timedelta(days=rng.randint(1, 180), minutes=rng.randint(0, 1439))
        task = Task(
            id=self.portal.next_id("task"),
            title=words.title(rng, self.made_tasks),
            created_by=rng.choice(people),
            responsible_id=rng.choice(people),
            created=created,
            changed=created,
            group_id=group.id if group else 0,
            stage_id=self._stage(stages),
            description=words.description(rng),
            priority=rng.choices((1, 2, 0), (70, 20, 10))[0],
            allow_change_deadline=rng.random() < 0.6,
            task_control=rng.random() < 0.15,
            comments=rng.choice((0, 0, 0, 1, 2, 5, 17)),
        )
        if rng.random() < 0.7:  # the others have not looked at it yet: meta status -2 (behaviour.md §5.7)
            task.viewed_by = {task.responsible_id: created}
        self._extras(task, people)
        self._state(task, rng.choices(STATUSES, STATUS_WEIGHTS)[0])
        return task

    def _stage(self, stages: Sequence[Stage]) -> int:
        """A column, the early ones fuller; every eighth task has none and so stands in the first (§3.8)."""
        if not stages or self.rng.random() < 0.125:
            return 0
        weights = [len(stages) + 3 - position for position in range(len(stages))]
        return self.rng.choices(stages, weights)[0].id

    def _extras(self, task: Task, people: Sequence[int]) -> None:
        rng = self.rng
        if rng.random() < 0.6:
            days, hours = rng.randint(-20, 45), rng.choice((9, 12, 16, 17))
            task.deadline = self.today + dt.timedelta(days=days, hours=hours)
        if rng.random() < 0.3:
            task.tags = rng.sample(words.TAGS, rng.randint(1, 3))
        if rng.random() < 0.12:
            task.crm = [f"{rng.choice(CRM_LINKS)}_{rng.randint(1, 400)}" for _ in range(rng.randint(1, 2))]
        if rng.random() < 0.2:
            task.accomplices = [rng.choice(people)]
        if rng.random() < 0.25:
            task.auditors = [rng.choice(people)]
        if rng.random() < 0.1:
            task.start_plan = self.today + dt.timedelta(days=rng.randint(-5, 5), hours=9)
            task.end_plan = task.start_plan + dt.timedelta(days=rng.randint(1, 10))

    def _state(self, task: Task, status: int) -> None:
        task.status = status
        if status == PENDING:
            return
        moment = task.created + dt.timedelta(hours=self.rng.randint(1, 20))
        task.started = moment if status != DEFERRED else None
        task.changed = task.status_changed = moment
        task.changed_by = task.status_changed_by = task.responsible_id
        if status == COMPLETED:
            task.closed, task.closed_by = moment, task.responsible_id

    def plan(self, user_id: int, *, share: float = 1.0) -> None:
        """My Plan of one person: its columns, and relations for their tasks (behaviour.md §3.7)."""
        stages = self.board(USER_BOARD, user_id, boards.MY_PLAN)
        for task in self.portal.tasks.values():
            mine = user_id in (task.responsible_id, *task.accomplices)
            if mine and self.rng.random() < share:
                stage = self.rng.choices(stages, (6, 3, 2, 1))[0]
                self.portal.relations[(task.id, USER_BOARD, user_id)] = stage.id

    def arrange(self, group: Group) -> None:
        """Some cards of the group's board were dragged by hand: a manual order for a third of them."""
        ids = [task.id for task in self.portal.tasks.values() if task.group_id == group.id]
        chosen = self.rng.sample(ids, len(ids) // 3)
        self.portal.sorting[(GROUP_BOARD, group.id)] = {
            task_id: float(position) for position, task_id in enumerate(chosen, 1)
        }
