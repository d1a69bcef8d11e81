"""The planning page: what it costs, what it shows, who sees it."""

from __future__ import annotations

import pytest

from b24.errors import ConnectionLost, TokenRejected
from boards.core.model import Denial
from boards.kanban.load import load_board
from boards.scrum.model import ItemFacts, Planning, SprintStatus
from boards.scrum.planning import load_more, load_planning, load_points
from sandbox.rest.registry import Call, Handler
from sandbox.state.portal import COMPLETED
from tests.support.portal_scene import instead
from tests.unit.boards.scrum.scene import ADMIN, HELPER, MEMBER, OUTSIDER, PLAIN, REF, ScrumScene


def lists(planning: Planning) -> dict[str, list[int]]:
    return {
        task_list.sprint.name if task_list.sprint else "backlog": [item.task_id for item in task_list.items]
        for task_list in planning.lists
    }


def test_a_small_team_in_two_requests(team: ScrumScene) -> None:
    planning = team.planning()
    assert team.wire.count == 2
    assert list(lists(planning).items()) == [
        ("Sprint 2", [21, 22, 23, 24]),
        ("Sprint 3", [11, 12, 13]),
        ("backlog", [1, 2, 3, 4, 5, 6]),
    ]
    assert [item.points for item in planning.lists[2].items] == ["8", "0.5", "½", "XL", "", "13 or more"]
    assert planning.unknown_ids == ()
    assert planning.team.active and planning.team.active.status is SprintStatus.ACTIVE
    assert [epic.name for epic in planning.team.epics] == ["Billing", "Search"]
    assert [sprint.name for sprint in planning.team.completed] == ["Sprint 1"]
    assert planning.team.title == "Project 20"
    assert [person.id for person in planning.team.people] == [HELPER]
    assert planning.lists[2].items[0].epic_id == team.epic


def test_without_points_or_with_known_ones_it_is_one(team: ScrumScene) -> None:
    planning = load_planning(team.client, REF, team.actor(), with_points=False)
    assert team.wire.count == 1
    assert len(planning.unknown_ids) == 13
    assert planning.lists[0].items[0].points is None
    known = team.seen() | {1: ItemFacts("5", 0, team.backlog, 99.0)}
    planning = team.planning(known)
    assert team.wire.count == 2
    shown = planning.lists[2].items
    assert [item.task_id for item in shown] == [2, 3, 4, 5, 6, 1]  # by what is known
    assert shown[-1].points == "5"  # shown at once, corrected later
    corrected = load_points(team.client, team.actor(), [item.task_id for item in shown])
    assert corrected.facts[1].points == "8"


def test_five_hundred_items_within_twelve_requests(team: ScrumScene) -> None:
    for task_id in range(1000, 1494):
        team.item(task_id, team.backlog, "1")
    planning = team.planning()
    assert team.wire.count == 2
    assert planning.backlog and planning.backlog.total == 500 == len(planning.backlog.items)
    unknown = list(planning.unknown_ids)
    facts = {item.task_id: item.points for item in planning.items if item.known}
    while unknown:
        part, unknown = unknown[:50], unknown[50:]
        facts |= {
            task_id: fact.points
            for task_id, fact in load_points(team.client, team.actor(), part).facts.items()
        }
    assert team.wire.count <= 12
    assert len(facts) == 507


def test_more_sprints_than_the_first_batch_expects(team: ScrumScene) -> None:
    for index in range(8):
        sprint_id = team.sprint(f"Later {index}", sort=10 + index)
        team.item(100 + index, sprint_id, "1")
    for task_id in range(200, 260):
        team.item(task_id, team.planned, "1")
    found = lists(team.planning())
    assert found["Later 7"] == [107]
    assert len(found["Sprint 3"]) == 63
    assert team.wire.count == 2


