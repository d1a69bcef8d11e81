"""Questions about cards, in the words of `tasks.task.list` (behaviour.md §5.7).

Filter keys are case-sensitive there and an unknown one silently widens the answer: they are written down
here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from b24.client import BatchAnswer, Command
from b24.methods import tasks as task_calls
from boards.core.model import Actor, BoardRef, Filters, Stage
from boards.core.tasks import Card

CARD_ORDER = {"SORTING": "asc", "ID": "desc"}

OPEN = (2, 3, 4, 6)
CAN_BE_OVERDUE = (2, 3, 6)  # see convert.NEVER_OVERDUE

_BY_ID = re.compile(r"#\s*([1-9][0-9]{0,17})")


def card_filter(filters: Filters, actor: Actor) -> dict[str, Any]:
    """What the person wants to see. Text is looked for in titles; "#123" is the task with that id.

    `REAL_STATUS`, never `STATUS`: that one is a meta status which overdue tasks do not match (surprise 11).
    """
    wanted: dict[str, Any] = {}
    text = filters.text.strip()
    by_id = _BY_ID.fullmatch(text)
    if by_id:
        wanted["ID"] = int(by_id[1])
    elif text:
        wanted["%TITLE"] = text
    if filters.responsible_id:
        wanted["RESPONSIBLE_ID"] = filters.responsible_id
    if filters.overdue:
        wanted["REAL_STATUS"] = list(CAN_BE_OVERDUE)
        wanted["<DEADLINE"] = actor.now.isoformat(timespec="seconds")
    elif not filters.with_completed:
        wanted["REAL_STATUS"] = list(OPEN)
    return wanted


def still_shown(card: Card, filters: Filters) -> bool:
    """Whether a card that was just changed is among what `card_filter` asks for; its title is as it was."""
    if filters.responsible_id and (not card.responsible or card.responsible.id != filters.responsible_id):
        return False
    if filters.overdue:
        return card.overdue
    return filters.with_completed or not card.completed


def stage_filter(ref: BoardRef, stage_id: int | str, *, is_first: bool) -> dict[str, Any]:
    """The cards of one stage; `stage_id` may be a batch reference.

    In a project the first stage also has the tasks with STAGE_ID 0 (§3.8). My Planner keeps its places in
    relations, which only `STAGES_ID` knows.
    """
    if ref.is_planner:
        return {"STAGES_ID": stage_id}
    return {"GROUP_ID": ref.group_id, "STAGE_ID": [0, stage_id] if is_first else stage_id}


def list_column(
    ref: BoardRef, actor: Actor, stage_id: int | str, filters: Filters, *, is_first: bool, start: int = 0
) -> Command:
    """One page (50) of a column's cards, in the portal's order."""
    wanted = stage_filter(ref, stage_id, is_first=is_first) | card_filter(filters, actor)
    return task_calls.list_tasks(wanted, order=CARD_ORDER, start=start)


def list_by_id(task_ids: Sequence[int], **also: Any) -> Command:
    """The cards with these ids (at most 50, one page), completed ones too."""
    wanted: dict[str, Any] = {"ID": list(task_ids), **also}
    return task_calls.list_tasks(wanted, order=CARD_ORDER)


# What is different about My Planner: the places of its cards are relations, which no task row shows.


STAGES = "stages"
PLACE = "place_"
STAGES_TRIED = 16
STAGES_TRIED_IN_BULK = 10


def find_places(task_ids: Sequence[int], part: str = "", tried: int = STAGES_TRIED) -> dict[str, Command]:
    """Commands that ask of each stage which of these (≤50) tasks it holds.

    They refer to a `task.stages.get` called "stages" in the same batch. Past the last stage a reference
    resolves to something else; those answers are never looked at.
    """
    return {
        f"{PLACE}{part}{index}": list_by_id(task_ids, STAGES_ID=f"$result[{STAGES}][{index}][ID]")
        for index in range(tried)
    }


def read_places(answer: BatchAnswer, stages: Sequence[Stage], part: str = "") -> dict[int, int]:
    """Stage id by task id, for the tasks whose place was found."""
    places: dict[int, int] = {}
    for index, stage in enumerate(stages):
        found = answer.get(f"{PLACE}{part}{index}")
        rows = task_calls.parse_list(found) if found else ()
        places |= dict.fromkeys((row.id for row in rows), stage.id)
    return places
