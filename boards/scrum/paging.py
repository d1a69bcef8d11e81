"""All tasks of an epic or a sprint: first pages ride in a page's batch, more take further requests.

The first pages are asked for by their place; the portal counts and sorts the whole for each. Further ones go
on from the last task seen, without a count, which stays quick however many there are and loses no task when
another one is deleted meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.methods import tasks as task_calls
from b24.methods.tasks import TaskRow
from boards.core.batches import chunks
from boards.core.model import BoardRef

ITEMS = "items_"
FIELDS = ("ID", "TITLE", "GROUP_ID", "STATUS", "STAGE_ID", "PARENT_ID", "SPRINT_ID", "BACKLOG_ID")
PAGES_AT_FIRST = 6
PAGE_SIZE = 50


def first_pages(
    ref: BoardRef, wanted: Mapping[str, Any], prefix: str = ITEMS, pages: int = PAGES_AT_FIRST
) -> dict[str, Command]:
    """The first pages of the team's tasks that fit `wanted`."""
    return _pages(ref, wanted, prefix, range(0, pages * PAGE_SIZE, PAGE_SIZE))


def all_rows(
    client: Client,
    ref: BoardRef,
    wanted: Mapping[str, Any],
    answer: BatchAnswer,
    prefix: str = ITEMS,
    pages: int = PAGES_AT_FIRST,
) -> tuple[TaskRow, ...]:
    """All of them, once the first pages are there. Raises what the portal said to the first page."""
    rest = range(pages * PAGE_SIZE, answer[f"{prefix}0"].total or 0, PAGE_SIZE)
    if not rest:
        return tuple(rows_of(answer, prefix).values())
    last, parts = 0, []
    with ThreadPoolExecutor(1) as maker:  # makes rows of what is there while the portal looks for more
        for starts in chunks(rest, BATCH_SIZE):
            parts.append(maker.submit(rows_of, answer, prefix))
            last = max(last, _last_id(answer, prefix))
            answer = client.batch(_onwards(ref, wanted, prefix, starts, after=last), halt=True)
    found: dict[int, TaskRow] = {}
    for rows in (*(part.result() for part in parts), rows_of(answer, prefix)):
        found |= rows
    return tuple(found.values())


def by_ids(task_ids: Sequence[int], prefix: str = ITEMS) -> dict[str, Command]:
    """These tasks, 50 per command."""
    return {
        f"{prefix}{index}": task_calls.list_tasks({"ID": list(part)}, order={"ID": "ASC"}, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }


def rows_of(answer: BatchAnswer, prefix: str = ITEMS) -> dict[int, TaskRow]:
    """The tasks of all pages that came."""
    return {row.id: row for page in _came(answer, prefix) for row in task_calls.parse_list(page)}


def _last_id(answer: BatchAnswer, prefix: str) -> int:
    return max(
        (task_id for page in _came(answer, prefix) for task_id in task_calls.parse_ids(page)), default=0
    )


def _came(answer: BatchAnswer, prefix: str) -> Iterator[Answer]:
    return (answer[key] for key in answer if key.startswith(prefix))


def _onwards(
    ref: BoardRef, wanted: Mapping[str, Any], prefix: str, starts: Sequence[int], after: int
) -> dict[str, Command]:
    """As many pages as `starts` has, each from where the one before it ended.

    When tasks vanish meanwhile, a page may have no last row; the next one then reads tasks we have already.
    """
    last: int | str = after
    commands = {}
    for start in starts:
        key, whole = f"{prefix}{start}", {"GROUP_ID": ref.group_id, **wanted, ">ID": last}
        commands[key] = task_calls.list_tasks(whole, order={"ID": "ASC"}, select=FIELDS, start=-1)
        last = f"$result[{key}][tasks][{PAGE_SIZE - 1}][id]"
    return commands


def _pages(
    ref: BoardRef, wanted: Mapping[str, Any], prefix: str, starts: Sequence[int]
) -> dict[str, Command]:
    whole = {"GROUP_ID": ref.group_id, **wanted}
    return {
        f"{prefix}{start}": task_calls.list_tasks(whole, order={"ID": "ASC"}, select=FIELDS, start=start)
        for start in starts
    }
