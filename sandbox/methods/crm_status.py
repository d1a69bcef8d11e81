"""`crm.status.*`: stages of leads, quotes and pipelines, and plain lists (behaviour.md §6.1-§6.7).

Old methods, not controllers: parameters in four spellings, plain refusals with an empty code. None of them
raises an event (§9.4).
"""

from __future__ import annotations

from typing import Any

from sandbox import crm_access, crm_rules
from sandbox.crm import DEAL, FAILURE, SUCCESS, CrmStatus
from sandbox.crm_directories import Directory, directories, find_directory, items_at, rows_of
from sandbox.crm_params import checked_map, given_id, named, named_map, refusal
from sandbox.methods.crm_status_query import matching, ordered
from sandbox.params import as_map, text_of
from sandbox.registry import Call, Listing, method

SOURCE = "behaviour.md §6"

# name: (type, required, read-only, immutable, title)
_FIELDS = {
    "ID": ("integer", False, True, False, "ID"),
    "ENTITY_ID": ("string", True, False, True, "Entity ID"),
    "STATUS_ID": ("string", True, False, True, "Status"),
    "SORT": ("integer", False, False, False, "Sorting"),
    "NAME": ("string", True, False, False, "Name"),
    "NAME_INIT": ("string", False, True, False, "Default Name"),
    "SYSTEM": ("char", False, True, False, "System"),
    "CATEGORY_ID": ("integer", False, False, True, "CATEGORY_ID"),
    "COLOR": ("string", False, False, False, "COLOR"),
    "SEMANTICS": ("char", False, False, True, "SEMANTICS"),
    "EXTRA": ("crm_status_extra", False, False, False, "Additional Fields"),
}


def _check_read(call: Call) -> None:
    if not crm_access.can_read(call.portal, call.user):
        raise crm_access.denied()


def _check_write(call: Call) -> None:
    if not crm_access.can_configure(call.portal, call.user):
        raise crm_access.denied()


# --- rows ---
def _shown(row: CrmStatus, directory: Directory | None) -> dict[str, Any]:
    """All values are texts or null; `EXTRA` only where the directory has it (§6.1)."""
    shown: dict[str, Any] = {
        "ID": str(row.id),
        "ENTITY_ID": row.entity_id,
        "STATUS_ID": row.status_id,
        "NAME": row.name,
        "NAME_INIT": row.name_init,
        "SORT": str(row.sort),
        "SYSTEM": "Y" if row.system else "N",
        "CATEGORY_ID": None if row.category_id is None else str(row.category_id),
        "COLOR": row.color,
        "SEMANTICS": row.semantics,
    }
    if directory and directory.has_extra:
        shown["EXTRA"] = {"SEMANTICS": _meaning(row, directory), "COLOR": row.color}
    return shown


def _meaning(row: CrmStatus, directory: Directory) -> str:
    """A failure stage other than the one the portal names is an "apology"."""
    if row.semantics == SUCCESS:
        return "success"
    if row.semantics == FAILURE:
        return "failure" if directory.finals and row.status_id == directory.finals[2] else "apology"
    return "process"


# --- reading ---
@method(
    "crm.status.list",
    scope="crm",
    style="classic",
    source=f"{SOURCE}.2",
    not_modelled="wildcards and brackets in the search for NAME; arrays for ID, NAME, SYSTEM, CATEGORY_ID",
)
def list_rows(call: Call) -> Listing:
    """Everything that matches in one answer: no pages, `start` and `select` mean nothing."""
    _check_read(call)
    order, conditions = named_map(call, "order"), named_map(call, "filter")
    known = {directory.entity_id: directory for directory in directories(call.portal)}
    rows = ordered(matching(call.portal.crm.statuses.values(), conditions), order)
    return Listing([_shown(row, known.get(row.entity_id)) for row in rows], total=len(rows))


@method("crm.status.get", scope="crm", style="classic", source=f"{SOURCE}.3")
def get(call: Call) -> dict[str, Any]:
    """One row."""
    number = given_id(call)
    _check_read(call)
    row = call.portal.crm.statuses.get(number)
    if row is None:
        raise refusal("CRM Status is not found.")
    return _shown(row, find_directory(call.portal, row.entity_id))


@method("crm.status.fields", scope="crm", style="classic", source=f"{SOURCE}.7")
def fields(_: Call) -> dict[str, Any]:
    """The field table; anybody may see it."""
    return {
        name: {
            "type": kind,
            "isRequired": required,
            "isReadOnly": read_only,
            "isImmutable": immutable,
            "isMultiple": False,
            "isDynamic": False,
            "title": title,
        }
        for name, (kind, required, read_only, immutable, title) in _FIELDS.items()
    }


@method("crm.status.extra.fields", scope="crm", style="classic", source=f"{SOURCE}.7")
def extra_fields(_: Call) -> None:
    """Broken on every portal."""
    raise refusal("Resource 'EXTRA' is not supported in current context.")


@method("crm.status.entity.types", scope="crm", style="classic", source=f"{SOURCE}.7")
def entity_types(call: Call) -> list[dict[str, Any]]:
    """What directories there are; anybody may see it, without any right to the CRM."""
    return [_type_row(directory) for directory in directories(call.portal)]


