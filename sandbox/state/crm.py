"""CRM as the portal keeps it: plain objects, and how directories are spelled (behaviour.md §6).

A directory is what `ENTITY_ID` names: the stages of leads or quotes, of one pipeline, or a plain list.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

LEAD, DEAL, QUOTE, INVOICE = 1, 2, 7, 31
FIRST_SMART = 128

# What a stage means for its items: SEMANTICS None is "in progress".
SUCCESS, FAILURE = "S", "F"

DEFAULT_PIPELINE = 0  # the deal pipeline that has no row in the portal's table (§6.8)

# A person's right to the CRM (§2): changing its settings, reading, nothing.
ADMIN_RIGHT, READ_RIGHT, NO_RIGHT = "admin", "read", ""


@dataclass
class CrmStatus:
    """One row of a directory. `color` is as stored, with "#" where it came by REST; None for never set."""

    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int = 10
    system: bool = False
    category_id: int | None = None
    color: str | None = None
    semantics: str | None = None
    name_init: str = ""


@dataclass
class CrmCategory:
    """A pipeline. Deals count theirs apart from all others, so only type and id together are unique."""

    id: int
    entity_type_id: int
    name: str
    sort: int = 500
    is_default: bool = False
    is_system: bool = False
    code: str = ""
    origin_id: str = ""
    originator_id: str = ""


@dataclass
class SmartType:
    """A smart process; its entity type id is 128 or more."""

    entity_type_id: int
    title: str


@dataclass
class CrmItem:
    """A lead, deal, quote, invoice or smart-process item. `category_id` None where there are no pipelines."""

    id: int
    entity_type_id: int
    title: str
    stage_id: str
    category_id: int | None
    assigned_by: int
    created: dt.datetime
    updated: dt.datetime
    moved: dt.datetime
    created_by: int = 1
    updated_by: int = 1
    moved_by: int = 1
    opportunity: float = 0.0
    currency: str = "EUR"
    source_id: str = ""


@dataclass
class Crm:
    """All of a portal's CRM; `rights` by user id; people not in it have none (portal administrators do)."""

    statuses: dict[int, CrmStatus] = field(default_factory=dict)
    categories: dict[tuple[int, int], CrmCategory] = field(default_factory=dict)
    smart_types: dict[int, SmartType] = field(default_factory=dict)
    items: dict[tuple[int, int], CrmItem] = field(default_factory=dict)
    rights: dict[int, str] = field(default_factory=dict)


def entity_id_of(entity_type_id: int, category_id: int | None) -> str:
    """The directory of an item's stages: DEAL_STAGE, DEAL_STAGE_3, DYNAMIC_128_STAGE_5, … (§6.1)."""
    if entity_type_id == LEAD:
        return "STATUS"
    if entity_type_id == QUOTE:
        return "QUOTE_STATUS"
    if entity_type_id == DEAL:
        return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"
    kind = "SMART_INVOICE" if entity_type_id == INVOICE else f"DYNAMIC_{entity_type_id}"
    return f"{kind}_STAGE_{category_id}"


def prefix_of(entity_type_id: int, category_id: int | None) -> str:
    """What every STATUS_ID of a pipeline begins with, without the colon: C3, DT128_5; "" for none (§6.4)."""
    if entity_type_id in {LEAD, QUOTE} or not category_id:
        return ""
    return f"C{category_id}" if entity_type_id == DEAL else f"DT{entity_type_id}_{category_id}"
