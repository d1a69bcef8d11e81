"""Who may do what: shown before anybody tries, and held to when somebody forges the form anyway."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.functional.actions import DEEDS, Deed, Opener, Scene, finish, scene_of, undo_address
from tests.support.servers import Recording, Sandbox
from tests.support.stores import Store

SHAPING = [one for one in DEEDS if one.needs == "shape"]
PLANNED = [one for one in DEEDS if one.planner]
WHY = re.compile(r'aria-disabled="true" data-why="([^"]+)"')
ONLY_SHAPERS = {
    "en": "Only the owner and the moderators of the project may change its stages.",
}
ACT_AS_ADMIN = "You act as a portal administrator here"


def forged(open_as: Opener, installed: Sandbox, who: str) -> Scene:
    """Somebody who posts what the owner's page would post, `as_admin` included."""
    scene = scene_of(open_as, installed, "owner")
    scene.person = open_as(who)
    scene.page += 'id="as-admin"'
    return scene


def sent_as_admin(seen: Recording) -> list[str]:
    """Commands for stages that carried `isAdmin`."""
    commands = [text for call in seen.calls for text in (call["params"].get("cmd") or {}).values()]
    return [text for text in commands if text.startswith("task.stages.") and "isAdmin" in text]


def writes(seen: Recording) -> list[str]:
    verbs = ("task.stages.add", "task.stages.update", "task.stages.delete")
    commands = [text for call in seen.calls for text in (call["params"].get("cmd") or {}).values()]
    return [text for text in commands if text.startswith(verbs)]


# --- shown beforehand ---
@pytest.mark.parametrize("who", ["owner", "moderator"])
def test_shapers_are_offered_the_tools(open_as: Opener, installed: Sandbox, who: str) -> None:
    page = scene_of(open_as, installed, who).page
    assert 'id="shape"' in page and "stage__tools" in page and 'id="as-admin"' not in page
    first = page[page.index('<li class="column"') :].partition('<li class="column"')[2]
    assert len(WHY.findall(page)) == 1, "only the first stage cannot be deleted"
    assert "/delete" not in first.partition('<li class="column"')[0]


def test_an_admin_is_told_that_they_act_as_one(open_as: Opener, installed: Sandbox) -> None:
    page = scene_of(open_as, installed, "admin").page
    assert 'id="shape"' in page and 'id="as-admin"' in page and ACT_AS_ADMIN in page


@pytest.mark.parametrize("role", ["A", "E"])
def test_an_admin_with_a_right_of_their_own_is_no_special_case(
    open_as: Opener, installed: Sandbox, role: str
) -> None:
    installed.post("group", user=installed.user("admin"), group=installed.main_group_id, role=role)
    page = scene_of(open_as, installed, "admin").page
    assert 'id="shape"' in page and 'id="as-admin"' not in page


def test_a_member_sees_why_not(open_as: Opener, installed: Sandbox) -> None:
    page = scene_of(open_as, installed, "member").page
    assert 'id="shape"' not in page and "stage__tools" not in page and "stage__rename" not in page
    assert ONLY_SHAPERS["en"] in [html.unescape(one) for one in WHY.findall(page)]
    assert "data-may-move" in page and 'id="bulk"' in page, "cards are for members to move"


def test_an_outsider_does_not_see_the_board(open_as: Opener, installed: Sandbox) -> None:
    outsider = open_as("outsider")
    titles = [one.title for one in scene_of(open_as, installed, "owner").columns]
    answer = outsider.get(f"/boards/g{installed.main_group_id}")
    assert answer.status_code == 403 and "toast--error" in answer.text
    assert not [one for one in titles if html.escape(one) in answer.text]


def test_a_plan_is_its_owners_to_shape(open_as: Opener, installed: Sandbox) -> None:
    page = scene_of(open_as, installed, "outsider", "me").page
    assert 'id="shape"' in page and 'id="as-admin"' not in page and "data-may-move" in page


# --- forged anyway ---
@pytest.mark.parametrize("deed", SHAPING, ids=lambda deed: deed.name)
@pytest.mark.parametrize("who", ["member", "outsider"])
def test_stages_are_not_for_everybody(
    open_as: Opener, installed: Sandbox, store: Store, deed: Deed, who: str
) -> None:
    scene = forged(open_as, installed, who)
    before = scene.picture()
    with installed.recording() as seen:
        answer = deed(scene)
    assert sent_as_admin(seen) == []
    if deed.name == "stage_delete" and who == "member":
        assert answer.status_code == 200 and "job_id" not in answer.text
    else:
        assert answer.status_code == 403 and "toast--error" in answer.text, answer.text
    assert scene.picture() == before and store.count("journal_entry") == 0


