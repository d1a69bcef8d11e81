"""What changing a stage sends back: its band, and those that the page shows otherwise than they are."""

from __future__ import annotations

import re

import pytest
import requests

from tests.functional.actions import Opener, Scene, scene_of, shown_bands
from tests.functional.scrum.scene import Team, group_called
from tests.support.servers import Sandbox

BAND = re.compile(r'<hx-partial hx-target="#stage-(\d+)-bar"')
VIEWERS = [("owner", ""), ("admin", ""), ("member", "me")]
"""Who shapes by right, who as an administrator, and whose planner it is."""


def bands(answer: requests.Response) -> list[int]:
    """The stages whose bands are in an answer."""
    assert answer.status_code == 200, answer.text[:600]
    return [int(one) for one in BAND.findall(answer.text)]


def post(scene: Scene, index: int, verb: str, **form: object) -> requests.Response:
    """The change of a stage, as the page asks for it."""
    path = f"{scene.stages_path}/{scene.columns[index].stage_id}/{verb}"
    return scene.person.post(path, **scene.shaping(**form))


@pytest.fixture(params=VIEWERS, ids=["owner", "admin", "planner"])
def scene(request: pytest.FixtureRequest, open_as: Opener, installed: Sandbox) -> Scene:
    who, key = request.param
    return scene_of(open_as, installed, who, key)


def test_only_what_changed_comes(scene: Scene) -> None:
    ids = [one.stage_id for one in scene.columns]
    assert len(ids) > 3
    assert bands(post(scene, 1, "move", after_id=ids[2])) == [ids[1]]
    assert bands(post(scene.look(), 1, "color", color="123456")) == [ids[2]]
    assert bands(post(scene.look(), 2, "rename", title="Another name")) == [ids[1]]


def test_who_comes_first_takes_the_old_first_along(scene: Scene) -> None:
    """The first one cannot be deleted, and says so; now the other one can be."""
    first, second = (one.stage_id for one in scene.columns[:2])
    assert bands(post(scene, 1, "move", after_id=0)) == [second, first]


def test_what_somebody_else_did_comes_along(scene: Scene, open_as: Opener, installed: Sandbox) -> None:
    ids = [one.stage_id for one in scene.columns]
    elsewhere = Scene(open_as(scene.person.who), installed, scene.key).look()
    post(elsewhere, 2, "rename", title="Named by another")
    answer = post(scene, 1, "color", color="123456")
    assert bands(answer) == ids[1:3] and "Named by another" in answer.text


def test_a_name_that_comes_to_nothing_comes_back(scene: Scene) -> None:
    """The field would keep what was typed."""
    band = scene.columns[1]
    assert bands(post(scene, 1, "rename", title=f"  {band.title} ")) == [band.stage_id]


def test_a_page_that_tells_nothing_gets_all(scene: Scene) -> None:
    """As one does that was opened before the last update of the app."""
    ids = [one.stage_id for one in scene.columns]
    answer = post(scene, 1, "color", color="123456", shown="")
    assert bands(answer) == ids


def test_a_column_of_a_sprint(open_as: Opener, installed: Sandbox) -> None:
    team = Team(open_as("member"), installed, group_called(installed, "Scrum team")).look()
    path = f"{team.path}/sprints/{team.sprint_ids[0]}"
    page = team.person.get(path).text
    shown, ids = shown_bands(page), [int(one) for one in re.findall(r'data-stage-id="(\d+)"', page)]
    assert len(shown.split(",")) == len(ids) > 2
    known = {"shown": shown, "seen": ",".join(map(str, ids))}
    retyped = team.post(f"/sprints/{team.sprint_ids[0]}/stages/{ids[1]}/kind", kind="FINISH", **known)
    assert bands(retyped) == [ids[1]]
    moved = team.post(f"/sprints/{team.sprint_ids[0]}/stages/{ids[1]}/move", after_id=ids[2], **known)
    assert bands(moved) == [ids[1]]
