"""Bringing a deleted stage back: in its place, with its color and with its tasks.

The portal cannot bring anything back: a new stage is added, so it has a new id (`Change.aliases`). Only the
tasks that are still where the deletion put them return; whoever moved one on since meant it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.errors import OutcomeUnknown, PortalError, PortalTimeout
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from boards.core.batches import chunks
from boards.core.change import Change, Kind, NoticeCode, note
from boards.core.model import Actor, BoardRef, CardResult, Notice, Stage
from boards.core.outcome import StageOutcome
from boards.crm.model import CrmOutcome
from boards.kanban import stage_order as lists
from boards.kanban.deletion import move_portion
from boards.kanban.queries import list_by_id
from boards.kanban.stages import insert_unless_there, insertion, read_insertion, snapshot

WHERE = "where_"
PAGE_SIZE = 50
ROOM = BATCH_SIZE - 3  # stages, the addition, its move to the front


@dataclass(frozen=True)
class RestoreJob:
    """Restoring a stage from the recipe of its deletion, ids already resolved.

    `unchecked`: (task, stage where it was put) of which we do not know yet whether it is still there;
    `queue`: tasks to take back; `last`: the one taken back last, the next goes below it.
    """

    KIND: ClassVar[str] = "restore"

    board_key: str
    old_id: int
    title: str
    color: str
    after_id: int
    order: tuple[int, ...] = ()
    unchecked: tuple[tuple[int, int], ...] = ()
    as_admin: bool = False
    new_id: int = 0
    queue: tuple[int, ...] = ()
    last: int = 0
    returned: int = 0
    failed: int = 0
    left_alone: int = 0
    target_id: int = 0
    stages: tuple[tuple[int, str, str], ...] = ()
    notices: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = ()
    finished: bool = False

    @property
    def total(self) -> int:
        """Tasks that may come back, as far as known."""
        return len(self.unchecked) + len(self.queue) + self.done

    @property
    def done(self) -> int:
        """Tasks dealt with."""
        return self.returned + self.failed

    def to_json(self) -> str:
        return json.dumps({"job": self.KIND, **vars(self)})

    # --- what the steps do; `boards.crm.jobs` does it with items of a pipeline ---
    def add(self, client: Client, actor: Actor) -> RestoreJob:
        """The job with its stage in place and perhaps some tasks looked at."""
        return _add(client, actor, self)

    def find(self, part: Sequence[tuple[int, int]]) -> Command:
        """Which of at most 50 tasks are where the deletion put them, all of them in one place."""
        key = "STAGES_ID" if BoardRef.parse(self.board_key).is_planner else "STAGE_ID"
        return list_by_id([task_id for task_id, _ in part], **{key: part[0][1]})

    def found(self, answer: Answer) -> set[int]:
        """Those that `find` found."""
        return set(task_calls.parse_ids(answer))

    def take_back(self, client: Client, task_ids: Sequence[int]) -> list[CardResult]:
        """Move up to 50 back into the stage; one request."""
        return move_portion(client, [(task_id, self.new_id) for task_id in task_ids], after=self.last)

    def outcome(
        self, results: tuple[CardResult, ...], notices: Sequence[Notice]
    ) -> StageOutcome | CrmOutcome:
        """What came of it."""
        stages = lists.numbered([Stage(one[0], one[1], one[2], 0) for one in self.stages])
        return StageOutcome(_change(self, stages, notices), stages, tuple(notices), results)


def frozen(value: Any) -> Any:
    """Lists of decoded JSON as tuples, at any depth."""
    return tuple(frozen(one) for one in value) if isinstance(value, list) else value


Step = tuple[RestoreJob, StageOutcome | CrmOutcome | None, tuple[CardResult, ...]]


def advance_restore(client: Client, actor: Actor, job: RestoreJob) -> Step:
    """One step: the addition with the first look at the tasks, further looks, then the moves."""
    if not job.new_id:
        return _closed(job.add(client, actor), ())
    if job.unchecked:
        parts = _parts(job.unchecked)[:BATCH_SIZE]
        answer = client.batch(_where(job, parts), halt=False)
        answer.raise_first()
        return _closed(_found(job, parts, answer), ())
    part_ids, rest = job.queue[:BATCH_SIZE], job.queue[BATCH_SIZE:]
    results = tuple(job.take_back(client, part_ids))
    failed = sum(one.error is not None for one in results)
    job = replace(
        job,
        queue=rest,
        last=part_ids[-1],
        returned=job.returned + len(results) - failed,
        failed=job.failed + failed,
    )
    return _closed(job, results)


def _add(client: Client, actor: Actor, job: RestoreJob) -> RestoreJob:
    """Add the stage and, in the same request, ask where its tasks are."""
    ref = BoardRef.parse(job.board_key)
    act = job.as_admin and actor.is_admin
    one = Stage(0, job.title, job.color, 0)
    parts = _parts(job.unchecked)[:ROOM]
    commands = insertion(ref, one, job.after_id, as_admin=act) | _where(job, parts)
    try:
        answer = client.batch(commands, halt=True, repeatable=False)
    except PortalTimeout:
        raise
    except OutcomeUnknown:
        seen = [stage_id for stage_id in job.order if stage_id != job.old_id]
        before, new_id, notices = insert_unless_there(client, ref, one, job.after_id, as_admin=act, seen=seen)
        return _placed(client, replace(job, as_admin=act), before, new_id, notices)
    before, new_id, notices = read_insertion(answer)
    job = _placed(client, replace(job, as_admin=act), before, new_id, notices)
    return _found(job, parts, answer)


def _placed(
    client: Client, job: RestoreJob, before: Sequence[Stage], new_id: int, notices: Sequence[Notice]
) -> RestoreJob:
    """The job with its stage in place.

    Where the stage before it is gone as well, the portal put the new one last; then it moves behind the
    nearest older neighbour that is left (one more request, only in this case).
    """
    one = Stage(new_id, job.title, job.color, 0)
    after_id = job.after_id
    if after_id and lists.find(before, after_id) is None:
        after_id = lists.surviving_predecessor(before, job.order, job.old_id)
        try:
            client.call(stage_calls.update(new_id, after_id=after_id, as_admin=job.as_admin))
        except PortalError:
            after_id, notices = job.after_id, [*notices, note(NoticeCode.NOT_IN_PLACE)]
    if after_id == 0 and any(one.code == NoticeCode.NOT_IN_PLACE for one in notices):
        after_id = before[0].id
    stages = lists.inserted(before, one, after_id)
    if job.as_admin:
        notices = [note(NoticeCode.ACTED_AS_ADMIN), *notices]
    return replace(
        job,
        new_id=new_id,
        stages=tuple((stage.id, stage.title, stage.color) for stage in stages),
        notices=tuple((str(notice.code), tuple(notice.values.items())) for notice in notices),
    )


def _parts(pairs: Sequence[tuple[int, int]]) -> list[Sequence[tuple[int, int]]]:
    """The pairs in order, at most 50 at a time and of one target each."""
    runs = (list(run) for _, run in groupby(pairs, key=lambda pair: pair[1]))
    return [part for run in runs for part in chunks(run, PAGE_SIZE)]


def _where(job: RestoreJob, parts: Sequence[Sequence[tuple[int, int]]]) -> dict[str, Command]:
    """Which of these tasks are where the deletion put them; one command per 50 and target."""
    return {f"{WHERE}{index}": job.find(part) for index, part in enumerate(parts)}


def _found(job: RestoreJob, parts: Sequence[Sequence[tuple[int, int]]], answer: BatchAnswer) -> RestoreJob:
    """The job with these parts looked at, as far as there were answers; the rest is asked again."""
    there: set[int] = set()
    looked: list[int] = []
    for index, part in enumerate(parts):
        one = answer.get(f"{WHERE}{index}")
        if one is None:
            break
        there |= job.found(one)
        looked += [task_id for task_id, _ in part]
    queue = tuple(task_id for task_id in looked if task_id in there)
    return replace(
        job,
        unchecked=job.unchecked[len(looked) :],
        queue=job.queue + queue,
        left_alone=job.left_alone + len(looked) - len(queue),
    )


def _closed(job: RestoreJob, results: tuple[CardResult, ...]) -> Step:
    """The step's end; with the outcome when nothing is left to do."""
    if job.unchecked or job.queue:
        return job, None, results
    notices = [Notice(code, dict(values)) for code, values in job.notices]
    if job.left_alone:
        notices.append(note(NoticeCode.TASKS_LEFT_ALONE, count=job.left_alone))
    if job.failed:
        notices.append(note(NoticeCode.TASKS_NOT_MOVED, count=job.failed))
    return replace(job, finished=True), job.outcome(results, notices), results


def _change(job: RestoreJob, stages: tuple[Stage, ...], notices: Sequence[Notice]) -> Change:
    before = lists.without(stages, job.new_id)
    at_front = stages[0].id == job.new_id
    return Change(
        kind=Kind.STAGE_RESTORE,
        board_key=job.board_key,
        target=job.new_id,
        label=job.title,
        before=snapshot(before, job.new_id),
        after={**snapshot(stages, job.new_id), "returned": job.returned},
        undo={
            "op": "delete_stage",
            "stage_id": job.new_id,
            "target_id": job.target_id,
            "off_front": before[0].id if at_front else 0,
        },
        notices=tuple(notices),
        aliases={job.old_id: job.new_id},
    )
