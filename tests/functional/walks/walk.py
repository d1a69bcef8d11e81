"""One walk: its steps, and after each of them the laws that always hold."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from werkzeug.test import TestResponse

from boards.core.change import Kind, NoticeCode
from tests.functional.in_process import InProcessApp
from tests.functional.walks.catalog import ANY_REQUEST, FAULTS, STEPS, Order
from tests.functional.walks.others import OTHERS
from tests.functional.walks.pages import team_id
from tests.functional.walks.portal_state import TEAMWORK, Fact, Facts, homeless, journal, teamwork, written
from tests.functional.walks.steps import Press, Resumed

NO_WAY_BACK = {
    Kind.SPRINT_START: "no method stops a sprint, and the start has moved tasks and made columns",
    Kind.SPRINT_COMPLETE: "no method opens a completed sprint again",
    Kind.SPRINT_DELETE: "of the active sprint: its columns and who stood in them are gone with it",
}
"""What cannot be undone by design (behaviour.md §4.4). It is a new start for its team: from there on the team
is led back to how it was just after, and nothing older of it is taken back."""
TOLD = (200, 403, 404, 409, 422)


@dataclass
class Walk:
    """`start`: what the law compares with in the end; `settled`: the last entry without a way back."""

    g: InProcessApp
    start: Facts
    astray: frozenset[int]
    undone: dict[int, int] = field(default_factory=dict)
    touched: set[Fact] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    settled: int = 0
    homeless: frozenset[int] = frozenset()
    """Items that had no place on the board of the active sprint. Whoever comes back to it gets one: nobody
    could see them there, which is nothing to be restored."""

    def __post_init__(self) -> None:
        self.homeless = homeless(self.g)

    def act(self, name: int, a: int, b: int, c: int, fault: int) -> None:
        step = STEPS[name % len(STEPS)]
        ready = step.prepare(self.g, a, b, c)
        if ready is None:
            return
        method, press = ready
        order = FAULTS[fault] if step.sure and fault < len(FAULTS) else None
        self.log.append(f"{step} {a} {b} {c} {order}")
        before = self.g.boards()
        _answer, fresh = self._checked(lambda: self._clicks(method, press, order))
        if fresh:
            self._heed(fresh, changed=self.g.boards() != before)

    def _clicks(self, method: str, press: Press, order: Order | None) -> TestResponse:
        """Whoever sees a failure clicks again when it is over."""
        key = uuid.uuid4().hex
        if order:
            self.g.sandbox.fault(method, **order)
        answer = press(key)
        self.g.sandbox.delete("faults")
        if answer.status_code >= 500:
            answer = press(key)
        return answer

    def _checked(self, click: Callable[[], TestResponse]) -> tuple[TestResponse, int]:
        """The portal has changed exactly if the journal says so. The answer, and the new entry or 0."""
        before, said = self.g.boards(), journal(self.g)
        answer = click()
        fresh = [one for one in journal(self.g) if one not in said]
        self.log[-1] += f" -> {answer.status_code} {fresh}"
        assert answer.status_code in TOLD, (self.log, answer.text[:900])
        changed = self.g.boards() != before
        assert len(fresh) <= 1, self.log
        assert changed <= bool(fresh), ("changed and not written down", self.log, answer.text[:900])
        assert not fresh or answer.status_code == 200, (self.log, answer.text[:900])
        return answer, fresh[0] if fresh else 0

    def _heed(self, entry: int, *, changed: bool) -> None:
        """What the person was told about the way back. What was so already and is so still needs none."""
        _user, change = written(self.g, entry)
        if any(one.code == NoticeCode.NO_EXACT_REVERSE for one in change.notices):
            self.touched |= {("status", int(one)) for one in change.before["stages"]}
        if change.undo is None and changed:
            assert change.kind in NO_WAY_BACK, ("no way back", self.log)
            self._settle(entry)

    def _settle(self, entry: int) -> None:
        """After what has no way back, the team starts anew."""
        self.settled = entry
        self.start = {key: one for key, one in self.start.items() if key[0] not in TEAMWORK}
        self.start |= dict(teamwork(self.g, self.astray))
        self.homeless |= homeless(self.g)

    def undo_last(self, fault: int, after: int) -> None:
        """What was done last and is not undone; that may be an undo. See `undo` for the numbers."""
        free = [one for one, by in journal(self.g).items() if by is None]
        if free:
            self.undo(free[-1], fault, after)

    def undo(self, entry: int, fault: int, after: int) -> bool:
        """Whether it took the entry back; the journal must say the same.

        `fault` chooses what goes wrong, nothing when beyond `FAULTS`; `after`: how many of the undo's own
        requests to the portal are let through first, so that it also hits the steps of a job.
        """
        said = journal(self.g)
        user_id, _change = written(self.g, entry)
        tab = next(tab for who, tab in self.g.tabs.items() if self.g.sandbox.user(who) == user_id)
        order = FAULTS[fault] | {"after": after} if fault < len(FAULTS) else None
        self.log.append(f"undo {entry} {order}")
        press = Resumed(tab, f"/journal/{entry}/undo")
        answer, fresh = self._checked(lambda: self._clicks(ANY_REQUEST, press, order))
        done = answer.status_code == 200 and bool(fresh)
        if done and said[entry] is None:
            self.undone[entry] = fresh
        elif not done:
            self.refused.append(f"{entry}: {answer.status_code} {answer.text[100:220]}")
        return done

    def other(self, name: int, a: int, b: int) -> None:
        other = OTHERS[name % len(OTHERS)]
        self.touched |= other(self.g, a, b)
        self.log.append(f"other {other.__name__} {a} {b}")

    def undo_all(self, troubles: Iterable[tuple[int, int]]) -> None:
        """Newest first, so that each finds the portal as it left it; `troubles` are the numbers of `undo`."""
        trouble = iter(troubles)
        key = f"g{team_id(self.g)}"
        for entry in reversed(journal(self.g)):
            if entry <= self.settled and written(self.g, entry)[1].board_key == key:
                continue
            said, tip, effective = journal(self.g), entry, True
            while (by := said[tip]) is not None:
                tip, effective = by or self.undone.get(tip, 0), not effective
                assert tip in said, ("marked as undone, and nothing undid it", self.refused, self.log)
            if effective:
                self.undo(tip, *next(trouble))
