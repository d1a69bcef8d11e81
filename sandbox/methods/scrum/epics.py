"""`tasks.api.scrum.epic.*` (behaviour.md §4.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.methods.scrum.common import (
    SCOPE,
    SOURCE,
    check_access,
    is_in_group,
    listed,
    number,
    positive,
    refusal,
    text_field,
    types,
    user_of,
)
from sandbox.rest.params import as_list, as_map, is_array, optional, required, text_of
from sandbox.rest.registry import Call, method
from sandbox.state.scrum import Epic

FILES_NOT_MODELLED = "real files: the ids are kept as they come"
KEPT_TAGS = frozenset(["b", "i", "u", "s", "br", "p", "ul", "ol", "li"])
_BLOCK = re.compile(r"<(script|style|iframe)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*>")


def shown(epic: Epic) -> dict[str, Any]:
    """An epic as the methods answer it, without its files."""
    return {
        "id": epic.id,
        "groupId": epic.group_id,
        "name": epic.name,
        "description": epic.description,
        "createdBy": epic.created_by,
        "modifiedBy": epic.modified_by,
        "color": epic.color,
    }


def _files(epic: Epic) -> dict[str, Any]:
    """The user field as the portal describes it, the file ids in `VALUE`."""
    return {
        "ID": "136",
        "ENTITY_ID": "TASKS_SCRUM_EPIC",
        "FIELD_NAME": "UF_SCRUM_EPIC_FILES",
        "USER_TYPE_ID": "disk_file",
        "XML_ID": None,
        "SORT": "100",
        "MULTIPLE": "Y",
        "MANDATORY": "N",
        "EDIT_FORM_LABEL": "UF_SCRUM_EPIC_FILES",
        "ENTITY_VALUE_ID": epic.id,
        "VALUE": list(epic.files) or False,
    }


@method("tasks.api.scrum.epic.getFields", scope=SCOPE, style="controller", source=f"{SOURCE}.6")
def get_fields(_: Call) -> Any:
    """The fields of an epic with their types."""
    return types(
        name="string",
        description="string",
        groupId="integer",
        color="string",
        files="array",
        createdBy="integer",
        modifiedBy="integer",
    )


@method(
    "tasks.api.scrum.epic.get",
    scope=SCOPE,
    style="controller",
    source=f"{SOURCE}.6",
    not_modelled=FILES_NOT_MODELLED,
)
def get(call: Call) -> Any:
    """One epic; only this method adds `files`, unless `withFiles` is false."""
    epic = _found(call, required(call.params, "id", "int"))
    if not optional(call.params, "withFiles", "bool", True):
        return shown(epic)
    return shown(epic) | {"files": _files(epic)}


@method("tasks.api.scrum.epic.list", scope=SCOPE, style="controller", source=f"{SOURCE}.6")
def list_epics(call: Call) -> list[Any]:
    """Epics of the groups the caller has a membership row in; see `listed` for the traps."""
    epics = [epic for epic in call.portal.scrum.epics.values() if is_in_group(call, epic.group_id)]
    return listed(call, [_row(epic) for epic in epics], lambda row: shown(_of_row(row)))


def _row(epic: Epic) -> dict[str, Any]:
    return {
        "ID": epic.id,
        "GROUP_ID": epic.group_id,
        "NAME": epic.name,
        "DESCRIPTION": epic.description,
        "CREATED_BY": epic.created_by,
        "MODIFIED_BY": epic.modified_by,
        "COLOR": epic.color,
    }


def _of_row(row: Mapping[str, Any]) -> Epic:
    """The epic of a row; what was not selected takes invented defaults."""
    return Epic(
        id=row.get("ID", 0),
        group_id=row.get("GROUP_ID", 0),
        name=row.get("NAME", ""),
        description=row.get("DESCRIPTION", ""),
        color=row.get("COLOR", ""),
        created_by=row.get("CREATED_BY", 0),
        modified_by=row.get("MODIFIED_BY", 0),
    )


@method(
    "tasks.api.scrum.epic.add",
    scope=SCOPE,
    style="controller",
    source=f"{SOURCE}.6",
    not_modelled=FILES_NOT_MODELLED,
)
def add(call: Call) -> Any:
    """A new epic; here the caller is its creator by default, and `modifiedBy` cannot be set."""
    fields = as_map(required(call.params, "fields", "array"))
    creator = user_of(call, fields, "createdBy")
    group_id = positive(number(fields, "groupId"), "Group")
    name = text_field(fields, "name")
    if not name:
        raise refusal("Name not found")
    check_access(call, group_id)
    epic = Epic(
        call.portal.next_id("scrum_epic"),
        group_id,
        name,
        description=_clean(text_field(fields, "description")),
        color=text_field(fields, "color"),
        created_by=call.user.id if creator is None else creator,
        files=_file_ids(fields),
    )
    call.portal.scrum.epics[epic.id] = epic
    return shown(epic)


@method(
    "tasks.api.scrum.epic.update",
    scope=SCOPE,
    style="controller",
    source=f"{SOURCE}.6",
    not_modelled=FILES_NOT_MODELLED,
)
def update(call: Call) -> Any:
    """Change an epic. Empty values are ignored, so neither name nor description can be cleared.

    With another `groupId` it goes to that group, whatever items carry it.
    """
    epic_id = required(call.params, "id", "int")
    fields = as_map(required(call.params, "fields", "array"))
    epic = _found(call, epic_id)
    creator, modifier = user_of(call, fields, "createdBy"), user_of(call, fields, "modifiedBy")
    epic.group_id = number(fields, "groupId") or epic.group_id
    epic.name = text_field(fields, "name") or epic.name
    epic.description = _clean(text_field(fields, "description")) or epic.description
    epic.color = text_field(fields, "color") or epic.color
    epic.created_by = epic.created_by if creator is None else creator
    epic.modified_by = call.user.id if modifier is None else modifier
    if "files" in fields:
        given = _file_ids(fields)
        epic.files = list(dict.fromkeys([*epic.files, *given])) if given else []
    return shown(epic)


@method("tasks.api.scrum.epic.delete", scope=SCOPE, style="controller", source=f"{SOURCE}.6")
def delete(call: Call) -> list[Any]:
    """Its items keep the number of an epic that is gone."""
    epic = _found(call, required(call.params, "id", "int"))
    del call.portal.scrum.epics[epic.id]
    return []


def _found(call: Call, epic_id: int) -> Epic:
    epic = call.portal.scrum.epics.get(epic_id)
    if epic is None:
        raise refusal("Epic not found")
    check_access(call, epic.group_id)
    return epic


def _file_ids(fields: Mapping[str, Any]) -> list[str]:
    return [text_of(item) for item in as_list(fields.get("files")) if item and not is_array(item)]


def _clean(html: str) -> str:
    """Without scripts, attributes and tags beyond the plainest: what the portal's sanitiser comes to."""
    return _TAG.sub(_keep, _BLOCK.sub("", html))


def _keep(match: re.Match[str]) -> str:
    name = match[2].lower()
    return f"<{match[1]}{name}>" if name in KEPT_TAGS else ""
