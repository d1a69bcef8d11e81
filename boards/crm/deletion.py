"""Deleting a row of a directory: what stands in its way, moving its items in portions of 50, the deletion.

The portal deletes no stage with items, and a row of the system only when forced; with that it would delete
even the stages a pipeline cannot do without (behaviour.md §6.6), so those are refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import Refused, StageIsSystem, StageNotEmpty
from b24.methods import crm as crm_calls
from boards.core.batches import chunks, read_then_write, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import MoveIgnored, StageGone
from boards.core.model import Actor, CardResult, Denial, Notice
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.crm.kinds import item_type, kind_of
from boards.crm.load import naming_commands, read_one
from boards.crm.model import BOARD_KEY, CrmOutcome, CrmStage, Directory, RowChange, Semantic
from boards.crm.writing import denied, kinds_of

ROW, STAGES, PROBE, PAGE = "row", "stages", "probe", "page_"
DELETE, AFTER, FIND = "delete", "after", "find_"
PAGES = 40  # 2,000 items; a fuller stage is planned again when those are moved


@dataclass(frozen=True)
class CrmDeletionPlan:
    """What deleting a row means. `item_ids`: the first 2,000 at most; `total` is exact, as far as one sees.

    `others` could take the items; `refusal` why it cannot be done at all; `system`: it has to be forced, and
    the person must say so. `directory` is how it is now.
    """

    directory: Directory
    stage: CrmStage
    item_ids: tuple[int, ...] = ()
    total: int = 0
    refusal: Denial | None = None

    @property
    def others(self) -> tuple[CrmStage, ...]:
        return self.directory.without(self.stage.id).stages

    @property
    def before(self) -> CrmStage | None:
        """The row of the same kind in front of it: the likeliest wish for its items."""
        group = self.directory.group(self.stage.semantic)
        at = next((place for place, stage in enumerate(group) if stage.id == self.stage.id), 0)
        return group[at - 1] if at else None

    @property
    def system(self) -> bool:
        return self.stage.system

    @property
    def complete(self) -> bool:
        """Whether `item_ids` are all the items of the stage that the person can see."""
        return len(self.item_ids) >= self.total


def plan_deletion(client: Client, actor: Actor, entity_id: str, stage_id: int) -> CrmDeletionPlan:
    """What stands in the way of deleting a row; one HTTP request, nothing is changed. Or StageGone."""
    del actor
    answer = client.batch(_plan_commands(entity_id, stage_id), halt=False)
    directory = read_one(answer, STAGES, entity_id)
    stage = directory.find(stage_id)
    if stage is None:
        raise StageGone(stage_id)
    item_ids, total = _read_pages(answer, directory)
    denied = isinstance(answer.errors.get(PROBE), Refused)
    refusal = Denial.CRM_READ_ONLY if denied else why_stays(directory, stage)
    return CrmDeletionPlan(directory, stage, item_ids, max(total, len(item_ids)), refusal)


def why_stays(directory: Directory, stage: CrmStage) -> Denial | None:
    """Why a pipeline cannot do without a stage; None for all others and in plain lists."""
    if not directory.has_semantics:
        return None
    if stage.semantic == Semantic.SUCCESS:
        return Denial.CRM_SUCCESS_STAGE
    if stage.semantic == Semantic.FAILURE:
        return Denial.CRM_LAST_FAILURE if len(directory.group(Semantic.FAILURE)) == 1 else None
    return Denial.CRM_START_STAGE if directory.start == stage else None


def _plan_commands(entity_id: str, stage_id: int) -> dict[str, Command]:
    """The items are asked for by a reference to the row; where that is gone, their answers are not used."""
    commands = {
        ROW: crm_calls.status_get(stage_id),
        STAGES: crm_calls.status_list(entity_id),
        PROBE: crm_calls.status_probe(stage_id),
        **naming_commands(kinds_of([entity_id])),
    }
    entity_type_id = kind_of(entity_id).entity_type_id
    if entity_type_id is not None:
        for page in range(PAGES):
            start = page * crm_calls.PAGE_SIZE
            reference = f"$result[{ROW}][STATUS_ID]"
            commands[f"{PAGE}{page}"] = crm_calls.list_items(entity_type_id, reference, start=start)
    return commands


def _read_pages(answer: BatchAnswer, directory: Directory) -> tuple[tuple[int, ...], int]:
    """Ids in order, each once, and the exact number. Raises when the list was refused."""
    if directory.entity_type_id is None:
        return (), 0
    total = answer[f"{PAGE}0"].total or 0
    found: dict[int, None] = {}
    for page in range(PAGES):
        items = answer.get(f"{PAGE}{page}")
        if items and page * crm_calls.PAGE_SIZE < max(total, 1):
            found |= dict.fromkeys(row.id for row in crm_calls.parse_items(items))
    return tuple(found), total


# --- items ---
def move_items(
    client: Client, entity_type_id: int, item_ids: Sequence[int], status_id: str
) -> list[CardResult]:
    """Move up to 50 items into a stage; one HTTP request, one result per item, checked by the answers.

    Automation rules of the stage may run. ValueError for more than 50.
    """
    if len(item_ids) > BATCH_SIZE:
        raise ValueError(f"a portion holds {BATCH_SIZE} items, not {len(item_ids)}")
    moves = {f"i{item_id}": crm_calls.move_item(entity_type_id, item_id, status_id) for item_id in item_ids}
    answer = client.batch(moves, halt=False)
    return [_move_result(answer, item_id, status_id) for item_id in item_ids]


def _move_result(answer: BatchAnswer, item_id: int, status_id: str) -> CardResult:
    key = f"i{item_id}"
    moved = answer.get(key)
    if moved is None:
        return CardResult(item_id, answer.errors.get(key) or MoveIgnored(item_id, 0))
    item = crm_calls.parse_item(moved.result)
    taken = item.stage_id in ("", status_id)
    return CardResult(item_id, None if taken else MoveIgnored(item_id, 0), item.title)


@recipe
class MoveItemsBack(Recipe, frozen=True, tag="crm_items"):
    """Items back into the stage that could not be deleted after all.

    They go from the stage with the STATUS_ID `from_code` to that with `to_code`; those that stand elsewhere
    by now stay there. `label` names the stage.
    """

    entity_id: str
    items: tuple[int, ...]
    from_code: str
    to_code: str
    label: str

    def run(self, client: Client, context: UndoContext) -> CrmOutcome:
        """One HTTP request to find them and one per 50 items; nothing is done when all were refused."""
        del context
        entity_type_id = item_type(self.entity_id)
        there = self._still_there(client, entity_type_id)
        results: list[CardResult] = []
        for part in chunks(there, crm_calls.PAGE_SIZE):
            results += move_items(client, entity_type_id, part, self.to_code)
        done = tuple(result.task_id for result in results if result.error is None)
        counted = (
            (NoticeCode.TASKS_LEFT_ALONE, len(self.items) - len(there)),
            (NoticeCode.TASKS_NOT_MOVED, len(results) - len(done)),
        )
        back = msgspec.structs.replace(self, items=done, from_code=self.to_code, to_code=self.from_code)
        change = items_change(back, [note(code, count=count) for code, count in counted if count])
        return Outcome(change, (), tuple(results), none_worked(tuple(results)))

    def _still_there(self, client: Client, entity_type_id: int) -> list[int]:
        """Those items that are where they were put, in their order. Raises when even asking was refused."""
        commands = {
            f"{FIND}{index}": crm_calls.find_items(entity_type_id, part, self.from_code)
            for index, part in enumerate(chunks(self.items, crm_calls.PAGE_SIZE))
        }
        packed = send_packed(client, commands)
        found: set[int] = set()
        for key in commands:
            answer = packed.get(key)
            if answer is None:
                raise packed.error(key) or AssertionError(key)
            found |= {row.id for row in crm_calls.parse_items(answer)}
        return [item_id for item_id in self.items if item_id in found]


def items_change(way_back: MoveItemsBack, notices: Sequence[Notice], target: int = 0) -> Change:
    """The change of items that were moved, from the recipe that moves them back; `target` is a row's id."""
    count = {"count": len(way_back.items)}
    rules = [note(NoticeCode.CRM_RULES_MAY_RUN)] if way_back.items else []
    return Change(
        kind=Kind.CRM_ITEMS_MOVE,
        board_key=f"{BOARD_KEY}{way_back.entity_id}",
        target=target,
        label=way_back.label,
        before=count,
        after=count,
        undo=way_back if way_back.items else None,
        notices=(*notices, *rules),
    )


