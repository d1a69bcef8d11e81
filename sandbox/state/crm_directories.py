"""The directories of a portal: fixed ones, one per pipeline, and their rows (behaviour.md §6.1, §6.7).

Also makes pipelines, with the stages that new ones get (§11).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sandbox.state.crm import (
    DEAL,
    DEFAULT_PIPELINE,
    FAILURE,
    INVOICE,
    LEAD,
    QUOTE,
    SUCCESS,
    CrmCategory,
    CrmItem,
    CrmStatus,
    entity_id_of,
    prefix_of,
)
from sandbox.state.portal import Portal

# Longest STATUS_ID by type, the prefix included (§6.4).
_LONGEST = {LEAD: 21, QUOTE: 22, DEAL: 22}
_LONGEST_ELSEWHERE = 50

# Plain lists every portal has; those before and after the pipelines as `entity.types` tells them.
LISTS = {
    "SOURCE": "Sources",
    "CONTACT_TYPE": "Contact type",
    "COMPANY_TYPE": "Company type",
    "EMPLOYEES": "Number of employees",
    "INDUSTRY": "Industry",
    "DEAL_TYPE": "Deal type",
}
LATE_LISTS = {"HONORIFIC": "Salutations", "EVENT_TYPE": "Event types", "CALL_LIST": "Call statuses"}

_FINALS = {
    LEAD: ("NEW", "CONVERTED", "JUNK"),
    DEAL: ("NEW", "WON", "LOSE"),
    QUOTE: ("DRAFT", "APPROVED", "DECLAINED"),
}


@dataclass(frozen=True)
class Directory:
    """One `ENTITY_ID`. `entity_type_id` 0 is a plain list; `category` only for pipelines."""

    entity_id: str
    name: str
    entity_type_id: int = 0
    category: CrmCategory | None = None

    @property
    def category_id(self) -> int | None:
        """The id of the pipeline; None for a plain list."""
        return self.category.id if self.category else None

    @property
    def prefix(self) -> str:
        """What every STATUS_ID begins with, without the colon; "" for none."""
        return prefix_of(self.entity_type_id, self.category_id)

    @property
    def finals(self) -> tuple[str, str, str] | None:
        """STATUS_ID of the start, success and failure stage; None where the portal does not name them."""
        codes = _FINALS.get(self.entity_type_id)
        if codes is None:
            return None
        start, success, failure = (self.prefixed(code) for code in codes)
        return start, success, failure

    @property
    def longest_code(self) -> int:
        """How long a STATUS_ID may be without its prefix."""
        prefix = f"{self.prefix}:" if self.prefix else ""
        return _LONGEST.get(self.entity_type_id, _LONGEST_ELSEWHERE) - len(prefix)

    @property
    def has_extra(self) -> bool:
        """`EXTRA` is only there for leads, quotes and deals (§6.1)."""
        return self.entity_type_id in _FINALS

    def prefixed(self, code: str) -> str:
        """The STATUS_ID of a bare code."""
        return f"{self.prefix}:{code}" if self.prefix else code


def directories(portal: Portal) -> list[Directory]:
    """All of them in the order of `crm.status.entity.types`."""
    return [
        Directory("STATUS", "Lead stages", LEAD),
        *(Directory(entity_id, name) for entity_id, name in LISTS.items()),
        *(_pipeline(portal, row) for row in categories(portal, INVOICE)),
        *(_pipeline(portal, row) for row in sorted(categories(portal, DEAL), key=lambda row: -row.id)),
        Directory("QUOTE_STATUS", "Quote stages", QUOTE),
        *(Directory(entity_id, name) for entity_id, name in LATE_LISTS.items()),
        *(_pipeline(portal, row) for kind in portal.crm.smart_types for row in categories(portal, kind)),
    ]


def find_directory(portal: Portal, entity_id: str) -> Directory | None:
    """The directory with this ENTITY_ID; None for an unknown one."""
    return next((found for found in directories(portal) if found.entity_id == entity_id), None)


def categories(portal: Portal, entity_type_id: int) -> list[CrmCategory]:
    """The pipelines of one type, by their sort (§6.8)."""
    mine = [row for row in portal.crm.categories.values() if row.entity_type_id == entity_type_id]
    return sorted(mine, key=lambda row: (row.sort, row.id))


def _pipeline(portal: Portal, category: CrmCategory) -> Directory:
    kind = category.entity_type_id
    if kind == DEAL:
        name = f"{category.name} deal stages"
    elif kind == INVOICE:
        name = "Invoice stages"  # the same for all of them: pipelines of invoices have no names here
    else:
        name = f"{portal.crm.smart_types[kind].title} ({category.name})"
    return Directory(entity_id_of(kind, category.id), name, kind, category)


# --- rows ---
def rows_of(portal: Portal, entity_id: str) -> list[CrmStatus]:
    """The rows of one directory by SORT; equal ones in no order worth the name (§6.2)."""
    return sorted(_rows(portal, entity_id), key=lambda row: (row.sort, scrambled(row.id)))


def _rows(portal: Portal, entity_id: str) -> Iterator[CrmStatus]:
    return (row for row in portal.crm.statuses.values() if row.entity_id == entity_id)


def scrambled(number: int) -> int:
    """The same number for the same id, in an order not to rely on."""
    return number * 2654435761 % 2**32


def success_of(portal: Portal, entity_id: str) -> CrmStatus | None:
    """The one success stage of a directory, if it has one."""
    return next((row for row in _rows(portal, entity_id) if row.semantics == SUCCESS), None)


def items_at(portal: Portal, status: CrmStatus) -> Iterator[CrmItem]:
    """The items that stand in a stage; a row of a plain list has none."""
    return (
        item
        for item in portal.crm.items.values()
        if item.stage_id == status.status_id
        and entity_id_of(item.entity_type_id, item.category_id) == status.entity_id
    )


# --- new pipelines ---
class Row(NamedTuple):
    """A row to be made. `sort` 0 is the next ten after the row before."""

    code: str
    name: str
    color: str | None = None
    semantics: str | None = None
    system: bool = False
    sort: int = 0


LEAD_STAGES = (
    Row("NEW", "Unassigned", "#39A8EF", system=True),
    Row("IN_PROCESS", "In Progress", "#2FC6F6"),
    Row("PROCESSED", "Processed", "#55D0E0"),
    Row("CONVERTED", "Good Lead", "#7BD500", SUCCESS, system=True),
    Row("JUNK", "Junk Lead", "#FF5752", FAILURE, system=True),
)
DEAL_STAGES = (
    Row("NEW", "New", "#39A8EF", system=True),
    Row("PREPARATION", "Create papers", "#2FC6F6"),
    Row("PREPAYMENT_INVOICE", "Invoice", "#55D0E0"),
    Row("EXECUTING", "In progress", "#47E4C2"),
    Row("FINAL_INVOICE", "Final invoice", "#FFA900"),
    Row("WON", "Deal won", "#7BD500", SUCCESS, system=True),
    Row("LOSE", "Deal lost", "#FF5752", FAILURE, system=True),
    Row("APOLOGY", "Analyze failure", "#FF5752", FAILURE),
)
QUOTE_STAGES = (
    Row("DRAFT", "New", "#39A8EF", system=True),
    Row("SENT", "Sent to client", "#2FC6F6"),
    Row("APPROVED", "Accepted", "#7BD500", SUCCESS, system=True),
    Row("UNANSWERED", "No answer", "#FFA900", FAILURE),
    Row("DECLAINED", "Declined", "#FF5752", FAILURE, system=True),
)
INVOICE_STAGES = (
    Row("N", "New", "#39A8EF", system=True),
    Row("S", "Sent to client", "#2FC6F6"),
    Row("P", "Paid", "#7BD500", SUCCESS, system=True),
    Row("D", "Not paid", "#FF5752", FAILURE, system=True),
)
SMART_STAGES = (
    Row("NEW", "Start", "#22B9FF", system=True),
    Row("PREPARATION", "Preparation", "#88B9FF"),
    Row("CLIENT", "Decision pending", "#10E5FC"),
    Row("SUCCESS", "Success", "#00FF00", SUCCESS, system=True),
    Row("FAIL", "Failed", "#FF0000", FAILURE, system=True),
)


def default_stages(entity_type_id: int) -> tuple[Row, ...]:
    """What a new pipeline of this type begins with."""
    known = {LEAD: LEAD_STAGES, DEAL: DEAL_STAGES, QUOTE: QUOTE_STAGES, INVOICE: INVOICE_STAGES}
    return known.get(entity_type_id, SMART_STAGES)


def add_pipeline(
    portal: Portal, entity_type_id: int, name: str, sort: int, rows: Sequence[Row] | None = None
) -> CrmCategory:
    """A pipeline with its stages, the default ones unless `rows` are given; ids by the portal's two counters.

    The first one of a type is its default; of deals it has the id 0 and no row of its own (§6.8).
    """
    kinds = {kind for kind, _ in portal.crm.categories}
    first = entity_type_id not in kinds
    if entity_type_id == DEAL:
        number = DEFAULT_PIPELINE if first else portal.next_id("deal_category")
    else:
        number = portal.next_id("crm_category")
    category = CrmCategory(number, entity_type_id, name, sort, is_default=first)
    portal.crm.categories[entity_type_id, number] = category
    add_rows(
        portal,
        entity_id_of(entity_type_id, number),
        default_stages(entity_type_id) if rows is None else rows,
        prefix=prefix_of(entity_type_id, number),
        category_id=number or None,
    )
    return category


def add_rows(
    portal: Portal, entity_id: str, rows: Sequence[Row], *, prefix: str = "", category_id: int | None = None
) -> None:
    """Rows of one directory as the portal itself makes them: system ones keep their first name."""
    sort = 0
    for row in rows:
        sort = row.sort or sort + 10
        number = portal.next_id("crm_status")
        portal.crm.statuses[number] = CrmStatus(
            id=number,
            entity_id=entity_id,
            status_id=f"{prefix}:{row.code}" if prefix else row.code,
            name=row.name,
            sort=sort,
            system=row.system,
            category_id=category_id,
            color=row.color,
            semantics=row.semantics,
            name_init=row.name if row.system else "",
        )
