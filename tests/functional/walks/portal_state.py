"""What is so at the portal, and in the journal, as single facts that can be compared one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from boards.core.change import Change, Kind
from boards.core.ids import IdKind, alias_key
from sandbox.state.portal import SPRINT_BOARD
from store.models import JournalEntry, StageAlias
from tests.functional.crm.page import portal_rows
from tests.functional.in_process import InProcessApp
from tests.functional.walks.pages import BOARDS, DEALS, team_id, unseen

Fact = tuple[Any, ...]
Facts = dict[Fact, Any]
TEAMWORK = frozenset(
    {"sprint", "sprint name", "lanes", "lane", "lane title", "standing", "item", "list", "points", "status",
     "epic"}
)  # fmt: skip
"""The kinds of facts that a scrum team has."""


def facts(g: InProcessApp, astray: frozenset[int] = frozenset()) -> Facts:
    """All that a walk can change. `astray`: items whose epic was gone before the walk."""
    found: Facts = {}
    for board in BOARDS:
        found.update(_of_board(g, board))
    found.update(_of_crm(g))
    found.update(teamwork(g, astray))
    return found


def _of_board(g: InProcessApp, board: str) -> Iterator[tuple[Fact, Any]]:
    """Columns by their places, as a restored one has another id."""
    scene = unseen(g, board)
    for place, stage in enumerate(scene.stages()):
        yield ("title", board, place), stage["TITLE"]
        yield ("color", board, place), stage["COLOR"]
        rows = [*scene._rows(stage["ID"], place == 0)]
        yield ("cards", board, place), [int(one["id"]) for one in rows]
        for row in rows:
            yield ("task title", int(row["id"])), row["title"]
            yield ("priority", int(row["id"])), row["priority"]


def _of_crm(g: InProcessApp) -> Iterator[tuple[Fact, Any]]:
    with g.portal.lock:
        directories = sorted({row.entity_id for row in g.portal.crm.statuses.values()})
    for entity_id in (one for one in directories if one.startswith(DEALS)):
        rows = portal_rows(g.sandbox, entity_id)
        yield ("rows", entity_id), [row["STATUS_ID"] for row in rows]
        for row in rows:
            yield ("name", entity_id, row["STATUS_ID"]), row["NAME"]
            yield ("look", entity_id, row["STATUS_ID"]), row["COLOR"].lower()


def teamwork(g: InProcessApp, astray: frozenset[int]) -> Iterator[tuple[Fact, Any]]:
    """Sprints, columns and epics by the id they had first: one that came back is the same."""
    first, group, portal = origins(g), team_id(g), g.portal
    with portal.lock:
        scrum = portal.scrum
        entities = [one for one in scrum.entities.values() if one.group_id == group]
        for epic in (one for one in scrum.epics.values() if one.group_id == group):
            yield ("epic", first(alias_key(IdKind.EPIC, epic.id))), (epic.name, epic.color.lstrip("#"))
        for entity in entities:
            key = first(alias_key(IdKind.SPRINT, entity.id))
            yield ("sprint", key), (entity.status, entity.start, entity.end)
            yield ("sprint name", key), entity.name
            yield ("list", key), [one.task_id for one in scrum.items_of(entity.id)]
            for item in scrum.items_of(entity.id):
                known = item.epic_id and item.task_id not in astray
                epic = first(alias_key(IdKind.EPIC, item.epic_id)) if known else 0
                yield ("item", item.task_id), (key, epic)
                yield ("points", item.task_id), item.points
                yield ("status", item.task_id), portal.tasks[item.task_id].status
            stages = [one for one in portal.stages.values()
                      if (one.entity_type, one.entity_id) == (SPRINT_BOARD, entity.id)]  # fmt: skip
            stages.sort(key=lambda one: (one.sort, one.id))
            yield ("lanes", key), [first(one.id) for one in stages]
            for stage in stages:
                yield ("lane title", first(stage.id)), stage.title
                yield ("lane", first(stage.id)), (stage.color, stage.system_type)
                yield ("standing", first(stage.id)), sorted(scrum.tasks_in({stage.id}))


def homeless(g: InProcessApp) -> frozenset[int]:
    """Items of the active sprint that stand in no column of it."""
    portal, active = g.portal, g.portal.scrum.active(team_id(g))
    columns = {one.id for one in portal.stages.values()
               if active and (one.entity_type, one.entity_id) == (SPRINT_BOARD, active.id)}  # fmt: skip
    items = portal.scrum.items_of(active.id) if active else []
    return frozenset({one.task_id for one in items} - {*portal.scrum.tasks_in(columns)})


def astray(g: InProcessApp) -> frozenset[int]:
    """Items whose epic is gone: nobody can give that one back to them."""
    scrum = g.portal.scrum
    return frozenset(one.task_id for one in scrum.items.values() if one.epic_id not in {0, *scrum.epics})


# --- ids that came back as others ---
def aliases(g: InProcessApp) -> dict[int, int]:
    with g.db.single_select() as connection:
        rows = connection.execute(sa.select(StageAlias.old_id, StageAlias.new_id)).all()
    return {row[0]: row[1] for row in rows}


def now_called(g: InProcessApp, number: int) -> int:
    """The id something has after having been deleted and restored, perhaps often."""
    return _followed(aliases(g), number)


def origins(g: InProcessApp) -> Callable[[int], int]:
    """Tells the id that something had first."""
    back = {new: old for old, new in aliases(g).items()}
    return lambda number: _followed(back, number)


def _followed(names: dict[int, int], number: int) -> int:
    for _ in names:
        number = names.get(number, number)
    return number


# --- the journal ---
def journal(g: InProcessApp) -> dict[int, int | None]:
    """Each entry, oldest first, and by which one it was undone."""
    query = sa.select(JournalEntry.id, JournalEntry.undone_by).order_by(JournalEntry.id)
    with g.db.single_select() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def added(g: InProcessApp) -> set[int]:
    """Columns that the walk has made, by the ids they had first."""
    query = sa.select(JournalEntry.change).where(JournalEntry.kind.in_([Kind.STAGE_ADD, Kind.COLUMN_ADD]))
    with g.db.single_select() as connection:
        return {origins(g)(Change.from_json(one).target) for one in connection.scalars(query)}


def written(g: InProcessApp, entry: int) -> tuple[int, Change]:
    """Who did it, and what."""
    query = sa.select(JournalEntry.user_id, JournalEntry.change).where(JournalEntry.id == entry)
    with g.db.single_select() as connection:
        user_id, change = connection.execute(query).one()
    return user_id, Change.from_json(change)