def test_lists_beyond_two_batches_are_loaded_on_demand(
    team: ScrumScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boards.scrum.planning.BATCH_SIZE", 8)  # the same with fewer items
    for task_id in range(10_000, 10_600):
        team.item(task_id, team.backlog, "1")
    planning = team.planning()
    assert team.wire.count == 2
    backlog = planning.backlog
    assert backlog and backlog.total == 606
    assert backlog.next_start == len(backlog.items)
    more = load_more(team.client, REF, team.backlog, backlog.next_start, backlog=True)
    assert len(more.items) == 50
    assert more.next_start == backlog.next_start + 50
    last = load_more(team.client, REF, team.backlog, 600, backlog=True)
    assert (len(last.items), last.next_start) == (6, None)


def test_completed_tasks_show_in_sprints_only(team: ScrumScene) -> None:
    team.tasks[1].status = COMPLETED
    planning = team.planning()
    assert 1 not in lists(planning)["backlog"]
    assert [item.completed for item in planning.lists[0].items] == [False, False, True, True]


def test_a_task_without_scrum_record_is_told_apart(team: ScrumScene) -> None:
    answer = load_points(team.client, team.actor(), [1, 2, 2])
    assert answer.facts == {
        1: ItemFacts("8", team.epic, team.backlog, 1.0),
        2: ItemFacts("0.5", team.epic, team.backlog, 2.0),
    }
    team.add_task(99, 20)
    answer = load_points(team.client, team.actor(), [99, 1])
    assert (answer.missing, list(answer.facts)) == ((99,), [1])
    with pytest.raises(ValueError, match="at most 50"):
        load_points(team.client, team.actor(), range(51))
    count = team.wire.count
    assert load_points(team.client, team.actor(), []).facts == {}
    assert team.wire.count == count


def test_refused_points_are_no_missing_records(team: ScrumScene) -> None:
    team.refuse("tasks.api.scrum.task.get", "OPERATION_TIME_LIMIT", 429)
    answer = load_points(team.client, team.actor(), [1])
    assert (answer.missing, list(answer.refused)) == ((), [1])


def test_a_record_that_vanished_between_list_and_points(
    team: ScrumScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanished(call: Call, real: Handler) -> object:
        if call.params["id"] == "3":
            team.items.pop(3, None)
        return real(call)

    instead(monkeypatch, "tasks.api.scrum.task.get", vanished)
    planning = team.planning()
    assert [item.task_id for item in planning.items if item.missing] == [3]
    assert 3 not in planning.unknown_ids


@pytest.mark.parametrize(
    ("who", "closed", "why", "start"),
    [
        (MEMBER, False, None, Denial.SCRUM_START_ROLE),
        (ADMIN, True, Denial.SCRUM_ADMIN_NO_MEMBER, Denial.SCRUM_ADMIN_NO_MEMBER),
        (OUTSIDER, True, Denial.NOT_A_MEMBER, Denial.NOT_A_MEMBER),
    ],
)
def test_who_sees_a_team(team: ScrumScene, who: int, closed: bool, why: Denial | None, start: Denial) -> None:
    team.become(who)
    planning = team.planning()
    assert planning.team.closed is closed
    rights = planning.team.rights
    assert (rights.why_not_plan, rights.why_not_start, rights.may_start) == (why, start, False)
    assert bool(planning.lists) is not closed


def test_the_owner_may_start(team: ScrumScene) -> None:
    rights = team.planning().team.rights
    assert (rights.role, rights.may_plan, rights.may_start, rights.why_not_start) == ("A", True, True, None)


def test_without_the_scope_to_ask_the_portal_decides(team: ScrumScene) -> None:
    for method in ("sonet_group.get", "sonet_group.user.get"):
        team.refuse(method, "insufficient_scope", 401)
    planning = team.planning()
    assert planning.team.rights.may_start
    assert planning.team.title == ""


def test_a_group_without_backlog(team: ScrumScene) -> None:
    planning = load_planning(team.client, type(REF)(PLAIN), team.actor())
    assert not planning.team.has_backlog
    assert not planning.team.closed
    assert planning.lists == ()


def test_the_order_of_an_older_portal(team: ScrumScene, monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded(call: Call, real: Handler) -> object:
        return {key: value for key, value in real(call).items() if key != "sortFloat"}

    instead(monkeypatch, "tasks.api.scrum.task.get", rounded)
    team.items[6].sort = 0.2
    assert lists(team.planning())["backlog"] == [6, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("code", ["invalid_token"])
def test_refusals_of_the_whole_are_raised(team: ScrumScene, code: str) -> None:
    team.refuse("tasks.api.scrum.backlog.get", code, 401)
    with pytest.raises(TokenRejected):
        team.planning()


def test_a_broken_connection_is_raised(team: ScrumScene) -> None:
    team.wire.lose = ["after", "after"]
    with pytest.raises(ConnectionLost):
        team.planning()


@pytest.mark.parametrize(("group_id", "who", "scrum"), [(20, 1, True), (22, 1, False), (20, ADMIN, False)])
def test_a_board_tells_whether_its_group_is_a_team(
    team: ScrumScene, group_id: int, who: int, scrum: bool
) -> None:
    team.become(who)
    board = load_board(team.client, type(REF)(group_id), team.actor(), known_stages=60)
    assert board.is_scrum is scrum
    assert (team.wire.count, len(team.wire.requests[0])) == (1, 46)
