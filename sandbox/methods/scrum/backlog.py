"""`tasks.api.scrum.backlog.*`: `get` takes the id of a group, `update` and `delete` a backlog's (§4.5)."""

from __future__ import annotations

from typing import Any

from sandbox.methods.scrum.common import (
    SCOPE,
    SOURCE,
    check_access,
    number,
    positive,
    refusal,
    types,
    user_of,
)
from sandbox.rest.params import as_map, required
from sandbox.rest.registry import Call, method
from sandbox.state.scrum import BACKLOG, Entity


def shown(backlog: Entity) -> dict[str, Any]:
    """A backlog as the methods answer it."""
    return {
        "id": backlog.id,
        "groupId": backlog.group_id,
        "createdBy": backlog.created_by,
        "modifiedBy": backlog.modified_by,
    }


@method("tasks.api.scrum.backlog.getFields", scope=SCOPE, style="controller", source=f"{SOURCE}.5")
def get_fields(_: Call) -> Any:
    """The fields of a backlog with their types."""
    return types(groupId="integer", createdBy="integer", modifiedBy="integer")


@method("tasks.api.scrum.backlog.get", scope=SCOPE, style="controller", source=f"{SOURCE}.5")
def get(call: Call) -> Any:
    """The backlog of the group with the id of the call."""
    group_id = positive(required(call.params, "id", "int"), "Group")
    backlog = call.portal.scrum.backlog_of(group_id)
    if backlog is None:
        raise refusal("Backlog not found")
    check_access(call, group_id)
    return shown(backlog)


@method("tasks.api.scrum.backlog.add", scope=SCOPE, style="controller", source=f"{SOURCE}.5")
def add(call: Call) -> Any:
    """A backlog for a group that has none; `createdBy` is needed, whatever the documentation says."""
    fields = as_map(required(call.params, "fields", "array"))
    group_id = positive(number(fields, "groupId"), "Group")
    check_access(call, group_id)
    if call.portal.scrum.backlog_of(group_id) is not None:
        raise refusal("Backlog already added")
    creator, modifier = user_of(call, fields, "createdBy"), user_of(call, fields, "modifiedBy")
    if creator is None:
        raise refusal("Unable to add backlog")
    backlog = Entity(
        call.portal.next_id("scrum_entity"),
        group_id,
        BACKLOG,
        created_by=creator,
        modified_by=creator if modifier is None else modifier,
    )
    call.portal.scrum.entities[backlog.id] = backlog
    return shown(backlog)


@method("tasks.api.scrum.backlog.update", scope=SCOPE, style="controller", source=f"{SOURCE}.5")
def update(call: Call) -> Any:
    """Change whose backlog it is, as long as it is empty."""
    backlog_id = required(call.params, "id", "int")
    fields = as_map(required(call.params, "fields", "array"))
    backlog = _backlog(call, backlog_id)
    check_access(call, backlog.group_id)
    target = number(fields, "groupId") or backlog.group_id
    if target != backlog.group_id:
        if call.portal.scrum.items_of(backlog.id):
            raise refusal("It is forbidden move a backlog with items")
        if call.portal.scrum.backlog_of(target) is not None:
            raise refusal("The target group already has a backlog")
    creator, modifier = user_of(call, fields, "createdBy"), user_of(call, fields, "modifiedBy")
    backlog.group_id = target
    backlog.created_by = backlog.created_by if creator is None else creator
    backlog.modified_by = backlog.modified_by if modifier is None else modifier
    return shown(backlog)


@method("tasks.api.scrum.backlog.delete", scope=SCOPE, style="controller", source=f"{SOURCE}.5")
def delete(call: Call) -> list[Any]:
    """Remove a backlog; refused while it has items."""
    backlog = _backlog(call, required(call.params, "id", "int"))
    check_access(call, backlog.group_id)
    if call.portal.scrum.items_of(backlog.id):
        raise refusal("It is forbidden remove a backlog with items")
    del call.portal.scrum.entities[backlog.id]
    return []


def _backlog(call: Call, backlog_id: int) -> Entity:
    backlog = call.portal.scrum.backlog(positive(backlog_id, "Backlog"))
    if backlog is None:
        raise refusal("Backlog not found")
    return backlog
