"""Shaping directories: order, names, colors, of one or of many; each one batch that reads, writes, looks.

Rules of `crm.status.update`: behaviour.md §6.5; surprise 5.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from b24.client import Client
from b24.methods import crm as crm_calls
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.checks import require_title
from boards.core.colors import require_color
from boards.core.errors import BadInput, BadInputCode, StageGone
from boards.core.model import Actor, Notice
from boards.crm.load import to_record, to_stages
from boards.crm.model import GROUPS, SEVERAL, CrmOutcome, CrmStage, Directory, PlannedChange, RowEdit
from boards.crm.sort_values import plan_sorts
from boards.crm.writing import FIELDS, Written, joined, require_some, values_of, write_rows

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
    before = seen or read_directory(client, entity_id)
    wanted = arranged(before.stages, order)
    sorts = plan_sorts([(one.id, one.sort) for one in wanted])
    if not sorts:
        raise BadInput("order", BadInputCode.NOTHING_TO_CHANGE)
    edits = {one.id: RowEdit(sort=sorts[one.id]) for one in wanted if one.id in sorts}
    known = {one.id: RowEdit(sort=one.sort) for one in before.stages}
    written = write_rows(client, [entity_id], edits, known)
    return _outcome(Kind.CRM_ORDER, written, _meanwhile(written, before, known))


def arranged(stages: Sequence[CrmStage], order: Sequence[int]) -> tuple[CrmStage, ...]:
    """The stages by group, in each first those of `order`; BadInput when it names others."""
    places = {one: place for place, one in enumerate(dict.fromkeys(order))}
    if places.keys() - {one.id for one in stages}:
        raise BadInput("order", BadInputCode.STAGE_MISSING)
    return tuple(
        sorted(stages, key=lambda one: (GROUPS.index(one.semantic), places.get(one.id, len(places))))
    )


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
    for one in changes:
        edits[one.stage_id] = RowEdit(**{**edits.get(one.stage_id, RowEdit()).values(), **one.edit.values()})
        entity_ids[one.entity_id] = None
    if not edits:
        raise BadInput("what", BadInputCode.NOTHING_TO_CHANGE)
    stages = {one.id: one for directory in seen for one in directory.stages}
    known = {one: _known(stages[one], edit) for one, edit in edits.items() if one in stages}
    return _outcome(Kind.CRM_COPY, write_rows(client, list(entity_ids), edits, known))


def _known(stage: CrmStage, edit: RowEdit) -> RowEdit:
    """Of what was seen of a stage, what the edit replaces."""
    seen = values_of(stage)
    return RowEdit(**{name: getattr(seen, name) for name in edit.values()})


def read_directory(client: Client, entity_id: str) -> Directory:
    """A directory's rows as they are now, without its name; one HTTP request."""
    answer = client.call(crm_calls.status_list(entity_id))
    stages = to_stages(crm_calls.parse_statuses(answer.result, entity_id))
    return Directory(entity_id, entity_id, stages.get(entity_id, ()))


def write_back(client: Client, actor: Actor, kind: Kind, rows: Sequence[Mapping[str, Any]]) -> CrmOutcome:
    """Old values back into rows, for undo: one HTTP request, a second one if rows were restored since.

    A deleted row comes back under another id but with its code, by which it is found.
    """
    del actor
    written = _write_back(client, rows)
    ids = {(one.entity_id, stage.status_id): stage.id for one in written.directories for stage in one.stages}
    gone = {one.stage_id for one in written.results if isinstance(one.error, StageGone)}
    moved = {
        one["id"]: {**one, "id": ids[one["entity_id"], one["status_id"]]}
        for one in rows
        if one["id"] in gone and (one["entity_id"], one["status_id"]) in ids
    }
    if moved:
        written = joined(written, _write_back(client, [*moved.values()]), moved.keys())
    require_some(written.results)
    return _outcome(kind, written)


def _write_back(client: Client, rows: Sequence[Mapping[str, Any]]) -> Written:
    entity_ids = list(dict.fromkeys(one["entity_id"] for one in rows))
    edits = {one["id"]: RowEdit(**one["was"]) for one in rows}
    known = {one["id"]: RowEdit(**one["expected"]) for one in rows}
    return write_rows(client, entity_ids, edits, known, raise_if_all_failed=False)


# --- shared ---
def _meanwhile(written: Written, seen: Directory, known: Collection[int]) -> list[Notice]:
    """A notice when rows came or went since, or a SORT that was not ours to change is another one."""
    told = any(one.code == NoticeCode.BOARD_CHANGED_MEANWHILE for one in written.notices)
    before = {one.id: one.sort for directory in written.before for one in directory.stages}
    ours = {one.stage_id for one in written.results}
    changed = before.keys() != set(known) or any(
        before[one.id] != one.sort for one in seen.stages if one.id not in ours
    )
    return [note(NoticeCode.BOARD_CHANGED_MEANWHILE)] if before and changed and not told else []


def _outcome(kind: Kind, written: Written, more: Sequence[Notice] = ()) -> CrmOutcome:
    notices = (*more, *written.notices)
    change = Change(
        kind=kind,
        board_key=_board_key(written),
        target=_target(written),
        label=_label(kind, written),
        before=_state(written, written.before, written.was),
        after=_state(written, written.directories, written.changed),
        undo=_way_back(kind, written),
        notices=notices,
    )
    return CrmOutcome(change, written.directories, notices, written.results)


def _board_key(written: Written) -> str:
    keys = {one.entity_id for one in written.results if one.entity_id}
    concerned = [one for one in written.directories or written.before if one.entity_id in keys]
    return concerned[0].board_key if len(concerned) == 1 else SEVERAL


def _target(written: Written) -> int:
    return written.results[0].stage_id if len(written.results) == 1 else 0


def _label(kind: Kind, written: Written) -> str:
    """The stage's name when it is about one, else the directory's, else nothing."""
    if len(written.results) == 1 and kind != Kind.CRM_ORDER:
        return written.results[0].name
    names = [one.name for one in written.directories]
    return names[0] if len(names) == 1 else ""


def _state(
    written: Written, directories: Sequence[Directory], values: Mapping[int, RowEdit]
) -> dict[str, Any]:
    """What a reader of the journal compares: the one row, or the number of rows and what each had."""
    state: dict[str, Any] = {
        "count": len(written.changed),
        "directories": [one.entity_id for one in written.directories],
        "rows": {str(one): _told(edit) for one, edit in values.items()},
    }
    if len(directories) == 1 and len(directories[0].stages) <= WORTH_KEEPING:
        state["stages"] = to_record(directories[0].stages)
        if any(edit.sort is not None for edit in values.values()):
            state["order"] = [one.name for one in directories[0].stages]
    if len(written.results) == 1 and len(values) == 1:
        state |= {name: value for name, value in _told(*values.values()).items() if name != "position"}
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


def _told(edit: RowEdit) -> dict[str, Any]:
    values = {FIELDS[name]: value for name, value in edit.values().items()}
    if "color" in values:
        values["color"] = crm_calls.hex_color(values["color"])
    return values


def _way_back(kind: Kind, written: Written) -> dict[str, Any] | None:
    """The old values of rows that changed, as far as they are known."""
    rows = {one.id: one for directory in written.before for one in directory.stages}
    back = [
        {
            "id": row_id,
            "entity_id": rows[row_id].entity_id,
            "status_id": rows[row_id].status_id,
            "was": was.values(),
            "expected": {name: getattr(written.changed[row_id], name) for name in was.values()},
        }
        for row_id, was in written.was.items()
        if was.values()
    ]
    return {"op": "crm_rows", "kind": kind.value, "rows": back} if back else None
