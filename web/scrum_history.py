"""What completed sprints had in them: they do not change, so it is read once and remembered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import g

from boards.model import BoardRef, Person, TaskStatus
from boards.scrum.load import load_points
from boards.scrum.model import Item, ItemFacts, Sprint
from boards.scrum.points import Scale
from boards.scrum.velocity import LAST_SPRINTS, Velocity, load_history, measure_velocity
from store import memos
from web.clients import actor, client
from web.services import services
from web.session import PortalSession

KEY = "scrum-history:"
WEEK = 7 * 86400.0
CHUNK = 50

History = dict[int, tuple[Item, ...]]


def last_sprints(completed: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """Those a velocity is made of; `completed` comes newest first."""
    return tuple(completed[:LAST_SPRINTS])


def remembered_velocity(ref: BoardRef, completed: Sequence[Sprint], scale: Scale) -> Velocity:
    """The velocity as far as it is remembered; nothing is asked of the portal."""
    known = remembered(ref)
    sprints = last_sprints(completed)
    if any(one.id not in known for one in sprints):
        return Velocity()
    return measure_velocity(sprints, known, scale)


def read_history(ref: BoardRef, sprints: Sequence[Sprint], fresh: Iterable[int] = ()) -> History:
    """The items of these sprints with their points; remembered ones cost nothing, except those in `fresh`."""
    known = remembered(ref)
    again = set(fresh)
    wanted = [one for one in sprints if one.id not in known or one.id in again]
    if wanted:
        found = load_history(client(), ref, actor(), wanted)
        found = _with_points(found)
        known |= found
        _remember(ref, {one: items for one, items in known.items() if one not in again})
    return {one.id: known[one.id] for one in sprints if one.id in known}


def remembered(ref: BoardRef) -> History:
    """Items by sprint, as far as they are remembered."""
    data: Any = memos.get(services().db, _who().member_id, _who().user_id, KEY + ref.key)
    if not isinstance(data, dict):
        return {}
    return {int(one): tuple(_item(int(one), row) for row in rows) for one, rows in data.items()}


def _with_points(history: History) -> History:
    ids = [item.task_id for items in history.values() for item in items if not item.known]
    facts: dict[int, ItemFacts] = {}
    missing: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        answer = load_points(client(), actor(), ids[start : start + CHUNK])
        facts |= answer.facts
        missing |= set(answer.missing)
    return {
        one: tuple(_told(item, facts.get(item.task_id), item.task_id in missing) for item in items)
        for one, items in history.items()
    }


def _told(item: Item, fact: ItemFacts | None, missing: bool) -> Item:
    if fact is None:
        return replace(item, missing=missing)
    return replace(item, points=fact.points, epic_id=fact.epic_id)


def _remember(ref: BoardRef, history: History) -> None:
    data = {str(one): [_row(item) for item in items] for one, items in history.items()}
    memos.put(services().db, _who().member_id, _who().user_id, KEY + ref.key, data, WEEK)


def _row(item: Item) -> list[Any]:
    who = item.responsible
    return [
        item.task_id,
        item.points,
        item.epic_id or 0,
        item.task_status.value,
        [who.id, who.name, who.photo] if who else None,
        item.closed.isoformat() if item.closed else "",
    ]


def _item(sprint_id: int, row: list[Any]) -> Item:
    task_id, points, epic_id, status, who, closed = row
    return Item(
        task_id,
        "",
        sprint_id,
        epic_id,
        points,
        responsible=Person(*who) if who else None,
        completed=status == TaskStatus.COMPLETED.value,
        task_status=TaskStatus(status),
        closed=dt.datetime.fromisoformat(closed) if closed else None,
    )


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who
