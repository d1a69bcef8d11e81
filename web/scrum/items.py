"""What is done to items of a team: points, epics, moves, missing records. One or two requests each."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

from boards.core.errors import BadInput, BadInputCode
from boards.scrum.items import ItemsOutcome, add_records, assign_epic, set_points
from boards.scrum.moves import move_items
from web.actions.responses import announced, done_toast, failure_report
from web.actions.run import Done, run_action
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.forms import Form, Id, Ids
from web.core.views import SessionBlueprint
from web.scrum import memory
from web.scrum.forms import FactsByItem, ItemsForm, PointsByItem, seen_facts
from web.scrum.pages import facts_html, one_toast_only, result_facts

blueprint = SessionBlueprint("scrum_items", __name__, url_prefix="/boards/<key>/scrum")


class EstimateItemsForm(Form, frozen=True, kw_only=True):
    """Points typed into the grid, and what the page showed before. 422 for too long a text."""

    points: PointsByItem = msgspec.field(default_factory=dict)
    seen: PointsByItem = msgspec.field(default_factory=dict)


class MoveItemsForm(ItemsForm, frozen=True, kw_only=True):
    """Items into a list (`stage_id`: the backlog or a sprint), below the item `after` and above `following`.

    `seen`: the items as the page shows them. 422 for a list that is none of the team's.
    """

    stage_id: Id = 0
    after: Id = 0
    following: Ids = ()
    seen: FactsByItem = msgspec.field(default_factory=dict)


class BulkEditItemsForm(MoveItemsForm, frozen=True, kw_only=True):
    """`action` of the bar: move, epic (`epic_id`) or points (`value`). 422 for another action."""

    action: str = ""
    epic_id: Id = 0
    value: str = ""


class AddRecordsForm(ItemsForm, frozen=True, kw_only=True):
    """Tasks into the backlog (`entity_id`), which they are missing in."""

    entity_id: Id = 0


@blueprint.action("/points", EstimateItemsForm)
def points(ctx: RequestContext, form: EstimateItemsForm, key: str) -> Response:
    """Estimates typed into the grid."""
    ref, things = project_of(key), len(form.points)
    done = run_action(
        ctx,
        lambda ctx: set_points(ctx.client(things=things), ref, ctx.actor, form.points, seen=form.seen),
    )
    return _answer(ctx, key, done, one_toast=True)


@blueprint.action("/cards/<int:task_id>/move", MoveItemsForm)
def move(ctx: RequestContext, form: MoveItemsForm, key: str, task_id: int) -> Response:
    """The page has moved the item already, and those selected with it."""
    return _move(ctx, form, key, list(form.task_ids) or [task_id])


@blueprint.action("/cards/bulk", BulkEditItemsForm)
def bulk_edit(ctx: RequestContext, form: BulkEditItemsForm, key: str) -> Response:
    """Do to the selected items what the bar says."""
    ref, task_ids = project_of(key), list(form.task_ids)
    seen, things = seen_facts(form.seen), len(task_ids)
    if form.action == "move":
        return _move(ctx, form, key, task_ids)
    if form.action == "epic":
        epics = {task_id: facts.epic_id for task_id, facts in seen.items()}
        done = run_action(
            ctx,
            lambda ctx: assign_epic(
                ctx.client(things=things), ref, ctx.actor, task_ids, form.epic_id, seen=epics
            ),
        )
    elif form.action == "points":
        wanted = dict.fromkeys(task_ids, form.value)
        shown = {task_id: facts.points for task_id, facts in seen.items()}
        done = run_action(
            ctx, lambda ctx: set_points(ctx.client(things=things), ref, ctx.actor, wanted, seen=shown)
        )
    else:
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION)
    return _answer(ctx, key, done, unselect=True)


@blueprint.action("/records", AddRecordsForm)
def records(ctx: RequestContext, form: AddRecordsForm, key: str) -> Response:
    """Put tasks that are in no list into the backlog, so that they can be estimated."""
    ref, task_ids = project_of(key), list(form.task_ids)
    done = run_action(
        ctx,
        lambda ctx: add_records(ctx.client(things=len(task_ids)), ref, ctx.actor, task_ids, form.entity_id),
    )
    return _answer(ctx, key, done, refresh=True)


def _move(ctx: RequestContext, form: MoveItemsForm, key: str, task_ids: list[int]) -> Response:
    ref = project_of(key)
    team = memory.remembered_team(ctx, ref)
    active = team.active if team else None
    done = run_action(
        ctx,
        lambda ctx: move_items(
            ctx.client(things=len(task_ids)),
            ref,
            ctx.actor,
            task_ids,
            form.stage_id,
            after_id=form.after,
            following=list(form.following),
            seen=seen_facts(form.seen),
            active_id=active.id if active else 0,
        ),
    )
    return _answer(ctx, key, done, unselect=len(task_ids) > 1)


def _answer(
    ctx: RequestContext,
    key: str,
    done: Done[ItemsOutcome],
    *,
    one_toast: bool = False,
    unselect: bool = False,
    refresh: bool = False,
) -> Response:
    """How the items are now, a toast, and a dialog when some stayed as they were."""
    outcome = done.outcome
    if outcome is None:
        return announced(done_toast(done), board_refresh={})
    worked = any(result.error is None for result in outcome.results)
    toast = done_toast(done, outcome.notices) if worked else ""
    ref, facts = project_of(key), result_facts((*outcome.results, *outcome.now))
    memory.learn_facts(ctx, ref, facts.facts)
    html = facts_html(ctx, ref, facts)
    html += one_toast_only(toast) if one_toast else toast
    report = failure_report(outcome.results)
    html += report
    events: dict[str, Any] = {}
    if refresh or report:
        events["board_refresh"] = {"unselect": unselect}
    elif unselect:
        events["scrum_done"] = {}
    return announced(html, **events)
