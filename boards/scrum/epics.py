"""Epics: add, change, delete with what happens to their items, bring back (behaviour.md §4.6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import asdict

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.sprints import EpicRow
from boards.core.batches import ADD, BEFORE, PackedAnswer, add_once, chunks, read_then_write, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.colors import require_color
from boards.core.edits import compare
from boards.core.errors import BadInput, BadInputCode, EpicGone
from boards.core.ids import EpicId, IdKind, alias_key
from boards.core.lost import looks_for
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import Outcome
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.scrum.model import Epic, ItemResult, RecipePart, SomeFields
from boards.scrum.paging import all_rows, first_pages
from boards.scrum.planning import load_points
from boards.scrum.reading import EPICS, epic_commands, is_gone, read_epics, to_epic

WRITE, DELETE, CHECK = "write_", "delete", "check"


class EpicEdit(SomeFields, frozen=True):
    """Fields of an epic that are to change, or that the person saw; None: not given."""

    name: str | None = None
    color: str | None = None
    description: str | None = None


class EpicRecord(RecipePart, frozen=True):
    """An epic without its number, as the journal keeps it."""

    name: str
    color: str
    description: str


# --- ways back ---
@recipe
class DeleteEpic(Recipe, frozen=True, tag="epic_delete"):
    """Deletes an epic that was added."""

    epic_id: EpicId

    def run(self, client: Client, context: UndoContext) -> Outcome[None]:
        return delete_epic(client, context.ref, context.actor, self.epic_id)


@recipe
class EditEpic(Recipe, frozen=True, tag="epic_edit"):
    """Writes the old `values` again; `expected`: what an epic has that nobody changed since."""

    epic_id: EpicId
    values: EpicEdit
    expected: EpicEdit

    def run(self, client: Client, context: UndoContext) -> Outcome[Epic]:
        del context
        return write_epic(client, self.epic_id, self.values, self.expected)


# --- actions ---
@dataclass(frozen=True)
class EpicDeletionPlan:
    """What deleting an epic does: its items (`task_ids`) keep the number of something that is gone.

    So they lose the epic first, or go to one of the `others`.
    """

    epic: Epic
    task_ids: tuple[int, ...]
    others: tuple[Epic, ...] = ()

    @property
    def total(self) -> int:
        return len(self.task_ids)


def add_epic(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    name: str,
    color: str,
    description: str = "",
    *,
    seen: Collection[int] | None = None,
) -> Outcome[Epic]:
    """Add an epic. BadInput for a blank name or a bad color; AccessDenied. One HTTP request.

    `seen`: ids of the epics the page showed; only a lost answer needs them.
    """
    wanted = Epic(0, require_name(name), require_color(color), description.strip())
    epic, lost = insert_epic(client, ref, actor, wanted, seen)
    notices = (note(NoticeCode.ANSWER_LOST_BUT_DONE),) if lost else ()
    after = asdict(_record(epic))
    change = Change(Kind.EPIC_ADD, ref.key, epic.id, epic.name, {}, after, DeleteEpic(epic.id), notices)
    return Outcome(change, epic)


def insert_epic(
    client: Client, ref: BoardRef, actor: Actor, wanted: Epic, seen: Collection[int] | None
) -> tuple[Epic, bool]:
    """The new epic, and whether its answer had been lost."""

    def is_twin(row: EpicRow) -> bool:
        return (row.name, row.color) == (wanted.name, wanted.color)

    answer, found = add_once(
        client,
        sprint_calls.list_epics(ref.group_id, newest_first=True),
        sprint_calls.add_epic(ref.group_id, wanted.name, wanted.color, wanted.description, actor.user_id),
        sprint_calls.parse_epics,
        is_twin,
        seen,
    )
    made = sprint_calls.parse_epic(answer[ADD].result) if answer else found
    if made is None:
        raise Refused("EMPTY", status=200, method="tasks.api.scrum.epic.add")
    return replace(wanted, id=made.id), found is not None


def edit_epic(
    client: Client, ref: BoardRef, actor: Actor, epic_id: int, edit: EpicEdit, *, seen: EpicEdit | None = None
) -> Outcome[Epic]:
    """Rename, recolor or describe an epic; one HTTP request.

    `seen`: the same fields as the person saw them. BadInput also for an empty description, which the portal
    would ignore. EpicGone when it is not there.
    """
    del ref, actor  # the journal names the team that the epic really belongs to
    return write_epic(client, epic_id, _checked(edit), seen or EpicEdit())


def write_epic(client: Client, epic_id: int, edit: EpicEdit, seen: EpicEdit) -> Outcome[Epic]:
    """`edit_epic` without its checks, for undo."""
    wanted = edit.values()
    commands = {BEFORE: sprint_calls.get_epic(epic_id), WRITE: sprint_calls.update_epic(epic_id, **wanted)}
    answer, lost = read_then_write(client, commands)
    row = _epic_or_gone(answer)
    answer.require(WRITE)
    before = to_epic(row)
    edited = compare(vars(before), wanted, seen.values(), lost=lost)
    now = replace(before, **wanted)
    way_back = {
        field: value for field, value in edited.way_back.items() if value
    }  # nothing is cleared (§4.6)
    change = Change(
        kind=Kind.EPIC_EDIT,
        board_key=BoardRef(row.group_id).key,
        target=epic_id,
        label=now.name,
        before=edited.way_back,
        after=wanted,
        undo=EditEpic(epic_id, EpicEdit(**way_back), edit) if way_back else None,
        notices=tuple(edited.notices()),
    )
    return Outcome(change, now)


def plan_epic_deletion(client: Client, ref: BoardRef, actor: Actor, epic_id: int) -> EpicDeletionPlan:
    """What deleting the epic means for its items; one HTTP request for up to 300 of them. EpicGone."""
    del actor
    reads = {BEFORE: sprint_calls.get_epic(epic_id), **epic_commands(ref)}
    wanted = {"EPIC": epic_id}
    answer = client.batch({**reads, **first_pages(ref, wanted)}, halt=False)
    row = _epic_or_gone(answer)
    if row.group_id != ref.group_id:
        raise EpicGone
    ids = tuple(task.id for task in all_rows(client, ref, wanted, answer))
    others = tuple(epic for epic in read_epics(*(answer.get(key) for key in EPICS)) if epic.id != epic_id)
    return EpicDeletionPlan(to_epic(row), ids, others)


def delete_epic(
    client: Client, ref: BoardRef, actor: Actor, epic_id: int, *, to_epic_id: int = 0
) -> Outcome[None]:
    """Delete an epic after its items lost it or went to another one.

    Two HTTP requests for up to 48 items, one more for each further 50. EpicGone when either epic is gone.
    """
    plan = plan_epic_deletion(client, ref, actor, epic_id)
    if to_epic_id and to_epic_id not in {epic.id for epic in plan.others}:
        raise EpicGone
    writes = _assignments(plan.task_ids, to_epic_id)
    ending = {DELETE: sprint_calls.delete_epic(epic_id), CHECK: sprint_calls.get_epic(epic_id)}
    client.intend(_deletion(ref, plan, to_epic_id, ()).change)
    packed = send_packed(client, writes | ending)
    refused = packed.error(DELETE)
    gone = packed.lost and isinstance(refused, NotFound)  # by our own first request, whose answer was lost
    if refused and not gone:
        raise refused
    if packed.get(CHECK):  # the answer to a deletion is [] even when it failed (surprise 25)
        raise Refused("NOT_DELETED", status=200, method="tasks.api.scrum.epic.delete")
    return _deletion(ref, plan, to_epic_id, _item_results(packed, plan.task_ids))


@looks_for(Kind.EPIC_DELETE)
def epic_is_gone(client: Client, change: Change) -> bool:
    """Whether the epic of this deletion is gone; one HTTP request."""
    return is_gone(client, sprint_calls.get_epic(change.target))


def _assignments(task_ids: Sequence[int], epic_id: int) -> dict[str, Command]:
    return {f"{WRITE}{task_id}": scrum_calls.update_item(task_id, epic_id=epic_id) for task_id in task_ids}


def _item_results(packed: PackedAnswer, task_ids: Sequence[int]) -> tuple[ItemResult, ...]:
    return tuple(ItemResult(task_id, packed.error(f"{WRITE}{task_id}")) for task_id in task_ids)


def _deletion(
    ref: BoardRef, plan: EpicDeletionPlan, to_epic_id: int, results: tuple[ItemResult, ...]
) -> Outcome[None]:
    stuck = sum(result.error is not None for result in results)
    record = _record(plan.epic)
    change = Change(
        kind=Kind.EPIC_DELETE,
        board_key=ref.key,
        target=plan.epic.id,
        label=plan.epic.name,
        before=asdict(record) | {"count": plan.total},
        after={"epic_id": to_epic_id},
        undo=RestoreEpic(plan.epic.id, record, to_epic_id, plan.task_ids),
        notices=(note(NoticeCode.EPIC_LEFT_ON_ITEMS, count=stuck),) if stuck else (),
    )
    return Outcome(change, None, results)


@recipe
class RestoreEpic(Recipe, frozen=True, tag="epic_restore"):
    """Adds a deleted epic again under a new id, and puts its items under it.

    `epic_id`: its old number. `to`: the epic that its items got instead; items that got yet another one since
    are left alone.
    """

    epic_id: int
    epic: EpicRecord
    to: EpicId
    items: tuple[int, ...]

    def run(self, client: Client, context: UndoContext) -> Outcome[Epic]:
        ref, actor = context.ref, context.actor
        new, lost = insert_epic(client, ref, actor, Epic(0, **asdict(self.epic)), None)
        notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
        results: tuple[ItemResult, ...] = ()
        left_alone = 0
        for part in chunks(self.items, BATCH_SIZE):
            facts = load_points(client, actor, part).facts
            still = [task_id for task_id, fact in facts.items() if fact.epic_id in (0, self.to, self.epic_id)]
            left_alone += len(part) - len(still)
            if still:
                results += _item_results(send_packed(client, _assignments(still, new.id)), still)
        if left_alone:
            notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=left_alone))
        change = Change(
            kind=Kind.EPIC_ADD,
            board_key=ref.key,
            target=new.id,
            label=new.name,
            after=asdict(_record(new)) | {"count": len(results)},
            undo=DeleteEpic(new.id),
            notices=tuple(notices),
            aliases={alias_key(IdKind.EPIC, self.epic_id): alias_key(IdKind.EPIC, new.id)},
        )
        return Outcome(change, new, results)


# --- shared ---
def _checked(edit: EpicEdit) -> EpicEdit:
    if not edit.values():
        raise BadInput("name", BadInputCode.NOTHING_TO_CHANGE)
    if edit.description is not None and not edit.description.strip():
        raise BadInput("description", BadInputCode.CANNOT_CLEAR)
    return EpicEdit(
        name=None if edit.name is None else require_name(edit.name),
        color=None if edit.color is None else require_color(edit.color),
        description=None if edit.description is None else edit.description.strip(),
    )


def _epic_or_gone(answer: BatchAnswer) -> EpicRow:
    found = None if isinstance(answer.errors.get(BEFORE), NotFound) else answer[BEFORE]
    row = sprint_calls.parse_epic(found.result) if found else None
    if row is None:
        raise EpicGone
    return row


def _record(epic: Epic) -> EpicRecord:
    return EpicRecord(epic.name, epic.color, epic.description)
