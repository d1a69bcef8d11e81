"""`tasks.api.scrum.sprint.*` as rows: get, add, update, delete (behaviour.md §4.4, surprises 7–9, 23)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.contract.scrum.team import DENIED, THREE, ScrumTeam

UNKNOWN = 99_999
EPOCH = "1970-01-01"


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def fields(team: ScrumTeam, **more: Any) -> dict[str, Any]:
    """Everything a new sprint needs; a value of None leaves the key out."""
    given = {
        "groupId": team.group.id,
        "name": "Sprint 1",
        "dateStart": "2026-05-04T00:00:00+00:00",
        "dateEnd": "2026-05-18T00:00:00+00:00",
        "status": "planned",
        "createdBy": 3,
        **more,
    }
    return {name: value for name, value in given.items() if value is not None}


def refused(team: ScrumTeam, **more: Any) -> str:
    code, text = team.error("sprint.add", fields=fields(team, **more))
    assert code == "0"
    return text


# --- get ---
def test_a_sprint_has_eleven_values(team: ScrumTeam) -> None:
    made = team.ask("sprint.add", fields=fields(team))
    assert team.ask("sprint.get", id=made["id"]) == made
    assert made == {
        "id": made["id"],
        "groupId": team.group.id,
        "entityType": "sprint",
        "name": "Sprint 1",
        "goal": "",
        "sort": 1,
        "createdBy": 3,
        "modifiedBy": 3,
        "dateStart": "2026-05-04T01:00:00+01:00",
        "dateEnd": "2026-05-18T01:00:00+01:00",
        "status": "planned",
    }


def test_get_works_on_a_backlog_too(team: ScrumTeam) -> None:
    assert team.ask("sprint.get", id=team.backlog.id)["entityType"] == "backlog"


def test_the_documented_sprint_id_is_not_taken(team: ScrumTeam) -> None:
    assert team.error("sprint.get", sprintId=team.sprint().id) == (
        "100",
        "Could not find value for parameter {id}",
    )


def test_get_refuses_in_this_order(team: ScrumTeam) -> None:
    assert team.error("sprint.get", id=0) == ("0", "Sprint id not found")
    assert team.error("sprint.get", id=UNKNOWN) == ("0", "Sprint not found")
    assert team.error("sprint.get", "admin", id=team.sprint().id) == DENIED


def test_get_fields_does_not_know_the_goal(team: ScrumTeam) -> None:
    assert list(team.ask("sprint.getFields")["fields"]) == [
        "groupId", "name", "sort", "createdBy", "modifiedBy", "dateStart", "dateEnd", "status",
    ]  # fmt: skip


# --- add ---
def test_an_ordinary_member_may_add_a_sprint(team: ScrumTeam) -> None:
    assert team.ask("sprint.add", "member", fields=fields(team))["status"] == "planned"


def test_sprints_and_backlogs_share_their_ids(team: ScrumTeam) -> None:
    assert team.ask("sprint.add", fields=fields(team))["id"] == team.backlog.id + 1


def test_the_creator_is_required_though_documented_as_optional(team: ScrumTeam) -> None:
    assert refused(team, createdBy=None) == "Unable to add sprint"


def test_so_is_a_name(team: ScrumTeam) -> None:
    assert (refused(team, name=None), refused(team, name="")) == ("Unable to add sprint",) * 2


@pytest.mark.parametrize("name", ["dateStart", "dateEnd"])
def test_a_date_error_comes_only_for_an_absent_key(team: ScrumTeam, name: str) -> None:
    assert refused(team, **{name: None}) == f"Incorrect {name} format"


@pytest.mark.parametrize("text", ["", "soon", "32.13.2026", "2026-02-30"])
def test_a_date_that_cannot_be_read_is_1970(team: ScrumTeam, text: str) -> None:
    assert team.ask("sprint.add", fields=fields(team, dateEnd=text))["dateEnd"].startswith(EPOCH)


@pytest.mark.parametrize("value", [1_780_000_000, "1780000000"])
def test_a_timestamp_is_a_date(team: ScrumTeam, value: Any) -> None:
    shown = team.ask("sprint.add", fields=fields(team, dateStart=value))["dateStart"]
    assert dt.datetime.fromisoformat(shown).timestamp() == 1_780_000_000


def test_an_end_before_the_start_is_accepted(team: ScrumTeam) -> None:
    made = team.ask("sprint.add", fields=fields(team, dateEnd="2026-01-01"))
    assert made["dateEnd"] < made["dateStart"]


def test_modified_by_is_the_creator_whatever_is_given(team: ScrumTeam) -> None:
    assert team.ask("sprint.add", fields=fields(team, modifiedBy=1))["modifiedBy"] == 3


@pytest.mark.parametrize("status", [None, "", "running", "Planned", 1])
def test_a_status_must_be_one_of_three(team: ScrumTeam, status: Any) -> None:
    assert refused(team, status=status) == "Incorrect sprint status"


def test_adding_refuses_in_this_order(team: ScrumTeam) -> None:
    team.active()
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("groupId", {"groupId": team.group.id}, "Group id not found"),
        ("createdBy", {"createdBy": 2}, "createdBy user not found"),
        ("modifiedBy", {"modifiedBy": 2}, "modifiedBy user not found"),
        ("dateStart", {"dateStart": "now"}, "Incorrect dateStart format"),
        ("dateEnd", {"dateEnd": "now"}, "Incorrect dateEnd format"),
        ("status", {"status": "active"}, "Incorrect sprint status"),
    ]
    given: dict[str, Any] = {"createdBy": UNKNOWN, "modifiedBy": 0}
    for name, better, text in steps:
        assert team.error("sprint.add", fields=given) == ("0", text), name
        given |= better
    assert team.error("sprint.add", fields=given)[1] == "Unable to add two active sprint"
    assert team.error("sprint.add", fields=given | {"status": "planned"})[1] == "Unable to add sprint"


def test_an_unknown_group_and_a_foreign_one_are_denied(team: ScrumTeam) -> None:
    assert team.error("sprint.add", fields=fields(team, groupId=UNKNOWN)) == DENIED
    assert team.error("sprint.add", "admin", fields=fields(team)) == DENIED


def test_an_active_sprint_comes_without_columns_and_can_never_be_started(team: ScrumTeam) -> None:
    made = team.ask("sprint.add", fields=fields(team, status="active"))
    assert team.ask("kanban.getStages", sprintId=made["id"]) == []
    assert team.error("sprint.start", "owner", id=made["id"]) == ("0", "Sprint must be planned")


def test_a_group_that_is_no_scrum_team_is_not_refused(team: ScrumTeam) -> None:
    assert team.ask("sprint.add", fields=fields(team, groupId=team.fixture.main.id))["id"]


# --- update ---
def test_name_sort_dates_and_modifier_change(team: ScrumTeam) -> None:
    sprint = team.sprint()
    given = {"name": "New name", "sort": "5", "dateStart": "2026-06-01T00:00:00Z", "modifiedBy": 4}
    found = team.ask("sprint.update", id=sprint.id, fields=given)
    assert (found["name"], found["sort"], found["modifiedBy"]) == ("New name", 5, 4)
    assert found["dateStart"] == "2026-06-01T01:00:00+01:00"


def test_an_empty_name_and_the_goal_are_ignored(team: ScrumTeam) -> None:
    sprint = team.sprint(name="Kept", goal="Kept too")
    found = team.ask("sprint.update", id=sprint.id, fields={"name": "", "goal": "Other"})
    assert (found["name"], found["goal"]) == ("Kept", "Kept too")


def test_the_creator_is_checked_but_never_saved(team: ScrumTeam) -> None:
    sprint = team.sprint()
    assert team.error("sprint.update", id=sprint.id, fields={"createdBy": UNKNOWN})[1].startswith("createdBy")
    assert team.ask("sprint.update", id=sprint.id, fields={"createdBy": 4})["createdBy"] == 2


def test_an_unreadable_date_becomes_1970_here_as_well(team: ScrumTeam) -> None:
    found = team.ask("sprint.update", id=team.sprint().id, fields={"dateStart": "next summer"})
    assert found["dateStart"].startswith(EPOCH)


def test_status_active_makes_no_columns_and_moves_no_tasks(team: ScrumTeam) -> None:
    sprint = team.sprint()
    task = team.item(sprint)
    assert team.ask("sprint.update", id=sprint.id, fields={"status": "active"})["status"] == "active"
    assert (team.columns(sprint), team.stands(task), team.updates()) == ([], [], [])


def test_status_completed_leaves_the_items_where_they_are(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[0])
    team.ask("sprint.update", id=sprint.id, fields={"status": "completed"})
    assert team.home(task) == sprint.id


def test_the_active_sprint_finds_itself(team: ScrumTeam) -> None:
    assert team.error("sprint.update", id=team.active().id, fields={"status": "active"}) == (
        "0",
        "Unable to add two active sprint",
    )


def test_another_group_is_not_checked_but_items_forbid_it(team: ScrumTeam) -> None:
    sprint = team.sprint()
    hidden = next(group for group in team.portal.groups.values() if group.name == "Hidden")
    assert team.ask("sprint.update", id=sprint.id, fields={"groupId": hidden.id})["groupId"] == hidden.id
    full = team.sprint()
    team.item(full)
    assert team.error("sprint.update", id=full.id, fields={"groupId": hidden.id})[1] == (
        "It is forbidden move a sprint with items"
    )


def test_update_refuses_in_this_order(team: ScrumTeam) -> None:
    assert team.error("sprint.update", id=0, fields={})[1] == "Sprint id not found"
    assert team.error("sprint.update", id=UNKNOWN, fields={})[1] == "Sprint not found"
    assert team.error("sprint.update", "outsider", id=team.sprint().id, fields={}) == DENIED
    assert team.error("sprint.update", id=team.sprint().id, fields={"status": "x"})[1] == (
        "Incorrect sprint status"
    )


# --- delete ---
@pytest.mark.parametrize("status", ["planned", "active", "completed"])
def test_a_deleted_sprint_sends_its_items_to_the_backlog(team: ScrumTeam, status: str) -> None:
    sprint = team.sprint(status)
    task = team.item(sprint)
    assert team.ask("sprint.delete", id=sprint.id) == []
    assert team.home(task) == team.backlog.id
    assert team.error("sprint.get", id=sprint.id)[1] == "Sprint not found"


def test_columns_and_relations_of_a_deleted_sprint_are_orphans(team: ScrumTeam) -> None:
    sprint = team.sprint("active", THREE)
    stage = team.columns(sprint)[0]
    task = team.item(sprint, stage)
    team.ask("sprint.delete", id=sprint.id)
    assert (stage.id in team.portal.stages, team.stands(task), task.stage_id) == (True, [stage.id], stage.id)


def test_without_a_backlog_a_sprint_with_items_stays(team: ScrumTeam) -> None:
    sprint = team.sprint()
    team.item(sprint)
    del team.portal.scrum.entities[team.backlog.id]
    assert team.error("sprint.delete", id=sprint.id)[1] == "It is forbidden remove a sprint with items"


def test_deleting_refuses_the_unknown_and_the_stranger(team: ScrumTeam) -> None:
    assert team.error("sprint.delete", id=UNKNOWN) == ("0", "Sprint not found")
    assert team.error("sprint.delete", id=team.backlog.id) == ("0", "Sprint not found")
    assert team.error("sprint.delete", "admin", id=team.sprint().id) == DENIED
