"""`tasks.api.scrum.kanban.*`: columns of a sprint (behaviour.md §4.3, surprises 2, 14, 18, 19, 24)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.scrum.team import DENIED, THREE, ScrumTeam

UNKNOWN = 99_999


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def stages(team: ScrumTeam, sprint_id: int) -> list[tuple[str, str, str]]:
    found = team.ask("kanban.getStages", sprintId=sprint_id)
    return [(stage["name"], stage["type"], stage["sort"]) for stage in found]


# --- getStages ---
def test_columns_come_by_sort_with_texts_only(team: ScrumTeam) -> None:
    sprint = team.sprint()
    team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "Late", "sort": 500, "type": "FINISH"})
    first = team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "Early", "type": "NEW"})
    found = team.ask("kanban.getStages", sprintId=sprint.id)
    assert [stage["name"] for stage in found] == ["Early", "Late"]
    assert found[0] == {
        "id": str(first), "name": "Early", "sort": "100", "type": "NEW",
        "sprintId": str(sprint.id), "color": "00C4FB",
    }  # fmt: skip


def test_a_sprint_without_columns_gets_none_by_reading(team: ScrumTeam) -> None:
    sprint = team.sprint()
    assert team.ask("kanban.getStages", sprintId=sprint.id) == []
    assert team.columns(sprint) == []


@pytest.mark.parametrize(("sprint_id", "text"), [(0, "Sprint id not found"), (UNKNOWN, "Sprint not found")])
def test_unknown_sprints_have_two_texts(team: ScrumTeam, sprint_id: int, text: str) -> None:
    assert team.error("kanban.getStages", sprintId=sprint_id) == ("0", text)


def test_a_backlog_is_no_sprint(team: ScrumTeam) -> None:
    assert team.error("kanban.getStages", sprintId=team.backlog.id) == ("0", "Sprint not found")


def test_the_admin_sees_no_columns_of_a_foreign_team(team: ScrumTeam) -> None:
    assert team.error("kanban.getStages", "admin", sprintId=team.active().id) == DENIED


def test_a_board_read_after_it_in_the_same_batch_is_a_sprints(team: ScrumTeam) -> None:
    sprint = team.active()
    calls: list[tuple[str, dict[str, Any]]] = [
        ("kanban.getStages", {"sprintId": sprint.id}),
        ("task.stages.get", {"entityId": team.group.id, "numeric": 1}),
    ]
    assert team.together(*calls)[1] == [], "the group's number was taken for that of a sprint without columns"


def test_the_mode_is_left_alone_by_a_refused_read(team: ScrumTeam) -> None:
    process: dict[str, Any] = {}
    team.fixture.refused("member", "tasks.api.scrum.kanban.getStages", process, sprintId=UNKNOWN)
    board = team.fixture.ask("member", "task.stages.get", process, entityId=team.fixture.main.id, numeric=1)
    assert board[0]["ENTITY_TYPE"] == "G"


def test_a_scrum_group_has_group_columns_that_its_board_does_not_use(team: ScrumTeam) -> None:
    team.active()
    found = team.ask("task.stages.get", entityId=team.group.id, numeric=1)
    assert {stage["ENTITY_TYPE"] for stage in found} == {"G"}
    assert [stage["TITLE"] for stage in found] == ["New", "In progress", "Finished"]


# --- addStage ---
def test_a_new_column_is_an_integer_and_renumbers_nothing(team: ScrumTeam) -> None:
    sprint = team.active()
    made = team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "Between", "sort": 150})
    assert isinstance(made, int)
    assert [sort for _, _, sort in stages(team, sprint.id)] == ["100", "150", "200", "300"]


@pytest.mark.parametrize("kind", ["DONE", "finish", "", None, 3])
def test_any_other_type_is_work(team: ScrumTeam, kind: Any) -> None:
    sprint = team.sprint()
    team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "A", "type": kind})
    assert stages(team, sprint.id)[0][1] == "WORK"


def test_several_columns_may_be_new_or_finish(team: ScrumTeam) -> None:
    sprint = team.active()
    team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "A", "type": "FINISH", "sort": 400})
    assert [kind for _, kind, _ in stages(team, sprint.id)] == [*THREE, "FINISH"]


def test_color_and_sort_are_stored_as_given(team: ScrumTeam) -> None:
    sprint = team.sprint()
    team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "A", "color": "#abc", "sort": "7"})
    stage = team.ask("kanban.getStages", sprintId=sprint.id)[0]
    assert (stage["color"], stage["sort"]) == ("#abc", "7")


@pytest.mark.parametrize("status", ["planned", "active", "completed"])
def test_a_sprint_of_any_status_takes_columns(team: ScrumTeam, status: str) -> None:
    assert team.ask("kanban.addStage", fields={"sprintId": team.sprint(status).id, "name": "A"}) > 0


def test_even_a_backlog_takes_columns(team: ScrumTeam) -> None:
    assert team.ask("kanban.addStage", fields={"sprintId": team.backlog.id, "name": "A"}) > 0


def test_an_empty_name_is_allowed_and_shown_with_a_default(team: ScrumTeam) -> None:
    sprint = team.sprint()
    team.ask("kanban.addStage", fields={"sprintId": sprint.id, "name": "", "type": "FINISH"})
    assert stages(team, sprint.id)[0][0] == "Finished"


@pytest.mark.parametrize("name", [{}, {"name": 5}, {"name": None}])
def test_a_name_that_is_no_text_is_refused(team: ScrumTeam, name: dict[str, Any]) -> None:
    refused = team.error("kanban.addStage", fields={"sprintId": team.sprint().id, **name})
    assert refused == ("0", "Incorrect name format")


def test_adding_refuses_with_errors_in_this_order(team: ScrumTeam) -> None:
    given = [({}, "Sprint id not found"), ({"sprintId": UNKNOWN}, "Sprint not found")]
    assert [team.error("kanban.addStage", fields=fields)[1] for fields, _ in given] == [t for _, t in given]
    assert team.error("kanban.addStage", "outsider", fields={"sprintId": team.sprint().id}) == DENIED


# --- updateStage ---
def test_a_member_may_change_all_of_a_column(team: ScrumTeam) -> None:
    sprint = team.active()
    stage = team.columns(sprint)[1]
    fields = {"name": "Renamed", "color": "123456", "sort": 900, "type": "FINISH"}
    assert team.ask("kanban.updateStage", stageId=stage.id, fields=fields) is True
    assert stages(team, sprint.id)[-1] == ("Renamed", "FINISH", "900")


def test_wrongly_typed_values_are_ignored(team: ScrumTeam) -> None:
    stage = team.columns(team.active())[1]
    before = (stage.title, stage.color, stage.sort, stage.system_type)
    fields = {"name": 5, "color": 6, "sort": "last", "type": 7, "sprintId": "none"}
    assert team.ask("kanban.updateStage", stageId=stage.id, fields=fields) is True
    assert (stage.title, stage.color, stage.sort, stage.system_type) == before


def test_no_fields_at_all_are_true(team: ScrumTeam) -> None:
    assert team.ask("kanban.updateStage", stageId=team.columns(team.active())[0].id, fields={}) is True


def test_a_column_moves_to_another_sprint_with_its_tasks(team: ScrumTeam) -> None:
    sprint, other = team.active(), team.sprint()
    stage = team.columns(sprint)[1]
    task = team.item(sprint, stage)
    assert team.ask("kanban.updateStage", stageId=stage.id, fields={"sprintId": other.id}) is True
    assert ([s.id for s in team.columns(other)], team.stands(task)) == ([stage.id], [stage.id])


@pytest.mark.parametrize("method", ["updateStage", "deleteStage"])
def test_refusals_are_false_with_status_200(team: ScrumTeam, method: str) -> None:
    stage = team.columns(team.active())[1]
    fields = {"name": "X"}
    answers = [team.ask(f"kanban.{method}", stageId=number, fields=fields) for number in (0, UNKNOWN)]
    answers.append(team.ask(f"kanban.{method}", "admin", stageId=stage.id, fields=fields))
    assert answers == [False, False, False]


def test_a_column_of_a_project_is_refused(team: ScrumTeam) -> None:
    stage = team.fixture.stages()[1]
    stage.entity_id = team.active().id
    assert team.ask("kanban.updateStage", stageId=stage.id, fields={"name": "X"}) is False
    assert team.ask("kanban.deleteStage", stageId=stage.id) is False


def test_a_sprint_one_cannot_read_is_false(team: ScrumTeam) -> None:
    stage = team.columns(team.active())[1]
    foreign = team.entity(group=next(g for g in team.portal.groups.values() if g.name == "Hidden"))
    assert team.ask("kanban.updateStage", stageId=stage.id, fields={"sprintId": foreign.id}) is False


def test_binding_errors_stay_errors(team: ScrumTeam) -> None:
    assert team.error("kanban.updateStage", stageId="x", fields={})[0] == "100"
    assert team.error("kanban.updateStage", stageId=1)[0] == "100"
    assert team.error("kanban.deleteStage")[0] == "100"
    assert team.error("kanban.addTask", sprintId=1, taskId=1)[0] == "100"


# --- deleteStage ---
def test_a_column_with_a_task_stays(team: ScrumTeam) -> None:
    sprint = team.active()
    stage = team.columns(sprint)[1]
    team.item(sprint, stage)
    assert team.ask("kanban.deleteStage", stageId=stage.id) is False
    assert stage.id in team.portal.stages


@pytest.mark.parametrize("place", [0, 2])
def test_new_and_finish_can_be_deleted_and_nothing_takes_their_place(team: ScrumTeam, place: int) -> None:
    sprint = team.active()
    left = [kind for number, kind in enumerate(THREE) if number != place]
    assert team.ask("kanban.deleteStage", stageId=team.columns(sprint)[place].id) is True
    assert [kind for _, kind, _ in stages(team, sprint.id)] == left


# --- addTask ---
def test_a_task_put_into_a_column_keeps_its_stage_id_and_raises_nothing(team: ScrumTeam) -> None:
    sprint = team.active()
    task, stage = team.item(sprint), team.columns(sprint)[1]
    added = team.ask("kanban.addTask", sprintId=sprint.id, taskId=task.id, stageId=stage.id)
    assert (added, team.stands(task), task.stage_id, team.updates()) == (True, [stage.id], 0, [])


def test_a_task_can_stand_in_two_columns(team: ScrumTeam) -> None:
    sprint = team.active()
    one, two, _ = team.columns(sprint)
    task = team.item(sprint, one)
    team.ask("kanban.addTask", sprintId=sprint.id, taskId=task.id, stageId=two.id)
    assert team.stands(task) == [one.id, two.id]


def test_neither_the_sprint_of_the_column_nor_of_the_task_is_checked(team: ScrumTeam) -> None:
    sprint, other = team.active(), team.sprint(kinds=THREE)
    task, stage = team.item(team.backlog), team.columns(other)[0]
    assert team.ask("kanban.addTask", sprintId=sprint.id, taskId=task.id, stageId=stage.id) is True


def test_adding_a_task_fails_with_false(team: ScrumTeam) -> None:
    sprint = team.active()
    good = {"sprintId": sprint.id, "taskId": team.item(sprint).id, "stageId": team.columns(sprint)[0].id}
    alone = team.task(group_id=0)
    wrong = [{"sprintId": UNKNOWN}, {"taskId": UNKNOWN}, {"stageId": UNKNOWN}, {"taskId": alone.id}]
    wrong.append({"sprintId": team.backlog.id})
    assert [team.ask("kanban.addTask", **{**good, **bad}) for bad in wrong] == [False] * 5
    assert team.ask("kanban.addTask", "admin", **good) is False


# --- deleteTask ---
def test_a_task_off_the_board_keeps_its_item_and_raises_one_update(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[1])
    assert team.ask("kanban.deleteTask", sprintId=sprint.id, taskId=task.id) is True
    assert (team.stands(task), task.stage_id, team.home(task)) == ([], 0, sprint.id)
    assert team.updates() == [task.id]


def test_columns_of_other_sprints_are_kept(team: ScrumTeam) -> None:
    old, sprint = team.sprint("completed", THREE), team.active()
    task = team.item(sprint, team.columns(sprint)[1])
    team.portal.scrum.put(task.id, team.columns(old)[0].id)
    team.ask("kanban.deleteTask", sprintId=sprint.id, taskId=task.id)
    assert team.stands(task) == [team.columns(old)[0].id]


def test_taking_a_task_off_fails_with_false(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint, team.columns(sprint)[1])
    assert team.ask("kanban.deleteTask", sprintId=UNKNOWN, taskId=task.id) is False
    assert team.ask("kanban.deleteTask", sprintId=sprint.id, taskId=UNKNOWN) is False
    assert team.ask("kanban.deleteTask", "admin", sprintId=sprint.id, taskId=task.id) is False


def test_get_fields_names_five(team: ScrumTeam) -> None:
    assert list(team.ask("kanban.getFields")["fields"]) == ["name", "sort", "type", "sprintId", "color"]
