"""What others do at the portal itself, behind the app's back; each answers the facts it touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from boards.core.ids import IdKind, alias_key
from tests.functional.crm.page import portal_rows
from tests.functional.in_process import InProcessApp
from tests.functional.walks import pages
from tests.functional.walks.portal_state import Fact, added, origins

KANBAN, ITEM = "tasks.api.scrum.kanban", "tasks.api.scrum.task.update"


def _stage(g: InProcessApp, a: int, board: str = "project") -> int:
    rows = pages.unseen(g, board).stages()
    return int(rows[a % len(rows)]["ID"])


def _shape(g: InProcessApp, stage: int, **fields: Any) -> None:
    g.sandbox.act("admin", "task.stages.update", id=stage, fields=fields, isAdmin=True)


def renames(g: InProcessApp, a: int, b: int) -> set[Fact]:
    stage = _stage(g, a)
    _shape(g, stage, TITLE=f"Theirs {b % 50}")
    return {("title", "project", stage)}


def recolors(g: InProcessApp, a: int, b: int) -> set[Fact]:
    stage = _stage(g, a)
    _shape(g, stage, COLOR=f"{b % 0xFFFFFF:06X}")
    return {("color", "project", stage)}


def renames_in_planner(g: InProcessApp, a: int, b: int) -> set[Fact]:
    """The person's own plan, in the portal's own page."""
    stage = _stage(g, a, "planner")
    g.sandbox.act("owner", "task.stages.update", id=stage, fields={"TITLE": f"Theirs {b % 50}"})
    return {("title", "planner", stage)}


def edits(g: InProcessApp, a: int, b: int) -> set[Fact]:
    rows = g.sandbox.act(
        "admin", "tasks.task.list", filter={"GROUP_ID": g.sandbox.main_group_id}, select=["ID"]
    )
    task = rows["tasks"][a % len(rows["tasks"])]["id"]
    g.sandbox.act("admin", "tasks.task.update", taskId=task, fields={"TITLE": f"Theirs {b % 50}"})
    return {("task title", int(task))}


def plans(g: InProcessApp, a: int, b: int) -> set[Fact]:
    """A card of My Planner goes elsewhere; not into a column of the walk, which then could not go again."""
    scene = pages.unseen(g, "planner")
    rows = [row for place, one in enumerate(scene.stages()) for row in scene._rows(one["ID"], place == 0)]
    if not rows:
        return set()
    task = int(rows[a % len(rows)]["id"])
    first, made = origins(g), added(g)
    stages = [int(one["ID"]) for one in scene.stages() if first(int(one["ID"])) not in made]
    if not stages:
        return set()
    stage = stages[b % len(stages)]
    g.sandbox.act("owner", "task.stages.movetask", id=task, stageId=stage, after=0)
    return {("card", "planner", task)}


def names_row(g: InProcessApp, a: int, b: int) -> set[Fact]:
    rows = portal_rows(g.sandbox, pages.DEALS)
    row = rows[a % len(rows)]
    g.sandbox.act("admin", "crm.status.update", id=row["ID"], fields={"NAME": f"Theirs {b % 50}"})
    return {("name", pages.DEALS, row["STATUS_ID"])}


def paints_row(g: InProcessApp, a: int, b: int) -> set[Fact]:
    rows = portal_rows(g.sandbox, pages.DEALS)
    row = rows[a % len(rows)]
    g.sandbox.act("admin", "crm.status.update", id=row["ID"], fields={"COLOR": f"#{b % 0xFFFFFF:06x}"})
    return {("look", pages.DEALS, row["STATUS_ID"])}


# --- in the team ---
def _item(g: InProcessApp, a: int) -> int:
    """A task of an open list."""
    lists = _open_lists(g)
    tasks = sorted(one.task_id for one in g.portal.scrum.items.values() if one.entity_id in lists)
    return tasks[a % len(tasks)]


def _open_lists(g: InProcessApp) -> list[int]:
    group, entities = pages.team_id(g), g.portal.scrum.entities.values()
    return sorted(one.id for one in entities if one.group_id == group and one.status != "completed")


def estimates(g: InProcessApp, a: int, b: int) -> set[Fact]:
    task = _item(g, a)
    g.sandbox.act("moderator", ITEM, id=task, fields={"storyPoints": str(20 + b % 9)})
    return {("points", task)}


def moves_item(g: InProcessApp, a: int, b: int) -> set[Fact]:
    """Into another list, without a place on the sprint's board, as the method does it."""
    task, lists = _item(g, a), _open_lists(g)
    g.sandbox.act("moderator", ITEM, id=task, fields={"entityId": lists[b % len(lists)]})
    return {("moved", task)}


def _sprint(g: InProcessApp, a: int) -> int:
    found = [one for one in _open_lists(g) if g.portal.scrum.sprint(one)]
    return found[a % len(found)] if found else 0


def renames_sprint(g: InProcessApp, a: int, b: int) -> set[Fact]:
    sprint = _sprint(g, a)
    if not sprint:
        return set()
    g.sandbox.act("member", "tasks.api.scrum.sprint.update", id=sprint, fields={"name": f"Theirs {b % 50}"})
    return {("sprint name", origins(g)(alias_key(IdKind.SPRINT, sprint)))}


def _lanes(g: InProcessApp) -> list[dict[str, Any]]:
    active = g.portal.scrum.active(pages.team_id(g))
    return g.sandbox.act("member", f"{KANBAN}.getStages", sprintId=active.id) if active else []


def renames_lane(g: InProcessApp, a: int, b: int) -> set[Fact]:
    rows = _lanes(g)
    if not rows:
        return set()
    stage = int(rows[a % len(rows)]["id"])
    g.sandbox.act("member", f"{KANBAN}.updateStage", stageId=stage, fields={"name": f"Theirs {b % 50}"})
    return {("lane title", origins(g)(stage))}


def moves_on_board(g: InProcessApp, a: int, b: int) -> set[Fact]:
    """A card of the active sprint goes to another column; see `plans`."""
    first, made, scrum = origins(g), added(g), g.portal.scrum
    rows = [one for one in _lanes(g) if first(int(one["id"])) not in made]
    cards = scrum.tasks_in({int(one["id"]) for one in rows})
    if not cards:
        return set()
    task, stage = sorted(cards)[a % len(cards)], rows[b % len(rows)]["id"]
    g.sandbox.act("moderator", "task.stages.movetask", id=task, stageId=stage)
    return {("moved", task)}


OTHERS: list[Callable[[InProcessApp, int, int], set[Fact]]] = [
    renames, recolors, renames_in_planner, edits, plans, names_row, paints_row,
    estimates, moves_item, renames_sprint, renames_lane, moves_on_board,
]  # fmt: skip
