"""Random walks: many people's clicks, undo, other hands at the portal and failures, in any order.

After each step: what changed in the portal is in the journal. At the end the pages show what the portal has,
the marks of what was undone are right, and undoing everything, newest first, leads back to the start, but for
what somebody else changed at the portal itself, and for what has no way back by design (`walks.walk`).

`WALKS=1000 pytest --timeout 0 tests/functional/walks/test_walks.py` takes more walks than the usual run.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store.models import JournalEntry, StageAlias, StoredJob
from tests.functional.actions import _fill_planner
from tests.functional.in_process import InProcessApp, hurried
from tests.functional.walks import invariants, pages
from tests.functional.walks.catalog import FAULTS, STEPS
from tests.functional.walks.others import OTHERS
from tests.functional.walks.portal_state import Facts, astray, facts
from tests.functional.walks.walk import Walk

# A walk takes seconds; beside much else it takes as many times longer.
pytestmark = pytest.mark.timeout(900)

WALKS = int(os.environ.get("WALKS", "7"))
LONGEST = 40
LATEST = 2
"""Requests of an undo that are let through, at most, before it fails."""


@dataclass
class Yard:
    """Where all walks begin: the ground, and what was so at the start."""

    ground: InProcessApp = field(repr=False)
    start: Facts = field(repr=False)
    astray: frozenset[int]

    def begin(self) -> Walk:
        """The portal as at the start, and nothing in the journal."""
        g = self.ground
        g.sandbox.delete("faults")
        g.restore()
        with g.db.writing() as connection:
            for model in (JournalEntry, StageAlias, StoredJob):
                connection.execute(sa.delete(model))
        return Walk(g, self.start, self.astray)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    with hurried(tmp_path_factory.mktemp("walks")) as g:
        _fill_planner(g.sandbox, "owner")
        save_all(g)
        for page in (pages.team, pages.project, pages.planner, pages.crm):
            page(g)
        g.keep()
        yield Yard(g, facts(g, astray(g)), astray(g))


def save_all(g: InProcessApp) -> None:
    """Saving a task puts it on the plans of its people, and no undo takes it off; so all have been saved."""
    wanted = {"GROUP_ID": g.sandbox.main_group_id}
    for one in g.sandbox.act("admin", "tasks.task.list", filter=wanted, select=["ID", "TITLE"])["tasks"]:
        g.sandbox.act("admin", "tasks.task.update", taskId=one["id"], fields={"TITLE": one["title"]})


number = st.integers(0, 10_000)
NO_FAULT = len(FAULTS)


def click(fault: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just("act"), st.integers(0, len(STEPS) - 1), number, number, number, fault)


fault = st.integers(0, 2 * NO_FAULT)
smooth, rough = click(st.just(NO_FAULT)), click(fault)
back = st.tuples(st.just("undo_last"), st.just(NO_FAULT), st.just(0))
rough_back = st.tuples(st.just("undo_last"), fault, st.integers(0, LATEST))
theirs = st.tuples(st.just("other"), st.integers(0, len(OTHERS) - 1), number, number)
# A failing walk says what it did; making it shorter would take longer than reading it.
limits = settings(max_examples=WALKS, suppress_health_check=[*HealthCheck], phases=[Phase.generate])


def walked(*kinds: st.SearchStrategy[tuple[Any, ...]]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    return st.lists(st.one_of(*kinds), min_size=LONGEST // 2, max_size=LONGEST)


def smoothly() -> Iterator[tuple[int, int]]:
    """Nothing fails while all is undone."""
    return itertools.repeat((NO_FAULT, 0))


def roughly(luck: int) -> Iterator[tuple[int, int]]:
    """While all is undone, every second undo fails on the way; the same `luck`, the same failures."""
    chance = random.Random(luck)
    while True:
        yield chance.randrange(2 * NO_FAULT), chance.randint(0, LATEST)


def take(
    walk: Walk, steps: list[tuple[Any, ...]], troubles: Iterator[tuple[int, int]], *, exactly: bool
) -> None:
    for kind, *numbers in steps:
        getattr(walk, kind)(*numbers)
    invariants.agree(walk)
    walk.undo_all(troubles)
    invariants.lead_back(walk, exactly=exactly)
    invariants.agree(walk)


@limits
@given(steps=walked(smooth, smooth, smooth, back))
def test_undoing_all_leads_back_to_the_start(yard: Yard, steps: list[tuple[Any, ...]]) -> None:
    take(yard.begin(), steps, smoothly(), exactly=True)


@limits
@given(steps=walked(rough, rough, rough, rough_back), luck=number)
def test_whatever_fails_on_the_way(yard: Yard, steps: list[tuple[Any, ...]], luck: int) -> None:
    take(yard.begin(), steps, roughly(luck), exactly=False)


@limits
@given(steps=walked(rough, rough, theirs, rough_back))
def test_what_others_changed_stays_and_the_rest_leads_back(yard: Yard, steps: list[tuple[Any, ...]]) -> None:
    take(yard.begin(), steps, smoothly(), exactly=False)
