"""`crm.category.*`: pipelines of deals, invoices and smart processes (behaviour.md §6.8).

Controllers: exact camelCase names. Pipelines raise no events (§9.4).
"""

from __future__ import annotations

from typing import Any

from sandbox.methods.crm.params import forbidden, upper_name
from sandbox.rest.params import as_map, is_array, optional, required, text_of, to_int
from sandbox.rest.registry import Call, Listing, RestError, method
from sandbox.state import access
from sandbox.state.crm import DEAL, DEFAULT_PIPELINE, INVOICE, CrmCategory, entity_id_of
from sandbox.state.crm_directories import add_pipeline, categories
from sandbox.state.portal import Portal

SOURCE = "behaviour.md §6.8, docs: crm.category.add"
DEFAULT_SORT = 500
LONGEST_NAME = 255

# Kinds of objects that have stages or none but never pipelines.
_WITHOUT_PIPELINES = {1: "Lead", 5: "Invoice", 7: "Estimate", 8: "Requisite"}

_COMMON_FIELDS = ("id", "name", "sort", "entityTypeId", "isDefault")
_TYPES = {"id": "integer", "sort": "integer", "entityTypeId": "integer"} | dict.fromkeys(
    ("isDefault", "isSystem"), "boolean"
)


# --- arguments ---
def entity_type(call: Call) -> int:
    """`entityTypeId` of something that has pipelines here."""
    kind: int = required(call.params, "entityTypeId", "int")
    if kind in _WITHOUT_PIPELINES:
        name = _WITHOUT_PIPELINES[kind]
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {name} is not supported")
    if kind not in {DEAL, INVOICE} and kind not in call.portal.crm.smart_types:
        raise RestError("NOT_FOUND", "Smart Process Automation was not found")
    return kind


def _category(call: Call, kind: int, number: int) -> CrmCategory:
    found = call.portal.crm.categories.get((kind, number))
    if found is None:
        raise RestError("NOT_FOUND", "Element not found")
    return found


def _check_write(call: Call) -> None:
    if not access.can_configure_crm(call.portal, call.user):
        raise forbidden()


def _shown(category: CrmCategory) -> dict[str, Any]:
    """Numbers are numbers. The default pipeline of deals, which is no row, has no origin (§6.8)."""
    row: dict[str, Any] = {
        "id": category.id,
        "name": category.name,
        "sort": category.sort,
        "entityTypeId": category.entity_type_id,
        "isDefault": "Y" if category.is_default else "N",
    }
    if category.entity_type_id != DEAL:
        return row | {"isSystem": "Y" if category.is_system else "N", "code": category.code}
    if category.id == DEFAULT_PIPELINE:
        return row
    return row | {"originId": category.origin_id, "originatorId": category.originator_id}


# --- reading ---
@method(
    "crm.category.list",
    scope="crm",
    style="controller",
    source=SOURCE,
    not_modelled="contacts and companies; rights per pipeline",
)
def list_categories(call: Call) -> Listing:
    """All pipelines at once, by their sort; only `filter.code` filters."""
    kind = entity_type(call)
    conditions = as_map(optional(call.params, "filter", "array", []))
    found = categories(call.portal, kind) if access.can_read_crm(call.portal, call.user) else []
    if "code" in conditions and not is_array(conditions["code"]):
        found = [row for row in found if row.code == text_of(conditions["code"])]
    return Listing({"categories": [_shown(row) for row in found]}, total=len(found))


@method("crm.category.get", scope="crm", style="controller", source=SOURCE)
def get(call: Call) -> dict[str, Any]:
    """One pipeline by its type and id; 403 without any right to the CRM."""
    kind = entity_type(call)
    found = _category(call, kind, required(call.params, "id", "int"))
    if not access.can_read_crm(call.portal, call.user):
        raise forbidden()
    return {"category": _shown(found)}


