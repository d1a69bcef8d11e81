"""Which boards a person can open, and what they are called: noted whenever the portal has shown it.

The journal asks nothing of the portal, so this is all it goes by. A note is good for a day: whoever loses
access to a project loses sight of its journal not much later.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from boards.core.board import Board
from boards.core.model import Home
from boards.core.rights import SHAPERS
from boards.crm.model import SEVERAL, Overview
from store.memos import Memo, Owner

DAY = 86400.0
MEMBERS = frozenset("AEK")


@dataclass(frozen=True)
class VisibleBoard:
    """A board as a person saw it last. `shapes`: they are its owner or a moderator. `stages`: titles by id,
    where the stages were shown. `until`, in seconds since 1970, is when this note is too old.
    """

    title: str
    open: bool
    shapes: bool = False
    stages: dict[int, str] = field(default_factory=dict)
    until: float = 0.0


KNOWN = Memo("boards", dict[str, VisibleBoard], lifetime=DAY)


def note_board(owner: Owner, board: Board) -> None:
    """The person has just been shown this board."""
    if not board.ref.is_planner:
        titles = {stage.id: stage.title for stage in board.stages}
        shapes = board.rights.role in SHAPERS
        _note(owner, {board.ref.key: VisibleBoard(board.title, open=True, shapes=shapes, stages=titles)})


def note_home(owner: Owner, home: Home) -> None:
    """The projects a person sees by name; those they are in they can open."""
    _note(
        owner,
        {
            project.ref.key: VisibleBoard(project.name, project.role in MEMBERS, project.role in SHAPERS)
            for project in home.projects
        },
    )


def note_crm(owner: Owner, overview: Overview) -> None:
    """The directories of the CRM the person has just been shown; who reads the CRM reads its journal."""
    shown = {found.board_key: VisibleBoard(found.name, open=True) for found in overview.directories}
    _note(owner, {**shown, SEVERAL: VisibleBoard("", open=True)})


def titles(owner: Owner) -> dict[str, str]:
    """Names of boards by key, as far as the person has seen them; My Planner is not among them."""
    return {key: board.title for key, board in _known(owner).items()}


def stage_names(owner: Owner) -> dict[int, str]:
    """Titles of the stages of boards the person has been shown, by id."""
    return {number: title for board in _known(owner).values() for number, title in board.stages.items()}


def open_boards(owner: Owner) -> list[str]:
    """Keys of the project boards the person can open, as far as known."""
    return [key for key, board in _known(owner).items() if board.open]


def shapes_by_themselves(owner: Owner, key: str) -> bool:
    """Whether the person is owner or moderator of the board, as far as known, and needs no other right."""
    board = _known(owner).get(key)
    return board is not None and board.shapes


def _known(owner: Owner) -> dict[str, VisibleBoard]:
    """What was noted and is not too old."""
    now = time.time()
    return {key: board for key, board in (KNOWN.get(owner) or {}).items() if board.until > now}


def _note(owner: Owner, shown: Mapping[str, VisibleBoard]) -> None:
    """Note boards that were just shown; one shown without its stages keeps those that are known."""
    known, until = _known(owner), time.time() + DAY
    for key, board in shown.items():
        before = known.get(key, board)
        known[key] = replace(board, stages=board.stages or before.stages, until=until)
    KNOWN.put(owner, known)
