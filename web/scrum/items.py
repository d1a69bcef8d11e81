"""What is done to items of a team: points, epics, moves, missing records. One or two requests each."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from boards.core.errors import BadInput, BadInputCode
from boards.scrum.items import ItemsOutcome, add_records, assign_epic, set_points
from boards.scrum.model import ItemFacts
from boards.scrum.moves import move_items
from web.actions.responses import account_of, announced, done_toast
from web.actions.run import Done, run_action
from web.core.forms import ids_in, posted_map
from web.core.session import needs_session
from web.core.tokens import actor, client
from web.scrum import memory
from web.scrum.pages import facts_html, one_toast_only, result_facts
from web.scrum.planning import asked_items, team_of

blueprint = Blueprint("scrum_items", __name__, url_prefix="/boards/<key>/scrum")
blueprint.before_request(needs_session)


@blueprint.post("/points")
def points(key: str) -> Response:
    """Estimates typed into the grid: {task id: text}, with what the page showed before."""
    ref = team_of(key)
    wanted, seen = texts("points"), texts("seen")
    done = run_action(lambda: set_points(client(things=len(wanted)), ref, actor(), wanted, seen=seen))
    return answer(key, done, one_toast=True)


@blueprint.post("/cards/<int:task_id>/move")
def move(key: str, task_id: int) -> Response:
    """The page has moved the item already, and those selected with it."""
    return _move(key, asked_items() or [task_id])


@blueprint.post("/cards/bulk")
def several(key: str) -> Response:
    """Do to the selected items what the bar says."""
    ref, form = team_of(key), request.form
    action, task_ids = form.get("action", ""), asked_items()
    if action == "move":
        return _move(key, task_ids)
    portal = partial(client, things=len(task_ids))
    if action == "epic":
        epic_id = form.get("epic_id", 0, type=int)
        seen = {one: fact.epic_id for one, fact in seen_facts().items()}
        return answer(
            key,
            run_action(lambda: assign_epic(portal(), ref, actor(), task_ids, epic_id, seen=seen)),
            unselect=True,
        )
    if action != "points":
        raise BadInput("action", BadInputCode.UNKNOWN_ACTION)
    wanted = dict.fromkeys(task_ids, form.get("value", ""))
    shown = {one: fact.points for one, fact in seen_facts().items()}
    return answer(
        key,
        run_action(lambda: set_points(portal(), ref, actor(), wanted, seen=shown)),
        unselect=True,
    )


@blueprint.post("/records")
def records(key: str) -> Response:
    """Put tasks that are in no list into the backlog, so that they can be estimated."""
    ref, task_ids = team_of(key), asked_items()
    entity_id = request.form.get("entity_id", 0, type=int)
    done = run_action(lambda: add_records(client(things=len(task_ids)), ref, actor(), task_ids, entity_id))
    return answer(key, done, refresh=True)


def _move(key: str, task_ids: list[int]) -> Response:
    ref, entity_id = team_of(key), request.form.get("stage_id", 0, type=int)
    after_id = request.form.get("after", 0, type=int)
    following = ids_in(request.form.get("following", ""))
    team = memory.remembered_team(ref)
    active = team.active if team else None
    done = run_action(
        lambda: move_items(
            client(things=len(task_ids)),
            ref,
            actor(),
            task_ids,
            entity_id,
            after_id=after_id,
            following=following,
            seen=seen_facts(),
            active_id=active.id if active else 0,
        )
    )
    return answer(key, done, unselect=len(task_ids) > 1)


def answer(
    key: str,
    done: Done[ItemsOutcome],
    *,
    one_toast: bool = False,
    unselect: bool = False,
    refresh: bool = False,
) -> Response:
    """How the items are now, a toast, and a dialog when some stayed as they were."""
    outcome = done.outcome
    if outcome is None:
        return announced(done_toast(done), board_refresh={})
    worked = [one for one in outcome.results if one.error is None]
    toast = done_toast(done, outcome.notices) if worked else ""
    ref, facts = team_of(key), result_facts((*outcome.results, *outcome.now))
    memory.learn_facts(ref, facts.facts)
    html = facts_html(ref, facts)
    html += one_toast_only(toast) if one_toast else toast
    account = account_of(outcome.results)
    html += account
    events: dict[str, Any] = {}
    if refresh or account:
        events["board_refresh"] = {"unselect": unselect}
    elif unselect:
        events["scrum_done"] = {}
    return announced(html, **events)


def texts(name: str) -> dict[int, str]:
    """A field that holds {"17": "5"}; what makes no sense in it is left out."""
    return {one: text for one, text in posted_map(name).items() if isinstance(text, str)}


def seen_facts() -> dict[int, ItemFacts]:
    """Facts as the page has them: {"17": [points, epic, list, sort]}."""
    found: dict[int, ItemFacts] = {}
    for task_id, row in posted_map("seen").items():
        match row:
            case [str() as points, int() as epic_id, int() as entity_id, int() | float() as sort]:
                found[task_id] = ItemFacts(points, epic_id, entity_id, float(sort))
    return found
