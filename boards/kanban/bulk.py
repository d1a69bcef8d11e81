"""Changing many tasks at once: fields, tags or status, with a result per card.

Up to 200 tasks: what was is read and the writes are made in batches of 50, so 5 requests at most, and one for
up to 49 tasks. `update` knows no "add", so adding a tag writes the tags the person saw with the new one, and
sets right in a second step what was not so any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from b24.client import Client, Command
from b24.errors import AccessDenied, ActionUnavailable, NotFound, PortalError, Refused
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards, require_tags
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Actor, BoardRef, Card, CardResult, Notice, TaskEdit, TaskStatus
from boards.core.outcome import BulkOutcome
from boards.kanban.convert import to_card, to_status
from boards.kanban.moves import move_cards
from boards.kanban.queries import CARD_ORDER
from boards.kanban.task_edits import (
    as_it_was,
    checked,
    current,
    edit_of,
    reached,
    same,
    values_of,
    wire_fields,
)
from boards.kanban.tasks import ACTIONS, action_back

__all__ = ["change_cards", "move_cards", "run_writes", "writes_of"]

# What makes sense for many tasks alike; a title does not, a stage is `move_cards`.
FOR_MANY = {"responsible_id", "deadline", "priority", "tags"}

Tags = Mapping[int, Sequence[str]]


def change_cards(
    client: Client,
    actor: Actor,
    task_ids: Sequence[int],
    what: TaskEdit | str,
    *,
    ref: BoardRef | None = None,
    seen_tags: Tags | None = None,
) -> BulkOutcome:
    """Change up to 200 tasks alike: an edit (responsible, deadline, priority, tags, more tags) or an action
    (complete, renew, start, pause, defer). `ref`: the board it was done on, for the journal.

    `seen_tags`: for more tags, those each card had as the person saw it. They spare the reading beforehand
    and are nothing but a hint: what is not so is set right.

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
        return _add_tags(client, actor, wanted, values["add_tags"], seen_tags or {}, board_key)
    if not FOR_MANY.issuperset(values):
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION, value=",".join(values))
    return run_writes(client, actor, dict.fromkeys(wanted, Write(values, {})), board_key)


def _add_tags(
    client: Client, actor: Actor, task_ids: Sequence[int], new: Sequence[str], seen: Tags, board_key: str
) -> BulkOutcome:
    """First a guess from what the person saw, then what the guess got wrong; usually nothing.

    Cards that have all the tags are left alone. A card whose guess went through and whose repair did not is
    reported as failed, and the change has it all the same: its undo brings back the tags it really had.
    """
    guesses = _additions({one: seen[one] for one in task_ids if one in seen}, new)
    first = send_packed(client, reads(task_ids) | commands(guesses))
    was = rows_before(first, len(task_ids))
    wrong = [one for one, row in was.items() if not _is_right(first, row, new, guesses.get(one))]
    repairs = {one: Write({"tags": _with(was[one].tags, new)}, {}) for one in wrong}
    second = _repair(client, repairs)
    errors = {one: error for one in repairs if (error := second.error(f"{WRITE}{one}"))}
    kept = {one: write for one, write in guesses.items() if one not in repairs or one in errors}
    fixed = {one: write for one, write in repairs.items() if one not in errors}
    parts = [outcome_of(*what, board_key, actor.now) for what in ((first, was, kept), (second, was, fixed))]
    done = {one.task_id: one for part in parts for one in part.results if one.task_id in was}
    failed = {one: CardResult(one, error, was[one].title) for one, error in errors.items()}
    untouched = {one: _untouched(one, was.get(one)) for one in task_ids}
    results = tuple((untouched | done | failed).values())
    cards = {card.id: card for part in parts for card in part.cards}
    same_as_before = {one: to_card(row, actor.now) for one, row in was.items()}
    return _joined(parts, results, tuple((same_as_before | cards).values()))


def _with(tags: Sequence[str], new: Sequence[str]) -> list[str]:
    return list(require_tags((*tags, *new)))


def _additions(old: Tags, new: Sequence[str]) -> dict[int, Write]:
    """Old and new tags of the cards that lack some."""
    wanted = {one: _with(tags, new) for one, tags in old.items()}
    return {
        one: Write({"tags": tags}, {}) for one, tags in wanted.items() if not same("tags", tags, old[one])
    }


def _is_right(first: PackedAnswer, row: TaskRow, new: Sequence[str], guess: Write | None) -> bool:
    """Whether a card has the tags it should have after the first step, or was refused them for good."""
    if guess and first.error(f"{WRITE}{row.id}"):
        return True
    return same("tags", _with(row.tags, new), guess.values["tags"] if guess else row.tags)


def _repair(client: Client, repairs: Mapping[int, Write]) -> PackedAnswer:
    """The second step. It never raises: the first one has happened and must be told."""
    if not repairs:
        return PackedAnswer()
    try:
        return send_packed(client, commands(repairs))
    except PortalError as error:
        nothing = PackedAnswer()
        nothing.broken = error
        return nothing


def _untouched(task_id: int, row: TaskRow | None) -> CardResult:
    if row is None:
        return CardResult(task_id, NotFound("TASK_NOT_FOUND", method="tasks.task.list"))
    return CardResult(task_id, None, row.title)


def _joined(
    parts: Sequence[BulkOutcome], results: tuple[CardResult, ...], cards: tuple[Card, ...]
) -> BulkOutcome:
    """One change of both steps."""
    changes = [part.change for part in parts]
    back = [recipe for one in changes if one.undo for recipe in one.undo["cards"]]
    notices = tuple(unique([notice for one in changes for notice in one.notices]))
    after = {key: value for one in changes for key, value in one.after["cards"].items()}
    change = replace(
        changes[0],
        before={"cards": {key: value for one in changes for key, value in one.before["cards"].items()}},
        after={"cards": after, "count": len(after)},
        undo={"op": "write_cards", "cards": back} if back else None,
        notices=notices,
    )
    return BulkOutcome(change, results, notices, cards)


# The same kind of writing to many tasks: what was is read, each gets its own values or actions, and what is


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
