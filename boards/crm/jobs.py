"""Deleting a stage with its items, and bringing one back, as jobs of `boards.core.jobs`.

The same steps on the ground of the CRM; what is called tasks there are items here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from b24.client import Answer, Client, Command
from b24.methods import crm as crm_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import BadInput, BadInputCode, StageStays
from boards.core.model import Actor, CardResult, Notice
from boards.crm import adding
from boards.crm.deletion import CrmDeletionPlan, deleted, finish_deletion, move_items, plan_deletion
from boards.crm.kinds import kind_of
from boards.crm.model import BOARD_KEY, CrmOutcome, CrmStage, Directory, Semantic, ordered
from boards.crm.snapshot import read_seen, seen_text
from boards.kanban.deletion_job import DeletionJob
from boards.kanban.restore import RestoreJob


@dataclass(frozen=True)
class CrmDeletionJob(DeletionJob):
    """`code` and `target_code` are STATUS_IDs; `forced`: the person agreed to delete a row of the system.

    `plan_text`: the directory as the plan saw it (`snapshot.seen_text`), for an undo as the addition left it.
    """

    KIND: ClassVar[str] = "crm_delete"

    code: str = ""
    target_code: str = ""
    forced: bool = False
    label: str = ""
    plan_text: str = ""

    @property
    def entity_id(self) -> str:
        return self.board_key.removeprefix(BOARD_KEY)

    def move(self, client: Client, task_ids: Sequence[int]) -> list[CardResult]:
        return move_items(client, _type_of(self.entity_id), task_ids, self.target_code)

    def look(self, client: Client, actor: Actor) -> tuple[tuple[int, ...], bool]:
        plan = plan_deletion(client, actor, self.entity_id, self.stage_id)
        return plan.item_ids, plan.complete

    def finish(self, client: Client, actor: Actor) -> CrmOutcome:
        seen = read_seen(self.entity_id, self.plan_text)
        target = seen.find(self.target_id) if seen else None
        return finish_deletion(
            client,
            actor,
            self.entity_id,
            self.stage_id,
            forced=self.forced,
            moved=self.moved,
            target=target or _stage(self.entity_id, self.target_id, self.target_code),
            seen=seen,
            code=self.code,
        )

    def unheard(self) -> Change:
        seen, unknown = read_seen(self.entity_id, self.plan_text), (note(NoticeCode.OUTCOME_UNKNOWN),)
        stopped = self.stopped(unknown).change
        if seen is None or seen.find(self.stage_id) is None:
            return stopped
        left = replace(seen, stages=tuple(one for one in seen.stages if one.id != self.stage_id))
        outcome = deleted(seen, left, self.stage_id, self.moved, seen.find(self.target_id), unknown)
        return replace(outcome.change, undo=stopped.undo)

    def stopped(self, notices: tuple[Notice, ...]) -> CrmOutcome:
        undo = None
        if self.moved:
            undo = {
                "op": "crm_items",
                "entity_id": self.entity_id,
                "items": list(self.moved),
                "from_code": self.target_code,
                "to_code": self.code,
                "label": self.label,
            }
            notices = (*notices, note(NoticeCode.CRM_RULES_MAY_RUN))
        count = {"count": len(self.moved)}
        change = Change(
            Kind.CRM_ITEMS_MOVE, self.board_key, self.stage_id, self.label, count, count, undo, notices
        )
        return CrmOutcome(change, (), notices)


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


@dataclass(frozen=True)
class CrmRestoreJob(RestoreJob):
    """`unchecked` holds (item, 0): all of them went to `target_code`.

    `code`, `sort`, `semantic`, `system`: the row as it was. `before`: the STATUS_IDs that stood before it,
    `left`: what was left of the directory (id, STATUS_ID, SORT, letter of its meaning).
    """

    KIND: ClassVar[str] = "crm_restore"

    code: str = ""
    sort: int = 0
    semantic: str = Semantic.PROCESS.value
    system: bool = False
    target_code: str = ""
    before: tuple[str, ...] = ()
    left: tuple[tuple[int, str, int, str], ...] = ()
    now_text: str = ""
    name: str = ""

    @property
    def entity_id(self) -> str:
        return self.board_key.removeprefix(BOARD_KEY)

    def add(self, client: Client, actor: Actor) -> RestoreJob:
        """The row with its old code, in its old place, or behind the nearest neighbour that is left."""
        del actor
        seen = Directory(self.entity_id, self.entity_id, ordered(self._left()))
        near = [one.id for code in reversed(self.before) for one in seen.stages if one.status_id == code]
        wanted = replace(
            _stage(self.entity_id, adding.NEW, self.code),
            name=self.title,
            sort=self.sort,
            semantic=Semantic(self.semantic),
            raw_color=self.color,
        )
        added = adding.insert(client, seen, wanted, near[0] if near else 0)
        notices = [*added.notices, *([note(NoticeCode.CRM_NO_SYSTEM_ROW)] if self.system else [])]
        return replace(
            self,
            new_id=added.stage.id,
            now_text=seen_text(added.directory),
            name=added.directory.name,
            notices=tuple((str(one.code), tuple(one.values.items())) for one in notices),
        )

    def _left(self) -> list[CrmStage]:
        return [
            replace(_stage(self.entity_id, row_id, code), sort=sort, semantic=Semantic.from_letter(letter))
            for row_id, code, sort, letter in self.left
        ]

    def find(self, part: Sequence[tuple[int, int]]) -> Command:
        return crm_calls.find_items(_type_of(self.entity_id), [one for one, _ in part], self.target_code)

    def found(self, answer: Answer) -> set[int]:
        return {row.id for row in crm_calls.parse_items(answer)}

    def take_back(self, client: Client, task_ids: Sequence[int]) -> list[CardResult]:
        return move_items(client, _type_of(self.entity_id), task_ids, self.code)

    def outcome(self, results: tuple[CardResult, ...], notices: Sequence[Notice]) -> CrmOutcome:
        now = read_seen(self.entity_id, self.now_text) or Directory(self.entity_id, self.entity_id)
        now = replace(now, name=self.name)
        stage = now.find(self.new_id) or _stage(self.entity_id, self.new_id, self.code)
        before = replace(now, stages=tuple(one for one in now.stages if one.id != self.new_id))
        rules = [note(NoticeCode.CRM_RULES_MAY_RUN)] if self.returned else []
        outcome = adding.outcome_of(
            adding.Added(before, now, stage),
            Kind.CRM_RESTORE,
            [*notices, *rules],
            target=(self.target_id, self.target_code),
            more={"returned": self.returned},
        )
        return replace(outcome, moved=results)


def restore_job(recipe: dict[str, Any]) -> CrmRestoreJob:
    """The job that follows the way back of a deletion."""
    return CrmRestoreJob(
        board_key=f"{BOARD_KEY}{recipe['entity_id']}",
        old_id=recipe["id"],
        title=recipe["name"],
        color=recipe["color"],
        after_id=0,
        unchecked=tuple((one, 0) for one in recipe["moved"]),
        target_id=recipe["target_id"],
        code=recipe["status_id"],
        sort=recipe["sort"],
        semantic=recipe["semantic"],
        system=recipe["system"],
        target_code=recipe["target_code"],
        before=tuple(recipe["before"]),
        left=tuple((one[0], one[1], one[2], one[3]) for one in recipe["left"]),
    )


def deletion_job(recipe: dict[str, Any], label: str) -> CrmDeletionJob:
    """The job that takes an addition, or a restored row, away again; its items go where they came from."""
    return CrmDeletionJob(
        board_key=f"{BOARD_KEY}{recipe['entity_id']}",
        stage_id=recipe["id"],
        target_id=recipe["target_id"],
        planned=not recipe["target_id"],
        code=recipe["status_id"],
        target_code=recipe["target_code"],
        label=label,
        plan_text=recipe.get("seen", ""),
    )


def _type_of(entity_id: str) -> int:
    """The kind of objects that stand in the stages of a directory; only pipelines have any."""
    entity_type_id = kind_of(entity_id).entity_type_id
    assert entity_type_id is not None
    return entity_type_id


def _stage(entity_id: str, stage_id: int, code: str) -> CrmStage:
    """A stage of which only this is known."""
    return CrmStage(stage_id, code, "", 0, entity_id=entity_id)
