"""The 24 groups of the invented company: who is in them, how open they are, how their board looks."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.seed import boards


@dataclass(frozen=True)
class Project:
    """One group to be made. `roles` gives fixed people a role by their key ("owner": "A", …).

    `columns` None leaves the board unopened: the first reader makes its default columns (behaviour.md §3.2).
    `crew` is how many other people join; `tasks` how many tasks it gets.
    """

    name: str
    tasks: int
    crew: int
    roles: tuple[tuple[str, str], ...] = ()
    columns: tuple[boards.Column, ...] | None = boards.DEFAULT
    description: str = ""
    visible: bool = True
    opened: bool = False
    closed: bool = False
    scrum: bool = False
    is_project: bool = True
    new_tasks_on_top: bool = True


TEAM = (("owner", "A"), ("moderator", "E"), ("member", "K"))

COMPANY = (
    Project("Website relaunch", 150, 9, TEAM, boards.MAIN, "The new face of the company, all languages."),
    Project(
        "Windmesser Serie 7",
        120,
        12,
        (("owner", "A"), ("member", "K")),
        boards.TWENTY,
        "Vom Entwurf bis zum Versand.",
    ),
    Project(
        "Выставка «Метео-2027»",
        70,
        8,
        (("moderator", "A"), ("member", "E")),
        boards.PIPELINE,
        "Стенд, ролик, образцы.",
    ),
    Project("Firmware 4.x", 80, 7, (("owner", "E"), ("member", "K")), scrum=True, columns=None),
    Project(
        "Support desk",
        75,
        8,
        (("outsider", "K"), ("moderator", "K")),
        boards.TWINS,
        opened=True,
        is_project=False,
    ),
    Project("Editorial calendar", 45, 5, (("member", "A"),), boards.EDITORIAL, new_tasks_on_top=False),
    Project("Board of directors", 25, 3, (), boards.DEFAULT, "Confidential.", visible=False),
    Project(
        "Fresh start (nobody opened the board yet)", 12, 4, (("owner", "A"), ("member", "K")), columns=None
    ),
    Project("Umzug ins Werk 2", 40, 6, (("outsider", "A"), ("owner", "K")), boards.DEFAULT),
    Project(
        "Archive: trade fair 2025", 30, 5, (("moderator", "A"), ("member", "K")), boards.PIPELINE, closed=True
    ),
    Project("Secret sensor", 22, 3, (("moderator", "A"),), boards.SMALL, visible=False),
    Project("Командная игра", 18, 6, (("moderator", "E"), ("outsider", "K")), boards.DEFAULT, opened=True),
    Project("Scrum: data platform", 40, 5, (("moderator", "A"), ("member", "K")), scrum=True, columns=None),
    Project("Scrum: mobile app", 24, 4, (("owner", "A"),), scrum=True, columns=None, visible=False),
    Project("Einkauf und Lieferanten", 28, 5, (("outsider", "E"),), boards.PIPELINE),
    Project("校正ラボ Calibration lab", 22, 4, (("member", "K"),), boards.EDITORIAL),
    Project("Partner programme", 16, 4, (("admin", "K"),), boards.DEFAULT),
    Project("Portal care", 14, 3, (("admin", "A"), ("owner", "E"), ("outsider", "K")), boards.SMALL),
    Project("مكتب الخليج", 12, 3, (), boards.DEFAULT),
    Project("Library", 0, 2, (("member", "K"),), columns=None, opened=True, is_project=False),
    Project(
        "Quality circle with a name that is much longer than any list would like to show on one line",
        10,
        5,
        (("owner", "K"),),
        boards.SMALL,
    ),
    Project("Sommerfest & Winterfest", 9, 9, (("outsider", "K"), ("member", "E")), boards.TWINS, opened=True),
    Project("<b>Bold</b> experiments", 6, 2, (("member", "A"), ("owner", "Z")), boards.DEFAULT),
    Project("Empty room", 0, 1, (("owner", "A"), ("outsider", "T")), boards.SMALL),
)

SMALL = (
    Project("Main project", 24, 0, TEAM, boards.SMALL, "The one the tests talk about."),
    Project("Unopened", 4, 0, (("owner", "A"), ("member", "K")), columns=None),
    Project("Scrum team", 6, 0, (("moderator", "A"), ("member", "K")), scrum=True, columns=None),
    Project("Hidden", 2, 0, (("outsider", "A"),), boards.DEFAULT, visible=False),
)
