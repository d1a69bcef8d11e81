"""Points and epics of items: read what was, then write, in as few batches as possible.

One item is one HTTP request, fifty are two. Points are strings all the way (surprise 4); an epic is looked up
before it is assigned, because the portal would clear an unknown one without a word (behaviour.md §4.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import BacklogExists, NotFound, OutcomeUnknown, PortalTimeout, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, read_then_write, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_cards
from boards.core.errors import BadInput, BadInputCode, EpicGone, NoScrumRecord
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import BacklogOutcome, ItemsOutcome
from boards.scrum.model import FactsAnswer, ItemFacts, ItemResult
from boards.scrum.planning import fact_commands, read_points
from boards.scrum.points import require_points

WAS, TASKS, SET, EPIC = "was_", "tasks_", "set_", "epic"
PAGE_SIZE = 50
FIELDS = ("ID", "TITLE", "GROUP_ID", "STATUS", "STAGE_ID", "SPRINT_ID", "BACKLOG_ID")


@dataclass(frozen=True)
class ItemEdit:
    """What is to change of an item; None leaves a field alone, `points` "" and `epic_id` 0 clear."""

    points: str | None = None
    epic_id: int | None = None

    def values(self) -> dict[str, Any]:
        """Only what is given."""
        return {key: value for key, value in vars(self).items() if value is not None}


Edits = Mapping[int, ItemEdit]


def set_points(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    points: Mapping[int, str],
    *,
    seen: Mapping[int, str] | None = None,
) -> ItemsOutcome:
    """Estimate items: {task id: text}, "" clears. One request for up to 24 items, two for 50.

    `seen`: the points as the person saw them; an item that somebody else estimated meanwhile gets a notice
    that names the value that was replaced. BadInput for a text the portal cannot keep, no or too many items.
    For a single item its failure is raised (NoScrumRecord, AccessDenied …); for several it is in the result.
    """
    wanted = {one: ItemEdit(points=require_points(points[one])) for one in require_cards(tuple(points))}
    expected = {one: ItemEdit(points=text) for one, text in (seen or {}).items()}
    return write_items(client, ref, actor, wanted, expected)


def assign_epic(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    task_ids: Sequence[int],
    epic_id: int,
    *,
    seen: Mapping[int, int] | None = None,
) -> ItemsOutcome:
    """Put items under an epic, 0 takes it away. One request for one item, two for up to 47, all reads first.

    `seen`: the epics as the person saw them. EpicGone when it was deleted meanwhile or is another team's.
    """
    wanted = dict.fromkeys(require_cards(tuple(task_ids)), ItemEdit(epic_id=epic_id))
    if epic_id < 0:
        raise BadInput("epic_id", BadInputCode.EPIC_MISSING)
    expected = {one: ItemEdit(epic_id=epic) for one, epic in (seen or {}).items()}
    return write_items(client, ref, actor, wanted, expected)


def write_items(client: Client, ref: BoardRef, actor: Actor, edits: Edits, expected: Edits) -> ItemsOutcome:
    """Each item its own edit; the way back is an edit again, so undo comes here too."""
    del actor
    epics = {one.epic_id for one in edits.values() if one.epic_id}
    packed = _send_with_epics(client, ref, edits, epics) if epics else send_packed(client, _commands(edits))
    facts = _facts(packed)
    rows = _rows(packed, len(edits))
    results = tuple(_result(packed, task_id, edit, facts, rows) for task_id, edit in edits.items())
    if len(results) == 1 and results[0].error:
        raise results[0].error
    return _outcome(ref, edits, expected, results, facts, rows, lost=packed.lost)


# --- sending ---
def _commands(edits: Edits) -> dict[str, Command]:
    return _reads(list(edits)) | _writes(edits)


def _reads(task_ids: Sequence[int]) -> dict[str, Command]:
    """Facts of all items; titles and projects too, unless they would cost a request of their own."""
    commands = fact_commands(task_ids, WAS)
    titles = {
        f"{TASKS}{index}": task_calls.list_tasks({"ID": list(part)}, order={"ID": "ASC"}, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }
    alone = _batches(2 * len(task_ids))
    return commands | titles if _batches(2 * len(task_ids) + len(titles)) == alone else commands


def _batches(commands: int) -> int:
    return (commands + BATCH_SIZE - 1) // BATCH_SIZE


def _writes(edits: Edits) -> dict[str, Command]:
    return {f"{SET}{one}": scrum_calls.update_item(one, **edit.values()) for one, edit in edits.items()}


def _send_with_epics(client: Client, ref: BoardRef, edits: Edits, epics: set[int]) -> PackedAnswer:
    """Nothing is written before the epics were found; a single item needs one halted batch for that.

    Of several items those keep what they have whose epic is gone; EpicGone when that is all of them.
    """
    looks = {f"{EPIC}{one}": sprint_calls.get_epic(one) for one in sorted(epics)}
    reads = looks | _reads(list(edits))
    if len(edits) == 1:
        packed = _send_halted(client, looks | fact_commands(edits, WAS) | _writes(edits))
    else:
        packed = send_packed(client, reads)
    gone = {one for one in epics if not _is_there(packed, f"{EPIC}{one}", ref)}
    rest = {one: edit for one, edit in edits.items() if edit.epic_id not in gone}
    if not rest:
        raise EpicGone
    if len(edits) > 1:
        lost = {f"{SET}{one}": NotFound("EPIC_GONE", status=404) for one in edits if one not in rest}
        writes = send_packed(client, _writes(rest))
        packed.parts += [BatchAnswer({}, lost), *writes.parts]
        packed.broken = packed.broken or writes.broken
    return packed


def _send_halted(client: Client, commands: Mapping[str, Command]) -> PackedAnswer:
    packed = PackedAnswer()
    answer, packed.lost = read_then_write(client, commands)
    packed.parts.append(answer)
    return packed


def _is_there(packed: PackedAnswer, key: str, ref: BoardRef) -> bool:
    """Whether the epic is one of the team's."""
    answer = packed.get(key)
    epic = sprint_calls.parse_epic(answer.result) if answer else None
    if answer is None and not isinstance(packed.error(key), NotFound):
        raise packed.error(key) or AssertionError(key)
    return epic is not None and epic.group_id == ref.group_id


