"""Work in steps: a stage is deleted after its tasks went elsewhere, or brought back with them.

The job lies in the store; each step is one request to the portal, and the page asks for the next one. A tab
that is closed in between leaves the job as it is.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, g, make_response, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from b24.errors import OutcomeUnknown, StageNotEmpty
from boards.core import jobs as work
from boards.core.errors import ItemsRemain, OfNewerRelease
from boards.core.jobs import DeletionJob, Progress, job_from_json
from boards.core.model import CardResult, Stage, Why
from boards.core.outcome import Outcome
from boards.crm.jobs import CrmDeletionJob, CrmRestoreJob
from boards.kanban.deletion import DeletionPlan, plan_deletion
from boards.kanban.stage_jobs import start_deletion
from store import jobs, task_changes
from store.jobs import JobRow
from web.actions.responses import announced, done_toast, shaped, toast
from web.actions.run import Done, record_change
from web.core.errors import explain
from web.core.failures import ThingMissing
from web.core.services import services
from web.core.session import PortalSession, needs_session
from web.core.tokens import actor, client
from web.crm.pages import changed_answer
from web.kanban.boards import board_of

blueprint = Blueprint("jobs", __name__)
blueprint.before_request(needs_session)

KIND = "stage"
SHOWN_FAILURES = 100
ELSEWHERE = 3
"""Seconds after which a page asks again for the step of a job that a newer release has begun."""

Failure = list[str]
"""Title of a card, why it stayed."""


@blueprint.get("/boards/<key>/stages/<int:stage_id>/delete")
def ask(key: str, stage_id: int) -> str:
    """What deleting the stage means: how many tasks, who could take them; one request, nothing is changed."""
    ref, as_admin = board_of(key), request.args.get("as_admin") == "1"
    plan = plan_deletion(client(), ref, actor(), stage_id, as_admin=as_admin)
    job_id = keep_plan(ref.key, {"plan": _plan_data(plan), "as_admin": as_admin})
    return render_block("shared/delete_dialog.html", "stage", key=ref.key, plan=plan, job_id=job_id)


@blueprint.post("/boards/<key>/stages/<int:stage_id>/delete")
def agree(key: str, stage_id: int) -> Response:
    """The person has chosen: make the planned job a real one and take its first step."""
    ref, row = board_of(key), planned(board_of(key).key)
    if "plan" in row.data:
        plan = _plan(row.data["plan"])
        if plan.stage.id != stage_id:
            raise ThingMissing
        target = request.form.get("target_stage_id", 0, type=int)
        start(row, start_deletion(ref, plan, target, as_admin=row.data["as_admin"]))
    return go_on(row)


@blueprint.post("/jobs/<job_id>/step")
def step(job_id: str) -> Response:
    """The next step of a job; its answer asks for the one after it. A mere plan has no steps."""
    row = _row(job_id)
    if "plan" in row.data:
        raise ThingMissing
    try:
        if row.state == "open":  # looked at before anything of it is touched
            job_from_json(row.data["job"])
        return _step(job_id)
    except OfNewerRelease:
        return _of_newer_release(job_id)


def keep_plan(board_key: str, data: dict[str, Any]) -> str:
    """Keep what a dialog shows (under "plan") until the person agrees to it; the id of the job to be."""
    return _create(board_key, data, state="plan")


def planned(board_key: str) -> JobRow:
    """The job that the form agrees to; ThingMissing when it is not about that board."""
    row = _row(request.form.get("job_id", ""))
    if row.board_key != board_key:
        raise ThingMissing
    return row


def start(row: JobRow, job: work.Job) -> None:
    """Make a plan the job that was agreed to."""
    jobs.save(services().db, row.member_id, row.id, _begun(job))


def go_on(row: JobRow) -> Response:
    """Take the next step of a job."""
    return _step(row.id)


def begin(job: work.Job) -> Response:
    """Start a job made elsewhere (the undo of a deletion) and take its first step.

    If that fails there is no job: whoever undoes again begins a new one, which looks first if need be.
    """
    job_id = _create(job.board_key, _begun(job))
    try:
        return _step(job_id)
    except BaseException:
        jobs.drop(services().db, _who().member_id, job_id)
        raise


def resume(job: work.Job) -> Response:
    """Keep a job that was interrupted; the answer asks for its next step."""
    return announced(_progress(_create(job.board_key, _begun(job)), job))


def _begun(job: work.Job) -> dict[str, Any]:
    """The document of a job; the name is for the journal, should nobody come back to it."""
    return {"job": job.to_json(), "failures": [], "name": _who().user_name}


def _step(job_id: str) -> Response:
    db, who = services().db, _who()
    row = jobs.lease(db, who.member_id, job_id)
    if row is None:
        return _waiting(_row(job_id))
    try:
        job = job_from_json(row.data["job"])
        g.answer_lost = g.get("answer_lost", False) or row.unsure
        progress = work.advance(client(bulk=True), actor(), job)
    except OutcomeUnknown:
        jobs.release(db, who.member_id, job_id, unsure=True)
        raise
    except BaseException as error:
        jobs.release(db, who.member_id, job_id)
        if isinstance(error, StageNotEmpty) and isinstance(job, CrmDeletionJob):
            raise ItemsRemain(job.stage_id) from error
        raise
    try:
        return _after(row, progress)
    except BaseException:  # the portal has done it, and it is not written down
        jobs.release(db, who.member_id, job_id, unsure=True)
        raise


def _after(row: JobRow, progress: Progress) -> Response:
    """Keep what the step achieved; show the progress, or what came of it all."""
    of_items = _of_items(progress.job)
    failures = row.data["failures"] + [_failure(one, of_items) for one in progress.results if one.error]
    data, db = row.data | {"job": progress.job.to_json(), "failures": failures}, services().db
    entry_id = None
    with db.session():  # the journal and the job never disagree on what was done
        if not of_items:
            task_changes.touched(db, row.member_id, row.user_id, {one.task_id for one in progress.results})
        if progress.outcome and (progress.outcome.change.undoable or _shows(progress.outcome)):
            entry_id = record_change(progress.outcome.change, request_key=row.id)
        jobs.save(db, row.member_id, row.id, data, state="done" if progress.finished else "open")
    if progress.outcome is None:
        return announced(_progress(row.id, progress.job))
    return _over(progress, Done(progress.outcome, progress.outcome.change, entry_id), failures)


def _over(progress: Progress, done: Done[Any], failures: list[Failure]) -> Response:
    """The job has ended: the board shows it; what stayed behind is listed."""
    outcome, job = progress.outcome, progress.job
    if not failures and isinstance(job, DeletionJob) and outcome and _shows(outcome):
        return _deleted(job, done)
    nothing = _gave_up(progress) and not job.done - len(failures)  # the account below says so
    toast = "" if nothing else done_toast(done, outcome.notices if outcome else ())
    if not failures and not _gave_up(progress):
        return announced(toast, board_refresh={}, dialog_close=True)
    account = render_block(
        "shared/results.html",
        "job",
        job=job,
        failures=failures[:SHOWN_FAILURES],
        count=len(failures),
        of_items=_of_items(job),
    )
    return announced(account + toast, board_refresh={})


def _gave_up(progress: Progress) -> bool:
    return isinstance(progress.job, DeletionJob) and not (progress.outcome and _shows(progress.outcome))


def _deleted(job: DeletionJob, done: Done[Any]) -> Response:
    """The page without the stage; what was in it is where it went."""
    into = {"into": job.target_id}
    if isinstance(job, CrmDeletionJob):
        return changed_answer(job.entity_id, done, dialog_close=True, more=into)
    return shaped(board_of(job.board_key), done, dialog_close=True, more=into)


def _shows(outcome: Outcome[Any]) -> bool:
    """Whether it tells how the stages are now; it does not when the job was given up."""
    return bool(outcome.now)


def _of_items(job: work.Job) -> bool:
    """Whether it is about things of the CRM and not about tasks."""
    return isinstance(job, CrmDeletionJob | CrmRestoreJob)


def _waiting(row: JobRow) -> Response:
    """Another request has the job, or it is over: look again, or read the board."""
    if row.state == "abandoned":
        text = _("This was not finished. What was done so far is in the journal and can be undone there.")
        return announced(toast(text, "warn"), board_refresh={}, dialog_close=True)
    if row.state != "open":
        return announced("", board_refresh={}, dialog_close=True)
    return announced(_progress(row.id, job_from_json(row.data["job"]), wait=True))


def _of_newer_release(job_id: str) -> Response:
    """The job is another release's, which goes on with it: the page asks until its request gets there."""
    turn = secrets.token_hex(4)
    html = render_block("shared/job.html", "elsewhere", job_id=job_id, seconds=ELSEWHERE, turn=turn)
    response = make_response(html, 503)
    response.headers["HX-Reswap"] = "none"
    response.headers["Retry-After"] = str(ELSEWHERE)
    return response


