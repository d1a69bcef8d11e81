"""The board of a sprint: to look at, and its cards moved. Its columns are shaped in `sprint_columns`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from jinja2_fragments.flask import render_block

from boards.core.change import NoticeCode
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import BoardRef, Column, Rights, Stage
from boards.scrum.board import load_lane, load_sprint_board
from boards.scrum.cards import CardsOutcome, move_sprint_cards, put_on_board
from boards.scrum.model import SprintBoard, SprintColumn, SprintLane
from web.actions.responses import account_of, announced, done_toast, toast
from web.actions.run import Done, run_action
from web.core.failures import ThingMissing
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.scrum import memory
from web.scrum.planning import asked_items, team_of

blueprint = Blueprint("sprint_board", __name__, url_prefix="/boards/<key>/scrum/sprints/<int:sprint_id>")
blueprint.before_request(needs_session)

_SPOT = re.compile(r"\b([0-9]{1,12}):[0-9]+:[0-9]+:([0-9]{1,12})\b")
"""A card, its neighbours, and the column it stood in, as the page tells it of many."""
EFFECTS = {NoticeCode.TASK_COMPLETED, NoticeCode.TASK_RENEWED}


@dataclass(frozen=True)
class ColumnStage(Stage):
    """A column of a sprint as the templates of boards know stages; `kind` NEW, WORK or FINISH."""

    kind: str = ""


@dataclass(frozen=True)
class SprintPlace:
    """Where a sprint's board is, in the form the templates of boards build addresses with."""

    ref: BoardRef
    sprint_id: int

    @property
    def key(self) -> str:
        return f"{self.ref.key}/scrum/sprints/{self.sprint_id}"


def place_of(key: str, sprint_id: int) -> SprintPlace:
    """The sprint of an address; ThingMissing for what can be none."""
    return SprintPlace(team_of(key), sprint_id)


def stage_of(column: SprintColumn) -> ColumnStage:
    """A column as the templates of boards know it."""
    return ColumnStage(column.id, column.name, column.color, column.sort, kind=column.type.value)


def column_of(lane: SprintLane) -> Column:
    """A column with its cards as the templates of boards know it."""
    return Column(stage_of(lane.column), lane.cards, lane.total, lane.next_start, lane.loaded)


@blueprint.get("")
def show(key: str, sprint_id: int) -> str:
    """The board; one request. Sprint 0 is the one that is active."""
    ref = team_of(key)
    return sprint_page(ref, load_sprint_board(client(), ref, actor(), sprint_id))


def sprint_page(ref: BoardRef, board: SprintBoard) -> str:
    """HTML of #main for a sprint's board."""
    sprint_id = board.sprint.id if board.sprint else 0
    place = SprintPlace(ref, sprint_id)
    memory.remember_columns(sprint_id, board.columns)
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


@blueprint.get("/columns/<int:column_id>")
def more(key: str, sprint_id: int, column_id: int) -> str:
    """The next cards of a column; one request."""
    place, start = place_of(key, sprint_id), max(0, request.args.get("start", 0, type=int))
    column = next((one for one in memory.known_columns(sprint_id) if one.id == column_id), None)
    if column is None:
        raise ThingMissing
    lane = load_lane(client(), place.ref, actor(), sprint_id, column, start)
    return render_block(
        "kanban/_answers.html",
        "more_cards",
        column=column_of(lane),
        column_address=f"/boards/{place.key}/columns/{column_id}?start={lane.next_start or 0}",
        board_may_move=True,
    )


@blueprint.post("/cards/<int:task_id>/move")
def move(key: str, sprint_id: int, task_id: int) -> Response:
    """The page has moved the card already. Into which column counts; the order in it is the portal's."""
    place, column_id = place_of(key, sprint_id), request.form.get("stage_id", 0, type=int)
    was = request.form.get("was_stage", 0, type=int)
    if was == column_id:
        return announced(
            toast(_("On a sprint's board the portal keeps the order within a column."), "warn"),
            board_refresh={},
        )
    return _moved(place, [task_id], column_id, {task_id: was} if was else {})


@blueprint.post("/cards/bulk")
def several(key: str, sprint_id: int) -> Response:
    """The selected cards into a column."""
    if request.form.get("action") != "move":
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION)
    task_ids = asked_items()
    shown = {int(one): int(stage) for one, stage in _SPOT.findall(request.form.get("was", ""))}
    return _moved(place_of(key, sprint_id), task_ids, request.form.get("stage_id", 0, type=int), shown)


@blueprint.post("/place")
def give_places(key: str, sprint_id: int) -> Response:
    """Items of the sprint that stand in no column get one."""
    place, task_ids = place_of(key, sprint_id), asked_items()
    portal = partial(client, things=len(task_ids))
    done = run_action(lambda: put_on_board(portal(), place.ref, actor(), sprint_id, task_ids))
    return _answer(done, 0)


def _moved(place: SprintPlace, task_ids: list[int], column_id: int, seen: dict[int, int]) -> Response:
    done = run_action(
        lambda: move_sprint_cards(
            client(things=len(task_ids)), place.ref, actor(), place.sprint_id, task_ids, column_id, seen=seen
        )
    )
    return _answer(done, column_id)


def _answer(done: Done[CardsOutcome], column_id: int) -> Response:
    """A toast; the cards where they are; the board anew when tasks were completed or opened again."""
    outcome = done.outcome
    if outcome is None:
        return announced(done_toast(done), board_refresh={})
    worked = [one.task_id for one in outcome.results if one.error is None]
    account = account_of(outcome.results)
    html = (done_toast(done, outcome.notices) if worked else "") + account
    if account or not column_id or any(one.code in EFFECTS for one in outcome.notices):
        return announced(html, board_refresh={"unselect": True})
    return announced(html, board_cards={"ids": worked, "stage": column_id})
