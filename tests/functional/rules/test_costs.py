"""What the app costs the portal, counted at the portal: openings, pages, every action, and each way back."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.functional.actions import DEEDS, Deed, Opener, finish, scene_of, shown_columns, undo_address
from tests.functional.helpers import open_install
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, http

GROUP = [pytest.param(one, "owner", "", id=one.name) for one in DEEDS]
AS_ADMIN = [pytest.param(one, "admin", "", id=f"{one.name}-admin") for one in DEEDS if one.needs == "shape"]
PLANNER = [pytest.param(one, "member", "me", id=f"{one.name}-me") for one in DEEDS if one.planner]

PLACEMENTS: list[tuple[str, dict[str, str], str]] = [
    ("DEFAULT", {}, 'data-page="home"'),
    ("SONET_GROUP_DETAIL_TAB", {"GROUP_ID": "{group}"}, 'data-board="g{group}"'),
    ("TASK_GROUP_LIST_TOOLBAR", {"GROUP_ID": "{group}"}, 'data-board="g{group}"'),
    ("TASK_USER_LIST_TOOLBAR", {"USER_ID": "{user}"}, 'data-board="me"'),
]


@pytest.mark.parametrize("who", ["admin", "member"])
@pytest.mark.parametrize(("placement", "options", "shown"), PLACEMENTS, ids=[one[0] for one in PLACEMENTS])
def test_an_opening_costs_two_requests_cold_and_warm(
    open_as: Opener, installed: Sandbox, placement: str, options: dict[str, str], shown: str, who: str
) -> None:
    """One to the authorization server, one to the portal, whatever the portal asks the app to show."""
    facts = {"group": installed.main_group_id, "user": installed.user(who)}
    filled = {key: value.format(**facts) for key, value in options.items()}
    for _ in range(2):
        with installed.recording() as seen:
            person = open_as(who, placement=placement, options=filled)
        assert person.status == 200 and shown.format(**facts) in person.html
        assert [one["via"] for one in seen.calls] == ["authserver", "oauth"]


PAGES: list[tuple[str, dict[str, Any], int]] = [
    ("/home", {}, 1),
    ("/home", {"q": "main"}, 1),
    ("/home/projects", {"q": "main"}, 1),
    ("/home/projects", {"start": 50}, 1),
    ("/boards/{board}", {}, 1),
    ("/boards/me", {}, 1),
    ("/boards/{board}", {"text": "a"}, 1),
    ("/boards/{board}", {"text": "#3"}, 1),
    ("/boards/{board}", {"responsible": "2"}, 1),
    ("/boards/{board}", {"overdue": "1"}, 1),
    ("/boards/{board}", {"completed": "1"}, 1),
    ("/boards/me", {"text": "a", "overdue": "1"}, 1),
    ("/boards/{board}/columns/{stage}", {"start": 50}, 1),
    ("/boards/{board}/columns/{first}", {"start": 0, "first": "1"}, 1),
    ("/boards/{board}/stages/{stage}/delete", {}, 1),
    ("/boards/{board}/stages/new", {"after_id": 0}, 0),
    ("/boards/{board}/stages/{stage}/color", {"color": "00C4FB"}, 0),
    ("/boards/{board}/stages/sample", {"color": "00C4FB"}, 0),
    ("/tasks/{task}", {"board": "{board}"}, 1),
    ("/tasks/{task}/stages", {"group_id": 1}, 1),
    ("/tasks/people", {"q": "a"}, 1),
    ("/tasks/projects", {"q": "a"}, 1),
    ("/journal", {}, 0),
    ("/journal", {"board": "{board}", "kind": "stage_rename"}, 0),
    ("/journal/entries", {"before": 100}, 0),
    ("/journal.csv", {}, 0),
]


def test_pages_cost_at_most_one_request(open_as: Opener, installed: Sandbox) -> None:
    scene = scene_of(open_as, installed, "owner")
    facts = {
        "board": scene.key,
        "first": scene.columns[0].stage_id,
        "stage": scene.columns[1].stage_id,
        "task": scene.columns[1].cards[0],
    }
    found = []
    for path, query, _cost in PAGES:
        filled = {key: str(value).format(**facts) for key, value in query.items()}
        with installed.recording() as seen:
            answer = scene.person.get(path.format(**facts), **filled)
        assert answer.status_code == 200, f"{path} {query}: {answer.text[:400]}"
        found.append((path, query, seen.http))
    assert found == PAGES


def test_pages_for_nobody_cost_nothing(open_as: Opener, installed: Sandbox, empty_app: Server) -> None:
    person = open_as("member")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', person.html)
    assert files
    with installed.recording() as seen:
        for path in ("/", "/install", "/privacy", "/license", "/healthz", *files):
            for verb in ("GET", "HEAD"):
                assert http().request(verb, empty_app.url + path, timeout=30).status_code == 200, path
    assert seen.calls == []


@pytest.mark.parametrize(("deed", "who", "key"), GROUP + AS_ADMIN + PLANNER)
def test_an_action_costs_one_request_and_so_does_its_undo(
    open_as: Opener, installed: Sandbox, deed: Deed, who: str, key: str
) -> None:
    scene = scene_of(open_as, installed, who, key)
    with installed.recording() as seen:
        answer = deed(scene)
    assert answer.status_code == 200, answer.text
    assert seen.http == deed.costs, [call["commands"] for call in seen.calls]
    assert {call["via"] for call in seen.calls} == {"oauth"}
    with installed.recording() as seen:
        back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert back.status_code == 200, back.text
    assert seen.http == deed.undo_costs, [call["commands"] for call in seen.calls]


def fill(portal: Sandbox, stage_id: int, count: int) -> list[int]:
    """That many new tasks in a stage of the main board; their ids."""
    fields = {
        "GROUP_ID": portal.main_group_id, "STAGE_ID": stage_id, "RESPONSIBLE_ID": portal.user("member"),
        "DEADLINE": "2031-01-01T10:00:00+00:00",
    }  # fmt: skip
    added: list[int] = []
    for start in range(0, count, 50):
        tasks = {
            f"t{number}": fields | {"TITLE": f"Task {number}"}
            for number in range(start, min(start + 50, count))
        }
        cmd = {
            key: "tasks.task.add?" + urlencode({f"fields[{k}]": v for k, v in one.items()})
            for key, one in tasks.items()
        }
        answer = portal.act("owner", "batch", halt=1, cmd=cmd)
        added += [int(one["task"]["id"]) for one in answer["result"].values()]
    return added


@pytest.fixture
def crowd(open_as: Opener, installed: Sandbox) -> tuple[Person, int, list[int]]:
    """The owner, a stage to move to, and 200 tasks in another one."""
    scene = scene_of(open_as, installed, "owner")
    return scene.person, scene.columns[2].stage_id, fill(installed, scene.columns[1].stage_id, 200)


@pytest.mark.parametrize(
    ("form", "most"),
    [
        ({"action": "move"}, 5),
        ({"action": "priority", "priority": "2"}, 5),
        ({"action": "deadline", "deadline": ""}, 5),
        ({"action": "responsible", "responsible_id": "3"}, 5),
        ({"action": "complete"}, 5),
        ({"action": "tag", "tag": "new"}, 5),
    ],
    ids=lambda value: value["action"] if isinstance(value, dict) else "",
)
def test_200_cards_at_once_cost_at_most_five_and_so_does_the_way_back(
    crowd: tuple[Person, int, list[int]], installed: Sandbox, form: dict[str, str], most: int
) -> None:
    person, target, cards = crowd
    path = f"/boards/g{installed.main_group_id}/cards/bulk"
    with installed.recording() as seen:
        answer = person.post(path, task_ids=cards, stage_id=target, **form)
    assert answer.status_code == 200 and "200" in answer.text, answer.text
    assert seen.http <= most, [len(call["commands"]) for call in seen.calls]
    with installed.recording() as seen:
        back = person.post(undo_address(answer))
    assert back.status_code == 200 and "200" in back.text, back.text
    assert seen.http <= most, [len(call["commands"]) for call in seen.calls]


def test_500_tasks_go_and_come_back_in_portions(open_as: Opener, installed: Sandbox) -> None:
    """From the dialog to the end at most twelve requests; bringing all of it back costs no more."""
    scene = scene_of(open_as, installed, "owner")
    doomed, target = scene.columns[1], scene.columns[2]
    wanted = {"GROUP_ID": installed.main_group_id, "STAGE_ID": doomed.stage_id}
    there = installed.act("admin", "tasks.task.list", filter=wanted, select=["ID"])["tasks"]
    fill(installed, doomed.stage_id, 500 - len(there))
    path = f"{scene.stages_path}/{doomed.stage_id}/delete"
    with installed.recording() as seen:
        asked = scene.person.get(path)
        job = re.search(r'name="job_id" value="(\w+)"', asked.text)
        assert job and "500" in asked.text
        form = scene.shaping(job_id=job[1], target_stage_id=target.stage_id)
        answer = finish(scene.person, scene.person.post(path, **form))
        if "board:refresh" in answer.headers["HX-Trigger"]:
            scene.look()
    assert seen.http <= 12, seen.http
    with installed.recording() as seen:
        back = finish(scene.person, scene.person.post(undo_address(answer)))
        scene.look()
    assert "board:refresh" in back.headers["HX-Trigger"]
    assert seen.http <= 13, "the addition with a look at 500 tasks, ten portions, the board"
    assert scene.columns[1].title == doomed.title and len(scene.columns[1].cards) == 50


def test_a_board_of_ten_thousand_tasks(installed: Sandbox, empty_app: Server) -> None:
    installed.reset("huge")
    assert open_install(installed, empty_app.url).status_code == 200
    installed.post("install", user=installed.people["admin"])
    key = f"g{installed.main_group_id}"
    person = Person(installed, empty_app.url, "member")
    with installed.recording() as seen:
        person.open("SONET_GROUP_DETAIL_TAB", {"GROUP_ID": str(installed.main_group_id)})
    assert person.status == 200 and seen.http == 2
    with installed.recording() as seen:
        page = person.get(f"/boards/{key}", completed="1")
    assert seen.http == 1
    totals = [int(one) for one in re.findall(r'class="column__count"[^>]*data-total="(\d+)"', page.text)]
    assert sum(totals) == 10_000
    columns = shown_columns(page.text)
    assert [len(one.cards) for one in columns] == [50] * len(columns)
    more = re.search(r'hx-get="(/boards/[^"]+/columns/[^"]+)"', page.text)
    assert more
    with installed.recording() as seen:
        rest = person.get(more[1].replace("&amp;", "&"))
    assert rest.status_code == 200 and seen.http == 1
    assert not set(re.findall(r'data-task-id="(\d+)"', rest.text)) & {str(one) for one in columns[0].cards}
