"""Changing many tasks at once: fields, tags or status, with a result per card.

Up to 200 tasks: what was is read and the writes are made in batches of 50, so 5 requests at most, and one for
up to 49 tasks. Only adding a tag needs the old tags first, because `update` knows no "add".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24 import tasks as task_calls
from b24.client import Client, Command
from b24.errors import NotFound
from b24.tasks import TaskRow
from boards.actor import Actor
from boards.bulk_moves import move_cards
from boards.change import Change, Kind
from boards.convert import to_status
from boards.edits import checked, current, edit_of, restoring, same, values_of, wire_fields
from boards.errors import BadInput, BadInputCode
from boards.model import BoardRef, CardResult, Notice, TaskEdit
from boards.notices import NoticeCode, note
from boards.outcomes import BulkOutcome
from boards.queries import CARD_ORDER
from boards.sending import PackedAnswer, chunks, send_packed
from boards.tasks import ACTIONS, action_back
from boards.wants import require_cards, require_tags

__all__ = ["change_cards", "move_cards"]

WAS, WRITE = "was_", "write_"
PAGE_SIZE = 50
FIELDS = (*task_calls.CARD_FIELDS, "DESCRIPTION", "AUDITORS")

# What makes sense for many tasks alike; a title does not, a stage is `move_cards`.
FOR_MANY = {"responsible_id", "deadline", "priority", "tags"}


@dataclass(frozen=True)
class Write:
    """What is written to one task: `values` of an edit, or `actions`; `extra` are wire fields of an undo."""

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    actions: tuple[str, ...] = ()


def change_cards(
    client: Client,
    actor: Actor,
    task_ids: Sequence[int],
    what: TaskEdit | str,
    *,
    ref: BoardRef | None = None,
) -> BulkOutcome:
    """Change up to 200 tasks alike: an edit (responsible, deadline, priority, tags, more tags) or an action
    (complete, renew, start, pause, defer). `ref`: the board it was done on, for the journal.

    BadInput before anything is sent; a refusal of one card is in its result.
    """
    wanted = require_cards(tuple(task_ids))
    board_key = ref.key if ref else ""
    if isinstance(what, str):
        if what not in ACTIONS:
            raise BadInput("action", BadInputCode.UNKNOWN_ACTION, value=what[:40])
        return run_writes(client, actor, dict.fromkeys(wanted, Write({}, {}, (what,))), board_key)
    values = values_of(checked(what))
    if set(values) == {"add_tags"}:
        return _add_tags(client, wanted, values["add_tags"], board_key)
    if not FOR_MANY.issuperset(values):
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION, value=",".join(values))
    return run_writes(client, actor, dict.fromkeys(wanted, Write(values, {})), board_key)


def run_writes(client: Client, actor: Actor, writes: Mapping[int, Write], board_key: str) -> BulkOutcome:
    """Read what was, then write to each task its own; the results in the order given."""
    del actor
    packed = send_packed(client, _reads(list(writes)) | _writes(writes))
    return _outcome(packed, _was(packed, len(writes)), writes, board_key)


def _add_tags(client: Client, task_ids: Sequence[int], new: Sequence[str], board_key: str) -> BulkOutcome:
    """Two steps: the old tags, then old and new together. Cards that have them all are left alone."""
    read = send_packed(client, _reads(task_ids))
    was = _was(read, len(task_ids))
    wanted = {one: list(require_tags((*row.tags, *new))) for one, row in was.items()}
    writes = {
        one: Write({"tags": wanted[one]}, {})
        for one in task_ids
        if one in was and not same("tags", wanted[one], was[one].tags)
    }
    packed = send_packed(client, _writes(writes)) if writes else PackedAnswer()
    outcome = _outcome(packed, was, writes, board_key)
    done = {one.task_id: one for one in outcome.results}
    results = tuple(done.get(one) or _untouched(one, was.get(one)) for one in task_ids)
    return BulkOutcome(outcome.change, results, outcome.notices)


def _untouched(task_id: int, row: TaskRow | None) -> CardResult:
    if row is None:
        return CardResult(task_id, NotFound("TASK_NOT_FOUND", method="tasks.task.list"))
    return CardResult(task_id, None, row.title)


def _reads(task_ids: Sequence[int]) -> dict[str, Command]:
    return {
        f"{WAS}{index}": task_calls.list_tasks({"ID": list(part)}, order=CARD_ORDER, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }


def _writes(writes: Mapping[int, Write]) -> dict[str, Command]:
    commands: dict[str, Command] = {}
    for task_id, write in writes.items():
        fields = {**wire_fields(write.values), **write.extra}
        if fields:
            commands[f"{WRITE}{task_id}"] = task_calls.update(task_id, fields)
        for index, action in enumerate(write.actions):
            commands[f"{WRITE}{task_id}{f'_{index}' if index else ''}"] = task_calls.status_action(
                action, task_id
            )
    return commands


def _was(packed: PackedAnswer, count: int) -> dict[int, TaskRow]:
    pages = (packed.get(f"{WAS}{index}") for index in range((count + PAGE_SIZE - 1) // PAGE_SIZE))
    return {row.id: row for page in pages if page for row in task_calls.parse_list(page)}


def _outcome(
    packed: PackedAnswer, was: Mapping[int, TaskRow], writes: Mapping[int, Write], board_key: str
) -> BulkOutcome:
    results = tuple(_result(packed, task_id, was) for task_id in writes)
    done = [one.task_id for one in results if one.error is None and one.task_id in was]
    notices: list[Notice] = []
    recipes = [_back(packed, was[one], writes[one], notices) for one in done]
    back = [recipe for recipe in recipes if recipe]
    acts = any(write.actions for write in writes.values())
    change = Change(
        kind=Kind.CARDS_ACTION if acts else Kind.CARDS_EDIT,
        board_key=board_key,
        target=0,
        label="",
        before={"cards": {str(one): _state(was[one], writes[one]) for one in done}},
        after={"cards": {str(one): _wanted(writes[one]) for one in done}, "count": len(done)},
        undo={"op": "write_cards", "cards": back} if back else None,
        notices=tuple(_unique(notices)),
    )
    return BulkOutcome(change, results, change.notices)


def _result(packed: PackedAnswer, task_id: int, was: Mapping[int, TaskRow]) -> CardResult:
    row = was.get(task_id)
    key = f"{WRITE}{task_id}"
    error = packed.error(key) or (packed.error(f"{key}_1") if packed.asked(f"{key}_1") else None)
    return CardResult(task_id, error, row.title if row else "")


def _state(row: TaskRow, write: Write) -> dict[str, Any]:
    return {"status": to_status(row.status).value} if write.actions else current(row, write.values)


def _wanted(write: Write) -> dict[str, Any]:
    return {"actions": list(write.actions)} if write.actions else dict(write.values)


def _back(packed: PackedAnswer, row: TaskRow, write: Write, notices: list[Notice]) -> dict[str, Any] | None:
    """How one card gets back; None, with a notice, where that is not known."""
    if write.actions:
        last = f"_{len(write.actions) - 1}" if len(write.actions) > 1 else ""
        answer = packed.get(f"{WRITE}{row.id}{last}")
        now = task_calls.parse_task(answer.result) if answer else None
        if packed.lost and now and now.status == row.status:
            notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=["status"]))
            return None
        actions = action_back(to_status(now.status) if now else None, to_status(row.status), notices)
        return {"task_id": row.id, "values": {}, "extra": {}, "actions": list(actions)} if actions else None
    values = current(row, write.values)
    unknown = [
        name for name, value in values.items() if packed.lost and same(name, value, write.values[name])
    ]
    if unknown:
        notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=unknown))
        return None
    return {"task_id": row.id, "values": values, "extra": restoring(row, values), "actions": []}


def _unique(notices: Sequence[Notice]) -> list[Notice]:
    return [one for index, one in enumerate(notices) if one not in notices[:index]]


def writes_of(undo: Mapping[str, Any]) -> dict[int, Write]:
    """The writes of such a way back."""
    return {
        one["task_id"]: Write(values_of(edit_of(one["values"])), one["extra"], tuple(one["actions"]))
        for one in undo["cards"]
    }
