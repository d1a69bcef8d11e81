"""The planning page: what it shows, what it costs, and what is done to items, seen from the portal."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.actions import undo_address
from tests.functional.scrum.scene import FACT, Team, group_called
from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]


@pytest.fixture
def open_as(open_as: Opener) -> Opener:
    """In English: what is shown is compared."""
    return functools.partial(open_as, lang="en")


@pytest.fixture
def team(open_as: Opener, installed: Sandbox) -> Team:
    return Team(open_as("member"), installed, group_called(installed, "Scrum team")).look()


def text_of(page: str) -> str:
    """The words of a page, without its tags."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def lists_of(picture: dict[int, Any]) -> dict[int, int]:
    """The list of every item."""
    return {one: row[0] for one, row in picture.items()}


# --- the page ---
def test_the_page_shows_lists_items_and_sums(team: Team) -> None:
    assert len(team.lists) == 3 and team.backlog_id == list(team.lists)[-1]
    assert [len(rows) for rows in team.lists.values()] == [4, 3, 10]
    assert all(one.points == team.fact(one.task_id)["storyPoints"] for one in team.items)
    shown = text_of(team.page)
    assert "off the scale" in shown and "Points per epic and person" in shown and "First epic" in shown


TRAPS = ("8", "0.5", "½", "0,5", "XL", "?", "", "13 or more")


def spring_traps(team: Team) -> None:
    """What people really leave in the field, one each."""
    for one, text in zip(team.items, TRAPS, strict=False):
        fields = {"storyPoints": text}
        team.portal.act("member", "tasks.api.scrum.task.update", id=one.task_id, fields=fields)
    team.person = Person(team.portal, team.person.app_url, "moderator").open(lang="en")
    team.look()


def test_points_of_the_traps_are_marked_and_never_changed(team: Team) -> None:
    spring_traps(team)
    fits = {one.points: one.fit for one in team.items}
    assert fits["½"] == fits["0,5"] == fits["0.5"] == fits["8"] == "on"
    assert fits["XL"] == fits["?"] == fits["13 or more"] == "unclear"
    assert fits[""] == "empty"


def test_a_page_is_two_requests_and_one_when_all_is_known(team: Team, installed: Sandbox) -> None:
    for expected in (1, 1):
        with installed.recording() as seen:
            team.look()
        assert seen.http == expected
    other = Person(installed, team.person.app_url, "moderator").open(lang="en")
    fresh = Team(other, installed, team.group_id)
    with installed.recording() as seen:
        fresh.look()
    assert seen.http == 2 and not fresh.fill()


def test_what_is_known_is_shown_at_once_and_corrected(team: Team, installed: Sandbox) -> None:
    task_id = team.items[0].task_id
    installed.act("member", "tasks.api.scrum.task.update", id=task_id, fields={"storyPoints": "89"})
    old = team.items[0].points
    team.look()
    assert next(one for one in team.items if one.task_id == task_id).points == old, "from the last visit"
    with installed.recording() as seen:
        answers = team.fill()
    assert seen.http == len(answers) == 1
    told = {int(one): points for one, points, _ in FACT.findall(answers[0].text)}
    assert told[task_id] == "89"


def test_500_items_take_at_most_twelve_requests(open_as: Opener, installed: Sandbox) -> None:
    installed.reset("company")
    installed.post("install", user=installed.people["admin"])
    group = group_called(installed, "Scrum: data platform", "member")
    team = Team(Person(installed, open_as("member").app_url, "member").open(lang="en"), installed, group)
    with installed.recording() as seen:
        team.look()
        usable = seen.http
        answers = team.fill()
    assert usable <= 2 and seen.http <= 12
    filled = {one for answer in answers for one, *_ in FACT.findall(answer.text)}
    unknown = {str(one.task_id) for one in team.items if one.fit == "unknown"}
    assert len(team.items) >= 500 and unknown <= filled
    with installed.recording() as seen:
        team.look()
        team.fill()
    assert seen.http <= 12, "and no more when all of it is checked again"


def test_totals_ask_the_portal_nothing_and_remember(team: Team, installed: Sandbox) -> None:
    rows = [[one.task_id, one.entity_id, one.epic_id, 0, float(one.sort), 0, "21"] for one in team.items]
    with installed.recording() as seen:
        answer = team.post("/totals", rows=json.dumps(rows))
    assert seen.http == 0 and answer.status_code == 200
    assert f"{21 * 10} points" in text_of(answer.text)
    team.look()
    assert {one.points for one in team.items} == {"21"}, "shown at once, until it is checked"


@pytest.mark.parametrize("rows", ["{", '{"a":1}', "[[1]]", '[["x",1,1,1,1,1,"5"]]', "[[1,2,3,4,5,6,7]]"])
def test_nonsense_for_totals_is_refused(team: Team, rows: str) -> None:
    answer = team.post("/totals", rows=rows)
    assert answer.status_code == 400 and "Items of the page" in answer.text


def test_a_page_without_items_has_totals(team: Team) -> None:
    assert team.post("/totals", rows="").status_code == 200


