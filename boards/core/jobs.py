"""Long work in steps of one HTTP request each: deleting a stage with what is in it, and bringing it back.

A job is a value: `advance` gives the next one, `to_json` and `job_from_json` let the store keep it between.
The engines are here; what a step does depends on the ground (the stages and tasks of a board, the rows and
items of a pipeline): features subclass the two jobs and register them with `@job`.

Fields of jobs are a format: a job that one release began is finished by the next.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Self, TypeVar

import msgspec

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import PortalError, StageNotEmpty
from boards.core.batches import chunks
from boards.core.change import Change, NoticeCode, note
from boards.core.errors import MoveIgnored, OfNewerRelease
from boards.core.model import Actor, CardResult, Notice
from boards.core.outcome import Outcome

PLANS_AFTER_REFUSAL = 3
FEW = 50
"""Things whose return needs no progress bar."""
WHERE = "where_"


class Job(msgspec.Struct, frozen=True, tag_field="job", forbid_unknown_fields=True):
    """Work that is kept between its steps."""

    board_key: str

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether nothing is left to do."""

    @property
    @abstractmethod
    def total(self) -> int:
        """Things known so far."""

    @property
    @abstractmethod
    def done(self) -> int:
        """Things dealt with."""

    @property
    @abstractmethod
    def is_long(self) -> bool:
        """Whether it may take more than one step, so that a page shows how far it is."""

    @abstractmethod
    def advance(self, client: Client, actor: Actor) -> Progress:
        """One step."""

    @abstractmethod
    def abandoned(self, *, unsure: bool) -> Change | None:
        """What was done when nobody goes on; None when that is nothing."""

    def to_json(self) -> str:
        """As text; `job_from_json` gives the same job again."""
        return msgspec.json.encode(self).decode()


JobT = TypeVar("JobT", bound=type[Job])
_JOBS: dict[str, type[Job]] = {}


def job(kind: JobT) -> JobT:
    """Class decorator: the store may hold jobs of this kind."""
    tag = str(kind.__struct_config__.tag)
    if tag in _JOBS:
        raise ValueError(f"two jobs {tag}")
    _JOBS[tag] = kind
    return kind


def kinds() -> frozenset[str]:
    """The tags of all jobs that this release can go on with."""
    return frozenset(_JOBS)


def job_from_json(text: str) -> Job:
    """What `to_json` wrote; OfNewerRelease for a kind, or a field of a known one, that is new to us."""
    data: dict[str, Any] = json.loads(text)
    name = data.get("job", "")
    try:
        return msgspec.convert(data, _JOBS[name])
    except (KeyError, msgspec.ValidationError) as error:
        raise OfNewerRelease(f"job {name}") from error


@dataclass(frozen=True)
class Progress:
    """A job after a step. `outcome` comes with the last one; `results` are the things of this step."""

    job: Job
    outcome: Outcome[Any] | None = None
    results: tuple[CardResult, ...] = field(default=())

    @property
    def finished(self) -> bool:
        return self.job.finished


def advance(client: Client, actor: Actor, work: Job) -> Progress:
    """One step. Errors of the portal as a whole are raised; the job may then be tried again as it is."""
    return work.advance(client, actor)


class Halfway(Exception):  # noqa: N818 (the name is the fact)
    """Some steps of a job are done and the next one failed: `job` is what can be gone on with."""

    def __init__(self, work: Job) -> None:
        super().__init__(type(work).__name__)
        self.job = work


def run(client: Client, actor: Actor, work: Job) -> Outcome[Any]:
    """All steps of a job, one after the other. Halfway when one fails that is not the first."""
    results: tuple[CardResult, ...] = ()
    begun = work
    while True:
        try:
            progress = work.advance(client, actor)
        except PortalError as error:
            if work is begun:
                raise
            raise Halfway(work) from error
        work, results = progress.job, results + progress.results
        if progress.outcome:
            return replace(progress.outcome, results=results)


def abandoned(work: Job, *, unsure: bool = False) -> Change | None:
    """What a job has done that nobody went on with, and the way back; None when it has done nothing yet.

    `unsure`: the portal never answered its last step, so it may have done that.
    """
    return None if work.finished else work.abandoned(unsure=unsure)


