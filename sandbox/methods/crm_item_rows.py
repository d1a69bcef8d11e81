"""Items as rows, and the conditions and orders `crm.item.list` takes (contract/methods/crm-item-list)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sandbox.crm import CrmItem
from sandbox.params import as_list, as_map, text_of
from sandbox.phpdates import iso
from sandbox.registry import RestError
from sandbox.rowfilter import order_rows, select_rows, split_key


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
    text = f"Invalid {where}: field '{_upper(name)}' is not allowed in {where}"
    return RestError("INVALID_ARG_VALUE", text)


def _upper(name: str) -> str:
    """`stageId` → `STAGE_ID`, and `STAGE_ID` → `S_T_A_G_E__I_D`: the portal knows camelCase only."""
    return "".join(f"_{sign}" if sign.isupper() else sign for sign in name).upper().lstrip("_")


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
                f"'{_upper(name)}'",
            )
    if not order:
        return sorted(items, key=lambda item: item.id)
    rows = [{name: FIELDS[name](item) for name in order} | {"item": item} for item in items]
    return [row["item"] for row in order_rows(rows, order)]
