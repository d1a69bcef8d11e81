"""Adding a row to a directory: in one batch, at a place the portal accepts (behaviour.md §6.4).

The portal renumbers nothing and checks a new row only: a stage in progress must stand before the success
stage, a failure behind it, and there is one success stage. Where there is no room between two rows, others
are given new SORT values in the same batch. `add` refuses mostly without a code, so the batch asks for the
right first; what is left follows from the list that was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24.client import BatchAnswer, Client, Command
from b24.errors import CodeRefused, OutcomeUnknown, PortalTimeout, Refused
from b24.methods import crm as crm_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Actor, Notice
from boards.crm.changes import read_directory, state_of
from boards.crm.codes import require_code, taken_codes
from boards.crm.load import naming_commands, read_one
from boards.crm.model import GROUPS, CrmOutcome, CrmStage, Directory, RowEdit, Semantic, StageResult, ordered
from boards.crm.snapshot import seen_text
from boards.crm.sort_values import between, plan_sorts
from boards.crm.writing import FIELDS, denied, differing, edited, kinds_of, values_of

BEFORE, PROBE, SHIFT, ADD, AFTER = "before", "probe", "shift_", "add", "after"
NEW = 0
ROOM_FOR_SHIFTS = 40
"""A batch has 50 places; so many rows at most are moved aside for a new one."""


@dataclass(frozen=True)
class Added:
    """A row that was added: the directory before and now, the new row, and what to know."""

    before: Directory
    directory: Directory
    stage: CrmStage
    notices: tuple[Notice, ...] = ()


def add_stage(
    client: Client,
    actor: Actor,
    entity_id: str,
    name: str,
    status_id: str,
    color: str,
    after_id: int,
    semantic: Semantic | str = Semantic.PROCESS,
    *,
    seen: Directory | None = None,
) -> CrmOutcome:
    """Add a row behind another one (0: at the front of its group); color "" is none, plain lists have none.

    `seen`: the directory as the person saw it; one HTTP request with it, two without. Only if its answer gets
    lost, or the place was taken meanwhile, there is one more. BadInput for a bad name, color or code, for a
    code that is taken and for a second success stage.
    """
    del actor
    directory = seen or read_directory(client, entity_id)
    meaning = Semantic(semantic) if directory.has_semantics else Semantic.PROCESS
    wanted = CrmStage(
        id=NEW,
        status_id=directory.prefix + require_code(entity_id, status_id, taken_codes(directory)),
        name=require_title(name, "name"),
        sort=0,
        semantic=meaning,
        entity_id=entity_id,
        raw_color=require_color(color) if color and directory.has_colors else "",
    )
    return outcome_of(insert(client, directory, wanted, after_id), Kind.CRM_ADD)


def insert(client: Client, directory: Directory, wanted: CrmStage, after_id: int) -> Added:
    """Add the row. BadInput, AccessDenied, or what else the portal said; never adds twice."""
    _check_success(directory, wanted)
    shifts, placed = place(directory, wanted, after_id)
    try:
        answer = _send(client, directory, shifts, placed)
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        return _look(client, directory, wanted, after_id)
    return _read(client, directory, placed, after_id, answer)


def place(directory: Directory, wanted: CrmStage, after_id: int) -> tuple[dict[int, int], CrmStage]:
    """New SORT values of other rows, as few as possible, and the row with its own.

    Behind a stage that is not there, or of another group, means last in the group. A SORT that the row brings
    along, from before it was deleted, is kept where it is free.
    """
    if wanted.sort and fits(directory, wanted):
        return {}, wanted
    order = _with(directory.stages, wanted, after_id)
    alone = replace(wanted, sort=_between(order))
    if alone.sort and fits(directory, alone):
        return {}, alone
    sorts = plan_sorts([(one.id, None if one.id == NEW else one.sort) for one in order])
    own = sorts.pop(NEW)
    if len(sorts) > ROOM_FOR_SHIFTS:  # only a list whose values are all alike; then it goes to its end
        return {}, replace(wanted, sort=max(one.sort for one in directory.stages) + 10)
    return sorts, replace(wanted, sort=own)


def _between(order: Sequence[CrmStage]) -> int:
    """A SORT between the new row's neighbours in that order; 0 where there is no room."""
    at = [one.id for one in order].index(NEW)
    low = order[at - 1].sort if at else 0
    high = order[at + 1].sort if at + 1 < len(order) else None
    return next(iter(between(low, high, 1)), 0) if high is None or high - low > 1 else 0


def fits(directory: Directory, one: CrmStage) -> bool:
    """Whether a row's own SORT puts it where the portal takes it, between others and equal to none."""
    order = ordered([*directory.stages, one])
    at = order.index(one)
    above = all(other.sort < one.sort for other in order[:at])
    return above and all(one.sort < other.sort for other in order[at + 1 :])


def _with(stages: Sequence[CrmStage], wanted: CrmStage, after_id: int) -> list[CrmStage]:
    group = [one for one in stages if one.semantic == wanted.semantic]
    ids = [one.id for one in group]
    at = 0 if after_id == 0 else ids.index(after_id) + 1 if after_id in ids else len(group)
    group.insert(at, wanted)
    rank = GROUPS.index(wanted.semantic)
    before = [one for one in stages if GROUPS.index(one.semantic) < rank]
    return [*before, *group, *(one for one in stages if GROUPS.index(one.semantic) > rank)]


