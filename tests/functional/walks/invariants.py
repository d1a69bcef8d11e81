"""What holds at the end of every walk: it leads back, and the app shows what the portal has."""

from __future__ import annotations

from typing import Any

from tests.functional.crm.page import portal_rows
from tests.functional.walks import lanes, pages
from tests.functional.walks.portal_state import facts, journal, now_called
from tests.functional.walks.walk import Walk

FINISHED = "5"
"""Such tasks a board does not show."""
LISTS = frozenset({"cards", "standing", "list"})
"""Facts that are many tasks."""


def lead_back(walk: Walk, *, exactly: bool) -> None:
    """Everything is as at the start, but for what others touched.

    Not `exactly`: where a card stands in its column may differ. After a lost answer only what the page
    showed is known of that, and others' columns and cards shift the neighbours it was noted by.
    """
    touched, moved = _excused(walk)
    now = facts(walk.g, walk.astray)
    unlike = {}
    for key in walk.start.keys() | now.keys():
        free = moved | walk.homeless if key[0] == "standing" else moved
        was, found = (_seen(key, one.get(key), free, exactly) for one in (walk.start, now))
        if was != found and key not in touched:
            unlike[key] = (walk.start.get(key), now.get(key))
    assert not unlike, "\n".join([repr(unlike), *walk.refused, *walk.log])


def _excused(walk: Walk) -> tuple[set[Any], set[int]]:
    """Facts, and tasks whose place nobody can promise any more."""
    touched, moved = set(), set()
    for fact in walk.touched:
        if fact[0] in ("title", "color"):
            rows = pages.unseen(walk.g, fact[1]).stages()
            places = {int(one["ID"]): place for place, one in enumerate(rows)}
            touched.add((fact[0], fact[1], places.get(now_called(walk.g, fact[2]))))
        elif fact[0] in ("card", "moved"):
            moved.add(fact[-1])
        else:
            touched.add(fact)
    return touched | {(kind, task) for task in moved for kind in ("item", "status")}, moved


def _seen(key: Any, value: Any, moved: set[int], exactly: bool) -> Any:
    if key[0] not in LISTS or value is None:
        return value
    found = [one for one in value if one not in moved]
    return found if exactly else sorted(found)


def agree(walk: Walk) -> None:
    """The pages show what the portal has; the journal says what was undone, and by what."""
    for board in pages.BOARDS:
        _board_agrees(walk, board)
    _crm_agrees(walk)
    _team_agrees(walk)
    _sprint_agrees(walk)
    said = journal(walk.g)
    marked = {one: by or walk.undone.get(one) for one, by in said.items() if by is not None}
    assert marked == walk.undone, walk.log


def _board_agrees(walk: Walk, board: str) -> None:
    scene = getattr(pages, board)(walk.g)
    rows = scene.stages()
    assert [one.stage_id for one in scene.columns] == [int(one["ID"]) for one in rows], walk.log
    for place, (shown, row) in enumerate(zip(scene.columns, rows, strict=True)):
        held = scene._rows(row["ID"], place == 0)
        cards = [int(one["id"]) for one in held if one["status"] != FINISHED]
        assert (shown.title, shown.color, list(shown.cards)) == (row["TITLE"], row["COLOR"], cards), walk.log


def _crm_agrees(walk: Walk) -> None:
    kept = [(int(one["ID"]), one["NAME"]) for one in portal_rows(walk.g.sandbox, pages.DEALS)]
    assert [(one[0], one[2]) for one in pages.crm(walk.g).rows] == kept, walk.log


def _team_agrees(walk: Walk) -> None:
    """Lists, and what each item is."""
    team, scrum = pages.team(walk.g), walk.g.portal.scrum
    open_lists = {one.id for one in scrum.entities.values()
                  if one.group_id == team.group_id and one.status != "completed"}  # fmt: skip
    assert set(team.lists) == open_lists, walk.log
    for entity_id, shown in team.lists.items():
        held = {one.task_id: one for one in scrum.items_of(entity_id)}
        assert {one.task_id for one in shown} <= held.keys(), walk.log
        for one in shown:
            if one.points is not None:
                item = held[one.task_id]
                found = (one.entity_id, one.points, one.epic_id)
                assert found == (entity_id, item.points, item.epic_id), (found, item, walk.log)


def _sprint_agrees(walk: Walk) -> None:
    team, portal = pages.team(walk.g), walk.g.portal
    for sprint_id in (0, *team.sprint_ids):
        shown = lanes.board_of(team, sprint_id)
        if shown is None:
            continue
        sprint = int(shown.path.rpartition("/")[2])
        rows = walk.g.sandbox.act("member", "tasks.api.scrum.kanban.getStages", sprintId=sprint)
        columns = [(int(one["id"]), one["name"], one["color"], one["type"]) for one in rows]
        found = [(one.stage_id, one.title, one.color) for one in shown.columns]
        assert [(*one, kind) for one, kind in zip(found, shown.kinds, strict=True)] == columns, walk.log
        own = {one.task_id for one in portal.scrum.items_of(sprint)}
        for one in shown.columns:
            assert set(one.cards) == own & {*portal.scrum.tasks_in({one.stage_id})}, walk.log
