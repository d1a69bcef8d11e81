"""Work in steps: a stage is deleted after its tasks went elsewhere, or brought back with them.

The job lies in the store; each step is one request to the portal, and the page asks for the next one. A tab
that is closed in between leaves the job as it is. Features register how pages tell of their kinds of work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from b24.errors import OutcomeUnknown
from boards.core import jobs as work
from boards.core.errors import OfNewerRelease
from boards.core.jobs import DeletionJob, Job, Progress, job_from_json
from boards.core.model import CardResult
from store import jobs, task_changes
from store.jobs import JobRow
from web.actions.responses import StageChangeForm, announced, done_toast, toast
from web.actions.run import Done, record_change
from web.core.context import RequestContext
from web.core.errors import explain
from web.core.failures import UnknownTarget
from web.core.forms import Id
from web.core.views import SessionBlueprint

blueprint = SessionBlueprint("jobs", __name__)

KIND = "stage"
SHOWN_FAILURES = 100
ELSEWHERE = 3
"""Seconds after which a page asks again for the step of a job that a newer release has begun."""

Failure = list[str]
"""Title of a card, why it stayed."""


class StepForm(StageChangeForm, frozen=True, kw_only=True):
    """What a page sends with each step of long work. `seen`: the stages or rows it shows."""

    seen: str = ""


class AgreeForm(StepForm, frozen=True, kw_only=True):
    """A person agrees to what a dialog showed (`job_id`). `target_stage_id`: the stage that takes the things.

    404 when the dialog is too old, 422 at `target_stage_id` for a stage that cannot take them.
    """

    job_id: str = ""
    target_stage_id: Id = 0


Ended = Callable[[RequestContext, StepForm, Any, Done[Any]], Response]
"""Makes the answer when a job has done all it was to do: takes the job and what came of it."""


@dataclass(frozen=True)
class WorkPages:
    """How pages tell of one kind of long work.

    `heading`: what is going on, "Deleting the stage …". `of_items`: it is about things of the CRM, not tasks.
    `account`: the block of `templates/shared/results.html` that lists what stayed as it was. `ended`: what
    the page gets in the end, by default the news that it should be read again. `explain` turns a failure into
    one that says more about this kind of work.
    """

    heading: Any
    of_items: bool = False
    account: str = "moved"
    ended: Ended | None = None
    explain: Callable[[Any, Exception], Exception] = lambda _job, error: error


_WORK: dict[type[Any], WorkPages] = {}


def register_work(job_class: type[Any], description: WorkPages) -> None:
    """Say how pages tell of jobs of this class."""
    _WORK[job_class] = description


def pages_of(job_class: type[Job]) -> WorkPages:
    """How pages tell of jobs of this class, as registered for it or the nearest class it derives from."""
    return next(_WORK[kind] for kind in job_class.__mro__ if kind in _WORK)


def _work(job: Job) -> WorkPages:
    return pages_of(type(job))


@blueprint.action("/jobs/<job_id>/step", StepForm)
def step(ctx: RequestContext, form: StepForm, job_id: str) -> Response:
    """The next step of a job; its answer asks for the one after it. A mere plan has no steps."""
    row = _row(ctx, job_id)
    if "plan" in row.data:
        raise UnknownTarget
    try:
        if row.state == "open":  # looked at before anything of it is touched
            job_from_json(row.data["job"])
        return _step(ctx, form, job_id)
    except OfNewerRelease:
        return _of_newer_release(job_id)


def keep_plan(ctx: RequestContext, board_key: str, data: dict[str, Any]) -> str:
    """Keep what a dialog shows (under "plan") until the person agrees to it; the id of the job to be."""
    return _create(ctx, board_key, data, state="plan")


def planned(ctx: RequestContext, form: AgreeForm, board_key: str) -> JobRow:
    """The job that the form agrees to; UnknownTarget when it is not about that board."""
    row = _row(ctx, form.job_id)
    if row.board_key != board_key:
        raise UnknownTarget
    return row


def start(ctx: RequestContext, row: JobRow, job: Job) -> None:
    """Make a plan the job that was agreed to."""
    jobs.save(ctx.db, row.member_id, row.id, _begun(ctx, job))


def go_on(ctx: RequestContext, form: StepForm, row: JobRow) -> Response:
    """Take the next step of a job."""
    return _step(ctx, form, row.id)


def begin(ctx: RequestContext, form: StepForm, job: Job) -> Response:
    """Start a job made elsewhere (the undo of a deletion) and take its first step.

    If that fails there is no job: a second undo begins a new one, which looks first if need be.
    """
    job_id = _create(ctx, job.board_key, _begun(ctx, job))
    try:
        return _step(ctx, form, job_id)
    except BaseException:
        jobs.drop(ctx.db, ctx.member_id, job_id)
        raise


def resume(ctx: RequestContext, job: Job) -> Response:
    """Keep a job that was interrupted; the answer asks for its next step."""
    return announced(_progress(_create(ctx, job.board_key, _begun(ctx, job)), job))


def _begun(ctx: RequestContext, job: Job) -> dict[str, Any]:
    """The document of a job; the name is for the journal, should nobody come back to it."""
    return {"job": job.to_json(), "failures": [], "name": ctx.session.user_name}


def _step(ctx: RequestContext, form: StepForm, job_id: str) -> Response:
    row = jobs.lease(ctx.db, ctx.member_id, job_id)
    if row is None:
        return _waiting(_row(ctx, job_id))
    progress = _advanced(ctx, row)
    try:
        return _after(ctx, form, row, progress)
    except BaseException:  # the portal has done it, and it is not written down
        jobs.release(ctx.db, ctx.member_id, job_id, unsure=True)
        raise


def _advanced(ctx: RequestContext, row: JobRow) -> Progress:
    """The job after one more step; after a failure the next request may take it."""
    unsure = False
    try:
        job = job_from_json(row.data["job"])
        try:
            return work.advance(ctx.after_lost_answer(row.unsure).client(bulk=True), ctx.actor, job)
        except OutcomeUnknown:
            unsure = True
            raise
        except Exception as error:
            better = _work(job).explain(job, error)
            if better is error:
                raise
            raise better from error
    except BaseException:
        jobs.release(ctx.db, ctx.member_id, row.id, unsure=unsure)
        raise


def _after(ctx: RequestContext, form: StepForm, row: JobRow, progress: Progress) -> Response:
    """Keep what the step achieved; show the progress, or what came of it all."""
    about, outcome = _work(progress.job), progress.outcome
    failures = row.data["failures"] + [
        _failure(result, about.of_items) for result in progress.results if result.error
    ]
    data, entry_id = row.data | {"job": progress.job.to_json(), "failures": failures}, None
    with ctx.db.session():  # the journal and the job never disagree on what was done
        if not about.of_items:
            tasks = {result.task_id for result in progress.results}
            task_changes.touched(ctx.db, row.member_id, row.user_id, tasks)
        if outcome and (outcome.change.undoable or outcome.now):
            entry_id = record_change(ctx, outcome.change, request_key=row.id)
        jobs.save(ctx.db, row.member_id, row.id, data, state="done" if progress.finished else "open")
    if outcome is None:
        return announced(_progress(row.id, progress.job))
    return _over(ctx, form, progress, Done(outcome, outcome.change, entry_id), failures)


def _over(
    ctx: RequestContext, form: StepForm, progress: Progress, done: Done[Any], failures: list[Failure]
) -> Response:
    """The job has ended: the board shows it; what stayed behind is listed."""
    job, about = progress.job, _work(progress.job)
    shows = done.outcome is not None and bool(done.outcome.now)
    if about.ended and shows and not failures:
        return about.ended(ctx, form, job, done)
    given_up = isinstance(job, DeletionJob) and not shows
    nothing = given_up and not job.done - len(failures)  # the account below says so
    toast_html = "" if nothing else done_toast(done, done.notices)
    if not failures and not given_up:
        return announced(toast_html, board_refresh={}, dialog_close=True)
    account = render_block(
        "shared/results.html",
        about.account,
        worked=max(0, job.done - len(failures)),
        failures=failures[:SHOWN_FAILURES],
        count=len(failures),
        of_items=about.of_items,
    )
    return announced(account + toast_html, board_refresh={})


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


def _progress(job_id: str, job: Job, *, wait: bool = False) -> str:
    about = _work(job)
    return render_block(
        "shared/job.html",
        "progress",
        job_id=job_id,
        turn=secrets.token_hex(4),
        job=job,
        wait=wait,
        heading=about.heading,
        of_items=about.of_items,
    )


def _failure(result: CardResult, of_items: bool) -> Failure:
    text, _advice = explain(result.error) if result.error else ("", "")
    number = result.task_id
    name = _("Item %(number)s", number=number) if of_items else _("Task %(number)s", number=number)
    return [result.title or name, text]


def _create(ctx: RequestContext, board_key: str, data: dict[str, Any], *, state: str = "open") -> str:
    return jobs.create(ctx.db, ctx.member_id, ctx.user_id, KIND, board_key, data, state=state)


def _row(ctx: RequestContext, job_id: str) -> JobRow:
    """A job of this very person; UnknownTarget for any other."""
    row = jobs.get(ctx.db, ctx.member_id, job_id)
    if row is None or row.user_id != ctx.user_id:
        raise UnknownTarget
    return row
