"""Moving one card."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from jinja2_fragments.flask import render_block

from boards.core.errors import BadInput, BadInputCode
from boards.core.model import BoardRef, TaskEdit
from boards.core.outcome import Outcome
from boards.kanban.bulk import change_cards
from boards.kanban.moves import move_card, move_cards
from boards.kanban.queries import still_shown
from web.actions.responses import account_of, announced, done_toast, is_stale
from web.actions.run import Done, run_action
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.kanban.boards import asked_filters, board_of
from web.kanban.task_form import split_tags

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


# Several cards at once: moved, or changed; with a result per card when not all of them could be.


bulk_blueprint = Blueprint("bulk", __name__, url_prefix="/boards/<key>/cards/bulk")
bulk_blueprint.before_request(needs_session)


@bulk_blueprint.post("")
def several(key: str) -> Response:
    """Do to the selected cards what the bar says."""
    ref, action = board_of(key), request.form.get("action", "")
    given = ",".join(request.form.getlist("task_ids")).split(",")
    task_ids = [int(one) for one in given if re.fullmatch(r"\d{1,12}", one)]
    done = run_action(_work(ref, action, task_ids))
    if done.outcome is None:
        return announced(done_toast(done), board_refresh={})
    return _answer(done, done.outcome, action)


def _work(ref: BoardRef, action: str, task_ids: list[int]) -> Callable[[], Outcome[Any]]:
    form, things = request.form, len(task_ids)
    if action == "move":
        stage_id = form.get("stage_id", 0, type=int)
        spots = _spots()
        was = {one: (before, after) for one, (before, after, _stage) in spots.items()}
        stages = {one: stage for one, (_before, _after, stage) in spots.items()}
        near = {name: form.get(name, 0, type=int) for name in ("before", "after")}
        return lambda: move_cards(
            client(things=things), ref, actor(), task_ids, stage_id, was=was, was_stages=stages, **near
        )
    if action == "complete":
        return lambda: change_cards(client(things=things), actor(), task_ids, "complete", ref=ref)
    edit, seen = _edit(action), _seen_tags()
    return lambda: change_cards(client(things=things), actor(), task_ids, edit, ref=ref, seen_tags=seen)


def _spots() -> dict[int, tuple[int, int, int]]:
    """Where each card stood, as the page showed it: "17:18:16:5" is 17, above 18, below 16, in stage 5."""
    parts = request.form.get("was", "").split(",")
    spots = (re.fullmatch(r"(\d{1,12}):(\d{1,12}):(\d{1,12}):(\d{1,12})", part) for part in parts)
    return {int(spot[1]): (int(spot[2]), int(spot[3]), int(spot[4])) for spot in spots if spot}


def _seen_tags() -> dict[int, list[str]]:
    """The tags of each card as the page showed them, {"17": ["urgent"]}; anything else is left out."""
    try:
        shown = json.loads(request.form.get("tags", "{}"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(shown, dict):
        return {}
    known = {key: tags for key, tags in shown.items() if key.isdecimal() and isinstance(tags, list)}
    return {int(key): tags for key, tags in known.items() if all(isinstance(tag, str) for tag in tags)}


def _edit(action: str) -> TaskEdit:
    """The one field the bar changes; the domain checks the value."""
    form = request.form
    if action == "responsible":
        return TaskEdit(responsible_id=form.get("responsible_id", 0, type=int))
    if action == "priority":
        return TaskEdit(priority=form.get("priority", -1, type=int))
    if action == "deadline":
        local = form.get("deadline", "")
        return TaskEdit(deadline=f"{local}:00{form.get('utc_offset', '')}" if local else "")
    if action == "tag":
        return TaskEdit(add_tags=split_tags([form.get("tag", "")]))
    raise BadInput("action", BadInputCode.UNKNOWN_ACTION)


def _answer(done: Done[Outcome[Any]], outcome: Outcome[Any], action: str) -> Response:
    """A toast; the cards where they are now; a dialog when some stayed as they were."""
    worked = [one.task_id for one in outcome.results if one.error is None]
    html = done_toast(done, outcome.notices) if worked else ""
    html += account_of(outcome.results)
    if action == "move":
        stage = request.form.get("stage_id", 0, type=int)
        return announced(html, board_cards={"ids": worked, "stage": stage})
    if not outcome.now:
        return announced(html, board_refresh={"unselect": True})
    filters, ids = asked_filters(request.form), [one.task_id for one in outcome.results]
    shown = [card for card in outcome.now if still_shown(card, filters)]
    html += render_block("kanban/_answers.html", "changed_cards", cards=shown)
    return announced(html, board_cards={"ids": ids, "gone": sorted({*ids} - {card.id for card in shown})})
