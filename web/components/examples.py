"""Things of no portal, for the page of components: a board, a pipeline, a team, the same every time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from boards.core.board import Column
from boards.core.colors import PALETTE
from boards.core.model import Person, Rights, Stage, TaskStatus
from boards.core.tasks import Card
from boards.crm.model import CrmStage, Directory, Semantic
from boards.scrum.model import Epic, Item
from boards.scrum.points import SCALES, PointSum, ScaleKind
from boards.scrum.statistics import Load

WHEN = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
PEOPLE = tuple(
    Person(number, name)
    for number, name in enumerate(("Anna Weiss", "Иван Петров", "José Almeida", "Mei Lin", "Noor Haddad"), 1)
)
SHAPER = Rights(role="A", may_move=True, may_shape=True)
READER = Rights(role="K")


def _cards(stage_id: int) -> tuple[Card, ...]:
    """One card of each kind."""
    first = stage_id * 100
    return (
        Card(first, "Check the invoice", stage_id, PEOPLE[0], WHEN),
        Card(
            first + 1,
            "Prepare the shelf plan for the warehouse that moves next month",
            stage_id,
            PEOPLE[1],
            WHEN,
            overdue=True,
            priority=2,
            tags=("urgent", "site", "склад", "q3", "partner", "spring"),
            is_subtask=True,
            has_crm=True,
        ),
        Card(first + 2, "Translate the price list", stage_id, PEOPLE[2], task_status=TaskStatus.COMPLETED),
    )


def columns(first: int = 100) -> list[Column]:
    """Columns of a board: with cards, empty, with more to come, and one that was not read yet.

    The ids of their stages follow `first`.
    """
    return [
        Column(Stage(first + 1, "New", PALETTE[0], 100, is_first=True), _cards(first + 1), 3, None),
        Column(Stage(first + 2, "Waiting for the customer", PALETTE[3], 200), (), 0, None),
        Column(Stage(first + 3, "Prüfung", "4D5C6B", 300), _cards(first + 3), 40, 50),
        Column(Stage(first + 4, "Done", PALETTE[5], 400), (), 7, 0, loaded=False),
    ]


def directory() -> Directory:
    """A pipeline with colors that read well and one that does not, of each semantic one."""
    entity_id = "DEAL_STAGE"
    return Directory(
        entity_id,
        "Deals",
        (
            CrmStage(1, "NEW", "New", 10, "39A8EF", Semantic.PROCESS, system=True, entity_id=entity_id),
            CrmStage(2, "OFFER", "Offer sent", 20, "FFEE00", Semantic.PROCESS, entity_id=entity_id),
            CrmStage(3, "WON", "Won", 30, "7BD500", Semantic.SUCCESS, system=True, entity_id=entity_id),
            CrmStage(4, "LOSE", "Lost", 40, "FF5752", Semantic.FAILURE, entity_id=entity_id),
        ),
    )


@dataclass(frozen=True)
class Team:
    """As much of a scrum team as an item shows."""

    epics: tuple[Epic, ...] = (Epic(1, "Sensors", "A861AB"), Epic(2, "Updates over the air", "FFAB00"))
    scale: object = SCALES[ScaleKind.FIBONACCI]
    items: tuple[Item, ...] = field(
        default=(
            Item(901, "Read the sensor twice", 7, 1, "5", PEOPLE[3], ("firmware",), sort=1.0),
            Item(902, "Off the scale", 7, 2, "4", PEOPLE[4], sort=2.0),
            Item(903, "Without points, of an epic that is gone", 7, 9, "", sort=3.0),
            Item(904, "In no list of the team", 7, missing=True),
            Item(905, "Done", 7, 0, "13", PEOPLE[0], completed=True, sort=5.0),
        )
    )
    sums: tuple[tuple[PointSum, Load | None], ...] = (
        (
            PointSum(Decimal(31), 9, empty=2, off=1, off_total=Decimal(4)),
            Load(Decimal(31), Decimal(40), Decimal("0.78")),
        ),
        (
            PointSum(Decimal(75), 12, unknown=3),
            Load(Decimal(75), Decimal(40), Decimal("1.88"), over=True),
        ),
    )

    def epic(self, epic_id: int | None) -> Epic | None:
        """The epic with this id; None where it is gone."""
        return next((epic for epic in self.epics if epic.id == epic_id), None)


def deletion() -> SimpleNamespace:
    """What the dialog that asks before a stage is deleted shows."""
    found = [column.stage for column in columns()]
    return SimpleNamespace(
        stage=found[1], refusal=None, total=3, others=[found[0], found[2]], before=found[0]
    )
