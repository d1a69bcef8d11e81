"""What deleting a stage means: its tasks, the stages that could take them, and why it may not be done.

The portal refuses to delete the first stage and any stage with tasks, completed and invisible ones included
(behaviour.md §3.5; surprise 17). The deletion itself is `stage_jobs.StageDeletion`.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24.client import BatchAnswer, Client, Command
from b24.methods import groups as group_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from boards.core.errors import StageGone
from boards.core.model import Actor, BoardRef, Denial, Rights, Stage
from boards.core.rights import read_rights
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages
from boards.kanban.queries import CARD_ORDER, stage_filter

STAGES, MEMBERS, MOVE, PAGE = "stages", "members", "may_move", "page_"
PAGE_SIZE = 50
PAGES = 12  # 600 tasks; a fuller stage is planned again when those are moved


@dataclass(frozen=True)
class DeletionPlan:
    """What deleting a stage means. `task_ids`: the first 600 at most, in board order; `total` is exact.

    `others` are the stages that could take the tasks; `refusal` why it cannot be done at all.
    """

    stage: Stage
    task_ids: tuple[int, ...]
    total: int
    others: tuple[Stage, ...]
    refusal: Denial | None = None

    @property
    def complete(self) -> bool:
        """Whether `task_ids` are all the tasks of the stage that the person can see."""
        return len(self.task_ids) >= self.total

    @property
    def before(self) -> Stage | None:
        """The stage in front of it: the likeliest wish for its tasks."""
        in_front = [stage for stage in self.others if stage.sort < self.stage.sort]
        return in_front[-1] if in_front else None


def plan_deletion(
    client: Client, ref: BoardRef, actor: Actor, stage_id: int, *, as_admin: bool = False
) -> DeletionPlan:
    """What stands in the way of deleting a stage; one HTTP request, nothing is changed.

    Raises StageGone when the stage is not on this board.
    """
    answer = client.batch(_plan_commands(ref, stage_id), halt=False)
    stages = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    stage = lists.find(stages, stage_id)
    if stage is None:
        raise StageGone(stage_id)
    task_ids, total = _read_pages(answer)
    rights = read_rights(answer, ref, actor, MEMBERS, MOVE)
    return DeletionPlan(
        stage=stage,
        task_ids=task_ids,
        total=max(total, len(task_ids)),
        others=lists.without(stages, stage_id),
        refusal=_refusal(stage, rights, total, as_admin=as_admin and actor.is_admin),
    )


def _plan_commands(ref: BoardRef, stage_id: int) -> dict[str, Command]:
    commands = {STAGES: stage_calls.get(ref.group_id)}
    if not ref.is_planner:
        commands[MEMBERS] = group_calls.members(ref.group_id)
        commands[MOVE] = stage_calls.can_move_task(ref.group_id)
    wanted = stage_filter(ref, stage_id, is_first=False)
    for page in range(PAGES):
        start = page * PAGE_SIZE
        commands[f"{PAGE}{page}"] = task_calls.list_tasks(
            wanted, order=CARD_ORDER, select=["ID", "TITLE"], start=start
        )
    return commands


def _read_pages(answer: BatchAnswer) -> tuple[tuple[int, ...], int]:
    """Ids in order, each once, and the exact number. Raises when the list was refused."""
    total = answer[f"{PAGE}0"].total or 0
    ids: dict[int, None] = {}
    for page in range(PAGES):
        found = answer.get(f"{PAGE}{page}")
        if found and page * PAGE_SIZE < max(total, 1):
            ids |= dict.fromkeys(task_calls.parse_ids(found))
    return tuple(ids), total


def _refusal(stage: Stage, rights: Rights, total: int, *, as_admin: bool) -> Denial | None:
    if stage.is_first:
        return Denial.FIRST_STAGE
    if rights.as_admin and not as_admin:
        return Denial.NOT_OWNER_OR_MODERATOR if rights.role else Denial.NOT_A_MEMBER
    if not rights.may_shape:
        return rights.why_not_shape
    return rights.why_not_move if total else None
