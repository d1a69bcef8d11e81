"""Long work in the CRM: deleting a row with its items, and bringing one back; each is the undo of the other.

The engines are `boards.core.jobs`. What is called a stage there is a row of a directory here, and the things
in it are items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from b24.client import Answer, Client, Command
from b24.methods import crm as crm_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import BadInput, BadInputCode, StageStays
from boards.core.jobs import DeletionJob, RestoreJob, job, noted
from boards.core.model import Actor, CardResult, Notice
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.crm.changes import state_of
from boards.crm.codes import is_code
from boards.crm.deletion import (
    CrmDeletionPlan,
    MoveItemsBack,
    delete_row,
    items_change,
    move_items,
    plan_deletion,
)
from boards.crm.insertion import NEW, insert
from boards.crm.kinds import item_type
from boards.crm.model import BOARD_KEY, CrmOutcome, CrmStage, Directory, RowChange, Semantic, ordered
from boards.crm.snapshot import read_seen, seen_text


# --- deleting ---
@job
class CrmDeletionJob(DeletionJob, frozen=True, tag="crm_delete"):
    """`code` and `target_code` are STATUS_IDs; `forced`: the person agreed to delete a row of the system.

    `plan_text`: the directory as the plan saw it (`snapshot.seen_text`), for an undo as the addition left it.
    The release before wrote `as_admin`, `off_front` and `seen` too; they mean nothing in the CRM.
    """

    code: str = ""
    target_code: str = ""
    forced: bool = False
    label: str = ""
    plan_text: str = ""
    as_admin: bool = False
    move_behind_first: int = msgspec.field(name="off_front", default=0)
    seen: tuple[Any, ...] = ()

    @property
    def entity_id(self) -> str:
        return self.board_key.removeprefix(BOARD_KEY)

    def move(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        return move_items(client, item_type(self.entity_id), ids, self.target_code)

    def look(self, client: Client, actor: Actor) -> tuple[tuple[int, ...], bool]:
        plan = plan_deletion(client, actor, self.entity_id, self.stage_id)
        return plan.item_ids, plan.complete

    def finish(self, client: Client, actor: Actor) -> CrmOutcome:
        del actor
        seen = read_seen(self.entity_id, self.plan_text)
        deleted = delete_row(
            client, self.entity_id, self.stage_id, forced=self.forced, seen=seen, code=self.code
        )
        change = deletion_change(deleted, self.moved, (self.target_id, self.target_code))
        return Outcome(change, (deleted.now,))

    def outcome_if_stopped(self, notices: tuple[Notice, ...]) -> CrmOutcome:
        back = MoveItemsBack(self.entity_id, self.moved, self.target_code, self.code, self.label)
        return Outcome(items_change(back, notices, self.stage_id), ())

    def change_if_lost(self) -> Change:
        seen, unknown = read_seen(self.entity_id, self.plan_text), (note(NoticeCode.OUTCOME_UNKNOWN),)
        stopped = self.outcome_if_stopped(unknown).change
        stage = seen.find(self.stage_id) if seen else None
        if seen is None or stage is None:
            return stopped
        deleted = RowChange(seen, seen.without(stage.id), stage, unknown)
        change = deletion_change(deleted, self.moved, (self.target_id, self.target_code))
        return replace(change, undo=stopped.undo)


def start_deletion(plan: CrmDeletionPlan, target_id: int = 0, *, forced: bool = False) -> CrmDeletionJob:
    """A job for `boards.core.jobs.advance` from the plan that the person agreed to; nothing is sent.

    Raises StageStays, and BadInput when items need a stage and `target_id` is none of the others, or when
    a row of the system is not to be `forced`.
    """
    if plan.refusal:
        raise StageStays(plan.stage.id, plan.refusal)
    if target_id == plan.stage.id:
        raise BadInput("target_stage_id", BadInputCode.SAME_STAGE)
    target = plan.directory.find(target_id)
    if plan.total and target is None:
        raise BadInput("target_stage_id", BadInputCode.STAGE_MISSING)
    if plan.system and not forced:
        raise BadInput("forced", BadInputCode.FORCED_NEEDED)
    return CrmDeletionJob(
        board_key=plan.directory.board_key,
        stage_id=plan.stage.id,
        target_id=target.id if target else 0,
        queue=plan.item_ids,
        planned=plan.complete,
        code=plan.stage.status_id,
        target_code=target.status_id if target else "",
        forced=plan.system and forced,
        label=plan.stage.name,
        plan_text=seen_text(plan.directory),
    )


def deletion_change(deleted: RowChange, moved: Sequence[int], target: tuple[int, str]) -> Change:
    """The change of a deletion; `moved` items went to `target` (id, STATUS_ID) before.

    Its undo brings the row back, except where the portal takes no new row with its code.
    """
    stage, before = deleted.stage, deleted.before
    may_return = is_code(stage.entity_id, stage.status_id)
    notices = [*deleted.notices]
    if moved:
        notices.append(note(NoticeCode.CRM_RULES_MAY_RUN))
    if not may_return:
        notices.append(note(NoticeCode.CRM_CODE_CANNOT_RETURN, status_id=stage.status_id))
    return Change(
        kind=Kind.CRM_DELETE,
        board_key=before.board_key,
        target=stage.id,
        label=stage.name,
        before=state_of(before, stage),
        after={**state_of(deleted.now, None), "moved": len(moved)},
        undo=RestoreRow.of(deleted, moved, target) if may_return else None,
        notices=tuple(notices),
    )


# --- bringing back ---
@recipe
class RestoreRow(Recipe, frozen=True, tag="crm_restore"):
    """A deleted row: as it was, its neighbours, and where its items are.

    `before`: the STATUS_IDs that stood before it; `left`: what was left of the directory (id, STATUS_ID,
    SORT, letter of its meaning); the items `moved` went to the row `target_id` with `target_code`.
    """

    entity_id: str
    id: int
    status_id: str
    name: str
    sort: int
    color: str
    semantic: Semantic
    system: bool
    before: tuple[str, ...]
    left: tuple[tuple[int, str, int, str], ...]
    moved: tuple[int, ...]
    target_id: int
    target_code: str

    @classmethod
    def of(cls, deleted: RowChange, moved: Sequence[int], target: tuple[int, str]) -> RestoreRow:
        """The recipe that undoes a deletion; parameters as for `deletion_change`."""
        stage, stages = deleted.stage, deleted.before.stages
        return cls(
            entity_id=stage.entity_id,
            id=stage.id,
            status_id=stage.status_id,
            name=stage.name,
            sort=stage.sort,
            color=stage.raw_color,
            semantic=stage.semantic,
            system=stage.system,
            before=tuple(other.status_id for other in stages[: stages.index(stage)]),
            left=tuple((row.id, row.status_id, row.sort, row.semantic.letter) for row in deleted.now.stages),
            moved=tuple(moved),
            target_id=target[0],
            target_code=target[1],
        )

    def job(self, context: UndoContext) -> CrmRestoreJob:
        del context
        return CrmRestoreJob(
            board_key=f"{BOARD_KEY}{self.entity_id}",
            old_id=self.id,
            title=self.name,
            color=self.color,
            after_id=0,
            unchecked=tuple((item_id, 0) for item_id in self.moved),
            target_id=self.target_id,
            code=self.status_id,
            sort=self.sort,
            semantic=self.semantic,
            system=self.system,
            target_code=self.target_code,
            before=self.before,
            left=self.left,
        )


@job
class CrmRestoreJob(RestoreJob, frozen=True, tag="crm_restore"):
    """`unchecked` holds (item, 0): all of them went to `target_code`.

    `code`, `sort`, `semantic`, `system`: the row as it was; `before`, `left`: see `RestoreRow`. `now_text`
    and `name`: the directory once the row is back in it. The release before wrote `order`, `as_admin` and
    `stages` too; they mean nothing in the CRM.
    """

    code: str = ""
    sort: int = 0
    semantic: Semantic = Semantic.PROCESS
    system: bool = False
    target_code: str = ""
    before: tuple[str, ...] = ()
    left: tuple[tuple[int, str, int, str], ...] = ()
    now_text: str = ""
    name: str = ""
    order: tuple[int, ...] = ()
    as_admin: bool = False
    stages: tuple[Any, ...] = ()

    @property
    def entity_id(self) -> str:
        return self.board_key.removeprefix(BOARD_KEY)

    def add(self, client: Client, actor: Actor) -> CrmRestoreJob:
        """The row with its old code, in its old place, or behind the nearest neighbour that is left."""
        del actor
        left = (
            self._row(row_id, code, sort=sort, semantic=Semantic.from_letter(letter))
            for row_id, code, sort, letter in self.left
        )
        seen = Directory(self.entity_id, self.entity_id, ordered(left))
        near = [
            stage.id for code in reversed(self.before) for stage in seen.stages if stage.status_id == code
        ]
        wanted = self._row(
            NEW, self.code, name=self.title, sort=self.sort, semantic=self.semantic, raw_color=self.color
        )
        inserted = insert(client, seen, wanted, near[0] if near else 0)
        system = [note(NoticeCode.CRM_NO_SYSTEM_ROW)] if self.system else []
        return msgspec.structs.replace(
            self,
            new_id=inserted.stage.id,
            now_text=seen_text(inserted.now),
            name=inserted.now.name,
            notices=noted([*inserted.notices, *system]),
        )

    def find(self, part: Sequence[tuple[int, int]]) -> Command:
        ids = [item_id for item_id, _ in part]
        return crm_calls.find_items(item_type(self.entity_id), ids, self.target_code)

    def found(self, answer: Answer) -> set[int]:
        return {row.id for row in crm_calls.parse_items(answer)}

    def take_back(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        return move_items(client, item_type(self.entity_id), ids, self.code)

    def outcome(self, results: tuple[CardResult, ...], notices: Sequence[Notice]) -> CrmOutcome:
        now = read_seen(self.entity_id, self.now_text) or Directory(self.entity_id, self.entity_id)
        now = replace(now, name=self.name)
        stage = now.find(self.new_id) or self._row(self.new_id, self.code)
        rules = [note(NoticeCode.CRM_RULES_MAY_RUN)] if self.returned else []
        inserted = RowChange(now.without(self.new_id), now, stage, (*notices, *rules))
        change = insertion_change(inserted, Kind.CRM_RESTORE, (self.target_id, self.target_code))
        return Outcome(replace(change, after={**change.after, "returned": self.returned}), (now,), results)

    def _row(self, row_id: int, code: str, **values: Any) -> CrmStage:
        """A row of which only this is known."""
        known = CrmStage(row_id, code, "", 0, entity_id=self.entity_id)
        return replace(known, **values)


# --- adding ---
@recipe
class DeleteRow(Recipe, frozen=True, tag="crm_delete", omit_defaults=True):
    """An addition, or a restored row, taken away again; its items go where they came from.

    The items go to the row `target_id` with the STATUS_ID `target_code` (0 and "" when it had none); `seen`:
    the directory as the addition left it (`snapshot.seen_text`).
    """

    entity_id: str
    id: int
    status_id: str
    target_id: int
    target_code: str
    seen: str = ""

    def job(self, context: UndoContext) -> CrmDeletionJob:
        return CrmDeletionJob(
            board_key=f"{BOARD_KEY}{self.entity_id}",
            stage_id=self.id,
            target_id=self.target_id,
            planned=not self.target_id,
            code=self.status_id,
            target_code=self.target_code,
            label=context.change.label,
            plan_text=self.seen,
        )


def insertion_change(inserted: RowChange, kind: Kind, target: tuple[int, str] = (0, "")) -> Change:
    """The change of an addition. Its undo deletes the row again; items go to `target` (id, STATUS_ID)."""
    stage = inserted.stage
    return Change(
        kind=kind,
        board_key=inserted.now.board_key,
        target=stage.id,
        label=stage.name,
        before=state_of(inserted.before, None),
        after=state_of(inserted.now, stage),
        undo=DeleteRow(stage.entity_id, stage.id, stage.status_id, *target, seen=seen_text(inserted.now)),
        notices=inserted.notices,
    )