# --- the row ---
def delete_row(
    client: Client,
    entity_id: str,
    stage_id: int,
    *,
    forced: bool = False,
    seen: Directory | None = None,
    code: str = "",
) -> RowChange:
    """Delete a row that should be empty now; one HTTP request.

    `seen`: the directory of the plan, in case an answer gets lost; `code`: its STATUS_ID, by which it is
    found when it was restored under another id meanwhile. Raises StageGone, AccessDenied, StageIsSystem (not
    forced), StageNotEmpty.
    """
    commands = {
        STAGES: crm_calls.status_list(entity_id),
        PROBE: crm_calls.status_probe(stage_id),
        DELETE: crm_calls.status_delete(stage_id, forced=forced),
        AFTER: crm_calls.status_list(entity_id),
        **naming_commands(kinds_of([entity_id])),
    }
    answer, lost = read_then_write(client, commands)
    before = read_one(answer, STAGES, entity_id)
    stage = before.find(stage_id)
    restored = before.by_status_id(code) if code and stage is None else None
    if restored:
        seen = seen and _renumbered(seen, code, restored.id)
        return delete_row(client, entity_id, restored.id, forced=forced, seen=seen)
    gone = seen.find(stage_id) if lost and stage is None and seen else None
    if seen and gone:
        notices = (note(NoticeCode.ANSWER_LOST_BUT_DONE),)
        return RowChange(replace(seen, name=before.name), before, gone, notices)
    _raise_refusal(answer, stage, stage_id, forced=forced)
    assert stage is not None  # it was there, or it would not have been deleted
    now = read_one(answer, AFTER, entity_id) if AFTER in answer else before.without(stage_id)
    return RowChange(before, now, stage)


def _renumbered(seen: Directory, code: str, stage_id: int) -> Directory:
    """The directory of the plan, in which a restored row has the id it has now."""
    stages = (replace(stage, id=stage_id) if stage.status_id == code else stage for stage in seen.stages)
    return replace(seen, stages=tuple(stages))


def _raise_refusal(answer: BatchAnswer, stage: CrmStage | None, stage_id: int, *, forced: bool) -> None:
    """Raise what the refusal means (§6.6). All have no code, but they are checked in a known order."""
    error = next(iter(answer.errors.values()), None)
    if DELETE in answer or not isinstance(error, Refused):
        answer.require(DELETE)
        return
    if stage is None:
        raise StageGone(stage_id)
    if DELETE not in answer.errors:
        raise denied(error)
    kind = StageIsSystem if stage.system and not forced else StageNotEmpty
    raise kind(error.code, error.description, status=error.status, method=error.method)
