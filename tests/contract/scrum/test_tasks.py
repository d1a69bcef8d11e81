"""What task methods and scrum do to each other (behaviour.md §3.7, §4.7, §5, §9.4; surprises 6, 20, 21)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.state.portal import AWAITS_CONTROL, COMPLETED, PENDING, Stage, Task
from tests.contract.scrum.team import THREE, ScrumTeam

MOVE = "task.stages.movetask"


@pytest.fixture
def team() -> ScrumTeam:
    return ScrumTeam()


def place(team: ScrumTeam, column: int, **values: Any) -> tuple[Task, list[Stage]]:
    """A card in a column of the active sprint, made by the member, and the columns."""
    sprint = team.active()
    stages = team.columns(sprint)
    return team.item(sprint, stages[column], created_by=team.fixture.id_of("member"), **values), stages


def move(team: ScrumTeam, task: Task, stage: Stage, who: str = "member") -> Any:
    return team.ask(MOVE, who, id=task.id, stageId=stage.id)


def found(team: ScrumTeam, **wanted: Any) -> list[int]:
    rows = team.ask("tasks.task.list", filter=wanted, order={"ID": "asc"}, select=["ID"])["tasks"]
    return [int(row["id"]) for row in rows]


# --- movetask ---
def test_a_card_moves_with_relation_and_stage_id_and_an_update(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    assert move(team, task, stages[1]) is True
    assert (team.stands(task), task.stage_id, team.updates()) == ([stages[1].id], stages[1].id, [task.id])


def test_finish_completes(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    move(team, task, stages[2])
    assert (task.status, task.stage_id) == (COMPLETED, stages[2].id)


@pytest.mark.parametrize("column", [0, 1])
def test_leaving_finish_renews_and_stays_where_it_was_put(team: ScrumTeam, column: int) -> None:
    task, stages = place(team, 2, status=COMPLETED)
    move(team, task, stages[column])
    assert (task.status, team.stands(task)) == (PENDING, [stages[column].id])


def test_a_second_finish_column_keeps_the_card(team: ScrumTeam) -> None:
    sprint = team.active((*THREE, "FINISH"))
    stages = team.columns(sprint)
    task = team.item(sprint, stages[0])
    move(team, task, stages[3], "owner")
    assert (task.status, team.stands(task)) == (COMPLETED, [stages[3].id])


def test_who_may_not_complete_moves_the_card_only(team: ScrumTeam) -> None:
    sprint = team.active()
    stages = team.columns(sprint)
    task = team.item(sprint, stages[0], created_by=2, responsible_id=2)
    assert move(team, task, stages[2]) is True
    assert (task.status, task.stage_id) == (PENDING, stages[2].id)


def test_a_task_in_the_backlog_answers_false(team: ScrumTeam) -> None:
    sprint = team.active()
    assert move(team, team.item(), team.columns(sprint)[1]) is False


def test_a_task_without_item_answers_false(team: ScrumTeam) -> None:
    assert move(team, team.task(), team.columns(team.active())[1]) is False


def test_a_card_in_no_column_answers_true_without_moving(team: ScrumTeam) -> None:
    sprint = team.active()
    task = team.item(sprint)
    assert move(team, task, team.columns(sprint)[1]) is True
    assert (team.stands(task), task.stage_id, team.updates()) == ([], 0, [])


def test_the_column_of_another_sprint_takes_the_card_off_its_board(team: ScrumTeam) -> None:
    task, _ = place(team, 0)
    foreign = team.columns(team.sprint("completed", THREE))[1]
    assert move(team, task, foreign) is True
    assert team.stands(task) == [foreign.id]


def test_a_column_of_the_group_is_taken_as_well(team: ScrumTeam) -> None:
    task, _ = place(team, 0)
    stage = team.fixture.stages()[1]
    assert move(team, task, stage) is True
    assert task.stage_id == stage.id


def test_the_admin_who_is_no_member_may_not_move(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    assert team.error(MOVE, "admin", id=task.id, stageId=stages[1].id)[0] == "ACCESS_DENIED_MOVE"


def test_a_stranger_does_not_find_the_task(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    assert team.error(MOVE, "outsider", id=task.id, stageId=stages[1].id)[0] == "TASK_NOT_FOUND"


# --- completing and renewing from elsewhere ---
def test_completing_moves_the_card_to_finish(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    team.ask("tasks.task.complete", taskId=task.id)
    assert (team.stands(task), task.stage_id) == ([stages[2].id], stages[2].id)


def test_a_task_handed_in_for_review_stays_in_its_column(team: ScrumTeam) -> None:
    sprint = team.active()
    stages = team.columns(sprint)
    task = team.item(sprint, stages[1], task_control=True)
    team.ask("tasks.task.complete", taskId=task.id)
    assert (task.status, team.stands(task)) == (AWAITS_CONTROL, [stages[1].id])


@pytest.mark.parametrize(("column", "lands"), [(2, 0), (1, 1)])
def test_renewing_leaves_finish_for_new_and_no_other_column(team: ScrumTeam, column: int, lands: int) -> None:
    task, stages = place(team, column, status=COMPLETED)
    team.ask("tasks.task.renew", taskId=task.id)
    assert (team.stands(task), task.stage_id) == ([stages[lands].id], stages[lands].id)


def test_the_status_field_has_the_same_effect(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    team.ask("tasks.task.update", taskId=task.id, fields={"STATUS": COMPLETED})
    assert team.stands(task) == [stages[2].id]


def test_renewing_a_task_of_a_closed_sprint_sends_it_to_the_backlog(team: ScrumTeam) -> None:
    sprint = team.sprint("completed", THREE)
    task = team.item(sprint, team.columns(sprint)[2], status=COMPLETED)
    team.ask("tasks.task.renew", taskId=task.id)
    assert team.home(task) == team.backlog.id


def test_a_renewed_subtask_is_pulled_into_its_parents_active_sprint(team: ScrumTeam) -> None:
    parent, stages = place(team, 1)
    child = team.item(team.backlog, status=COMPLETED, parent_id=parent.id)
    team.ask("tasks.task.renew", taskId=child.id)
    assert (team.home(child), team.stands(child)) == (team.home(parent), [stages[0].id])


def test_completing_in_the_backlog_moves_nothing(team: ScrumTeam) -> None:
    task = team.item()
    team.ask("tasks.task.complete", taskId=task.id)
    assert (team.home(task), team.stands(task)) == (team.backlog.id, [])


def test_a_stage_id_written_to_the_task_does_not_move_the_card(team: ScrumTeam) -> None:
    task, stages = place(team, 0)
    team.ask("tasks.task.update", taskId=task.id, fields={"STAGE_ID": stages[2].id})
    assert (team.stands(task), task.stage_id, task.status) == ([stages[0].id], stages[2].id, PENDING)


# --- adding, deleting, other groups ---
def new_task(team: ScrumTeam, **fields: Any) -> Task:
    given = {"TITLE": "New", "RESPONSIBLE_ID": 4, "GROUP_ID": team.group.id, **fields}
    return team.portal.tasks[int(team.ask("tasks.task.add", fields=given)["task"]["id"])]


def test_a_new_task_gets_an_item_in_the_backlog(team: ScrumTeam) -> None:
    task = new_task(team, STORY_POINTS="5")
    assert (team.home(task), team.ask("task.get", id=task.id)["storyPoints"]) == (team.backlog.id, "5")


def test_without_a_backlog_it_gets_none(team: ScrumTeam) -> None:
    team.portal.scrum.entities.clear()
    assert team.home(new_task(team)) == 0


def test_a_new_task_of_a_project_gets_none(team: ScrumTeam) -> None:
    assert team.home(new_task(team, GROUP_ID=team.fixture.main.id)) == 0


def test_a_new_subtask_joins_its_parent_on_the_board(team: ScrumTeam) -> None:
    parent, stages = place(team, 1)
    child = new_task(team, PARENT_ID=parent.id)
    assert (team.home(child), team.stands(child), child.stage_id) == (
        team.home(parent),
        [stages[0].id],
        stages[0].id,
    )


def test_out_of_the_team_the_item_and_its_column_are_gone(team: ScrumTeam) -> None:
    task, _ = place(team, 1)
    team.ask("tasks.task.update", "owner", taskId=task.id, fields={"GROUP_ID": team.fixture.main.id})
    assert (team.home(task), team.stands(task)) == (0, [])


def test_into_a_team_an_item_is_made_in_the_backlog(team: ScrumTeam) -> None:
    task = team.task(group_id=team.fixture.main.id, created_by=4)
    team.ask("tasks.task.update", taskId=task.id, fields={"GROUP_ID": team.group.id})
    assert team.home(task) == team.backlog.id


def test_into_another_team_the_item_moves_house(team: ScrumTeam) -> None:
    task, _ = place(team, 1)
    team.portal.scrum.items[task.id].points = "8"
    theirs = team.entity("backlog", group=team.other_group)
    team.ask("tasks.task.update", taskId=task.id, fields={"GROUP_ID": team.other_group.id})
    assert (team.home(task), team.stands(task)) == (theirs.id, [])
    assert team.ask("task.get", id=task.id)["storyPoints"] == "8"


def test_deleting_a_task_removes_its_item(team: ScrumTeam) -> None:
    task, _ = place(team, 1)
    team.ask("tasks.task.delete", taskId=task.id)
    assert (team.home(task), team.stands(task)) == (0, [])
    assert team.error("task.get", id=task.id)[1] == "Task not found"


def test_points_and_epic_have_no_effect_through_update(team: ScrumTeam) -> None:
    task = team.item(points="1")
    team.ask("tasks.task.update", "owner", taskId=task.id, fields={"STORY_POINTS": "9", "EPIC": 3})
    assert team.ask("task.get", id=task.id)["storyPoints"] == "1"


# --- reading ---
def test_sprint_and_backlog_ids_exclude_each_other(team: ScrumTeam) -> None:
    sprint = team.active()
    one, two = team.item(sprint), team.item()
    for task, pair in ((one, (str(sprint.id), None)), (two, (None, str(team.backlog.id)))):
        row = team.ask("tasks.task.get", taskId=task.id, select=["SPRINT_ID", "BACKLOG_ID"])["task"]
        assert (row["sprintId"], row["backlogId"]) == pair


def test_filters_by_sprint_backlog_points_and_epic(team: ScrumTeam) -> None:
    sprint, epic = team.active(), team.epic()
    one, two, three = team.item(sprint, points="½"), team.item(), team.task()
    team.ask("task.update", id=two.id, fields={"epicId": epic.id})
    own = {"GROUP_ID": team.group.id}
    assert found(team, SPRINT_ID=sprint.id) == [one.id]
    assert found(team, BACKLOG_ID=[team.backlog.id, 77]) == [two.id]
    assert found(team, STORY_POINTS="Y") == [one.id]
    assert found(team, STORY_POINTS="N", **own) == [two.id, three.id]
    assert found(team, EPIC=epic.id) == [two.id]
    assert found(team, **{"!EPIC": epic.id}, **own) == [one.id, three.id]


def test_stages_id_finds_the_cards_of_sprint_columns(team: ScrumTeam) -> None:
    task, stages = place(team, 1)
    team.ask("kanban.addTask", sprintId=team.home(task), taskId=team.item().id, stageId=stages[0].id)
    assert found(team, STAGES_ID=stages[1].id) == [task.id]
    assert found(team, STAGES_ID=[stage.id for stage in stages])[0] == task.id


def test_task_rows_carry_neither_points_nor_epic(team: ScrumTeam) -> None:
    task = team.item(points="5")
    row = team.ask("tasks.task.get", taskId=task.id, select=["*", "STORY_POINTS", "EPIC"])["task"]
    assert not {"storyPoints", "epic", "epicId"} & set(row)


def test_deleting_a_sprint_column_the_old_way_drops_its_cards(team: ScrumTeam) -> None:
    task, stages = place(team, 1)
    stages[1].system_type = ""
    assert team.ask("task.stages.delete", id=stages[1].id) is True
    assert team.stands(task) == []
