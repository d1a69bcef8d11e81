"""Everything the task drawer shows, in one request: the task and what its pickers offer."""

from __future__ import annotations

from dataclasses import dataclass

from b24.client import BatchAnswer, Client
from b24.errors import NotFound
from b24.methods import groups as group_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods import users as user_calls
from boards.core.model import Actor, Person, Project, Stage
from boards.core.tasks import Task, to_people, to_task
from boards.kanban.convert import to_project, to_stages

TASK, STAGES, GROUPS, MINE, USERS = "task", "stages", "groups", "mine", "users"


@dataclass(frozen=True)
class Drawer:
    """`stages` of the task's project (none for a task without one), first page of `projects` and `people`."""

    task: Task
    stages: tuple[Stage, ...] = ()
    projects: tuple[Project, ...] = ()
    people: tuple[Person, ...] = ()


def load_drawer(client: Client, actor: Actor, task_id: int) -> Drawer:
    """The drawer of a task; one HTTP request. NotFound when it is gone or not for this person.

    For a task without a project the reference to its group leads to My Planner: reading that does no harm,
    and the answer is not used.
    """
    commands = {
        TASK: task_calls.get(task_id),
        STAGES: stage_calls.get(f"$result[{TASK}][task][groupId]"),
        GROUPS: group_calls.list_groups(),
        MINE: group_calls.my_groups(),
        USERS: user_calls.get_users(),
    }
    answer = client.batch(commands, halt=False)
    row = task_calls.parse_task(answer[TASK].result)
    if row is None:
        raise NotFound("TASK_NOT_FOUND", status=200, method="tasks.task.get")
    stages = answer.get(STAGES) if row.group_id else None
    users = answer.get(USERS)
    return Drawer(
        task=to_task(row, actor.now),
        stages=to_stages(stage_calls.parse_stages(stages.result)) if stages else (),
        projects=_projects(answer),
        people=to_people(user_calls.parse_users(users.result)) if users else (),
    )


def _projects(answer: BatchAnswer) -> tuple[Project, ...]:
    """Open projects the person is in, by name."""
    groups, mine = answer.get(GROUPS), answer.get(MINE)
    roles = group_calls.parse_my_groups(mine.result) if mine else {}
    rows = group_calls.parse_groups(groups) if groups else ()
    own = [to_project(row, roles[row.id]) for row in rows if row.id in roles and not row.closed]
    return tuple(sorted(own, key=lambda project: project.name.casefold()))


# Looking for colleagues, for pickers and filters.


def search_people(client: Client, actor: Actor, text: str) -> tuple[Person, ...]:
    """Up to 50 active colleagues whose name or position has the words of `text`; all for ""; one request."""
    del actor
    wanted = text.strip()
    command = user_calls.search(wanted) if wanted else user_calls.get_users()
    return to_people(user_calls.parse_users(client.call(command).result))


# What can be chosen from, when the first page of it was not enough or another project was picked.


def load_stages(client: Client, actor: Actor, group_id: int) -> tuple[Stage, ...]:
    """The stages of a project a task may go to; one request. AccessDenied for somebody else's project."""
    del actor
    return to_stages(stage_calls.parse_stages(client.call(stage_calls.get(group_id)).result))


def search_projects(client: Client, actor: Actor, text: str) -> tuple[Project, ...]:
    """Up to 50 projects with this text in their name; the first ones for "". One request, no roles."""
    command = group_calls.list_groups(as_admin=actor.is_admin, name=text.strip() or None)
    return tuple(to_project(row, "") for row in group_calls.parse_groups(client.call(command)))
