"""`tasks.api.scrum.task.*`: the scrum item of a task (behaviour.md §4.2, surprises 4, 9, 24)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.scrum.team import DENIED, ScrumTeam

UNKNOWN = 99_999


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def points_of(team: ScrumTeam, task_id: int) -> Any:
    return team.ask("task.get", id=task_id)["storyPoints"]


# --- get ---
def test_the_item_has_numbers_and_points_as_text(team: ScrumTeam) -> None:
    task = team.item(points="5")
    assert team.ask("task.get", id=str(task.id)) == {
        "entityId": team.backlog.id,
        "storyPoints": "5",
        "epicId": 0,
        "sort": 0,
        "sortFloat": 0,
        "createdBy": 2,
        "modifiedBy": 0,
    }


def test_points_never_set_are_an_empty_text(team: ScrumTeam) -> None:
    assert points_of(team, team.item().id) == ""


def test_sort_is_rounded_and_clamped_and_the_float_is_not(team: ScrumTeam) -> None:
    task = team.item()
    for given, short in ((1.6, 2), (300.5, 255), (-7, 0)):
        team.ask("task.update", id=task.id, fields={"sortFloat": given})
        found = team.ask("task.get", id=task.id)
        assert (found["sort"], found["sortFloat"]) == (short, given)


def test_a_task_without_item_is_not_found(team: ScrumTeam) -> None:
    assert team.error("task.get", id=team.task().id) == ("0", "Task not found")


def test_id_zero_has_a_text_of_its_own(team: ScrumTeam) -> None:
    assert team.error("task.get", id=0) == ("0", "Task id not found")


def test_who_is_no_member_is_denied_even_the_admin(team: ScrumTeam) -> None:
    task = team.item()
    assert [team.error("task.get", who, id=task.id) for who in ("admin", "outsider")] == [DENIED, DENIED]


def test_who_takes_part_in_the_task_may_read_its_item(team: ScrumTeam) -> None:
    task = team.item(responsible_id=team.fixture.id_of("outsider"))
    assert team.ask("task.get", "outsider", id=task.id)["entityId"] == team.backlog.id


@pytest.mark.parametrize("method", ["get", "update"])
def test_the_parameter_is_id_and_nothing_else(team: ScrumTeam, method: str) -> None:
    missing = team.error(f"task.{method}", taskId=team.item().id, fields={"storyPoints": "1"})
    assert missing == ("100", "Could not find value for parameter {id}")


@pytest.mark.parametrize("value", ["12abc", ""])
def test_an_id_that_is_no_number_is_a_binding_error(team: ScrumTeam, value: str) -> None:
    assert team.error("task.get", id=value) == (
        "100",
        f"Invalid value {{{value}}} to match with parameter {{id}}. Should be value of type int.",
    )


def test_get_fields_names_seven(team: ScrumTeam) -> None:
    assert list(team.ask("task.getFields")["fields"]) == [
        "entityId", "storyPoints", "epicId", "sort", "sortFloat", "createdBy", "modifiedBy",
    ]  # fmt: skip


# --- points ---
@pytest.mark.parametrize("text", ["5", "½", "0,5", "XL", "?", "13 or more", ""])
def test_any_text_is_points(team: ScrumTeam, text: str) -> None:
    task = team.item(points="1")
    assert team.ask("task.update", id=task.id, fields={"storyPoints": text}) is True
    assert points_of(team, task.id) == text


@pytest.mark.parametrize("value", [5, 0.5, 0, True, None, ["8"]])
def test_points_that_are_no_text_are_ignored_and_answer_true(team: ScrumTeam, value: Any) -> None:
    task = team.item(points="3")
    assert team.ask("task.update", id=task.id, fields={"storyPoints": value}) is True
    assert points_of(team, task.id) == "3"


def test_a_number_in_a_form_is_text_and_counts(team: ScrumTeam) -> None:
    task = team.item(points="3")
    path = team.fixture.path("member", "tasks.api.scrum.task.update")
    team.fixture.client().post(path, data={"id": task.id, "fields[storyPoints]": "8"})
    assert points_of(team, task.id) == "8"


def test_fields_without_anything_are_true(team: ScrumTeam) -> None:
    assert team.ask("task.update", id=team.item().id, fields={}) is True


def test_absent_fields_are_a_binding_error(team: ScrumTeam) -> None:
    code, text = team.error("task.update", id=team.item().id)
    assert (code, text) == ("100", "Could not find value for parameter {fields}")


# --- making an item ---
def test_an_item_is_made_with_entity_and_creator(team: ScrumTeam) -> None:
    task = team.task()
    fields = {"entityId": team.backlog.id, "createdBy": 2, "storyPoints": "2"}
    assert team.ask("task.update", id=task.id, fields=fields) is True
    assert (team.home(task), points_of(team, task.id)) == (team.backlog.id, "2")


@pytest.mark.parametrize("creator", [{}, {"createdBy": 0}, {"createdBy": UNKNOWN}])
def test_without_an_existing_creator_no_item_is_made(team: ScrumTeam, creator: dict[str, int]) -> None:
    task = team.task()
    fields = {"entityId": team.backlog.id, **creator}
    assert team.error("task.update", id=task.id, fields=fields) == ("0", "Item not created")
    assert team.home(task) == 0


@pytest.mark.parametrize("entity", [{}, {"entityId": 0}, {"entityId": None}])
def test_without_an_entity_no_item_is_made(team: ScrumTeam, entity: dict[str, Any]) -> None:
    refused = team.error("task.update", id=team.task().id, fields={"storyPoints": "1", **entity})
    assert refused == ("0", "Entity id not found")


def test_an_item_needs_a_readable_task(team: ScrumTeam) -> None:
    fields = {"entityId": team.backlog.id, "createdBy": 2}
    assert team.error("task.update", id=UNKNOWN, fields=fields) == ("0", "Task not found.")


def test_an_item_is_only_made_in_the_group_of_the_task(team: ScrumTeam) -> None:
    task = team.task(group_id=team.fixture.main.id)
    assert (
        team.error("task.update", id=task.id, fields={"entityId": team.backlog.id, "createdBy": 2}) == DENIED
    )


# --- moving an item ---
def test_an_unknown_entity_is_access_denied(team: ScrumTeam) -> None:
    assert team.error("task.update", id=team.item().id, fields={"entityId": UNKNOWN}) == DENIED


def test_entity_zero_keeps_the_entity(team: ScrumTeam) -> None:
    task = team.item()
    team.ask("task.update", id=task.id, fields={"entityId": 0, "storyPoints": "1"})
    assert team.home(task) == team.backlog.id


def test_the_entity_of_another_group_is_taken(team: ScrumTeam) -> None:
    task, foreign = team.item(), team.entity("backlog", group=team.other_group)
    assert team.ask("task.update", id=task.id, fields={"entityId": foreign.id}) is True
    assert (team.home(task), task.group_id) == (foreign.id, team.group.id)


def test_an_item_in_a_group_the_caller_cannot_read_is_denied(team: ScrumTeam) -> None:
    task = team.item()
    assert team.error("task.update", "admin", id=task.id, fields={"storyPoints": "1"}) == DENIED


def test_into_the_active_sprint_it_does_not_get_onto_the_board(team: ScrumTeam) -> None:
    task, sprint = team.item(), team.active()
    team.ask("task.update", id=task.id, fields={"entityId": sprint.id})
    assert (team.home(task), team.stands(task), task.stage_id) == (sprint.id, [], 0)


def test_out_of_a_sprint_the_old_column_is_left_behind(team: ScrumTeam) -> None:
    sprint = team.active()
    stage = team.columns(sprint)[1]
    task = team.item(sprint, stage)
    team.ask("task.update", id=task.id, fields={"entityId": team.backlog.id})
    assert (team.stands(task), task.stage_id) == ([stage.id], stage.id)


def test_nothing_about_an_item_raises_an_event(team: ScrumTeam) -> None:
    task, sprint = team.item(), team.active()
    team.ask("task.update", id=task.id, fields={"entityId": sprint.id, "storyPoints": "8", "sort": 3})
    assert team.updates() == []


# --- epic, place, people ---
def test_an_epic_of_the_team_is_set(team: ScrumTeam) -> None:
    task, epic = team.item(), team.epic()
    team.ask("task.update", id=task.id, fields={"epicId": str(epic.id)})
    assert team.ask("task.get", id=task.id)["epicId"] == epic.id


@pytest.mark.parametrize("value", [0, UNKNOWN])
def test_epic_zero_or_unknown_clears(team: ScrumTeam, value: int) -> None:
    task, epic = team.item(), team.epic()
    team.ask("task.update", id=task.id, fields={"epicId": epic.id})
    assert team.ask("task.update", id=task.id, fields={"epicId": value}) is True
    assert team.ask("task.get", id=task.id)["epicId"] == 0


def test_an_epic_of_another_team_is_refused(team: ScrumTeam) -> None:
    epic = team.epic(group=team.other_group)
    refused = team.error("task.update", id=team.item().id, fields={"epicId": epic.id, "storyPoints": "5"})
    assert refused == ("0", "Epic not found")


def test_an_epic_that_is_no_number_is_ignored(team: ScrumTeam) -> None:
    task, epic = team.item(), team.epic()
    team.ask("task.update", id=task.id, fields={"epicId": epic.id})
    team.ask("task.update", id=task.id, fields={"epicId": "none"})
    assert team.ask("task.get", id=task.id)["epicId"] == epic.id


def test_sort_float_wins_over_sort(team: ScrumTeam) -> None:
    task = team.item()
    team.ask("task.update", id=task.id, fields={"sort": 4, "sortFloat": "2.5"})
    assert team.ask("task.get", id=task.id)["sortFloat"] == 2.5


@pytest.mark.parametrize("name", ["createdBy", "modifiedBy"])
@pytest.mark.parametrize("value", [0, UNKNOWN])
def test_people_must_exist_and_zero_is_nobody(team: ScrumTeam, name: str, value: int) -> None:
    refused = team.error("task.update", id=team.item().id, fields={name: value})
    assert refused == ("0", f"{name} user not found")


def test_a_refusal_changes_nothing(team: ScrumTeam) -> None:
    task = team.item(points="1")
    team.error("task.update", id=task.id, fields={"storyPoints": "5", "modifiedBy": UNKNOWN})
    assert points_of(team, task.id) == "1"
