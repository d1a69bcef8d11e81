"""The filter of `tasks.task.list`, with all that makes it dangerous (behaviour.md §5.7, surprises 3, 11).

Keys are case-sensitive and may carry a prefix; an unknown key is dropped without a word, which widens the
answer. Each known key becomes one test of a task; the cheap ones run first.
"""

# ruff: noqa: ARG001, ARG005 (entries of one table have one signature)

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from sandbox.methods.tasks.index import by_ids, on_boards
from sandbox.methods.tasks.render import meta_status
from sandbox.rest import php
from sandbox.rest.params import as_list, as_map, is_array, text_of, to_int
from sandbox.rest.registry import Call
from sandbox.state import access
from sandbox.state.portal import Task
from sandbox.state.scrum import BACKLOG, SPRINT, Scrum

Test = Callable[[Task], bool]
PREFIXED = re.compile(r"(!=|!%|!|<=|>=|><|<|>|=|%|@|\?)?(.*)\Z", re.DOTALL)

NUMBERS: dict[str, Callable[[Task], int]] = {
    "GROUP_ID": attrgetter("group_id"),
    "STAGE_ID": attrgetter("stage_id"),
    "ID": attrgetter("id"),
    "PARENT_ID": attrgetter("parent_id"),
    "CREATED_BY": attrgetter("created_by"),
    "RESPONSIBLE_ID": attrgetter("responsible_id"),
    "STATUS_CHANGED_BY": attrgetter("status_changed_by"),
    "CHANGED_BY": attrgetter("changed_by"),
    "CLOSED_BY": attrgetter("closed_by"),
    "REAL_STATUS": attrgetter("status"),
    "PRIORITY": attrgetter("priority"),
    "TIME_ESTIMATE": attrgetter("time_estimate"),
    "FORUM_TOPIC_ID": lambda task: 0,
}
SCRUM: dict[str, Callable[[Scrum, Task], int]] = {
    "SPRINT_ID": lambda state, task: _entity_id(state, task, SPRINT),
    "BACKLOG_ID": lambda state, task: _entity_id(state, task, BACKLOG),
    "EPIC": lambda state, task: item.epic_id if (item := state.items.get(task.id)) else 0,
}
PEOPLE: dict[str, Callable[[Task], Iterable[int]]] = {
    "ACCOMPLICE": lambda task: task.accomplices,
    "AUDITOR": lambda task: task.auditors,
    "MEMBER": lambda task: (task.created_by, task.responsible_id, *task.accomplices, *task.auditors),
    "DEPENDS_ON": lambda task: (),
}
DATES: dict[str, Callable[[Task], dt.datetime | None]] = {
    "DEADLINE": attrgetter("deadline"),
    "CREATED_DATE": attrgetter("created"),
    "CHANGED_DATE": attrgetter("changed"),
    "ACTIVITY_DATE": attrgetter("changed"),
    "CLOSED_DATE": attrgetter("closed"),
    "DATE_START": attrgetter("started"),
    "START_DATE_PLAN": attrgetter("start_plan"),
    "END_DATE_PLAN": attrgetter("end_plan"),
    "STATUS_CHANGED_DATE": attrgetter("status_changed"),
}
EXACT: dict[str, Callable[[Task], str]] = {
    "MARK": lambda task: task.mark or "",
    "SITE_ID": lambda task: "s1",
    "ADD_IN_REPORT": lambda task: "N",
    "ALLOW_CHANGE_DEADLINE": lambda task: "Y" if task.allow_change_deadline else "N",
    "TASK_CONTROL": lambda task: "Y" if task.task_control else "N",
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def tests_of(call: Call, wanted: dict[str, Any]) -> list[Test]:
    """The tests of one filter map; with `::LOGIC` OR they are one test that asks for any of them."""
    found = [test for key, value in wanted.items() if (test := _test(call, str(key), value)) is not None]
    if str(wanted.get("::LOGIC", "AND")).upper() == "OR" and found:
        return [lambda task: any(test(task) for test in found)]
    return found


def matching(call: Call, wanted: dict[str, Any]) -> list[Task]:
    """The readable tasks that pass the filter, in no particular order."""
    tasks: Iterable[Task] = call.portal.tasks.values()
    if str(wanted.get("::LOGIC", "AND")).upper() == "AND":
        ids = _ints(wanted.get("ID"))
        groups, stages = _ints(wanted.get("GROUP_ID")), _ints(wanted.get("STAGE_ID"))
        tasks = by_ids(call, ids) if ids else on_boards(call, groups, stages)
    for test in tests_of(call, wanted):
        tasks = [task for task in tasks if test(task)]
    return list(filter(access.read_filter(call.portal, call.user), tasks))


def _test(call: Call, key: str, value: Any) -> Test | None:
    """The test for one key; None for a key that is unknown and therefore ignored."""
    if key.startswith("::SUBFILTER"):
        parts = tests_of(call, as_map(value))
        return lambda task: all(test(task) for test in parts)
    match = PREFIXED.match(key)
    operation, name = (match[1] or "", match[2]) if match else ("", key)
    if name in NUMBERS:
        return _number(NUMBERS[name], operation, value)
    if name in SCRUM:
        read, state = SCRUM[name], call.portal.scrum
        return _number(lambda task: read(state, task), operation, value)
    if name == "STATUS":
        now, user = call.portal.now(), call.user
        return _number(lambda task: meta_status(task, user, now), operation, value)
    if name in PEOPLE:
        return _any_of(PEOPLE[name], operation, _ints(value))
    if name in DATES:
        return _date(call, DATES[name], operation, value)
    if name in EXACT:
        return _any_of(lambda task: (EXACT[name](task),), operation, _texts(value))
    special = SPECIAL.get(name)
    return special(call, operation, value) if special else None


def _entity_id(state: Scrum, task: Task, kind: str) -> int:
    """The sprint or backlog of the task's item, 0 for none."""
    entity = state.entity_of(task.id)
    return entity.id if entity is not None and entity.kind == kind else 0


# --- kinds of fields ---
def _ints(value: Any) -> set[int]:
    return {to_int(item) for item in as_list(value)}


def _texts(value: Any) -> set[str]:
    return {text_of(item) for item in as_list(value) if not is_array(item)}


def _number(read: Callable[[Task], int], operation: str, value: Any) -> Test | None:
    """An array means IN, with `!` NOT IN, and by mistake IN again with `!=`; an empty one means nothing."""
    values = _ints(value)
    if not values:
        return None
    if operation in COMPARE:
        compare, limit = COMPARE[operation], to_int(as_list(value)[0])
        return lambda task: compare(read(task), limit)
    if operation == "><":
        return lambda task: min(values) <= read(task) <= max(values)
    if operation == "!" or (operation == "!=" and not is_array(value)):
        return lambda task: read(task) not in values
    if len(values) == 1:
        only = values.pop()
        return lambda task: read(task) == only
    return lambda task: read(task) in values


def _any_of(read: Callable[[Task], Iterable[Any]], operation: str, values: set[Any]) -> Test | None:
    """Fields with several values: one of them must be asked for, with `!` none may be."""
    if not values:
        return None
    if operation.startswith("!"):
        return lambda task: values.isdisjoint(read(task))
    return lambda task: not values.isdisjoint(read(task))


def _date(call: Call, read: Callable[[Task], dt.datetime | None], operation: str, value: Any) -> Test:
    """An empty value asks for tasks without that date; what cannot be read as a date is 1970 (§5.7)."""
    if value in ("", None, False) or value == []:
        if operation.startswith("!"):
            return lambda task: read(task) is not None
        return lambda task: read(task) is None
    limits = [_moment(call, item) for item in as_list(value)]
    first = limits[0]
    if operation in COMPARE:
        compare = COMPARE[operation]
        return lambda task: (moment := read(task)) is not None and compare(moment, first)
    if operation == "><":
        last = limits[-1]
        return lambda task: (moment := read(task)) is not None and first <= moment <= last
    if operation.startswith("!"):
        return lambda task: read(task) not in limits
    return lambda task: read(task) in limits


def _moment(call: Call, value: Any) -> dt.datetime:
    parsed = php.strtotime(text_of(value), call.user.time_zone, call.portal.now())
    return php.EPOCH if parsed is None else parsed


# --- single fields ---
def _title(call: Call, operation: str, value: Any) -> Test:
    """`%TITLE` is a substring, `TITLE` a pattern with % and _, `=TITLE` the whole text."""
    texts = [text.lower() for text in _texts(value)]
    if operation in ("%", "!%"):
        found: Test = lambda task: any(text in task.title.lower() for text in texts)  # noqa: E731
    elif operation in ("=", "!="):
        found = lambda task: task.title.lower() in texts  # noqa: E731
    else:
        patterns = [re.compile(_like(text), re.DOTALL) for text in texts]
        found = lambda task: any(pattern.fullmatch(task.title.lower()) for pattern in patterns)  # noqa: E731
    if operation.startswith("!"):
        return lambda task: not found(task)
    return found


def _like(text: str) -> str:
    signs = {"%": ".*", "_": "."}
    return "".join(signs.get(sign, re.escape(sign)) for sign in text)


def _search(call: Call, operation: str, value: Any) -> Test:
    """Every word must occur in the title, the description, a tag or the number of the task."""
    words = " ".join(_texts(value)).lower().split()

    def test(task: Task) -> bool:
        text = " ".join((task.title, task.description, *task.tags, str(task.id))).lower()
        return all(word in text for word in words)

    return test


def _tag(call: Call, operation: str, value: Any) -> Test | None:
    wanted = {text.lower() for text in _texts(value)}
    return _any_of(lambda task: [tag.lower() for tag in task.tags], operation, wanted)


def _crm(call: Call, operation: str, value: Any) -> Test | None:
    return _any_of(lambda task: task.crm, operation, _texts(value))


def _favorite(call: Call, operation: str, value: Any) -> Test:
    mine = call.portal.favorites.get(call.user.id, set())
    wanted = text_of(value) == "Y"
    return lambda task: (task.id in mine) == wanted


def _stages(call: Call, operation: str, value: Any) -> Test | None:
    """The columns of My Plan and of sprint boards, of any owner (§5.7)."""
    stages = _ints(value)
    if not stages:
        return None
    related = {key[0] for key, stage_id in call.portal.relations.items() if stage_id in stages}
    related.update(call.portal.scrum.tasks_in(stages))
    if operation == "!" or (operation == "!=" and not is_array(value)):
        return lambda task: task.id not in related
    return lambda task: task.id in related


def _root_only(call: Call, operation: str, value: Any) -> Test | None:
    if text_of(value) != "Y":
        return None
    readable, tasks = access.read_filter(call.portal, call.user), call.portal.tasks

    def test(task: Task) -> bool:
        parent = tasks.get(task.parent_id)
        return parent is None or not readable(parent)

    return test


def _story_points(call: Call, operation: str, value: Any) -> Test:
    """`Y` asks for estimated items, anything else for the others, tasks without an item among them."""
    wanted, items = text_of(value) == "Y", call.portal.scrum.items
    return lambda task: bool((item := items.get(task.id)) and item.points) == wanted


SPECIAL: dict[str, Callable[[Call, str, Any], Test | None]] = {
    "TITLE": _title,
    "SEARCH_INDEX": _search,
    "TAG": _tag,
    "UF_CRM_TASK": _crm,
    "FAVORITE": _favorite,
    "STAGES_ID": _stages,
    "ONLY_ROOT_TASKS": _root_only,
    "STORY_POINTS": _story_points,
}
