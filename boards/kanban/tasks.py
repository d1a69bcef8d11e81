"""The task in the drawer: read, edit, act. Each action is one halted batch: read what was, then write.

`tasks.task.get` never says "not found", it answers `[]` (surprise 1). A stage is moved to, never written:
`update` would store any number, and the card would vanish from the board (surprise 20).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from b24.client import BatchAnswer, Client, Command
from b24.errors import NotFound
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from b24.methods.users import PersonRow
from boards.core.batches import read_then_write
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.errors import BadInput, BadInputCode, MoveIgnored
from boards.core.ids import IdKind, current_id
from boards.core.model import Actor, BoardRef
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.core.tasks import TASK_FIELDS, Task, TaskEdit, to_status, to_task
from boards.kanban import neighbours
from boards.kanban.queries import CARD_ORDER
from boards.kanban.task_edits import (
    Values,
    checked,
    compared,
    current,
    edit_of,
    reached,
    restoring,
    status_change,
    unseen,
    values_of,
    wire_fields,
)

STAGES, WAS, WRITE, MOVE, NOW, ACT = "stages", "was", "write", "move", "now", "act_"
FIRST = f"$result[{STAGES}][0][ID]"
GROUP, OWN = f"$result[{WAS}][task][groupId]", f"$result[{WAS}][task][stageId]"

ACTIONS = ("complete", "renew", "start", "pause", "defer")


class TaskSituation(msgspec.Struct, frozen=True):
    """`TaskContext` as the journal keeps it."""

    status: str = ""
    auditors: tuple[int, ...] | None = None


@dataclass(frozen=True)
class TaskContext:
    """What the person saw besides the fields; asked only when an answer gets lost. "" and None: unknown."""

    status: str = ""
    auditors: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Writing:
    """What goes to a task: `values` of TaskEdit fields, `extra` wire fields that undo adds.

    `first_of`: stage 0 was asked for, the first stage of this project. `spot`: where in its stage an undo
    wants the card (below, above; 0 for anywhere).
    """

    values: Values
    extra: Values
    first_of: int = 0
    spot: neighbours.Neighbours = (0, 0)


@recipe
class EditTask(Recipe, frozen=True, tag="edit_task"):
    """The old values of a task's fields; `extra` are wire fields that go along, `expected` the new values.

    `first_of` and `spot` as in `Writing`; `situation`: the task's status and auditors after the edit.
    """

    by_hand = True  # the stage is one of the values

    task_id: int
    values: dict[str, Any]
    extra: dict[str, Any]
    expected: dict[str, Any]
    first_of: int = 0
    spot: tuple[int, int] | None = None
    situation: TaskSituation | None = msgspec.field(name="beside", default=None)

    def run(self, client: Client, context: UndoContext) -> Outcome[Task | None]:
        values = values_of(edit_of(self.values))
        if values.get("stage_id"):
            values["stage_id"] = current_id(context.resolve, IdKind.STAGE, values["stage_id"])
        writing = Writing(values, dict(self.extra), self.first_of, self.spot or (0, 0))
        known = self.situation and TaskContext(self.situation.status, self.situation.auditors)
        return write_task(client, context.actor, self.task_id, writing, self.expected, known or TaskContext())


@recipe
class ActOnTask(Recipe, frozen=True, tag="task_actions"):
    """Status actions that lead back; `seen`: the status they start from."""

    task_id: int
    actions: tuple[str, ...]
    seen: str = ""

    def run(self, client: Client, context: UndoContext) -> Outcome[Task | None]:
        return run_actions(client, context.actor, self.task_id, self.actions, self.seen)


def load_task(client: Client, actor: Actor, task_id: int) -> Task:
    """One task, one HTTP request. NotFound when it is gone or not for this person."""
    row = task_calls.parse_task(client.call(task_calls.get(task_id)).result)
    return to_task(_task_or_gone(row), actor.now)


def update_task(
    client: Client,
    actor: Actor,
    task_id: int,
    edit: TaskEdit,
    *,
    seen: TaskEdit | None = None,
    context: TaskContext | None = None,
) -> Outcome[Task | None]:
    """Save what was changed in the drawer; one HTTP request.

    `seen`: the same fields as the person saw them; untouched ones are not sent, and one that somebody else
    changed meanwhile is saved over with a notice that names the value that was lost. BadInput for a bad
    value or nothing to change; NotFound, AccessDenied, ActionUnavailable from the portal.
    """
    values = values_of(checked(unseen(replace(edit, add_tags=None), seen)))
    return write_task(client, actor, task_id, Writing(values, {}), values_of(seen) if seen else {}, context)


def write_task(
    client: Client,
    actor: Actor,
    task_id: int,
    writing: Writing,
    expected: Mapping[str, Any],
    context: TaskContext | None = None,
) -> Outcome[Task | None]:
    """`update_task` after its checks, for undo: old values go back as they were."""
    answer, lost = read_then_write(client, _commands(task_id, writing))
    was = _task_or_gone(task_calls.parse_task(answer[WAS].result))
    stage_refused = _refused_stage(answer, writing)
    values = {
        name: value for name, value in writing.values.items() if not (stage_refused and name == "stage_id")
    }
    now = _read(answer, was, values)
    if now and values.get("stage_id") and now.stage_id != values["stage_id"]:
        raise MoveIgnored(task_id, now.stage_id)
    if lost:
        was = _untouched(was, values, context)
    found = compared(was, values, expected, lost=lost)
    notices = found.notices()
    if stage_refused:
        notices.append(note(NoticeCode.STAGE_NOT_TAKEN, stage_id=writing.values["stage_id"]))
    if now is None:
        notices.append(note(NoticeCode.TASK_UNREADABLE))
    change = Change(
        kind=Kind.TASK_EDIT,
        board_key=BoardRef(was.group_id).key,
        target=task_id,
        label=was.title,
        before={**found.way_back, "names": _names(was, values)},
        after={**(current(now, values) if now else values), "names": _names(now, values) if now else {}},
        undo=_undo(was, values, found.way_back, now, _spot(answer, was, values, lost)),
        notices=tuple(notices),
    )
    return Outcome(change, to_task(now, actor.now) if now else None)


def task_action(
    client: Client, actor: Actor, task_id: int, action: str, *, seen_status: str = ""
) -> Outcome[Task | None]:
    """complete, renew, start, pause or defer; one HTTP request. `seen_status`: as the person saw it.

    BadInput for another word, ActionUnavailable when the task does not allow it now, NotFound.
    """
    if action not in ACTIONS:
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION, value=action[:40])
    return run_actions(client, actor, task_id, (action,), seen_status)


def run_actions(
    client: Client, actor: Actor, task_id: int, actions: Sequence[str], seen_status: str = ""
) -> Outcome[Task | None]:
    """Status actions one after the other, halting at the first refusal.

    After a lost answer the repetition is refused when the portal had acted; the status then shows it.
    """
    commands = {WAS: task_calls.get(task_id)}
    for index, action in enumerate(actions):
        commands[f"{ACT}{index}"] = task_calls.status_action(action, task_id)
    answer, lost = read_then_write(client, commands)
    was = _task_or_gone(task_calls.parse_task(answer[WAS].result))
    last = f"{ACT}{len(actions) - 1}"
    if lost and last not in answer and reached(actions[-1], to_status(was.status)):
        now: TaskRow | None = was
    else:
        now = _completed(task_calls.parse_task(answer[last].result), was, {})
    status_now = to_status(now.status) if now else None
    done = status_change(to_status(was.status), status_now, seen_status, lost=lost)
    undo = ActOnTask(task_id=task_id, actions=done.back, seen=status_now or "") if done.back else None
    change = Change(
        kind=Kind.TASK_ACTION,
        board_key=BoardRef(was.group_id).key,
        target=task_id,
        label=was.title,
        before={"status": done.before.value},
        after={"status": status_now.value if status_now else "", "actions": list(actions)},
        undo=undo,
        notices=done.notices if now else (note(NoticeCode.TASK_UNREADABLE),),
    )
    return Outcome(change, to_task(now, actor.now) if now else None)


# --- editing ---
def _commands(task_id: int, writing: Writing) -> dict[str, Command]:
    """The task; its new fields; then its stage, because a change of project resets the stage (§5.3)."""
    commands = {WAS: task_calls.get(task_id)}
    written = {**wire_fields(writing.values), **writing.extra}
    if "group_id" in writing.values:  # read before the task leaves, perhaps the first column
        commands[neighbours.FRONT] = _whole({"GROUP_ID": GROUP, "STAGE_ID": [0, OWN]})
    if writing.first_of:
        commands[STAGES] = stage_calls.get(writing.first_of)
    if written:
        commands[WRITE] = task_calls.update(task_id, written)
    if _moves(writing):
        target, (below, above) = writing.values["stage_id"] or FIRST, writing.spot
        neighbour = {"after": above} if above else {"before": below}
        commands |= {} if "group_id" in writing.values else _column(STAGES in commands)
        commands[MOVE] = stage_calls.move_task(task_id, target, **neighbour)
        commands[NOW] = task_calls.get(task_id)
    return commands


def _column(stages_known: bool) -> dict[str, Command]:
    """The column the task stands in, for the way back."""
    commands = {} if stages_known else {STAGES: stage_calls.get(GROUP)}
    for key, stages in ((neighbours.COLUMN, OWN), (neighbours.FRONT, [0, FIRST])):
        commands[key] = _whole({"GROUP_ID": GROUP, "STAGE_ID": stages})
    return commands


def _whole(wanted: Mapping[str, Any]) -> Command:
    return task_calls.list_tasks(wanted, order=CARD_ORDER, select=["ID"], start=-1)


def _spot(answer: BatchAnswer, was: TaskRow, values: Values, lost: bool) -> neighbours.Neighbours:
    """The neighbours the task had; in the first column also those without a stage.

    After a lost answer we may be reading our own move: then nothing is known.
    """
    if lost and (was.stage_id == values.get("stage_id") or was.group_id == values.get("group_id")):
        return 0, 0
    found = (
        neighbours.neighbours(neighbours.column_of(answer, key), was.id)
        for key in (neighbours.FRONT, neighbours.COLUMN)
    )
    return next((spot for spot in found if spot), (0, 0))


def _moves(writing: Writing) -> bool:
    """Whether a stage is to be moved to. Stage 0 needs a project to find the first stage of."""
    stage_id = writing.values.get("stage_id")
    return stage_id is not None and bool(stage_id or writing.first_of)


def _task_or_gone(row: TaskRow | None) -> TaskRow:
    if row is None:
        raise NotFound("TASK_NOT_FOUND", status=200, method="tasks.task.get")
    return row


def _read(answer: BatchAnswer, was: TaskRow, values: Values) -> TaskRow | None:
    """The task after the writing: read again where that was asked for, else as the update gave it."""
    if NOW in answer:
        return task_calls.parse_task(answer[NOW].result)
    return _completed(task_calls.parse_task(answer[WRITE].result), was, values)


def _completed(row: TaskRow | None, was: TaskRow, values: Values) -> TaskRow | None:
    """What writing methods leave out of their answer: tags and CRM links come only when named (§5.2)."""
    return row and replace(row, tags=tuple(values.get("tags", was.tags)), crm=was.crm)


def _refused_stage(answer: BatchAnswer, writing: Writing) -> bool:
    """Whether the fields were saved and only the stage was refused. Any other refusal is raised."""
    if not _moves(writing):
        answer.require(WRITE)
        return False
    if MOVE in answer:
        return False
    if WRITE not in answer:
        answer.raise_first()
    return True


def _untouched(was: TaskRow, values: Values, context: TaskContext | None) -> TaskRow:
    """Handing a task on changes status and auditors as well (behaviour.md §5.3), so after a lost answer
    neither tells what was before; what the person saw does."""
    handed_on = was.responsible and values.get("responsible_id") == was.responsible.id
    if not handed_on or context is None:
        return was
    seen = context.auditors
    auditors = was.auditors if seen is None else tuple(PersonRow(user_id, "") for user_id in seen)
    return replace(was, status=context.status or was.status, auditors=auditors)


def _names(row: TaskRow, values: Mapping[str, Any]) -> dict[str, str]:
    """What a reader of the journal reads instead of numbers."""
    names = {field: TASK_FIELDS[field].name(row) for field in values}
    return {field: name for field, name in names.items() if name}


def _undo(
    was: TaskRow, values: Values, before: Values, now: TaskRow | None, spot: neighbours.Neighbours
) -> EditTask | None:
    """The way back: the old values. With the project also stage and place, which its change resets."""
    back = dict(before)
    group_id = back.get("group_id", was.group_id)
    if "group_id" in values and group_id:  # after a lost answer `was` may tell the stage in the new project
        back["stage_id"] = was.stage_id if group_id == was.group_id else 0
    if not back:
        return None
    return EditTask(
        task_id=was.id,
        values=back,
        extra=restoring(was, back),
        first_of=group_id if back.get("stage_id") == 0 else 0,
        spot=spot,
        expected=values,
        situation=TaskSituation(now.status, tuple(person.id for person in now.auditors)) if now else None,
    )
