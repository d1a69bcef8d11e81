"""The same kind of writing to many tasks: what was is read, each gets its own values or actions, and what is
now comes with the answers of the writes. `bulk` decides what is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from b24 import tasks as task_calls
from b24.client import Client, Command
from b24.errors import AccessDenied, ActionUnavailable, NotFound, PortalError, Refused
from b24.tasks import TaskRow
from boards.actor import Actor
from boards.change import Change, Kind
from boards.convert import to_card, to_status
from boards.edits import as_it_was, current, edit_of, same, values_of, wire_fields
from boards.model import Card, CardResult, Notice, TaskStatus
from boards.notices import NoticeCode, note
from boards.outcomes import BulkOutcome
from boards.queries import CARD_ORDER
from boards.sending import PackedAnswer, chunks, send_packed
from boards.statuses import reached
from boards.tasks import action_back

WAS, WRITE = "was_", "write_"
PAGE_SIZE = 50
FIELDS = (*task_calls.CARD_FIELDS, "DESCRIPTION", "AUDITORS")


@dataclass(frozen=True)
class Write:
    """What is written to one task: `values` of an edit, or `actions`; `extra` are wire fields of an undo.

    `seen`: the values, or the status, that an undo finds unless somebody else changed them; asked only when
    an answer gets lost.
    """

    values: Mapping[str, Any]
    extra: Mapping[str, Any]
    actions: tuple[str, ...] = ()
    seen: Mapping[str, Any] = field(default_factory=dict)


def run_writes(client: Client, actor: Actor, writes: Mapping[int, Write], board_key: str) -> BulkOutcome:
    """Read what was, then write to each task its own; the results in the order given.

    Who may hand a task on but not edit it is refused the observers: then it goes without them (one more
    request), and a notice says so.
    """
    packed = send_packed(client, reads(list(writes)) | commands(writes))
    plain = {one: replace(write, extra={}) for one, write in writes.items() if _too_much(packed, one, write)}
    if plain:
        packed.parts += send_packed(client, commands(plain)).parts
    outcome = outcome_of(packed, rows_before(packed, len(writes)), writes, board_key, actor.now)
    if not any(packed.get(f"{WRITE}{one}") for one in plain):
        return outcome
    notices = (*outcome.notices, note(NoticeCode.AUDITORS_KEPT))
    return replace(outcome, change=replace(outcome.change, notices=notices), notices=notices)


def _too_much(packed: PackedAnswer, task_id: int, write: Write) -> bool:
    """Whether the portal refused a write that also sets what only an editor may set."""
    refused = packed.error(f"{WRITE}{task_id}")
    return bool(write.extra and write.values) and isinstance(refused, AccessDenied | ActionUnavailable)


def reads(task_ids: Sequence[int]) -> dict[str, Command]:
    """The tasks as they are, in pages of 50."""
    return {
        f"{WAS}{index}": task_calls.list_tasks({"ID": list(part)}, order=CARD_ORDER, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }


def commands(writes: Mapping[int, Write]) -> dict[str, Command]:
    """What goes to the portal for these writes."""
    wanted: dict[str, Command] = {}
    for task_id, write in writes.items():
        fields = {**wire_fields(write.values), **write.extra}
        if fields:
            wanted[f"{WRITE}{task_id}"] = task_calls.update(task_id, fields)
        for index, action in enumerate(write.actions):
            key = f"{WRITE}{task_id}{f'_{index}' if index else ''}"
            wanted[key] = task_calls.status_action(action, task_id)
    return wanted


def rows_before(packed: PackedAnswer, count: int) -> dict[int, TaskRow]:
    """What `reads` of so many tasks found, by id."""
    pages = (packed.get(f"{WAS}{index}") for index in range((count + PAGE_SIZE - 1) // PAGE_SIZE))
    return {row.id: row for page in pages if page for row in task_calls.parse_list(page)}


def outcome_of(
    packed: PackedAnswer,
    was: Mapping[int, TaskRow],
    writes: Mapping[int, Write],
    board_key: str,
    now: datetime,
) -> BulkOutcome:
    """What came of the writes, and the cards as the portal gave them back; those refused are as they were."""
    results = tuple(_result(packed, task_id, was, writes[task_id]) for task_id in writes)
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
        notices=tuple(unique(notices)),
    )
    refused = [one.task_id for one in results if one.error and one.task_id in was]
    cards = [_card(packed, was[one], writes[one], now) for one in done]
    cards += [to_card(was[one], now) for one in refused]
    return BulkOutcome(change, results, change.notices, tuple(card for card in cards if card))


def _card(packed: PackedAnswer, was: TaskRow, write: Write, now: datetime) -> Card | None:
    """The card after the write; None when the person cannot read it any more.

    A write answers without tags and CRM links (behaviour.md §5.2): those are as written, or as they were.
    """
    row = was if _done_before(packed, was, write) else _row_now(packed, was.id, write)
    tags = tuple(write.values.get("tags", was.tags))
    return to_card(replace(row, tags=tags, crm=was.crm), now) if row else None


def _row_now(packed: PackedAnswer, task_id: int, write: Write) -> TaskRow | None:
    """The task as the last of its writes answered it."""
    last = len(write.actions) - 1
    answer = packed.get(f"{WRITE}{task_id}{f'_{last}' if last > 0 else ''}")
    return task_calls.parse_task(answer.result) if answer else None


def _error(packed: PackedAnswer, task_id: int) -> PortalError | None:
    key = f"{WRITE}{task_id}"
    return packed.error(key) or (packed.error(f"{key}_1") if packed.asked(f"{key}_1") else None)


def _done_before(packed: PackedAnswer, row: TaskRow, write: Write) -> bool:
    """Whether an action was refused only because our own first attempt, whose answer got lost, had worked."""
    refused = packed.lost and write.actions and isinstance(_error(packed, row.id), Refused)
    return bool(refused) and reached(write.actions[-1], to_status(row.status))


def _result(packed: PackedAnswer, task_id: int, was: Mapping[int, TaskRow], write: Write) -> CardResult:
    row = was.get(task_id)
    error = None if row and _done_before(packed, row, write) else _error(packed, task_id)
    if error and row is None and packed.get(f"{WAS}0"):
        error = NotFound("TASK_NOT_FOUND", method="tasks.task.list")
    return CardResult(task_id, error, row.title if row else "")


def _state(row: TaskRow, write: Write) -> dict[str, Any]:
    return {"status": to_status(row.status).value} if write.actions else current(row, write.values)


def _wanted(write: Write) -> dict[str, Any]:
    return {"actions": list(write.actions)} if write.actions else dict(write.values)


def _back(packed: PackedAnswer, row: TaskRow, write: Write, notices: list[Notice]) -> dict[str, Any] | None:
    """How one card gets back; None, with a notice, where that is not known."""
    if write.actions:
        return _actions_back(packed, row, write, notices)
    values = current(row, write.values)
    hidden = [name for name, value in values.items() if packed.lost and same(name, value, write.values[name])]
    unknown = [name for name in hidden if name not in write.seen]
    if unknown:
        notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=unknown))
        return None
    values |= {name: write.seen[name] for name in hidden}
    return _recipe(row, dict(write.values), values=values, extra=as_it_was(row, values))


def _actions_back(
    packed: PackedAnswer, row: TaskRow, write: Write, notices: list[Notice]
) -> dict[str, Any] | None:
    """The actions back to the status a card had; after a lost answer that is the one it should have had."""
    answered = row if _done_before(packed, row, write) else _row_now(packed, row.id, write)
    now, was = to_status(answered.status) if answered else None, to_status(row.status)
    if packed.lost and now == was:
        if write.seen.get("status", now) == now:
            notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=["status"]))
            return None
        was = TaskStatus(write.seen["status"])
    actions = action_back(now, was, notices)
    seen = {"status": now.value} if now else {}
    return _recipe(row, seen, actions=list(actions)) if actions else None


def _recipe(row: TaskRow, seen: Mapping[str, Any], **way: Any) -> dict[str, Any]:
    """One card of an undo; `seen` as in `Write`."""
    return {"task_id": row.id, "values": {}, "extra": {}, "actions": [], "seen": dict(seen)} | way


def unique(notices: Sequence[Notice]) -> list[Notice]:
    """Each notice once."""
    return [one for index, one in enumerate(notices) if one not in notices[:index]]


def writes_of(undo: Mapping[str, Any]) -> dict[int, Write]:
    """The writes of such a way back."""
    return {
        one["task_id"]: Write(
            values_of(edit_of(one["values"])),
            one["extra"],
            tuple(one["actions"]),
            one.get("seen", {}),
        )
        for one in undo["cards"]
    }
