"""Rows of the journal and jobs of the release before: read, written again as they were, undone, finished.

The documents are literal, in the shape that release wrote. The rows and items are those of the scene.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from boards.core import jobs
from boards.core.change import Change, Kind
from boards.core.recipes import Recipe, UnknownRecipe, from_data, known_tags, to_data
from boards.core.undo import undo_change, undo_job
from boards.crm.changes import WriteRows
from boards.crm.deletion import MoveItemsBack
from boards.crm.jobs import CrmDeletionJob, CrmRestoreJob, DeleteRow, RestoreRow
from tests.unit.boards.crm.scene import CrmScene

ENTITY = "DEAL_STAGE"
WITH_PREP = (
    '{"start":"NEW","stages":[[101,"NEW","New",10,"#39A8EF","",1],[102,"PREP","Papers",20,"2FC6F6","",0]]}'
)
WITH_CHECK = (
    '{"start":"NEW","stages":[[101,"NEW","New",10,"#39A8EF","",1],[120,"CHECK","Check",25,"#AABBCC","",0]]}'
)

RENAMED = """{"op":"crm_rows","kind":"crm_rename","rows":[{"id":102,"entity_id":"DEAL_STAGE",
    "status_id":"PREP","was":{"name":"Before"},"expected":{"name":"Papers"}}]}"""
ORDERED = """{"op":"crm_rows","kind":"crm_order","rows":[{"id":102,"entity_id":"DEAL_STAGE",
    "status_id":"PREP","was":{"sort":35},"expected":{"sort":20}}]}"""
RECOLORED = """{"op":"crm_rows","kind":"crm_recolor","rows":[{"id":101,"entity_id":"DEAL_STAGE",
    "status_id":"NEW","was":{"color":""},"expected":{"color":"39A8EF"}},{"id":107,"entity_id":"DEAL_STAGE_3",
    "status_id":"C3:NEW","was":{"color":"#112233"},"expected":{"color":"39A8EF"}}]}"""
COPIED = """{"op":"crm_rows","kind":"crm_copy","rows":[{"id":107,"entity_id":"DEAL_STAGE_3",
    "status_id":"C3:NEW","was":{"name":"Neu","color":"#111111"},"expected":{"name":"New","color":"39A8EF"}},
    {"id":109,"entity_id":"DEAL_STAGE_3","status_id":"C3:WORK","was":{"sort":15},"expected":{"sort":30}}]}"""
ADDED = json.dumps(
    {
        "op": "crm_delete",
        "entity_id": "DEAL_STAGE",
        "id": 120,
        "status_id": "CHECK",
        "target_id": 0,
        "target_code": "",
        "seen": WITH_CHECK,
    }
)
ADDED_WITHOUT_SEEN = """{"op":"crm_delete","entity_id":"DEAL_STAGE","id":102,"status_id":"PREP",
    "target_id":101,"target_code":"NEW"}"""
DELETED = """{"op":"crm_restore","entity_id":"DEAL_STAGE","id":102,"status_id":"PREP","name":"Papers",
    "sort":20,"color":"2FC6F6","semantic":"process","system":false,"before":["NEW"],"left":[[101,"NEW",10,""],
    [103,"WORK",30,""],[104,"WON",40,"S"],[105,"LOSE",50,"F"],[106,"APOLOGY",60,"F"]],"moved":[1,2,3],
    "target_id":101,"target_code":"NEW"}"""
DELETED_OF_SYSTEM = """{"op":"crm_restore","entity_id":"DEAL_STAGE","id":105,"status_id":"LOSE","name":"Lost",
    "sort":50,"color":"#FF5752","semantic":"failure","system":true,"before":["NEW","PREP","WORK","WON"],
    "left":[[101,"NEW",10,""],[102,"PREP",20,""],[103,"WORK",30,""],[104,"WON",40,"S"],[106,"APOLOGY",60,"F"]],
    "moved":[],"target_id":0,"target_code":""}"""
ITEMS_MOVED = """{"op":"crm_items","entity_id":"DEAL_STAGE","items":[2,3],"from_code":"NEW","to_code":"PREP",
    "label":"Papers"}"""

RECIPES: list[tuple[str, type[Recipe]]] = [
    (RENAMED, WriteRows),
    (ORDERED, WriteRows),
    (RECOLORED, WriteRows),
    (COPIED, WriteRows),
    (ADDED, DeleteRow),
    (ADDED_WITHOUT_SEEN, DeleteRow),
    (DELETED, RestoreRow),
    (DELETED_OF_SYSTEM, RestoreRow),
    (ITEMS_MOVED, MoveItemsBack),
]


def change(kind: Kind, undo: str) -> Change:
    """A row of the journal, as the release before wrote it."""
    return Change.from_json(
        f"""{{"kind":"{kind}","board_key":"crm:DEAL_STAGE","target":102,"label":"Papers","before":{{}},
        "after":{{}},"undo":{undo},"notices":[],"aliases":{{}}}}"""
    )


@pytest.mark.parametrize(("text", "known"), RECIPES)
def test_a_recipe_is_read_and_written_again_as_it_was(text: str, known: type[Recipe]) -> None:
    found = from_data(json.loads(text))
    assert type(found) is known
    assert json.loads(json.dumps(to_data(found))) == json.loads(text)


def test_every_recipe_of_the_crm_is_shown_here() -> None:
    ours = {tag for tag in known_tags() if tag.startswith("crm_")}
    assert {json.loads(text)["op"] for text, _ in RECIPES} == ours


@pytest.mark.parametrize(
    "changed",
    [{"new": 1}, {"kind": "crm_later"}, {"rows": [{"id": 102, "was": {"icon": "x"}}]}],
)
def test_what_a_newer_release_wrote_is_kept_as_it_is(changed: dict[str, Any]) -> None:
    data = json.loads(RENAMED) | changed
    found = from_data(data)
    assert isinstance(found, UnknownRecipe) and to_data(found) == data


def _values(scene: CrmScene) -> None:
    assert scene.row("PREP").name == "Before"


def _order(scene: CrmScene) -> None:
    assert [row.status_id for row in scene.of(ENTITY)][:3] == ["NEW", "WORK", "PREP"]


def _colors(scene: CrmScene) -> None:
    assert [scene.row(code).color for code in ("NEW", "C3:NEW")] == ["#", "#112233"]


def _copies(scene: CrmScene) -> None:
    row = scene.row("C3:NEW")
    assert (row.name, row.color, scene.row("C3:WORK").sort) == ("Neu", "#111111", 15)


@pytest.mark.parametrize(
    ("kind", "text", "check"),
    [
        (Kind.CRM_RENAME, RENAMED, _values),
        (Kind.CRM_ORDER, ORDERED, _order),
        (Kind.CRM_RECOLOR, RECOLORED, _colors),
        (Kind.CRM_COPY, COPIED, _copies),
    ],
)
def test_old_values_come_back(
    scene: CrmScene, kind: Kind, text: str, check: Callable[[CrmScene], None]
) -> None:
    back = undo_change(scene.client, scene.actor(), change(kind, text))
    check(scene)
    assert scene.wire.count == 1 and back.change.kind == kind and not back.notices
    again = undo_change(scene.client, scene.actor(), Change.from_json(back.change.to_json()))
    assert not again.notices


def test_an_addition_is_taken_away(scene: CrmScene) -> None:
    scene.portal.counters["crm_status"] = 119
    scene.add(ENTITY, ("CHECK", "Check", 25, "#AABBCC"))
    back = undo_change(scene.client, scene.actor(), change(Kind.CRM_ADD, ADDED))
    assert 120 not in scene.rows and back.change.kind == Kind.CRM_DELETE and scene.wire.count == 1


def test_a_restored_row_is_taken_away_with_its_items(scene: CrmScene) -> None:
    items = scene.fill(2, "PREP", 3)
    job = undo_job(change(Kind.CRM_RESTORE, ADDED_WITHOUT_SEEN), scene.actor())
    assert isinstance(job, CrmDeletionJob) and job.label == "Papers"
    jobs.run(scene.client, scene.actor(), job)
    assert 102 not in scene.rows and scene.at("NEW") == items


def test_a_deleted_row_comes_back_with_its_items(scene: CrmScene) -> None:
    picture = scene.picture(ENTITY)
    items = scene.fill(2, "NEW", 3)
    del scene.rows[102]
    back = undo_change(scene.client, scene.actor(), change(Kind.CRM_DELETE, DELETED))
    assert scene.at("PREP") == items and back.change.kind == Kind.CRM_RESTORE
    assert [row[:3] for row in scene.picture(ENTITY)] == [row[:3] for row in picture]


def test_a_deleted_row_of_the_system_comes_back(scene: CrmScene) -> None:
    del scene.rows[105]
    undo_change(scene.client, scene.actor(), change(Kind.CRM_DELETE, DELETED_OF_SYSTEM))
    row = scene.row("LOSE")
    assert (row.name, row.sort, row.color, row.semantics) == ("Lost", 50, "#FF5752", "F")


def test_moved_items_go_back(scene: CrmScene) -> None:
    items = scene.fill(2, "NEW", 3)
    back = undo_change(scene.client, scene.actor(), change(Kind.CRM_ITEMS_MOVE, ITEMS_MOVED))
    assert scene.at("PREP") == items[1:] and back.change.after == {"count": 2}


# --- jobs ---
DELETION_JOB = json.dumps(
    {
        "job": "crm_delete",
        "board_key": "crm:DEAL_STAGE",
        "stage_id": 102,
        "target_id": 101,
        "as_admin": False,
        "off_front": 0,
        "queue": [3],
        "moved": [1, 2],
        "failed": [],
        "order": [1, 2],
        "seen": [],
        "planned": True,
        "refusals": 0,
        "finished": False,
        "code": "PREP",
        "target_code": "NEW",
        "forced": False,
        "label": "Papers",
        "plan_text": WITH_PREP,
    }
)
RESTORE_JOB = json.dumps(
    {
        "job": "crm_restore",
        "board_key": "crm:DEAL_STAGE",
        "old_id": 99,
        "title": "Papers",
        "color": "2FC6F6",
        "after_id": 0,
        "order": [],
        "unchecked": [[1, 0], [2, 0], [3, 0]],
        "as_admin": False,
        "new_id": 102,
        "queue": [],
        "last": 0,
        "returned": 0,
        "failed": 0,
        "left_alone": 0,
        "target_id": 101,
        "stages": [],
        "notices": [["board_changed_meanwhile", []]],
        "finished": False,
        "code": "PREP",
        "sort": 20,
        "semantic": "process",
        "system": False,
        "target_code": "NEW",
        "before": ["NEW"],
        "left": [[101, "NEW", 10, ""], [104, "WON", 40, "S"]],
        "now_text": WITH_PREP,
        "name": "General",
    }
)


@pytest.mark.parametrize("text", [DELETION_JOB, RESTORE_JOB])
def test_a_job_is_read_and_written_again_as_it_was(text: str) -> None:
    assert json.loads(jobs.job_from_json(text).to_json()) == json.loads(text)


def test_a_deletion_that_was_begun_is_finished(scene: CrmScene) -> None:
    scene.fill(2, "NEW", 2)
    scene.fill(2, "PREP", 1)
    job = jobs.job_from_json(DELETION_JOB)
    assert isinstance(job, CrmDeletionJob) and (job.total, job.done) == (3, 2)
    outcome = jobs.run(scene.client, scene.actor(), job)
    assert 102 not in scene.rows and outcome.change.after["moved"] == 3
    undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.at("PREP") == [1, 2, 3]


def test_bringing_back_that_was_begun_is_finished(scene: CrmScene) -> None:
    scene.fill(2, "NEW", 3)
    job = jobs.job_from_json(RESTORE_JOB)
    assert isinstance(job, CrmRestoreJob)
    outcome = jobs.run(scene.client, scene.actor(), job)
    assert scene.at("PREP") == [1, 2, 3] and outcome.change.after["returned"] == 3
    assert outcome.change.label == "Papers" and outcome.now[0].name == "General"
    assert [str(notice.code) for notice in outcome.notices] == [
        "board_changed_meanwhile",
        "crm_rules_may_run",
    ]
