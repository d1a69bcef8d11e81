"""`tasks.api.scrum.sprint.*`: the rows; starting and completing is done in `lifecycle` (§4.4).

`complete` takes the id of the GROUP, everything else here that of the sprint (surprise 8).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sandbox.methods.scrum import lifecycle
from sandbox.methods.scrum.common import (
    SCOPE,
    SOURCE,
    check_access,
    is_in_group,
    listed,
    moment,
    number,
    numeric,
    positive,
    refusal,
    sprint_of,
    text_field,
    types,
    user_of,
)
from sandbox.rest import php
from sandbox.rest.params import as_map, required
from sandbox.rest.registry import Call, method
from sandbox.state import access, scrum
from sandbox.state.scrum import Entity

FIRST_SORT = 1


def shown(call: Call, entity: Entity) -> dict[str, Any]:
    """The object of a sprint; dates that were never set are now, as the portal's own defaults are."""
    return {
        "id": entity.id,
        "groupId": entity.group_id,
        "entityType": entity.kind,
        "name": entity.name,
        "goal": entity.goal,
        "sort": entity.sort,
        "createdBy": entity.created_by,
        "modifiedBy": entity.modified_by,
        "dateStart": _date(call, entity.start),
        "dateEnd": _date(call, entity.end),
        "status": entity.status,
    }


def _date(call: Call, value: dt.datetime | None) -> str | None:
    return php.iso(value or call.portal.now(), call.user.time_zone)


