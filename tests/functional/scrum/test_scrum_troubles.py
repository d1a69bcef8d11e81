"""Planning when the portal fails, says false, or knows something that we do not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.actions import undo_address
from tests.functional.scrum.scene import Team, group_called
from tests.support.person import Person
from tests.support.servers import Sandbox

FAULTS: list[dict[str, Any]] = [
    {"kind": "error", "status": 500, "code": "INTERNAL", "description": "<b>secret</b>"},
    {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED", "description": "secret"},
    {"kind": "html"},
    {"kind": "broken_json"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
]
IDS = ["500", "503", "html", "broken_json", "drop_before", "drop_after"]
PAGES = [
    "",
    "/sprints/{sprint}",
    "/charts",
    "/sprints/new",
    "/sprints/{sprint}/complete",
    "/epics/{epic}/delete",
]


@pytest.fixture
def team(open_as: Callable[..., Person], installed: Sandbox) -> Team:
    person = functools.partial(open_as, lang="en")("moderator")
    return Team(person, installed, group_called(installed, "Scrum team")).look()


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_a_page_is_read_again_or_explained(team: Team, installed: Sandbox, fault: dict[str, Any]) -> None:
    for path in PAGES:
        address = path.format(sprint=team.sprint_ids[0], epic=team.epic_ids[0])
        installed.delete("faults")
        installed.fault("*", times=None, **fault)
        answer = team.person.get(team.path + address)
        assert answer.status_code in (502, 503), (path, answer.status_code)
        assert "secret" not in answer.text and 'hx-target="#toasts"' in answer.text
        installed.delete("faults")
        assert team.person.get(team.path + address).status_code == 200


@pytest.mark.parametrize("fault", FAULTS, ids=IDS)
def test_an_estimate_is_made_or_explained(team: Team, installed: Sandbox, fault: dict[str, Any]) -> None:
    """Setting a value may be repeated, so one failure is none where the portal answers the second time."""
    task_id = team.items[0].task_id
    installed.fault("tasks.api.scrum.task.update", times=1, **fault)
    answer = team.set_points({task_id: "55"})
    assert "secret" not in answer.text
    if answer.status_code == 200:
        assert team.fact(task_id)["storyPoints"] == "55"
    else:
        assert answer.status_code in (502, 503) and "toast--error" in answer.text


def test_an_epic_comes_back_once_though_its_items_do_not_at_first(team: Team, installed: Sandbox) -> None:
    """Its undo is several requests. What fails after the first one is gone on with, not begun again."""
    epic = team.epic_ids[0]
    under = [one.task_id for one in team.items if team.fact(one.task_id)["epicId"] == epic]
    gone = team.post(f"/epics/{epic}/delete", to_epic_id=0)
    assert under and gone.status_code == 200, gone.text
    installed.fault("tasks.api.scrum.task.update", "error", status=429, code="X", times=None)
    installed.fault("tasks.api.scrum.task.get", "error", status=429, code="X", times=None)
    assert team.person.post(undo_address(gone)).status_code == 429
    installed.delete("faults")
    assert team.person.post(undo_address(gone)).status_code == 200
    again = team.look().epic_ids
    assert len(again) == 2
    assert {team.fact(one)["epicId"] for one in under} <= {*again}


def test_a_lost_answer_adds_no_second_sprint_or_epic(team: Team, installed: Sandbox) -> None:
    installed.fault("tasks.api.scrum.sprint.add", "drop_after", times=1)
    fields = {"name": "Once", "start": "2026-07-01", "end": "2026-07-14"}
    answer = team.post("/sprints", seen=",".join(map(str, team.sprint_ids)), **fields)
    assert answer.status_code == 200 and "connection broke" in answer.text
    installed.fault("tasks.api.scrum.epic.add", "drop_after", times=1)
    assert team.post("/epics", name="Once too", color="00FF00").status_code == 200
    page = team.look().page
    assert page.count(">Once</h2>") == 1 and len(team.epic_ids) == 3


def test_a_double_click_is_one_estimate(team: Team, installed: Sandbox) -> None:
    task_id = team.items[0].task_id
    for _ in range(2):
        assert team.set_points({task_id: "2"}, request_key="the-same-key").status_code == 200
    assert team.person.get("/journal").text.count("/undo") == 1


def test_some_of_several_are_refused_and_named(team: Team, installed: Sandbox) -> None:
    installed.fault(
        "tasks.api.scrum.task.update", "command_error", code="0", description="Access denied", times=1
    )
    chosen = [one.task_id for one in team.items[:3]]
    answer = team.set_points(dict.fromkeys(chosen, "89"))
    assert answer.status_code == 200 and "Not everything could be done" in answer.text
    assert sorted(team.fact(one)["storyPoints"] == "89" for one in chosen) == [False, True, True]


def test_a_task_without_a_record_gets_one(team: Team, installed: Sandbox) -> None:
    """A group that had no backlog: its old tasks are in no list until they are put into one."""
    plain = Team(team.person, installed, installed.main_group_id)
    assert plain.post("/backlog").status_code == 200
    plain.look()
    found = installed.act("owner", "tasks.task.list", filter={"GROUP_ID": plain.group_id}, select=["ID"])
    task_id = int(found["tasks"][0]["id"])
    refused = plain.set_points({task_id: "5"})
    assert refused.status_code == 409 and "Put it into the backlog first" in refused.text
    answer = plain.post("/records", task_ids=[task_id], entity_id=plain.backlog_id)
    assert answer.status_code == 200, answer.text
    assert plain.set_points({task_id: "5"}).status_code == 200
    assert installed.act("owner", "tasks.api.scrum.task.get", id=task_id)["storyPoints"] == "5"


@pytest.mark.parametrize(
    "form",
    [
        {"points": "{"},
        {"points": "[]"},
        {"points": '{"x":"1"}'},
        {"points": '{"1":5}'},
        {"points": '{"99999999999999999999":"1"}'},
    ],
)
def test_nonsense_in_the_grid_is_no_estimate(team: Team, installed: Sandbox, form: dict[str, str]) -> None:
    with installed.recording() as seen:
        answer = team.post("/points", **form)
    assert answer.status_code == 400 and seen.http == 0
    assert "Points" in answer.text


def test_addresses_of_what_is_no_team(team: Team) -> None:
    for path in ("/boards/me/scrum", "/boards/x/scrum", "/boards/g0/scrum/charts"):
        assert team.person.get(path).status_code == 404
    assert team.person.get(f"{team.path}/sprints/999999").status_code == 404
    assert team.person.get(f"{team.path}/epics/999999/edit").status_code == 404
