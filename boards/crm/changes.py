"""Shaping directories: order, names, colors, of one or of many; each one batch that reads, writes, looks.

Rules of `crm.status.update`: behaviour.md §6.5; surprise 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from b24.client import Client
from b24.methods import crm as crm_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.errors import BadInput, BadInputCode, StageGone
from boards.core.model import Actor, Notice
from boards.core.outcome import Outcome, none_worked
from boards.core.recipes import Recipe, UndoContext, recipe
from boards.crm.load import to_record, to_stages
from boards.crm.model import (
    GROUPS,
    SEVERAL,
    CrmOutcome,
    CrmStage,
    Directory,
    PlannedChange,
    RowEdit,
    stages_by_id,
)
from boards.crm.sort_values import plan_sorts
from boards.crm.writing import FIELDS, Written, joined, values_of, write_rows

WORTH_KEEPING = 100
"""Rows of a directory up to which the journal keeps all of it, not only what changed."""


def reorder(
    client: Client,
    actor: Actor,
    entity_id: str,
    order: Sequence[int],
    *,
    seen: Directory | None = None,
) -> CrmOutcome:
    """Put a directory's rows into the order of these ids, changing as few SORT values as possible.

    Groups keep their order whatever `order` says; rows it does not name stay behind those of their group.
    `seen`: the directory as the person saw it; one HTTP request with it, two without. BadInput when an id is
    none of the rows, or nothing would change.
    """
    del actor
    shown = seen or read_directory(client, entity_id)
    wanted = arranged(shown.stages, order)
    sorts = plan_sorts([(stage.id, stage.sort) for stage in wanted])
    if not sorts:
        raise BadInput("order", BadInputCode.NOTHING_TO_CHANGE)
    edits = {stage.id: RowEdit(sort=sorts[stage.id]) for stage in wanted if stage.id in sorts}
    written = write_rows(client, [entity_id], edits, _known([shown]))
    return _outcome(Kind.CRM_ORDER, written, _meanwhile(written, shown))


def arranged(stages: Sequence[CrmStage], order: Sequence[int]) -> tuple[CrmStage, ...]:
    """The stages by group, in each first those of `order`; BadInput when it names others."""
    places = {stage_id: place for place, stage_id in enumerate(dict.fromkeys(order))}
    if places.keys() - {stage.id for stage in stages}:
        raise BadInput("order", BadInputCode.STAGE_MISSING)

    def place(stage: CrmStage) -> tuple[int, int]:
        return GROUPS.index(stage.semantic), places.get(stage.id, len(places))

    return tuple(sorted(stages, key=place))


def rename(
    client: Client,
    actor: Actor,
    entity_id: str,
    stage_id: int,
    name: str,
    *,
    seen_name: str | None = None,
) -> CrmOutcome:
    """Give a row another name. BadInput when blank or longer than 255. One HTTP request."""
    del actor
    edit = RowEdit(name=require_title(name, "name"))
    seen = {} if seen_name is None else {stage_id: RowEdit(name=seen_name)}
    return _outcome(Kind.CRM_RENAME, write_rows(client, [entity_id], {stage_id: edit}, seen))


def recolor(
    client: Client,
    actor: Actor,
    entity_id: str,
    colors: Mapping[int, str],
    *,
    seen: Mapping[int, str] | None = None,
) -> CrmOutcome:
    """Give rows of one directory other colors, in any spelling; one HTTP request for up to 48.

    `seen`: the colors the person saw. BadInput for what is no color, and for nothing at all.
    """
    return recolor_many(client, actor, {entity_id: colors}, seen=seen)


def recolor_many(
    client: Client,
    actor: Actor,
    plan: Mapping[str, Mapping[int, str]],
    *,
    seen: Mapping[int, str] | None = None,
) -> CrmOutcome:
    """Recolor rows of several directories: colors by id by ENTITY_ID; 4 HTTP requests for up to 198 rows."""
    del actor
    edits = {
        stage_id: RowEdit(color=require_color(color))
        for own in plan.values()
        for stage_id, color in own.items()
    }
    if not edits:
        raise BadInput("color", BadInputCode.NOTHING_TO_CHANGE)
    known = {stage_id: RowEdit(color=color) for stage_id, color in (seen or {}).items()}
    entity_ids = [entity_id for entity_id, own in plan.items() if own]
    return _outcome(Kind.CRM_RECOLOR, write_rows(client, entity_ids, edits, known))


def apply_copy(
    client: Client, actor: Actor, changes: Iterable[PlannedChange], *, seen: Sequence[Directory] = ()
) -> CrmOutcome:
    """Make the changes of a preview (`copying.copy_plan`), of one directory or several.

    One HTTP request for up to 48 rows. `seen`: the directories as the preview saw them.
    """
    del actor
    edits: dict[int, RowEdit] = {}
    entity_ids: dict[str, None] = {}
    for change in changes:
        planned = edits.get(change.stage_id, RowEdit())
        edits[change.stage_id] = msgspec.structs.replace(planned, **change.edit.values())
        entity_ids[change.entity_id] = None
    if not edits:
        raise BadInput("what", BadInputCode.NOTHING_TO_CHANGE)
    return _outcome(Kind.CRM_COPY, write_rows(client, list(entity_ids), edits, _known(seen)))


def _known(directories: Sequence[Directory]) -> dict[int, RowEdit]:
    """What the person saw of the rows of these directories."""
    return {row_id: values_of(stage) for row_id, stage in stages_by_id(directories).items()}


def read_directory(client: Client, entity_id: str) -> Directory:
    """A directory's rows as they are now, without its name; one HTTP request."""
    answer = client.call(crm_calls.status_list(entity_id))
    stages = to_stages(crm_calls.parse_statuses(answer.result, entity_id))
    return Directory(entity_id, entity_id, stages.get(entity_id, ()))


