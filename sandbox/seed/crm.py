"""The CRM of the ready-made portals: rights, directories, pipelines and items.

Drawn from a random stream of its own, after everything else, so that no other object of a seed changes.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from sandbox.seed import crm_words as words
from sandbox.seed.crm_words import Pipeline
from sandbox.seed.people import SALES
from sandbox.state.crm import (
    ADMIN_RIGHT,
    DEAL,
    LEAD,
    QUOTE,
    READ_RIGHT,
    CrmItem,
    SmartType,
    entity_id_of,
    prefix_of,
)
from sandbox.state.crm_directories import DEAL_STAGES, LEAD_STAGES, Row, add_pipeline, add_rows
from sandbox.state.portal import Portal

READERS = ("owner", "moderator", "member")
HUGE_LIST, HUGE_STAGES, HUGE_PIPELINES = 500, 30, 20


class CrmMaker:
    """Fills the CRM of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.rng = random.Random(f"stagecraft crm {portal.seed}")  # noqa: S311 (sameness, not secrecy)
        self.today = portal.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.staff: Sequence[int] = ()

    def people(self, crm_admin: int, no_crm: int) -> None:
        """Rights: one CRM administrator, one person without any (both get names), and readers."""
        portal = self.portal
        portal.people |= {"crm_admin": crm_admin, "no_crm": no_crm}
        sales = {user.id for user in portal.users.values() if SALES in user.departments}
        readers = sales | {portal.people[key] for key in READERS}
        portal.crm.rights = {user_id: READ_RIGHT for user_id in sorted(readers) if user_id != no_crm}
        portal.crm.rights[crm_admin] = ADMIN_RIGHT
        self.staff = sorted(portal.crm.rights)

    def directory(self, entity_type_id: int, rows: Sequence[Row], items: int) -> None:
        """The stages of leads or quotes, which have no pipelines."""
        add_rows(self.portal, entity_id_of(entity_type_id, None), rows)
        self._items(entity_type_id, None, rows, items)

    def pipelines(self, plans: Sequence[Pipeline], smart_types: dict[int, str]) -> None:
        """Make the smart processes, by their entity type ids, and the pipelines with their items."""
        for number, title in smart_types.items():
            self.portal.crm.smart_types[number] = SmartType(number, title)
        for plan in plans:
            category = add_pipeline(self.portal, plan.entity_type_id, plan.name, plan.sort, plan.rows)
            filled = [row for row in plan.rows if row.code not in plan.empty]
            self._items(plan.entity_type_id, category.id, filled, plan.items)

    def lists(self, names: Sequence[str]) -> None:
        """Make the rows of the plain lists with these ENTITY_IDs."""
        for name in names:
            add_rows(self.portal, name, words.LISTS[name])

    def _items(self, kind: int, category_id: int | None, rows: Sequence[Row], amount: int) -> None:
        """One in each of the stages, then the early ones get more."""
        prefix = prefix_of(kind, category_id)
        weights = [len(rows) + 2 - place for place in range(len(rows))]
        more = self.rng.choices(rows, weights, k=max(amount - len(rows), 0))
        for row in [*rows[:amount], *more]:
            self._item(kind, category_id, f"{prefix}:{row.code}" if prefix else row.code)

    def _item(self, kind: int, category_id: int | None, stage_id: str) -> None:
        rng = self.rng
        created = self.today - dt.timedelta(days=rng.randint(1, 300), minutes=rng.randint(0, 1439))
        moved = created + dt.timedelta(hours=rng.randint(0, 20))
        number = self.portal.next_id(f"crm_item_{kind}")
        person = rng.choice(self.staff)
        self.portal.crm.items[kind, number] = CrmItem(
            id=number,
            entity_type_id=kind,
            title=f"{rng.choice(words.CUSTOMERS)}: {rng.choice(words.THINGS)}",
            stage_id=stage_id,
            category_id=category_id,
            assigned_by=person,
            created_by=person,
            updated_by=person,
            moved_by=person,
            created=created,
            updated=moved,
            moved=moved,
            opportunity=float(rng.choice((0, 490, 1250, 9900, 48000, 250000))),
            source_id=rng.choice(words.LISTS["SOURCE"]).code if kind in {LEAD, DEAL} else "",
        )


def company(portal: Portal) -> None:
    """The whole CRM: 1,500 items, every list. The head of sales administers it."""
    maker = CrmMaker(portal)
    maker.people(crm_admin=_user(portal, "Gottfried"), no_crm=_user(portal, "Arvid"))
    maker.directory(LEAD, words.LEADS, words.COMPANY_LEADS)
    maker.directory(QUOTE, words.QUOTES, words.COMPANY_QUOTES)
    maker.pipelines(words.COMPANY, words.COMPANY_TYPES)
    maker.lists(tuple(words.LISTS))
    # A stage that was added by REST: no prefix, and pipeline "0" where the first ones have none (§6.1).
    extra = Row("ON_HOLD", "On hold", "#EEEEEE", sort=45)
    add_rows(portal, entity_id_of(DEAL, 0), (extra,), category_id=0)


def small(portal: Portal) -> None:
    """Leads, two pipelines of deals, one process, some lists, 30 items; other directories are empty."""
    maker = CrmMaker(portal)
    maker.people(crm_admin=6, no_crm=7)
    maker.directory(LEAD, LEAD_STAGES, words.SMALL_LEADS)
    maker.pipelines(words.SMALL, words.SMALL_TYPES)
    maker.lists(words.SMALL_LISTS)


def huge(portal: Portal) -> None:
    """The company's CRM and more: a list of 500 rows, a pipeline of 30 stages, 20 alike pipelines."""
    company(portal)
    extra = [Row(f"SECTOR_{number}", f"Sector {number}") for number in range(HUGE_LIST)]
    add_rows(portal, "INDUSTRY", extra[len(words.LISTS["INDUSTRY"]) :])
    middle = [
        Row(f"STEP_{number}", f"Step {number}", f"#{number * 8:02X}90{255 - number * 8:02X}")
        for number in range(1, HUGE_STAGES - 2)
    ]
    long = (DEAL_STAGES[0], *middle, *DEAL_STAGES[5:7])
    add_pipeline(portal, DEAL, "Long way", 500, long)
    for number in range(1, HUGE_PIPELINES + 1):
        add_pipeline(portal, DEAL, f"Region {number}", 600 + number)


def _user(portal: Portal, name: str) -> int:
    return next(user.id for user in portal.users.values() if user.name == name)
