"""Deleting a row of a directory: what stands in its way, moving its items in portions of 50, the deletion.

The portal deletes no stage with items, and a row of the system only when forced; with that it would delete
even the stages a pipeline cannot do without (behaviour.md §6.6), so those are refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import Refused, StageIsSystem, StageNotEmpty
from b24.methods import crm as crm_calls
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import NotTaken, StageGone
from boards.core.model import Actor, CardResult, Notice, Why
from boards.crm.changes import state_of
from boards.crm.codes import is_code
from boards.crm.kinds import kind_of
from boards.crm.load import naming_commands, read_one
from boards.crm.model import CrmOutcome, CrmStage, Directory, Semantic, StageResult
from boards.crm.writing import denied, kinds_of

ROW, STAGES, PROBE, PAGE = "row", "stages", "probe", "page_"
DELETE, AFTER = "delete", "after"
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
    refusal: Why | None = None

    @property
    def others(self) -> tuple[CrmStage, ...]:
        return tuple(one for one in self.directory.stages if one.id != self.stage.id)

    @property
    def before(self) -> CrmStage | None:
        """The row of the same kind in front of it: the likeliest wish for its items."""
        kin = [one for one in self.directory.stages if one.semantic == self.stage.semantic]
        at = next((place for place, one in enumerate(kin) if one.id == self.stage.id), 0)
        return kin[at - 1] if at else None

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
    refusal = Why.CRM_READ_ONLY if denied else why_stays(directory, stage)
    return CrmDeletionPlan(directory, stage, item_ids, max(total, len(item_ids)), refusal)


def why_stays(directory: Directory, stage: CrmStage) -> Why | None:
    """Why a pipeline cannot do without a stage; None for all others and in plain lists."""
    if not directory.has_semantics:
        return None
    if stage.semantic == Semantic.SUCCESS:
        return Why.CRM_SUCCESS_STAGE
    if stage.semantic == Semantic.FAILURE:
        return Why.CRM_LAST_FAILURE if len(directory.group(Semantic.FAILURE)) == 1 else None
    return Why.CRM_START_STAGE if directory.start == stage else None


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
        one = answer.get(f"{PAGE}{page}")
        if one and page * crm_calls.PAGE_SIZE < max(total, 1):
            found |= dict.fromkeys(row.id for row in crm_calls.parse_items(one))
    return tuple(found), total


def move_items(
    client: Client, entity_type_id: int, item_ids: Sequence[int], status_id: str
) -> list[CardResult]:
    """Move up to 50 items into a stage; one HTTP request, one result per item, checked by the answers.

    Automation rules of the stage may run. ValueError for more than 50.
    """
    if len(item_ids) > BATCH_SIZE:
        raise ValueError(f"a portion holds {BATCH_SIZE} items, not {len(item_ids)}")
    moves = {f"i{one}": crm_calls.move_item(entity_type_id, one, status_id) for one in item_ids}
    answer = client.batch(moves, halt=False)
    return [_moved(answer, one, status_id) for one in item_ids]


def _moved(answer: BatchAnswer, item_id: int, status_id: str) -> CardResult:
    told = answer.get(f"i{item_id}")
    if told is None:
        return CardResult(item_id, answer.errors.get(f"i{item_id}") or NotTaken(item_id, 0))
    item = crm_calls.parse_item(told.result)
    taken = item.stage_id in ("", status_id)
    return CardResult(item_id, None if taken else NotTaken(item_id, 0), item.title)


def finish_deletion(
    client: Client,
    actor: Actor,
    entity_id: str,
    stage_id: int,
    *,
    forced: bool = False,
    moved: Sequence[int] = (),
    target: CrmStage | None = None,
    seen: Directory | None = None,
    code: str = "",
) -> CrmOutcome:
    """Delete a row that should be empty now; one HTTP request.

    `moved` items went to `target` before, for the undo; `seen`: the directory of the plan, in case an answer
    gets lost; `code`: its STATUS_ID, by which it is found when it was restored under another id meanwhile.
    Raises StageGone, AccessDenied, StageIsSystem (not forced), StageNotEmpty.
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
    notices: list[Notice] = []
    again = before.by_status_id(code) if code and before.find(stage_id) is None else None
    if again:
        seen = _under(seen, code, again.id)
        return finish_deletion(
            client, actor, entity_id, again.id, forced=forced, moved=moved, target=target, seen=seen
        )
    if lost and before.find(stage_id) is None and seen and seen.find(stage_id):
        now, before = before, replace(seen, name=before.name)
        notices.append(note(NoticeCode.ANSWER_LOST_BUT_DONE))
    else:
        _really(answer, before, stage_id, forced=forced)
        left = tuple(one for one in before.stages if one.id != stage_id)
        now = read_one(answer, AFTER, entity_id) if AFTER in answer else replace(before, stages=left)
    return deleted(before, now, stage_id, tuple(moved), target, notices)


