"""The ways back of changes in the CRM; `boards.core.undo` takes them in.

Rows are named by id and by STATUS_ID: a row that was deleted and restored has another id but the same code.
So no aliases are needed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from b24.client import Client
from b24.methods import crm as crm_calls
from boards.core.batches import chunks, send_packed
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.model import Actor, CardResult, Notice
from boards.crm.changes import write_back
from boards.crm.deletion import move_items
from boards.crm.jobs import CrmDeletionJob, CrmRestoreJob, deletion_job, restore_job
from boards.crm.kinds import kind_of
from boards.crm.model import BOARD_KEY, CrmOutcome

Recipe = Mapping[str, Any]
JOBS = frozenset({"crm_delete", "crm_restore"})


def job_of(recipe: Recipe, label: str) -> CrmDeletionJob | CrmRestoreJob | None:
    """The way back as a job, if it is one: an addition taken away, a deleted row brought back."""
    if recipe["op"] == "crm_delete":
        return deletion_job(dict(recipe), label)
    return restore_job(dict(recipe)) if recipe["op"] == "crm_restore" else None


def _rows(client: Client, actor: Actor, recipe: Recipe) -> CrmOutcome:
    return write_back(client, actor, Kind(recipe["kind"]), recipe["rows"])


def _items(client: Client, actor: Actor, recipe: Recipe) -> CrmOutcome:
    """Items back into the stage that could not be deleted after all; who moved one on since meant it."""
    del actor
    entity_type_id = kind_of(recipe["entity_id"]).entity_type_id
    assert entity_type_id is not None
    there = _still_there(client, entity_type_id, recipe)
    results: list[CardResult] = []
    for part in chunks(there, crm_calls.PAGE_SIZE):
        results += move_items(client, entity_type_id, part, recipe["to_code"])
    done = [one.task_id for one in results if one.error is None]
    notices = _told(len(recipe["items"]) - len(there), len(results) - len(done), len(done))
    back = {**recipe, "items": done, "from_code": recipe["to_code"], "to_code": recipe["from_code"]}
    count = {"count": len(done)}
    change = Change(
        kind=Kind.CRM_ITEMS_MOVE,
        board_key=f"{BOARD_KEY}{recipe['entity_id']}",
        target=0,
        label=recipe["label"],
        before=count,
        after=count,
        undo=back if done else None,
        notices=notices,
    )
    return CrmOutcome(change, (), notices, moved=tuple(results))


def _still_there(client: Client, entity_type_id: int, recipe: Recipe) -> list[int]:
    """Those items that are where they were put, in their order. Raises when even asking was refused."""
    commands = {
        f"find_{index}": crm_calls.find_items(entity_type_id, part, recipe["from_code"])
        for index, part in enumerate(chunks(recipe["items"], crm_calls.PAGE_SIZE))
    }
    packed = send_packed(client, commands)
    found: set[int] = set()
    for key in commands:
        answer = packed.get(key)
        if answer is None:
            raise packed.error(key) or AssertionError(key)
        found |= {row.id for row in crm_calls.parse_items(answer)}
    return [one for one in recipe["items"] if one in found]


def _told(left_alone: int, failed: int, done: int) -> tuple[Notice, ...]:
    counted = ((NoticeCode.TASKS_LEFT_ALONE, left_alone), (NoticeCode.TASKS_NOT_MOVED, failed))
    notices = [note(code, count=count) for code, count in counted if count]
    return (*notices, note(NoticeCode.CRM_RULES_MAY_RUN)) if done else tuple(notices)


WAYS: dict[str, Callable[[Client, Actor, Recipe], CrmOutcome]] = {"crm_rows": _rows, "crm_items": _items}
