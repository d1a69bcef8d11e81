"""What others do between the page and the action: the truth is shown, nothing of theirs is lost unsaid."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.functional.actions import (
    BY_NAME,
    DEEDS,
    Deed,
    Opener,
    Scene,
    finish,
    hidden,
    scene_of,
    undo_address,
)
from tests.support.servers import Sandbox
from tests.support.stores import Store

SHAPING = [one for one in DEEDS if one.needs == "shape"]
MOVING = [one for one in DEEDS if one.needs == "move"]


@pytest.fixture
def scene(open_as: Opener, installed: Sandbox) -> Scene:
    """The owner before the main board."""
    return scene_of(open_as, installed, "owner")


def events(answer: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return found


def refused(answer: requests.Response, *statuses: int) -> None:
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text}"
    assert "toast--error" in answer.text and "Traceback" not in answer.text
    assert answer.headers["HX-Reswap"] == "none"


def journal(store: Store) -> int:
    return store.count("journal_entry")


def empty_stage(scene: Scene, index: int, to: int) -> None:
    """Somebody else moves all tasks of a stage away and deletes it."""
    doomed, target = scene.columns[index].stage_id, scene.columns[to].stage_id
    wanted = {"GROUP_ID": scene.group_id, "STAGE_ID": doomed}
    for one in scene.portal.act("admin", "tasks.task.list", filter=wanted, select=["ID"])["tasks"]:
        scene.portal.act("owner", "task.stages.movetask", id=one["id"], stageId=target)
    scene.portal.act("owner", "task.stages.delete", id=doomed)


# --- the stage ---
def test_a_stage_moved_meanwhile_is_moved_from_where_it_was(scene: Scene) -> None:
    ids = [one.stage_id for one in scene.columns]
    scene.portal.act("moderator", "task.stages.update", id=ids[3], fields={"AFTER_ID": ids[0]})
    before = scene.picture()
    answer = BY_NAME["stage_move_to_front"](scene)
    assert answer.status_code == 200 and "board:refresh" in events(answer)
    assert "toast--warn" in answer.text
    back = scene.person.post(undo_address(answer))
    assert back.status_code == 200 and scene.picture() == before, "theirs is kept"


@pytest.mark.parametrize("name", ["stage_rename", "stage_recolor"])
def test_a_value_somebody_else_gave_a_stage_is_named_and_comes_back(scene: Scene, name: str) -> None:
    theirs = {"TITLE": "Theirs & <b>", "COLOR": "010203"}
    scene.portal.act("moderator", "task.stages.update", id=scene.columns[1].stage_id, fields=theirs)
    before = scene.picture()
    answer = BY_NAME[name](scene)
    assert answer.status_code == 200
    assert ("Theirs &amp; &lt;b&gt;" if name == "stage_rename" else "010203") in answer.text
    assert scene.person.post(undo_address(answer)).status_code == 200
    assert scene.picture() == before


@pytest.mark.parametrize("name", ["stage_rename", "stage_recolor", "stage_move_to_front", "stage_delete"])
def test_a_stage_deleted_meanwhile(scene: Scene, store: Store, name: str) -> None:
    index = {"stage_rename": 1, "stage_recolor": 1, "stage_move_to_front": 2}.get(name) or scene.full(
        2, but=3
    )
    empty_stage(scene, index, 3)
    before = scene.picture()
    answer = BY_NAME[name](scene)
    refused(answer, 404)
    assert scene.picture() == before and journal(store) == 0


def test_a_stage_added_after_one_that_is_gone(scene: Scene) -> None:
    empty_stage(scene, 1, 3)
    before = scene.picture()
    answer = BY_NAME["stage_add"](scene)
    assert answer.status_code == 200 and "toast--warn" in answer.text
    assert [one[0] for one in scene.picture()] == [*(one[0] for one in before), "Fresh"]
    assert scene.person.post(undo_address(answer)).status_code == 200 and scene.picture() == before


def test_cards_to_a_stage_that_is_gone(scene: Scene, store: Store) -> None:
    source = scene.columns[1]
    empty_stage(scene, 3, 2)
    before = scene.picture()
    target = {"stage_id": scene.columns[3].stage_id}
    card = source.cards[0]
    refused(
        scene.person.post(f"/boards/{scene.key}/cards/{card}/move", was_stage=source.stage_id, **target), 404
    )
    many = scene.person.post(
        f"/boards/{scene.key}/cards/bulk", action="move", task_ids=list(source.cards), **target
    )
    refused(many, 404)
    assert scene.picture() == before and journal(store) == 0


def test_a_job_whose_stage_somebody_else_deletes(scene: Scene) -> None:
    """The dialog is open, the stage goes: the person is told, and nothing is taken for done."""
    doomed = scene.columns[1]
    path = f"{scene.stages_path}/{doomed.stage_id}/delete"
    asked = scene.person.get(path)
    empty_stage(scene, 1, 3)
    before = scene.picture()
    form = scene.shaping(**hidden(asked.text), target_stage_id=scene.columns[2].stage_id)
    answer = finish(scene.person, scene.person.post(path, **form))
    refused(answer, 404)
    assert [one[:2] for one in scene.picture()] == [one[:2] for one in before]


def test_a_target_that_goes_while_tasks_move(scene: Scene) -> None:
    doomed, target = scene.columns[1], scene.columns[2]
    path = f"{scene.stages_path}/{doomed.stage_id}/delete"
    asked = scene.person.get(path)
    empty_stage(scene, 2, 3)
    before = scene.picture()
    form = scene.shaping(**hidden(asked.text), target_stage_id=target.stage_id)
    answer = finish(scene.person, scene.person.post(path, **form))
    assert answer.status_code in (200, 404) and "Traceback" not in answer.text
    assert "toast--error" in answer.text or 'class="results"' in answer.text, answer.text
    assert scene.picture() == before, "the stage stays and so do its tasks"


def test_tasks_that_come_into_the_stage_meanwhile_go_along(scene: Scene) -> None:
    doomed, target = scene.columns[1], scene.columns[2]
    path = f"{scene.stages_path}/{doomed.stage_id}/delete"
    asked = scene.person.get(path)
    fields = {"TITLE": "Late", "GROUP_ID": scene.group_id, "STAGE_ID": doomed.stage_id, "RESPONSIBLE_ID": 4}
    late = scene.portal.act("moderator", "tasks.task.add", fields=fields)["task"]["id"]
    before = scene.picture()
    form = scene.shaping(**hidden(asked.text), target_stage_id=target.stage_id)
    answer = finish(scene.person, scene.person.post(path, **form))
    assert answer.status_code == 200, answer.text
    now = {row[0]: title for title, _color, rows in scene.picture() for row in rows}
    assert now[late] == target.title and doomed.title not in now.values()
    assert finish(scene.person, scene.person.post(undo_address(answer))).status_code == 200
    back = {row[0]: title for title, _color, rows in scene.picture() for row in rows}
    assert back == {row[0]: title for title, _color, rows in before for row in rows}


def test_a_task_that_will_not_move_keeps_its_stage(scene: Scene) -> None:
    doomed = scene.columns[1]
    before = scene.picture()
    scene.portal.fault(
        "task.stages.movetask", "command_error", times=1, code="ACCESS_DENIED_MOVE", status=403
    )
    answer = BY_NAME["stage_delete"](scene)
    scene.portal.delete("faults")
    assert answer.status_code == 200 and "board:refresh" in events(answer)
    assert 'class="results"' in answer.text, answer.text
    assert doomed.title in [one[0] for one in scene.picture()]
    finish(scene.person, scene.person.post(undo_address(answer)))
    assert scene.picture() == before


def test_a_move_that_the_portal_swallows_is_noticed(scene: Scene, store: Store) -> None:
    before = scene.picture()
    scene.portal.fault("task.stages.movetask", "ignored", times=None)
    refused(BY_NAME["card_move"](scene), 409)
    many = BY_NAME["cards_move"](scene)
    assert 'class="results"' in many.text, many.text
    scene.portal.delete("faults")
    assert scene.picture() == before
    undoable = [json.loads(one)["undo"] for (one,) in store.rows("SELECT change FROM journal_entry")]
    assert not [one for one in undoable if one]


# --- the task ---
def test_a_task_moved_by_somebody_else_goes_back_to_where_they_put_it(scene: Scene) -> None:
    source = scene.full(3)
    card, theirs = scene.columns[source].cards[1], scene.columns[0].stage_id
    scene.portal.act("moderator", "task.stages.movetask", id=card, stageId=theirs)
    answer = BY_NAME["card_move"](scene)
    assert answer.status_code == 200 and "toast--warn" in answer.text and "board:refresh" in events(answer)
    assert scene.person.post(undo_address(answer)).status_code == 200
    where = {row[0]: title for title, _color, rows in scene.picture() for row in rows}
    assert where[str(card)] == scene.columns[0].title


def test_a_task_that_left_the_project(scene: Scene, store: Store) -> None:
    source = scene.full(3)
    card = scene.columns[source].cards[1]
    groups = scene.portal.act("owner", "sonet_group.user.groups")
    other = next(one["GROUP_ID"] for one in groups if int(one["GROUP_ID"]) != scene.group_id)
    scene.portal.act("admin", "tasks.task.update", taskId=card, fields={"GROUP_ID": other})
    before = scene.picture()
    answer = BY_NAME["card_move"](scene)
    refused(answer, 409)
    assert scene.picture() == before and journal(store) == 0
    many = BY_NAME["cards_move"](scene)
    assert many.status_code == 200 and 'class="results"' in many.text


@pytest.mark.parametrize("deed", MOVING, ids=lambda deed: deed.name)
def test_a_task_deleted_meanwhile(scene: Scene, store: Store, deed: Deed) -> None:
    for column in scene.columns:
        for card in column.cards:
            scene.portal.act("admin", "tasks.task.delete", taskId=card)
    before = scene.picture()
    answer = deed(scene)
    if deed.name == "cards_move":
        assert answer.status_code == 200 and 'class="results"' in answer.text
    else:
        assert answer.status_code == 404 and "toast--error" in answer.text
    assert scene.picture() == before
    undoable = [json.loads(one)["undo"] for (one,) in store.rows("SELECT change FROM journal_entry")]
    assert not [one for one in undoable if one]


def test_an_undo_of_what_is_gone(scene: Scene) -> None:
    """The task went after it was moved: the undo says so, and may be tried again."""
    card = scene.columns[scene.full(3)].cards[1]
    answer = BY_NAME["card_move"](scene)
    scene.portal.act("admin", "tasks.task.delete", taskId=card)
    before = scene.picture()
    for _ in range(2):
        refused(scene.person.post(undo_address(answer)), 404)
    assert scene.picture() == before


def test_a_deletion_is_undone_without_what_others_moved_on(scene: Scene) -> None:
    answer = BY_NAME["stage_delete"](scene)
    moved = scene.columns[1].cards[0]
    scene.portal.act("moderator", "task.stages.movetask", id=moved, stageId=scene.columns[0].stage_id)
    back = finish(scene.person, scene.person.post(undo_address(answer)))
    assert back.status_code == 200 and "toast--warn" in back.text
    where = {row[0]: title for title, _color, rows in scene.picture() for row in rows}
    assert where[str(moved)] == scene.columns[0].title
    assert where[str(scene.columns[1].cards[1])] == scene.columns[1].title


def test_an_old_undo_finds_a_stage_that_was_deleted_and_restored(scene: Scene) -> None:
    """Rename, delete, restore, then undo the rename: the stage has another id by then."""
    renamed = BY_NAME["stage_rename"](scene)
    deleted = BY_NAME["stage_delete"](scene.look())
    finish(scene.person, scene.person.post(undo_address(deleted)))
    assert scene.person.post(undo_address(renamed)).status_code == 200
    assert [one[0] for one in scene.picture()] == [
        one.title if i != 1 else "In progress" for i, one in enumerate(scene.columns)
    ]


# --- rights ---
@pytest.mark.parametrize("deed", SHAPING, ids=lambda deed: deed.name)
def test_a_right_withdrawn_before_the_action(scene: Scene, store: Store, deed: Deed) -> None:
    scene.portal.post("group", user=scene.portal.user("owner"), group=scene.group_id, role="K")
    before = scene.picture()
    answer = deed(scene)
    if deed.name == "stage_delete":
        assert answer.status_code == 200 and "job_id" not in answer.text, "the dialog says why not"
        assert "Moderatoren" in answer.text
    else:
        refused(answer, 403)
    assert [one[:2] for one in scene.picture()] == [one[:2] for one in before]


def test_an_admin_who_is_one_no_more(open_as: Opener, installed: Sandbox, store: Store) -> None:
    """The session still says admin; the portal has the last word."""
    scene = scene_of(open_as, installed, "admin")
    before = scene.picture()
    installed.fault("task.stages.update", "command_error", code="ACCESS_DENIED", status=403, times=None)
    refused(BY_NAME["stage_rename"](scene), 403)
    installed.delete("faults")
    assert scene.picture() == before and journal(store) == 0


@pytest.mark.parametrize("deed", SHAPING + MOVING, ids=lambda deed: deed.name)
def test_somebody_thrown_out_of_the_project(scene: Scene, store: Store, deed: Deed) -> None:
    scene.portal.post("group", user=scene.portal.user("owner"), group=scene.group_id, role=None)
    before = scene.picture()
    answer = deed(scene)
    if answer.status_code == 200:  # each card has its reason
        assert 'class="results"' in answer.text and "toast--ok" not in answer.text, answer.text
    else:
        refused(answer, 403, 404)
    assert scene.picture() == before
