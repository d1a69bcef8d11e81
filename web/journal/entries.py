"""Entries of the journal as a page or a table shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from boards.core.change import Change, NoticeCode
from boards.crm.model import BOARD_KEY, SEVERAL
from store.journal import PRIVATE, Entry
from web.core.sentences import COMPARED, change_text, field_text, notice_text, value_text

OF_A_ROW = ("title", "color")
"""What is told of each row when several of a directory were changed at once."""
LONGEST = 200
KNOWN_NOTICES = frozenset(NoticeCode)
"""While the nodes are changed one by one, a newer release may have noted what this one has no words for."""


@dataclass(frozen=True)
class Difference:
    """A field before and after; "" for nothing. `is_color`: both are six hex digits or ""."""

    label: str
    before: str
    after: str
    is_color: bool = False


@dataclass(frozen=True)
class Names:
    """What the reader has seen lately: names of boards by key and titles of stages by id."""

    boards: Mapping[str, str]
    stages: Mapping[int, str]


@dataclass(frozen=True)
class EntryRow:
    """An entry for people. `undoable`: the reader may try to take it back; the portal has the last word."""

    id: int
    at: dt.datetime
    who: str
    board_key: str
    board: str
    text: str
    differences: tuple[Difference, ...]
    notices: tuple[str, ...]
    undone: bool
    undoable: bool
    undid: int | None = None

    @property
    def address(self) -> str:
        """Where the board, or the directory of the CRM, can be read."""
        if self.board_key.startswith(BOARD_KEY):
            return f"/crm/{self.board_key.removeprefix(BOARD_KEY)}"
        return "/crm" if self.board_key == SEVERAL else f"/boards/{self.board_key}"


def row_of(entry: Entry, zone: dt.tzinfo, names: Names, reader_id: int, undid: int | None = None) -> EntryRow:
    """The entry as one person sees it, in their time."""
    change = Change.from_json(entry.change)
    someone_elses_plan = entry.board_key == PRIVATE and entry.user_id != reader_id
    return EntryRow(
        id=entry.id,
        at=dt.datetime.fromtimestamp(entry.at, zone),
        who=entry.user_name,
        board_key=entry.board_key,
        board=board_name(entry.board_key, names.boards),
        text=change_text(change),
        differences=(*differences(change, names.stages), *_of_several(change, names.boards)),
        notices=tuple(notice_text(notice) for notice in change.notices if notice.code in KNOWN_NOTICES),
        undone=entry.undone_by is not None,
        undoable=change.undoable and entry.undone_by is None and not someone_elses_plan,
        undid=undid,
    )


def board_name(key: str, titles: Mapping[str, str]) -> str:
    """What a board is called; its number when its name was not seen lately."""
    if key == PRIVATE:
        return str(_("My Planner"))
    if not key:
        return ""
    if key == SEVERAL:
        return str(_("CRM"))
    if key.startswith(BOARD_KEY):
        return str(_("CRM: %(name)s", name=titles.get(key) or key.removeprefix(BOARD_KEY)))
    return titles.get(key) or str(_("Project %(number)s", number=key.removeprefix("g")))


def differences(change: Change, stages: Mapping[int, str]) -> tuple[Difference, ...]:
    """What the change changed, field by field. A stage nobody knows the title of is left out."""
    found = []
    for name in _names(change):
        before, after = (_text(name, values, stages) for values in (change.before, change.after))
        if before != after:
            label = field_text(name, change.board_key)
            found.append(Difference(label, before, after, name == "color"))
    return tuple(found)


def _of_several(change: Change, titles: Mapping[str, str]) -> list[Difference]:
    """What happened to each row of a directory, or in which directories of the CRM it happened."""
    rows, were = change.after.get("rows", {}), change.before.get("rows", {})
    if change.board_key == SEVERAL:
        keys = [f"{BOARD_KEY}{entity_id}" for entity_id in change.after.get("directories", ())]
        names = ", ".join(titles.get(key) or key.removeprefix(BOARD_KEY) for key in keys)
        return [Difference(str(_("Pipelines")), "", _shortened(names))] if names else []
    if len(rows) < 2:
        return []
    called = {str(stage["id"]): str(stage["title"]) for stage in change.before.get("stages", ())}
    return [
        Difference(called[row_id], str(were[row_id].get(field, "")), str(now[field]), field == "color")
        for row_id, now in rows.items()
        if row_id in called and row_id in were
        for field in OF_A_ROW
        if field in now
    ]


def _names(change: Change) -> Iterable[str]:
    """`stage` has the title, so its number need not be shown as well."""
    present = [name for name in COMPARED if name in change.before or name in change.after]
    return [name for name in present if name != "stage_id" or "stage" not in present]


def _text(name: str, values: Mapping[str, Any], stages: Mapping[int, str]) -> str:
    """A value for people: names in place of numbers, nothing for what is not there, and no novels."""
    value = values.get("names", {}).get(name) or values.get(name)
    if name == "stage_id":
        value = stages.get(values.get(name, 0))
    if value is None or (name != "priority" and value in ("", [], 0)):
        return ""
    return _shortened(value_text(name, value))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
