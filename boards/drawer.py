"""One task with what its form offers: stages, colleagues, projects. One batch, like every page."""

from __future__ import annotations

from dataclasses import dataclass

from b24 import groups as group_calls
from b24 import stages as stage_calls
from b24 import tasks as task_calls
from b24 import users as user_calls
from b24.client import BatchAnswer, Client, Command
from b24.errors import NotFound
from boards.actor import Actor
from boards.convert import to_people, to_project, to_stages, to_task
from boards.model import BoardRef, Person, Project, Stage, Task

TASK, STAGES, PEOPLE, PROJECTS = "d_task", "d_stages", "d_people", "d_projects"


@dataclass(frozen=True)
class Drawer:
    """`stages` is None when the task is on another board than the one it was opened from.

    `people` and `projects` are first pages: there may be more, which a search finds.
    """

    task: Task
    stages: tuple[Stage, ...] | None
    people: tuple[Person, ...]
    projects: tuple[Project, ...]


def load_drawer(client: Client, actor: Actor, ref: BoardRef, task_id: int) -> Drawer:
    """The task as the portal has it now; one request. NotFound when it is not there or not for the person.

    The stages are asked for by the number of the board, never by a reference to the task: a reference that
    misses would read, and so create, the stages of group 1 (surprises 13, 19).
    """
    commands: dict[str, Command] = {TASK: task_calls.get(task_id)}
    if not ref.is_planner:
        commands[STAGES] = stage_calls.get(ref.group_id)
    commands[PEOPLE] = user_calls.get_users()
    commands[PROJECTS] = group_calls.list_groups(as_admin=actor.is_admin)
    answer = client.batch(commands, halt=False)
    row = task_calls.parse_task(answer[TASK].result)
    if row is None:
        raise NotFound(method="tasks.task.get")
    task = to_task(row, actor.now)
    return Drawer(task, _stages(answer, ref, task), _people(answer, task), _projects(answer))


def load_stages(client: Client, group_id: int) -> tuple[Stage, ...]:
    """The stages of a project the task may go to; one request."""
    return to_stages(stage_calls.parse_stages(client.call(stage_calls.get(group_id)).result))


def find_people(client: Client, text: str) -> tuple[Person, ...]:
    """Colleagues whose name, position or department has these words; the first ones for none. One request."""
    command = user_calls.search(text) if text else user_calls.get_users()
    return to_people(user_calls.parse_users(client.call(command).result))


def find_projects(client: Client, actor: Actor, text: str) -> tuple[Project, ...]:
    """Projects with this text in their name, at most 50; one request. Roles are not asked for."""
    command = group_calls.list_groups(as_admin=actor.is_admin, name=text or None)
    return tuple(to_project(row, "") for row in group_calls.parse_groups(client.call(command)))


def _stages(answer: BatchAnswer, ref: BoardRef, task: Task) -> tuple[Stage, ...] | None:
    if not task.group_id:
        return ()
    found = answer.get(STAGES)
    if found is None or task.group_id != ref.group_id:
        return None
    return to_stages(stage_calls.parse_stages(found.result))


def _people(answer: BatchAnswer, task: Task) -> tuple[Person, ...]:
    """The first page of colleagues, and who is responsible now."""
    found = answer.get(PEOPLE)
    people = to_people(user_calls.parse_users(found.result)) if found else ()
    missing = task.responsible and task.responsible.id not in {one.id for one in people}
    return (task.responsible, *people) if task.responsible and missing else people


def _projects(answer: BatchAnswer) -> tuple[Project, ...]:
    """The first page of projects that are not archived."""
    found = answer.get(PROJECTS)
    rows = group_calls.parse_groups(found) if found else ()
    return tuple(to_project(row, "") for row in rows if not row.closed)
