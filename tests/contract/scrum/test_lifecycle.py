"""Starting and completing a sprint, with what is left behind (behaviour.md §4.4, surprises 8, 18, 22)."""

from __future__ import annotations

import pytest

from sandbox.state.portal import COMPLETED, PENDING
from sandbox.state.scrum import Entity
from tests.contract.scrum.team import DENIED, THREE, ScrumTeam

UNABLE = ("0", "Unable to start sprint")
FOUR = ("NEW", "WORK", "WORK", "FINISH")


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def start(team: ScrumTeam, sprint: Entity, who: str = "owner") -> dict[str, object]:
    found: dict[str, object] = team.ask("sprint.start", who, id=sprint.id)
    return found


# --- start: columns ---
def test_the_first_sprint_gets_three_default_columns(team: ScrumTeam) -> None:
    sprint = team.sprint()
    team.item(sprint)
    start(team, sprint)
    assert [(s.title, s.system_type, s.color, s.sort) for s in team.columns(sprint)] == [
        ("New", "NEW", "00C4FB", 100),
        ("In progress", "WORK", "47D1E2", 200),
        ("Finished", "FINISH", "75D900", 300),
    ]


def test_titles_of_default_columns_are_in_the_language_of_the_call(team: ScrumTeam) -> None:
    team.portal.users[2].lang = "de"
    sprint = team.sprint()
    team.item(sprint)
    client = team.fixture.client()
    client.post(team.fixture.path("owner", "tasks.api.scrum.sprint.start"), json={"id": sprint.id})
    assert [stage.title for stage in team.columns(sprint)] == ["Neu", "In Arbeit", "Abgeschlossen"]


def test_columns_are_copied_from_the_completed_sprint_that_ended_last(team: ScrumTeam) -> None:
    team.sprint("completed", THREE, end=team.days_ago(30))
    last = team.sprint("completed", FOUR, end=team.days_ago(1))
    team.sprint("completed", THREE, end=team.days_ago(15))
    team.columns(last)[1].sort = 150
    sprint = team.sprint()
    team.item(sprint)
    start(team, sprint)
    copied = [(s.title, s.color, s.system_type) for s in team.columns(last)]
    assert [(s.title, s.color, s.system_type) for s in team.columns(sprint)] == copied
    assert [s.sort for s in team.columns(sprint)] == [100, 200, 300, 400]


def test_own_columns_are_kept(team: ScrumTeam) -> None:
    team.sprint("completed", FOUR, end=team.days_ago(1))
    sprint = team.sprint(kinds=("NEW", "FINISH"))
    team.item(sprint)
    start(team, sprint)
    assert [s.system_type for s in team.columns(sprint)] == ["NEW", "FINISH"]


def test_a_last_sprint_without_columns_makes_the_start_impossible(team: ScrumTeam) -> None:
    team.sprint("completed", end=team.days_ago(1))
    sprint = team.sprint()
    team.item(sprint)
    assert team.error("sprint.start", "owner", id=sprint.id) == UNABLE


def test_with_own_columns_the_last_sprint_does_not_matter(team: ScrumTeam) -> None:
    team.sprint("completed", end=team.days_ago(1))
    sprint = team.sprint(kinds=THREE)
    team.item(sprint)
    assert start(team, sprint)["status"] == "active"


def test_own_columns_without_new_make_the_start_impossible(team: ScrumTeam) -> None:
    sprint = team.sprint(kinds=("WORK", "FINISH"))
    team.item(sprint)
    assert team.error("sprint.start", "owner", id=sprint.id) == UNABLE
    assert sprint.status == "planned"


# --- start: tasks ---
def test_every_task_stands_in_new_with_its_stage_id(team: ScrumTeam) -> None:
    sprint = team.sprint()
    tasks = [team.item(sprint) for _ in range(3)]
    start(team, sprint)
    new = team.columns(sprint)[0].id
    assert [(team.stands(task), task.stage_id) for task in tasks] == [([new], new)] * 3