class RowBefore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that was written: what it had (`was`) and what it got (`expected`)."""

    id: int
    entity_id: str
    status_id: str
    was: RowEdit
    expected: RowEdit


@recipe
class WriteRows(Recipe, frozen=True, tag="crm_rows"):
    """Old values back into rows, of one directory or several; `kind` of the change as of its undo.

    A row is named by number and by STATUS_ID: one that was deleted and restored has another number but the
    same code, so no aliases are needed.
    """

    kind: Kind
    rows: tuple[RowBefore, ...]

    def run(self, client: Client, context: UndoContext) -> CrmOutcome:
        """One HTTP request, a second one if rows were restored since. Raises when no row could be written."""
        del context
        written = _write_back(client, self.rows)
        ids = {
            (directory.entity_id, stage.status_id): stage.id
            for directory in written.now
            for stage in directory.stages
        }
        gone = {result.stage_id for result in written.results if isinstance(result.error, StageGone)}
        restored = {
            row.id: msgspec.structs.replace(row, id=ids[row.entity_id, row.status_id])
            for row in self.rows
            if row.id in gone and (row.entity_id, row.status_id) in ids
        }
        if restored:
            written = joined(written, _write_back(client, [*restored.values()]), restored.keys())
        return _outcome(self.kind, written)


def _write_back(client: Client, rows: Sequence[RowBefore]) -> Written:
    entity_ids = list(dict.fromkeys(row.entity_id for row in rows))
    edits = {row.id: row.was for row in rows}
    known = {row.id: row.expected for row in rows}
    return write_rows(client, entity_ids, edits, known)


# --- shared ---
def _meanwhile(written: Written, seen: Directory) -> list[Notice]:
    """A notice when rows came or went since, or a SORT that was not ours to change is another one."""
    noticed = any(notice.code == NoticeCode.BOARD_CHANGED_MEANWHILE for notice in written.notices)
    before = stages_by_id(written.before)
    ours = {result.stage_id for result in written.results}
    changed = before.keys() != set(seen.ids) or any(
        before[stage.id].sort != stage.sort for stage in seen.stages if stage.id not in ours
    )
    return [note(NoticeCode.BOARD_CHANGED_MEANWHILE)] if before and changed and not noticed else []


def _outcome(kind: Kind, written: Written, more: Sequence[Notice] = ()) -> CrmOutcome:
    """The outcome of writing rows; raises the first refusal when nothing worked."""
    change = Change(
        kind=kind,
        board_key=_board_key(written),
        target=written.results[0].stage_id if len(written.results) == 1 else 0,
        label=_label(kind, written),
        before=_state(written, written.before, written.values_before),
        after=_state(written, written.now, written.changed),
        undo=_way_back(kind, written),
        notices=(*more, *written.notices),
    )
    nothing_done = none_worked(written.results)
    return Outcome(change, written.now, written.results, nothing_done).raise_if_nothing_done()


def _board_key(written: Written) -> str:
    keys = {result.entity_id for result in written.results if result.entity_id}
    concerned = [directory for directory in written.now or written.before if directory.entity_id in keys]
    return concerned[0].board_key if len(concerned) == 1 else SEVERAL


def _label(kind: Kind, written: Written) -> str:
    """The stage's name when it is about one, else the directory's, else nothing."""
    if len(written.results) == 1 and kind != Kind.CRM_ORDER:
        return written.results[0].title
    return written.now[0].name if len(written.now) == 1 else ""


def _state(
    written: Written, directories: Sequence[Directory], values: Mapping[int, RowEdit]
) -> dict[str, Any]:
    """What a reader of the journal compares: the one row, or the number of rows and what each had."""
    state: dict[str, Any] = {
        "count": len(written.changed),
        "directories": [directory.entity_id for directory in written.now],
        "rows": {str(row_id): _record(edit) for row_id, edit in values.items()},
    }
    if len(directories) == 1 and len(directories[0].stages) <= WORTH_KEEPING:
        state["stages"] = to_record(directories[0].stages)
        if any(edit.sort is not None for edit in values.values()):
            state["order"] = [stage.name for stage in directories[0].stages]
    if len(written.results) == 1 and len(values) == 1:
        state |= {name: value for name, value in _record(*values.values()).items() if name != "position"}
    return state


def state_of(directory: Directory, stage: CrmStage | None) -> dict[str, Any]:
    """A directory for the journal, and of the one row concerned name, code, color and position from 1."""
    state: dict[str, Any] = {"title": "", "code": "", "color": "", "position": 0}
    if stage:
        place = directory.ids.index(stage.id) + 1 if stage.id in directory.ids else 0
        state = {"title": stage.name, "code": stage.status_id, "color": stage.color, "position": place}
    if len(directory.stages) <= WORTH_KEEPING:
        state["stages"] = to_record(directory.stages)
    return state


def _record(edit: RowEdit) -> dict[str, Any]:
    """Values of a row for the journal, under the names that people know."""
    values = {FIELDS[field]: value for field, value in edit.values().items()}
    if "color" in values:
        values["color"] = crm_calls.hex_color(values["color"])
    return values


def _way_back(kind: Kind, written: Written) -> WriteRows | None:
    """The old values of rows that changed, as far as they are known."""
    stages = stages_by_id(written.before)
    rows = tuple(
        RowBefore(
            id=row_id,
            entity_id=stages[row_id].entity_id,
            status_id=stages[row_id].status_id,
            was=was,
            expected=RowEdit(**{field: getattr(written.changed[row_id], field) for field in was.values()}),
        )
        for row_id, was in written.values_before.items()
        if was.values()
    )
    return WriteRows(kind, rows) if rows else None
