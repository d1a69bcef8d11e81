"""Putting a row into a directory: in one batch, at a place the portal accepts (behaviour.md §6.4).

The portal renumbers nothing and checks a new row only: a stage in progress must stand before the success
stage, a failure behind it, and there is one success stage. Where there is no room between two rows, others
are given new SORT values in the same batch. `add` refuses mostly without a code, so the batch asks for the
right first; what is left follows from the list that was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from b24.client import BatchAnswer, Client, Command
from b24.errors import CodeRefused, NotRun, Refused
from b24.methods import crm as crm_calls
from boards.core.batches import ADD, BEFORE, unless_lost
from boards.core.change import NoticeCode, note
from boards.core.errors import BadInput, BadInputCode
from boards.crm.changes import read_directory
from boards.crm.codes import taken_codes
from boards.crm.load import naming_commands, read_one
from boards.crm.model import GROUPS, CrmStage, Directory, RowChange, RowEdit, Semantic, ordered
from boards.crm.sort_values import between, plan_sorts
from boards.crm.writing import FIELDS, denied, differing, edited, kinds_of, values_of

PROBE, SHIFT, AFTER = "probe", "shift_", "after"
NEW = 0
"""The number of a row that is not in the portal yet."""
ROOM_FOR_SHIFTS = 40
"""A batch has 50 places; so many rows at most are moved aside for a new one."""


def insert(client: Client, seen: Directory, wanted: CrmStage, after_id: int) -> RowChange:
    """Add the row behind another one (0: at the front of its group); `seen` is the directory as it was known.

    BadInput for a code or a success stage that is there already, AccessDenied, or what else the portal said.
    One HTTP request; a second one when its answer gets lost, which never adds twice.
    """
    _check_success(seen, wanted)
    shifts, placed = place(seen, wanted, after_id)
    answer = unless_lost(lambda: _send(client, seen, shifts, placed))
    if answer is None:
        return _insert_if_missing(client, seen, wanted, after_id)
    return _read(client, seen, placed, after_id, answer)


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
    sorts = plan_sorts([(stage.id, None if stage.id == NEW else stage.sort) for stage in order])
    own = sorts.pop(NEW)
    if len(sorts) > ROOM_FOR_SHIFTS:  # only a list whose values are all alike; then it goes to its end
        return {}, replace(wanted, sort=max(stage.sort for stage in directory.stages) + 10)
    return sorts, replace(wanted, sort=own)


def _between(order: Sequence[CrmStage]) -> int:
    """A SORT between the new row's neighbours in that order; 0 where there is no room."""
    at = [stage.id for stage in order].index(NEW)
    low = order[at - 1].sort if at else 0
    high = order[at + 1].sort if at + 1 < len(order) else None
    return next(iter(between(low, high, 1)), 0) if high is None or high - low > 1 else 0


def fits(directory: Directory, row: CrmStage) -> bool:
    """Whether a row's own SORT puts it where the portal takes it, between others and equal to none."""
    order = ordered([*directory.stages, row])
    at = order.index(row)
    above = all(other.sort < row.sort for other in order[:at])
    return above and all(row.sort < other.sort for other in order[at + 1 :])


def _with(stages: Sequence[CrmStage], wanted: CrmStage, after_id: int) -> list[CrmStage]:
    group = [stage for stage in stages if stage.semantic == wanted.semantic]
    ids = [stage.id for stage in group]
    at = 0 if after_id == 0 else ids.index(after_id) + 1 if after_id in ids else len(group)
    group.insert(at, wanted)
    rank = GROUPS.index(wanted.semantic)
    before = [stage for stage in stages if GROUPS.index(stage.semantic) < rank]
    return [*before, *group, *(stage for stage in stages if GROUPS.index(stage.semantic) > rank)]


def _check_success(directory: Directory, wanted: CrmStage) -> None:
    if wanted.semantic == Semantic.SUCCESS and directory.group(Semantic.SUCCESS):
        raise BadInput("semantic", BadInputCode.SECOND_SUCCESS)


def _send(client: Client, directory: Directory, shifts: dict[int, int], row: CrmStage) -> BatchAnswer:
    entity_id, empty = directory.entity_id, not directory.stages
    look = crm_calls.status_list(entity_id)
    commands: dict[str, Command] = {BEFORE: look}
    if not empty:  # without a row there is none to ask for the right with
        commands[PROBE] = crm_calls.status_probe(f"$result[{BEFORE}][0][ID]")
    for row_id, sort in shifts.items():
        commands[f"{SHIFT}{row_id}"] = crm_calls.status_update(row_id, sort=sort)
    commands[ADD] = crm_calls.status_add(
        entity_id,
        row.status_id,
        row.name,
        sort=row.sort,
        color=row.raw_color,
        semantics=row.semantic.letter,
    )
    commands |= {AFTER: look, **naming_commands(kinds_of([entity_id]))}
    return client.batch(commands, halt=True, repeatable=False)


def _read(client: Client, seen: Directory, placed: CrmStage, after_id: int, answer: BatchAnswer) -> RowChange:
    before = read_one(answer, BEFORE, seen.entity_id)
    if ADD not in answer:
        return _insert_elsewhere(client, seen, before, placed, after_id, answer)
    new_id = crm_calls.parse_id(answer[ADD].result)
    now = read_one(answer, AFTER, seen.entity_id) if AFTER in answer else None
    found = now.find(new_id) if now else None
    notices = [] if before.ids == seen.ids else [note(NoticeCode.BOARD_CHANGED_MEANWHILE)]
    if now is None or found is None:
        found = edited(replace(placed, id=new_id), RowEdit(color=placed.raw_color))
        now = replace(before, stages=ordered([*before.stages, found]))
        notices.append(note(NoticeCode.CRM_RESULT_UNCHECKED))
    missed = differing(values_of(found), RowEdit(placed.name, placed.sort, placed.raw_color))
    if missed:
        notices.append(note(NoticeCode.CRM_VALUE_NOT_TAKEN, fields=[FIELDS[field] for field in missed]))
    return RowChange(before, now, found, tuple(notices))


def _insert_elsewhere(
    client: Client, seen: Directory, before: Directory, placed: CrmStage, after_id: int, answer: BatchAnswer
) -> RowChange:
    """Raise what stopped the batch, or try once more where it was the place.

    A refusal without a code is about the right when the probe was refused, else about the place; that is
    found again among the rows as they are now.
    """
    error = next(iter(answer.errors.values()), None)
    if not isinstance(error, Refused):
        raise error or NotRun("NOT_RUN", method=ADD)
    if ADD not in answer.errors or not before.stages:
        raise denied(error)
    code = placed.status_id.removeprefix(before.prefix)
    if code.upper() in taken_codes(before):
        raise BadInput("status_id", BadInputCode.CODE_TAKEN, value=code)
    _check_success(before, placed)
    if isinstance(error, CodeRefused) or seen is before or place(before, placed, after_id)[1] == placed:
        raise error
    return insert(client, before, placed, after_id)


def _insert_if_missing(client: Client, seen: Directory, wanted: CrmStage, after_id: int) -> RowChange:
    """The answer got lost. A code is there once only: if it is there now and was not before, it is ours."""
    now = replace(read_directory(client, seen.entity_id), name=seen.name, start_code=seen.start_code)
    found = now.by_status_id(wanted.status_id)
    if found is None:
        shifts, placed = place(now, wanted, after_id)
        return _read(client, now, placed, after_id, _send(client, now, shifts, placed))
    return RowChange(now.without(found.id), now, found, (note(NoticeCode.ANSWER_LOST_BUT_DONE),))