@pytest.mark.parametrize("deed", [one for one in DEEDS if one.needs != "shape"], ids=lambda deed: deed.name)
def test_an_outsider_changes_no_task(open_as: Opener, installed: Sandbox, store: Store, deed: Deed) -> None:
    scene = forged(open_as, installed, "outsider")
    before = scene.picture()
    answer = deed(scene)
    if answer.status_code == 200:
        assert 'class="results"' in answer.text and "toast--ok" not in answer.text, answer.text
    else:
        assert answer.status_code in (403, 404) and "toast--error" in answer.text
    assert scene.picture() == before
    titles = [row[1] for _title, _color, rows in before for row in rows]
    assert not [one for one in titles if html.escape(one) in answer.text], "not even their titles"


@pytest.mark.parametrize("deed", [one for one in DEEDS if one.needs == "move"], ids=lambda deed: deed.name)
def test_members_move_cards(open_as: Opener, installed: Sandbox, deed: Deed) -> None:
    scene = scene_of(open_as, installed, "member")
    before = scene.picture()
    answer = deed(scene)
    if deed.name == "task_stage" and answer.status_code != 200:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200 and scene.picture() != before, answer.text
    assert scene.person.post(undo_address(answer)).status_code == 200
    assert scene.picture() == before


@pytest.mark.parametrize("deed", [one for one in DEEDS if one.needs == "task"], ids=lambda deed: deed.name)
def test_members_change_the_tasks_that_are_theirs(open_as: Opener, installed: Sandbox, deed: Deed) -> None:
    """What worked and what did not is told card by card; what was refused is as it was."""
    scene = forged(open_as, installed, "member")
    before = rows(scene)
    mine = {key for key in before if may_touch(installed, key)}
    answer = deed(scene)
    changed = {key for key, row in rows(scene).items() if row != before[key]}
    assert changed <= mine, "the portal let somebody change what is not theirs"
    if not changed:
        assert answer.status_code in (403, 404, 409) or 'class="results"' in answer.text, answer.text


def rows(scene: Scene) -> dict[str, Any]:
    return {row[0]: row for _title, _color, found in scene.picture() for row in found}


def may_touch(installed: Sandbox, task_id: str) -> bool:
    access = installed.act("member", "tasks.task.get", taskId=task_id)["task"]["action"]
    return any(
        access.get(name) for name in ("edit", "changeDeadline", "complete", "start", "defer", "delegate")
    )


@pytest.mark.parametrize("deed", SHAPING, ids=lambda deed: deed.name)
def test_nobody_undoes_what_they_may_not_do(open_as: Opener, installed: Sandbox, deed: Deed) -> None:
    scene = scene_of(open_as, installed, "owner")
    answer = deed(scene)
    done = scene.picture()
    member, outsider = open_as("member", group=installed.main_group_id), open_as("outsider")
    with installed.recording() as seen:
        refused = member.post(undo_address(answer))
        hidden = outsider.post(undo_address(answer))
    assert refused.status_code == 403 and "toast--error" in refused.text
    assert hidden.status_code == 404
    assert sent_as_admin(seen) == [] and scene.picture() == done
    assert finish(scene.person, scene.person.post(undo_address(answer))).status_code == 200


# --- isAdmin ---
@pytest.mark.parametrize("deed", SHAPING, ids=lambda deed: deed.name)
@pytest.mark.parametrize("role", [None, "K", "E", "A"])
def test_is_admin_is_sent_only_where_it_is_needed(
    open_as: Opener, installed: Sandbox, deed: Deed, role: str | None
) -> None:
    """For a portal admin who is neither owner nor moderator; there and back."""
    if role:
        installed.post("group", user=installed.user("admin"), group=installed.main_group_id, role=role)
    scene = scene_of(open_as, installed, "admin")
    before = scene.picture()
    with installed.recording() as seen:
        answer = deed(scene)
        back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert answer.status_code == back.status_code == 200, back.text
    assert scene.picture() == before
    assert writes(seen)
    assert sent_as_admin(seen) == ([] if role in ("E", "A") else writes(seen))
    assert ("administrator" in answer.text) == (role not in ("E", "A"))


@pytest.mark.parametrize("deed", PLANNED, ids=lambda deed: deed.name)
@pytest.mark.parametrize("who", ["admin", "owner"])
def test_is_admin_is_never_sent_for_ones_own_plan(
    open_as: Opener, installed: Sandbox, deed: Deed, who: str
) -> None:
    scene = scene_of(open_as, installed, who, "me")
    with installed.recording() as seen:
        answer = deed(scene)
        back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert answer.status_code == back.status_code == 200
    assert sent_as_admin(seen) == []


@pytest.mark.parametrize("who", ["owner", "moderator"])
def test_is_admin_is_never_sent_by_others(open_as: Opener, installed: Sandbox, who: str) -> None:
    scene = forged(open_as, installed, who)
    for deed in SHAPING:
        page = scene.page
        with installed.recording() as seen:
            answer = deed(scene)
            back = finish(scene.person, scene.person.post(undo_address(answer)))
        assert back.status_code == 200 and sent_as_admin(seen) == [], deed.name
        scene.look()
        scene.page = page
