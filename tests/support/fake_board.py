"""Boards out of nothing, for tests of templates: any number of stages and cards, the same every time."""

from __future__ import annotations

import datetime as dt
import random

from boards.core.board import Board, Column
from boards.core.model import BoardRef, Filters, Person, Rights, Stage, TaskStatus
from boards.core.tasks import Card

OWNER = Rights(role="A", may_move=True, may_shape=True)
NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
COLORS = ("00C4FB", "47D1E2", "75D900", "FFAB00", "FF5752", "A861AB", "4D5C6B", "BDC1C6", "FFFFFF", "101010")
NAMES = ("Anna Weiss", "Иван Петров", "José Almeida", "Mei Lin", "Noor Haddad", "Ola Nordmann", "Zoë Brandt")
NOUNS = (
    "invoice",
    "shelf plan",
    "welcome mail",
    "Договор поставки",
    "price list",
    "Kühlung",
    "landing page",
    "倉庫",
)
VERBS = ("Check", "Prepare", "Translate", "Send", "Проверить", "Bestellen", "Review", "Fix", "Plan")
STAGES = ("New", "In progress", "Waiting for the customer", "Review", "На проверке", "Done", "Prüfung")


def fake_people() -> tuple[Person, ...]:
    return tuple(Person(number, name) for number, name in enumerate(NAMES, 1))


def fake_card(number: int, stage_id: int, rng: random.Random) -> Card:
    """One card; about a quarter overdue, some tagged, some urgent."""
    deadline = NOW + dt.timedelta(days=rng.randint(-20, 40)) if rng.random() < 0.7 else None
    title = f"{rng.choice(VERBS)} {rng.choice(NOUNS)} {rng.choice(NOUNS)} #{rng.randint(100, 99999)}"
    return Card(
        number,
        title,
        stage_id,
        responsible=rng.choice(fake_people()),
        deadline=deadline,
        overdue=bool(deadline and deadline < NOW),
        priority=2 if rng.random() < 0.2 else 1,
        tags=tuple(rng.sample(("urgent", "site", "склад", "q3", "partner"), rng.choice((0, 0, 1, 2)))),
        is_subtask=rng.random() < 0.2,
        has_crm=rng.random() < 0.2,
        task_status=TaskStatus.COMPLETED if rng.random() < 0.05 else TaskStatus.PENDING,
    )


def fake_board(
    stages: int = 6,
    cards: int = 60,
    *,
    rights: Rights = OWNER,
    filters: Filters | None = None,
    unread: int = 0,
) -> Board:
    """A project's board; the last `unread` columns have not been read yet."""
    rng = random.Random(7)
    columns = []
    for place in range(stages):
        name = STAGES[place % len(STAGES)] + ("" if place < len(STAGES) else f" {place}")
        stage = Stage(100 + place, name, COLORS[place % len(COLORS)], 100 * (place + 1), is_first=not place)
        if place >= stages - unread:
            columns.append(Column(stage, (), 40, 0, loaded=False))
            continue
        number = cards // stages
        own = tuple(fake_card(1000 * (place + 1) + i, stage.id, rng) for i in range(number))
        columns.append(Column(stage, own, number + 30, number))
    return Board(
        BoardRef(12), "Warehouse move & <new> shelves", tuple(columns), rights, filters or Filters(),
        fake_people(), 14,
    )  # fmt: skip
