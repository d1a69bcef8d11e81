"""`crm.status.*`, `crm.category.list` and `crm.item.*`: directories, pipelines, items (behaviour.md §6).

`crm.status.*` takes filter keys in UPPER case only and drops all others, so that a misspelled one widens the
answer to everything (surprise 3); `crm.item.*` is a controller with camelCase names. Both are written down
here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import Answer, Command
from b24.wire import as_int, as_map, as_text, literal, rows

Id = int | str

PAGE_SIZE = 50
_HEX = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


@dataclass(frozen=True)
class StatusRow:
    """A row of a directory. `color`: six upper-case hex digits or ""; `raw_color` what is stored.

    `semantics`: "S" success, "F" failure, "" in progress.
    """

    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int
    color: str = ""
    raw_color: str = ""
    semantics: str = ""
    system: bool = False


@dataclass(frozen=True)
class EntityTypeRow:
    """A directory as `entity.types` tells it; `start_code`, `success_code`, `failure_code` "" if untold."""

    entity_id: str
    name: str
    entity_type_id: int = 0
    prefix: str = ""
    start_code: str = ""
    success_code: str = ""
    failure_code: str = ""
    category_name: str = ""


@dataclass(frozen=True)
class CategoryRow:
    """A pipeline; the default one of deals has id 0."""

    id: int
    name: str
    sort: int
    entity_type_id: int


@dataclass(frozen=True)
class CrmItemRow:
    """A lead, deal, quote, invoice or item of a smart process."""

    id: int
    title: str
    stage_id: str = ""


# --- directories ---
def status_list(entity_id: str = "") -> Command:
    """All rows of one directory, or of all; one answer without pages (§6.2)."""
    params: dict[str, Any] = {"order": {"SORT": "ASC"}}
    if entity_id:
        params["filter"] = {"ENTITY_ID": entity_id}
    return Command("crm.status.list", params)


def status_get(row_id: Id) -> Command:
    """One row (§6.3)."""
    return Command("crm.status.get", {"id": row_id})


def parse_statuses(result: Any, entity_id: str = "") -> tuple[StatusRow, ...]:
    """The rows by SORT; those of other directories than `entity_id` are dropped, in case the filter was."""
    found = (_status(row) for row in rows(result))
    mine = (row for row in found if row.id and entity_id in ("", row.entity_id))
    return tuple(sorted(mine, key=lambda row: (row.sort, row.id)))


def parse_status(result: Any) -> StatusRow | None:
    """The row of `status_get`."""
    row = _status(as_map(result))
    return row if row.id else None


def status_add(
    entity_id: str, code: str, name: str, *, sort: int, color: str = "", semantics: str = ""
) -> Command:
    """A new row; gives its id (§6.4). `code` with or without the pipeline's prefix. Not repeatable."""
    fields: dict[str, Any] = {"ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": literal(name), "SORT": sort}
    if color:
        fields["COLOR"] = wire_color(color)
    if semantics:
        fields["SEMANTICS"] = semantics
    return Command("crm.status.add", {"fields": fields})


def parse_id(result: Any) -> int:
    """The id `status_add` gave; 0 when there is none."""
    return as_int(result)


def status_update(
    row_id: Id, *, name: str | None = None, sort: int | None = None, color: str | None = None
) -> Command:
    """Change what is given; `true` also for what the portal then drops (§6.5, surprise 5)."""
    given: dict[str, Any] = {
        "NAME": None if name is None else literal(name),
        "SORT": sort,
        "COLOR": None if color is None else wire_color(color),
    }
    fields = {key: value for key, value in given.items() if value is not None}
    return Command("crm.status.update", {"id": row_id, "fields": fields})


def status_probe(row_id: Id) -> Command:
    """Ask for the right to write without writing.

    The right is checked first, and a read-only field is then dropped silently (§6.5): `true` for whoever
    may change directories, a refusal for everybody else, and in no case a change.
    """
    return Command("crm.status.update", {"id": row_id, "fields": {"NAME_INIT": ""}})


def status_delete(row_id: Id, *, forced: bool = False) -> Command:
    """Remove a row; a system row only when `forced` (§6.6)."""
    return Command("crm.status.delete", {"id": row_id, **({"params": {"FORCED": "Y"}} if forced else {})})


def wire_color(color: str) -> str:
    """How CRM colors are written: with "#" (surprise 28); "" clears."""
    return f"#{color.removeprefix('#')}" if color else ""


# --- kinds and pipelines ---
def entity_types() -> Command:
    """Which directories there are; needs no right (§6.7)."""
    return Command("crm.status.entity.types")


def parse_entity_types(result: Any) -> tuple[EntityTypeRow, ...]:
    """In the portal's order."""
    return tuple(_entity_type(row) for row in rows(result) if as_text(row.get("ID")))