def _check_success(directory: Directory, wanted: CrmStage) -> None:
    if wanted.semantic == Semantic.SUCCESS and directory.group(Semantic.SUCCESS):
        raise BadInput("semantic", BadInputCode.SECOND_SUCCESS)


def _send(client: Client, directory: Directory, shifts: dict[int, int], one: CrmStage) -> BatchAnswer:
    entity_id, empty = directory.entity_id, not directory.stages
    look = crm_calls.status_list(entity_id)
    commands: dict[str, Command] = {BEFORE: look}
    if not empty:  # without a row there is none to ask for the right with
        commands[PROBE] = crm_calls.status_probe(f"$result[{BEFORE}][0][ID]")
    for row_id, sort in shifts.items():
        commands[f"{SHIFT}{row_id}"] = crm_calls.status_update(row_id, sort=sort)
    commands[ADD] = crm_calls.status_add(
        entity_id,
        one.status_id,
        one.name,
        sort=one.sort,
        color=one.raw_color,
        semantics=one.semantic.letter,
    )
    commands |= {AFTER: look, **naming_commands(kinds_of([entity_id]))}
    return client.batch(commands, halt=True, repeatable=False)


def _read(client: Client, seen: Directory, placed: CrmStage, after_id: int, answer: BatchAnswer) -> Added:
    before = read_one(answer, BEFORE, seen.entity_id)
    if ADD not in answer:
        return _refused(client, seen, before, placed, after_id, answer)
    new_id = crm_calls.parse_id(answer[ADD].result)
    after = read_one(answer, AFTER, seen.entity_id) if AFTER in answer else None
    found = after.find(new_id) if after else None
    notices = [] if before.ids == seen.ids else [note(NoticeCode.BOARD_CHANGED_MEANWHILE)]
    if after is None or found is None:
        found = edited(replace(placed, id=new_id), RowEdit(color=placed.raw_color))
        after = replace(before, stages=ordered([*before.stages, found]))
        notices.append(note(NoticeCode.CRM_RESULT_UNCHECKED))
    missed = differing(values_of(found), RowEdit(placed.name, placed.sort, placed.raw_color))
    if missed:
        notices.append(note(NoticeCode.CRM_VALUE_NOT_TAKEN, fields=[FIELDS[name] for name in missed]))
    return Added(before, after, found, tuple(notices))


def _refused(
    client: Client, seen: Directory, before: Directory, placed: CrmStage, after_id: int, answer: BatchAnswer
) -> Added:
    """What stopped the batch. Without a code it is the right when the probe was refused, else the place; that
    is tried once more with the rows as they are now.
    """
    error = next(iter(answer.errors.values()), None)
    if error is None:
        _ = answer[ADD]
    if not isinstance(error, Refused):
        raise error or AssertionError("nothing was refused")
    if ADD not in answer.errors or not before.stages:
        raise denied(error)
    code = placed.status_id.removeprefix(before.prefix)
    if code.upper() in taken_codes(before):
        raise BadInput("status_id", BadInputCode.CODE_TAKEN, value=code)
    _check_success(before, placed)
    if isinstance(error, CodeRefused) or seen is before or place(before, placed, after_id)[1] == placed:
        raise error
    return insert(client, before, placed, after_id)


def _look(client: Client, seen: Directory, wanted: CrmStage, after_id: int) -> Added:
    """The answer got lost. A code is there once only: if it is there now and was not before, it is ours."""
    now = replace(read_directory(client, seen.entity_id), name=seen.name, start_code=seen.start_code)
    found = now.by_status_id(wanted.status_id)
    if found is None:
        shifts, placed = place(now, wanted, after_id)
        return _read(client, now, placed, after_id, _send(client, now, shifts, placed))
    before = replace(now, stages=tuple(one for one in now.stages if one.id != found.id))
    return Added(before, now, found, (note(NoticeCode.ANSWER_LOST_BUT_DONE),))


def outcome_of(
    added: Added,
    kind: Kind,
    notices: Sequence[Notice] = (),
    *,
    target: tuple[int, str] = (0, ""),
    more: Mapping[str, Any] | None = None,
) -> CrmOutcome:
    """The outcome of an addition. Its undo deletes the row again; items go to `target` (id, STATUS_ID)."""
    stage, notices = added.stage, (*added.notices, *notices)
    undo: dict[str, Any] = {
        "op": "crm_delete",
        "entity_id": stage.entity_id,
        "id": stage.id,
        "status_id": stage.status_id,
        "target_id": target[0],
        "target_code": target[1],
        "seen": seen_text(added.directory),
    }
    change = Change(
        kind=kind,
        board_key=added.directory.board_key,
        target=stage.id,
        label=stage.name,
        before=state_of(added.before, None),
        after={**state_of(added.directory, stage), **(more or {})},
        undo=undo,
        notices=notices,
    )
    result = StageResult(stage.id, stage.entity_id, stage.name)
    return CrmOutcome(change, (added.directory,), notices, (result,))
