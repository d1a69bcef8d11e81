"""Boards to look at: a whole one, and the next cards of one of its columns."""

from __future__ import annotations

import re
from time import time

from flask import Blueprint, g, render_template, request
from jinja2_fragments.flask import render_block
from werkzeug.datastructures import MultiDict

from boards.core.model import Board, BoardRef, Filters
from boards.kanban.load import load_board, load_column
from store import jobs, task_changes
from web.core.failures import ThingMissing
from web.core.filters import board_address, column_link
from web.core.services import services
from web.core.session import PortalSession, needs_session, owner, remember_place
from web.core.tokens import actor, client
from web.kanban.memory import known_stages, remember_board

blueprint = Blueprint("boards", __name__, url_prefix="/boards")
blueprint.before_request(needs_session)


def board_page(board: Board) -> str:
    """HTML of #main for a board already read; the launch uses it for its first page.

    The columns of a scrum team are shown nowhere in Bitrix24 (behaviour.md §3.2), so nobody is invited to
    shape them: its planning page comes instead.
    """
    if board.is_scrum:
        return render_template("scrum/opening.html", board=board)
    who = g.portal_session
    return render_template(
        "kanban/board.html",
        board=board,
        address=board_address(board.ref, board.filters),
        read_at=time(),
        unfinished=jobs.unfinished(services().db, who.member_id, who.user_id, board.ref.key),
    )


def board_of(key: str) -> BoardRef:
    """The board of an address; ThingMissing for what is none."""
    try:
        return BoardRef.parse(key)
    except ValueError:
        raise ThingMissing from None


def asked_filters(query: MultiDict[str, str] | None = None) -> Filters:
    """Filters of the address, or of a form; what makes no sense there is left out."""
    query = request.args if query is None else query
    return Filters(
        text=query.get("text", "").strip()[:200],
        responsible_id=query.get("responsible", type=int),
        overdue=query.get("overdue") == "1",
        with_completed=query.get("completed") == "1",
    )


@blueprint.get("/<key>")
def show(key: str) -> str:
    """The board; one request to the portal, with filters or without."""
    ref = board_of(key)
    known = known_stages(owner(), ref)
    board = load_board(client(), ref, actor(), asked_filters(), known)
    remember_board(board)
    remember_place(ref.key)
    return board_page(board)


@blueprint.get("/<key>/columns/<int:stage_id>")
def more(key: str, stage_id: int) -> str:
    """The next cards of a column, in the place of the button that asked for them; one request."""
    ref, filters = board_of(key), asked_filters()
    start = max(0, request.args.get("start", 0, type=int))
    column = load_column(client(), ref, actor(), stage_id, request.args.get("first") == "1", start, filters)
    may_move = request.args.get("may_move") == "1"
    link = column_link(ref, column, filters, may_move)
    return render_block(
        "kanban/_answers.html",
        "more_cards",
        column=column,
        column_address=link,
        board_may_move=may_move,
    )


# Has somebody changed cards that the page shows? Open boards ask now and then, the portal is not asked.


changes_blueprint = Blueprint("news", __name__)
changes_blueprint.before_request(needs_session)

MOST_CARDS = 5000


@changes_blueprint.post("/boards/<key>/news")
def look(key: str) -> str:
    """How many of the shown cards (`tasks`) others changed after the board was read (`since`)."""
    board_of(key)
    who: PortalSession = g.portal_session
    parts = request.form.get("tasks", "").split(",")[:MOST_CARDS]
    shown = {int(part) for part in parts if re.fullmatch(r"\d{1,9}", part)}
    moment = request.form.get("since", 0.0, type=float)
    found = task_changes.since(services().db, who.member_id, who.user_id, shown, moment)
    return render_block("kanban/_answers.html", "news", count=len(found)) if found else ""
