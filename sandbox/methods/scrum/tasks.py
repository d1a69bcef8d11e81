"""`tasks.api.scrum.task.*`: the scrum item of a task (behaviour.md §4.2).

Nothing here touches the task itself, its column or its STAGE_ID, and no event is raised.
"""

from __future__ import annotations

from typing import Any

from sandbox.methods.scrum.common import (
    SCOPE,
    SOURCE,
    check_access,
    may_read,
    number,
    numeric,
    positive,
    refusal,
    to_float,
    types,
    user_of,
)
from sandbox.rest.params import as_map, required
from sandbox.rest.registry import Call, method
from sandbox.state import access
from sandbox.state.scrum import Item

LARGEST_SORT = 255


@method("tasks.api.scrum.task.getFields", scope=SCOPE, style="controller", source=f"{SOURCE}.2")
def get_fields(_: Call) -> Any:
    """The fields of a task's scrum item with their types."""
    return types(
        entityId="integer",
        storyPoints="string",
        epicId="integer",
        sort="integer",
        sortFloat="float",
        createdBy="integer",
        modifiedBy="integer",
    )


@method("tasks.api.scrum.task.get", scope=SCOPE, style="controller", source=f"{SOURCE}.2")
def get(call: Call) -> Any:
    """The item; points always as text. Who takes part in the task may read it without being a member.

    That an administrator may not, although tasks are open to them, follows the general rule of §2.
    """
    task_id = positive(required(call.params, "id", "int"), "Task")
    item = call.portal.scrum.items.get(task_id)
    if item is None:
        raise refusal("Task not found")
    task = call.portal.tasks.get(task_id)
    if not _reads_item(call, item) and not (task is not None and access.takes_part(call.user, task)):
        raise refusal("Access denied")
    return {
        "entityId": item.entity_id,
        "storyPoints": item.points,
        "epicId": item.epic_id,
        "sort": min(max(round(item.sort), 0), LARGEST_SORT),
        "sortFloat": item.sort,
        "createdBy": item.created_by,
        "modifiedBy": item.modified_by,
    }


@method(
    "tasks.api.scrum.task.update",
    scope=SCOPE,
    style="controller",
    source=f"{SOURCE}.2",
    not_modelled="the line in the task's history",
)
def update(call: Call) -> bool:
    """Points, epic, place and list of an item; makes the item when the task has none yet."""
    task_id = required(call.params, "id", "int")
    fields = as_map(required(call.params, "fields", "array"))
    positive(task_id, "Task")
    entity_id = number(fields, "entityId")
    if entity_id > 0:
        entity = call.portal.scrum.entities.get(entity_id)
        check_access(call, entity.group_id if entity else 0)
    item = call.portal.scrum.items.get(task_id)
    if item is None:
        item = _create(call, task_id, max(entity_id, 0), fields)
    elif not _reads_item(call, item):
        raise refusal("Access denied")
    changes = _changes(call, item, fields)
    for name, value in changes.items():
        setattr(item, name, value)
    return True


def _reads_item(call: Call, item: Item) -> bool:
    entity = call.portal.scrum.entities.get(item.entity_id)
    return entity is not None and may_read(call, entity.group_id)


def _create(call: Call, task_id: int, entity_id: int, fields: dict[str, Any]) -> Item:
    """A new item: `createdBy` has to be there, though the documentation calls it optional (surprise 9)."""
    entity = call.portal.scrum.entities.get(entity_id)
    if entity is None:
        raise refusal("Entity id not found")
    task = call.portal.tasks.get(task_id)
    if task is None or not access.can_read_task(call.portal, call.user, task):
        raise refusal("Task not found.")
    if task.group_id != entity.group_id:
        raise refusal("Access denied")
    creator = number(fields, "createdBy")
    if creator not in call.portal.users:
        raise refusal("Item not created")
    item = Item(task_id, entity_id, created_by=creator)
    call.portal.scrum.items[task_id] = item
    return item


def _changes(call: Call, item: Item, fields: dict[str, Any]) -> dict[str, Any]:
    """What the fields change. Points that are no text are ignored, and the answer is true (surprise 4)."""
    changes: dict[str, Any] = {}
    if number(fields, "entityId") > 0:
        changes["entity_id"] = number(fields, "entityId")
    if isinstance(fields.get("storyPoints"), str):
        changes["points"] = fields["storyPoints"]
    if numeric(fields.get("epicId")):
        changes["epic_id"] = _epic(call, changes.get("entity_id", item.entity_id), number(fields, "epicId"))
    place = next((fields[name] for name in ("sortFloat", "sort") if numeric(fields.get(name))), None)
    if place is not None:
        changes["sort"] = to_float(place)
    for name, attribute in (("createdBy", "created_by"), ("modifiedBy", "modified_by")):
        user_id = user_of(call, fields, name)
        if user_id is not None:
            changes[attribute] = user_id
    return changes


def _epic(call: Call, entity_id: int, epic_id: int) -> int:
    """0 and unknown epics clear; one of another team is refused."""
    epic = call.portal.scrum.epics.get(epic_id)
    entity = call.portal.scrum.entities.get(entity_id)
    if epic is None:
        return 0
    if entity is not None and epic.group_id != entity.group_id:
        raise refusal("Epic not found")
    return epic_id
