"""Opening a board: one batch, that is one HTTP request, for the whole page.

The batch does not halt: a missing scope for group data must not cost the board. If the stages themselves are
refused, the references of the card lists resolve to nonsense; they are reads, their answers are thrown away
and the refusal is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from b24.client import BATCH_SIZE, Answer, BatchAnswer, Client, Command
from b24.methods import groups as group_calls
from b24.methods import scrum as scrum_calls
from b24.methods import stages as stage_calls
from b24.methods import tasks as task_calls
from b24.methods import users as user_calls
from boards.core.board import Board, Column
from boards.core.model import Actor, BoardRef, Filters, Person, Stage
from boards.core.rights import read_rights
from boards.core.tasks import Card, to_card, to_people
from boards.kanban.convert import to_stages
from boards.kanban.queries import list_column

STAGES, MEMBERS, GROUP, MOVE, USERS = "b_stages", "b_members", "b_group", "b_move", "b_users"
SCRUM = "b_scrum"
COLUMN = "b_column_"

ROOM_FOR_LAUNCH = 4
SPARE_COLUMNS = 2  # somebody may have added stages since we counted
UNKNOWN_COLUMNS = 24
MAX_COLUMNS = BATCH_SIZE - ROOM_FOR_LAUNCH - 6


def board_commands(
    ref: BoardRef, actor: Actor, filters: Filters, known_stages: int | None
) -> dict[str, Command]:
    """Everything a board page needs, in at most 46 commands with keys of their own ("b_…").

    `known_stages`: how many the board had last time; it decides for how many columns the cards come along.
    Never put the commands of another board, or any other stage call, into the same batch (surprise 14).
    """
    commands = {STAGES: stage_calls.get(ref.group_id)}
    if not ref.is_planner:
        commands[MOVE] = stage_calls.can_move_task(ref.group_id)
        commands[GROUP] = group_calls.get_group(ref.group_id, as_admin=actor.is_admin)
        commands[MEMBERS] = group_calls.members(ref.group_id)
        # Nothing else tells a scrum team (behaviour.md §7.3). It touches no stage mode (surprise 14).
        commands[SCRUM] = scrum_calls.get_backlog(ref.group_id)
    commands[USERS] = user_calls.get_users()
    count = UNKNOWN_COLUMNS if known_stages is None else known_stages + SPARE_COLUMNS
    for index in range(min(count, MAX_COLUMNS)):
        reference = f"$result[{STAGES}][{index}][ID]"
        commands[f"{COLUMN}{index}"] = list_column(ref, actor, reference, filters, is_first=index == 0)
    return commands


def read_board(answer: BatchAnswer, ref: BoardRef, actor: Actor, filters: Filters) -> Board:
    """The board of that batch. Raises what the portal said to the stages (AccessDenied …)."""
    stages = to_stages(stage_calls.parse_stages(answer[STAGES].result))
    columns = tuple(
        _column(answer.get(f"{COLUMN}{index}"), ref, actor, stage) for index, stage in enumerate(stages)
    )
    group = _group(answer)
    members = answer.get(MEMBERS)
    count = len(group_calls.parse_members(members.result)) if members else 0
    return Board(
        ref=ref,
        title=group.name if group else "",
        columns=columns,
        rights=read_rights(answer, ref, actor, MEMBERS, MOVE),
        filters=filters,
        people=_people(answer, columns),
        member_count=count or (group.member_count if group else 0),
        is_scrum=_is_scrum(answer),
    )


def load_board(
    client: Client,
    ref: BoardRef,
    actor: Actor,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    known_stages: int | None = None,
) -> Board:
    """A board page; exactly one HTTP request."""
    commands = board_commands(ref, actor, filters, known_stages)
    return read_board(client.batch(commands, halt=False), ref, actor, filters)


def load_column(
    client: Client, ref: BoardRef, actor: Actor, stage_id: int, is_first: bool, start: int, filters: Filters
) -> Column:
    """The page of a column's cards that begins at `start`; one HTTP request.

    The stage of the answer has its id only: the page knows title and color already.
    """
    answer = client.call(list_column(ref, actor, stage_id, filters, is_first=is_first, start=start))
    stage = Stage(id=stage_id, title="", color="", sort=0, is_first=is_first)
    return _column(answer, ref, actor, stage)


def _column(answer: Answer | None, ref: BoardRef, actor: Actor, stage: Stage) -> Column:
    """Cards of one list answer; a column nobody asked for, or that was refused, is not loaded."""
    if answer is None:
        return Column(stage, loaded=False)
    own_place = stage.id if ref.is_planner else None
    cards = tuple(to_card(row, actor.now, own_place) for row in task_calls.parse_list(answer))
    return Column(stage, cards, total=answer.total or len(cards), next_start=answer.next)


def _is_scrum(answer: BatchAnswer) -> bool:
    """Whether the group has a backlog. False also for who is no member: the team is closed to them."""
    return SCRUM in answer and scrum_calls.parse_backlog(answer[SCRUM].result).id > 0


def _group(answer: BatchAnswer) -> group_calls.GroupRow | None:
    found = answer.get(GROUP)
    rows = group_calls.parse_groups(found) if found else ()
    return rows[0] if rows else None


def _people(answer: BatchAnswer, columns: tuple[Column, ...]) -> tuple[Person, ...]:
    """Whom to offer in filter and picker: the first page of colleagues and everyone with a card here."""
    users = answer.get(USERS)
    known = {person.id: person for person in to_people(user_calls.parse_users(users.result))} if users else {}
    for person in _responsibles(card for column in columns for card in column.cards):
        known.setdefault(person.id, person)
    return tuple(sorted(known.values(), key=lambda person: (person.name.casefold(), person.id)))


def _responsibles(cards: Iterable[Card]) -> Iterator[Person]:
    return (card.responsible for card in cards if card.responsible)
