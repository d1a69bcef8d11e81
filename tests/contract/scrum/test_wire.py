"""Scrum methods over HTTP and in a batch, the seeded teams, the snapshot (behaviour.md §1.6, §1.10, §4)."""

from __future__ import annotations

import datetime as dt

import pytest

from sandbox import seed
from sandbox.rest.registry import METHODS
from sandbox.state import scrum, scrum_board, store
from sandbox.state.portal import COMPLETED, Portal
from sandbox.state.scrum import Entity
from tests.contract.rest_client import RestClient, command
from tests.contract.scrum.team import THREE, ScrumTeam

FAMILIES = {
    "task": "getFields get update",
    "kanban": "getFields getStages addStage updateStage deleteStage addTask deleteTask",
    "sprint": "getFields get list add update delete start complete",
    "backlog": "getFields get add update delete",
    "epic": "getFields get list add update delete",
}


@pytest.fixture(scope="module")
def company() -> Portal:
    return seed.build("company")


def team_of(portal: Portal, name: str) -> int:
    return next(group.id for group in portal.groups.values() if group.name == name)


def sprints(portal: Portal) -> list[Entity]:
    return [entity for entity in portal.scrum.entities.values() if entity.kind == scrum.SPRINT]


# --- the wire ---
def test_the_whole_family_is_there_in_the_task_scope() -> None:
    names = {f"tasks.api.scrum.{family}.{name}" for family in FAMILIES for name in FAMILIES[family].split()}
    registered = {spec.name: spec for key, spec in METHODS.items() if key.startswith("tasks.api.scrum.")}
    assert set(registered) == names
    assert {(spec.scope, spec.style) for spec in registered.values()} == {("task", "controller")}


def test_a_lost_error_has_status_200() -> None:
    rest = RestClient.start()
    answer = rest.call("tasks.api.scrum.kanban.deleteStage", {"stageId": 999}, who="member")
    assert (answer.status_code, answer.get_json()["result"]) == (200, False)


def test_a_refusal_has_status_400_code_zero_and_no_time() -> None:
    rest = RestClient.start()
    answer = rest.call("tasks.api.scrum.task.get", {"id": 999}, who="member")
    assert (answer.status_code, answer.get_json()) == (
        400,
        {"error": "0", "error_description": "Task not found"},
    )


def test_an_empty_list_and_a_deletion_are_empty_lists() -> None:
    team = ScrumTeam()
    client, epic = team.fixture.client(), team.epic()
    for name, params in (("sprint.list", {}), ("epic.delete", {"id": epic.id})):
        answer = client.post(team.fixture.path("member", f"tasks.api.scrum.{name}"), json=params)
        assert answer.get_json()["result"] == [], name


def test_a_batch_command_always_sends_points_as_text() -> None:
    rest = RestClient.start()
    group = team_of(rest.portal, "Scrum team")
    backlog = rest.portal.scrum.backlog_of(group)
    assert backlog is not None
    items = rest.portal.scrum.items_of(backlog.id)
    commands = {
        f"p{item.task_id}": f"tasks.api.scrum.task.update?id={item.task_id}&fields[storyPoints]=3"
        for item in items
    }
    answer = rest.batch(commands, who="member")
    assert set(answer["result"].values()) == {True}
    assert {item.points for item in items} == {"3"}


def test_the_work_mode_of_a_batch_turns_a_group_into_a_sprint() -> None:
    rest = RestClient.start()
    active = next(entity for entity in sprints(rest.portal) if entity.status == scrum.ACTIVE)
    commands = {
        "sprint": command("tasks.api.scrum.kanban.getStages", sprintId=str(active.id)),
        "board": command("task.stages.get", entityId="1", numeric="1"),
    }
    assert rest.batch(commands, who="member")["result"]["board"] == []
    assert rest.batch({"board": commands["board"]}, who="member")["result"]["board"][0]["ENTITY_TYPE"] == "G"


def test_columns_are_read_once_per_batch() -> None:
    team = ScrumTeam()
    sprint = team.active()
    added = {"fields": {"sprintId": sprint.id, "name": "Fourth", "sort": 400}}
    read = ("kanban.getStages", {"sprintId": sprint.id})
    answers = team.together(read, ("kanban.addStage", added), read)
    assert (len(answers[0]), len(answers[2])) == (3, 3)
    assert len(team.ask(*read[:1], **read[1])) == 4


