"""Boards to look at: a whole one, and the next cards of one of its columns."""

from __future__ import annotations

from time import time
from typing import Annotated

from flask import render_template, request
from jinja2_fragments.flask import render_block
from msgspec import Meta

from boards.core.board import Board
from boards.core.model import Filters
from boards.kanban.load import load_board, load_column
from store import jobs, task_changes
from web.core.addresses import board_of
from web.core.context import RequestContext
from web.core.filters import board_address, column_link
from web.core.forms import Form, Ids
from web.core.views import SessionBlueprint
from web.kanban.memory import known_stages, remember_board

blueprint = SessionBlueprint("boards", __name__, url_prefix="/boards")

LONGEST_TEXT = 200
"""Characters of a search text; the rest is left out."""


def board_page(ctx: RequestContext, board: Board) -> str:
    """HTML of #main for a board already read; the launch uses it for its first page.

    The columns of a scrum team are shown nowhere in Bitrix24 (behaviour.md §3.2), so nobody is invited to
    shape them: its planning page comes instead.
    """
    if board.is_scrum:
        return render_template("scrum/opening.html", board=board)
    return render_template(
        "kanban/board.html",
        board=board,
        address=board_address(board.ref, board.filters),
        read_at=time(),
        unfinished=jobs.unfinished(ctx.db, ctx.member_id, ctx.user_id, board.ref.key),
    )


def asked_filters() -> Filters:
    """Filters of the address; what makes no sense there is left out."""
    query = request.args
    return Filters(
        text=query.get("text", "").strip()[:LONGEST_TEXT],
        responsible_id=query.get("responsible", type=int),
        overdue=query.get("overdue") == "1",
        with_completed=query.get("completed") == "1",
    )


@blueprint.page("/<key>")
def show(ctx: RequestContext, key: str) -> str:
    """The board; one request to the portal, with filters or without."""
    ref = board_of(key)
    board = load_board(ctx.client(), ref, ctx.actor, asked_filters(), known_stages(ctx, ref))
    remember_board(ctx, board)
    ctx.remember_place(ref.key)
    return board_page(ctx, board)


@blueprint.page("/<key>/columns/<int:stage_id>")
def more(ctx: RequestContext, key: str, stage_id: int) -> str:
    """The next cards of a column, in the place of the button that asked for them; one request."""
    ref, filters, query = board_of(key), asked_filters(), request.args
    start, first = max(0, query.get("start", 0, type=int)), query.get("first") == "1"
    column = load_column(ctx.client(), ref, ctx.actor, stage_id, first, start, filters)
    may_move = query.get("may_move") == "1"
    return render_block(
        "kanban/_answers.html",
        "more_cards",
        column=column,
        column_address=column_link(ref, column, filters, may_move),
        board_may_move=may_move,
    )


# Has somebody changed cards that the page shows? Open boards ask now and then, the portal is not asked.


changes_blueprint = SessionBlueprint("news", __name__)

MOST_CARDS = 5000
LARGEST_TASK_ID = 2**31 - 1
"""Task ids are 32 bits wide in the portal."""


class ShownCardsForm(Form, frozen=True, kw_only=True):
    """The cards a page shows, ids with commas between, and when it was read (`since`, seconds since 1970)."""

    tasks: Ids = ()
    since: Annotated[float, Meta(ge=0)] = 0.0


@changes_blueprint.action("/boards/<key>/news", ShownCardsForm)
def poll_changes(ctx: RequestContext, form: ShownCardsForm, key: str) -> str:
    """How many of the shown cards others changed after the board was read."""
    board_of(key)
    shown = {task_id for task_id in form.tasks[:MOST_CARDS] if task_id <= LARGEST_TASK_ID}
    found = task_changes.since(ctx.db, ctx.member_id, ctx.user_id, shown, form.since)
    return render_block("kanban/_answers.html", "news", count=len(found)) if found else ""
