"""`crm.status.*`: stages of leads, quotes and pipelines, and plain lists (behaviour.md §6.1-§6.7).

Old methods, not controllers: parameters in four spellings, plain refusals with an empty code. None of them
raises an event (§9.4). The filter of `crm.status.list` knows only equality, and leaves out what it does not
understand (§6.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.methods.crm import rules
from sandbox.methods.crm.params import checked_map, denied, given_id, named, named_map, refusal
from sandbox.rest.params import as_map, is_array, text_of, to_int
from sandbox.rest.registry import Call, Listing, method
from sandbox.state import access
from sandbox.state.crm import DEAL, FAILURE, SUCCESS, CrmStatus
from sandbox.state.crm_directories import Directory, directories, find_directory, items_at, rows_of, scrambled

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
    if not access.can_read_crm(call.portal, call.user):
        raise denied()


def _check_write(call: Call) -> None:
    if not access.can_configure_crm(call.portal, call.user):
        raise denied()


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
    """One row of a directory by its id."""
    number = given_id(call)
    _check_read(call)
    row = call.portal.crm.statuses.get(number)
    if row is None:
        raise refusal("CRM Status is not found.")
    return _shown(row, find_directory(call.portal, row.entity_id))


@method("crm.status.fields", scope="crm", style="classic", source=f"{SOURCE}.7")
def fields(_: Call) -> dict[str, Any]:
    """The field table of a row; needs no right to the CRM."""
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
    """Answers null: this method is broken on every portal."""
    raise refusal("Resource 'EXTRA' is not supported in current context.")


@method("crm.status.entity.types", scope="crm", style="classic", source=f"{SOURCE}.7")
def entity_types(call: Call) -> list[dict[str, Any]]:
    """What directories there are; needs no right to the CRM."""
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
    rules.check_required(given)
    directory = find_directory(call.portal, text_of(given["ENTITY_ID"]))
    if directory is None:
        raise refusal("Specified entity type is not supported.")
    row = _new_row(directory, given)
    if not row.name:
        raise refusal("The field Title is required.")
    rules.check_code(call.portal, directory, row.status_id)
    rules.check_place(call.portal, row)
    if len(row.color or "") > rules.COLOR_COLUMN:
        raise refusal("Error on creating status.")
    row.id = call.portal.next_id("crm_status")
    call.portal.crm.statuses[row.id] = row
    return row.id


def _new_row(directory: Directory, given: dict[str, Any]) -> CrmStatus:
    """SYSTEM and NAME_INIT cannot be given. CATEGORY_ID follows the directory where it is not."""
    category = rules.text_field(given, "CATEGORY_ID")
    return CrmStatus(
        id=0,
        entity_id=directory.entity_id,
        status_id=rules.full_code(directory, text_of(given["STATUS_ID"])),
        name=(rules.text_field(given, "NAME") or "").strip(),
        sort=rules.sort_of(given) or rules.DEFAULT_SORT,
        category_id=int(category) if category and category.isdecimal() else directory.category_id,
        color=rules.color_of(given),
        semantics=rules.semantics_of(given),
    )


@method("crm.status.update", scope="crm", style="classic", source=f"{SOURCE}.5")
def update(call: Call) -> bool:
    """Name, sort and color; everything else is dropped, and `true` all the same (surprise 5)."""
    number = given_id(call)
    given = checked_map(named(call, "fields"), "fields")
    _check_write(call)
    row = _row(call, number)
    name, sort, color = (
        rules.text_field(given, "NAME"),
        rules.sort_of(given),
        rules.color_of(given),
    )
    if len(color or "") > rules.COLOR_COLUMN:
        return True  # the write fails as a whole, and the answer does not say so
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
    """Remove a row without items; a system one only with FORCED exactly "Y" inside `params`."""
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


# --- the filter and the order of the list ---
_NO_ARRAYS = ("ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS")

_ORDER: dict[str, Callable[[CrmStatus], Any]] = {
    "ID": lambda row: row.id,
    "ENTITY_ID": lambda row: row.entity_id,
    "STATUS_ID": lambda row: row.status_id,
    "NAME": lambda row: row.name.casefold(),
    "SORT": lambda row: row.sort,
    "SYSTEM": lambda row: row.system,
    "CATEGORY_ID": lambda row: -1 if row.category_id is None else row.category_id,
    "SEMANTICS": lambda row: row.semantics or "",
}

# Tests for a value that is not empty. Keys are exact: any other spelling is no condition at all.
_TESTS: dict[str, Callable[[CrmStatus, str], bool]] = {
    "ID": lambda row, value: row.id == to_int(value),
    "ENTITY_ID": lambda row, value: row.entity_id == value,
    "STATUS_ID": lambda row, value: row.status_id == value,
    "NAME": lambda row, value: _searched(row.name, value),
    "SORT": lambda row, value: row.sort == to_int(value),
    "SYSTEM": lambda row, value: value not in {"Y", "N"} or row.system == (value == "Y"),
    "CATEGORY_ID": lambda row, value: row.category_id == to_int(value),
    "SEMANTICS": lambda row, value: row.semantics == value,
}


def matching(rows: Iterable[CrmStatus], conditions: dict[str, Any]) -> list[CrmStatus]:
    """The rows that meet every condition there is; an array where none may be is the only error."""
    for name in _NO_ARRAYS:
        if is_array(conditions.get(name)) and conditions[name]:
            raise refusal(f"Filter by {name} must be a string")
    used = {
        name: text_of(value)
        for name, value in conditions.items()
        if name in _TESTS and not is_array(value) and text_of(value) != ""
    }
    return [row for row in rows if all(_TESTS[name](row, value) for name, value in used.items())]


def _searched(name: str, query: str) -> bool:
    """The portal's search syntax: alternatives by |, several words by & or blanks, "…" for the whole."""
    text = name.casefold()
    return any(
        all(_has(text, word) for word in re.findall(r'"[^"]*"|[^\s&]+', part)) for part in query.split("|")
    )


def _has(text: str, word: str) -> bool:
    if word.startswith('"'):
        return text == word.strip('"').casefold()
    return word.casefold() in text


def ordered(rows: Iterable[CrmStatus], order: dict[str, Any]) -> list[CrmStatus]:
    """By known names in any case, "asc" or else descending.

    Without an order by SORT; with one of unknown names only by ID, backwards.
    """
    wanted = {name.upper(): text_of(way).lower() for name, way in order.items() if name.upper() in _ORDER}
    if not wanted:
        wanted = {"ID": "desc"} if order else {"SORT": "asc"}
    found = sorted(rows, key=lambda row: scrambled(row.id))
    for name, way in reversed(list(wanted.items())):
        found.sort(key=_ORDER[name], reverse=way != "asc")
    return found
