"""Long work in steps of one HTTP request each: deleting a stage with tasks, and bringing one back.

A job is a value: `advance` gives the next one, `to_json`/`job_from_json` let the store keep it in between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from b24.client import BATCH_SIZE, Client
from b24.errors import PortalError, StageNotEmpty
from boards.core.change import Change, NoticeCode, note
from boards.core.errors import BadInput, BadInputCode, FirstStage, NotTaken, OfNewerRelease
from boards.core.model import Actor, BoardRef, CardResult, Why
from boards.core.outcome import StageOutcome
from boards.crm.jobs import CrmDeletionJob, CrmRestoreJob
from boards.crm.model import CrmOutcome
from boards.kanban.deletion import DeletionPlan
from boards.kanban.deletion_job import DeletionJob
from boards.kanban.restore import RestoreJob, advance_restore, frozen

__all__ = [
    "DeletionJob",
    "Halfway",
    "Job",
    "Progress",
    "RestoreJob",
    "advance",
    "job_from_json",
    "run",
    "start_deletion",
]

PLANS_AFTER_REFUSAL = 3

Job = DeletionJob | RestoreJob

_JOBS: dict[str, type[DeletionJob] | type[RestoreJob]] = {
    one.KIND: one for one in (DeletionJob, RestoreJob, CrmDeletionJob, CrmRestoreJob)
}


@dataclass(frozen=True)
class Progress:
    """A job after a step. `outcome` comes with the last one; `results` are the cards of this step."""

    job: Job
    outcome: StageOutcome | CrmOutcome | None = None
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


def advance(client: Client, actor: Actor, job: Job) -> Progress:
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


class Halfway(Exception):  # noqa: N818 (the name is the fact)
    """Some steps of a job are done and the next one failed: `job` is what can be gone on with."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.KIND)
        self.job = job


def run(client: Client, actor: Actor, job: Job) -> StageOutcome | CrmOutcome:
    """All steps of a job, one after the other. Halfway when one fails that is not the first."""
    results: tuple[CardResult, ...] = ()
    begun = job
    while True:
        try:
            progress = advance(client, actor, job)
        except PortalError as error:
            if job is begun:
                raise
            raise Halfway(job) from error
        job, results = progress.job, results + progress.results
        if isinstance(progress.outcome, CrmOutcome):
            return replace(progress.outcome, moved=results)
        if progress.outcome:
            return replace(progress.outcome, results=results)


def abandoned(job: Job, *, unsure: bool = False) -> Change | None:
    """What a job has done that nobody went on with, and the way back; None when it has done nothing yet.

    `unsure`: the portal never answered its last step, so it may have done that.
    """
    if job.finished:
        return None
    if unsure and isinstance(job, DeletionJob) and job.ending:
        return job.unheard()
    notices = (note(NoticeCode.ABANDONED),)
    if isinstance(job, RestoreJob):
        return job.outcome((), notices).change if job.new_id else None
    return job.stopped(notices).change if job.moved else None


def job_from_json(text: str) -> Job:
    """What `to_json` wrote; OfNewerRelease for a kind, or a field of a known one, that is new to us."""
    data: dict[str, Any] = json.loads(text)
    name = data.pop("job", "")
    try:
        return _JOBS[name](**{key: frozen(value) for key, value in data.items()})
    except (KeyError, TypeError) as error:
        raise OfNewerRelease(f"job {name}") from error


def _move(client: Client, job: DeletionJob) -> Progress:
    part, rest = job.queue[:BATCH_SIZE], job.queue[BATCH_SIZE:]
    results = job.move(client, part)
    went = tuple(one.task_id for one in results if one.error is None)
    stuck = tuple(one.task_id for one in results if one.error is not None)
    moved, failed, order = job.moved + went, job.failed + stuck, job.order + tuple(part)
    job = replace(job, queue=rest, moved=moved, failed=failed, order=order)
    return Progress(job, None, tuple(results))


def _plan(client: Client, actor: Actor, job: DeletionJob) -> Progress:
    """Look again. A task that was moved and is still there was not moved, whatever the portal said."""
    there, complete = job.look(client, actor)
    lied = tuple(one for one in there if one in set(job.moved))
    new = tuple(one for one in there if one not in {*job.moved, *job.failed})
    job = replace(
        job,
        queue=new if job.target_id else (),
        moved=tuple(one for one in job.moved if one not in lied),
        failed=job.failed + lied,
        planned=complete or not new,
    )
    results = tuple(CardResult(one, NotTaken(one, job.stage_id)) for one in lied)
    if new and not job.target_id:
        raise StageNotEmpty("NO_EMPTY", method="task.stages.delete")
    if job.refusals and not new and not job.failed:
        return _give_up(job, NoticeCode.HIDDEN_TASKS_REMAIN)
    return Progress(job, None, results)


def _finish(client: Client, actor: Actor, job: DeletionJob) -> Progress:
    try:
        outcome = job.finish(client, actor)
    except StageNotEmpty:
        if not job.target_id:
            raise
        if job.refusals >= PLANS_AFTER_REFUSAL:
            return _give_up(job, NoticeCode.HIDDEN_TASKS_REMAIN)
        return Progress(replace(job, planned=False, refusals=job.refusals + 1))
    return Progress(replace(job, finished=True), outcome)


def _give_up(job: DeletionJob, code: NoticeCode) -> Progress:
    """The stage stays; what was moved is a change of its own."""
    count = len(job.failed)
    notices = (note(code, count=count) if count else note(code),)
    return Progress(replace(job, finished=True), job.stopped(notices))
