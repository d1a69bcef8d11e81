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

import msgspec

from b24.client import Client, Command
from b24.errors import AccessDenied, ActionUnavailable, NotFound, PortalError, Refused
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note, unique
from boards.core.checks import require_cards, require_tags
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Actor, BoardRef, CardResult, Notice
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.core.tasks import TASK_FIELDS, Card, TaskEdit, to_card, to_status
from boards.kanban.queries import CARD_ORDER
from boards.kanban.task_edits import (
    as_it_was,
    checked,
    compared,
    current,
    edit_of,
    reached,
    same,
    status_change,
    values_of,
    wire_fields,
)
from boards.kanban.tasks import ACTIONS

Tags = Mapping[int, Sequence[str]]
Cards = tuple[Card, ...]


def change_cards(
    client: Client,
    actor: Actor,
    task_ids: Sequence[int],
    what: TaskEdit | str,
    *,
    ref: BoardRef | None = None,
    seen_tags: Tags | None = None,
) -> Outcome[Cards]:
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
    if not all(name in TASK_FIELDS and TASK_FIELDS[name].for_many for name in values):
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION, value=",".join(values))
    return run_writes(client, actor, dict.fromkeys(wanted, Write(values, {})), board_key)


def _add_tags(
    client: Client, actor: Actor, task_ids: Sequence[int], new: Sequence[str], seen: Tags, board_key: str
) -> Outcome[Cards]:
    """First a guess from what the person saw, then what the guess got wrong; usually nothing.

    Cards that have all the tags are left alone. A card whose guess went through and whose repair did not is
    reported as failed, and the change has it all the same: its undo brings back the tags it really had.
    """
    guesses = _additions({card: seen[card] for card in task_ids if card in seen}, new)
    first = send_packed(client, reads(task_ids) | commands(guesses))
    was = rows_before(first, len(task_ids))
    wrong = [card for card, row in was.items() if not _is_right(first, row, new, guesses.get(card))]
    repairs = {card: Write({"tags": _with(was[card].tags, new)}, {}) for card in wrong}
    second = _repair(client, repairs)
    errors = {card: error for card in repairs if (error := second.error(f"{WRITE}{card}"))}
    kept = {card: write for card, write in guesses.items() if card not in repairs or card in errors}
    fixed = {card: write for card, write in repairs.items() if card not in errors}
    parts = [outcome_of(*what, board_key, actor.now) for what in ((first, was, kept), (second, was, fixed))]
    done = {result.task_id: result for part in parts for result in part.results if result.task_id in was}
    failed = {card: CardResult(card, error, was[card].title) for card, error in errors.items()}
    untouched = {card: _untouched(card, was.get(card)) for card in task_ids}
    results = tuple((untouched | done | failed).values())
    cards = {card.id: card for part in parts for card in part.now}
    same_as_before = {card: to_card(row, actor.now) for card, row in was.items()}
    return _joined(parts, results, tuple((same_as_before | cards).values()))


def _with(tags: Sequence[str], new: Sequence[str]) -> list[str]:
    return list(require_tags((*tags, *new)))


def _additions(old: Tags, new: Sequence[str]) -> dict[int, Write]:
    """Old and new tags of the cards that lack some."""
    wanted = {card: _with(tags, new) for card, tags in old.items()}
    return {
        card: Write({"tags": tags}, {}) for card, tags in wanted.items() if not same("tags", tags, old[card])
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
    parts: Sequence[Outcome[Cards]], results: tuple[CardResult, ...], cards: tuple[Card, ...]
) -> Outcome[Cards]:
    """One change of both steps."""
    changes = [part.change for part in parts]
    back = [card for change in changes if isinstance(change.undo, WriteCards) for card in change.undo.cards]
    after = {key: value for change in changes for key, value in change.after["cards"].items()}
    change = replace(
        changes[0],
        before={"cards": {key: value for done in changes for key, value in done.before["cards"].items()}},
        after={"cards": after, "count": len(after)},
        undo=WriteCards(cards=tuple(back)) if back else None,
        notices=unique(notice for done in changes for notice in done.notices),
    )
    return Outcome(change, cards, results, none_worked(results))


