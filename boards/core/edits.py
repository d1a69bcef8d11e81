"""What was there before an edit, and whether undo is still honest: one set of rules for every kind of object.

An edit reads the values that it replaces in the batch that writes them. Three questions follow, for stages,
tasks, CRM rows, epics, sprints, sprint columns and story points alike:

- What was there before? What was read; but after a lost answer a field that reads as we wrote it may be our
  own first attempt, so what the person saw counts, and where they saw nothing the value is unknown.
- Did we replace what somebody else had set meanwhile? Yes where the value before is not the one the person
  saw; but who sets the *same* value as the other replaces nothing.
- Which values may undo bring back? Those that are known; for the others the missing undo is explained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boards.core.change import NoticeCode, note
from boards.core.model import Notice

Values = Mapping[str, Any]
Same = Callable[[str, Any, Any], bool]
"""Whether two values of a field are the same thing: (field, one, other)."""


def equal(_field: str, value: object, other: object) -> bool:
    """The plainest `Same`."""
    return value == other


@dataclass(frozen=True)
class Comparison:
    """An edit against what was read and what the person saw.

    `before`: the value of each field before the edit, the best that is known. `unknown`: the fields of which
    it is not known. `replaced`: the fields in which somebody else's later value was overwritten.
    """

    before: dict[str, Any]
    unknown: tuple[str, ...]
    replaced: tuple[str, ...]

    @property
    def way_back(self) -> dict[str, Any]:
        """The values that undo may write."""
        return {field: value for field, value in self.before.items() if field not in self.unknown}

    def notices(self, changed: NoticeCode = NoticeCode.FIELD_CHANGED_MEANWHILE) -> list[Notice]:
        """One notice per replaced field, with its lost value as `old`; one for all fields without undo."""
        found = [note(changed, field=field, old=self.before[field]) for field in self.replaced]
        return found + value_unknown(self.unknown)


def value_unknown(fields: Sequence[str]) -> list[Notice]:
    """Why there is no undo for these fields; nothing when there are none."""
    return [note(NoticeCode.VALUE_BEFORE_UNKNOWN, fields=list(fields))] if fields else []


def compare(
    read: Values, wanted: Values, seen: Values | None, *, lost: bool, same: Same = equal
) -> Comparison:
    """Compare an edit (`wanted`) with the values the portal had (`read`) and those the person `saw`.

    Only the fields of `wanted` count. `seen` may lack fields: of those nothing is known. `lost`: an answer
    got lost on the way, so `read` may already hold what we wrote.
    """
    seen = seen or {}
    before, unknown, replaced = {}, [], []
    for field, value in wanted.items():
        had = read[field]
        if lost and same(field, had, value):
            if field not in seen:
                unknown.append(field)
            had = seen.get(field, had)
        before[field] = had
        if field in seen and not same(field, had, seen[field]) and not same(field, had, value):
            replaced.append(field)
    return Comparison(before, tuple(unknown), tuple(replaced))
