"""Which tasks changed lately: whose, since when, and how much of it is kept."""

from __future__ import annotations

import sqlalchemy as sa

from store import Database, cleanup, task_changes
from store import models as m
from tests.unit.store.conftest import OTHER

ME, COLLEAGUE = 5, 6


def shift(db: Database, **seconds: float) -> None:
    """Move times of all rows: at=-100 makes the portal's words 100 seconds older."""
    with db.session() as session:
        values = {name: getattr(m.TaskChange, name) + by for name, by in seconds.items()}
        session.execute(sa.update(m.TaskChange).values(**values))


def heard(db: Database, portal: str, user: int = ME, moment: float = 1.0) -> set[int]:
    return set(task_changes.since(db, portal, user, {1, 2, 3}, moment))


def test_what_changed_since_among_what_is_shown(db: Database, portal: str) -> None:
    task_changes.changed(db, portal, 1)
    task_changes.changed(db, portal, 1)
    task_changes.changed(db, portal, 99)
    task_changes.changed(db, OTHER, 2)
    assert heard(db, portal) == {1}
    shift(db, at=-100)
    with db.reading() as session:
        latest = session.scalar(sa.select(sa.func.max(m.TaskChange.at))) or 0.0
    assert heard(db, portal, moment=latest) == set()
    task_changes.changed(db, portal, 1)
    assert heard(db, portal, moment=latest) == {1}


def test_ones_own_changes_are_no_news_and_a_colleagues_are(db: Database, portal: str) -> None:
    task_changes.touched(db, portal, ME, {1, 2})
    assert heard(db, portal) == heard(db, portal, COLLEAGUE) == set()
    task_changes.changed(db, portal, 1)
    assert heard(db, portal) == set()
    assert heard(db, portal, COLLEAGUE) == {1}


def test_the_event_may_be_faster_than_the_answer(db: Database, portal: str) -> None:
    task_changes.changed(db, portal, 1)
    task_changes.touched(db, portal, ME, {1})
    assert heard(db, portal) == set()


def test_a_later_change_by_somebody_else_is_news(db: Database, portal: str) -> None:
    task_changes.touched(db, portal, ME, {1})
    shift(db, own_at=-60)
    task_changes.changed(db, portal, 1)
    assert heard(db, portal) == {1}


def test_thousands_of_cards_are_asked_for_in_portions(db: Database, portal: str) -> None:
    task_changes.changed(db, portal, 1)
    task_changes.changed(db, portal, 4000)
    assert task_changes.since(db, portal, ME, range(1, 5000), 1.0) == {1, 4000}


def test_old_news_and_too_many_are_forgotten(db: Database, portal: str) -> None:
    for task_id in range(1, 11):
        task_changes.changed(db, portal, task_id)
    task_changes.changed(db, OTHER, 1)
    with db.session() as session:
        session.execute(sa.update(m.TaskChange).values(at=m.TaskChange.at + m.TaskChange.task_id))
    most, task_changes.MOST = task_changes.MOST, 4
    try:
        cleanup.sweep(db, call_log_days=3)
    finally:
        task_changes.MOST = most
    assert set(task_changes.since(db, portal, ME, range(1, 11), 1.0)) == {7, 8, 9, 10}
    assert task_changes.since(db, OTHER, ME, {1}, 1.0) == {1}
    shift(db, at=-task_changes.KEPT - 60)
    cleanup.sweep(db, call_log_days=3)
    assert not task_changes.since(db, portal, ME, range(1, 11), 1.0)