def _type_row(directory: Directory) -> dict[str, Any]:
    """Plain lists have two keys, pipelines of deals other ones than pipelines of invoices and processes."""
    row: dict[str, Any] = {"ID": directory.entity_id, "NAME": directory.name}
    if not directory.entity_type_id:
        return row
    category, kind = directory.category, directory.entity_type_id
    if kind == DEAL and directory.category_id:
        row["PARENT_ID"] = "DEAL_STAGE"
    row["SEMANTIC_INFO"] = _semantic_info(directory)
    if directory.prefix:
        row["PREFIX"] = directory.prefix
    if category is None:
        return row | {"ENTITY_TYPE_ID": kind}
    row["FIELD_ATTRIBUTE_SCOPE"] = f"category_{category.id}" if category.id else ""
    row["ENTITY_TYPE_ID"] = kind
    if kind == DEAL:
        return row | {"CATEGORY_ID": str(category.id) if category.id else 0}
    row |= {"IS_ENABLED": True, "CATEGORY_ID": category.id}
    if directory.entity_id.startswith("DYNAMIC"):
        row["CATEGORY_NAME"] = category.name
        row["CATEGORY_SORT"] = category.sort
        row["IS_DEFAULT_CATEGORY"] = category.is_default
    return row


def _semantic_info(directory: Directory) -> dict[str, Any]:
    if directory.finals is None:
        return {}
    start, success, failure = directory.finals
    return {
        "START_FIELD": start,
        "FINAL_SUCCESS_FIELD": success,
        "FINAL_UNSUCCESS_FIELD": failure,
        "FINAL_SORT": 0,
    }


@method("crm.status.entity.items", scope="crm", style="classic", source=f"{SOURCE}.7")
def entity_items(call: Call) -> list[dict[str, Any]]:
    """Names and codes of one directory by SORT, which is a number here; nothing for an unknown one."""
    entity_id = named(call, "entityId")
    if entity_id in (None, "", [], {}):
        raise refusal("The parameter entityId is not defined or invalid.")
    if not isinstance(entity_id, str):
        raise refusal("The parameter entityId must be a string.")
    _check_read(call)
    rows = rows_of(call.portal, entity_id.upper())
    return [{"NAME": row.name, "SORT": row.sort, "STATUS_ID": row.status_id} for row in rows]


# --- writing ---
@method(
    "crm.status.add",
    scope="crm",
    style="classic",
    source=f"{SOURCE}.4",
    not_modelled="fields given as arrays",
)
def add(call: Call) -> int:
    """A new row at SORT 10 unless told otherwise; nothing is renumbered. `fields` keys in upper case."""
    given = checked_map(named(call, "fields"), "fields")
    _check_write(call)
    crm_rules.check_required(given)
    directory = find_directory(call.portal, text_of(given["ENTITY_ID"]))
    if directory is None:
        raise refusal("Specified entity type is not supported.")
    row = _new_row(directory, given)
    if not row.name:
        raise refusal("The field Title is required.")
    crm_rules.check_code(call.portal, directory, row.status_id)
    crm_rules.check_place(call.portal, row)
    if len(row.color or "") > crm_rules.COLOR_COLUMN:
        raise refusal("Error on creating status.")
    row.id = call.portal.next_id("crm_status")
    call.portal.crm.statuses[row.id] = row
    return row.id


def _new_row(directory: Directory, given: dict[str, Any]) -> CrmStatus:
    """SYSTEM and NAME_INIT cannot be given. CATEGORY_ID follows the directory where it is not."""
    category = crm_rules.text_field(given, "CATEGORY_ID")
    return CrmStatus(
        id=0,
        entity_id=directory.entity_id,
        status_id=crm_rules.full_code(directory, text_of(given["STATUS_ID"])),
        name=(crm_rules.text_field(given, "NAME") or "").strip(),
        sort=crm_rules.sort_of(given) or crm_rules.DEFAULT_SORT,
        category_id=int(category) if category and category.isdecimal() else directory.category_id,
        color=crm_rules.color_of(given),
        semantics=crm_rules.semantics_of(given),
    )


@method("crm.status.update", scope="crm", style="classic", source=f"{SOURCE}.5")
def update(call: Call) -> bool:
    """Name, sort and color; everything else is dropped, and `true` all the same (surprise 5)."""
    number = given_id(call)
    given = checked_map(named(call, "fields"), "fields")
    _check_write(call)
    row = _row(call, number)
    name, sort, color = (
        crm_rules.text_field(given, "NAME"),
        crm_rules.sort_of(given),
        crm_rules.color_of(given),
    )
    if len(color or "") > crm_rules.COLOR_COLUMN:
        return True  # the write fails as a whole, and nobody is told
    row.name = (name or "").strip() or row.name
    row.sort = row.sort if sort is None else sort
    row.color = row.color if color is None else color
    return True


@method(
    "crm.status.delete",
    scope="crm",
    style="classic",
    source=f"{SOURCE}.6",
    not_modelled="values of plain lists in use by items",
)
def delete(call: Call) -> bool:
    """Remove a row nobody stands in; a system one only with FORCED exactly "Y" inside `params`."""
    _check_write(call)
    row = _row(call, given_id(call))
    if row.system and as_map(named(call, "params")).get("FORCED") != "Y":
        raise refusal(
            'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".'
        )
    if next(items_at(call.portal, row), None) is not None:
        directory = find_directory(call.portal, row.entity_id)
        old_kind = directory is not None and directory.has_extra
        raise refusal(
            "There are active items in this status."
            if old_kind
            else "Cannot delete the stage because there are items in it."
        )
    del call.portal.crm.statuses[row.id]
    return True


def _row(call: Call, number: int) -> CrmStatus:
    row = call.portal.crm.statuses.get(number)
    if row is None:
        raise refusal("Status is not found.")
    return row
