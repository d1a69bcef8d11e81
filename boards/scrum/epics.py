"""Epics: add, change, delete with what happens to their items, bring back (behaviour.md §4.6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.errors import NotFound, Refused
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods.sprints import EpicRow
from boards.core.batches import ADD, add_once, chunks, read_then_write, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_name
from boards.core.colors import require_color
from boards.core.errors import BadInput, BadInputCode, EpicGone
from boards.core.model import Actor, BoardRef, Notice
from boards.core.outcome import EpicOutcome
from boards.scrum.model import Epic, ItemResult
from boards.scrum.paging import all_rows, first_pages
from boards.scrum.planning import load_points
from boards.scrum.reading import EPICS, epic_commands, epic_key, read_epics, to_epic

WAS, WRITE, DELETE, CHECK = "was", "write_", "delete", "check"


@dataclass(frozen=True)
class EpicEdit:
    """What is to change of an epic; None leaves a field alone."""

    name: str | None = None
    color: str | None = None
    description: str | None = None

    def values(self) -> dict[str, str]:
        """Only what is given."""
        return {key: value for key, value in vars(self).items() if value is not None}


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
) -> EpicOutcome:
    """Add an epic. BadInput for a blank name or a bad color; AccessDenied. One HTTP request.

    `seen`: ids of the epics the page showed; only a lost answer needs them (see `adding`).
    """
    wanted = Epic(0, require_name(name), require_color(color), description.strip())
    epic, lost = insert_epic(client, ref, actor, wanted, seen)
    notices = (note(NoticeCode.ANSWER_LOST_BUT_DONE),) if lost else ()
    undo = {"op": "epic_delete", "epic_id": epic.id}
    change = Change(Kind.EPIC_ADD, ref.key, epic.id, epic.name, {}, _record(epic), undo, notices)
    return EpicOutcome(change, epic, notices)


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
    return Epic(made.id, wanted.name, wanted.color, wanted.description), found is not None


def edit_epic(
    client: Client, ref: BoardRef, actor: Actor, epic_id: int, edit: EpicEdit, *, seen: EpicEdit | None = None
) -> EpicOutcome:
    """Rename, recolor or describe an epic; one HTTP request.

    `seen`: the same fields as the person saw them. BadInput also for an empty description, which the portal
    would ignore. EpicGone when it is not there or not this team's.
    """
    return write_epic(client, ref, actor, epic_id, _checked(edit), seen or EpicEdit())


def write_epic(
    client: Client, ref: BoardRef, actor: Actor, epic_id: int, edit: EpicEdit, expected: EpicEdit
) -> EpicOutcome:
    """`edit_epic` without its checks, for undo."""
    del actor, ref  # the journal names the team the epic really belongs to
    commands = {
        WAS: sprint_calls.get_epic(epic_id),
        WRITE: sprint_calls.update_epic(epic_id, **edit.values()),
    }
    answer, lost = read_then_write(client, commands)
    row = _there(answer)
    was = to_epic(row)
    _ = answer[WRITE]
    old = {key: getattr(was, key) for key in edit.values()}
    if lost and old == edit.values():
        old = expected.values()
    now = Epic(**(vars(was) | edit.values()))
    notices = tuple(
        note(NoticeCode.FIELD_CHANGED_MEANWHILE, field=key, old=old[key])
        for key, value in expected.values().items()
        if key in old and old[key] not in (value, edit.values()[key])
    )
    back = {key: value for key, value in old.items() if value}  # the portal cannot clear (§4.6)
    undo = {"op": "epic_edit", "epic_id": epic_id, "values": back, "expected": edit.values()}
    change = Change(
        kind=Kind.EPIC_EDIT,
        board_key=BoardRef(row.group_id).key,
        target=epic_id,
        label=now.name,
        before=old,
        after=edit.values(),
        undo=undo if back else None,
        notices=notices,
    )
    return EpicOutcome(change, now, notices)


def plan_epic_deletion(client: Client, ref: BoardRef, actor: Actor, epic_id: int) -> EpicDeletionPlan:
    """What deleting the epic means for its items; one HTTP request for up to 300 of them. EpicGone."""
    del actor
    reads = {WAS: sprint_calls.get_epic(epic_id), **epic_commands(ref)}
    wanted = {"EPIC": epic_id}
    answer = client.batch({**reads, **first_pages(ref, wanted)}, halt=False)
    row = _there(answer)
    if row.group_id != ref.group_id:
        raise EpicGone
    ids = tuple(one.id for one in all_rows(client, ref, wanted, answer))
    left = tuple(one for one in read_epics(*(answer.get(key) for key in EPICS)) if one.id != epic_id)
    return EpicDeletionPlan(to_epic(row), ids, left)


def delete_epic(
    client: Client, ref: BoardRef, actor: Actor, epic_id: int, *, to_epic_id: int = 0
) -> EpicOutcome:
    """Delete an epic after its items lost it or went to another one.

    Two HTTP requests for up to 48 items, one more for each further 50. EpicGone when either epic is gone.
    """
    plan = plan_epic_deletion(client, ref, actor, epic_id)
    if to_epic_id and to_epic_id not in {one.id for one in plan.others}:
        raise EpicGone
    writes = {f"{WRITE}{one}": _with_epic(one, to_epic_id) for one in plan.task_ids}
    ending = {DELETE: sprint_calls.delete_epic(epic_id), CHECK: sprint_calls.get_epic(epic_id)}
    client.intend(_deleted(ref, plan, to_epic_id, ()).change)
    packed = send_packed(client, writes | ending)
    refused = packed.error(DELETE)
    gone = packed.lost and isinstance(refused, NotFound)  # by our own first request, whose answer was lost
    if refused and not gone:
        raise refused
    if packed.get(CHECK):  # the answer to a deletion is [] even when it failed (surprise 25)
        raise Refused("NOT_DELETED", status=200, method="tasks.api.scrum.epic.delete")
    results = tuple(ItemResult(one, error=packed.error(f"{WRITE}{one}")) for one in plan.task_ids)
    return _deleted(ref, plan, to_epic_id, results)


def _with_epic(task_id: int, epic_id: int) -> Command:
    """Another epic for one item."""
    return scrum_calls.update_item(task_id, epic_id=epic_id)


def _deleted(
    ref: BoardRef, plan: EpicDeletionPlan, to_epic_id: int, results: tuple[ItemResult, ...]
) -> EpicOutcome:
    stuck = sum(one.error is not None for one in results)
    notices = (note(NoticeCode.EPIC_LEFT_ON_ITEMS, count=stuck),) if stuck else ()
    change = Change(
        kind=Kind.EPIC_DELETE,
        board_key=ref.key,
        target=plan.epic.id,
        label=plan.epic.name,
        before=_record(plan.epic) | {"count": plan.total},
        after={"epic_id": to_epic_id},
        undo={
            "op": "epic_restore",
            "epic_id": plan.epic.id,
            "epic": _record(plan.epic),
            "to": to_epic_id,
            "items": list(plan.task_ids),
        },
        notices=notices,
    )
    return EpicOutcome(change, None, notices, results)


def restore_epic(
    client: Client, ref: BoardRef, actor: Actor, old_id: int, epic: Epic, items: Sequence[int], given: int
) -> EpicOutcome:
    """Bring a deleted epic back under a new id, and its items under it.

    `given`: the epic the items got instead; items that got yet another one since are left alone.
    """
    new, lost = insert_epic(client, ref, actor, epic, None)
    notices: list[Notice] = [note(NoticeCode.ANSWER_LOST_BUT_DONE)] if lost else []
    results: tuple[ItemResult, ...] = ()
    for part in chunks(items, BATCH_SIZE):
        found = load_points(client, actor, part)
        still = [one for one, fact in found.facts.items() if fact.epic_id in (0, given, old_id)]
        if len(still) < len(part):
            notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=len(part) - len(still)))
        if still:
            results += _give(client, still, new.id)
    change = Change(
        kind=Kind.EPIC_ADD,
        board_key=ref.key,
        target=new.id,
        label=new.name,
        after=_record(new) | {"count": len(results)},
        undo={"op": "epic_delete", "epic_id": new.id},
        notices=tuple(notices),
        aliases={epic_key(old_id): epic_key(new.id)},
    )
    return EpicOutcome(change, new, change.notices, results)


def _give(client: Client, task_ids: Sequence[int], epic_id: int) -> tuple[ItemResult, ...]:
    packed = send_packed(client, {f"{WRITE}{one}": _with_epic(one, epic_id) for one in task_ids})
    return tuple(ItemResult(one, error=packed.error(f"{WRITE}{one}")) for one in task_ids)


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


def _there(answer: BatchAnswer) -> EpicRow:
    found = None if isinstance(answer.errors.get(WAS), NotFound) else answer[WAS]
    row = sprint_calls.parse_epic(found.result) if found else None
    if row is None:
        raise EpicGone
    return row


def _record(epic: Epic) -> dict[str, Any]:
    return {"name": epic.name, "color": epic.color, "description": epic.description}


def epic_of(data: Mapping[str, str]) -> Epic:
    """The epic of a way back."""
    return Epic(0, data["name"], data["color"], data["description"])
