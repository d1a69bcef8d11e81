"""The method families; importing this package fills the table of `sandbox.rest.registry`."""

from sandbox.methods import app, events, groups, placements, stages, users, workgroups
from sandbox.methods.crm import categories as crm_categories
from sandbox.methods.crm import items as crm_items
from sandbox.methods.crm import status as crm_status
from sandbox.methods.scrum import backlog, epics, kanban, sprints
from sandbox.methods.scrum import tasks as scrum_tasks
from sandbox.methods.tasks import methods as tasks
from sandbox.methods.tasks import status as task_status

__all__ = [
    "app",
    "backlog",
    "crm_categories",
    "crm_items",
    "crm_status",
    "epics",
    "events",
    "groups",
    "kanban",
    "placements",
    "scrum_tasks",
    "sprints",
    "stages",
    "task_status",
    "tasks",
    "users",
    "workgroups",
]
