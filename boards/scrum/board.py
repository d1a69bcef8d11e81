"""The board of a sprint: one HTTP request for columns, cards and the items that stand in no column.

Sprint columns are relations (`STAGES_ID`), not STAGE_ID; they are read within the team and the sprint, so a
reference past the last column brings nothing that is shown.
"""

from __future__ import annotations

from b24.client import Answer, BatchAnswer, Client, Command
from b24.methods import scrum as scrum_calls
from b24.methods import sprints as sprint_calls
from b24.methods import tasks as task_calls
from boards.core.model import Actor, BoardRef, Filters
from boards.core.tasks import to_card
from boards.kanban.queries import CARD_ORDER, card_filter
from boards.scrum.model import Item, Sprint, SprintBoard, SprintColumn, SprintLane
from boards.scrum.planning import list_sprint
from boards.scrum.reading import read_columns, read_team, team_commands, to_item, to_sprint
from boards.scrum.sprints import own_row

SPRINT, ACTIVE, COLUMNS, LANE, ITEMS = "sb_sprint", "sb_active", "sb_columns", "sb_lane_", "sb_items_"
LANES_AT_FIRST = 20
ITEM_PAGES = 4
PAGE_SIZE = 50
ALL = Filters(with_completed=True)  # FINISH holds the completed ones, so they are shown here


def load_sprint_board(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int = 0,
    filters: Filters = ALL,
) -> SprintBoard:
    """The board of a sprint, or of the active one for 0; exactly one HTTP request.

    `sprint` is None when nothing is active, `team.closed` when the person sees nothing. SprintGone for a
    sprint that is not there or not this team's.
    """
    answer = client.batch(sprint_board_commands(ref, actor, sprint_id, filters), halt=False)
    team = read_team(answer, ref, actor)
    if team.closed:
        return SprintBoard(team, None)
    sprint = to_sprint(own_row(answer, ref, SPRINT)) if sprint_id else _active(answer)
    if sprint is None:
        return SprintBoard(team, None)
    lanes = tuple(
        _lane(answer.get(f"{LANE}{index}"), column, actor)
        for index, column in enumerate(read_columns(answer.get(COLUMNS)))
    )
    return SprintBoard(team, sprint, lanes, _off_board(answer, sprint, lanes, filters))


def sprint_board_commands(
    ref: BoardRef, actor: Actor, sprint_id: int, filters: Filters
) -> dict[str, Command]:
    """The batch of the page. Never any other stage call in it (surprise 14)."""
    commands = team_commands(ref, actor)
    wanted: int | str = sprint_id
    if sprint_id:
        commands[SPRINT] = sprint_calls.get_sprint(sprint_id)
    else:
        commands[ACTIVE] = sprint_calls.list_active_sprints(ref.group_id)
        wanted = f"$result[{ACTIVE}][0][id]"
    commands[COLUMNS] = scrum_calls.get_columns(wanted)
    for index in range(LANES_AT_FIRST):
        commands[f"{LANE}{index}"] = list_lane(
            ref, actor, wanted, f"$result[{COLUMNS}][{index}][id]", filters
        )
    for page in range(ITEM_PAGES):
        commands[f"{ITEMS}{page}"] = list_sprint(ref, wanted, page * PAGE_SIZE)
    return commands


def list_lane(
    ref: BoardRef, actor: Actor, sprint_id: int | str, column_id: int | str, filters: Filters, start: int = 0
) -> Command:
    """A page of a column's cards."""
    within = {"GROUP_ID": ref.group_id, "SPRINT_ID": sprint_id, "STAGES_ID": column_id}
    return task_calls.list_tasks(within | card_filter(filters, actor), order=CARD_ORDER, start=start)


def load_lane(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    sprint_id: int,
    column: SprintColumn,
    start: int,
    filters: Filters = ALL,
) -> SprintLane:
    """The page of a column's cards that begins at `start`; one HTTP request."""
    return _lane(client.call(list_lane(ref, actor, sprint_id, column.id, filters, start)), column, actor)


def _active(answer: BatchAnswer) -> Sprint | None:
    found = sprint_calls.parse_sprints(answer[ACTIVE].result)
    return to_sprint(found[0]) if found else None


def _lane(answer: Answer | None, column: SprintColumn, actor: Actor) -> SprintLane:
    if answer is None:
        return SprintLane(column, loaded=False)
    cards = tuple(to_card(row, actor.now, column.id) for row in task_calls.parse_list(answer))
    return SprintLane(column, cards, total=answer.total or len(cards), next_start=answer.next)


def _off_board(
    answer: BatchAnswer, sprint: Sprint, lanes: tuple[SprintLane, ...], filters: Filters
) -> tuple[Item, ...]:
    """Items of the sprint that stand in no column (surprise 24).

    Told only of an active sprint, and only where everything was read and nothing filtered away.
    """
    complete = all(lane.loaded and lane.next_start is None for lane in lanes)
    if not sprint.active or not complete or filters != ALL:
        return ()
    shown = {card.id for lane in lanes for card in lane.cards}
    pages = (found for page in range(ITEM_PAGES) if (found := answer.get(f"{ITEMS}{page}")))
    rows = {row.id: row for found in pages for row in task_calls.parse_list(found)}
    return tuple(to_item(row, sprint.id, None) for row in rows.values() if row.id not in shown)
