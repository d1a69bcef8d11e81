"""The domain against the stand-in portal, without the web: do, undo, and the board is as before.

In one process: the real client speaks to the portal's REST address without a server between them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from b24.client import Client
from b24.errors import AccessDenied
from boards.core import jobs
from boards.core.board import Board
from boards.core.change import Change
from boards.core.errors import MoveIgnored
from boards.core.model import Actor, BoardRef, Denial, Filters
from boards.core.outcome import Outcome
from boards.core.tasks import TaskEdit
from boards.core.undo import undo_change
from boards.kanban.bulk import change_cards
from boards.kanban.deletion import plan_deletion
from boards.kanban.home import load_home
from boards.kanban.load import load_board
from boards.kanban.lookups import load_drawer
from boards.kanban.moves import move_card, move_cards
from boards.kanban.stage_jobs import start_deletion
from boards.kanban.stages import add_stage, move_stage, recolor_stage, rename_stage
from boards.kanban.tasks import task_action, update_task
from tests.contract.portal_fixture import PortalFixture
from tests.support.portal_scene import WebhookToken
from tests.support.wire import Wire

ALL = Filters(with_completed=True)


class Visit:
    """One person at the small portal."""

    def __init__(self, portal: PortalFixture, who: str) -> None:
        self.wire = Wire(portal.client().application)
        self.client = Client(self.wire, WebhookToken(portal.path(who, "")))
        self.actor = Actor(portal.id_of(who), who == "admin", "en", dt.datetime.now(dt.UTC))
        self.ref = BoardRef(portal.main.id)

    def board(self, ref: BoardRef | None = None) -> Board:
        return load_board(self.client, ref or self.ref, self.actor, ALL)

    def picture(self, ref: BoardRef | None = None) -> list[Any]:
        """Everything a person sees of a board, ids of stages left out."""
        return [
            (
                column.stage.title,
                column.stage.color,
                column.total,
                [
                    (
                        card.id,
                        card.title,
                        card.deadline,
                        card.priority,
                        sorted(card.tags),
                        card.task_status,
                        card.responsible.id if card.responsible else 0,
                    )
                    for card in column.cards
                ],
            )
            for column in self.board(ref).columns
        ]


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


@pytest.fixture
def visit(portal: PortalFixture) -> Visit:
    return Visit(portal, "owner")


Act = Callable[[Visit, Board], Outcome]


def column_with_cards(board: Board) -> int:
    """Index of a column, not the first, with at least three cards."""
    return next(index for index, one in enumerate(board.columns) if index and len(one.cards) >= 3)


def move_stage_back(visit: Visit, board: Board) -> Outcome:
    return move_stage(visit.client, visit.ref, visit.actor, board.stages[-1].id, 0)


def move_first_stage(visit: Visit, board: Board) -> Outcome:
    return move_stage(visit.client, visit.ref, visit.actor, board.stages[0].id, board.stages[1].id)


def rename(visit: Visit, board: Board) -> Outcome:
    title = "<b>$result[stages]</b> & 漢字 🎉"
    return rename_stage(visit.client, visit.ref, visit.actor, board.stages[1].id, title)


def recolor(visit: Visit, board: Board) -> Outcome:
    return recolor_stage(visit.client, visit.ref, visit.actor, board.stages[1].id, "rgb(1,2,3)")


def add_front(visit: Visit, board: Board) -> Outcome:
    return add_stage(visit.client, visit.ref, visit.actor, "Mine", "#abc", 0)


def add_after(visit: Visit, board: Board) -> Outcome:
    return add_stage(visit.client, visit.ref, visit.actor, "Mine", "#abc", board.stages[1].id)


def move_card_back(visit: Visit, board: Board) -> Outcome:
    column = board.columns[column_with_cards(board)]
    above, card, below = column.cards[:3]
    first = board.columns[0]
    return move_card(
        visit.client,
        visit.ref,
        visit.actor,
        card.id,
        first.stage.id,
        after=first.cards[0].id,
        was_after=above.id,
        was_before=below.id,
    )


def move_top_card(visit: Visit, board: Board) -> Outcome:
    first = board.columns[0]
    target = board.columns[column_with_cards(board)]
    return move_card(
        visit.client,
        visit.ref,
        visit.actor,
        first.cards[0].id,
        target.stage.id,
        before=target.cards[0].id,
        was_before=first.cards[1].id,
    )


def move_many(visit: Visit, board: Board) -> Outcome:
    column = board.columns[column_with_cards(board)]
    ids = [card.id for card in column.cards[:3]]
    after = column.cards[3].id if len(column.cards) > 3 else 0
    places = {ids[0]: (after, 0), ids[1]: (after, ids[0]), ids[2]: (after, ids[1])}
    return move_cards(visit.client, visit.ref, visit.actor, ids, board.stages[0].id, was=places)


def edit(visit: Visit, board: Board) -> Outcome:
    task_id = board.columns[0].cards[0].id
    what = TaskEdit(title="Other", deadline="2027-01-02T03:04:05+00:00", priority=2, tags=("x", "ü & <b>"))
    return update_task(visit.client, visit.actor, task_id, what)


def hand_on(visit: Visit, board: Board) -> Outcome:
    card = board.columns[0].cards[0]
    other = next(one.id for one in board.people if card.responsible and one.id != card.responsible.id)
    return update_task(visit.client, visit.actor, card.id, TaskEdit(responsible_id=other))


def complete(visit: Visit, board: Board) -> Outcome:
    card = next(one for column in board.columns for one in column.cards if one.task_status == "2")
    return task_action(visit.client, visit.actor, card.id, "complete")


def tag_many(visit: Visit, board: Board) -> Outcome:
    seen = {card.id: card.tags for card in board.columns[0].cards[:3]}
    what = TaskEdit(add_tags=("fresh",))
    return change_cards(visit.client, visit.actor, list(seen), what, ref=visit.ref, seen_tags=seen)


ACTS: list[Act] = [
    move_stage_back,
    move_first_stage,
    rename,
    recolor,
    add_front,
    add_after,
    move_card_back,
    move_top_card,
    move_many,
    edit,
    hand_on,
    complete,
    tag_many,
]


@pytest.mark.parametrize("act", ACTS)
def test_there_and_back_and_there_again(visit: Visit, act: Act) -> None:
    start = visit.picture()
    board = visit.board()
    visit.wire.requests.clear()
    done = act(visit, board)
    assert visit.wire.count == 1
    assert not done.change.notices
    end = visit.picture()
    assert start != end
    visit.wire.requests.clear()
    back = undo_change(visit.client, visit.actor, Change.from_json(done.change.to_json()))
    assert visit.wire.count == 1
    assert visit.picture() == start
    undo_change(visit.client, visit.actor, Change.from_json(back.change.to_json()))
    assert visit.picture() == end


def test_a_stage_comes_back_with_its_tasks(visit: Visit) -> None:
    board = visit.board()
    index = column_with_cards(board)
    start = visit.picture()
    plan = plan_deletion(visit.client, visit.ref, visit.actor, board.stages[index].id)
    assert plan.total == board.columns[index].total
    target = next(one for one in plan.others if not one.is_first)
    job = jobs.job_from_json(start_deletion(visit.ref, plan, target.id).to_json())
    gone = jobs.run(visit.client, visit.actor, job)
    assert len(visit.board().stages) == len(board.stages) - 1
    assert all(one.error is None for one in gone.results)
    undone = undo_change(visit.client, visit.actor, Change.from_json(gone.change.to_json()))
    assert visit.picture() == start
    assert list(undone.change.aliases) == [board.stages[index].id]


def test_my_planner(portal: PortalFixture) -> None:
    plan, visit = BoardRef(0), Visit(portal, "member")
    board = visit.board(plan)
    start = visit.picture(plan)
    spots = [(column, index) for column in board.columns for index in range(len(column.cards))]
    full, index = next(spot for spot in spots if not _is_scrum(portal, spot[0].cards[spot[1]].id))
    card, near = full.cards[index], [0, *(one.id for one in full.cards), 0]
    target = next(one for one in board.stages if one.id != full.stage.id)
    visit.wire.requests.clear()
    done = move_card(
        visit.client, plan, visit.actor, card.id, target.id, was_after=near[index], was_before=near[index + 2]
    )
    assert visit.wire.count == 1
    assert done.now == full.stage.id
    assert visit.picture(plan) != start
    undo_change(visit.client, visit.actor, done.change)
    assert visit.picture(plan) == start
    shaped = move_stage(visit.client, plan, visit.actor, board.stages[-1].id, 0)
    undo_change(visit.client, visit.actor, shaped.change)
    assert visit.picture(plan) == start


def test_a_card_that_is_in_no_plan_does_not_move(portal: PortalFixture) -> None:
    plan, visit = BoardRef(0), Visit(portal, "member")
    board = visit.board(plan)
    here = {card.id for column in board.columns for card in column.cards}
    stranger = next(one for one in portal.state.tasks if one not in here and _readable(portal, one))
    with pytest.raises(MoveIgnored):
        move_card(visit.client, plan, visit.actor, stranger, board.stages[1].id)
    scrum = next(one for one in here if _is_scrum(portal, one))  # false with HTTP 200 (§3.7)
    with pytest.raises(MoveIgnored):
        move_card(visit.client, plan, visit.actor, scrum, board.stages[1].id)


def _is_scrum(portal: PortalFixture, task_id: int) -> bool:
    group = portal.state.groups.get(portal.state.tasks[task_id].group_id)
    return group is not None and group.is_scrum


def _readable(portal: PortalFixture, task_id: int) -> bool:
    return bool(portal.ask("member", "tasks.task.get", taskId=task_id))


@pytest.mark.parametrize(
    ("who", "shape", "as_admin", "why"),
    [
        ("owner", True, False, None),
        ("moderator", True, False, None),
        ("member", False, False, Denial.NOT_OWNER_OR_MODERATOR),
        ("admin", True, True, None),
    ],
)
def test_rights_hold_what_they_promise(
    portal: PortalFixture, who: str, shape: bool, as_admin: bool, why: Denial | None
) -> None:
    visit = Visit(portal, who)
    board = visit.board()
    rights = board.rights
    assert (rights.may_shape, rights.as_admin, rights.why_not_shape) == (shape, as_admin, why)
    stage_id = board.stages[1].id
    if shape:
        rename_stage(visit.client, visit.ref, visit.actor, stage_id, "New", as_admin=rights.as_admin)
        assert visit.board().stages[1].title == "New"
    else:
        with pytest.raises(AccessDenied):
            rename_stage(visit.client, visit.ref, visit.actor, stage_id, "New", as_admin=True)


def test_outsiders_are_refused(portal: PortalFixture) -> None:
    with pytest.raises(AccessDenied):
        Visit(portal, "outsider").board()


def test_home_and_drawer(visit: Visit, portal: PortalFixture) -> None:
    home = load_home(visit.client, visit.actor)
    assert portal.main.id in {one.id for one in home.projects}
    assert home.projects[0].role
    task_id = visit.board().columns[0].cards[0].id
    visit.wire.requests.clear()
    drawer = load_drawer(visit.client, visit.actor, task_id)
    assert visit.wire.count == 1
    assert drawer.task.group_id == portal.main.id
    assert [one.id for one in drawer.stages] == [one.id for one in visit.board().stages]


def test_filters_agree_with_the_cards(visit: Visit) -> None:
    everything = [card for column in visit.board().columns for card in column.cards]
    late = load_board(visit.client, visit.ref, visit.actor, Filters(overdue=True))
    assert {card.id for column in late.columns for card in column.cards} == {
        card.id for card in everything if card.overdue
    }
    open_ones = load_board(visit.client, visit.ref, visit.actor)
    assert {card.id for column in open_ones.columns for card in column.cards} == {
        card.id for card in everything if not card.completed
    }
    assert everything