class DeletionJob(Job, frozen=True):
    """Deleting a stage with what is in it.

    `queue` are the things still to move to `target_id`, `moved` those that went. `planned`: `queue` and
    `moved` were all there is, as far as we know; otherwise the next step looks again. `order` are all that
    were tried, as they stood in the stage. `refusals` counts how often the portal said that there still are
    some.
    """

    stage_id: int
    target_id: int = 0
    queue: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    planned: bool = True
    refusals: int = 0
    finished: bool = False

    @property
    def total(self) -> int:
        return len(self.queue) + len(self.moved) + len(self.failed)

    @property
    def done(self) -> int:
        return len(self.moved) + len(self.failed)

    @property
    def is_long(self) -> bool:
        return not self.planned

    @property
    def ending(self) -> bool:
        """Whether the next step is the deletion itself."""
        return self.planned and not self.queue and not self.failed

    # --- the ground ---
    @abstractmethod
    def move(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        """Move up to 50 things to the target, below the one moved last; one request."""

    @abstractmethod
    def look(self, client: Client, actor: Actor) -> tuple[tuple[int, ...], bool]:
        """What is in the stage now, and whether that is all; one request."""

    @abstractmethod
    def finish(self, client: Client, actor: Actor) -> Outcome[Any]:
        """Delete the stage that should be empty now; one request. StageNotEmpty when it is not."""

    @abstractmethod
    def outcome_if_stopped(self, notices: tuple[Notice, ...]) -> Outcome[Any]:
        """The stage stays; what was moved is a change of its own that can be undone."""

    @abstractmethod
    def change_if_lost(self) -> Change:
        """The deletion that the portal never answered: only the things that were moved have a way back."""

    # --- the engine ---
    def advance(self, client: Client, actor: Actor) -> Progress:
        if self.queue:
            return self._move(client)
        if not self.planned:
            return self._plan(client, actor)
        if self.failed:
            return self._give_up(NoticeCode.TASKS_NOT_MOVED)
        return self._finish(client, actor)

    def abandoned(self, *, unsure: bool) -> Change | None:
        if unsure and self.ending:
            return self.change_if_lost()
        return self.outcome_if_stopped((note(NoticeCode.ABANDONED),)).change if self.moved else None

    def _move(self, client: Client) -> Progress:
        part, rest = self.queue[:BATCH_SIZE], self.queue[BATCH_SIZE:]
        results = self.move(client, part)
        went = tuple(result.task_id for result in results if result.error is None)
        stuck = tuple(result.task_id for result in results if result.error is not None)
        after = msgspec.structs.replace(
            self,
            queue=rest,
            moved=self.moved + went,
            failed=self.failed + stuck,
            order=self.order + tuple(part),
        )
        return Progress(after, None, tuple(results))

    def _plan(self, client: Client, actor: Actor) -> Progress:
        """Look again. What was moved and is still there was not moved, whatever the portal said."""
        there, complete = self.look(client, actor)
        not_gone = tuple(number for number in there if number in set(self.moved))
        new = tuple(number for number in there if number not in {*self.moved, *self.failed})
        after = msgspec.structs.replace(
            self,
            queue=new if self.target_id else (),
            moved=tuple(number for number in self.moved if number not in not_gone),
            failed=self.failed + not_gone,
            planned=complete or not new,
        )
        results = tuple(CardResult(number, MoveIgnored(number, self.stage_id)) for number in not_gone)
        if new and not after.target_id:
            raise StageNotEmpty("NO_EMPTY", method="task.stages.delete")
        if after.refusals and not new and not after.failed:
            return after._give_up(NoticeCode.HIDDEN_TASKS_REMAIN)
        return Progress(after, None, results)

    def _finish(self, client: Client, actor: Actor) -> Progress:
        try:
            outcome = self.finish(client, actor)
        except StageNotEmpty:
            if not self.target_id:
                raise
            if self.refusals >= PLANS_AFTER_REFUSAL:
                return self._give_up(NoticeCode.HIDDEN_TASKS_REMAIN)
            return Progress(msgspec.structs.replace(self, planned=False, refusals=self.refusals + 1))
        return Progress(msgspec.structs.replace(self, finished=True), outcome)

    def _give_up(self, code: NoticeCode) -> Progress:
        """The stage stays; what was moved is a change of its own."""
        count = len(self.failed)
        notices = (note(code, count=count) if count else note(code),)
        return Progress(msgspec.structs.replace(self, finished=True), self.outcome_if_stopped(notices))


class RestoreJob(Job, frozen=True):
    """Restoring a stage from the recipe of its deletion, ids already replaced by those of now.

    `unchecked`: (thing, stage where it was put) of which we do not know yet whether it is still there;
    `queue`: things to take back; `last`: the one taken back last, the next goes below it. `notices`: codes
    and values of what was noticed on the way.
    """

    old_id: int
    title: str
    color: str
    after_id: int
    unchecked: tuple[tuple[int, int], ...] = ()
    new_id: int = 0
    queue: tuple[int, ...] = ()
    last: int = 0
    returned: int = 0
    failed: int = 0
    left_alone: int = 0
    target_id: int = 0
    notices: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    finished: bool = False

    @property
    def total(self) -> int:
        return len(self.unchecked) + len(self.queue) + self.done

    @property
    def done(self) -> int:
        return self.returned + self.failed

    @property
    def is_long(self) -> bool:
        return len(self.unchecked) > FEW

    # --- the ground ---
    @abstractmethod
    def add(self, client: Client, actor: Actor) -> RestoreJob:
        """The job with its stage in place and perhaps some things looked at."""

    @abstractmethod
    def find(self, part: Sequence[tuple[int, int]]) -> Command:
        """Which of at most 50 things are where the deletion put them, all of them in one place."""

    @abstractmethod
    def found(self, answer: Answer) -> set[int]:
        """Those that `find` found."""

    @abstractmethod
    def take_back(self, client: Client, ids: Sequence[int]) -> list[CardResult]:
        """Move up to 50 back into the stage; one request."""

    @abstractmethod
    def outcome(self, results: tuple[CardResult, ...], notices: Sequence[Notice]) -> Outcome[Any]:
        """What came of it."""

    # --- the engine ---
    def advance(self, client: Client, actor: Actor) -> Progress:
        """One step: the addition with the first look at the things, further looks, then the moves."""
        if not self.new_id:
            return self.add(client, actor)._closed(())
        if self.unchecked:
            parts = parts_of(self.unchecked)[:BATCH_SIZE]
            answer = client.batch(self.where(parts), halt=False)
            answer.raise_first()
            return self.looked_at(parts, answer)._closed(())
        part, rest = self.queue[:BATCH_SIZE], self.queue[BATCH_SIZE:]
        results = tuple(self.take_back(client, part))
        failed = sum(result.error is not None for result in results)
        after = msgspec.structs.replace(
            self,
            queue=rest,
            last=part[-1],
            returned=self.returned + len(results) - failed,
            failed=self.failed + failed,
        )
        return after._closed(results)

    def abandoned(self, *, unsure: bool) -> Change | None:
        del unsure
        return self.outcome((), (note(NoticeCode.ABANDONED),)).change if self.new_id else None

    def where(self, parts: Sequence[Sequence[tuple[int, int]]]) -> dict[str, Command]:
        """Which of these things are where the deletion put them; one command per 50 and target."""
        return {f"{WHERE}{index}": self.find(part) for index, part in enumerate(parts)}

    def looked_at(self, parts: Sequence[Sequence[tuple[int, int]]], answer: BatchAnswer) -> Self:
        """The job with these parts looked at, as far as there were answers; the rest is asked again."""
        there: set[int] = set()
        looked: list[int] = []
        for index, part in enumerate(parts):
            found = answer.get(f"{WHERE}{index}")
            if found is None:
                break
            there |= self.found(found)
            looked += [number for number, _target in part]
        queue = tuple(number for number in looked if number in there)
        return msgspec.structs.replace(
            self,
            unchecked=self.unchecked[len(looked) :],
            queue=self.queue + queue,
            left_alone=self.left_alone + len(looked) - len(queue),
        )

    def _closed(self, results: tuple[CardResult, ...]) -> Progress:
        """The step's end; with the outcome when nothing is left to do."""
        if self.unchecked or self.queue:
            return Progress(self, None, results)
        notices = [Notice(code, dict(values)) for code, values in self.notices]
        if self.left_alone:
            notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=self.left_alone))
        if self.failed:
            notices.append(note(NoticeCode.TASKS_NOT_MOVED, count=self.failed))
        return Progress(msgspec.structs.replace(self, finished=True), self.outcome(results, notices), results)


def noted(notices: Sequence[Notice]) -> tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]:
    """Notices as `RestoreJob.notices` keeps them."""
    return tuple((str(notice.code), tuple(notice.values.items())) for notice in notices)


def parts_of(pairs: Sequence[tuple[int, int]]) -> list[Sequence[tuple[int, int]]]:
    """The pairs in order, at most 50 at a time and of one target each."""
    runs = (list(run) for _, run in groupby(pairs, key=lambda pair: pair[1]))
    return [part for run in runs for part in chunks(run, BATCH_SIZE)]
