"""The home page: which projects are there, what they cost, how they are found."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from tests.support.person import Person
from tests.support.servers import Sandbox

NAMES = re.compile(r'class="project__name">([^<]*)<')
Open = Callable[..., Person]


def names(text: str) -> list[str]:
    return [html.unescape(name) for name in NAMES.findall(text)]


def test_home_costs_one_request_and_puts_my_planner_on_top(open_as: Open, installed: Sandbox) -> None:
    member = open_as("member")
    with installed.recording() as seen:
        page = member.get("/home").text
    assert seen.http == 1
    assert page.index("/boards/me") < page.index('class="project"')


ROLES = [("owner", "A"), ("moderator", "E"), ("member", "K"), ("outsider", "none")]


@pytest.mark.parametrize(("who", "role"), ROLES)
def test_roles_are_shown(open_as: Open, installed: Sandbox, who: str, role: str) -> None:
    page = open_as(who).get("/home").text
    row = page[page.index(f'data-group-id="{installed.main_group_id}"') :]
    shown = re.search(r'class="role role--(\w+)">([^<]+)<', row)
    assert shown and shown[1] == role and shown[2].strip()


def test_a_search_costs_one_request_and_finds_parts_of_names(open_as: Open, installed: Sandbox) -> None:
    admin = open_as("admin")
    wanted = names(admin.get("/home").text)[0]
    with installed.recording() as seen:
        answer = admin.get("/home/projects", q=wanted[1:].upper())
    assert seen.http == 1
    assert wanted in names(answer.text)
    assert 'id="projects-q"' not in answer.text, "the field keeps its focus: it is not in the answer"


def test_a_search_without_a_find_says_so(open_as: Open) -> None:
    answer = open_as("member").get("/home/projects", q="<script>")
    assert names(answer.text) == []
    assert "&lt;script&gt;" in answer.text and "<script>" not in answer.text


def test_secret_projects_are_for_their_members(open_as: Open, installed: Sandbox) -> None:
    groups = installed.act("admin", "sonet_group.get", IS_ADMIN="Y")
    secret = {html.unescape(one["NAME"]) for one in groups if one["VISIBLE"] == "N"}
    seen = {
        who: secret & set(names(open_as(who).get("/home").text)) for who in ("member", "outsider", "admin")
    }
    assert secret
    assert seen == {"member": set(), "outsider": secret, "admin": secret}
    assert 'class="mark">' in open_as("outsider").get("/home").text


def test_an_admin_is_told_that_all_projects_are_listed(open_as: Open) -> None:
    assert "projects__admin" in open_as("admin").get("/home").text
    assert "projects__admin" not in open_as("member").get("/home").text


def test_hundreds_of_projects_are_listed_once_each(open_as: Open, installed: Sandbox) -> None:
    for number in range(120):
        installed.act("admin", "sonet_group.create", NAME=f"Bulk {number:03}", VISIBLE="Y", OPENED="N")
    admin = open_as("admin")
    with installed.recording() as seen:
        found = names(admin.get("/home", q="Bulk").text)
    assert seen.http == 1
    assert len(found) == 120 and len(set(found)) == 120


@pytest.mark.parametrize("path", ["/home", "/home/projects"])
def test_without_a_session_nothing_is_shown(open_as: Open, installed: Sandbox, path: str) -> None:
    member = open_as("member")
    member.token = ""
    with installed.recording() as seen:
        assert member.get(path).status_code == 401
    assert seen.http == 0
