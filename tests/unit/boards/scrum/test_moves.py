"""Moving items: lists, places, the active sprint's board, cost, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from b24.errors import ConnectionLost
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, LeftTeam, NoScrumRecord, SprintGone
from boards.core.undo import undo_change
from boards.scrum.items import ItemsOutcome
from boards.scrum.moves import move_items, place, sorts_between
from sandbox.state.portal import COMPLETED
from tests.unit.boards.scrum.scene import REF, TEAM, ScrumScene


def move(team: ScrumScene, ids: list[int], entity_id: int, **more: object) -> ItemsOutcome:
    options = {"seen": team.seen(), "active_id": team.active} | more
    return move_items(team.client, REF, team.actor(), ids, entity_id, **options)  # type: ignore[arg-type]


def back(team: ScrumScene, outcome: ItemsOutcome) -> None:
    undo_change(team.client, team.actor(), Change.from_json(outcome.change.to_json()))


@pytest.mark.parametrize(
    ("ids", "after", "following", "order"),
    [
        ([6], 0, [1, 2, 3, 4, 5], [6, 1, 2, 3, 4, 5]),
        ([1], 6, [], [2, 3, 4, 5, 6, 1]),
        ([5, 2], 3, [4], [1, 3, 5, 2, 4, 6]),
        ([1], 1, [2, 3], [1, 2, 3, 4, 5, 6]),
    ],
)
def test_places_within_the_backlog(
    team: ScrumScene, ids: list[int], after: int, following: list[int], order: list[int]
) -> None:
    start = team.team_picture()
    outcome = move(team, ids, team.backlog, after_id=after, following=following)
    assert team.wire.count == 2
    assert team.in_list(team.backlog) == order
    assert not outcome.notices
    back(team, outcome)
    assert team.team_picture() == start


def test_items_with_the_same_sort_make_room(team: ScrumScene) -> None:
    for task_id in range(1, 7):
        team.items[task_id].sort = 1.0
    outcome = move(team, [6], team.backlog, after_id=1, following=[2, 3, 4, 5])
    assert team.in_list(team.backlog) == [1, 6, 2, 3, 4, 5]
    assert [result.task_id for result in outcome.results] == [6]
    back(team, outcome)
    assert {team.items[task_id].sort for task_id in range(1, 7)} == {1.0}


def test_an_unknown_neighbour_is_no_place(team: ScrumScene) -> None:
    seen = {6: team.seen()[6]}
    outcome = move(team, [6], team.backlog, after_id=1, following=[2], seen=seen)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.ORDER_NOT_KEPT]


def test_into_a_planned_sprint(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = move(team, [1, 2], team.planned, after_id=13)
    assert team.in_list(team.planned) == [11, 12, 13, 1, 2]
    assert outcome.change.kind is Kind.SCRUM_MOVE
    assert not team.places(1)
    assert [result.facts.entity_id for result in outcome.results if result.facts] == [team.planned] * 2
    back(team, outcome)
    assert team.team_picture() == start


def test_into_the_active_sprint_and_onto_its_board(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = move(team, [1, 2], team.active)
    assert team.wire.count == 2
    assert team.lane(team.columns[0]) == [21, 1, 2]
    assert {team.tasks[task_id].stage_id for task_id in (1, 2)} == {team.columns[0]}
    assert not outcome.notices
    back(team, outcome)
    assert team.team_picture() == start
    assert team.places(1) == []


def test_a_completed_task_lands_in_finish(team: ScrumScene) -> None:
    team.tasks[11].status = COMPLETED
    move(team, [11], team.active)
    assert 11 in team.lane(team.columns[2])
    assert team.tasks[11].status == COMPLETED


def test_out_of_the_active_sprint_leaves_no_trace_and_returns_to_its_column(team: ScrumScene) -> None:
    start = team.team_picture()
    outcome = move(team, [22, 23], team.backlog)
    assert team.places(22) == [] == team.places(23)
    assert team.tasks[22].stage_id == 0
    back(team, outcome)
    assert team.team_picture() == start


@pytest.mark.parametrize("hint", [True, False])
def test_thirty_items_into_the_active_sprint(team: ScrumScene, hint: bool) -> None:
    ids = list(range(1000, 1030))
    for task_id in ids:
        team.item(task_id, team.backlog, "1")
    start = team.team_picture()
    outcome = move(team, ids, team.active, active_id=team.active if hint else 0)
    assert team.wire.count == (2 if hint else 3)
    assert team.lane(team.columns[0]) == [21, *ids]
    assert {team.tasks[task_id].stage_id for task_id in ids} == {team.columns[0]}
    assert all(result.error is None for result in outcome.results)
    assert not outcome.notices
    team.wire.requests.clear()
    back(team, outcome)
    assert team.wire.count == 2
    assert team.team_picture() == start


def test_thirty_items_into_a_planned_sprint(team: ScrumScene) -> None:
    ids = list(range(1000, 1030))
    for task_id in ids:
        team.item(task_id, team.backlog, "1")
    move(team, ids, team.planned, after_id=13)
    assert team.wire.count == 2
    assert team.in_list(team.planned) == [11, 12, 13, *ids]


def test_thirty_of_which_some_are_not_where_the_page_had_them(team: ScrumScene) -> None:
    ids = list(range(1000, 1030))
    for task_id in ids:
        team.item(task_id, team.backlog, "1")
    seen = team.seen()
    team.tasks[1000].group_id, team.items[1000].entity_id = 21, team.other_backlog  # another team's now
    team.items[1001].entity_id = team.active  # already there, in its second column
    team.stand(1001, team.columns[1])
    team.items[1002].entity_id = team.planned
    outcome = move(team, ids, team.active, seen=seen)
    assert team.wire.count == 3  # one more, to put right what the page could not know
    assert isinstance(outcome.results[0].error, LeftTeam)
    assert team.items[1000].entity_id == team.other_backlog
    assert not team.places(1000)
    assert team.places(1001) == [team.columns[1]]
    assert team.places(1002) == [team.columns[0]]
    assert [notice.code for notice in outcome.notices] == [NoticeCode.ITEM_MOVED_MEANWHILE]


def test_a_task_of_another_team_is_left_alone(team: ScrumScene) -> None:
    team.tasks[1].group_id, team.items[1].entity_id = 21, team.other_backlog
    outcome = move(team, [1, 2], team.planned)
    assert isinstance(outcome.results[0].error, LeftTeam)
    assert team.items[1].entity_id == team.other_backlog
    assert team.items[2].entity_id == team.planned
    with pytest.raises(LeftTeam):
        move(team, [1], team.planned)


def test_a_task_moved_to_a_plain_project(team: ScrumScene) -> None:
    team.tasks[1].group_id = 22
    del team.items[1]
    with pytest.raises(LeftTeam):
        move(team, [1], team.planned)


def test_a_task_without_record(team: ScrumScene) -> None:
    team.add_task(99, TEAM)
    outcome = move(team, [99, 2], team.planned)
    assert isinstance(outcome.results[0].error, NoScrumRecord)
    assert outcome.results[0].offer_record
    assert outcome.results[1].error is None
    with pytest.raises(NoScrumRecord):
        move(team, [99], team.planned)


def test_a_list_that_is_gone(team: ScrumScene) -> None:
    start = team.team_picture()
    for entity_id in (team.done, team.other_backlog, 12345):
        with pytest.raises(SprintGone):
            move(team, [1], entity_id)
    assert team.team_picture() == start
    with pytest.raises(BadInput):
        move(team, [1], 0)


def test_somebody_else_moved_it(team: ScrumScene) -> None:
    seen = team.seen()
    team.items[1].entity_id = team.active
    team.stand(1, team.columns[1])
    outcome = move(team, [1], team.planned, seen=seen)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.ITEM_MOVED_MEANWHILE]
    assert team.places(1) == []
    back(team, outcome)
    assert (team.items[1].entity_id, team.places(1)) == (team.active, [team.columns[1]])


def test_an_active_sprint_without_columns(team: ScrumScene) -> None:
    team.drop_columns(team.active)
    outcome = move(team, [1], team.active)
    assert [(notice.code, notice.values) for notice in outcome.notices] == [
        (NoticeCode.NOT_ON_SPRINT_BOARD, {"count": 1})
    ]


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_lost_answer(team: ScrumScene, fate: str) -> None:
    ids = list(range(1000, 1030))
    for task_id in ids:
        team.item(task_id, team.backlog, "1")
    start = team.team_picture()
    team.wire.lose = [fate]
    outcome = move(team, ids, team.active)
    assert sorted(team.lane(team.columns[0])) == [21, *ids]
    assert {len(team.places(task_id)) for task_id in ids} == {1}
    back(team, outcome)
    assert team.team_picture() == start
    team.wire.lose = ["after", "after"]
    with pytest.raises(ConnectionLost):
        move(team, [1], team.planned)


@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("ids", [[1, 12], [21, 3], [12, 21]])
@pytest.mark.parametrize("target", ["planned", "active", "backlog"])
def test_who_goes_on_after_two_lost_answers_knows_where_the_items_were(
    team: ScrumScene, ids: list[int], target: str, fate: str
) -> None:
    """The reading of the second click shows what the first one has written.

    Only the column of an item that left the active sprint is not known then; it comes back into the first.
    """
    start, seen, entity_id = team.team_picture(), team.seen(), getattr(team, target)

    def twice(act: Callable[[], ItemsOutcome | None]) -> ItemsOutcome | None:
        team.wire.lose = ["", fate, fate]
        with pytest.raises(ConnectionLost):
            act()
        team.wire.lose, team.answer_lost = [], True
        return act()

    outcome = twice(lambda: move(team, ids, entity_id, seen=seen, active_id=0))
    assert outcome and all(result.error is None for result in outcome.results)
    assert set(ids) <= set(team.in_list(entity_id))
    if team.team_picture() != start:
        twice(lambda: back(team, outcome))
    assert team.team_picture() == start


def test_an_item_that_our_own_first_attempt_may_have_moved_has_no_undo_and_that_is_said(
    team: ScrumScene,
) -> None:
    team.answer_lost = True
    team.items[1].entity_id = team.planned  # done by the attempt whose answer was lost
    outcome = move(team, [1, 2], team.planned, seen={}, active_id=0)
    assert [notice.code for notice in outcome.notices] == [NoticeCode.PLACE_UNKNOWN]
    assert all(result.error is None for result in outcome.results)
    back(team, outcome)
    assert (team.items[1].entity_id, team.items[2].entity_id) == (team.planned, team.backlog)


def test_sorts_between() -> None:
    assert sorts_between(None, None, 2) == (1.0, 2.0)
    assert sorts_between(1.0, 2.0, 3) == (1.25, 1.5, 1.75)
    assert sorts_between(None, 0.0, 1) is None
    assert sorts_between(1.0, 1.0, 1) is None


def test_making_room_stops_where_it_can() -> None:
    sorts = {1: 1.0, 2: 1.0, 3: 1.0, 4: 9.0}
    assert place([7], 1.0, [2, 3, 4], sorts, 10) == ({7: 2.0, 2: 3.0, 3: 4.0}, True)
    assert place([7], 1.0, [2, 3, 4], sorts, 1) == ({7: 2.0, 2: 3.0}, False)
    assert place([7], 1.0, [5, 4], sorts, 1) == ({7: 5.0}, False)
