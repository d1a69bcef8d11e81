"""The scrum teams of the invented company: epics, sprints, columns, and how they estimate."""

from __future__ import annotations

from dataclasses import dataclass

# What people really leave in the field, numbers or not. Every backlog starts with these.
TRAPS = ("8", "0.5", "½", "XL", "?", "", "13 or more")
FIBONACCI = ("1", "2", "2", "3", "3", "5", "5", "8", "13", "0.5", "½", "0,5", "21")
POWERS = ("1", "2", "2", "4", "4", "8", "8", "16", "32", "64")
SHIRTS = ("XS", "S", "S", "M", "M", "L", "XL", "XXL")


@dataclass(frozen=True)
class EpicPlan:
    """An epic to be made."""

    name: str
    color: str
    description: str = ""


@dataclass(frozen=True)
class Team:
    """The scrum side of one group. `backlog` None: nobody opened the team yet, its tasks have no items.

    `sprint_size` is how many tasks a completed sprint has, from least to most; `planned` names the planned
    sprints and how many items they hold.
    """

    group: str
    backlog: int | None
    scale: tuple[str, ...] = FIBONACCI
    epics: tuple[EpicPlan, ...] = ()
    columns: tuple[tuple[str, str, str], ...] = ()
    completed: tuple[str, ...] = ()
    sprint_size: tuple[int, int] = (7, 11)
    active: str = ""
    active_size: int = 12
    planned: tuple[tuple[str, int], ...] = ()


PLAIN = (("New", "00C4FB", "NEW"), ("In progress", "47D1E2", "WORK"), ("Finished", "75D900", "FINISH"))

FIRMWARE = Team(
    "Firmware 4.x",
    80,
    FIBONACCI,
    (
        EpicPlan("Energiesparmodus", "69dafc", "Ein Jahr mit einer Batterie."),
        EpicPlan("Новый протокол датчиков", "fff55a"),
        EpicPlan("Over-the-air updates", "aae9fc", "Signed, <b>resumable</b>, reversible."),
        EpicPlan("校正の自動化", "ff5752"),
        EpicPlan("Technical debt & <cleanup>", "e89b06"),
    ),
    (
        ("New", "00C4FB", "NEW"),
        ("In Arbeit", "47D1E2", "WORK"),
        ("Review 👀", "FFA801", "WORK"),
        ("Finished", "75D900", "FINISH"),
    ),
    ("Sprint 31", "Sprint 32", "Спринт 33", "Sprint 34 (Messe)", "Sprint 35", "Sprint 36"),
    (7, 11),
    "Sprint 37: Böenmesser",
    14,
    (("Sprint 38", 9), ("Спринт 39: протокол", 5)),
)
DATA = Team(
    "Scrum: data platform",
    500,
    POWERS,
    (
        EpicPlan("Station history since 1954", "2fc6f6"),
        EpicPlan("Открытые данные", "97bf00"),
        EpicPlan("Privacy by design", "bd7ac9"),
        EpicPlan("Kosten halbieren", "ffa900", "Speicher, Abfragen, Übertragung."),
        EpicPlan(
            "An epic with a name so long that it has to be cut somewhere in every list it is in", "55d0e0"
        ),
        EpicPlan("Queue", ""),
    ),
    PLAIN,
    ("Iteration 5", "Iteration 6", "Iteration 7", "Iteration 8"),
    (6, 10),
    "Iteration 9",
    11,
    (("Iteration 10", 12),),
)
CARE = Team(
    "Portal care",
    20,
    SHIRTS,
    (EpicPlan("Onboarding", "00c4fb"), EpicPlan("Уборка", "75d900")),
    PLAIN,
    ("Woche 38/39", "Woche 40/41"),
    (4, 5),
    "",
    0,
    (("Woche 42/43", 6), ("Empty sprint", 0)),
)
MOBILE = Team("Scrum: mobile app", None)

COMPANY = (FIRMWARE, DATA, CARE, MOBILE)

SMALL = (
    Team(
        "Scrum team",
        12,
        FIBONACCI,
        (EpicPlan("First epic", "69dafc"), EpicPlan("Second epic", "ff5752")),
        PLAIN,
        ("Sprint 1",),
        (3, 3),
        "Sprint 2",
        4,
        (("Sprint 3", 3),),
    ),
    Team("Second scrum team", 0),
)
