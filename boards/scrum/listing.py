"""All tasks of an epic or a sprint: first pages ride in a page's batch, more take further requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24 import tasks as task_calls
from b24.client import BATCH_SIZE, BatchAnswer, Client, Command
from b24.tasks import TaskRow
from boards.model import BoardRef
from boards.sending import chunks

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
    first = answer[f"{prefix}0"]
    parts = [answer]
    rest = list(range(pages * PAGE_SIZE, first.total or 0, PAGE_SIZE))
    for starts in chunks(rest, BATCH_SIZE):
        parts.append(client.batch(_pages(ref, wanted, prefix, starts), halt=True))
    found = (part[key] for part in parts for key in part if key.startswith(prefix))
    return tuple({row.id: row for page in found for row in task_calls.parse_list(page)}.values())


def by_ids(task_ids: Sequence[int], prefix: str = ITEMS) -> dict[str, Command]:
    """These tasks, 50 per command."""
    return {
        f"{prefix}{index}": task_calls.list_tasks({"ID": list(part)}, order={"ID": "ASC"}, select=FIELDS)
        for index, part in enumerate(chunks(task_ids, PAGE_SIZE))
    }


def rows_of(answer: BatchAnswer, prefix: str = ITEMS) -> dict[int, TaskRow]:
    """The tasks of all pages that came."""
    pages = (answer[key] for key in answer if key.startswith(prefix))
    return {row.id: row for page in pages for row in task_calls.parse_list(page)}


def _pages(
    ref: BoardRef, wanted: Mapping[str, Any], prefix: str, starts: Sequence[int]
) -> dict[str, Command]:
    whole = {"GROUP_ID": ref.group_id, **wanted}
    return {
        f"{prefix}{start}": task_calls.list_tasks(whole, order={"ID": "ASC"}, select=FIELDS, start=start)
        for start in starts
    }
