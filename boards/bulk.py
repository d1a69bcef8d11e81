"""Changing many tasks at once: fields, tags or status, with a result per card.

Up to 200 tasks: what was is read and the writes are made in batches of 50, so 5 requests at most, and one for
up to 49 tasks. `update` knows no "add", so adding a tag writes the tags the person saw with the new one, and
sets right in a second step what was not so any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from b24.client import Client
from b24.errors import NotFound, PortalError
from b24.tasks import TaskRow
from boards.actor import Actor
from boards.bulk_moves import move_cards
from boards.bulk_writes import (
    WRITE,
    Write,
    commands,
    outcome_of,
    reads,
    rows_before,
    run_writes,
    unique,
    writes_of,
)
from boards.convert import to_card
from boards.edits import checked, same, values_of
from boards.errors import BadInput, BadInputCode
from boards.model import BoardRef, Card, CardResult, TaskEdit
from boards.outcomes import BulkOutcome
from boards.sending import PackedAnswer, send_packed
from boards.tasks import ACTIONS
from boards.wants import require_cards, require_tags

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
