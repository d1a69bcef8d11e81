"""What a person may do on a board, known before they try (behaviour.md §2)."""

from __future__ import annotations

from b24.client import BatchAnswer
from b24.errors import ScopeMissing
from b24.methods import groups as group_calls
from b24.wire import as_bool
from boards.core.model import Actor, BoardRef, Denial, Rights

OWNER, MODERATOR, MEMBER = "A", "E", "K"
SHAPERS = frozenset({OWNER, MODERATOR})


def shaping(role: str, actor: Actor, *, may_move: bool) -> Rights:
    """Rights on a project's board of somebody with that role ("" for none).

    Stages belong to owner and moderators. A portal admin is refused too, unless the call says isAdmin.
    """
    may_shape = role in SHAPERS or actor.is_admin
    refused = Denial.NOT_OWNER_OR_MODERATOR if role else Denial.NOT_A_MEMBER
    return Rights(
        role=role,
        may_move=may_move,
        may_shape=may_shape,
        as_admin=actor.is_admin and role not in SHAPERS,
        why_not_move=None if may_move else (Denial.CANNOT_SORT if role else Denial.NOT_A_MEMBER),
        why_not_shape=None if may_shape else refused,
    )


def read_rights(answer: BatchAnswer, ref: BoardRef, actor: Actor, members_key: str, move_key: str) -> Rights:
    """Rights from the answers of `groups.members` and `stages.can_move_task`.

    Where the application lacks the scope to ask, nothing is forbidden beforehand: the portal decides.
    """
    if ref.is_planner:
        return Rights(role=OWNER, may_move=True, may_shape=True)
    moving = answer.get(move_key)
    may_move = as_bool(moving.result) if moving else True
    members = answer.get(members_key)
    if members is None and isinstance(answer.errors.get(members_key), ScopeMissing):
        forbidden = None if may_move else Denial.CANNOT_SORT
        return Rights(may_move=may_move, may_shape=True, as_admin=actor.is_admin, why_not_move=forbidden)
    roles = group_calls.parse_members(members.result) if members else {}
    return shaping(roles.get(actor.user_id, ""), actor, may_move=may_move)
