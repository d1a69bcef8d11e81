"""What completed sprints had in them: they do not change, so it is read once and remembered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from flask import g

from boards.core.model import BoardRef, Person, TaskStatus
from boards.scrum.model import (
    ColumnType,
    Epic,
    Item,
    ItemFacts,
    Planning,
    ScrumRights,
    ScrumTeam,
    Sprint,
    SprintColumn,
    SprintStatus,
)
from boards.scrum.planning import load_points
from boards.scrum.points import Scale, scale_from_data, scale_to_data
from boards.scrum.statistics import LAST_SPRINTS, Velocity, load_history, measure_velocity
from store import memos
from web.core.services import services
from web.core.session import PortalSession
from web.core.tokens import actor, client

HISTORY = "scrum-history:"
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
    data: Any = memos.get(services().db, _who().member_id, _who().user_id, HISTORY + ref.key)
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
    memos.put(services().db, _who().member_id, _who().user_id, HISTORY + ref.key, data, WEEK)


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


# What is remembered of a scrum team: its scale, and how a person saw its planning page last.


FACTS, TEAM, COLUMNS = "scrum-facts:", "scrum-team:", "scrum-columns:"
EVERYBODY = 0
KEPT_SPRINTS = 12

T = TypeVar("T")


def team_scale(ref: BoardRef) -> Scale:
    """What the team estimates with; Fibonacci until somebody chose."""
    text = memos.get_preference(services().db, _who().member_id, EVERYBODY, _scale_key(ref))
    return scale_from_data(json.loads(text) if text else None)


def keep_scale(ref: BoardRef, scale: Scale) -> None:
    """From now on everybody of the portal sees the team's points on this scale."""
    memos.put_preference(
        services().db, _who().member_id, EVERYBODY, _scale_key(ref), json.dumps(scale_to_data(scale))
    )


def known_facts(ref: BoardRef) -> dict[int, ItemFacts]:
    """Points, epics and places of items as the person saw them last."""
    return _memo(FACTS + ref.key, _facts) or {}


def remember_facts(ref: BoardRef, facts: Mapping[int, ItemFacts]) -> None:
    """Keep what the page shows now; what it does not show any more is forgotten."""
    memos.put(services().db, _who().member_id, _who().user_id, FACTS + ref.key, _as_data(facts), WEEK)


def learn_facts(ref: BoardRef, facts: Mapping[int, ItemFacts]) -> None:
    """Keep what has just become of some items; the others stay as they were remembered."""
    if facts:
        memos.add(services().db, _who().member_id, _who().user_id, FACTS + ref.key, _as_data(facts))


def _as_data(facts: Mapping[int, ItemFacts]) -> dict[str, Any]:
    return {str(one): [fact.points, fact.epic_id, fact.entity_id, fact.sort] for one, fact in facts.items()}


def remember_planning(ref: BoardRef, planning: Planning) -> None:
    """Keep what later requests of the page need without asking the portal: names, and the facts."""
    team = planning.team
    data = {
        "title": team.title,
        "backlog_id": team.backlog_id,
        "sprints": [[one.id, one.name, one.status.value] for one in team.sprints],
        "completed": [
            [one.id, one.name, one.end.isoformat() if one.end else ""]
            for one in team.completed[:KEPT_SPRINTS]
        ],
        "epics": [[one.id, one.name, one.color] for one in team.epics],
        "people": [[one.id, one.name, one.photo] for one in team.people],
    }
    memos.put(services().db, _who().member_id, _who().user_id, TEAM + ref.key, data, WEEK)
    facts = {
        one.task_id: ItemFacts(one.points, one.epic_id or 0, one.entity_id, one.sort or 0.0)
        for one in planning.items
        if one.points is not None
    }
    remember_facts(ref, facts)


def remembered_team(ref: BoardRef) -> ScrumTeam | None:
    """Lists, epics and people by name as the page showed them last; None when that is too long ago."""
    return _memo(TEAM + ref.key, lambda found: _team(ref, found))


def _team(ref: BoardRef, found: Any) -> ScrumTeam:
    return ScrumTeam(
        group_id=ref.group_id,
        title=found["title"],
        rights=ScrumRights(may_plan=True),
        backlog_id=found["backlog_id"],
        sprints=tuple(Sprint(number, name, SprintStatus(kind)) for number, name, kind in found["sprints"]),
        completed=tuple(
            Sprint(number, name, SprintStatus.COMPLETED, end=dt.datetime.fromisoformat(end) if end else None)
            for number, name, end in found["completed"]
        ),
        epics=tuple(Epic(number, name, color) for number, name, color in found["epics"]),
        people=tuple(Person(number, name, photo) for number, name, photo in found["people"]),
    )


def known_columns(sprint_id: int) -> tuple[SprintColumn, ...]:
    """The columns of a sprint as the person was shown them last; none when that is too long ago."""
    return _memo(f"{COLUMNS}{sprint_id}", _columns) or ()


def remember_columns(sprint_id: int, columns: Iterable[SprintColumn]) -> None:
    """Keep the columns of a sprint as the person is shown them now: moves are made from it."""
    data = [[one.id, one.name, one.color, one.type.value, one.sort] for one in columns]
    memos.put(services().db, _who().member_id, _who().user_id, f"{COLUMNS}{sprint_id}", data, WEEK)


def _memo(key: str, read: Callable[[Any], T]) -> T | None:
    """What the person was shown last; None when that is too long ago, or in another release's words.

    While the nodes are changed one by one, one release finds the memos of the other.
    """
    found = memos.get(services().db, _who().member_id, _who().user_id, key)
    try:
        return None if found is None else read(found)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _facts(found: Any) -> dict[int, ItemFacts]:
    return {int(task_id): ItemFacts(*values) for task_id, values in found.items()}


def _columns(found: Any) -> tuple[SprintColumn, ...]:
    return tuple(
        SprintColumn(number, name, color, ColumnType(kind), sort) for number, name, color, kind, sort in found
    )


def _scale_key(ref: BoardRef) -> str:
    return f"scale:{ref.key}"
