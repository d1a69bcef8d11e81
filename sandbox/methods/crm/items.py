"""`crm.item.*` and `crm.deal.list`: as much of items as counting and moving them needs
(docs: crm.item.list).

`crm.item.*` are controllers with camelCase fields; `crm.deal.list` is an old method with upper-case ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.application.events import raise_event
from sandbox.methods.crm.params import denied, forbidden, named, named_map, upper_name
from sandbox.rest.params import as_list, as_map, is_array, optional, required, text_of, to_int
from sandbox.rest.php import iso
from sandbox.rest.registry import Call, Listing, RestError, method, page_of
from sandbox.rest.rowfilter import order_rows, select_rows, split_key
from sandbox.state import access
from sandbox.state.crm import DEAL, INVOICE, LEAD, QUOTE, CrmItem, entity_id_of
from sandbox.state.crm_directories import rows_of


def _moment(moment: dt.datetime) -> str | None:
    return iso(moment, "")


FIELDS: dict[str, Callable[[CrmItem], Any]] = {
    "id": lambda item: item.id,
    "title": lambda item: item.title,
    "entityTypeId": lambda item: item.entity_type_id,
    "categoryId": lambda item: item.category_id,
    "stageId": lambda item: item.stage_id,
    "assignedById": lambda item: item.assigned_by,
    "createdBy": lambda item: item.created_by,
    "updatedBy": lambda item: item.updated_by,
    "movedBy": lambda item: item.moved_by,
    "createdTime": lambda item: _moment(item.created),
    "updatedTime": lambda item: _moment(item.updated),
    "movedTime": lambda item: _moment(item.moved),
    "opportunity": lambda item: item.opportunity,
    "currencyId": lambda item: item.currency,
    "sourceId": lambda item: item.source_id,
}

# The old spelling of deals: texts only.
DEAL_FIELDS: dict[str, Callable[[CrmItem], Any]] = {
    "ID": lambda item: str(item.id),
    "TITLE": lambda item: item.title,
    "CATEGORY_ID": lambda item: str(item.category_id),
    "STAGE_ID": lambda item: item.stage_id,
    "OPPORTUNITY": lambda item: f"{item.opportunity:.2f}",
    "CURRENCY_ID": lambda item: item.currency,
    "SOURCE_ID": lambda item: item.source_id,
    "ASSIGNED_BY_ID": lambda item: str(item.assigned_by),
    "CREATED_BY_ID": lambda item: str(item.created_by),
    "MODIFY_BY_ID": lambda item: str(item.updated_by),
    "MOVED_BY_ID": lambda item: str(item.moved_by),
    "DATE_CREATE": lambda item: _moment(item.created),
    "DATE_MODIFY": lambda item: _moment(item.updated),
    "MOVED_TIME": lambda item: _moment(item.moved),
}
_DIRECTIONS = ("ASC", "DESC")
_NOT_FILTERABLE = frozenset({"entityTypeId"})


def item_row(item: CrmItem, select: Collection[str] = ()) -> dict[str, Any]:
    """The selected fields, all for none or "*"; leads and quotes have no `categoryId`."""
    return {
        name: read(item)
        for name, read in FIELDS.items()
        if (not select or "*" in select or name in select)
        and (name != "categoryId" or item.category_id is not None)
    }


def checked(items: Iterable[CrmItem], conditions: Mapping[str, Any]) -> list[CrmItem]:
    """The items that meet the conditions; a field that cannot be filtered by is an error here."""
    found = list(items)
    meets = _condition(conditions)
    return [item for item in found if meets(item)] if conditions else found


def _condition(conditions: Mapping[str, Any]) -> Callable[[CrmItem], bool]:
    """One level of the filter: all of it, or any with `logic` OR; numbered keys hold another level."""
    parts: list[Callable[[CrmItem], bool]] = []
    for key, value in conditions.items():
        if key.lower() == "logic":
            continue
        parts.append(_condition(as_map(value)) if key.isdecimal() else _test(key, value))
    either = text_of(conditions.get("logic")).upper() == "OR"
    return lambda item: (any if either else all)(part(item) for part in parts)


def _test(key: str, value: Any) -> Callable[[CrmItem], bool]:
    operator, name = split_key(key)
    if name not in FIELDS or name in _NOT_FILTERABLE:
        raise _bad_field("filter", name)
    read = FIELDS[name]
    if name == "stageId" and operator == "=":  # the one that is asked for every stage of a page
        codes = {text_of(code).casefold() for code in as_list(value)}
        return lambda item: item.stage_id.casefold() in codes
    return lambda item: bool(select_rows([{name: read(item)}], {key: value}, (name,)))


def _bad_field(where: str, name: str) -> RestError:
    text = f"Invalid {where}: field '{upper_name(name)}' is not allowed in {where}"
    return RestError("INVALID_ARG_VALUE", text)


def sorted_items(items: list[CrmItem], order: Mapping[str, Any]) -> list[CrmItem]:
    """By the wanted fields, else by id; an unknown field or direction is an error."""
    for name, way in order.items():
        if name not in FIELDS:
            raise _bad_field("order", name)
        if text_of(way).upper() not in _DIRECTIONS:
            allowed = ", ".join(_DIRECTIONS)
            raise RestError(
                "INVALID_ARG_VALUE",
                f"Invalid order: allowed sort directions are {allowed}. But got '{text_of(way)}' for field "
                f"'{upper_name(name)}'",
            )
    if not order:
        return sorted(items, key=lambda item: item.id)
    rows = [{name: FIELDS[name](item) for name in order} | {"item": item} for item in items]
    return [row["item"] for row in order_rows(rows, order)]


SOURCE = "docs: crm.item.list"

_EVENTS = {LEAD: "ONCRMLEADUPDATE", DEAL: "ONCRMDEALUPDATE", QUOTE: "ONCRMQUOTEUPDATE"}


# --- crm.item.* ---
@method(
    "crm.item.list",
    scope="crm",
    style="controller",
    source=SOURCE,
    not_modelled="contacts and companies, user fields, products, clients, most fields; rights per pipeline",
)
def list_items(call: Call) -> Listing:
    """Items of one type, 50 at a time; without any right to the CRM there are none, which is no error."""
    kind = _entity_type(call)
    conditions = as_map(optional(call.params, "filter", "array", []))
    order = as_map(optional(call.params, "order", "array", []))
    select = [text_of(name) for name in as_list(optional(call.params, "select", "array", []))]
    found = sorted_items(checked(_readable(call, kind), conditions), order)
    page, following = page_of(found, call.start)
    rows = {"items": [item_row(item, select) for item in page]}
    if call.start < 0:  # a controller then sends neither `total` nor `next` (§1.7)
        return Listing(rows)
    return Listing(rows, total=len(found), next=following)


def _entity_type(call: Call) -> int:
    kind: int = required(call.params, "entityTypeId", "int")
    if kind not in {LEAD, DEAL, QUOTE, INVOICE} and kind not in call.portal.crm.smart_types:
        raise RestError("NOT_FOUND", "Smart Process Automation was not found")
    return kind


def _readable(call: Call, kind: int) -> list[CrmItem]:
    if not access.can_read_crm(call.portal, call.user):
        return []
    return [item for item in call.portal.crm.items.values() if item.entity_type_id == kind]


@method("crm.item.get", scope="crm", style="controller", source=SOURCE, not_modelled="most fields")
def get(call: Call) -> dict[str, Any]:
    """One item with all its fields; 403 without any right to the CRM."""
    item = _item(call)
    if not access.can_read_crm(call.portal, call.user):
        raise forbidden()
    return {"item": item_row(item)}


def _item(call: Call) -> CrmItem:
    item = call.portal.crm.items.get((_entity_type(call), required(call.params, "id", "int")))
    if item is None:
        raise RestError("NOT_FOUND", "Element not found")
    return item


@method(
    "crm.item.update",
    scope="crm",
    style="controller",
    source=f"{SOURCE}, behaviour.md §9.4",
    not_modelled="most fields, required fields, automation rules, rights per pipeline and person",
)
def update(call: Call) -> dict[str, Any]:
    """Title, stage, pipeline, person and amount; unknown fields are dropped. Whatever changes is an event."""
    item = _item(call)
    given = as_map(required(call.params, "fields", "array"))
    if not access.can_configure_crm(call.portal, call.user):
        raise forbidden()
    changes = _changes(call, item, given)
    if any(getattr(item, name) != value for name, value in changes.items()):
        _apply(call, item, changes)
    return {"item": item_row(item)}


def _changes(call: Call, item: CrmItem, given: dict[str, Any]) -> dict[str, Any]:
    """Attributes and their new values. Another pipeline without a stage means its first stage."""
    changes: dict[str, Any] = {}
    if not is_array(given.get("title")) and text_of(given.get("title")):
        changes["title"] = text_of(given["title"])
    if given.get("assignedById") is not None:
        changes["assigned_by"] = to_int(given["assignedById"])
    if given.get("opportunity") is not None:
        changes["opportunity"] = _number(given["opportunity"])
    category_id = item.category_id
    if item.category_id is not None and given.get("categoryId") is not None:
        category_id = to_int(given["categoryId"])
        if (item.entity_type_id, category_id) not in call.portal.crm.categories:
            raise _not_valid("Pipeline")
    stage_id = text_of(given["stageId"]) if given.get("stageId") is not None else None
    if category_id != item.category_id or stage_id is not None:
        changes["category_id"] = category_id
        changes["stage_id"] = _stage(call, item, category_id, stage_id)
    return changes


def _stage(call: Call, item: CrmItem, category_id: int | None, wanted: str | None) -> str:
    codes = [row.status_id for row in rows_of(call.portal, entity_id_of(item.entity_type_id, category_id))]
    if wanted is None and codes:
        return codes[0]
    if wanted is None or wanted not in codes:
        raise _not_valid("Stage")
    return wanted


def _not_valid(title: str) -> RestError:
    return RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Invalid value of field "{title}"')


def _number(value: Any) -> float:
    try:
        return float(text_of(value))
    except ValueError:
        return 0.0


def _apply(call: Call, item: CrmItem, changes: dict[str, Any]) -> None:
    moved = changes.get("stage_id", item.stage_id) != item.stage_id
    other_pipeline = changes.get("category_id", item.category_id) != item.category_id
    for name, value in changes.items():
        setattr(item, name, value)
    item.updated, item.updated_by = call.portal.now(), call.user.id
    if moved:
        item.moved, item.moved_by = item.updated, call.user.id
    _tell(call, item, other_pipeline=other_pipeline)


def _tell(call: Call, item: CrmItem, *, other_pipeline: bool) -> None:
    """The events of one change (§9.3)."""
    kind = item.entity_type_id
    if kind in _EVENTS:
        raise_event(call, _EVENTS[kind], {"FIELDS": {"ID": item.id}})
    else:
        data = {"FIELDS": {"ID": item.id, "ENTITY_TYPE_ID": kind}}
        raise_event(call, "ONCRMDYNAMICITEMUPDATE", data)
    if kind == DEAL and other_pipeline:
        fields = {"ID": item.id, "CATEGORY_ID": item.category_id, "STAGE_ID": item.stage_id}
        raise_event(call, "ONCRMDEALMOVETOCATEGORY", {"FIELDS": fields})


# --- crm.deal.list ---
@method(
    "crm.deal.list",
    scope="crm",
    style="classic",
    source="docs: crm.deal.list",
    not_modelled="most fields, user fields; rights per pipeline",
)
def list_deals(call: Call) -> Listing:
    """Deals in the old spelling; conditions on unknown fields are dropped, `total` is 0 for `start` -1."""
    if not access.can_read_crm(call.portal, call.user):
        raise denied()
    order, conditions = named_map(call, "order"), named_map(call, "filter")
    rows = [
        {name: read(item) for name, read in DEAL_FIELDS.items()}
        for item in call.portal.crm.items.values()
        if item.entity_type_id == DEAL
    ]
    known = {name.upper(): way for name, way in order.items() if name.upper() in DEAL_FIELDS}
    found = order_rows(select_rows(rows, conditions, DEAL_FIELDS), known or {"ID": "ASC"})
    wanted = {text_of(name) for name in as_list(named(call, "select"))} or {"*"}
    page, following = page_of(found, call.start)
    shown = [
        {name: value for name, value in row.items() if "*" in wanted or name in wanted or name == "ID"}
        for row in page
    ]
    if call.start < 0:
        return Listing(shown, total=0)
    return Listing(shown, total=len(found), next=following)