def _under(seen: Directory | None, code: str, stage_id: int) -> Directory | None:
    """The directory of the plan, in which a restored row has the id it has now."""
    if seen is None:
        return None
    stages = (replace(one, id=stage_id) if one.status_id == code else one for one in seen.stages)
    return replace(seen, stages=tuple(stages))


def _really(answer: BatchAnswer, before: Directory, stage_id: int, *, forced: bool) -> None:
    """Raise what the refusal means (§6.6). All have no code, but they are checked in a known order."""
    error = next(iter(answer.errors.values()), None)
    if DELETE in answer or not isinstance(error, Refused):
        _ = answer[DELETE]
        return
    stage = before.find(stage_id)
    if stage is None:
        raise StageGone(stage_id)
    if DELETE not in answer.errors:
        raise denied(error)
    raise _said(StageIsSystem if stage.system and not forced else StageNotEmpty, error)


def _said(kind: type[Refused], error: Refused) -> Refused:
    return kind(error.code, error.description, status=error.status, method=error.method)


def deleted(
    before: Directory,
    now: Directory,
    stage_id: int,
    moved: tuple[int, ...],
    target: CrmStage | None,
    notices: Sequence[Notice],
) -> CrmOutcome:
    """The outcome of a deletion; `moved` and `target` as for `finish_deletion`."""
    stage = before.find(stage_id)
    assert stage is not None  # it was there, or it would not have been deleted
    notices = [*notices, *_warnings(stage, moved)]
    change = Change(
        kind=Kind.CRM_DELETE,
        board_key=before.board_key,
        target=stage_id,
        label=stage.name,
        before=state_of(before, stage),
        after={**state_of(now, None), "moved": len(moved)},
        undo=_way_back(before, now, stage, moved, target),
        notices=tuple(notices),
    )
    result = StageResult(stage_id, before.entity_id, stage.name)
    items = tuple(CardResult(one) for one in moved)
    return CrmOutcome(change, (now,), change.notices, (result,), items)


def _warnings(stage: CrmStage, moved: Sequence[int]) -> list[Notice]:
    found = [note(NoticeCode.CRM_RULES_MAY_RUN)] if moved else []
    if not is_code(stage.entity_id, stage.status_id):
        found.append(note(NoticeCode.CRM_CODE_CANNOT_RETURN, status_id=stage.status_id))
    return found


def _way_back(
    before: Directory, now: Directory, stage: CrmStage, moved: Sequence[int], target: CrmStage | None
) -> dict[str, Any] | None:
    """The row as it was, its neighbours, and where its items are. None for a code nobody can add."""
    if not is_code(stage.entity_id, stage.status_id):
        return None
    place = before.ids.index(stage.id)
    return {
        "op": "crm_restore",
        "entity_id": stage.entity_id,
        "id": stage.id,
        "status_id": stage.status_id,
        "name": stage.name,
        "sort": stage.sort,
        "color": stage.raw_color,
        "semantic": stage.semantic.value,
        "system": stage.system,
        "before": [one.status_id for one in before.stages[:place]],
        "left": [[one.id, one.status_id, one.sort, one.semantic.letter] for one in now.stages],
        "moved": list(moved),
        "target_id": target.id if target else 0,
        "target_code": target.status_id if target else "",
    }