# --- the seeded teams ---
@pytest.mark.parametrize(
    ("name", "size"), [("Firmware 4.x", 80), ("Scrum: data platform", 500), ("Portal care", 20)]
)
def test_backlogs_have_their_sizes(company: Portal, name: str, size: int) -> None:
    backlog = company.scrum.backlog_of(team_of(company, name))
    assert backlog is not None
    assert len(company.scrum.items_of(backlog.id)) == size


def test_one_team_was_never_opened(company: Portal) -> None:
    group = team_of(company, "Scrum: mobile app")
    assert company.groups[group].is_scrum
    assert company.scrum.backlog_of(group) is None
    assert not any(company.tasks[task_id].group_id == group for task_id in company.scrum.items)


def test_the_admin_is_in_one_team_and_in_none_of_the_others(company: Portal) -> None:
    teams = [group for group in company.groups.values() if group.is_scrum]
    assert [group.name for group in teams if 1 in group.members] == ["Portal care"]
    assert len(teams) == 4


def test_sprints_come_in_all_states(company: Portal) -> None:
    states = [entity.status for entity in sprints(company)]
    assert {state: states.count(state) for state in set(states)} == {
        "completed": 12,
        "active": 2,
        "planned": 5,
    }


@pytest.mark.parametrize("text", ["8", "0.5", "½", "XL", "?", "", "13 or more"])
@pytest.mark.parametrize("name", ["company", "small"])
def test_every_odd_estimate_occurs(name: str, text: str) -> None:
    assert text in {item.points for item in seed.build(name).scrum.items.values()}


def test_closed_and_running_sprints_have_columns_and_planned_ones_have_none(company: Portal) -> None:
    for sprint in sprints(company):
        kinds = [stage.system_type for stage in scrum_board.columns(company, sprint.id)]
        assert (kinds[:1], kinds[-1:]) == (
            ([], []) if sprint.status == scrum.PLANNED else (["NEW"], ["FINISH"])
        )


def test_what_was_finished_was_finished_during_its_sprint(company: Portal) -> None:
    for sprint in sprints(company):
        for item in company.scrum.items_of(sprint.id):
            task = company.tasks[item.task_id]
            if task.status == COMPLETED and sprint.start and sprint.end and task.closed:
                assert task.created < task.closed
                assert sprint.start <= task.closed <= min(sprint.end, company.now())


def test_every_item_is_of_a_task_of_its_team(company: Portal) -> None:
    for item in company.scrum.items.values():
        task = company.tasks[item.task_id]
        assert company.scrum.entities[item.entity_id].group_id == task.group_id
        assert not task.deleted


def test_a_planned_sprint_of_each_kind_can_be_tried(company: Portal) -> None:
    """One that can be started, one without a task, and one next to an active sprint."""
    planned = [entity for entity in sprints(company) if entity.status == scrum.PLANNED]
    kinds = {(company.scrum.active(s.group_id) is None, bool(company.scrum.items_of(s.id))) for s in planned}
    assert {(True, True), (True, False), (False, True)} <= kinds


def test_one_card_of_an_active_sprint_is_on_no_board(company: Portal) -> None:
    for sprint in sprints(company):
        if sprint.status == scrum.ACTIVE:
            items = company.scrum.items_of(sprint.id)
            lost = [i for i in items if not scrum_board.standing(company, i.task_id, sprint.id)]
            assert len(lost) == 1


def test_some_items_carry_an_epic_that_is_gone(company: Portal) -> None:
    epics = {item.epic_id for item in company.scrum.items.values()} - {0}
    assert epics - set(company.scrum.epics)
    assert epics & set(company.scrum.epics)


def test_the_small_portal_has_two_teams_with_a_backlog_of_twelve_and_of_none() -> None:
    portal = seed.build("small")
    sizes = [len(portal.scrum.items_of(e.id)) for e in portal.scrum.entities.values() if e.kind == "backlog"]
    assert sizes == [12, 0]
    assert sorted(entity.status for entity in sprints(portal)) == ["active", "completed", "planned"]


def test_the_same_name_gives_the_same_teams() -> None:
    one, two = seed.build("small").scrum, seed.build("small").scrum
    assert one == two


# --- the snapshot ---
def test_scrum_survives_the_snapshot() -> None:
    team = ScrumTeam()
    sprint = team.sprint("active", THREE, start=team.days_ago(3), end=team.days_ago(-11), goal="G")
    team.item(sprint, team.columns(sprint)[1], points="½")
    team.epic()
    again = store.load(store.dump(team.portal))
    assert again.scrum == team.portal.scrum
    assert isinstance(again.scrum.entities[sprint.id].start, dt.datetime)
