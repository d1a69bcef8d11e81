"""Which boards a person can open, and what they are called: noted whenever the portal has shown it.

The journal asks nothing of the portal, so this is all it goes by. A note is good for a day: whoever loses
access to a project loses sight of its journal not much later.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import g

from boards.core.model import Board, Home
from boards.core.rights import SHAPERS
from boards.crm.model import SEVERAL, Overview
from store import memos
from web.core.services import services
from web.core.session import PortalSession

KEY = "boards"
DAY = 86400.0
MEMBERS = frozenset("AEK")

Known = dict[str, dict[str, Any]]


def note_board(board: Board) -> None:
    """The person has just been shown this board."""
    if not board.ref.is_planner:
        names = {str(stage.id): stage.title for stage in board.stages}
        own = board.rights.role in SHAPERS
        _note({board.ref.key: {"title": board.title, "open": True, "stages": names, "shapes": own}})


def note_home(home: Home) -> None:
    """The projects a person sees by name; those they are in they can open."""
    _note(
        {
            one.ref.key: {"title": one.name, "open": one.role in MEMBERS, "shapes": one.role in SHAPERS}
            for one in home.projects
        }
    )


def note_crm(overview: Overview) -> None:
    """The directories of the CRM the person has just been shown; who reads the CRM reads its journal."""
    shown = {one.board_key: {"title": one.name, "open": True} for one in overview.directories}
    _note({**shown, SEVERAL: {"title": "", "open": True}})


def titles() -> dict[str, str]:
    """Names of boards by key, as far as the person has seen them; My Planner is not among them."""
    return {key: str(one["title"]) for key, one in _known().items()}


def stage_names() -> dict[int, str]:
    """Titles of the stages of boards the person has been shown, by id."""
    found = (one.get("stages", {}) for one in _known().values())
    return {int(stage_id): title for names in found for stage_id, title in names.items()}


def open_boards() -> list[str]:
    """Keys of the project boards the person can open, as far as known."""
    return [key for key, one in _known().items() if one["open"]]


def shapes_by_themselves(key: str) -> bool:
    """Whether the person is owner or moderator of the board, as far as known, and needs no other right."""
    return bool(_known().get(key, {}).get("shapes"))


def _known() -> Known:
    """What was noted and is not too old."""
    who: PortalSession = g.portal_session
    found = memos.get(services().db, who.member_id, who.user_id, KEY)
    now = time.time()
    return {key: one for key, one in found.items() if one["until"] > now} if isinstance(found, dict) else {}


def _note(seen: Mapping[str, Mapping[str, Any]]) -> None:
    who: PortalSession = g.portal_session
    until = time.time() + DAY
    fresh = {key: {**one, "until": until} for key, one in seen.items()}
    known = _known()
    merged = {key: {**known.get(key, {}), **one} for key, one in fresh.items()}
    memos.put(services().db, who.member_id, who.user_id, KEY, {**known, **merged}, DAY)
