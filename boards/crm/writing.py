"""How values get into rows: read, write, read again, in one batch; a result for every row.

The batch does not halt: a row that was deleted meanwhile must not stop the others. `crm.status.*` refuses
without a code (behaviour.md §6.1), so what a refusal means follows from what was read: where a row was there
and could not be written, the right is missing. And its yes means little (§6.5), so the last command looks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from b24.client import BATCH_SIZE, Client, Command
from b24.errors import AccessDenied, OutcomeUnknown, PortalError, Refused
from b24.methods import crm as crm_calls
from b24.wire import literal
from boards.core.batches import PackedAnswer, send_packed
from boards.core.change import NoticeCode, note, unique
from boards.core.edits import Comparison, compare, value_unknown
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

    `before` and `now`: the directories. `changed`: new values of the rows that really changed, by id;
    `values_before`: their old ones, as far as they are known.
    """

    before: tuple[Directory, ...]
    now: tuple[Directory, ...]
    results: tuple[StageResult, ...]
    changed: Mapping[int, RowEdit]
    values_before: Mapping[int, RowEdit]
    notices: tuple[Notice, ...]


def write_rows(
    client: Client,
    entity_ids: Sequence[str],
    edits: Mapping[int, RowEdit],
    seen: Mapping[int, RowEdit],
) -> Written:
    """Write new values into rows of these directories; one HTTP request for up to 48 rows, 4 for 198.

    `seen`: values the person knew; of a row that is not in it nothing is known. What was refused is in the
    results, one per row: AccessDenied, StageGone, ValueNotTaken, or what the portal said.
    """
    packed = send_packed(client, _commands(entity_ids, edits))
    if isinstance(packed.broken, OutcomeUnknown):
        _look_again(client, entity_ids, packed)
    return _Reading(packed, entity_ids, edits, seen).written()


def joined(first: Written, second: Written, again: Collection[int]) -> Written:
    """Two writes as one; `again` are the ids of the first that were written under others in the second."""
    results = (*(result for result in first.results if result.stage_id not in again), *second.results)
    read_again = {directory.entity_id: directory for directory in second.now}
    notices = (*first.notices, *second.notices)
    return Written(
        before=first.before,
        now=tuple(read_again.get(directory.entity_id, directory) for directory in first.now),
        results=results,
        changed={**first.changed, **second.changed},
        values_before={**first.values_before, **second.values_before},
        notices=(
            *unique(notice for notice in notices if notice.code != NoticeCode.CRM_NOT_ALL),
            *_not_all(results),
        ),
    )


def _not_all(results: Sequence[StageResult]) -> Iterable[Notice]:
    """How many did not work, if any."""
    failed = sum(result.error is not None for result in results)
    if failed:
        yield note(NoticeCode.CRM_NOT_ALL, count=failed, total=len(results))


def _only(entity_ids: Sequence[str]) -> str:
    """The ENTITY_ID to ask for; "" (all) when there are several."""
    return entity_ids[0] if len(entity_ids) == 1 else ""


def _commands(entity_ids: Sequence[str], edits: Mapping[int, RowEdit]) -> dict[str, Command]:
    """The names of the directories come along where that costs no further request."""
    look = crm_calls.status_list(_only(entity_ids))
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
        look = crm_calls.status_list(_only(entity_ids))
        packed.parts.append(client.batch({AFTER: look}, halt=False))


