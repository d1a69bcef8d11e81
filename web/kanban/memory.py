"""What is remembered about boards between requests: a forgotten entry costs time, never correctness."""

from __future__ import annotations

from boards.core.board import Board
from boards.core.model import BoardRef
from store.memos import Memo, Owner
from web.core import visible_boards

STAGES_LIFETIME = 30 * 86400.0
STAGES = {shared: Memo("stages", int, lifetime=STAGES_LIFETIME, shared=shared) for shared in (True, False)}
"""How many stages a board had when it was last read, by whether the board is the same for all people."""


def known_stages(owner: Owner, ref: BoardRef) -> int | None:
    """How many stages the board had when it was last read; sizes the batch of the next reading."""
    return STAGES[not ref.is_planner].get(owner, ref.key)


def remember_board(owner: Owner, board: Board) -> None:
    """Keep the number of stages for everybody who opens this board next, and that this person may open it."""
    count = len(board.columns)
    if known_stages(owner, board.ref) != count:
        STAGES[not board.ref.is_planner].put(owner, count, board.ref.key)
    visible_boards.note_board(owner, board)
