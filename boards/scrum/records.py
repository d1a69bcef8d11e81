"""What a team may lack: a backlog, and the scrum record of a task (behaviour.md §4.2, §4.5; surprise 9)."""

from __future__ import annotations

from collections.abc import Sequence

from b24 import scrum as scrum_calls
from b24.client import Answer, Client
from b24.errors import BacklogExists, OutcomeUnknown, PortalTimeout, Refused
from boards.actor import Actor
from boards.change import Change, Kind
from boards.errors import BadInput, BadInputCode
from boards.model import BoardRef
from boards.scrum.model import ItemResult
from boards.scrum.outcomes import BacklogOutcome, ItemsOutcome
from boards.sending import send_packed
from boards.wants import require_cards

RECORD = "record_"


def add_backlog(client: Client, ref: BoardRef, actor: Actor) -> BacklogOutcome:
    """Give a team its backlog; one HTTP request, two when an answer was lost.

    There is no way back: the page says so. AccessDenied for who is no member.
    """
    try:
        made = client.call(scrum_calls.add_backlog(ref.group_id, actor.user_id), repeatable=False)
    except PortalTimeout:
        raise
    except (BacklogExists, OutcomeUnknown):
        made = _once_more(client, ref, actor)
    backlog_id = scrum_calls.parse_backlog(made.result).id
    if not backlog_id:
        raise Refused("EMPTY", status=200, method="tasks.api.scrum.backlog.add")
    return BacklogOutcome(Change(Kind.BACKLOG_ADD, ref.key, backlog_id, ""), backlog_id)


def _once_more(client: Client, ref: BoardRef, actor: Actor) -> Answer:
    """The backlog that is there; a team has one at most, so adding it again is safe."""
    commands = {
        "add": scrum_calls.add_backlog(ref.group_id, actor.user_id),
        "look": scrum_calls.get_backlog(ref.group_id),
    }
    return client.batch(commands, halt=False)["look"]


def add_records(
    client: Client, ref: BoardRef, actor: Actor, task_ids: Sequence[int], entity_id: int
) -> ItemsOutcome:
    """Give tasks of the team a scrum record in the backlog or a sprint; one request for up to 50.

    The portal refuses tasks of other projects by itself. A record cannot be taken away again, so there is
    no undo; for a single task its failure is raised.
    """
    wanted = require_cards(tuple(task_ids))
    if entity_id <= 0:
        raise BadInput("entity_id", BadInputCode.LIST_MISSING)
    packed = send_packed(
        client,
        {
            f"{RECORD}{one}": scrum_calls.update_item(one, entity_id=entity_id, created_by=actor.user_id)
            for one in wanted
        },
    )
    results = tuple(ItemResult(one, error=packed.error(f"{RECORD}{one}")) for one in wanted)
    if len(results) == 1 and results[0].error:
        raise results[0].error
    done = sum(one.error is None for one in results)
    after = {"entity_id": entity_id, "count": done}
    single = wanted[0] if len(wanted) == 1 else 0
    return ItemsOutcome(Change(Kind.SCRUM_RECORDS, ref.key, single, "", {}, after), results)