def test_one_update_is_raised_per_task(team: ScrumTeam) -> None:
    sprint = team.sprint()
    tasks = [team.item(sprint) for _ in range(3)]
    start(team, sprint)
    assert team.updates() == sorted(task.id for task in tasks)


def test_a_task_returns_to_the_column_it_had_last_time(team: ScrumTeam) -> None:
    last = team.sprint("completed", FOUR, end=team.days_ago(1))
    sprint = team.sprint()
    task = team.item(sprint, team.columns(last)[2])
    start(team, sprint)
    assert task.stage_id == team.columns(sprint)[2].id
    assert team.columns(last)[2].id in team.stands(task)


def test_another_number_of_columns_sends_all_to_new(team: ScrumTeam) -> None:
    last = team.sprint("completed", FOUR, end=team.days_ago(1))
    sprint = team.sprint(kinds=THREE)
    task = team.item(sprint, team.columns(last)[2])
    start(team, sprint)
    assert task.stage_id == team.columns(sprint)[0].id


def test_another_title_sends_its_tasks_to_new(team: ScrumTeam) -> None:
    last = team.sprint("completed", THREE, end=team.days_ago(1))
    sprint = team.sprint(kinds=THREE)
    task = team.item(sprint, team.columns(last)[1])
    team.columns(sprint)[1].title = "Renamed"
    start(team, sprint)
    assert task.stage_id == team.columns(sprint)[0].id


def test_a_task_that_stood_in_the_sprint_already_starts_in_new(team: ScrumTeam) -> None:
    sprint = team.sprint(kinds=THREE)
    task = team.item(sprint, team.columns(sprint)[1])
    start(team, sprint)
    assert team.stands(task) == [team.columns(sprint)[0].id]


def test_subtasks_are_put_on_the_board_with_their_parent(team: ScrumTeam) -> None:
    sprint = team.sprint()
    parent = team.item(sprint)
    child = team.item(team.backlog, parent_id=parent.id)
    start(team, sprint)
    assert (team.stands(child), team.home(child)) == ([team.columns(sprint)[0].id], team.backlog.id)


def test_completed_tasks_and_their_subtasks_go_to_the_backlog(team: ScrumTeam) -> None:
    sprint = team.sprint()
    done = team.item(sprint, status=COMPLETED)
    child, other = team.item(sprint, parent_id=done.id), team.item(sprint)
    start(team, sprint)
    assert [team.home(task) for task in (done, child, other)] == [team.backlog.id, team.backlog.id, sprint.id]


def test_the_sprint_is_active_sort_zero_and_keeps_its_dates(team: ScrumTeam) -> None:
    sprint = team.sprint(start=team.days_ago(90), end=team.days_ago(80), sort=4)
    team.item(sprint)
    dates = (sprint.start, sprint.end)
    found = start(team, sprint)
    assert (found["status"], found["sort"], sprint.start, sprint.end) == ("active", 0, *dates)


# --- start: refusals ---
def test_another_active_sprint_refuses_before_anything_happens(team: ScrumTeam) -> None:
    team.active()
    sprint = team.sprint()
    team.item(sprint)
    assert team.error("sprint.start", "owner", id=sprint.id) == UNABLE
    assert team.columns(sprint) == []


def test_without_an_open_task_it_refuses_but_columns_and_moved_items_stay(team: ScrumTeam) -> None:
    sprint = team.sprint()
    done = team.item(sprint, status=COMPLETED)
    assert team.error("sprint.start", "owner", id=sprint.id) == UNABLE
    assert (len(team.columns(sprint)), team.home(done), sprint.status) == (3, team.backlog.id, "planned")