# --- reading what came of it ---
def _facts(packed: PackedAnswer) -> FactsAnswer:
    parts = [read_points(part, WAS) for part in packed.parts]
    return FactsAnswer(
        {one: fact for part in parts for one, fact in part.facts.items()},
        tuple(one for part in parts for one in part.missing),
        {one: error for part in parts for one, error in part.refused.items()},
    )


def _rows(packed: PackedAnswer, count: int) -> dict[int, TaskRow]:
    pages = (packed.get(f"{TASKS}{index}") for index in range((count + PAGE_SIZE - 1) // PAGE_SIZE))
    return {row.id: row for page in pages if page for row in task_calls.parse_list(page)}


def _result(
    packed: PackedAnswer, task_id: int, edit: ItemEdit, facts: FactsAnswer, rows: Mapping[int, TaskRow]
) -> ItemResult:
    title = rows[task_id].title if task_id in rows else ""
    if task_id in facts.missing:
        return ItemResult(task_id, title, error=NoScrumRecord(task_id), offer_record=True)
    answer = packed.get(f"{SET}{task_id}")
    error: Exception | None = facts.refused.get(task_id) if answer is None else None
    error = error or packed.error(f"{SET}{task_id}")
    if answer and not scrum_calls.is_done(answer.result):
        error = Refused("FALSE", status=200, method="tasks.api.scrum.task.update")
    was = facts.facts.get(task_id)
    now = replace(was, **edit.values()) if was and error is None else was
    return ItemResult(task_id, title, now, error)


def _outcome(
    ref: BoardRef,
    edits: Edits,
    expected: Edits,
    results: Sequence[ItemResult],
    facts: FactsAnswer,
    rows: Mapping[int, TaskRow],
    *,
    lost: bool,
) -> ItemsOutcome:
    done = [one for one in results if one.error is None]
    before: dict[int, ItemEdit] = {}
    notices: list[Notice] = []
    for one in done:
        edit, was = edits[one.task_id], facts.facts.get(one.task_id)
        witness = expected.get(one.task_id)
        old = _before(edit, was, witness, lost=lost)
        if old is None:
            notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=list(edit.values())))
        else:
            before[one.task_id] = old
            notices += _surprises(one, edit, old, witness)
        if one.task_id in rows and rows[one.task_id].group_id != ref.group_id:
            notices.append(note(NoticeCode.ITEM_LEFT_TEAM, task=one.title))
    change = _change(ref, edits, before, done, _unique(notices))
    return ItemsOutcome(change, tuple(results), change.notices)


