"""Deleting a stage: where its tasks go, the moves in portions of 50, and the deletion itself.

The portal refuses to delete the first stage and any stage with tasks, completed and invisible ones included
(behaviour.md §3.5; surprise 17). `jobs.DeletionJob` strings these steps together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import PortalError
from b24.methods import groups as group_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import BadInput, BadInputCode, StageGone
from boards.core.model import Actor, BoardRef, CardResult, Notice, Rights, Stage, Why
from boards.core.outcome import StageOutcome
from boards.core.rights import read_rights
from boards.kanban import stage_order as lists
from boards.kanban.convert import to_stages
from boards.kanban.queries import CARD_ORDER, stage_filter
from boards.kanban.stages import snapshot

STAGES, MEMBERS, MOVE, PAGE = "stages", "members", "may_move", "page_"
OFF, DELETE = "off_front", "delete"
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
    refusal: Why | None = None

    @property
    def complete(self) -> bool:
        """Whether `task_ids` are all the tasks of the stage that the person can see."""
        return len(self.task_ids) >= self.total

    @property
    def before(self) -> Stage | None:
        """The stage in front of it: the likeliest wish for its tasks."""
        in_front = [one for one in self.others if one.sort < self.stage.sort]
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
        others=tuple(one for one in stages if one.id != stage_id),
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
    found: dict[int, None] = {}
    for page in range(PAGES):
        one = answer.get(f"{PAGE}{page}")
        if one and page * PAGE_SIZE < max(total, 1):
            found |= dict.fromkeys(task_calls.parse_ids(one))
    return tuple(found), total


def _refusal(stage: Stage, rights: Rights, total: int, *, as_admin: bool) -> Why | None:
    if stage.is_first:
        return Why.FIRST_STAGE
    if rights.as_admin and not as_admin:
        return Why.NOT_OWNER_OR_MODERATOR if rights.role else Why.NOT_A_MEMBER
    if not rights.may_shape:
        return rights.why_not_shape
    return rights.why_not_move if total else None


def move_tasks_step(
    client: Client, ref: BoardRef, actor: Actor, task_ids: Sequence[int], target_stage_id: int
) -> list[CardResult]:
    """Move up to 50 tasks into a stage; one HTTP request, one result per task.

    They keep their order. ValueError for more than 50; BadInput without a target.
    """
    del ref, actor
    if not target_stage_id:
        raise BadInput("target_stage_id", BadInputCode.STAGE_MISSING)
    return move_portion(client, [(task_id, target_stage_id) for task_id in task_ids])


def move_portion(client: Client, moves: Sequence[tuple[int, int]], *, after: int = 0) -> list[CardResult]:
    """Move tasks, each to its stage, below the one before it (the first below `after`); one request."""
    if len(moves) > BATCH_SIZE:
        raise ValueError(f"a portion holds {BATCH_SIZE} tasks, not {len(moves)}")
    commands: dict[str, Command] = {}
    for task_id, stage_id in moves:
        commands[f"t{task_id}"] = stage_calls.move_task(task_id, stage_id, after=after)
        after = task_id
    answer = client.batch(commands, halt=False)
    return [CardResult(task_id, answer.errors.get(f"t{task_id}")) for task_id, _ in moves]


def finish_deletion(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    stage_id: int,
    *,
    as_admin: bool = False,
    moved: Mapping[int, int] | None = None,
    off_front: int = 0,
    seen: Sequence[Stage] = (),
) -> StageOutcome:
    """Delete a stage that should be empty now; one HTTP request.

    `moved` says which task went to which stage before, for the undo. `off_front`: the stage is (perhaps)
    the first one and steps behind this one, because a first stage cannot go. `seen`: the stages as they
    were planned with, for the case that an answer gets lost. Raises StageNotEmpty (then plan again: if
    nothing is to be seen, the rest is hidden from this person), StageIsSystem, AccessDenied, NotFound.
    """
    act = as_admin and actor.is_admin
    commands = {STAGES: stage_calls.get(ref.group_id)}
    if off_front:
        commands[OFF] = stage_calls.update(stage_id, after_id=off_front, as_admin=act)
    commands[DELETE] = stage_calls.delete(stage_id, as_admin=act)
    answer, lost = read_then_write(client, commands)
    rows = stage_calls.parse_stages(answer[STAGES].result)
    before, colors = to_stages(rows), {row.id: row.raw_color for row in rows}
    notices = [note(NoticeCode.ACTED_AS_ADMIN)] if act else []
    if lost and lists.find(before, stage_id) is None:
        before = tuple(seen) if lists.find(seen, stage_id) else before
        notices.append(note(NoticeCode.ANSWER_LOST_BUT_DONE))
    else:
        _really(client, answer, stage_id, lists.predecessor(before, stage_id), as_admin=act)
    return deleted(ref, before, colors, stage_id, dict(moved or {}), notices)


def _really(client: Client, answer: BatchAnswer, stage_id: int, back: int, *, as_admin: bool) -> None:
    """Raise the refusal of the deletion; a stage that had stepped off the front goes back there first."""
    if OFF in answer.errors:
        raise answer.errors[OFF]
    try:
        _ = answer[DELETE]
    except PortalError:
        if OFF in answer:
            client.call(stage_calls.update(stage_id, after_id=back, as_admin=as_admin))
        raise


def deleted(
    ref: BoardRef,
    before: Sequence[Stage],
    colors: Mapping[int, str],
    stage_id: int,
    moved: Mapping[int, int],
    notices: Sequence[Notice],
) -> StageOutcome:
    """The outcome of a deletion. `colors` as the portal spells them; `moved` as for `finish_deletion`."""
    stage = lists.find(before, stage_id)
    after = lists.without(before, stage_id)
    undo: dict[str, Any] | None = None
    if stage:
        undo = {
            "op": "restore_stage",
            "stage_id": stage_id,
            "title": stage.title,
            "color": colors.get(stage_id) or stage.color,
            "after_id": lists.predecessor(before, stage_id),
            "order": list(lists.ids(before)),
            "moved": [[task_id, target] for task_id, target in moved.items()],
        }
    change = Change(
        kind=Kind.STAGE_DELETE,
        board_key=ref.key,
        target=stage_id,
        label=stage.title if stage else "",
        before=snapshot(before, stage_id),
        after={**snapshot(after, stage_id), "moved": len(moved)},
        undo=undo,
        notices=tuple(notices),
    )
    return StageOutcome(change, after, change.notices, tuple(CardResult(task_id) for task_id in moved))
