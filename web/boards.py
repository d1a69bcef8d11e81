"""Boards to look at: a whole one, and the next cards of one of its columns."""

from __future__ import annotations

from time import time

from flask import Blueprint, g, render_template, request
from werkzeug.datastructures import MultiDict

from boards.kanban import load_board, load_column
from boards.model import Board, BoardRef, Filters
from store import jobs
from web.clients import actor, client
from web.failures import ThingMissing
from web.memory import known_stages, remember_board
from web.services import services
from web.session import needs_session, remember_place
from web.view import board_address, column_link

blueprint = Blueprint("boards", __name__, url_prefix="/boards")
blueprint.before_request(needs_session)


def board_page(board: Board) -> str:
    """HTML of #main for a board already read; the launch uses it for its first page.

    The columns of a scrum team are shown nowhere in Bitrix24 (behaviour.md §3.2), so nobody is invited to
    shape them: its planning page comes instead.
    """
    if board.is_scrum:
        return render_template("scrum_opening.html", board=board)
    who = g.portal_session
    return render_template(
        "board.html",
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
    ref, who = board_of(key), g.portal_session
    known = known_stages(who.member_id, who.user_id, ref)
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
    return render_template("_more_cards.html", column=column, column_address=link, board_may_move=may_move)