def _progress(job_id: str, job: work.Job, *, wait: bool = False) -> str:
    return render_block(
        "shared/job.html",
        "progress",
        job_id=job_id,
        turn=secrets.token_hex(4),
        job=job,
        wait=wait,
        deleting=isinstance(job, DeletionJob),
        of_items=_of_items(job),
    )


def _failure(result: CardResult, of_items: bool) -> Failure:
    text, _advice = explain(result.error) if result.error else ("", "")
    number = result.task_id
    name = _("Item %(number)s", number=number) if of_items else _("Task %(number)s", number=number)
    return [result.title or name, text]


def _who() -> PortalSession:
    who: PortalSession = g.portal_session
    return who


def _create(board_key: str, data: dict[str, Any], *, state: str = "open") -> str:
    return jobs.create(services().db, _who().member_id, _who().user_id, KIND, board_key, data, state=state)


def _row(job_id: str) -> JobRow:
    """A job of this very person; ThingMissing for any other."""
    row = jobs.get(services().db, _who().member_id, job_id)
    if row is None or row.user_id != _who().user_id:
        raise ThingMissing
    return row


def _plan_data(plan: DeletionPlan) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(asdict(plan)))
    return data


def _plan(data: dict[str, Any]) -> DeletionPlan:
    try:
        return DeletionPlan(
            stage=Stage(**data["stage"]),
            task_ids=tuple(data["task_ids"]),
            total=data["total"],
            others=tuple(Stage(**one) for one in data["others"]),
            refusal=Why(data["refusal"]) if data["refusal"] else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise OfNewerRelease("plan of a deletion") from error
