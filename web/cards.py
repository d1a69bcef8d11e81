"""Moving one card."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from boards.cards import move_card
from web.answers import announced, done_toast, is_stale
from web.boards import board_of
from web.clients import actor, client
from web.journal_service import run_action
from web.session import needs_session

blueprint = Blueprint("cards", __name__, url_prefix="/boards/<key>/cards")
blueprint.before_request(needs_session)

NEIGHBOURS = ("before", "after", "was_before", "was_after", "was_stage")


@blueprint.post("/<int:task_id>/move")
def move(key: str, task_id: int) -> Response:
    """The page has moved the card already; it hears that it is so, or why not."""
    ref, stage_id = board_of(key), request.form.get("stage_id", 0, type=int)
    spots = {name: request.form.get(name, 0, type=int) for name in NEIGHBOURS}
    done = run_action(lambda: move_card(client(), ref, actor(), task_id, stage_id, **spots))
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={})
    events: dict[str, Any] = {"board_refresh": {}} if is_stale(done.outcome.notices) else {}
    return announced(done_toast(done, done.outcome.notices), **events)
