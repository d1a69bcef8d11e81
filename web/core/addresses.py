"""What addresses name, read back: boards by their key."""

from __future__ import annotations

from boards.core.model import BoardRef
from web.core.failures import UnknownTarget


def board_of(key: str) -> BoardRef:
    """The board of an address, "g17" or "me"; UnknownTarget for what is none."""
    try:
        return BoardRef.parse(key)
    except ValueError:
        raise UnknownTarget from None


def project_of(key: str) -> BoardRef:
    """The project, or scrum team, of an address; UnknownTarget for My Planner and for what is no board."""
    ref = board_of(key)
    if ref.is_planner:
        raise UnknownTarget
    return ref
