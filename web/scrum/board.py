"""The board of a sprint: to look at, and its cards moved. Its columns are shaped in `web.scrum.columns`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.core.board import Column
from boards.core.change import NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import BoardRef, Rights, Stage
from boards.scrum.board import load_lane, load_sprint_board
from boards.scrum.cards import CardsOutcome, move_sprint_cards, put_on_board
from boards.scrum.model import SprintBoard, SprintColumn, SprintLane
from store.memos import Owner
from web.actions.responses import announced, done_toast, failure_report, toast
from web.actions.run import Done, run_action
from web.core.addresses import project_of
from web.core.context import RequestContext
from web.core.failures import UnknownTarget
from web.core.forms import Form, Id, Spots
from web.core.views import SessionBlueprint
from web.scrum import memory
from web.scrum.forms import ItemsForm

blueprint = SessionBlueprint(
    "sprint_board", __name__, url_prefix="/boards/<key>/scrum/sprints/<int:sprint_id>"
)
EFFECTS = {NoticeCode.TASK_COMPLETED, NoticeCode.TASK_RENEWED}


@dataclass(frozen=True)
class ColumnStage(Stage):
    """A column of a sprint as the templates of boards know stages; `kind` NEW, WORK or FINISH."""

    kind: str = ""


@dataclass(frozen=True)
class SprintAddress:
    """A sprint of a team; `key` is what the addresses of its board begin with, as templates of boards do."""

    ref: BoardRef
    sprint_id: int

    @property
    def key(self) -> str:
        return f"{self.ref.key}/scrum/sprints/{self.sprint_id}"


def sprint_of(key: str, sprint_id: int) -> SprintAddress:
    """The sprint of an address; UnknownTarget for what can be none."""
    return SprintAddress(project_of(key), sprint_id)


def stage_of(column: SprintColumn) -> ColumnStage:
    """A column as the templates of boards know it."""
    return ColumnStage(column.id, column.name, column.color, column.sort, kind=column.type.value)


def column_of(lane: SprintLane) -> Column:
    """A column with its cards as the templates of boards know it."""
    return Column(stage_of(lane.column), lane.cards, lane.total, lane.next_start, lane.loaded)


@blueprint.page("")
def show(ctx: RequestContext, key: str, sprint_id: int) -> str:
    """The board; one request. Sprint 0 is the one that is active."""
    ref = project_of(key)
    return sprint_page(ctx, ref, load_sprint_board(ctx.client(), ref, ctx.actor, sprint_id))


def sprint_page(owner: Owner, ref: BoardRef, board: SprintBoard) -> str:
    """HTML of #main for a sprint's board."""
    sprint_id = board.sprint.id if board.sprint else 0
    place = SprintAddress(ref, sprint_id)
    memory.remember_columns(owner, sprint_id, board.columns)
    may = board.team.rights.may_plan
    return render_template(
        "scrum/board.html",
        board=board,
        team=board.team,
        sprint=board.sprint,
        columns=[column_of(lane) for lane in board.lanes],
        odd=[column for column in board.columns if column.odd_type],
        ref=ref,
        key=place.key,
        group=f"{ref.key}/scrum",
        rights=Rights(may_move=may, may_shape=may),
        board_may_move=may,
    )


@blueprint.page("/columns/<int:column_id>")
def more(ctx: RequestContext, key: str, sprint_id: int, column_id: int) -> str:
    """The next cards of a column; one request."""
    sprint, start = sprint_of(key, sprint_id), max(0, request.args.get("start", 0, type=int))
    known = memory.known_columns(ctx, sprint_id)
    column = next((column for column in known if column.id == column_id), None)
    if column is None:
        raise UnknownTarget
    lane = load_lane(ctx.client(), sprint.ref, ctx.actor, sprint_id, column, start)
    return render_block(
        "kanban/_answers.html",
        "more_cards",
        column=column_of(lane),
        column_address=f"/boards/{sprint.key}/columns/{column_id}?start={lane.next_start or 0}",
        board_may_move=True,
    )


class MoveSprintCardForm(Form, frozen=True, kw_only=True):
    """Into the column `stage_id`; `was_stage` is where the page showed it (0: not said)."""

    stage_id: Id = 0
    was_stage: Id = 0


class BulkMoveSprintCardsForm(ItemsForm, frozen=True, kw_only=True):
    """Selected cards into the column `stage_id`; `action` is "move", another one gets 422."""

    action: str = ""
    stage_id: Id = 0
    was: Spots = ()


@blueprint.action("/cards/<int:task_id>/move", MoveSprintCardForm)
def move(ctx: RequestContext, form: MoveSprintCardForm, key: str, sprint_id: int, task_id: int) -> Response:
    """The page has moved the card already. Into which column counts; the order in it is the portal's."""
    sprint, was = sprint_of(key, sprint_id), form.was_stage
    if was == form.stage_id:
        return announced(
            toast(_("On a sprint's board the portal keeps the order within a column."), "warn"),
            board_refresh={},
        )
    return _moved(ctx, sprint, [task_id], form.stage_id, {task_id: was} if was else {})


@blueprint.action("/cards/bulk", BulkMoveSprintCardsForm)
def bulk_edit(ctx: RequestContext, form: BulkMoveSprintCardsForm, key: str, sprint_id: int) -> Response:
    """The selected cards into a column."""
    if form.action != "move":
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION)
    shown = {task_id: column_id for task_id, _before, _after, column_id in form.was}
    return _moved(ctx, sprint_of(key, sprint_id), list(form.task_ids), form.stage_id, shown)


@blueprint.action("/place", ItemsForm)
def give_places(ctx: RequestContext, form: ItemsForm, key: str, sprint_id: int) -> Response:
    """Items of the sprint that stand in no column get one."""
    ref, task_ids = project_of(key), list(form.task_ids)
    done = run_action(
        ctx,
        lambda ctx: put_on_board(ctx.client(things=len(task_ids)), ref, ctx.actor, sprint_id, task_ids),
    )
    return _answer(done, 0)


def _moved(
    ctx: RequestContext, sprint: SprintAddress, task_ids: list[int], column_id: int, seen: dict[int, int]
) -> Response:
    done = run_action(
        ctx,
        lambda ctx: move_sprint_cards(
            ctx.client(things=len(task_ids)),
            sprint.ref,
            ctx.actor,
            sprint.sprint_id,
            task_ids,
            column_id,
            seen=seen,
        ),
    )
    return _answer(done, column_id)


def _answer(done: Done[CardsOutcome], column_id: int) -> Response:
    """A toast; the cards where they are; the board anew when tasks were completed or opened again."""
    outcome = done.outcome
    if outcome is None:
        return announced(done_toast(done), board_refresh={})
    worked = [result.task_id for result in outcome.results if result.error is None]
    report = failure_report(outcome.results)
    html = (done_toast(done, outcome.notices) if worked else "") + report
    if report or not column_id or any(notice.code in EFFECTS for notice in outcome.notices):
        return announced(html, board_refresh={"unselect": True})
    return announced(html, board_cards={"ids": worked, "stage": column_id})