@method("tasks.api.scrum.sprint.getFields", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def get_fields(_: Call) -> Any:
    """The fields of a sprint with their types."""
    return types(
        groupId="integer",
        name="string",
        sort="integer",
        createdBy="integer",
        modifiedBy="integer",
        dateStart="string",
        dateEnd="string",
        status="string",
    )


@method("tasks.api.scrum.sprint.get", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def get(call: Call) -> Any:
    """One sprint by its id; a backlog is found by its id as well."""
    return shown(call, sprint_of(call, required(call.params, "id", "int"), call.portal.scrum.entities.get))


@method("tasks.api.scrum.sprint.list", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def list_sprints(call: Call) -> list[Any]:
    """Sprints of the groups the caller has a membership row in; see `listed` for the traps."""
    entities = [
        entity
        for entity in call.portal.scrum.entities.values()
        if entity.kind == scrum.SPRINT and is_in_group(call, entity.group_id)
    ]
    return listed(call, [_row(entity) for entity in entities], lambda row: shown(call, _of_row(row)))


def _row(entity: Entity) -> dict[str, Any]:
    return {
        "ID": entity.id,
        "GROUP_ID": entity.group_id,
        "ENTITY_TYPE": entity.kind,
        "NAME": entity.name,
        "SORT": entity.sort,
        "CREATED_BY": entity.created_by,
        "MODIFIED_BY": entity.modified_by,
        "DATE_START": _iso(entity.start),
        "DATE_END": _iso(entity.end),
        "STATUS": entity.status,
        "INFO": entity.goal,
    }


def _iso(value: dt.datetime | None) -> str:
    return value.isoformat() if value else ""


def _of_row(row: Mapping[str, Any]) -> Entity:
    """The sprint of a row; what was not selected takes invented defaults."""
    start, end = row.get("DATE_START"), row.get("DATE_END")
    return Entity(
        id=row.get("ID", 0),
        group_id=row.get("GROUP_ID", 0),
        kind=row.get("ENTITY_TYPE", ""),
        name=row.get("NAME", ""),
        goal=row.get("INFO", ""),
        sort=row.get("SORT", 0),
        created_by=row.get("CREATED_BY", 0),
        modified_by=row.get("MODIFIED_BY", 0),
        start=dt.datetime.fromisoformat(start) if start else None,
        end=dt.datetime.fromisoformat(end) if end else None,
        status=row.get("STATUS", ""),
    )


@method("tasks.api.scrum.sprint.add", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def add(call: Call) -> Any:
    """A sprint. `createdBy` and a name are needed; an active one gets no columns (surprises 9, 23)."""
    fields = as_map(required(call.params, "fields", "array"))
    group_id = positive(number(fields, "groupId"), "Group")
    check_access(call, group_id)
    creator = user_of(call, fields, "createdBy")
    user_of(call, fields, "modifiedBy")
    for name in ("dateStart", "dateEnd"):
        if fields.get(name) is None:
            raise refusal(f"Incorrect {name} format")
    status = _status(call, group_id, fields.get("status"))
    name = text_field(fields, "name")
    if creator is None or not name:
        raise refusal("Unable to add sprint")
    entity = Entity(
        call.portal.next_id("scrum_entity"),
        group_id,
        name=name,
        sort=number(fields, "sort") if numeric(fields.get("sort")) else FIRST_SORT,
        created_by=creator,
        modified_by=creator,
        start=moment(call, fields["dateStart"]),
        end=moment(call, fields["dateEnd"]),
        status=status,
    )
    call.portal.scrum.entities[entity.id] = entity
    return shown(call, entity)


@method("tasks.api.scrum.sprint.update", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def update(call: Call) -> Any:
    """Change a sprint's row. A status is only a word here: no columns, no tasks moved (surprise 23)."""
    sprint_id = required(call.params, "id", "int")
    fields = as_map(required(call.params, "fields", "array"))
    sprint = sprint_of(call, sprint_id, call.portal.scrum.sprint)
    group_id = number(fields, "groupId") or sprint.group_id
    if group_id != sprint.group_id and call.portal.scrum.items_of(sprint.id):
        raise refusal("It is forbidden move a sprint with items")
    user_of(call, fields, "createdBy")
    modifier = user_of(call, fields, "modifiedBy")
    status = sprint.status if fields.get("status") is None else _status(call, group_id, fields["status"])
    sprint.group_id, sprint.status = group_id, status
    sprint.name = text_field(fields, "name") or sprint.name
    if modifier is not None:
        sprint.modified_by = modifier
    if numeric(fields.get("sort")):
        sprint.sort = number(fields, "sort")
    if fields.get("dateStart") is not None:
        sprint.start = moment(call, fields["dateStart"])
    if fields.get("dateEnd") is not None:
        sprint.end = moment(call, fields["dateEnd"])
    return shown(call, sprint)


@method("tasks.api.scrum.sprint.delete", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def delete(call: Call) -> list[Any]:
    """Any sprint, running or closed; its items go to the backlog, columns and relations stay as orphans."""
    state = call.portal.scrum
    sprint = state.sprint(required(call.params, "id", "int"))
    if sprint is None:
        raise refusal("Sprint not found")
    check_access(call, sprint.group_id)
    items, backlog = state.items_of(sprint.id), state.backlog_of(sprint.group_id)
    if items and backlog is None:
        raise refusal("It is forbidden remove a sprint with items")
    if backlog is not None:
        for item in items:
            item.entity_id = backlog.id
    del state.entities[sprint.id]
    return []


@method(
    "tasks.api.scrum.sprint.start",
    scope=SCOPE,
    style="controller",
    source=f"{SOURCE}.4",
    not_modelled="automation rules of the columns",
)
def start(call: Call) -> Any:
    """Columns, tasks on them, then active. Late refusals leave behind what was done (surprise 22)."""
    sprint_id = positive(required(call.params, "id", "int"), "Sprint")
    entity = call.portal.scrum.entities.get(sprint_id)
    if entity is None:
        raise refusal("Sprint not found")
    if entity.status != scrum.PLANNED:
        raise refusal("Sprint must be planned")
    if not access.can_run_sprints(call.portal, call.user, entity.group_id):
        raise refusal("Access denied")
    check_access(call, entity.group_id)
    if not lifecycle.start(call, entity):
        raise refusal("Unable to start sprint")
    return shown(call, entity)


@method("tasks.api.scrum.sprint.complete", scope=SCOPE, style="controller", source=f"{SOURCE}.4")
def complete(call: Call) -> Any:
    """Close the active sprint of the group `id`; null with HTTP 200 when the portal fails on the way."""
    group_id = positive(required(call.params, "id", "int"), "Group")
    sprint = call.portal.scrum.active(group_id)
    if sprint is None:
        raise refusal("Sprint not found")
    if not access.can_run_sprints(call.portal, call.user, group_id):
        raise refusal("Access denied")
    return shown(call, sprint) if lifecycle.complete(call, sprint) else None


def _status(call: Call, group_id: int, value: Any) -> str:
    """A known status; a second active sprint is refused, and so is the active one itself (§4.4)."""
    if not isinstance(value, str) or value not in scrum.STATUSES:
        raise refusal("Incorrect sprint status")
    if value == scrum.ACTIVE and call.portal.scrum.active(group_id) is not None:
        raise refusal("Unable to add two active sprint")
    return value