def _before(
    edit: ItemEdit, was: ItemFacts | None, witness: ItemEdit | None, *, lost: bool
) -> ItemEdit | None:
    """The values before, for the fields that were written; None when nobody knows them.

    After a lost answer, reading our own value tells nothing; then what the person saw is the best witness.
    """
    if was is None:
        return witness
    read = ItemEdit(**{key: getattr(was, key) for key in edit.values()})
    if not lost or read != edit:
        return read
    return witness


def _surprises(one: ItemResult, edit: ItemEdit, old: ItemEdit, witness: ItemEdit | None) -> list[Notice]:
    """Two people at the same item: the value that was replaced is not the one the person saw."""
    if witness is None or old in (witness, edit):
        return []
    task = one.title or f"#{one.task_id}"
    if edit.points is not None:
        return [note(NoticeCode.POINTS_CHANGED_MEANWHILE, task=task, old=old.points or "", new=edit.points)]
    return [note(NoticeCode.EPIC_CHANGED_MEANWHILE, task=task, old=old.epic_id or 0)]


def _change(
    ref: BoardRef,
    edits: Edits,
    before: Edits,
    done: Sequence[ItemResult],
    notices: Sequence[Notice],
) -> Change:
    kind = (
        Kind.SCRUM_POINTS if any(one.points is not None for one in edits.values()) else Kind.SCRUM_EPIC_ASSIGN
    )
    single = done[0] if len(edits) == 1 else None
    old = {str(one): edit.values() for one, edit in before.items()}
    new = {str(one.task_id): edits[one.task_id].values() for one in done}
    back = [
        {"task_id": one, "to": edit.values(), "from": edits[one].values()} for one, edit in before.items()
    ]
    return Change(
        kind=kind,
        board_key=ref.key,
        target=single.task_id if single else 0,
        label=single.title if single else "",
        before=next(iter(old.values()), {}) if single else {"items": old},
        after=next(iter(new.values()), {}) if single else {"items": new, "count": len(done)},
        undo={"op": "scrum_items", "items": back} if back else None,
        notices=tuple(notices),
    )


def _unique(notices: Sequence[Notice]) -> list[Notice]:
    return [one for index, one in enumerate(notices) if one not in notices[:index]]


# What a team may lack: a backlog, and the scrum record of a task (behaviour.md §4.2, §4.5; surprise 9).


RECORD = "record_"


def add_backlog(client: Client, ref: BoardRef, actor: Actor) -> BacklogOutcome:
    """Give a team its backlog; one HTTP request, two when an answer was lost.

    There is no way back: the page says so. AccessDenied for who is no member.
    """
    try:
        made = client.call(scrum_calls.add_backlog(ref.group_id, actor.user_id), repeatable=False)
    except PortalTimeout:
        raise
    except (BacklogExists, OutcomeUnknown):
        made = _once_more(client, ref, actor)
    backlog_id = scrum_calls.parse_backlog(made.result).id
    if not backlog_id:
        raise Refused("EMPTY", status=200, method="tasks.api.scrum.backlog.add")
    return BacklogOutcome(Change(Kind.BACKLOG_ADD, ref.key, backlog_id, ""), backlog_id)


def _once_more(client: Client, ref: BoardRef, actor: Actor) -> Answer:
    """The backlog that is there; a team has one at most, so adding it again is safe."""
    commands = {
        "add": scrum_calls.add_backlog(ref.group_id, actor.user_id),
        "look": scrum_calls.get_backlog(ref.group_id),
    }
    return client.batch(commands, halt=False)["look"]


def add_records(
    client: Client, ref: BoardRef, actor: Actor, task_ids: Sequence[int], entity_id: int
) -> ItemsOutcome:
    """Give tasks of the team a scrum record in the backlog or a sprint; one request for up to 50.

    The portal refuses tasks of other projects by itself. A record cannot be taken away again, so there is
    no undo; for a single task its failure is raised.
    """
    wanted = require_cards(tuple(task_ids))
    if entity_id <= 0:
        raise BadInput("entity_id", BadInputCode.LIST_MISSING)
    packed = send_packed(
        client,
        {
            f"{RECORD}{one}": scrum_calls.update_item(one, entity_id=entity_id, created_by=actor.user_id)
            for one in wanted
        },
    )
    results = tuple(ItemResult(one, error=packed.error(f"{RECORD}{one}")) for one in wanted)
    if len(results) == 1 and results[0].error:
        raise results[0].error
    done = sum(one.error is None for one in results)
    after = {"entity_id": entity_id, "count": done}
    single = wanted[0] if len(wanted) == 1 else 0
    return ItemsOutcome(Change(Kind.SCRUM_RECORDS, ref.key, single, "", {}, after), results)
