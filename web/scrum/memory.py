"""What is remembered of a scrum team between requests.

Its scale, how a person saw its planning page last, and what completed sprints had in them: that does not
change, so it is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from boards.core.model import BoardRef
from boards.scrum.model import Item, ItemFacts, Planning, ScrumRights, ScrumTeam, Sprint, SprintColumn
from boards.scrum.planning import load_points
from boards.scrum.points import Scale, StoredScale
from boards.scrum.statistics import LAST_SPRINTS, Velocity, load_history, measure_velocity
from store.memos import Memo, Preference
from web.core.session import owner
from web.core.tokens import actor, client

WEEK = 7 * 86400.0
CHUNK = 50
KEPT_SPRINTS = 12

History = dict[int, tuple[Item, ...]]
"""Items by sprint. Remembered ones have no title and no tags: charts show none."""

HISTORY = Memo("sprint_items", History, lifetime=WEEK)
FACTS = Memo("item_facts", dict[int, ItemFacts], lifetime=WEEK)
TEAM = Memo("team", ScrumTeam, lifetime=WEEK)
COLUMNS = Memo("sprint_columns", tuple[SprintColumn, ...], lifetime=WEEK)
SCALE = Preference("scale", StoredScale(), shared=True)


# --- completed sprints ---
def last_sprints(completed: Sequence[Sprint]) -> tuple[Sprint, ...]:
    """Those a velocity is made of; `completed` comes newest first."""
    return tuple(completed[:LAST_SPRINTS])


def remembered_velocity(ref: BoardRef, completed: Sequence[Sprint], scale: Scale) -> Velocity:
    """The velocity as far as it is remembered; nothing is asked of the portal."""
    known = remembered(ref)
    sprints = last_sprints(completed)
    if any(sprint.id not in known for sprint in sprints):
        return Velocity()
    return measure_velocity(sprints, known, scale)


def read_history(ref: BoardRef, sprints: Sequence[Sprint], fresh: Iterable[int] = ()) -> History:
    """The items of these sprints with their points; remembered ones cost nothing, except those in `fresh`."""
    known = remembered(ref)
    again = set(fresh)
    wanted = [sprint for sprint in sprints if sprint.id not in known or sprint.id in again]
    if wanted:
        known |= _with_points(load_history(client(), ref, actor(), wanted))
        kept = {number: _untitled(items) for number, items in known.items() if number not in again}
        HISTORY.put(owner(), kept, ref.key)
    return {sprint.id: known[sprint.id] for sprint in sprints if sprint.id in known}


def remembered(ref: BoardRef) -> History:
    """Items by sprint, as far as they are remembered."""
    return HISTORY.get(owner(), ref.key) or {}


def _untitled(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(replace(item, title="", tags=()) for item in items)


def _with_points(history: History) -> History:
    ids = [item.task_id for items in history.values() for item in items if not item.known]
    facts: dict[int, ItemFacts] = {}
    missing: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        answer = load_points(client(), actor(), ids[start : start + CHUNK])
        facts |= answer.facts
        missing |= set(answer.missing)
    return {
        number: tuple(_estimated(item, facts.get(item.task_id), item.task_id in missing) for item in items)
        for number, items in history.items()
    }


def _estimated(item: Item, facts: ItemFacts | None, missing: bool) -> Item:
    if facts is None:
        return replace(item, missing=missing)
    return replace(item, points=facts.points, epic_id=facts.epic_id)


# --- the team and its planning page ---
def team_scale(ref: BoardRef) -> Scale:
    """What the team estimates with; Fibonacci until somebody chose."""
    return SCALE.get(owner(), ref.key).scale()


def keep_scale(ref: BoardRef, scale: Scale) -> None:
    """From now on everybody of the portal sees the team's points on this scale."""
    SCALE.put(owner(), StoredScale.of(scale), ref.key)


def known_facts(ref: BoardRef) -> dict[int, ItemFacts]:
    """Points, epics and places of items as the person saw them last."""
    return FACTS.get(owner(), ref.key) or {}


def remember_facts(ref: BoardRef, facts: Mapping[int, ItemFacts]) -> None:
    """Keep what the page shows now; what it does not show any more is forgotten."""
    FACTS.put(owner(), dict(facts), ref.key)


def learn_facts(ref: BoardRef, facts: Mapping[int, ItemFacts]) -> None:
    """Keep what has just become of some items; the others stay as they were remembered."""
    if facts:
        FACTS.add(owner(), dict(facts), ref.key)


def remember_planning(ref: BoardRef, planning: Planning) -> None:
    """Keep what later requests of the page need without asking the portal: names, and the facts."""
    team = planning.team
    names = replace(
        team,
        rights=ScrumRights(may_plan=True),
        sprints=tuple(replace(sprint, goal="") for sprint in team.sprints),
        completed=tuple(replace(sprint, goal="") for sprint in team.completed[:KEPT_SPRINTS]),
        epics=tuple(replace(epic, description="") for epic in team.epics),
    )
    TEAM.put(owner(), names, ref.key)
    facts = {
        item.task_id: ItemFacts(item.points, item.epic_id or 0, item.entity_id, item.sort or 0.0)
        for item in planning.items
        if item.points is not None
    }
    remember_facts(ref, facts)


def remembered_team(ref: BoardRef) -> ScrumTeam | None:
    """Lists, epics and people by name as the page showed them last; None when that is too long ago."""
    return TEAM.get(owner(), ref.key)


def known_columns(sprint_id: int) -> tuple[SprintColumn, ...]:
    """The columns of a sprint as the person was shown them last; none when that is too long ago."""
    return COLUMNS.get(owner(), sprint_id) or ()


def remember_columns(sprint_id: int, columns: Iterable[SprintColumn]) -> None:
    """Keep the columns of a sprint as the person is shown them now: moves are made from it."""
    COLUMNS.put(owner(), tuple(columns), sprint_id)
