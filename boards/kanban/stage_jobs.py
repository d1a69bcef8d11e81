"""Deleting a stage with its tasks, and bringing one back, as jobs of `boards.core.jobs`; and their ways back.

The portal cannot bring anything back: a new stage is added, so it has a new id (`Change.aliases`). Only the
tasks that are still where the deletion put them return; whoever moved one on since meant it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalError, PortalTimeout
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, has_notice, note
from boards.core.errors import BadInput, BadInputCode, FirstStage
from boards.core.ids import IdKind, StageId, current_id
from boards.core.jobs import DeletionJob, RestoreJob, job, noted, parts_of
from boards.core.model import Actor, BoardRef, CardResult, Denial, Notice, Stage
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.kanban import stage_order as lists
from boards.kanban.adding import insert_unless_there, insertion, read_insertion
from boards.kanban.convert import to_stages
from boards.kanban.deletion import DeletionPlan, plan_deletion
from boards.kanban.moves import MoveCards
from boards.kanban.queries import list_by_id

STAGES, STEP_BACK, DELETE = "stages", "step_back", "delete"
ROOM = BATCH_SIZE - 3  # stages, the addition, its move to the front

Stages = tuple[Stage, ...]


@recipe
class DeleteStage(Recipe, frozen=True, tag="delete_stage"):
    """Takes an added or restored stage away again.

    `target_id`: where its tasks go, 0 for a stage that had none. `move_behind_first`: the stage stands in
    front and must step behind this one first, because the first stage cannot go.
    """

    stage_id: StageId
    target_id: StageId
    move_behind_first: StageId = msgspec.field(name="off_front", default=0)

    def job(self, context: UndoContext) -> StageDeletion:
        left = enumerate(context.change.after.get("stages", ()), 1)
        resolve = context.resolve
        return StageDeletion(
            board_key=context.change.board_key,
            stage_id=self.stage_id,
            target_id=self.target_id,
            as_admin=context.actor.is_admin,
            move_behind_first=self.move_behind_first,
            seen=tuple(
                (current_id(resolve, IdKind.STAGE, stage["id"]), stage["title"], stage["color"], place)
                for place, stage in left
            ),
            planned=not self.target_id,
        )


@recipe
class RestoreStage(Recipe, frozen=True, tag="restore_stage"):
    """Brings a deleted stage back, and its tasks from where they were moved (`moved`: task, stage)."""

    by_hand = True  # the deleted stage itself keeps its old id in the order

    stage_id: int
    title: str
    color: str
    after_id: int
    order: tuple[int, ...]
    moved: tuple[tuple[int, int], ...]

    @property
    def task_ids(self) -> frozenset[int]:
        return frozenset(task_id for task_id, _target in self.moved)

    def job(self, context: UndoContext) -> StageRestore:
        def now(stage_id: int) -> int:
            return current_id(context.resolve, IdKind.STAGE, stage_id)

        moved = tuple((task_id, now(target)) for task_id, target in self.moved)
        return StageRestore(
            board_key=context.change.board_key,
            old_id=self.stage_id,
            title=self.title,
            color=self.color,
            after_id=now(self.after_id),
            order=tuple(now(stage) if stage != self.stage_id else stage for stage in self.order),
            unchecked=moved,
            target_id=moved[0][1] if moved else 0,
            as_admin=context.actor.is_admin,
        )


def start_deletion(
    ref: BoardRef, plan: DeletionPlan, target_id: int = 0, *, as_admin: bool = False
) -> StageDeletion:
    """A job from the plan that the person agreed to; nothing is sent.

    Raises FirstStage, and BadInput when tasks need a stage and `target_id` is none of the others.
    """
    if plan.refusal == Denial.FIRST_STAGE:
        raise FirstStage(plan.stage.id)
    if target_id == plan.stage.id:
        raise BadInput("target_stage_id", BadInputCode.SAME_STAGE)
    if plan.total and target_id not in {stage.id for stage in plan.others}:
        raise BadInput("target_stage_id", BadInputCode.STAGE_MISSING)
    board = sorted((plan.stage, *plan.others), key=lambda stage: stage.sort)
    return StageDeletion(
        board_key=ref.key,
        stage_id=plan.stage.id,
        target_id=target_id,
        as_admin=as_admin,
        queue=plan.task_ids,
        seen=tuple((stage.id, stage.title, stage.color, stage.sort) for stage in board),
        planned=plan.complete,
    )


@job
class StageDeletion(DeletionJob, frozen=True, tag="delete"):
    """Deleting a stage of a board with its tasks.

    `move_behind_first`: the stage is (perhaps) the first one and steps behind this one, because a first stage
    cannot go. `seen`: the stages as they were planned with (id, title, color, sort), for lost answers.
    """

    as_admin: bool = False
    move_behind_first: int = msgspec.field(name="off_front", default=0)
    seen: tuple[tuple[int, str, str, int], ...] = ()

    @property
    def ref(self) -> BoardRef:
        return BoardRef.parse(self.board_key)

    def move(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        last = self.moved[-1] if self.moved else 0
        return move_portion(client, ids, self.target_id, after=last)

    def look(self, client: Client, actor: Actor) -> tuple[tuple[int, ...], bool]:
        plan = plan_deletion(client, self.ref, actor, self.stage_id, as_admin=self.as_admin)
        return plan.task_ids, plan.complete

    def finish(self, client: Client, actor: Actor) -> Outcome[Stages]:
        """Delete the stage; StageNotEmpty (then plan again: if nothing is to be seen, the rest is hidden from
        this person), StageIsSystem, AccessDenied, NotFound."""
        act = self.as_admin and actor.is_admin
        answer, lost = read_then_write(client, self._commands(act))
        rows = stage_calls.parse_stages(answer[STAGES].result)
        before, colors = to_stages(rows), {row.id: row.raw_color for row in rows}
        notices = [note(NoticeCode.ACTED_AS_ADMIN)] if act else []
        if lost and lists.find(before, self.stage_id) is None:
            seen = self._stages_seen()
            before = seen if lists.find(seen, self.stage_id) else before
            notices.append(note(NoticeCode.ANSWER_LOST_BUT_DONE))
        else:
            self._raise_refusal(client, answer, lists.predecessor(before, self.stage_id), as_admin=act)
        return self._deleted(before, colors, notices)

    def outcome_if_stopped(self, notices: tuple[Notice, ...]) -> Outcome[Stages]:
        change = Change(
            kind=Kind.CARDS_MOVE,
            board_key=self.board_key,
            target=0,
            label="",
            before={"stage_id": self.stage_id, "count": len(self.moved)},
            after={"stage_id": self.target_id, "count": len(self.moved)},
            undo=self._undo_moves(),
            notices=notices,
        )
        return Outcome(change, ())

    def change_if_lost(self) -> Change:
        outcome = self._deleted(self._stages_seen(), {}, [note(NoticeCode.OUTCOME_UNKNOWN)])
        return replace(outcome.change, undo=self._undo_moves())

    def _stages_seen(self) -> Stages:
        return tuple(Stage(*stage) for stage in self.seen)

    def _commands(self, act: bool) -> dict[str, Command]:
        commands = {STAGES: stage_calls.get(self.ref.group_id)}
        if self.move_behind_first:
            step = stage_calls.update(self.stage_id, after_id=self.move_behind_first, as_admin=act)
            commands[STEP_BACK] = step
        return commands | {DELETE: stage_calls.delete(self.stage_id, as_admin=act)}

    def _raise_refusal(self, client: Client, answer: BatchAnswer, back: int, *, as_admin: bool) -> None:
        """Raise the refusal of the deletion; a stage that had stepped off the front goes back there first."""
        if STEP_BACK in answer.errors:
            raise answer.errors[STEP_BACK]
        try:
            answer.require(DELETE)
        except PortalError:
            if STEP_BACK in answer:
                client.call(stage_calls.update(self.stage_id, after_id=back, as_admin=as_admin))
            raise

    def _deleted(
        self, before: Stages, colors: Mapping[int, str], notices: Sequence[Notice]
    ) -> Outcome[Stages]:
        """The outcome of the deletion. `colors` as the portal spells them."""
        stage, after = lists.find(before, self.stage_id), lists.without(before, self.stage_id)
        change = Change(
            kind=Kind.STAGE_DELETE,
            board_key=self.board_key,
            target=self.stage_id,
            label=stage.title if stage else "",
            before=lists.snapshot(before, self.stage_id),
            after={**lists.snapshot(after, self.stage_id), "moved": len(self.moved)},
            undo=self._undo_deletion(before, colors, stage) if stage else None,
            notices=tuple(notices),
        )
        return Outcome(change, after, tuple(CardResult(task_id) for task_id in self.moved))

    def _undo_deletion(self, before: Stages, colors: Mapping[int, str], stage: Stage) -> RestoreStage:
        return RestoreStage(
            stage_id=stage.id,
            title=stage.title,
            color=colors.get(stage.id) or stage.color,
            after_id=lists.predecessor(before, stage.id),
            order=lists.ids(before),
            moved=tuple((task_id, self.target_id) for task_id in self.moved),
        )

    def _undo_moves(self) -> MoveCards | None:
        """The moved tasks back, in their order, between those that stayed."""
        if not self.moved:
            return None
        stayed = next((task_id for task_id in self.order if task_id in self.failed), 0)
        above = dict(zip(self.order, (0, *self.order), strict=False))
        return MoveCards(
            moves=tuple(
                (task_id, self.stage_id, 0 if above.get(task_id) else stayed, above.get(task_id, 0))
                for task_id in self.moved
            ),
            places={},
        )


def move_portion(client: Client, task_ids: Sequence[int], stage_id: int, *, after: int) -> list[CardResult]:
    """Move up to 50 tasks in one request, each below the one before it (the first below `after`)."""
    commands: dict[str, Command] = {}
    for task_id in task_ids:
        commands[f"t{task_id}"] = stage_calls.move_task(task_id, stage_id, after=after)
        after = task_id
    answer = client.batch(commands, halt=False)
    return [CardResult(task_id, answer.errors.get(f"t{task_id}")) for task_id in task_ids]


@job
class StageRestore(RestoreJob, frozen=True, tag="restore"):
    """Bringing a deleted stage back in its place, with its color and its tasks.

    `order`: the stages before the deletion; `stages`: those after the addition (id, title, color).
    """

    order: tuple[int, ...] = ()
    as_admin: bool = False
    stages: tuple[tuple[int, str, str], ...] = ()

    def add(self, client: Client, actor: Actor) -> StageRestore:
        """Add the stage and, in the same request, ask where its tasks are."""
        ref = BoardRef.parse(self.board_key)
        act = self.as_admin and actor.is_admin
        work = msgspec.structs.replace(self, as_admin=act)
        wanted = Stage(0, self.title, self.color, 0)
        parts = parts_of(self.unchecked)[:ROOM]
        commands = insertion(ref, wanted, self.after_id, as_admin=act) | self.where(parts)
        try:
            answer = client.batch(commands, halt=True, repeatable=False)
        except PortalTimeout:
            raise
        except OutcomeUnknown:
            seen = [stage_id for stage_id in self.order if stage_id != self.old_id]
            added = insert_unless_there(client, ref, wanted, self.after_id, as_admin=act, seen=seen)
            return work._placed(client, *added)
        return work._placed(client, *read_insertion(answer)).looked_at(parts, answer)

    def find(self, part: Sequence[tuple[int, int]]) -> Command:
        key = "STAGES_ID" if BoardRef.parse(self.board_key).is_planner else "STAGE_ID"
        return list_by_id([task_id for task_id, _ in part], **{key: part[0][1]})

    def found(self, answer: Answer) -> set[int]:
        return set(task_calls.parse_ids(answer))

    def take_back(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        return move_portion(client, ids, self.new_id, after=self.last)

    def outcome(self, results: tuple[CardResult, ...], notices: Sequence[Notice]) -> Outcome[Stages]:
        stages = lists.numbered([Stage(stage_id, title, color, 0) for stage_id, title, color in self.stages])
        before = lists.without(stages, self.new_id)
        at_front = stages[0].id == self.new_id
        change = Change(
            kind=Kind.STAGE_RESTORE,
            board_key=self.board_key,
            target=self.new_id,
            label=self.title,
            before=lists.snapshot(before, self.new_id),
            after={**lists.snapshot(stages, self.new_id), "returned": self.returned},
            undo=DeleteStage(
                stage_id=self.new_id,
                target_id=self.target_id,
                move_behind_first=before[0].id if at_front else 0,
            ),
            notices=tuple(notices),
            aliases={self.old_id: self.new_id},
        )
        return Outcome(change, stages, results)

    def _placed(self, client: Client, before: Stages, new_id: int, notices: Sequence[Notice]) -> StageRestore:
        """The job with its stage in place.

        Where the stage before it is gone as well, the portal put the new one last; then it moves behind the
        nearest older neighbour that is left (one more request, only in this case).
        """
        after_id = self.after_id
        if after_id and lists.find(before, after_id) is None:
            after_id = lists.surviving_predecessor(before, self.order, self.old_id)
            try:
                client.call(stage_calls.update(new_id, after_id=after_id, as_admin=self.as_admin))
            except PortalError:
                after_id, notices = self.after_id, [*notices, note(NoticeCode.NOT_IN_PLACE)]
        if after_id == 0 and has_notice(notices, NoticeCode.NOT_IN_PLACE):
            after_id = before[0].id
        stages = lists.inserted(before, Stage(new_id, self.title, self.color, 0), after_id)
        if self.as_admin:
            notices = [note(NoticeCode.ACTED_AS_ADMIN), *notices]
        return msgspec.structs.replace(
            self,
            new_id=new_id,
            stages=tuple((stage.id, stage.title, stage.color) for stage in stages),
            notices=noted(notices),
        )
