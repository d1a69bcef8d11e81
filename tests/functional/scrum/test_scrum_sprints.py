"""Sprints, their boards and epics: dialogs that say what will happen, what happens, and the way back."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.functional.actions import hidden, undo_address
from tests.functional.scrum.scene import Team, group_called
from tests.functional.scrum.test_scrum_planning import lists_of, text_of
from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]
COLUMN = re.compile(r'<li class="column" id="stage-(\d+)" data-stage-id')
CARD = re.compile(r'<li class="card[^"]*" id="task-(\d+)"')


@pytest.fixture
def team(open_as: Opener, installed: Sandbox) -> Team:
    person = functools.partial(open_as, lang="en")("moderator")
    return Team(person, installed, group_called(installed, "Scrum team")).look()


@pytest.fixture
def as_member(open_as: Opener, installed: Sandbox, team: Team) -> Team:
    return Team(open_as("member", lang="en"), installed, team.group_id).look()


def sprints(team: Team) -> dict[int, Any]:
    """The sprints of the team as the portal has them."""
    wanted = {"=GROUP_ID": team.group_id, "=ENTITY_TYPE": "sprint"}
    rows = team.portal.act("member", "tasks.api.scrum.sprint.list", filter=wanted)
    return {int(row["id"]): (row["name"], row["status"], row["dateStart"], row["dateEnd"]) for row in rows}


def columns(team: Team, sprint_id: int) -> list[tuple[str, str, str]]:
    rows = team.portal.act("member", "tasks.api.scrum.kanban.getStages", sprintId=sprint_id)
    rows = sorted(rows, key=lambda row: int(row["sort"]))
    return [(row["name"], row["color"], row["type"]) for row in rows]


def board(team: Team, sprint_id: int) -> dict[int, list[int]]:
    """The board of a sprint as its page shows it: cards by column."""
    page = team.person.get(f"{team.path}/sprints/{sprint_id}").text
    starts = [*COLUMN.finditer(page)]
    ends = [*(one.start() for one in starts[1:]), len(page)][: len(starts)]
    return {
        int(start[1]): [int(one) for one in CARD.findall(page[start.start() : end])]
        for start, end in zip(starts, ends, strict=True)
    }


# --- sprints ---
def test_a_sprint_is_added_and_taken_back(team: Team, installed: Sandbox) -> None:
    before = sprints(team)
    with installed.recording() as seen:
        form = team.person.get(f"{team.path}/sprints/new")
    assert seen.http == 1 and 'value="Sprint 4"' in form.text and form.text.count('type="date"') == 2
    fields = {"name": "Summer", "start": "2026-07-01", "end": "2026-07-14", "utc_offset": "+03:00"}
    with installed.recording() as seen:
        answer = team.post("/sprints", **hidden(form.text) | fields)
    assert seen.http == 1 and answer.status_code == 200, answer.text
    new = next(row for one, row in sprints(team).items() if one not in before)
    assert new[:2] == ("Summer", "planned") and "1970" not in new[2] + new[3]
    assert team.person.post(undo_address(answer)).status_code == 200
    assert sprints(team) == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "Enter a title"),
        ({"start": ""}, "Enter a date"),
        ({"start": "31.12.2026"}, "Enter a date"),
        ({"start": "1970-01-01", "end": "1970-01-02"}, "Enter a date"),
        ({"end": "2026-06-01"}, "end after it starts"),
    ],
)
def test_what_would_become_1970_is_told_in_the_dialog(team: Team, fields: dict[str, str], words: str) -> None:
    good = {"name": "Summer", "start": "2026-07-01", "end": "2026-07-14"}
    with team.portal.recording() as seen:
        answer = team.post("/sprints", **good | fields)
    assert answer.status_code == 422 and words in answer.text and seen.http == 0


def test_a_sprint_gets_another_name_and_other_dates(team: Team, installed: Sandbox) -> None:
    sprint_id, before = team.sprint_ids[1], sprints(team)
    name, _, start, end = before[sprint_id]
    shown = {"name": name, "start": start, "end": end}
    form = hidden(team.person.get(f"{team.path}/sprints/{sprint_id}/edit", **shown).text)
    days = {"start": start[:10], "end": end[:10]}
    with installed.recording() as seen:
        answer = team.post(f"/sprints/{sprint_id}", **form | days | {"name": "Renamed"})
    assert seen.http == 1 and answer.status_code == 200, answer.text
    assert sprints(team)[sprint_id] == ("Renamed", "planned", start, end), "dates are not sent untouched"
    answer = team.post(
        f"/sprints/{sprint_id}",
        **form | {"name": name, "end": "2027-01-31", "start": start[:10], "request_key": "another-key"},
    )
    assert "2027-01-31" in sprints(team)[sprint_id][3]
    assert team.person.post(undo_address(answer)).status_code == 200
    assert sprints(team)[sprint_id][3] == end


def test_a_sprint_is_deleted_with_its_items_named_and_comes_back(team: Team, installed: Sandbox) -> None:
    sprint_id, items = team.sprint_ids[1], [one.task_id for one in team.lists[team.sprint_ids[1]]]
    form = team.person.get(f"{team.path}/sprints/{sprint_id}/delete")
    assert f"{len(items)} items go to the backlog" in text_of(form.text)
    answer = team.post(f"/sprints/{sprint_id}/delete", **hidden(form.text))
    assert answer.status_code == 200 and sprint_id not in sprints(team)
    assert {team.fact(one)["entityId"] for one in items} == {team.backlog_id}
    assert team.person.post(undo_address(answer)).status_code == 200
    back = {team.fact(one)["entityId"] for one in items}
    assert len(back) == 1 and back < set(sprints(team))


def planned_with_a_column(team: Team) -> tuple[int, requests.Response]:
    """The planned sprint, and the answer that renamed its column."""
    sprint_id = team.sprint_ids[1]
    path = f"/sprints/{sprint_id}/stages"
    board(team, sprint_id)
    assert team.post(path, title="First", color="A861AB", after_id=0).status_code == 200
    [column] = board(team, sprint_id)
    return sprint_id, team.post(f"{path}/{column}/rename", title="Second", seen_title="First")


def delete_planned(team: Team, sprint_id: int) -> requests.Response:
    form = hidden(team.person.get(f"{team.path}/sprints/{sprint_id}/delete").text)
    return team.post(f"/sprints/{sprint_id}/delete", **form)


def restored(team: Team, before: dict[int, Any]) -> int:
    return next(one for one in sprints(team) if one not in before)


def test_columns_of_a_sprint_that_came_back_are_known_to_older_undo(team: Team) -> None:
    before = sprints(team)
    sprint_id, renamed = planned_with_a_column(team)
    assert team.person.post(undo_address(delete_planned(team, sprint_id))).status_code == 200
    assert columns(team, restored(team, before)) == [("Second", "A861AB", "WORK")]
    assert team.person.post(undo_address(renamed)).status_code == 200
    assert columns(team, restored(team, before)) == [("First", "A861AB", "WORK")]


def test_a_sprint_that_came_back_while_the_answer_was_lost_has_its_columns_once(
    team: Team, installed: Sandbox
) -> None:
    before = sprints(team)
    sprint_id, _renamed = planned_with_a_column(team)
    back = undo_address(delete_planned(team, sprint_id))
    installed.fault("tasks.api.scrum.kanban.addStage", "html", status=500, done=True, times=1)
    assert team.person.post(back).status_code == 502
    answer = team.person.post(back)
    assert answer.status_code == 200 and len(sprints(team)) == len(before)
    assert columns(team, restored(team, before)) == [("Second", "A861AB", "WORK")]


def test_starting_is_previewed_with_the_reason_and_refused_without_a_trace(
    team: Team, installed: Sandbox
) -> None:
    planned = team.sprint_ids[1]
    with installed.recording() as seen:
        shown = text_of(team.person.get(f"{team.path}/sprints/{planned}/start").text)
    assert seen.http == 1 and "Another sprint of the team is active" in shown and "(Sprint 2)" in shown
    answer = team.post(f"/sprints/{planned}/start")
    assert answer.status_code == 409 and "Another sprint" in answer.text
    assert sprints(team)[planned][1] == "planned" and not columns(team, planned)


def test_a_sprint_without_open_tasks_says_so(team: Team, installed: Sandbox) -> None:
    for one in team.lists[team.sprint_ids[1]]:
        installed.act("moderator", "tasks.task.complete", taskId=one.task_id)
    shown = text_of(team.person.get(f"{team.path}/sprints/{team.sprint_ids[1]}/start").text)
    assert "No open task is in it" in shown and "Another sprint" in shown, "every reason is named"


def test_complete_then_start_as_previewed(team: Team, installed: Sandbox) -> None:
    active, planned = team.sprint_ids
    preview = text_of(team.person.get(f"{team.path}/sprints/{active}/complete").text)
    assert "cannot be undone" in preview and "to the backlog" in preview
    answer = team.post(f"/sprints/{active}/complete")
    assert answer.status_code == 200 and "/undo" not in answer.text
    assert sprints(team)[active][1] == "completed"
    preview = text_of(team.person.get(f"{team.path}/sprints/{planned}/start").text)
    assert "columns are copied from the last sprint" in preview and "cannot be undone" in preview
    answer = team.post(f"/sprints/{planned}/start")
    assert answer.status_code == 200, answer.text
    assert sprints(team)[planned][1] == "active" and columns(team, planned) == columns(team, active)


def test_a_portal_that_does_not_say_why(team: Team, installed: Sandbox) -> None:
    team.post(f"/sprints/{team.sprint_ids[0]}/complete")
    installed.fault(
        "tasks.api.scrum.sprint.start", "error", status=400, code="0", description="Unable to start", times=1
    )
    answer = team.post(f"/sprints/{team.sprint_ids[1]}/start")
    assert answer.status_code == 409 and "does not say why" in answer.text


def test_members_may_not_start_and_read_why(as_member: Team, installed: Sandbox) -> None:
    assert "Only the owner and the moderators of the team" in as_member.page
    answer = as_member.post(f"/sprints/{as_member.sprint_ids[0]}/complete")
    assert answer.status_code == 403
    assert sprints(as_member)[as_member.sprint_ids[0]][1] == "active"


# --- the board of a sprint ---
def test_the_board_is_one_request_and_says_what_columns_do(team: Team, installed: Sandbox) -> None:
    with installed.recording() as seen:
        page = team.person.get(f"{team.path}/sprints/{team.sprint_ids[0]}").text
    assert seen.http == 1
    assert "Completes tasks" in page and "in no column" in text_of(page)


def test_a_card_into_the_last_column_is_completed_and_back(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    lanes = board(team, sprint_id)
    first, *_, last = lanes
    task_id = lanes[first][0]
    path = f"/sprints/{sprint_id}/cards/{task_id}/move"
    with installed.recording() as seen:
        answer = team.post(path, stage_id=last, was_stage=first)
    assert seen.http == 1 and "1 task is completed now" in answer.text
    assert installed.act("member", "tasks.task.get", taskId=task_id)["task"]["status"] == "5"
    assert task_id in board(team, sprint_id)[last]
    assert team.person.post(undo_address(answer)).status_code == 200
    assert task_id in board(team, sprint_id)[first]
    assert installed.act("member", "tasks.task.get", taskId=task_id)["task"]["status"] != "5"


def test_a_card_within_its_column_asks_nothing(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    lanes = board(team, sprint_id)
    first = next(iter(lanes))
    with installed.recording() as seen:
        answer = team.post(
            f"/sprints/{sprint_id}/cards/{lanes[first][0]}/move", stage_id=first, was_stage=first
        )
    assert seen.http == 0 and "keeps the order" in answer.text
    assert "board:refresh" in answer.headers["HX-Trigger"]


def test_an_item_in_no_column_gets_a_place(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    shown = {one for cards in board(team, sprint_id).values() for one in cards}
    astray = [one.task_id for one in team.lists[sprint_id] if one.task_id not in shown]
    assert astray
    assert team.post(f"/sprints/{sprint_id}/place", task_ids=astray).status_code == 200
    assert set(astray) <= {one for cards in board(team, sprint_id).values() for one in cards}


SHAPES: list[tuple[str, Callable[[list[int]], tuple[str, dict[str, Any]]]]] = [
    ("rename", lambda ids: (f"/{ids[1]}/rename", {"title": "Doing", "seen_title": "In progress"})),
    ("recolor", lambda ids: (f"/{ids[1]}/color", {"color": "FF0000"})),
    ("retype", lambda ids: (f"/{ids[1]}/kind", {"kind": "FINISH"})),
    ("move", lambda ids: (f"/{ids[1]}/move", {"after_id": ids[2]})),
    ("add", lambda ids: ("", {"title": "Review", "color": "A861AB", "after_id": ids[1]})),
]


@pytest.mark.parametrize(("name", "shape"), SHAPES, ids=[name for name, _ in SHAPES])
def test_a_column_is_shaped_with_one_request_and_back(
    as_member: Team, installed: Sandbox, name: str, shape: Callable[..., Any]
) -> None:
    """Any member may, as the portal has it."""
    team = as_member
    sprint_id = team.sprint_ids[0]
    ids, before = list(board(team, sprint_id)), columns(team, sprint_id)
    address, form = shape(ids)
    with installed.recording() as seen:
        answer = team.post(f"/sprints/{sprint_id}/stages{address}", seen=",".join(map(str, ids)), **form)
    assert seen.http == 1 and answer.status_code == 200, answer.text
    assert columns(team, sprint_id) != before
    assert team.person.post(undo_address(answer)).status_code == 200
    assert columns(team, sprint_id) == before


def test_a_retyped_column_has_a_way_back_after_a_lost_answer(team: Team, installed: Sandbox) -> None:
    """What it was before is then known from the page alone."""
    sprint_id = team.sprint_ids[0]
    page = team.person.get(f"{team.path}/sprints/{sprint_id}").text
    shown = re.findall(r"/stages/(\d+)/kind\" .*?hx-vals='([^']*)'", page)
    middle, seen = int(shown[1][0]), json.loads(shown[1][1])
    before = columns(team, sprint_id)
    installed.fault("tasks.api.scrum.kanban.updateStage", "drop_after", times=1)
    answer = team.post(f"/sprints/{sprint_id}/stages/{middle}/kind", kind="FINISH", **seen)
    assert answer.status_code == 200 and columns(team, sprint_id) != before
    assert team.person.post(undo_address(answer)).status_code == 200
    assert columns(team, sprint_id) == before


def test_the_last_of_a_kind_keeps_it_after_a_lost_answer(team: Team, installed: Sandbox) -> None:
    """What was read afterwards is already the new kind; the old one is known from the page."""
    sprint_id = team.sprint_ids[0]
    first, before = next(iter(board(team, sprint_id))), columns(team, sprint_id)
    installed.fault("tasks.api.scrum.kanban.updateStage", "drop_after", times=1)
    form = {"kind": "WORK", "seen_kind": "NEW"}
    assert team.post(f"/sprints/{sprint_id}/stages/{first}/kind", **form).status_code == 409
    assert columns(team, sprint_id) == before


def test_a_column_is_deleted_after_its_tasks_went_on(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    lanes, before = board(team, sprint_id), columns(team, sprint_id)
    first, middle, _last = lanes
    team.post(f"/sprints/{sprint_id}/cards/{lanes[first][0]}/move", stage_id=middle, was_stage=first)
    lanes = board(team, sprint_id)
    form = team.person.get(f"{team.path}/sprints/{sprint_id}/stages/{middle}/delete")
    assert "completes" in text_of(form.text), "the effect on the tasks is told beforehand"
    answer = team.post(
        f"/sprints/{sprint_id}/stages/{middle}/delete", target_stage_id=first, **hidden(form.text)
    )
    assert answer.status_code == 200, answer.text
    assert len(columns(team, sprint_id)) == 2 and set(lanes[middle]) <= set(board(team, sprint_id)[first])
    assert team.person.post(undo_address(answer)).status_code == 200
    assert columns(team, sprint_id) == before


def test_the_last_column_of_its_kind_stays(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    first, before = next(iter(board(team, sprint_id))), columns(team, sprint_id)
    assert "a sprint needs one" in text_of(
        team.person.get(f"{team.path}/sprints/{sprint_id}/stages/{first}/delete").text
    )
    assert team.post(f"/sprints/{sprint_id}/stages/{first}/delete").status_code == 409
    assert team.post(f"/sprints/{sprint_id}/stages/{first}/kind", kind="WORK").status_code == 409
    assert columns(team, sprint_id) == before


def test_a_portal_that_answers_false(team: Team, installed: Sandbox) -> None:
    """`result: false` with 200 is a refusal (surprise 2), and an unknown column is one too."""
    sprint_id = team.sprint_ids[0]
    board(team, sprint_id)
    answer = team.post(f"/sprints/{sprint_id}/stages/999999/rename", title="Nowhere")
    assert answer.status_code == 404 and "not on the board" in answer.text


# --- epics ---
def test_an_epic_is_added_renamed_recolored_and_deleted(team: Team, installed: Sandbox) -> None:
    before = team.picture()
    with installed.recording() as seen:
        answer = team.post("/epics", name="Third epic", color="00FF00")
    assert seen.http == 1 and answer.status_code == 200, answer.text
    assert "Third epic" in team.look().page
    epic_id = team.epic_ids[0]
    form = hidden(team.person.get(f"{team.path}/epics/{epic_id}/edit").text)
    with installed.recording() as seen:
        answer = team.post(f"/epics/{epic_id}", **form | {"name": "New name", "color": form["seen_color"]})
    assert seen.http == 1 and answer.status_code == 200, answer.text
    assert team.portal.act("member", "tasks.api.scrum.epic.get", id=epic_id)["name"] == "New name"
    assert team.person.post(undo_address(answer)).status_code == 200
    with_epic = [one.task_id for one in team.items if one.epic_id == epic_id]
    shown = team.person.get(f"{team.path}/epics/{epic_id}/delete")
    assert "this epic, completed ones counted too" in text_of(shown.text)
    answer = team.post(f"/epics/{epic_id}/delete", to_epic_id=0, **hidden(shown.text))
    assert answer.status_code == 200 and {team.fact(one)["epicId"] for one in with_epic} == {0}
    assert team.person.post(undo_address(answer)).status_code == 200
    assert lists_of(team.picture()) == lists_of(before)
    assert len({team.fact(one)["epicId"] for one in with_epic} - {0}) == 1


def test_a_blank_epic_is_told_in_the_dialog(team: Team) -> None:
    answer = team.post("/epics", name="  ", color="00FF00")
    assert answer.status_code == 422 and "#form-error" in answer.text


# --- charts ---
def test_charts_are_pictures_with_tables(team: Team, installed: Sandbox) -> None:
    with installed.recording() as seen:
        page = team.person.get(f"{team.path}/charts").text
    assert seen.http <= 3
    assert page.count("<svg viewBox") >= 3 and page.count("As a table") == page.count("<svg viewBox")
    assert "polyline" in page and "On average" in text_of(page)
    with installed.recording() as seen:
        assert team.person.get(f"{team.path}/charts", sprint=team.sprint_ids[1]).status_code == 200
    assert seen.http <= 3


def test_every_change_is_in_the_journal_in_words(team: Team) -> None:
    team.set_points({team.items[0].task_id: "3"})
    team.post("/epics", name="Third epic", color="00FF00")
    sprint_id = team.sprint_ids[0]
    ids = list(board(team, sprint_id))
    team.post(f"/sprints/{sprint_id}/stages/{ids[1]}/kind", kind="FINISH")
    team.post(f"/sprints/{sprint_id}/complete")
    team.post(f"/sprints/{team.sprint_ids[1]}/start")
    shown = text_of(team.person.get("/journal").text)
    assert "Estimated" in shown and "Added the epic “Third epic”" in shown
    assert "Completed the sprint “Sprint 2”" in shown and "Started the sprint “Sprint 3”" in shown
    for word in ("Active", "Planned", "Completes tasks", "cannot be opened again", "Points"):
        assert word in shown, word
