"""How values get into rows: read, write, read again, in one batch; a result for every row.

The batch does not halt: a row somebody deleted must not stop the others. `crm.status.*` refuses without a
code (behaviour.md §6.1), so what a refusal means follows from what was read: where a row was there and could
not be written, the right is missing. And its yes means little (§6.5), so the last command looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from b24.client import BATCH_SIZE, Client, Command
from b24.errors import AccessDenied, OutcomeUnknown, PortalError, Refused
from b24.methods import crm as crm_calls
from b24.wire import literal
from boards.core.batches import PackedAnswer, send_packed
from boards.core.change import NoticeCode, note
from boards.core.errors import StageGone, ValueNotTaken
from boards.core.model import Notice
from boards.crm.kinds import kind_of
from boards.crm.load import naming_commands, read_naming, to_directories, to_stages
from boards.crm.model import CrmStage, Directory, RowEdit, StageResult

BEFORE, AFTER, WRITE = "before", "after", "write_"
FIELDS = {"name": "title", "sort": "position", "color": "color"}
"""What a field of a row is called for people."""

Stages = Mapping[str, tuple[CrmStage, ...]]


@dataclass(frozen=True)
class Written:
    """What came of writing rows.

    `before` and `directories`: what was and what is. `changed`: rows that really changed, with their new
    values; `was`: their old ones, as far as they are known.
    """

    before: tuple[Directory, ...]
    directories: tuple[Directory, ...]
    results: tuple[StageResult, ...]
    changed: Mapping[int, RowEdit]
    was: Mapping[int, RowEdit]
    notices: tuple[Notice, ...]


def write_rows(
    client: Client,
    entity_ids: Sequence[str],
    edits: Mapping[int, RowEdit],
    seen: Mapping[int, RowEdit] | None = None,
    *,
    raise_if_all_failed: bool = True,
) -> Written:
    """Write new values into rows of these directories; one HTTP request for up to 48 rows, 4 for 198.

    `seen`: values the person knew. Raises when nothing worked at all: AccessDenied, StageGone, ValueNotTaken,
    or what the portal said. A refusal of one row among others is in its result.
    """
    packed = send_packed(client, _commands(entity_ids, edits))
    if isinstance(packed.broken, OutcomeUnknown):
        _look_again(client, entity_ids, packed)
    return _Reading(packed, entity_ids, edits, seen or {}).written(raise_if_all_failed)


def joined(first: Written, second: Written, again: Collection[int]) -> Written:
    """Two writes as one; `again` are the ids of the first that were written under others in the second."""
    results = (*(one for one in first.results if one.stage_id not in again), *second.results)
    fresh = {one.entity_id: one for one in second.directories}
    notices = [one for one in (*first.notices, *second.notices) if one.code != NoticeCode.CRM_NOT_ALL]
    notices = [one for index, one in enumerate(notices) if one not in notices[:index]]
    return Written(
        before=first.before,
        directories=tuple(fresh.get(one.entity_id, one) for one in first.directories),
        results=results,
        changed={**first.changed, **second.changed},
        was={**first.was, **second.was},
        notices=(*notices, *_not_all(results)),
    )


def require_some(results: Sequence[StageResult]) -> None:
    """Raises the first failure when nothing worked."""
    failed = [one.error for one in results if one.error]
    if failed and len(failed) == len(results):
        raise failed[0]


def _not_all(results: Sequence[StageResult]) -> Iterable[Notice]:
    """How many did not work, if any."""
    failed = sum(one.error is not None for one in results)
    if failed:
        yield note(NoticeCode.CRM_NOT_ALL, count=failed, total=len(results))


def _commands(entity_ids: Sequence[str], edits: Mapping[int, RowEdit]) -> dict[str, Command]:
    """The names of the directories come along where that costs no further request."""
    look = crm_calls.status_list(entity_ids[0] if len(entity_ids) == 1 else "")
    commands = {BEFORE: look}
    for row_id, edit in edits.items():
        commands[f"{WRITE}{row_id}"] = crm_calls.status_update(row_id, **edit.values())
    commands[AFTER] = look
    naming = naming_commands(kinds_of(entity_ids))
    room = -len(commands) % BATCH_SIZE
    return commands | naming if len(naming) <= room else commands


def _look_again(client: Client, entity_ids: Sequence[str], packed: PackedAnswer) -> None:
    """A later batch got lost: see what it did, in one more request; if that fails too, it stays unknown."""
    with suppress(PortalError):
        look = crm_calls.status_list(entity_ids[0] if len(entity_ids) == 1 else "")
        packed.parts.append(client.batch({AFTER: look}, halt=False))


def kinds_of(entity_ids: Iterable[str]) -> list[int]:
    """The kinds of objects of these directories, each once."""
    kinds = (kind_of(one).entity_type_id for one in entity_ids)
    return sorted({one for one in kinds if one is not None})


class _Reading:
    """The answers of a write, understood."""

    def __init__(
        self,
        packed: PackedAnswer,
        entity_ids: Sequence[str],
        edits: Mapping[int, RowEdit],
        seen: Mapping[int, RowEdit],
    ) -> None:
        self.packed, self.entity_ids, self.edits, self.seen = packed, entity_ids, edits, seen
        self.before, self.after = self._rows(BEFORE), self._rows(AFTER)
        self.old = by_id(self.before)
        self.new = by_id(self.after)
        self.unknown: set[str] = set()

    def written(self, raise_if_all_failed: bool) -> Written:
        results = tuple(self._result(row_id) for row_id in self.edits)
        if raise_if_all_failed:
            require_some(results)
        done = {one.stage_id for one in results if not one.error}
        was = {one: self._was(one) for one in self.edits if one in done and one in self.old}
        changed = {one: self.edits[one] for one in was if not _same_values(was[one], self.edits[one])}
        return Written(
            before=self._directories(self.before),
            directories=self._directories(self.after if self.after is not None else self._expected(done)),
            results=results,
            changed=changed,
            was={one: was[one] for one in changed},
            notices=tuple(self._notices(results, done)),
        )

    def _rows(self, key: str) -> Stages | None:
        answer = self.packed.get(key)
        if answer is None:
            return None
        entity_id = self.entity_ids[0] if len(self.entity_ids) == 1 else ""
        found = to_stages(crm_calls.parse_statuses(answer.result, entity_id))
        return {one: found.get(one, ()) for one in self.entity_ids}

    def _result(self, row_id: int) -> StageResult:
        row = self.old.get(row_id) or self.new.get(row_id)
        error = self._error(row_id)
        return StageResult(row_id, row.entity_id if row else "", row.name if row else "", error)

    def _error(self, row_id: int) -> Exception | None:
        error = self.packed.error(f"{WRITE}{row_id}")
        if isinstance(error, Refused):
            return refusal(error, known=self.before is None or row_id in self.old, row_id=row_id)
        uncertain = error is None or isinstance(error, OutcomeUnknown)
        if not uncertain or self.after is None or row_id not in self.old:
            return error
        row = self.new.get(row_id)
        if row is None:
            return StageGone(row_id)
        missed = tuple(FIELDS[name] for name in differing(values_of(row), self.edits[row_id]))
        return (error or ValueNotTaken(row_id, missed)) if missed else None

    def _was(self, row_id: int) -> RowEdit:
        """The values before. After a lost answer, reading our own values tells nothing: then what the person
        saw counts, and what nobody knows is left out.
        """
        edit, row = self.edits[row_id], values_of(self.old[row_id])
        found = {}
        for name, wanted in edit.values().items():
            value = getattr(row, name)
            if self.packed.lost and same(name, value, wanted):
                value = getattr(self.seen.get(row_id, RowEdit()), name)
                if value is None:
                    self.unknown.add(FIELDS[name])
            found[name] = value
        return RowEdit(**found)

    def _expected(self, done: set[int]) -> Stages:
        """Where the last look is missing: what the rows must be by the rules, from what they were."""
        return {
            entity_id: tuple(edited(one, self.edits[one.id]) if one.id in done else one for one in stages)
            for entity_id, stages in (self.before or {}).items()
        }

    def _directories(self, stages: Stages | None) -> tuple[Directory, ...]:
        types, categories = read_naming(
            {key: one for part in self.packed.parts for key, one in part.answers.items()}
        )
        wanted = [one for one in types if one.entity_id in self.entity_ids]
        found = {one.entity_id: one for one in to_directories(stages or {}, wanted, categories)}
        return tuple(found[one] for one in self.entity_ids if one in found)

    def _notices(self, results: Sequence[StageResult], done: set[int]) -> list[Notice]:
        notices = [*self._changed_since(done), *_not_all(results)]
        if self.before is not None and done - self.old.keys():
            notices.append(note(NoticeCode.STAGE_OF_ANOTHER_BOARD))
        if self.unknown or self.before is None:
            fields = {FIELDS[name] for edit in self.edits.values() for name in edit.values()}
            notices.append(note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=sorted(self.unknown or fields)))
        if self.after is None:
            notices.append(note(NoticeCode.CRM_RESULT_UNCHECKED))
        return notices

    def _changed_since(self, done: set[int]) -> Iterable[Notice]:
        """A value that was replaced is not the one the person knew of: named for one row, told for many."""
        if self.packed.lost:
            return
        found = [
            (name, getattr(values_of(self.old[row_id]), name))
            for row_id in self.edits
            if row_id in done and row_id in self.old and row_id in self.seen
            for name in differing(values_of(self.old[row_id]), self.seen[row_id])
        ]
        if len(self.edits) == 1 and all(name != "sort" for name, _ in found):
            for name, value in found:
                yield note(NoticeCode.STAGE_CHANGED_SINCE, field=FIELDS[name], old=value)
        elif found:
            yield note(NoticeCode.BOARD_CHANGED_MEANWHILE)


def refusal(error: Refused, *, known: bool, row_id: int) -> Exception:
    """What a refusal to write means: the row is gone, or the right is missing; a code speaks for itself.

    Nothing else is left (§6.5): the id is positive and the fields are there.
    """
    if not known:
        return StageGone(row_id)
    return denied(error)


def denied(error: Refused) -> Refused:
    """The refusal of somebody who asked for the right; without a code nothing else is left (§6.5)."""
    if error.code:
        return error
    return AccessDenied(error.code, error.description, status=error.status, method=error.method)


# --- values ---
def by_id(stages: Stages | None) -> dict[int, CrmStage]:
    """All rows of all directories."""
    return {one.id: one for own in (stages or {}).values() for one in own}


def values_of(stage: CrmStage) -> RowEdit:
    """What a row has now, in the words of an edit."""
    return RowEdit(stage.name, stage.sort, stage.raw_color)


def edited(stage: CrmStage, edit: RowEdit) -> CrmStage:
    """The row with new values."""
    raw = stage.raw_color if edit.color is None else crm_calls.wire_color(edit.color)
    return CrmStage(
        id=stage.id,
        status_id=stage.status_id,
        name=stage.name if edit.name is None else edit.name,
        sort=stage.sort if edit.sort is None else edit.sort,
        color=crm_calls.hex_color(raw),
        semantic=stage.semantic,
        system=stage.system,
        entity_id=stage.entity_id,
        raw_color=raw,
    )


def differing(row: RowEdit, wanted: RowEdit) -> list[str]:
    """The given fields of `wanted` that the row does not have."""
    return [name for name, value in wanted.values().items() if not same(name, getattr(row, name), value)]


def _same_values(was: RowEdit, wanted: RowEdit) -> bool:
    """Nothing changed; a value nobody knows counts as changed."""
    return not differing(was, wanted)


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are one for the portal."""
    if one is None or other is None:
        return bool(one == other)
    if name == "color":
        return bool(_plain(one) == _plain(other))
    if name == "name":
        return literal(str(one)) == literal(str(other))
    return bool(one == other)


def _plain(color: str) -> str:
    return crm_calls.hex_color(color) or color.removeprefix("#").casefold()
