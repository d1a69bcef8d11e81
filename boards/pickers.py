"""What can be chosen from, when the first page of it was not enough or another project was picked."""

from __future__ import annotations

from b24 import groups as group_calls
from b24 import stages as stage_calls
from b24.client import Client
from boards.actor import Actor
from boards.convert import to_project, to_stages
from boards.model import Project, Stage


def load_stages(client: Client, actor: Actor, group_id: int) -> tuple[Stage, ...]:
    """The stages of a project a task may go to; one request. AccessDenied for somebody else's project."""
    del actor
    return to_stages(stage_calls.parse_stages(client.call(stage_calls.get(group_id)).result))


def search_projects(client: Client, actor: Actor, text: str) -> tuple[Project, ...]:
    """Up to 50 projects with this text in their name; the first ones for "". One request, no roles."""
    command = group_calls.list_groups(as_admin=actor.is_admin, name=text.strip() or None)
    return tuple(to_project(row, "") for row in group_calls.parse_groups(client.call(command)))
