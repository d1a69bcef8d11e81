"""What an `ENTITY_ID` tells by itself: which objects, which pipeline, how its codes are spelled.

The rules are in behaviour.md §6.1, §6.4. Nothing here asks the portal, so an action needs no second request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LEAD, DEAL, QUOTE, INVOICE, DOCUMENT, HR_DOCUMENT = 1, 2, 7, 31, 36, 39

_FIXED = {"STATUS": LEAD, "QUOTE_STATUS": QUOTE, "DEAL_STAGE": DEAL}
_SYSTEM_TYPES = {"SMART_INVOICE": INVOICE, "SMART_DOCUMENT": DOCUMENT, "SMART_B2E_DOC": HR_DOCUMENT}
_DEALS = re.compile(r"DEAL_STAGE_(\d+)")
_SMART = re.compile(r"(?:DYNAMIC_(\d+)|(SMART_INVOICE|SMART_DOCUMENT|SMART_B2E_DOC))_STAGE_(\d+)")
_PREFIX = re.compile(r"(?:C\d+|DT\d+_\d+):")

# Longest STATUS_ID, the prefix included (§6.4).
_LONGEST = {LEAD: 21, QUOTE: 22, DEAL: 22}
_LONGEST_ELSEWHERE = 50


@dataclass(frozen=True)
class DirectoryKind:
    """`entity_type_id` None: a plain list. `category_id` None: no pipelines. `prefix` has its colon."""

    entity_id: str
    entity_type_id: int | None = None
    category_id: int | None = None
    prefix: str = ""

    @property
    def is_pipeline(self) -> bool:
        return self.entity_type_id is not None

    @property
    def code_limit(self) -> int:
        """Characters a STATUS_ID may have without its prefix."""
        longest = _LONGEST.get(self.entity_type_id or 0, _LONGEST_ELSEWHERE)
        return longest - len(self.prefix)


def kind_of(entity_id: str) -> DirectoryKind:
    """The kind of any ENTITY_ID; what is no pipeline is a plain list."""
    if entity_id in _FIXED:
        entity_type_id = _FIXED[entity_id]
        return DirectoryKind(entity_id, entity_type_id, 0 if entity_type_id == DEAL else None)
    found = _DEALS.fullmatch(entity_id)
    if found:
        number = int(found[1])
        return DirectoryKind(entity_id, DEAL, number, f"C{number}:")
    found = _SMART.fullmatch(entity_id)
    if found:
        smart, number = int(found[1] or _SYSTEM_TYPES[found[2]]), int(found[3])
        return DirectoryKind(entity_id, smart, number, f"DT{smart}_{number}:")
    return DirectoryKind(entity_id)


def item_type(entity_id: str) -> int:
    """The kind of objects that stand in the stages of a pipeline; ValueError for a plain list."""
    entity_type_id = kind_of(entity_id).entity_type_id
    if entity_type_id is None:
        raise ValueError(f"no items stand in {entity_id}")
    return entity_type_id


def bare_code(status_id: str) -> str:
    """A STATUS_ID without the prefix of whatever pipeline: what alike stages of two pipelines share."""
    return _PREFIX.sub("", status_id, count=1)