# --- the same kind of writing to many tasks: what was is read, each gets its own values or actions ---
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


class CardWrite(msgspec.Struct, frozen=True):
    """One card of `WriteCards`: a `Write` as the journal keeps it."""

    task_id: int
    values: dict[str, Any]
    extra: dict[str, Any]
    actions: tuple[str, ...]
    seen: dict[str, Any] = {}

    def write(self) -> Write:
        return Write(values_of(edit_of(self.values)), self.extra, self.actions, self.seen)


@recipe
class WriteCards(Recipe, frozen=True, tag="write_cards"):
    """To each card its old values, or the actions that lead back to its old status."""

    cards: tuple[CardWrite, ...]

    def run(self, client: Client, context: UndoContext) -> Outcome[Cards]:
        writes = {card.task_id: card.write() for card in self.cards}
        return run_writes(client, context.actor, writes, context.ref.key)


def run_writes(client: Client, actor: Actor, writes: Mapping[int, Write], board_key: str) -> Outcome[Cards]:
    """Read what was, then write to each task its own; the results in the order given.

    Who may hand a task on but not edit it is refused the observers: then it goes without them (one more
    request), and a notice says so.
    """
    packed = send_packed(client, reads(list(writes)) | commands(writes))
    plain = {
        card: replace(write, extra={}) for card, write in writes.items() if _too_much(packed, card, write)
    }
    if plain:
        packed.parts += send_packed(client, commands(plain)).parts
    outcome = outcome_of(packed, rows_before(packed, len(writes)), writes, board_key, actor.now)
    if not any(packed.get(f"{WRITE}{card}") for card in plain):
        return outcome
    notices = (*outcome.notices, note(NoticeCode.AUDITORS_KEPT))
    return replace(outcome, change=replace(outcome.change, notices=notices))


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
) -> Outcome[Cards]:
    """What came of the writes, and the cards as the portal gave them back; those refused are as they were."""
    results = tuple(_result(packed, task_id, was, writes[task_id]) for task_id in writes)
    done = [result.task_id for result in results if result.error is None and result.task_id in was]
    notices: list[Notice] = []
    found = [_back(packed, was[card], writes[card], notices) for card in done]
    back = tuple(card for card in found if card)
    acts = any(write.actions for write in writes.values())
    change = Change(
        kind=Kind.CARDS_ACTION if acts else Kind.CARDS_EDIT,
        board_key=board_key,
        target=0,
        label="",
        before={"cards": {str(card): _state(was[card], writes[card]) for card in done}},
        after={"cards": {str(card): _wanted(writes[card]) for card in done}, "count": len(done)},
        undo=WriteCards(cards=back) if back else None,
        notices=unique(notices),
    )
    refused = [result.task_id for result in results if result.error and result.task_id in was]
    cards = [_card(packed, was[card], writes[card], now) for card in done]
    cards += [to_card(was[card], now) for card in refused]
    return Outcome(change, tuple(card for card in cards if card), results, none_worked(results))


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


def _back(packed: PackedAnswer, row: TaskRow, write: Write, notices: list[Notice]) -> CardWrite | None:
    """How one card gets back; None, with a notice, where that is not known."""
    if write.actions:
        return _actions_back(packed, row, write, notices)
    found = compared(row, dict(write.values), write.seen, lost=packed.lost)
    notices += found.notices()
    if not found.way_back:
        return None
    extra = as_it_was(row, found.way_back)
    return CardWrite(row.id, found.way_back, extra, (), dict(write.values))


def _actions_back(
    packed: PackedAnswer, row: TaskRow, write: Write, notices: list[Notice]
) -> CardWrite | None:
    """The actions back to the status a card had."""
    answered = row if _done_before(packed, row, write) else _row_now(packed, row.id, write)
    now, seen = to_status(answered.status) if answered else None, write.seen.get("status", "")
    done = status_change(to_status(row.status), now, seen, lost=packed.lost)
    notices += done.notices
    return CardWrite(row.id, {}, {}, done.back, {"status": now.value} if now else {}) if done.back else None
