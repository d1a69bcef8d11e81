"""The order of `tasks.task.list`: a short list of keys, the rest is an error (behaviour.md §5.7)."""

# ruff: noqa: ARG005 (entries of one table have one signature)

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sandbox.rest.params import as_list, as_map, text_of, to_int
from sandbox.rest.registry import Call, RestError
from sandbox.state import ordering
from sandbox.state.portal import COMPLETED, GROUP_BOARD, USER_BOARD, Task

Key = Callable[[Task], Any]


def _last_name(call: Call, user_id: int) -> str:
    user = call.portal.users.get(user_id)
    return user.last_name.lower() if user else ""


def _keys(call: Call) -> dict[str, Key]:
    favorites = call.portal.favorites.get(call.user.id, set())
    return {
        "ID": attrgetter("id"),
        "TITLE": lambda task: task.title.lower(),
        "TIME_SPENT_IN_LOGS": lambda task: 0,
        "DATE_START": attrgetter("started"),
        "CREATED_DATE": attrgetter("created"),
        "CHANGED_DATE": attrgetter("changed"),
        "CLOSED_DATE": attrgetter("closed"),
        "ACTIVITY_DATE": attrgetter("changed"),
        "START_DATE_PLAN": attrgetter("start_plan"),
        "END_DATE_PLAN": attrgetter("end_plan"),
        "DEADLINE": attrgetter("deadline"),
        "REAL_STATUS": attrgetter("status"),
        "STATUS_COMPLETE": lambda task: task.status == COMPLETED,
        "PRIORITY": attrgetter("priority"),
        "MARK": attrgetter("mark"),
        "CREATED_BY_LAST_NAME": lambda task: _last_name(call, task.created_by),
        "RESPONSIBLE_LAST_NAME": lambda task: _last_name(call, task.responsible_id),
        "GROUP_ID": attrgetter("group_id"),
        "TIME_ESTIMATE": attrgetter("time_estimate"),
        "ALLOW_CHANGE_DEADLINE": attrgetter("allow_change_deadline"),
        "ALLOW_TIME_TRACKING": lambda task: False,
        "MATCH_WORK_TIME": lambda task: False,
        "FAVORITE": lambda task: task.id in favorites,
        "IS_PINNED": lambda task: False,
        "IS_PINNED_IN_GROUP": lambda task: False,
    }


def ordered(call: Call, tasks: list[Task], order: Any, wanted: dict[str, Any]) -> list[Task]:
    """The tasks in the asked order, ties and no order at all by id descending.

    Key names match in any case; one that cannot be sorted by is 400 "0" (surprise 11). Missing values come
    last in both directions.
    """
    asked = [
        (str(key).upper(), text_of(way).lower().startswith("desc")) for key, way in as_map(order).items()
    ]
    keys = _keys(call)
    if any(name not in keys and name != "SORTING" for name, _ in asked):
        raise RestError("0", "Incorrect sort field")
    if not asked or asked[-1][0] != "ID":
        tasks = _sort(tasks, keys["ID"], descending=True)
    for name, descending in reversed(asked):
        if name == "SORTING":
            tasks = _by_hand(call, tasks, wanted, descending)
        else:
            tasks = _sort(tasks, keys[name], descending)
    return tasks


def _sort(tasks: list[Task], key: Key, descending: bool) -> list[Task]:
    values = list(map(key, tasks))
    if None not in values:
        return sorted(tasks, key=key, reverse=descending)
    there = [task for task, value in zip(tasks, values, strict=True) if value is not None]
    missing = [task for task, value in zip(tasks, values, strict=True) if value is None]
    return sorted(there, key=key, reverse=descending) + missing


def _by_hand(call: Call, tasks: list[Task], wanted: dict[str, Any], descending: bool) -> list[Task]:
    """The manual order of the group the filter names, else of the caller's own list; unplaced tasks last."""
    groups = as_list(wanted.get("GROUP_ID", wanted.get("=GROUP_ID")))
    group_id = to_int(groups[0]) if len(groups) == 1 else 0
    board = (GROUP_BOARD, group_id) if group_id > 0 else (USER_BOARD, call.user.id)
    places = call.portal.sorting.get(board, {})
    placed = sorted(
        (t for t in tasks if t.id in places), key=lambda t: ordering.sort_key(call.portal, board, t.id)
    )
    return (placed[::-1] if descending else placed) + [task for task in tasks if task.id not in places]
