"""`sprint.list` and `epic.list`: who sees what, and silent failures (§4.4, surprises 3, 18, 25)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.scrum.team import ScrumTeam


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def names(team: ScrumTeam, who: str = "member", method: str = "sprint.list", **params: Any) -> list[str]:
    return [row["name"] for row in team.ask(method, who, **params)]


def test_a_list_is_plain_without_total_and_next(team: ScrumTeam) -> None:
    for number in range(60):
        team.sprint(name=f"S{number}")
    whole = team.fixture.envelope("member", "tasks.api.scrum.sprint.list", order={"ID": "asc"})
    assert set(whole) == {"result", "time"}
    assert len(whole["result"]) == 50


def test_the_rest_comes_with_start(team: ScrumTeam) -> None:
    for number in range(60):
        team.sprint(name=f"S{number}")
    assert names(team, order={"ID": "asc"}, start=50) == [f"S{number}" for number in range(50, 60)]


def test_without_an_order_the_order_is_not_that_of_the_ids(team: ScrumTeam) -> None:
    for number in range(20):
        team.sprint(name=f"S{number}")
    assert names(team) != names(team, order={"ID": "ASC"})
    assert sorted(names(team)) == sorted(names(team, order={"ID": "DESC"}))


def test_backlogs_are_not_listed(team: ScrumTeam) -> None:
    assert team.ask("sprint.list") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"STATUS": "active"}, ["B"]),
        ({"=NAME": "A"}, ["A"]),
        ({"!=STATUS": "active"}, ["A", "C"]),
        ({"@STATUS": ["active", "completed"]}, ["B", "C"]),
        ({"%NAME": "c"}, ["C"]),
        ({">SORT": 5}, ["C"]),
        ({"GROUP_ID": 0}, []),
    ],
)
def test_filters_are_upper_case_names_with_prefixes(
    team: ScrumTeam, wanted: dict[str, Any], found: list[str]
) -> None:
    for name, status, sort in (("A", "planned", 1), ("B", "active", 0), ("C", "completed", 9)):
        team.sprint(status, name=name, sort=sort)
    assert names(team, filter=wanted, order={"NAME": "asc"}) == found


@pytest.mark.parametrize(
    "query",
    [
        {"filter": {"groupId": 5}},
        {"filter": {"NONSENSE": 1}},
        {"select": ["id"]},
        {"order": {"name": "asc"}},
        {"order": {"NAME": "sideways"}},
        {"filter": {"@ID": []}},
    ],
)
@pytest.mark.parametrize("method", ["sprint.list", "epic.list"])
def test_one_unknown_name_empties_the_list(team: ScrumTeam, query: dict[str, Any], method: str) -> None:
    team.sprint()
    team.epic()
    assert team.ask(method, **query) == []
    assert len(team.ask(method)) == 1


@pytest.mark.parametrize("method", ["sprint.list", "epic.list"])
@pytest.mark.parametrize("name", ["filter", "select", "order"])
def test_a_parameter_that_is_no_object_is_a_binding_error(team: ScrumTeam, method: str, name: str) -> None:
    team.sprint()
    assert team.error(method, **{name: "ID"})[0] == "100"


def test_a_partial_select_invents_the_rest(team: ScrumTeam) -> None:
    team.portal.clock_frozen = 1_780_000_000.0
    sprint = team.sprint("completed", name="S", start=team.days_ago(30), end=team.days_ago(20), sort=7)
    row = team.ask("sprint.list", select=["ID", "NAME"])[0]
    assert (row["id"], row["name"], row["status"], row["sort"], row["groupId"]) == (sprint.id, "S", "", 0, 0)
    assert row["dateStart"] == row["dateEnd"] == "2026-05-28T21:26:40+01:00"


def test_a_partial_select_of_epics_invents_too(team: ScrumTeam) -> None:
    epic = team.epic("E")
    row = team.ask("epic.list", select=["ID"])[0]
    assert (row["id"], row["name"], row["groupId"]) == (epic.id, "", 0)


def test_a_star_selects_everything(team: ScrumTeam) -> None:
    team.sprint("completed", name="S")
    assert team.ask("sprint.list", select=["*"])[0]["status"] == "completed"


@pytest.mark.parametrize("method", ["sprint.list", "epic.list"])
def test_an_admin_who_is_no_member_gets_nothing(team: ScrumTeam, method: str) -> None:
    team.sprint()
    team.epic()
    assert team.ask(method, "admin") == []


@pytest.mark.parametrize("role", ["Z", "T"])
def test_the_invited_and_the_banned_see_the_list_but_no_sprint(team: ScrumTeam, role: str) -> None:
    team.group.members[team.fixture.id_of("outsider")] = role
    sprint = team.sprint(name="S")
    assert names(team, "outsider") == ["S"]
    assert team.error("sprint.get", "outsider", id=sprint.id)[1] == "Access denied"


def test_all_teams_of_the_caller_come_together(team: ScrumTeam) -> None:
    team.sprint(name="Ours")
    team.entity(group=team.other_group, name="Theirs")
    assert names(team, order={"NAME": "asc"}) == ["Ours", "Theirs"]
    assert names(team, "owner") == ["Ours"]


def test_epics_are_filtered_by_group(team: ScrumTeam) -> None:
    team.epic("Ours")
    team.epic("Theirs", team.other_group)
    assert names(team, method="epic.list", filter={"GROUP_ID": team.group.id}) == ["Ours"]


def test_dates_can_be_ordered_by(team: ScrumTeam) -> None:
    for days in (5, 40, 20):
        team.sprint("completed", name=str(days), end=team.days_ago(days))
    assert names(team, order={"DATE_END": "desc"}) == ["5", "20", "40"]