def category_list(entity_type_id: int) -> Command:
    """The pipelines of deals (2), invoices (31) or a smart process (§6.8)."""
    return Command("crm.category.list", {"entityTypeId": entity_type_id})


def parse_categories(result: Any) -> tuple[CategoryRow, ...]:
    """In the portal's order."""
    return tuple(
        CategoryRow(
            id=as_int(row.get("id")),
            name=as_text(row.get("name")),
            sort=as_int(row.get("sort")),
            entity_type_id=as_int(row.get("entityTypeId")),
        )
        for row in rows(as_map(result).get("categories"))
    )


# --- items ---
def count_items(entity_type_id: int, *, stage_id: str = "", category_id: int | None = None) -> Command:
    """Items of a stage, or of a whole pipeline; the count is the answer's `total`."""
    return _items(entity_type_id, _item_filter(stage_id, category_id), ["id"])


def list_items(entity_type_id: int, stage_id: str, *, start: int = 0) -> Command:
    """A page of 50 items of a stage by id. `stage_id` may be a reference."""
    return _items(entity_type_id, {"stageId": stage_id}, ["id", "title"], start)


def find_items(entity_type_id: int, item_ids: Sequence[int], stage_id: str) -> Command:
    """Those of at most 50 items that are in that stage."""
    return _items(entity_type_id, {"@id": list(item_ids), "stageId": stage_id}, ["id", "title"])


def parse_items(answer: Answer) -> tuple[CrmItemRow, ...]:
    """The items of a page."""
    return tuple(
        CrmItemRow(as_int(row.get("id")), as_text(row.get("title")), as_text(row.get("stageId")))
        for row in rows(as_map(answer.result).get("items"))
    )


def move_item(entity_type_id: int, item_id: int, stage_id: str) -> Command:
    """Put an item into a stage; automation rules of the stage may run."""
    return Command(
        "crm.item.update", {"entityTypeId": entity_type_id, "id": item_id, "fields": {"stageId": stage_id}}
    )


def parse_item(result: Any) -> CrmItemRow:
    """The item as `move_item` tells it afterwards."""
    row = as_map(as_map(result).get("item"))
    return CrmItemRow(as_int(row.get("id")), as_text(row.get("title")), as_text(row.get("stageId")))


def _items(entity_type_id: int, wanted: dict[str, Any], select: Sequence[str], start: int = 0) -> Command:
    params: dict[str, Any] = {"entityTypeId": entity_type_id, "select": list(select), "filter": wanted}
    return Command("crm.item.list", {**params, "order": {"id": "ASC"}, **({"start": start} if start else {})})


def _item_filter(stage_id: str, category_id: int | None) -> dict[str, Any]:
    by_stage = {"stageId": stage_id} if stage_id else {}
    return by_stage if category_id is None else {**by_stage, "categoryId": category_id}


# --- rows ---
def _status(row: dict[str, Any]) -> StatusRow:
    extra = as_map(row.get("EXTRA"))
    raw = as_text(row.get("COLOR")) or as_text(extra.get("COLOR"))
    return StatusRow(
        id=as_int(row.get("ID")),
        entity_id=as_text(row.get("ENTITY_ID")),
        status_id=as_text(row.get("STATUS_ID")),
        name=as_text(row.get("NAME")),
        sort=as_int(row.get("SORT")),
        color=hex_color(raw),
        raw_color=raw,
        semantics=_semantics(row, extra),
        system=as_text(row.get("SYSTEM")) == "Y",
    )


def hex_color(raw: str) -> str:
    """Six upper-case hex digits from any spelling with or without "#"; "" for none or something else."""
    found = _HEX.fullmatch(raw.strip())
    if not found:
        return ""
    digits = found[1].upper()
    return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)


_MEANINGS = {"success": "S", "failure": "F", "apology": "F"}


def _semantics(row: dict[str, Any], extra: dict[str, Any]) -> str:
    """The column, or what older portals tell in `EXTRA` only."""
    letter = as_text(row.get("SEMANTICS"))
    if letter:
        return letter if letter in {"S", "F"} else ""
    return _MEANINGS.get(as_text(extra.get("SEMANTICS")), "")


def _entity_type(row: dict[str, Any]) -> EntityTypeRow:
    finals = as_map(row.get("SEMANTIC_INFO"))
    return EntityTypeRow(
        entity_id=as_text(row.get("ID")),
        name=as_text(row.get("NAME")),
        entity_type_id=as_int(row.get("ENTITY_TYPE_ID")),
        prefix=as_text(row.get("PREFIX")),
        start_code=as_text(finals.get("START_FIELD")),
        success_code=as_text(finals.get("FINAL_SUCCESS_FIELD")),
        failure_code=as_text(finals.get("FINAL_UNSUCCESS_FIELD")),
        category_name=as_text(row.get("CATEGORY_NAME")),
    )
