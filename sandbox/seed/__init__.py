"""Ready-made portals: "company" for the demo, "huge" and "medium" for size, "small" for quick tests.

One name always gives the same people, groups, boards and tasks with the same ids; dates are relative to the
portal's clock, so that some deadlines are always overdue.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sandbox.seed import boards, crm, people, projects, scrum
from sandbox.seed.maker import Maker
from sandbox.seed.projects import Project
from sandbox.state import stage_rows
from sandbox.state.portal import COMPLETED, GROUP_BOARD, PENDING, Portal

PERSONAL_TASKS = 32
HUGE_TASKS = 10_000
MEDIUM_TASKS = 500


def build(name: str, *, settings: Any = None) -> Portal:
    """A freshly seeded portal.

    `settings` (sandbox.settings) is asked for `url`, the public address, which gives domain and protocol.
    Raises ValueError for an unknown name.
    """
    if name not in SEEDS:
        raise ValueError(f"no seed called {name!r}; there are {', '.join(SEEDS)}")
    portal = Portal(seed=name)
    url = urlsplit(getattr(settings, "url", "") or "")
    if url.netloc:
        portal.domain, portal.protocol = url.netloc, url.scheme
    maker = Maker(portal, random.Random(f"stagecraft {name}"))  # noqa: S311 (sameness, not secrecy)
    SEEDS[name](maker)
    CRM[name](portal)
    SCRUM[name](portal)
    maker.webhooks()
    return portal


def _company(maker: Maker) -> None:
    maker.staff(people.FIXED + people.STAFF)
    _projects(maker, projects.COMPANY)
    maker.tasks(None, PERSONAL_TASKS)
    for key in ("admin", "owner", "member"):
        maker.plan(maker.portal.people[key], share=0.9)
    maker.plan(11)


def _huge(maker: Maker) -> None:
    _one_big(maker, "Main: ten thousand tasks", HUGE_TASKS)


def _medium(maker: Maker) -> None:
    """The people and boards of "huge", but a project of 500 tasks, all of which its board shows: open ones,
    as many in each column, none more than a page. So the two tell what hidden tasks cost.
    """
    _one_big(maker, "Main: five hundred tasks", MEDIUM_TASKS)
    stages = stage_rows.rows(maker.portal, GROUP_BOARD, maker.portal.main_group_id)
    for number, task in enumerate(maker.portal.tasks.values()):
        task.stage_id = stages[number % len(stages)].id
        if task.status == COMPLETED:
            task.status, task.closed, task.closed_by = PENDING, None, 0


def _one_big(maker: Maker, name: str, tasks: int) -> None:
    maker.staff(people.FIXED + people.STAFF)
    main = Project(name, tasks, 20, projects.TEAM, boards.HUGE)
    _projects(maker, (main, *(project for project in projects.COMPANY[1:] if not project.tasks)))
    maker.plan(maker.portal.people["member"], share=0.3)


def _small(maker: Maker) -> None:
    maker.staff(people.SMALL)
    _projects(maker, projects.SMALL)
    maker.tasks(None, 4)
    maker.plan(maker.portal.people["member"])


def _projects(maker: Maker, plans: tuple[Project, ...]) -> None:
    """The template board first, as on any portal in use; then the groups, the first being the main one."""
    stage_rows.ensure_board(maker.portal, GROUP_BOARD, 0, "en")
    for plan in plans:
        group = maker.project(plan)
        maker.tasks(group, plan.tasks)
        if not maker.portal.main_group_id:
            maker.portal.main_group_id = group.id
            maker.arrange(group)


SEEDS: dict[str, Callable[[Maker], None]] = {
    "company": _company,
    "huge": _huge,
    "medium": _medium,
    "small": _small,
}
CRM: dict[str, Callable[[Portal], None]] = {
    "company": crm.company,
    "huge": crm.huge,
    "medium": crm.huge,
    "small": crm.small,
}
SCRUM: dict[str, Callable[[Portal], None]] = {
    "company": scrum.company,
    "huge": scrum.none,
    "medium": scrum.none,
    "small": scrum.small,
}