def test_velocity_is_read_once(team: Team, installed: Sandbox) -> None:
    with installed.recording() as seen:
        assert team.person.get(f"{team.path}/velocity").status_code == 200
    assert 1 <= seen.http <= 2
    with installed.recording() as seen:
        team.person.get(f"{team.path}/velocity")
    assert seen.http == 0
    assert "of the velocity" in text_of(team.look().page) and 'id="line"' in team.page


# --- points ---
def test_one_edit_is_one_request_and_travels_as_a_string(team: Team, installed: Sandbox) -> None:
    task_id = team.items[0].task_id
    with installed.recording() as seen:
        answer = team.set_points({task_id: " 13 "})
    assert seen.http == 1 and answer.status_code == 200
    assert team.fact(task_id)["storyPoints"] == "13"
    assert f'data-task-id="{task_id}" data-points="13" data-fit="on"' in answer.text


def test_many_points_take_at_most_two_requests_and_come_back(team: Team, installed: Sandbox) -> None:
    before = team.picture()
    with installed.recording() as seen:
        answer = team.set_points({one.task_id: "5" for one in team.items})
    assert seen.http <= 2
    assert {points for _, points, _, _ in team.picture().values()} >= {"5"}
    assert team.person.post(undo_address(answer)).status_code == 200
    assert team.picture() == before


def test_two_people_estimate_the_same_item(team: Team, installed: Sandbox) -> None:
    task_id = team.items[0].task_id
    installed.act("member", "tasks.api.scrum.task.update", id=task_id, fields={"storyPoints": "34"})
    answer = team.set_points({task_id: "3"})
    assert "“34”" in html.unescape(answer.text) and team.fact(task_id)["storyPoints"] == "3"


def test_too_long_a_text_is_refused_before_it_is_sent(team: Team, installed: Sandbox) -> None:
    with installed.recording() as seen:
        answer = team.set_points({team.items[0].task_id: "x" * 256})
    assert answer.status_code == 422 and seen.http == 0 and "255" in answer.text


def test_an_item_without_a_record_is_offered_one(team: Team, installed: Sandbox) -> None:
    me = installed.user("member")
    fields = {"TITLE": "Stray", "RESPONSIBLE_ID": me, "CREATED_BY": me}
    added = installed.act("member", "tasks.task.add", fields=fields)
    answer = team.set_points({int(added["task"]["id"]): "5"})
    assert answer.status_code == 409 and "in no list of the team" in answer.text


def test_a_slow_portal_and_a_lost_answer_do_not_lose_an_estimate(team: Team, installed: Sandbox) -> None:
    task_id = team.items[0].task_id
    installed.fault("tasks.api.scrum.task.update", "drop_after", times=1)
    assert team.set_points({task_id: "21"}).status_code == 200
    assert team.fact(task_id)["storyPoints"] == "21"


# --- epics of items ---
def test_an_epic_for_several_items_and_back(team: Team, installed: Sandbox) -> None:
    before, chosen = team.picture(), [one.task_id for one in team.items[:3]]
    form = {"action": "epic", "epic_id": team.epic_ids[0], "task_ids": chosen, "seen": team.seen(chosen)}
    with installed.recording() as seen:
        answer = team.post("/cards/bulk", **form)
    assert seen.http <= 2 and answer.status_code == 200
    assert {team.fact(one)["epicId"] for one in chosen} == {team.epic_ids[0]}
    team.person.post(undo_address(answer))
    assert team.picture() == before


def test_the_way_back_is_not_blocked_by_one_epic_that_is_gone(team: Team, installed: Sandbox) -> None:
    """One of the items had an epic that exists no more; the others get theirs back all the same."""
    chosen = [one.task_id for one in team.items[:3]]
    before = {one: team.fact(one)["epicId"] for one in chosen}
    gone, kept = team.epic_ids[0], team.epic_ids[1]
    team.post("/cards/bulk", action="epic", epic_id=gone, task_ids=chosen[:1], seen=team.seen(chosen[:1]))
    team.post("/cards/bulk", action="epic", epic_id=kept, task_ids=chosen[1:], seen=team.seen(chosen[1:]))
    team.look()
    cleared = team.post("/cards/bulk", action="epic", epic_id=0, task_ids=chosen, seen=team.seen(chosen))
    installed.act("member", "tasks.api.scrum.epic.delete", id=gone)
    back = team.person.post(undo_address(cleared))
    assert back.status_code == 200 and "Not everything could be done" in back.text, back.text
    assert [team.fact(one)["epicId"] for one in chosen] == [0, kept, kept], before


def test_an_epic_that_was_deleted_meanwhile(team: Team, installed: Sandbox) -> None:
    epic_id, task_id = team.epic_ids[0], team.items[0].task_id
    before = team.fact(task_id)
    installed.act("member", "tasks.api.scrum.epic.delete", id=epic_id)
    answer = team.post("/cards/bulk", action="epic", epic_id=epic_id, task_ids=[task_id])
    assert answer.status_code == 404 and "deleted meanwhile" in answer.text
    assert team.fact(task_id) == before, "nothing was cleared by it"