@pytest.mark.parametrize(("who", "allowed"), [("owner", True), ("moderator", True), ("member", False)])
def test_starting_takes_owner_or_moderator(team: ScrumTeam, who: str, allowed: bool) -> None:
    sprint = team.sprint()
    team.item(sprint)
    if allowed:
        assert start(team, sprint, who)["status"] == "active"
    else:
        assert team.error("sprint.start", who, id=sprint.id) == DENIED


def test_the_admin_may_not_start_a_foreign_sprint(team: ScrumTeam) -> None:
    assert team.error("sprint.start", "admin", id=team.sprint().id) == DENIED


def test_starting_refuses_in_this_order(team: ScrumTeam) -> None:
    assert team.error("sprint.start", id=0)[1] == "Sprint id not found"
    assert team.error("sprint.start", id=99_999)[1] == "Sprint not found"
    assert team.error("sprint.start", id=team.sprint("completed").id)[1] == "Sprint must be planned"
    assert team.error("sprint.start", id=team.backlog.id)[1] == "Sprint must be planned"


# --- complete ---
def test_complete_takes_the_id_of_the_group(team: ScrumTeam) -> None:
    sprint = team.active()
    assert team.error("sprint.complete", "owner", id=sprint.id)[1] == "Sprint not found"
    assert team.ask("sprint.complete", "owner", id=team.group.id)["id"] == sprint.id


def test_the_end_is_now_and_sort_zero(team: ScrumTeam) -> None:
    team.portal.clock_frozen = 1_780_000_000.0
    sprint = team.active()
    sprint.sort = 3
    found = team.ask("sprint.complete", "owner", id=team.group.id)
    assert (found["status"], found["sort"], sprint.end) == ("completed", 0, team.portal.now())


def test_unfinished_items_go_to_the_backlog_and_keep_column_and_stage(team: ScrumTeam) -> None:
    sprint = team.active()
    stage = team.columns(sprint)[1]
    task = team.item(sprint, stage)
    team.ask("sprint.complete", "owner", id=team.group.id)
    assert (team.home(task), team.stands(task), task.stage_id) == (team.backlog.id, [stage.id], stage.id)
    assert team.updates() == []


def test_completed_tasks_outside_finish_are_moved_there_with_an_update(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[0], status=COMPLETED)
    team.ask("sprint.complete", "owner", id=team.group.id)
    finish = team.columns(sprint)[2].id
    assert (team.home(task), team.stands(task), task.stage_id) == (sprint.id, [finish], finish)
    assert team.updates() == [task.id]


def test_an_open_task_in_finish_stays_uncompleted_in_the_closed_sprint(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[2])
    team.ask("sprint.complete", "owner", id=team.group.id)
    assert (team.home(task), task.status) == (sprint.id, PENDING)


def test_an_item_in_no_column_is_overlooked(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint)
    team.ask("sprint.complete", "owner", id=team.group.id)
    assert team.home(task) == sprint.id


def test_a_failure_on_the_way_is_null_with_status_200(team: ScrumTeam) -> None:
    sprint = team.active()
    team.item(sprint, team.columns(sprint)[0])
    del team.portal.scrum.entities[team.backlog.id]
    assert team.ask("sprint.complete", "owner", id=team.group.id) is None
    assert sprint.status == "active"


def test_completing_refuses_in_this_order(team: ScrumTeam) -> None:
    assert team.error("sprint.complete", id=0) == ("0", "Group id not found")
    assert team.error("sprint.complete", id=team.group.id) == ("0", "Sprint not found")
    team.active()
    assert team.error("sprint.complete", "member", id=team.group.id) == DENIED
    assert team.error("sprint.complete", "admin", id=team.group.id) == DENIED


def test_the_next_start_finds_the_column_of_what_came_back(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[1])
    team.ask("sprint.complete", "owner", id=team.group.id)
    coming = team.sprint()
    team.ask("task.update", id=task.id, fields={"entityId": coming.id})
    start(team, coming)
    assert task.stage_id == team.columns(coming)[1].id
