"""Long work in steps of one HTTP request each: deleting a stage with tasks, and bringing one back.

A job is a value: `advance` gives the next one, `to_json`/`job_from_json` let the store keep it in between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from b24.client import BATCH_SIZE, Client
from b24.errors import StageNotEmpty
from boards.actor import Actor
from boards.change import Change, Kind
from boards.deletion import DeletionPlan, finish_deletion, move_portion, plan_deletion
from boards.errors import BadInput, BadInputCode, FirstStage, NotTaken
from boards.model import BoardRef, CardResult, Notice, Stage, Why
from boards.notices import NoticeCode, note
from boards.outcomes import StageOutcome
from boards.restore import RestoreJob, advance_restore

PLANS_AFTER_REFUSAL = 3


@dataclass(frozen=True)
class DeletionJob:
    """Deleting a stage. `queue` are the tasks still to move to `target_id`, `moved` those that went.

    `planned`: `queue` and `moved` were all there is, as far as we know; otherwise the next step looks
    again. `seen` are the stages of the plan (id, title, color, sort). `refusals` counts how often the
    portal said that there still are tasks.
    """

    board_key: str
    stage_id: int
    target_id: int = 0
    as_admin: bool = False
    off_front: int = 0
    queue: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    seen: tuple[tuple[int, str, str, int], ...] = ()
    planned: bool = True
    refusals: int = 0
    finished: bool = False

    @property
    def total(self) -> int:
        """Tasks known so far."""
        return len(self.queue) + len(self.moved) + len(self.failed)

    @property
    def done(self) -> int:
        """Tasks dealt with."""
        return len(self.moved) + len(self.failed)

    def to_json(self) -> str:
        return json.dumps({"job": "delete", **vars(self)})


@dataclass(frozen=True)
class Progress:
    """A job after a step. `outcome` comes with the last one; `results` are the cards of this step."""

    job: DeletionJob | RestoreJob
    outcome: StageOutcome | None = None
    results: tuple[CardResult, ...] = field(default=())

    @property
    def finished(self) -> bool:
        return self.job.finished


def start_deletion(
    ref: BoardRef, plan: DeletionPlan, target_id: int = 0, *, as_admin: bool = False
) -> DeletionJob:
    """A job from the plan that the person agreed to; nothing is sent.

    Raises FirstStage, and BadInput when tasks need a stage and `target_id` is none of the others.
    """
    if plan.refusal == Why.FIRST_STAGE:
        raise FirstStage(plan.stage.id)
    if target_id == plan.stage.id:
        raise BadInput("target_stage_id", BadInputCode.SAME_STAGE)
    if plan.total and target_id not in {stage.id for stage in plan.others}:
        raise BadInput("target_stage_id", BadInputCode.STAGE_MISSING)
    board = sorted((plan.stage, *plan.others), key=lambda one: one.sort)
    return DeletionJob(
        board_key=ref.key,
        stage_id=plan.stage.id,
        target_id=target_id,
        as_admin=as_admin,
        queue=plan.task_ids,
        seen=tuple((one.id, one.title, one.color, one.sort) for one in board),
        planned=plan.complete,
    )


def advance(client: Client, actor: Actor, job: DeletionJob | RestoreJob) -> Progress:
    """One step. Errors of the portal as a whole are raised; the job may then be tried again as it is."""
    if isinstance(job, RestoreJob):
        restored, outcome, results = advance_restore(client, actor, job)
        return Progress(restored, outcome, results)
    if job.queue:
        return _move(client, job)
    if not job.planned:
        return _plan(client, actor, job)
    if job.failed:
        return _give_up(job, NoticeCode.TASKS_NOT_MOVED)
    return _finish(client, actor, job)


def run(client: Client, actor: Actor, job: DeletionJob | RestoreJob) -> StageOutcome:
    """All steps of a job, one after the other."""
    results: tuple[CardResult, ...] = ()
    while True:
        progress = advance(client, actor, job)
        job, results = progress.job, results + progress.results
        if progress.outcome:
            return replace(progress.outcome, results=results)


def job_from_json(text: str) -> DeletionJob | RestoreJob:
    """What `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    if data.pop("job") == "restore":
        return RestoreJob.from_data(data)
    for key in ("queue", "moved", "failed"):
        data[key] = tuple(data[key])
    data["seen"] = tuple(tuple(one) for one in data["seen"])
    return DeletionJob(**data)


def _move(client: Client, job: DeletionJob) -> Progress:
    part, rest = job.queue[:BATCH_SIZE], job.queue[BATCH_SIZE:]
    last = job.moved[-1] if job.moved else 0
    results = move_portion(client, [(task_id, job.target_id) for task_id in part], after=last)
    went = tuple(one.task_id for one in results if one.error is None)
    stuck = tuple(one.task_id for one in results if one.error is not None)
    job = replace(job, queue=rest, moved=job.moved + went, failed=job.failed + stuck)
    return Progress(job, None, tuple(results))


def _plan(client: Client, actor: Actor, job: DeletionJob) -> Progress:
    """Look again. A task that was moved and is still there was not moved, whatever the portal said."""
    ref = BoardRef.parse(job.board_key)
    plan = plan_deletion(client, ref, actor, job.stage_id, as_admin=job.as_admin)
    lied = tuple(one for one in plan.task_ids if one in set(job.moved))
    new = tuple(one for one in plan.task_ids if one not in {*job.moved, *job.failed})
    job = replace(
        job,
        queue=new if job.target_id else (),
        moved=tuple(one for one in job.moved if one not in lied),
        failed=job.failed + lied,
        planned=plan.complete or not new,
    )
    results = tuple(CardResult(one, NotTaken(one, job.stage_id)) for one in lied)
    if new and not job.target_id:
        raise StageNotEmpty("NO_EMPTY", method="task.stages.delete")
    if job.refusals and not new and not job.failed:
        return _give_up(job, NoticeCode.HIDDEN_TASKS_REMAIN)
    return Progress(job, None, results)


def _finish(client: Client, actor: Actor, job: DeletionJob) -> Progress:
    ref = BoardRef.parse(job.board_key)
    moved = dict.fromkeys(job.moved, job.target_id)
    try:
        outcome = finish_deletion(
            client,
            ref,
            actor,
            job.stage_id,
            as_admin=job.as_admin,
            moved=moved,
            off_front=job.off_front,
            seen=[Stage(*one) for one in job.seen],
        )
    except StageNotEmpty:
        if not job.target_id:
            raise
        if job.refusals >= PLANS_AFTER_REFUSAL:
            return _give_up(job, NoticeCode.HIDDEN_TASKS_REMAIN)
        return Progress(replace(job, planned=False, refusals=job.refusals + 1))
    return Progress(replace(job, finished=True), outcome)


def _give_up(job: DeletionJob, code: NoticeCode) -> Progress:
    """The stage stays; what was moved is a change of its own that can be undone."""
    count = len(job.failed)
    notices: tuple[Notice, ...] = (note(code, count=count) if count else note(code),)
    change = Change(
        kind=Kind.CARDS_MOVE,
        board_key=job.board_key,
        target=0,
        label="",
        before={"stage_id": job.stage_id, "count": len(job.moved)},
        after={"stage_id": job.target_id, "count": len(job.moved)},
        undo=_back(job),
        notices=notices,
    )
    return Progress(replace(job, finished=True), StageOutcome(change, (), notices))


def _back(job: DeletionJob) -> dict[str, Any] | None:
    """The moved tasks back, in their order."""
    if not job.moved:
        return None
    above = (0, *job.moved)
    moves = [[one, job.stage_id, 0, after] for one, after in zip(job.moved, above, strict=False)]
    return {"op": "move_cards", "moves": moves, "places": {}}
