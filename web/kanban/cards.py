"""Cards moved and changed: one, or several at once with a result for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from flask import Response
from jinja2_fragments.flask import render_block

from boards.core.errors import BadInput, BadInputCode
from boards.core.model import BoardRef, Filters
from boards.core.outcome import Outcome
from boards.core.tasks import TaskEdit
from boards.kanban.bulk import change_cards
from boards.kanban.moves import move_card, move_cards
from boards.kanban.queries import still_shown
from web.actions.responses import announced, done_toast, failure_report, is_stale
from web.actions.run import Done, run_action
from web.core.addresses import board_of
from web.core.context import RequestContext
from web.core.forms import JSON, Form, Id, Ids, Spots, UtcOffset
from web.core.views import SessionBlueprint
from web.kanban.boards import LONGEST_TEXT
from web.kanban.task_form import split_tags

blueprint = SessionBlueprint("cards", __name__, url_prefix="/boards/<key>/cards")


class MoveCardForm(Form, frozen=True, kw_only=True):
    """Into `stage_id`, above the card `before` and below `after` (0 for none).

    The others say where it was. 404 for a stage that is none of the board.
    """

    stage_id: Id = 0
    before: Id = 0
    after: Id = 0
    was_stage: Id = 0
    was_before: Id = 0
    was_after: Id = 0


@blueprint.action("/<int:task_id>/move", MoveCardForm)
def move(ctx: RequestContext, form: MoveCardForm, key: str, task_id: int) -> Response:
    """The page has moved the card already; it hears that it is so, or why not."""
    ref = board_of(key)
    done = run_action(
        ctx,
        lambda ctx: move_card(
            ctx.client(),
            ref,
            ctx.actor,
            task_id,
            form.stage_id,
            before=form.before,
            after=form.after,
            was_stage=form.was_stage,
            was_before=form.was_before,
            was_after=form.was_after,
        ),
    )
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={})
    events: dict[str, Any] = {"board_refresh": {}} if is_stale(done.outcome.notices) else {}
    return announced(done_toast(done, done.outcome.notices), **events)


# --- several cards at once ---
bulk_blueprint = SessionBlueprint("bulk", __name__, url_prefix="/boards/<key>/cards/bulk")


class BulkEditForm(Form, frozen=True, kw_only=True):
    """What the bar of selected cards says, and the filters of the board.

    `action`: move, complete, responsible, priority, deadline or tag; the field of that name has the value.
    `tags`: those each card shows, {"17": ["urgent"]}. 422 for another action, no cards, or a value that the
    domain refuses.
    """

    action: str = ""
    task_ids: Ids = ()
    stage_id: Id = 0
    before: Id = 0
    after: Id = 0
    was: Spots = ()
    tags: Annotated[dict[Id, list[str]], JSON] = msgspec.field(default_factory=dict)
    responsible_id: Id = 0
    priority: int = -1
    deadline: str = ""
    utc_offset: UtcOffset = ""
    tag: str = ""
    text: str = ""
    responsible: Id = 0
    overdue: bool = False
    completed: bool = False

    @property
    def filters(self) -> Filters:
        """What the board on the page is filtered by."""
        return Filters(
            text=self.text.strip()[:LONGEST_TEXT],
            responsible_id=self.responsible or None,
            overdue=self.overdue,
            with_completed=self.completed,
        )


@bulk_blueprint.action("", BulkEditForm)
def bulk_edit(ctx: RequestContext, form: BulkEditForm, key: str) -> Response:
    """Do to the selected cards what the bar says."""
    done = run_action(ctx, _work(board_of(key), form))
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={})
    return _answer(form, done, done.outcome)


def _work(ref: BoardRef, form: BulkEditForm) -> Callable[[RequestContext], Outcome[Any]]:
    task_ids = list(form.task_ids)
    if form.action == "move":
        was = {card: (before, after) for card, before, after, _stage in form.was}
        stages = {card: stage for card, _before, _after, stage in form.was}
        near = {"before": form.before, "after": form.after}
        return lambda ctx: move_cards(
            ctx.client(things=len(task_ids)),
            ref,
            ctx.actor,
            task_ids,
            form.stage_id,
            was=was,
            was_stages=stages,
            **near,
        )
    what = "complete" if form.action == "complete" else _edit(form)
    seen = None if form.action == "complete" else form.tags
    return lambda ctx: change_cards(
        ctx.client(things=len(task_ids)), ctx.actor, task_ids, what, ref=ref, seen_tags=seen
    )


def _edit(form: BulkEditForm) -> TaskEdit:
    """The one field the bar changes; the domain checks the value."""
    if form.action == "responsible":
        return TaskEdit(responsible_id=form.responsible_id)
    if form.action == "priority":
        return TaskEdit(priority=form.priority)
    if form.action == "deadline":
        return TaskEdit(deadline=f"{form.deadline}:00{form.utc_offset}" if form.deadline else "")
    if form.action == "tag":
        return TaskEdit(add_tags=split_tags([form.tag]))
    raise BadInput("action", BadInputCode.UNKNOWN_ACTION)


def _answer(form: BulkEditForm, done: Done[Outcome[Any]], outcome: Outcome[Any]) -> Response:
    """A toast; the cards where they are now; a dialog when some stayed as they were."""
    worked = [result.task_id for result in outcome.results if result.error is None]
    html = done_toast(done, outcome.notices) if worked else ""
    html += failure_report(outcome.results)
    if form.action == "move":
        return announced(html, board_cards={"ids": worked, "stage": form.stage_id})
    if not outcome.now:
        return announced(html, board_refresh={"unselect": True})
    ids = [result.task_id for result in outcome.results]
    shown = [card for card in outcome.now if still_shown(card, form.filters)]
    html += render_block("kanban/_answers.html", "changed_cards", cards=shown)
    return announced(html, board_cards={"ids": ids, "gone": sorted({*ids} - {card.id for card in shown})})