@method("crm.category.fields", scope="crm", style="controller", source=SOURCE)
def fields(call: Call) -> dict[str, Any]:
    """The field table of one type; `isDefault` of deals cannot be changed."""
    kind = entity_type(call)
    names = (*_COMMON_FIELDS, *(("originId", "originatorId") if kind == DEAL else ("isSystem", "code")))
    return {"fields": {name: _field(name, kind) for name in names}}


def _field(name: str, kind: int) -> dict[str, Any]:
    read_only = name in {"id", "entityTypeId", "isSystem", "code"} or (name == "isDefault" and kind == DEAL)
    return {
        "type": _TYPES.get(name, "string"),
        "isRequired": name == "entityTypeId",
        "isReadOnly": read_only,
        "isImmutable": False,
        "isMultiple": False,
        "isDynamic": False,
        "title": upper_name(name),
        "upperName": upper_name(name),
    }


# --- writing ---
@method("crm.category.add", scope="crm", style="controller", source=SOURCE)
def add(call: Call) -> dict[str, Any]:
    """A new pipeline with the stages every new one gets."""
    kind = entity_type(call)
    given = as_map(required(call.params, "fields", "array"))
    _check_write(call)
    if text_of(given.get("isSystem")) == "Y":
        raise RestError("ADDING_DISABLED", "Adding a system category is prohibited")
    name = _name(given)
    if not name:
        raise RestError("0", "Field 'NAME' is required")
    sort = max(to_int(given["sort"]), 0) if given.get("sort") is not None else DEFAULT_SORT
    category = add_pipeline(call.portal, kind, name, sort)
    if given.get("isDefault") == "Y":
        _make_default(call.portal, category)
    return {"category": _shown(category)}


@method("crm.category.update", scope="crm", style="controller", source=SOURCE)
def update(call: Call) -> dict[str, Any]:
    """Name, sort and, but not for deals, which one is the default."""
    kind = entity_type(call)
    number = required(call.params, "id", "int")
    given = as_map(required(call.params, "fields", "array"))
    category = _category(call, kind, number)
    _check_write(call)
    if "name" in given:
        if not _name(given):
            raise RestError("0", "Field 'NAME' is required")
        category.name = _name(given)
    if given.get("sort") is not None:
        category.sort = max(to_int(given["sort"]), 0)
    if given.get("isDefault") == "Y":
        _make_default(call.portal, category)
    return {"category": _shown(category)}


def _name(given: dict[str, Any]) -> str:
    value = given.get("name")
    return "" if is_array(value) else text_of(value).strip()[:LONGEST_NAME]


def _make_default(portal: Portal, category: CrmCategory) -> None:
    """In place of the old one; the default of deals always stays the one without a row."""
    if category.entity_type_id == DEAL:
        return
    for other in categories(portal, category.entity_type_id):
        other.is_default = other is category


@method("crm.category.delete", scope="crm", style="controller", source=SOURCE)
def delete(call: Call) -> None:
    """Remove an empty pipeline that is not the default, with its stages; the answer is null."""
    kind = entity_type(call)
    category = _category(call, kind, required(call.params, "id", "int"))
    if category.is_system:
        raise RestError("REMOVING_DISABLED", "Deletion of system category is prohibited")
    _check_write(call)
    _check_removable(call.portal, category)
    del call.portal.crm.categories[kind, category.id]
    directory = entity_id_of(kind, category.id)
    statuses = call.portal.crm.statuses
    for number in [row.id for row in statuses.values() if row.entity_id == directory]:
        del statuses[number]


def _check_removable(portal: Portal, category: CrmCategory) -> None:
    of_deals = category.entity_type_id == DEAL
    if category.is_default:
        if of_deals:
            raise RestError("0", "Default deal category cannot be deleted")
        raise RestError("BX_ERROR", "This funnel is the default funnel")
    key = (category.entity_type_id, category.id)
    if any((item.entity_type_id, item.category_id) == key for item in portal.crm.items.values()):
        if of_deals:
            raise RestError("0", f"Deals related to the funnel {category.name} found")
        raise RestError("BX_ERROR", "Elements related to the funnel found")
