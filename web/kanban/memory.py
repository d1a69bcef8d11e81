"""What is remembered about boards between requests: a forgotten entry costs time, never correctness."""

from __future__ import annotations

from flask import g

from boards.core.model import Board, BoardRef
from store import memos
from web.core import visible_boards
from web.core.services import services
from web.core.session import PortalSession

STAGES_LIFETIME = 30 * 86400.0


def known_stages(member_id: str, user_id: int, ref: BoardRef) -> int | None:
    """How many stages the board had when it was last read; sizes the batch of the next reading."""
    count = memos.get(services().db, member_id, _whose(user_id, ref), _key(ref))
    return count if isinstance(count, int) else None


def remember_board(board: Board) -> None:
    """Keep the number of stages for everybody who opens this board next, and that this person may open it."""
    who: PortalSession = g.portal_session
    whose, key = _whose(who.user_id, board.ref), _key(board.ref)
    count = len(board.columns)
    if memos.get(services().db, who.member_id, whose, key) != count:
        memos.put(services().db, who.member_id, whose, key, count, STAGES_LIFETIME)
    visible_boards.note_board(board)


def _whose(user_id: int, ref: BoardRef) -> int:
    """A project's board is the same for all; everyone has their own planner."""
    return user_id if ref.is_planner else memos.EVERYBODY


def _key(ref: BoardRef) -> str:
    return f"stages:{ref.key}"
