"""The deletion of a stage as a value that is kept between steps; `jobs` strings the steps together.

What the steps do depends on the ground: here the stages and tasks of a kanban board; `boards.crm.jobs` has
the stages and items of a pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from b24.client import Client
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.model import Actor, BoardRef, CardResult, Notice, Stage
from boards.core.outcome import StageOutcome
from boards.crm.model import CrmOutcome
from boards.kanban.deletion import deleted, finish_deletion, move_portion, plan_deletion


@dataclass(frozen=True)
class DeletionJob:
    """Deleting a stage. `queue` are the tasks still to move to `target_id`, `moved` those that went.

    `planned`: `queue` and `moved` were all there is, as far as we know; otherwise the next step looks
    again. `order` are all that were tried, as they stood in the stage. `seen` are the stages of the plan
    (id, title, color, sort). `refusals` counts how often the portal said that there still are tasks.
    """

    KIND: ClassVar[str] = "delete"

    board_key: str
    stage_id: int
    target_id: int = 0
    as_admin: bool = False
    off_front: int = 0
    queue: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    seen: tuple[tuple[int, str, str, int], ...] = ()
    planned: bool = True
    refusals: int = 0
    finished: bool = False

    @property
    def total(self) -> int:
        """Tasks known so far."""
        return len(self.queue) + len(self.moved) + len(self.failed)

    @property
    def done(self) -> int:
        """Tasks dealt with."""
        return len(self.moved) + len(self.failed)

    def to_json(self) -> str:
        return json.dumps({"job": self.KIND, **vars(self)})

    # --- what the steps do ---
    def move(self, client: Client, task_ids: Sequence[int]) -> list[CardResult]:
        """Move up to 50 of them to the target, below the one moved last; one request."""
        last = self.moved[-1] if self.moved else 0
        return move_portion(client, [(task_id, self.target_id) for task_id in task_ids], after=last)

    def look(self, client: Client, actor: Actor) -> tuple[tuple[int, ...], bool]:
        """What is in the stage now, and whether that is all; one request."""
        ref = BoardRef.parse(self.board_key)
        plan = plan_deletion(client, ref, actor, self.stage_id, as_admin=self.as_admin)
        return plan.task_ids, plan.complete

    def finish(self, client: Client, actor: Actor) -> StageOutcome | CrmOutcome:
        """Delete the stage that should be empty now; one request. StageNotEmpty when it is not."""
        return finish_deletion(
            client,
            BoardRef.parse(self.board_key),
            actor,
            self.stage_id,
            as_admin=self.as_admin,
            moved=dict.fromkeys(self.moved, self.target_id),
            off_front=self.off_front,
            seen=[Stage(*one) for one in self.seen],
        )

    def stopped(self, notices: tuple[Notice, ...]) -> StageOutcome | CrmOutcome:
        """The stage stays; what was moved is a change of its own that can be undone."""
        change = Change(
            kind=Kind.CARDS_MOVE,
            board_key=self.board_key,
            target=0,
            label="",
            before={"stage_id": self.stage_id, "count": len(self.moved)},
            after={"stage_id": self.target_id, "count": len(self.moved)},
            undo=self._back(),
            notices=notices,
        )
        return StageOutcome(change, (), notices)

    @property
    def ending(self) -> bool:
        """Whether the next step is the deletion itself."""
        return self.planned and not self.queue and not self.failed

    def unheard(self) -> Change:
        """The deletion that the portal never answered: only the tasks that were moved have a way back."""
        outcome = deleted(
            BoardRef.parse(self.board_key),
            [Stage(*one) for one in self.seen],
            {},
            self.stage_id,
            dict.fromkeys(self.moved, self.target_id),
            (note(NoticeCode.OUTCOME_UNKNOWN),),
        )
        return replace(outcome.change, undo=self._back())

    def _back(self) -> dict[str, Any] | None:
        """The moved tasks back, in their order, between those that stayed."""
        if not self.moved:
            return None
        stayed = next((one for one in self.order if one in self.failed), 0)
        above = dict(zip(self.order, (0, *self.order), strict=False))
        moves = [
            [one, self.stage_id, 0 if above.get(one) else stayed, above.get(one, 0)] for one in self.moved
        ]
        return {"op": "move_cards", "moves": moves, "places": {}}
