"""The sprint's board: one request, cards moved with what the columns do to them, and the way back."""

from __future__ import annotations

import pytest

from b24.errors import OperationTimeLimit
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import ColumnGone, MoveIgnored, SprintGone
from boards.core.model import BoardRef, Denial, Filters, TaskStatus
from boards.core.undo import undo_change
from boards.scrum.board import load_lane, load_sprint_board
from boards.scrum.cards import (
    CardsOutcome,
    MoveEffect,
    move_effect,
    move_sprint_cards,
    put_on_board,
    status_after,
)
from boards.scrum.model import ColumnType, SprintBoard
from sandbox.state.portal import COMPLETED, PENDING
from tests.unit.boards.scrum.scene import ADMIN, REF, ScrumScene


def board(team: ScrumScene, sprint_id: int = 0, filters: Filters | None = None) -> SprintBoard:
    more = (filters,) if filters else ()
    return load_sprint_board(team.client, REF, team.actor(), sprint_id, *more)


def move(team: ScrumScene, ids: list[int], column: int, **more: object) -> CardsOutcome:
    where = team.columns[column]
    return move_sprint_cards(team.client, REF, team.actor(), team.active, ids, where, **more)  # type: ignore[arg-type]


def back(team: ScrumScene, outcome: CardsOutcome) -> CardsOutcome:
    return undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))


def test_one_request(team: ScrumScene) -> None:
    shown = board(team)
    assert team.wire.count == 1
    assert shown.sprint and shown.sprint.id == team.active
    assert [(lane.column.type, [card.id for card in lane.cards], lane.total) for lane in shown.lanes] == [
        (ColumnType.NEW, [21], 1),
        (ColumnType.WORK, [22], 1),
        (ColumnType.FINISH, [23, 24], 2),
    ]
    assert shown.off_board == ()
    assert shown.team.title == "Project 20"


def test_a_certain_sprint(team: ScrumScene) -> None:
    shown = board(team, team.planned)
    assert shown.sprint and shown.sprint.name == "Sprint 3"
    assert (shown.lanes, shown.off_board) == ((), ())
    with pytest.raises(SprintGone):
        board(team, 4711)
    with pytest.raises(SprintGone):
        load_sprint_board(team.client, BoardRef(21), team.actor(), team.active)


def test_nothing_is_active(team: ScrumScene) -> None:
    team.entities[team.active].status = "completed"
    assert board(team).sprint is None


def test_a_closed_team(team: ScrumScene) -> None:
    team.become(ADMIN)
    shown = board(team)
    assert shown.team.rights.why_not_plan is Denial.SCRUM_ADMIN_NO_MEMBER
    assert shown.lanes == ()


def test_unknown_types_are_shown_as_work(team: ScrumScene) -> None:
    team.portal.stages[team.columns[1]].system_type = "REVIEW"
    column = board(team).columns[1]
    assert (column.type, column.odd_type) == (ColumnType.WORK, "REVIEW")


def test_items_without_a_column_are_told_and_put_on_the_board(team: ScrumScene) -> None:
    team.item(31, team.active, "1")
    team.item(32, team.active, "1", status=COMPLETED)
    shown = board(team)
    assert [item.task_id for item in shown.off_board] == [31, 32]
    assert board(team, filters=Filters()).off_board == ()
    team.wire.requests.clear()
    outcome = put_on_board(team.client, REF, team.actor(), team.active, [31, 32, 1])
    assert team.wire.count == 2
    assert (team.places(31), team.places(32)) == ([team.columns[0]], [team.columns[2]])
    assert [bool(result.error) for result in outcome.results] == [False, False, True]  # 1 is in the backlog
    back(team, outcome)
    assert team.places(31) == [] == team.places(32)


def test_filters_and_further_pages(team: ScrumScene) -> None:
    for task_id in range(1000, 1070):
        team.item(task_id, team.active, "1")
        team.stand(task_id, team.columns[1])
    shown = board(team)
    lane = shown.lanes[1]
    assert (len(lane.cards), lane.total, lane.next_start) == (50, 71, 50)
    more = load_lane(team.client, REF, team.actor(), team.active, lane.column, 50)
    assert (len(more.cards), more.next_start) == (21, None)
    found = board(team, filters=Filters(text="#22"))
    assert [card.id for lane in found.lanes for card in lane.cards] == [22]


def test_refused_lists_leave_lanes_to_be_loaded(team: ScrumScene) -> None:
    team.refuse("tasks.task.list", "OPERATION_TIME_LIMIT", 429)
    shown = board(team)
    assert [lane.loaded for lane in shown.lanes] == [False] * 3
    assert shown.off_board == ()


