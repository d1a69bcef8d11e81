"""All steps a walk may take, and what may be in their way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.functional.in_process import InProcessApp
from tests.functional.walks import boards, crm, lanes, pages, planning, sprints
from tests.functional.walks.steps import Ready


@dataclass(frozen=True)
class Step:
    """A click on a page; three numbers choose among what the page shows.

    `sure` False: the page does not show what was before, and the person is told when that is lost.
    """

    page: Callable[[InProcessApp], Any]
    click: Callable[[Any, int, int, int], Ready]
    sure: bool = True

    def __str__(self) -> str:
        return f"{self.click.__name__} ({self.page.__name__})"

    def prepare(self, g: InProcessApp, a: int, b: int, c: int) -> Ready:
        """Look at the page; None where it offers nothing to click."""
        page = self.page(g)
        return None if page is None else self.click(page, a, b, c)


ON_BOARDS = (
    boards.move_stage, boards.rename_stage, boards.recolor_stage, boards.add_stage, boards.delete_stage,
    boards.move_card, boards.move_cards,
)  # fmt: skip
ON_CRM = (
    crm.rename_row, crm.recolor_row, crm.order_rows, crm.add_row, crm.delete_row, crm.paint, crm.copy_scheme,
)  # fmt: skip
ON_TEAM = (
    planning.set_points, planning.move_item, planning.move_items, planning.set_epic, planning.add_epic,
    planning.edit_epic, planning.delete_epic, sprints.add_sprint, sprints.edit_sprint, sprints.delete_sprint,
    sprints.start_sprint, sprints.complete_sprint,
)  # fmt: skip
ON_LANES = (
    lanes.rename_column, lanes.recolor_column, lanes.retype_column, lanes.move_column, lanes.add_column,
    lanes.delete_column,
)  # fmt: skip
ON_CARDS = (lanes.move_card, lanes.move_cards, lanes.give_places)

STEPS: list[Step] = [
    *(Step(pages.project, one) for one in ON_BOARDS),
    Step(pages.project, boards.prioritize, sure=False),
    Step(pages.project, boards.edit_task),
    *(Step(pages.planner, one) for one in ON_BOARDS),
    *(Step(pages.crm, one) for one in ON_CRM),
    *(Step(pages.team, one) for one in ON_TEAM),
    *(Step(pages.active, one) for one in (*ON_LANES, *ON_CARDS)),
    *(Step(pages.planned, one) for one in ON_LANES),
]

Order = dict[str, Any]
"""A failure as the stand-in portal is told of it."""

FAULTS: list[Order] = [
    {"kind": "drop_before", "times": 1},
    {"kind": "drop_after", "times": 1},
    {"kind": "half_answer", "times": 1},
    {"kind": "html", "status": 500, "done": True, "times": 1},
    {"kind": "drop_before", "times": None},
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED", "description": "", "times": None},
    {"kind": "error", "status": 500, "code": "INTERNAL_SERVER_ERROR", "description": "", "times": None},
]

ANY_REQUEST = "*"
"""Where the failure of an undo waits: by which method it writes is up to what it takes back."""
