"""Making pipelines and the stages new ones get (behaviour.md §11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sandbox.crm import (
    DEAL,
    DEFAULT_PIPELINE,
    FAILURE,
    INVOICE,
    LEAD,
    QUOTE,
    SUCCESS,
    CrmCategory,
    CrmStatus,
    entity_id_of,
    prefix_of,
)
from sandbox.portal import Portal


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