# --- cards ---
@pytest.mark.parametrize(
    ("status", "target", "effect", "after"),
    [
        ("2", ColumnType.WORK, MoveEffect.NONE, "2"),
        ("3", ColumnType.FINISH, MoveEffect.COMPLETES, "5"),
        ("5", ColumnType.FINISH, MoveEffect.NONE, "5"),
        ("5", ColumnType.NEW, MoveEffect.RENEWS, "2"),
    ],
)
def test_effects_are_known_beforehand(
    status: str, target: ColumnType, effect: MoveEffect, after: str
) -> None:
    assert move_effect(TaskStatus(status), target) is effect
    assert status_after(TaskStatus(status), target) == after


@pytest.mark.parametrize("status", ["2", "3", "6"])
@pytest.mark.parametrize("target", [1, 2])
def test_a_card_goes_and_comes_back_with_its_status(team: ScrumScene, status: str, target: int) -> None:
    team.tasks[21].status = int(status)
    start = team.team_picture()
    outcome = move(team, [21], target, seen={21: team.columns[0]})
    assert team.wire.count == 1
    assert team.places(21) == [team.columns[target]]
    assert team.tasks[21].status == (COMPLETED if target == 2 else int(status))
    told = [NoticeCode.TASK_COMPLETED] if target == 2 else []
    assert [notice.code for notice in outcome.notices] == told
    assert (outcome.change.kind, outcome.change.label) == (Kind.SPRINT_CARDS_MOVE, "Task 21")
    forth = back(team, outcome)
    assert team.wire.count == 2
    assert team.team_picture() == start
    back(team, forth)
    assert team.places(21) == [team.columns[target]]


def test_leaving_finish_renews_and_comes_back_completed(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = move(team, [23, 24], 0)
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.TASK_RENEWED, {"count": 2})
    ]
    assert team.tasks[23].status == PENDING
    back(team, outcome)
    assert team.team_picture() == start


def test_what_cannot_be_exactly_undone_is_said(team: ScrumScene) -> None:
    team.tasks[22].status = COMPLETED  # completed and yet in a WORK column
    outcome = move(team, [22], 2)
    assert NoticeCode.NO_EXACT_REVERSE in [notice.code for notice in outcome.notices]


def test_many_cards(team: ScrumScene) -> None:
    ids = list(range(1000, 1045))
    for task_id in ids:
        team.item(task_id, team.active, "1")
        team.stand(task_id, team.columns[1])
    start = team.team_picture()
    outcome = move(team, ids, 2)
    assert team.wire.count == 1
    assert outcome.change.after["count"] == 45
    back(team, outcome)
    assert team.team_picture() == start


def test_a_yes_that_was_none(team: ScrumScene) -> None:
    del team.portal.scrum.columns[21]  # no place on the board: true, and nothing moved
    with pytest.raises(MoveIgnored):
        move(team, [21], 1)
    with pytest.raises(MoveIgnored):
        move(team, [1], 1)  # in the backlog: false with HTTP 200
    outcome = move(team, [21, 22], 1)
    assert [bool(result.error) for result in outcome.results] == [True, False]


def cards(team: ScrumScene) -> list[tuple[str, int, str, int]]:
    """What both sprints' boards show: column, card, status and stage."""
    shown = [board(team, sprint_id) for sprint_id in (team.active, team.done)]
    return [
        (lane.column.name, card.id, card.task_status, card.stage_id)
        for sprint in shown
        for lane in sprint.lanes
        for card in lane.cards
    ]


def test_a_column_of_an_old_sprint_takes_nothing(team: ScrumScene) -> None:
    """The portal keeps their places in the old column as well, which no board shows."""
    start = cards(team)
    team.wire.requests.clear()
    with pytest.raises(ColumnGone):
        move_sprint_cards(team.client, REF, team.actor(), team.active, [21, 22], team.old_columns[1])
    assert team.wire.count == 2
    assert cards(team) == start
    assert (team.places(21)[-1], team.places(22)[-1]) == (team.columns[0], team.columns[1])


def test_a_lost_answer(team: ScrumScene) -> None:
    team.wire.lose = ["after"]
    outcome = move(team, [21], 1, seen={21: team.columns[0]})
    back(team, outcome)
    assert team.places(21) == [team.columns[0]]


@pytest.mark.parametrize(("task_id", "column"), [(21, 1), (22, 2), (23, 1)])
def test_lost_answers_on_the_way_back_keep_the_way_there(team: ScrumScene, task_id: int, column: int) -> None:
    """Also into FINISH and out of it, which changes the status."""

    def state() -> tuple[list[int], str]:
        return team.places(task_id), team.tasks[task_id].status

    before = state()
    outcome = move(team, [task_id], column)
    moved = state()
    for turn in range(4):
        team.wire.lose = ["after"]
        outcome = back(team, outcome)
        assert state() == (moved if turn % 2 else before)


def test_refusals(team: ScrumScene) -> None:
    team.refuse("task.stages.movetask", "OPERATION_TIME_LIMIT", 429)
    with pytest.raises(OperationTimeLimit):
        move(team, [21], 1)
    team.refuse("tasks.api.scrum.kanban.getStages", "OPERATION_TIME_LIMIT", 429)
    with pytest.raises(OperationTimeLimit):
        move(team, [21], 1)
