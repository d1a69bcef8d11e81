"""Points and epics of items: read what was, then write, in as few batches as possible.

One item is one HTTP request, fifty are two. Points are strings all the way (surprise 4); an epic is looked up
before it is assigned, because the portal would clear an unknown one without a word (behaviour.md §4.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import BacklogExists, NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import PackedAnswer, chunks, read_then_write, send_packed, unless_lost
from boards.core.change import Change, Kind, NoticeCode, note, unique
from boards.core.checks import require_cards
from boards.core.edits import Comparison, compare, value_unknown
from boards.core.errors import BadInput, BadInputCode, EpicGone, NoScrumRecord
from boards.core.ids import EpicId
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.scrum.model import FactsAnswer, ItemResult, RecipePart, SomeFields
from boards.scrum.planning import fact_commands, read_points
from boards.scrum.points import require_points

BEFORE, TASKS, SET, EPIC = "before_", "tasks_", "set_", "epic"
PAGE_SIZE = 50
FIELDS = ("ID", "TITLE", "GROUP_ID", "STATUS", "STAGE_ID", "SPRINT_ID", "BACKLOG_ID")

ItemsOutcome = Outcome[tuple[ItemResult, ...]]
"""`now`: other items that had to make room; `results`: one ItemResult per item, in the order asked."""


class ItemEdit(SomeFields, frozen=True):
    """Fields of an item that are to change, or that the person saw; None: not given.

    `points` "" and `epic_id` 0 clear.
    """

    points: str | None = None
    epic_id: EpicId | None = None


Edits = Mapping[int, ItemEdit]


class ItemValues(RecipePart, frozen=True):
    """The values an item gets back (`to`), and what it has if nobody changed it since (`expected`)."""

    task_id: int
    to: ItemEdit
    expected: ItemEdit = msgspec.field(name="from")


@recipe
class WriteItems(Recipe, frozen=True, tag="scrum_items"):
    """Points and epics as they were; what was set since by others gets a notice."""

    items: tuple[ItemValues, ...]

    def run(self, client: Client, context: UndoContext) -> ItemsOutcome:
        edits = {item.task_id: item.to for item in self.items}
        expected = {item.task_id: item.expected for item in self.items}
        return write_items(client, context.ref, edits, expected).raise_if_nothing_done()


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
    wanted = {
        task_id: ItemEdit(points=require_points(points[task_id])) for task_id in require_cards(tuple(points))
    }
    shown = {task_id: ItemEdit(points=text) for task_id, text in (seen or {}).items()}
    del actor  # the client already speaks for the person
    return write_items(client, ref, wanted, shown)


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
    shown = {task_id: ItemEdit(epic_id=epic) for task_id, epic in (seen or {}).items()}
    del actor  # the client already speaks for the person
    return write_items(client, ref, wanted, shown)


def write_items(client: Client, ref: BoardRef, edits: Edits, seen: Edits) -> ItemsOutcome:
    """Each item its own edit; the way back is an edit again, so undo comes here too."""
    epics = {edit.epic_id for edit in edits.values() if edit.epic_id}
    packed = _send_with_epics(client, ref, edits, epics) if epics else send_packed(client, _commands(edits))
    read = _Read(_facts(packed), _rows(packed, len(edits)), packed.lost)
    results = tuple(_result(packed, task_id, edit, read) for task_id, edit in edits.items())
    if len(results) == 1 and results[0].error:
        raise results[0].error
    change = _change(ref, edits, seen, read, [result for result in results if result.error is None])
    return Outcome(change, (), results, none_worked(results))


@dataclass(frozen=True)
class _Read:
    """What was read of the items. `lost`: an answer was, so this may already be what we wrote."""

    facts: FactsAnswer
    rows: Mapping[int, TaskRow]
    lost: bool

    def title(self, task_id: int) -> str:
        return self.rows[task_id].title if task_id in self.rows else ""

    def has_left(self, task_id: int, ref: BoardRef) -> bool:
        """Whether the task belongs to another project now."""
        return task_id in self.rows and self.rows[task_id].group_id != ref.group_id

    def compared(self, task_id: int, edit: ItemEdit, seen: ItemEdit | None) -> Comparison:
        """The edit against what was read; where nothing was, against what the person saw alone."""
        facts, wanted = self.facts.facts.get(task_id), edit.values()
        shown = seen.values() if seen else None
        return compare(vars(facts) if facts else wanted, wanted, shown, lost=self.lost or facts is None)


# --- sending ---
def _commands(edits: Edits) -> dict[str, Command]:
    return _reads(list(edits)) | _writes(edits)


def _reads(task_ids: Sequence[int]) -> dict[str, Command]:
    """Facts of all items; titles and projects too, unless they would cost a request of their own."""
    commands = fact_commands(task_ids, BEFORE)
    titles = {
        f"{TASKS}{index}": task_calls.list_tasks({"ID": list(part)}, order={"ID": "ASC"}, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }
    alone = _batches(2 * len(task_ids))
    return commands | titles if _batches(2 * len(task_ids) + len(titles)) == alone else commands


def _batches(commands: int) -> int:
    return (commands + BATCH_SIZE - 1) // BATCH_SIZE


def _writes(edits: Edits) -> dict[str, Command]:
    return {
        f"{SET}{task_id}": scrum_calls.update_item(task_id, **edit.values())
        for task_id, edit in edits.items()
    }


def _send_with_epics(client: Client, ref: BoardRef, edits: Edits, epics: set[int]) -> PackedAnswer:
    """Nothing is written before the epics were found; a single item needs one halted batch for that.

    Of several items those keep what they have whose epic is gone; EpicGone when that is all of them.
    """
    looks = {f"{EPIC}{epic_id}": sprint_calls.get_epic(epic_id) for epic_id in sorted(epics)}
    if len(edits) == 1:
        packed = PackedAnswer()
        commands = looks | fact_commands(edits, BEFORE) | _writes(edits)
        answer, packed.lost = read_then_write(client, commands)
        packed.parts.append(answer)
    else:
        packed = send_packed(client, looks | _reads(list(edits)))
    gone = {epic_id for epic_id in epics if not _is_there(packed, f"{EPIC}{epic_id}", ref)}
    rest = {task_id: edit for task_id, edit in edits.items() if edit.epic_id not in gone}
    if not rest:
        raise EpicGone
    if len(edits) > 1:
        refused = {f"{SET}{task_id}": NotFound("EPIC_GONE", status=404) for task_id in {*edits} - {*rest}}
        writes = send_packed(client, _writes(rest))
        packed.parts += [BatchAnswer({}, refused), *writes.parts]
        packed.broken = packed.broken or writes.broken
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
    parts = [read_points(part, BEFORE) for part in packed.parts]
    return FactsAnswer(
        {task_id: fact for part in parts for task_id, fact in part.facts.items()},
        tuple(task_id for part in parts for task_id in part.missing),
        {task_id: error for part in parts for task_id, error in part.refused.items()},
    )


def _rows(packed: PackedAnswer, count: int) -> dict[int, TaskRow]:
    pages = (packed.get(f"{TASKS}{index}") for index in range((count + PAGE_SIZE - 1) // PAGE_SIZE))
    return {row.id: row for page in pages if page for row in task_calls.parse_list(page)}


def _result(packed: PackedAnswer, task_id: int, edit: ItemEdit, read: _Read) -> ItemResult:
    title = read.title(task_id)
    if task_id in read.facts.missing:
        return ItemResult(task_id, NoScrumRecord(task_id), title, offer_record=True)
    answer = packed.get(f"{SET}{task_id}")
    error: Exception | None = read.facts.refused.get(task_id) if answer is None else None
    error = error or packed.error(f"{SET}{task_id}")
    if answer and not scrum_calls.is_done(answer.result):
        error = Refused("FALSE", status=200, method="tasks.api.scrum.task.update")
    before = read.facts.facts.get(task_id)
    now = replace(before, **edit.values()) if before and error is None else before
    return ItemResult(task_id, error, title, now)


def _change(ref: BoardRef, edits: Edits, seen: Edits, read: _Read, done: Sequence[ItemResult]) -> Change:
    points = any(edit.points is not None for edit in edits.values())
    compared = {
        result.task_id: read.compared(result.task_id, edits[result.task_id], seen.get(result.task_id))
        for result in done
    }
    before = {task_id: found.way_back for task_id, found in compared.items() if found.way_back}
    after = {task_id: edits[task_id].values() for task_id in compared}
    way_back = tuple(
        ItemValues(task_id, ItemEdit(**values), edits[task_id]) for task_id, values in before.items()
    )
    single = done[0] if len(edits) == 1 else None
    return Change(
        kind=Kind.SCRUM_POINTS if points else Kind.SCRUM_EPIC_ASSIGN,
        board_key=ref.key,
        target=single.task_id if single else 0,
        label=single.title if single else "",
        before=before.get(single.task_id, {}) if single else {"items": _by_text(before)},
        after=after[single.task_id] if single else {"items": _by_text(after), "count": len(done)},
        undo=WriteItems(way_back) if way_back else None,
        notices=unique(_notices(ref, read, done, compared, edits)),
    )


def _by_text(values: Mapping[int, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(task_id): fields for task_id, fields in values.items()}


def _notices(
    ref: BoardRef,
    read: _Read,
    done: Sequence[ItemResult],
    compared: Mapping[int, Comparison],
    edits: Edits,
) -> Iterable[Notice]:
    for result in done:
        found = compared[result.task_id]
        yield from value_unknown(found.unknown)
        task = result.title or f"#{result.task_id}"
        if "points" in found.replaced:
            old, new = found.before["points"], edits[result.task_id].points
            yield note(NoticeCode.POINTS_CHANGED_MEANWHILE, task=task, old=old, new=new)
        if "epic_id" in found.replaced:
            yield note(NoticeCode.EPIC_CHANGED_MEANWHILE, task=task, old=found.before["epic_id"])
        if read.has_left(result.task_id, ref):
            yield note(NoticeCode.ITEM_LEFT_TEAM, task=result.title)


# What a team may lack: a backlog, and the scrum record of a task (behaviour.md §4.2, §4.5; surprise 9).


RECORD = "record_"


def add_backlog(client: Client, ref: BoardRef, actor: Actor) -> Outcome[int]:
    """Give a team its backlog; one HTTP request, two when an answer was lost. `now`: the backlog's id.

    There is no way back: the page says so. AccessDenied for who is no member.
    """
    add = scrum_calls.add_backlog(ref.group_id, actor.user_id)
    try:
        made = unless_lost(lambda: client.call(add, repeatable=False))
    except BacklogExists:
        made = None
    if made is None:
        made = _backlog_added_or_there(client, ref, add)
    backlog_id = scrum_calls.parse_backlog(made.result).id
    if not backlog_id:
        raise Refused("EMPTY", status=200, method=add.method)
    return Outcome(Change(Kind.BACKLOG_ADD, ref.key, backlog_id, ""), backlog_id)


def _backlog_added_or_there(client: Client, ref: BoardRef, add: Command) -> Answer:
    """The backlog that is there; a team has one at most, so adding it again is safe."""
    return client.batch({"add": add, "look": scrum_calls.get_backlog(ref.group_id)}, halt=False)["look"]


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
            f"{RECORD}{task_id}": scrum_calls.update_item(
                task_id, entity_id=entity_id, created_by=actor.user_id
            )
            for task_id in wanted
        },
    )
    results = tuple(ItemResult(task_id, packed.error(f"{RECORD}{task_id}")) for task_id in wanted)
    if len(results) == 1 and results[0].error:
        raise results[0].error
    after = {"entity_id": entity_id, "count": sum(result.error is None for result in results)}
    single = wanted[0] if len(wanted) == 1 else 0
    change = Change(Kind.SCRUM_RECORDS, ref.key, single, "", {}, after)
    return Outcome(change, (), results, none_worked(results))
