"""What is different about My Planner: the places of its cards are relations, which no task row shows.

`tasks.task.list` finds them by `STAGES_ID` only (behaviour.md §5.7). A task without a relation cannot be
moved, and the portal says yes all the same (§3.7).
"""

from __future__ import annotations

from collections.abc import Sequence

from b24 import tasks as task_calls
from b24.client import BatchAnswer, Command
from boards.model import Stage
from boards.queries import list_by_id

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
