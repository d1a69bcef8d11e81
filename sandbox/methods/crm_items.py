"""`crm.item.*` and `crm.deal.list`: as much of items as counting and moving them needs.

`crm.item.*` are controllers with camelCase fields; `crm.deal.list` is an old method with upper-case ones.
"""

from __future__ import annotations

from typing import Any

from sandbox import crm_access
from sandbox.crm import DEAL, INVOICE, LEAD, QUOTE, CrmItem, entity_id_of
from sandbox.crm_directories import rows_of
from sandbox.crm_params import named, named_map
from sandbox.events import raise_event
from sandbox.methods.crm_item_rows import DEAL_FIELDS, checked, item_row, sorted_items
from sandbox.params import as_list, as_map, is_array, optional, required, text_of, to_int
from sandbox.registry import Call, Listing, RestError, method
from sandbox.rowfilter import order_rows, select_rows

SOURCE = "contract/methods/crm-item-list"
PAGE = 50

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
    rows = [item_row(item, select) for item in found[max(call.start, 0) :][:PAGE]]
    total, following = _pages(call, len(found))
    return Listing({"items": rows}, total=total, next=following)


def _pages(call: Call, amount: int) -> tuple[int | None, int | None]:
    """`total` and `next`; a controller sends neither for `start` -1 (§1.7)."""
    if call.start < 0:
        return None, None
    following = call.start + PAGE
    return amount, following if following < amount else None


def _entity_type(call: Call) -> int:
    kind: int = required(call.params, "entityTypeId", "int")
    if kind not in {LEAD, DEAL, QUOTE, INVOICE} and kind not in call.portal.crm.smart_types:
        raise RestError("NOT_FOUND", "Smart Process Automation was not found")
    return kind


def _readable(call: Call, kind: int) -> list[CrmItem]:
    if not crm_access.can_read(call.portal, call.user):
        return []
    return [item for item in call.portal.crm.items.values() if item.entity_type_id == kind]


@method("crm.item.get", scope="crm", style="controller", source=SOURCE, not_modelled="most fields")
def get(call: Call) -> dict[str, Any]:
    """One item with all its fields."""
    item = _item(call)
    if not crm_access.can_read(call.portal, call.user):
        raise crm_access.forbidden()
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
    if not crm_access.can_configure(call.portal, call.user):
        raise crm_access.forbidden()
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
    source="contract/methods/crm-deal-list",
    not_modelled="most fields, user fields; rights per pipeline",
)
def list_deals(call: Call) -> Listing:
    """Deals in the old spelling; conditions on unknown fields are dropped, `total` is 0 for `start` -1."""
    if not crm_access.can_read(call.portal, call.user):
        raise crm_access.denied()
    order, conditions = named_map(call, "order"), named_map(call, "filter")
    rows = [
        {name: read(item) for name, read in DEAL_FIELDS.items()}
        for item in call.portal.crm.items.values()
        if item.entity_type_id == DEAL
    ]
    known = {name.upper(): way for name, way in order.items() if name.upper() in DEAL_FIELDS}
    found = order_rows(select_rows(rows, conditions, DEAL_FIELDS), known or {"ID": "ASC"})
    wanted = {text_of(name) for name in as_list(named(call, "select"))} or {"*"}
    page = [
        {name: value for name, value in row.items() if "*" in wanted or name in wanted or name == "ID"}
        for row in found[max(call.start, 0) :][:PAGE]
    ]
    total, following = _pages(call, len(found))
    return Listing(page, total=total or 0, next=following)