# --- moves ---
def test_items_into_the_active_sprint_land_on_its_board(team: Team, installed: Sandbox) -> None:
    sprint_id = team.sprint_ids[0]
    moved = [one.task_id for one in team.lists[team.backlog_id][:5]]
    before = team.picture()
    with installed.recording() as seen:
        answer = team.move(moved, sprint_id, after=team.lists[sprint_id][0].task_id)
    assert seen.http <= 2 and answer.status_code == 200, answer.text
    assert {team.fact(one)["entityId"] for one in moved} == {sprint_id}
    board = team.person.get(f"{team.path}/sprints/{sprint_id}").text
    assert all(f'id="task-{one}"' in board for one in moved)
    order = [one.task_id for one in team.look().lists[sprint_id]]
    assert order[1:6] == moved
    assert team.person.post(undo_address(answer)).status_code == 200
    assert lists_of(team.picture()) == lists_of(before)


def test_an_item_moves_inside_its_list(team: Team, installed: Sandbox) -> None:
    rows = [one.task_id for one in team.lists[team.backlog_id]]
    with installed.recording() as seen:
        answer = team.move([rows[0]], team.backlog_id, after=rows[2])
    assert seen.http <= 2 and answer.status_code == 200
    assert [one.task_id for one in team.look().lists[team.backlog_id]][:3] == [rows[1], rows[2], rows[0]]


def test_a_sprint_that_was_deleted_meanwhile(team: Team, installed: Sandbox) -> None:
    sprint_id, task_id = team.sprint_ids[1], team.lists[team.backlog_id][0].task_id
    installed.act("member", "tasks.api.scrum.sprint.delete", id=sprint_id)
    answer = team.move([task_id], sprint_id)
    assert answer.status_code == 404 and "deleted or completed" in answer.text
    assert team.fact(task_id)["entityId"] == team.backlog_id


def test_a_task_that_went_to_another_project_meanwhile(team: Team, installed: Sandbox) -> None:
    task_id = team.lists[team.backlog_id][0].task_id
    installed.act("admin", "tasks.task.update", taskId=task_id, fields={"GROUP_ID": installed.main_group_id})
    answer = team.move([task_id], team.sprint_ids[0])
    assert answer.status_code in (404, 409), answer.text


# --- who may what ---
def test_an_administrator_who_is_no_member_is_told_why(open_as: Opener, installed: Sandbox) -> None:
    group = group_called(installed, "Second scrum team")
    answer = open_as("admin").get(f"/boards/g{group}/scrum")
    assert answer.status_code == 200 and "does not open it" in text_of(answer.text)
    assert "data-may-move" not in answer.text


def test_a_stranger_to_the_team_writes_nothing(open_as: Opener, team: Team, installed: Sandbox) -> None:
    before, task_id = team.picture(), team.items[0].task_id
    stranger = Team(open_as("outsider"), installed, team.group_id)
    answer = stranger.post("/points", points=json.dumps({task_id: "1"}))
    assert answer.status_code in (403, 404, 409)
    assert team.picture() == before


def test_a_team_with_an_empty_backlog_and_one_without(open_as: Opener, installed: Sandbox) -> None:
    empty = Team(open_as("owner"), installed, group_called(installed, "Second scrum team")).look()
    assert [len(rows) for rows in empty.lists.values()] == [0]
    plain = Team(open_as("owner"), installed, installed.main_group_id)
    answer = plain.person.get(plain.path)
    assert "no backlog yet" in text_of(answer.text)
    assert plain.post("/backlog").status_code == 200
    assert "no backlog yet" not in text_of(plain.person.get(plain.path).text)


def test_the_board_of_a_team_is_its_planning(open_as: Opener, team: Team, installed: Sandbox) -> None:
    """Columns that Bitrix24 shows nowhere (behaviour.md §3.2) are not offered to be shaped."""
    person = open_as("member")
    opening = person.get(f"/boards/g{team.group_id}").text
    assert f'hx-get="{team.path}" hx-trigger="load"' in opening and "data-stage-id" not in opening
    assert "/scrum" not in person.get(f"/boards/g{installed.main_group_id}").text


# --- scale ---
def test_a_scale_of_ones_own(team: Team, installed: Sandbox) -> None:
    spring_traps(team)
    with installed.recording() as seen:
        form = team.person.get(f"{team.path}/scale")
        answer = team.post("/scale", kind="own", values_own="XL = 40\n8\n13 or more=100\n?")
    assert form.status_code == answer.status_code == 200 and seen.http == 0
    fits = {one.points: one.fit for one in team.look().items}
    assert fits["XL"] == fits["13 or more"] == fits["8"] == "on" and fits["½"] == "off"


@pytest.mark.parametrize(
    ("values", "words"),
    [("", "at least one"), ("1\n1", "twice"), ("a = x", "not a number"), ("= 4", "blank")],
)
def test_a_scale_that_makes_no_sense_is_told_in_the_dialog(team: Team, values: str, words: str) -> None:
    answer = team.post("/scale", kind="own", values_own=values)
    assert answer.status_code == 422 and words in answer.text and "#form-error" in answer.text
