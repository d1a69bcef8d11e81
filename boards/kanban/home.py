"""The home page: the projects a person can see, their own first."""

from __future__ import annotations

from b24.client import BatchAnswer, Client, Command
from b24.methods import groups as group_calls
from boards.core.model import Actor, Home, Project
from boards.kanban.convert import to_project

PAGE, MINE = "h_page_", "h_mine"
PAGE_SIZE = 50
PAGES = 10


def home_commands(actor: Actor, query: str = "", start: int = 0, *, pages: int = PAGES) -> dict[str, Command]:
    """Up to `pages` pages of 50 projects from `start`, and the person's roles; keys "h_…".

    A portal admin sees all projects, members or not, as in the portal's own administration. The scope
    `socialnetwork` is not needed for this, `sonet_group` is.
    """
    commands = {MINE: group_calls.my_groups()}
    name = query.strip() or None
    for index in range(pages):
        commands[f"{PAGE}{index}"] = group_calls.list_groups(
            start=start + index * PAGE_SIZE, as_admin=actor.is_admin, name=name
        )
    return commands


def read_home(answer: BatchAnswer, actor: Actor, start: int = 0) -> Home:
    """The projects of that batch: the person's own first, then by name; archived ones are marked.

    Raises what the portal said to the list (ScopeMissing …).
    """
    del actor
    mine = answer.get(MINE)
    roles = group_calls.parse_my_groups(mine.result) if mine else {}
    found: dict[int, Project] = {}
    total = answer[f"{PAGE}0"].total or 0
    pages = [key for key in answer if key.startswith(PAGE)]
    for key in pages:
        for row in group_calls.parse_groups(answer[key]):
            found.setdefault(row.id, to_project(row, roles.get(row.id, "")))
    end = start + len(pages) * PAGE_SIZE
    ordered = sorted(found.values(), key=_by_role_and_name)
    return Home(tuple(ordered), total or len(ordered), end if total > end else None)


def load_home(client: Client, actor: Actor, query: str = "", start: int = 0) -> Home:
    """Projects from `start` on, 500 at most, whose name contains `query`; one HTTP request."""
    return read_home(client.batch(home_commands(actor, query, start), halt=False), actor, start)


def _by_role_and_name(project: Project) -> tuple[bool, bool, str, int]:
    """One's own projects first, closed ones last, then by name."""
    return not project.role, project.closed, project.name.casefold(), project.id
