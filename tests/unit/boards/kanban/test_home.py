"""The list of projects, and the people in pickers."""

from __future__ import annotations

import pytest

from b24.errors import ScopeMissing
from boards.kanban.home import home_commands, load_home
from boards.kanban.lookups import search_people
from tests.unit.boards.scene import ADMIN, GROUP, OWNER, Scene


def test_hundreds_of_projects_in_one_request(scene: Scene) -> None:
    for number in range(100, 720):
        scene.add_group(number, {OWNER: "K"} if number % 2 else {9: "A"}, 0)
    home = load_home(scene.client, scene.actor())
    assert scene.wire.count == 1
    assert (home.total, len(home.projects), home.next_start) == (311, 311, None)
    scene.become(ADMIN)
    everything = load_home(scene.client, scene.actor())
    assert (everything.total, len(everything.projects), everything.next_start) == (621, 500, 500)
    rest = load_home(scene.client, scene.actor(), start=500)
    assert (len(rest.projects), rest.next_start) == (121, None)
    assert len(home_commands(scene.actor())) == 11
    assert all(key.startswith("h_") for key in home_commands(scene.actor()))


def test_own_projects_come_first_then_names(scene: Scene) -> None:
    for number, name, roles in ((20, "Älter", {9: "A"}), (21, "zoo", {ADMIN: "E"}), (22, "Berg", {9: "A"})):
        scene.add_group(number, roles, 0)
        scene.portal.groups[number].name = name
    scene.become(ADMIN)
    home = load_home(scene.client, scene.actor())
    assert [(project.name, project.role) for project in home.projects] == [
        ("zoo", "E"),
        ("Berg", ""),
        ("Project 12", ""),
        ("Älter", ""),
    ]
    assert [project.id for project in load_home(scene.client, scene.actor(), "BER").projects] == [22]
    assert load_home(scene.client, scene.actor()).projects[2].ref.key == f"g{GROUP}"


def test_a_missing_scope_is_told(scene: Scene) -> None:
    scene.refuse("sonet_group.get", "insufficient_scope", 401)
    with pytest.raises(ScopeMissing):
        load_home(scene.client, scene.actor())


def test_people(scene: Scene) -> None:
    assert len(search_people(scene.client, scene.actor(), " ")) == 5
    search_people(scene.client, scene.actor(), "an")
    assert scene.wire.sent("user.search") == [{"FILTER": {"FIND": "an"}}]