def kinds_of(entity_ids: Iterable[str]) -> list[int]:
    """The kinds of objects of these directories, each once."""
    kinds = (kind_of(entity_id).entity_type_id for entity_id in entity_ids)
    return sorted({entity_type_id for entity_type_id in kinds if entity_type_id is not None})


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
        self.old = {stage.id: stage for stages in (self.before or {}).values() for stage in stages}
        self.new = {stage.id: stage for stages in (self.after or {}).values() for stage in stages}

    def written(self) -> Written:
        results = tuple(self._result(row_id) for row_id in self.edits)
        done = {result.stage_id for result in results if not result.error}
        compared = {row_id: self._compared(row_id) for row_id in self.edits if row_id in done & set(self.old)}
        changed = {
            row_id: self.edits[row_id]
            for row_id, found in compared.items()
            if found.unknown or differing(RowEdit(**found.before), self.edits[row_id])
        }
        return Written(
            before=self._directories(self.before),
            now=self._directories(self.after if self.after is not None else self._expected(done)),
            results=results,
            changed=changed,
            values_before={row_id: RowEdit(**compared[row_id].way_back) for row_id in changed},
            notices=tuple(self._notices(results, list(compared.values()), done)),
        )

    def _rows(self, key: str) -> Stages | None:
        answer = self.packed.get(key)
        if answer is None:
            return None
        found = to_stages(crm_calls.parse_statuses(answer.result, _only(self.entity_ids)))
        return {entity_id: found.get(entity_id, ()) for entity_id in self.entity_ids}

    def _result(self, row_id: int) -> StageResult:
        row = self.old.get(row_id) or self.new.get(row_id)
        error = self._error(row_id)
        return StageResult(row_id, error, row.name if row else "", row.entity_id if row else "")

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
        missed = tuple(FIELDS[field] for field in differing(values_of(row), self.edits[row_id]))
        return (error or ValueNotTaken(row_id, missed)) if missed else None

    def _compared(self, row_id: int) -> Comparison:
        read, wanted = values_of(self.old[row_id]), self.edits[row_id]
        seen = self.seen.get(row_id, RowEdit())
        return compare(read.values(), wanted.values(), seen.values(), lost=self.packed.lost, same=same)

    def _expected(self, done: set[int]) -> Stages:
        """Where the last look is missing: what the rows must be by the rules, from what they were."""
        return {
            entity_id: tuple(
                edited(stage, self.edits[stage.id]) if stage.id in done else stage for stage in stages
            )
            for entity_id, stages in (self.before or {}).items()
        }

    def _directories(self, stages: Stages | None) -> tuple[Directory, ...]:
        answers = {key: answer for part in self.packed.parts for key, answer in part.answers.items()}
        types, categories = read_naming(answers)
        wanted = [row for row in types if row.entity_id in self.entity_ids]
        directories = to_directories(stages or {}, wanted, categories)
        found = {directory.entity_id: directory for directory in directories}
        return tuple(found[entity_id] for entity_id in self.entity_ids if entity_id in found)

    def _notices(
        self, results: Sequence[StageResult], compared: Sequence[Comparison], done: set[int]
    ) -> Iterable[Notice]:
        yield from self._replaced(compared)
        yield from _not_all(results)
        if self.before is None:
            unknown = {field for edit in self.edits.values() for field in edit.values()}
        else:
            unknown = {field for found in compared for field in found.unknown}
            if done - self.old.keys():
                yield note(NoticeCode.STAGE_OF_ANOTHER_BOARD)
        yield from value_unknown(sorted(FIELDS[field] for field in unknown))
        if self.after is None:
            yield note(NoticeCode.CRM_RESULT_UNCHECKED)

    def _replaced(self, compared: Sequence[Comparison]) -> Iterable[Notice]:
        """Later values of other people that were overwritten: each told for one row, as one for many."""
        replaced = [(field, found.before[field]) for found in compared for field in found.replaced]
        if len(self.edits) == 1 and all(field != "sort" for field, _ in replaced):
            for field, old in replaced:
                yield note(NoticeCode.STAGE_CHANGED_SINCE, field=FIELDS[field], old=old)
        elif replaced:
            yield note(NoticeCode.BOARD_CHANGED_MEANWHILE)


def refusal(error: Refused, *, known: bool, row_id: int) -> Exception:
    """What a refusal to write means: the row is gone, or the right is missing; a code speaks for itself.

    Nothing else is left (§6.5): the id is positive and the fields are there.
    """
    if not known:
        return StageGone(row_id)
    return denied(error)


def denied(error: Refused) -> Refused:
    """The refusal of a write, as AccessDenied where it has no code: nothing else is left then (§6.5)."""
    if error.code:
        return error
    return AccessDenied(error.code, error.description, status=error.status, method=error.method)


# --- values ---
def values_of(stage: CrmStage) -> RowEdit:
    """What a row has now, in the words of an edit."""
    return RowEdit(stage.name, stage.sort, stage.raw_color)


def edited(stage: CrmStage, edit: RowEdit) -> CrmStage:
    """The row with new values."""
    raw = stage.raw_color if edit.color is None else crm_calls.wire_color(edit.color)
    return replace(
        stage,
        name=stage.name if edit.name is None else edit.name,
        sort=stage.sort if edit.sort is None else edit.sort,
        color=crm_calls.hex_color(raw),
        raw_color=raw,
    )


def differing(row: RowEdit, wanted: RowEdit) -> list[str]:
    """The given fields of `wanted` that the row does not have."""
    return [field for field, value in wanted.values().items() if not same(field, getattr(row, field), value)]


def same(field: str, value: Any, other: Any) -> bool:
    """Whether two values of a field are one for the portal."""
    if field == "color":
        return _plain(value) == _plain(other)
    if field == "name":
        return literal(str(value)) == literal(str(other))
    return bool(value == other)


def _plain(color: str) -> str:
    return crm_calls.hex_color(color) or color.removeprefix("#").casefold()
