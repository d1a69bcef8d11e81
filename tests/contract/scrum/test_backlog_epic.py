"""`tasks.api.scrum.backlog.*` and `.epic.*` (behaviour.md §4.5, §4.6, surprises 8, 9, 25)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.scrum.team import DENIED, ScrumTeam

UNKNOWN = 99_999


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


@pytest.fixture
def bare(team: ScrumTeam) -> ScrumTeam:
    """A team nobody has opened: no backlog."""
    team.portal.scrum.entities.clear()
    return team


# --- backlog ---
def test_get_takes_the_id_of_the_group(team: ScrumTeam) -> None:
    assert team.ask("backlog.get", id=team.group.id) == {
        "id": team.backlog.id,
        "groupId": team.group.id,
        "createdBy": 2,
        "modifiedBy": 0,
    }


def test_a_team_without_backlog_is_told_apart_from_a_closed_one(bare: ScrumTeam) -> None:
    assert bare.error("backlog.get", id=bare.group.id) == ("0", "Backlog not found")
    bare.entity("backlog")
    assert bare.error("backlog.get", "admin", id=bare.group.id) == DENIED
    assert bare.error("backlog.get", id=0) == ("0", "Group id not found")


def test_a_backlog_is_added_with_its_creator(bare: ScrumTeam) -> None:
    made = bare.ask("backlog.add", fields={"groupId": bare.group.id, "createdBy": 4})
    assert (made["groupId"], made["createdBy"], made["modifiedBy"]) == (bare.group.id, 4, 4)


def test_adding_without_a_creator_fails(bare: ScrumTeam) -> None:
    assert bare.error("backlog.add", fields={"groupId": bare.group.id}) == ("0", "Unable to add backlog")


def test_adding_refuses_in_this_order(team: ScrumTeam) -> None:
    assert team.error("backlog.add", fields={})[1] == "Group id not found"
    assert team.error("backlog.add", "admin", fields={"groupId": team.group.id}) == DENIED
    assert team.error("backlog.add", fields={"groupId": team.group.id})[1] == "Backlog already added"
    fields = {"groupId": team.fixture.main.id, "createdBy": UNKNOWN}
    assert team.error("backlog.add", fields=fields)[1] == "createdBy user not found"


@pytest.mark.parametrize("method", ["update", "delete"])
def test_update_and_delete_take_the_id_of_the_backlog(team: ScrumTeam, method: str) -> None:
    sprint = team.sprint()
    texts = [team.error(f"backlog.{method}", id=number, fields={})[1] for number in (0, UNKNOWN, sprint.id)]
    assert texts == ["Backlog id not found", "Backlog not found", "Backlog not found"]
    assert team.error(f"backlog.{method}", "admin", id=team.backlog.id, fields={}) == DENIED


def test_an_empty_backlog_moves_to_a_group_that_has_none(team: ScrumTeam) -> None:
    target = team.fixture.main.id
    assert team.ask("backlog.update", id=team.backlog.id, fields={"groupId": target})["groupId"] == target


def test_a_target_with_a_backlog_is_refused(team: ScrumTeam) -> None:
    team.entity("backlog", group=team.other_group)
    refused = team.error("backlog.update", id=team.backlog.id, fields={"groupId": team.other_group.id})
    assert refused == ("0", "The target group already has a backlog")


def test_a_backlog_with_items_neither_moves_nor_goes(team: ScrumTeam) -> None:
    team.item()
    moved = team.error("backlog.update", id=team.backlog.id, fields={"groupId": team.fixture.main.id})
    gone = team.error("backlog.delete", id=team.backlog.id)
    assert (moved[1], gone[1]) == (
        "It is forbidden move a backlog with items",
        "It is forbidden remove a backlog with items",
    )


def test_deleting_an_empty_backlog_answers_an_empty_list(team: ScrumTeam) -> None:
    assert team.ask("backlog.delete", id=team.backlog.id) == []
    assert team.error("backlog.get", id=team.group.id)[1] == "Backlog not found"


# --- epic ---
def test_an_epic_has_seven_values(team: ScrumTeam) -> None:
    made = team.ask("epic.add", fields={"groupId": team.group.id, "name": "E", "color": "#69dafc"})
    assert made == {
        "id": made["id"],
        "groupId": team.group.id,
        "name": "E",
        "description": "",
        "createdBy": team.fixture.id_of("member"),
        "modifiedBy": 0,
        "color": "#69dafc",
    }


def test_only_get_adds_files_and_can_leave_them_out(team: ScrumTeam) -> None:
    epic = team.epic()
    assert team.ask("epic.get", id=epic.id)["files"]["VALUE"] is False
    assert "files" not in team.ask("epic.get", id=epic.id, withFiles=False)
    assert "files" not in team.ask("epic.list")[0]


def test_modified_by_cannot_be_set_when_adding(team: ScrumTeam) -> None:
    fields = {"groupId": team.group.id, "name": "E", "createdBy": 3, "modifiedBy": 3}
    made = team.ask("epic.add", fields=fields)
    assert (made["createdBy"], made["modifiedBy"]) == (3, 0)


def test_adding_an_epic_refuses_in_this_order(team: ScrumTeam) -> None:
    given: dict[str, Any] = {"createdBy": 0}
    steps: list[tuple[dict[str, Any], str]] = [
        ({"createdBy": 2}, "createdBy user not found"),
        ({"groupId": UNKNOWN}, "Group id not found"),
        ({"name": "E"}, "Name not found"),
    ]
    for better, text in steps:
        assert team.error("epic.add", fields=given) == ("0", text)
        given |= better
    assert team.error("epic.add", fields=given) == DENIED


def test_a_description_is_cleaned(team: ScrumTeam) -> None:
    text = 'A <b onclick="x()">bold</b> <script>alert(1)</script><img src=x onerror=y>plan'
    made = team.ask("epic.add", fields={"groupId": team.group.id, "name": "E", "description": text})
    assert made["description"] == "A <b>bold</b> plan"


def test_empty_values_do_not_clear_anything(team: ScrumTeam) -> None:
    epic = team.epic("Kept")
    epic.description, epic.color = "Kept", "69dafc"
    found = team.ask("epic.update", id=epic.id, fields={"name": "", "description": "", "color": ""})
    assert (found["name"], found["description"], found["color"]) == ("Kept", "Kept", "69dafc")


def test_who_changes_an_epic_is_its_modifier_unless_told(team: ScrumTeam) -> None:
    epic = team.epic()
    assert team.ask("epic.update", id=epic.id, fields={"name": "N"})["modifiedBy"] == 4
    assert team.ask("epic.update", id=epic.id, fields={"modifiedBy": 2})["modifiedBy"] == 2


def test_files_are_merged_and_an_empty_list_removes_them(team: ScrumTeam) -> None:
    epic = team.epic()
    for files, left in ((["n1"], ["n1"]), (["n2", "n1"], ["n1", "n2"]), ([], False)):
        team.ask("epic.update", id=epic.id, fields={"files": files})
        assert team.ask("epic.get", id=epic.id)["files"]["VALUE"] == left


def test_an_epic_that_moves_leaves_its_items_alone(team: ScrumTeam) -> None:
    epic, task = team.epic(), team.item()
    team.ask("task.update", id=task.id, fields={"epicId": epic.id})
    team.ask("epic.update", id=epic.id, fields={"groupId": team.other_group.id})
    assert team.ask("task.get", id=task.id)["epicId"] == epic.id


def test_the_items_of_a_deleted_epic_keep_its_number(team: ScrumTeam) -> None:
    epic, task = team.epic(), team.item()
    team.ask("task.update", id=task.id, fields={"epicId": epic.id})
    assert team.ask("epic.delete", id=epic.id) == []
    assert team.ask("task.get", id=task.id)["epicId"] == epic.id


@pytest.mark.parametrize("method", ["get", "update", "delete"])
def test_unknown_and_foreign_epics_are_refused(team: ScrumTeam, method: str) -> None:
    assert team.error(f"epic.{method}", id=UNKNOWN, fields={}) == ("0", "Epic not found")
    assert team.error(f"epic.{method}", "admin", id=team.epic().id, fields={}) == DENIED


@pytest.mark.parametrize("family", ["backlog", "epic"])
def test_get_fields_answers_types(team: ScrumTeam, family: str) -> None:
    assert team.ask(f"{family}.getFields")["fields"]["groupId"] == {"type": "integer"}
