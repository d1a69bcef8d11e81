"""A portal with a CRM: deals with two pipelines, leads, invoices, a smart process, sources."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from boards.crm.load import load_overview
from boards.crm.model import Directory, Overview
from sandbox.state.crm import (
    ADMIN_RIGHT,
    DEAL,
    INVOICE,
    READ_RIGHT,
    CrmCategory,
    CrmItem,
    CrmStatus,
    SmartType,
    entity_id_of,
)
from sandbox.state.crm_directories import directories, rows_of
from tests.support.portal_scene import MEMBER, NOW, OUTSIDER, OWNER, PortalScene

READER, STRANGER = MEMBER, OUTSIDER
VISITS = 128

DEALS = (
    ("NEW", "New", 10, "#39A8EF", None, True),
    ("PREP", "Papers", 20, "2FC6F6"),
    ("WORK", "In progress", 30, "#47E4C2"),
    ("WON", "Won", 40, "#7BD500", "S", True),
    ("LOSE", "Lost", 50, "#FF5752", "F", True),
    ("APOLOGY", "Why lost", 60, None, "F"),
)


class CrmScene(PortalScene):
    """The owner may change the CRM, the member read it. `deals`: the ids of the rows of DEAL_STAGE."""

    def __init__(self) -> None:
        super().__init__()
        crm = self.portal.crm
        crm.rights = {OWNER: ADMIN_RIGHT, READER: READ_RIGHT}
        crm.smart_types[VISITS] = SmartType(VISITS, "Visits")
        for kind, number, name in (
            (DEAL, 0, "General"), (DEAL, 3, "Wholesale"), (INVOICE, 5, "Domestic"), (VISITS, 7, "General")
        ):  # fmt: skip
            self.add_pipeline(kind, number, name)
        self.portal.counters["crm_status"] = 100
        self.deals = self.add("DEAL_STAGE", *DEALS)
        self.add("DEAL_STAGE_3", *((f"C3:{row[0]}", *row[1:]) for row in DEALS))
        self.add("STATUS", ("NEW", "Lead", 10), ("CONVERTED", "Good", 20, "#0F0", "S"))
        self.add(
            "DYNAMIC_128_STAGE_7",
            ("DT128_7:NEW", "Start", 10, "#22B9FF"),
            ("DT128_7:SUCCESS", "Done", 20, "", "S"),
        )
        self.add("SOURCE", ("CALL", "Call", 10, None, None, True), ("1|CHAT", "Chat", 20), ("WEB", "Web", 30))

    @property
    def rows(self) -> dict[int, CrmStatus]:
        return self.portal.crm.statuses

    # --- what there is ---
    def add_pipeline(self, kind: int, number: int, name: str) -> None:
        category = CrmCategory(number, kind, name, is_default=number == 0)
        self.portal.crm.categories[kind, number] = category

    def add(self, entity_id: str, *rows: tuple[Any, ...]) -> list[int]:
        """Rows of (code, name, sort, color, semantics, system), the last ones may be left out; their ids."""
        return [self._add(entity_id, *row) for row in rows]

    def _add(
        self,
        entity_id: str,
        code: str,
        name: str,
        sort: int,
        color: str | None = None,
        semantics: str | None = None,
        system: bool = False,
    ) -> int:
        number = self.portal.next_id("crm_status")
        self.rows[number] = CrmStatus(
            number, entity_id, code, name, sort, system=system, color=color, semantics=semantics
        )
        return number

    def fill(self, kind: int, status_id: str, count: int) -> list[int]:
        """So many new items in a stage; their ids."""
        category = next(
            (
                directory.category_id
                for directory in directories(self.portal)
                if directory.entity_type_id == kind
                and any(row.status_id == status_id for row in rows_of(self.portal, directory.entity_id))
            ),
            None,
        )
        moment = NOW.astimezone(dt.UTC)
        first = len(self.portal.crm.items) + 1
        for number in range(first, first + count):
            self.portal.crm.items[kind, number] = CrmItem(
                number, kind, f"Item {number}", status_id, category, OWNER, moment, moment, moment
            )
        return list(range(first, first + count))

    # --- what people see ---
    def of(self, entity_id: str) -> list[CrmStatus]:
        return rows_of(self.portal, entity_id)

    def row(self, status_id: str) -> CrmStatus:
        return next(row for row in self.rows.values() if row.status_id == status_id)

    def picture(self, entity_id: str) -> list[tuple[Any, ...]]:
        """Everything a person sees of a directory; ids left out."""
        return [(row.status_id, row.name, row.sort, row.color, row.semantics) for row in self.of(entity_id)]

    def at(self, status_id: str) -> list[int]:
        """The items of the stage with this code."""
        return sorted(item.id for item in self.portal.crm.items.values() if item.stage_id == status_id)

    def places(self) -> dict[int, tuple[str, str]]:
        """Directory and code of the stage of each item."""
        return {
            item.id: (entity_id_of(item.entity_type_id, item.category_id), item.stage_id)
            for item in self.portal.crm.items.values()
        }

    def overview(self) -> Overview:
        return load_overview(self.client, self.actor())

    def directory(self, entity_id: str = "DEAL_STAGE") -> Directory:
        """How it is now, without counting the request."""
        found = self.overview().find(entity_id)
        self.wire.requests.clear()
        assert found
        return found

    def copy_rows(self) -> dict[int, CrmStatus]:
        return copy.deepcopy(self.rows)
