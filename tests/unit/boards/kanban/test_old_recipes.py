"""Rows of the journal as older releases wrote them: read as recipes, and written again as they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from boards.core.change import Change
from boards.core.recipes import Recipe, UnknownRecipe, from_data, to_data

MOVE_STAGE = {"op": "move_stage", "stage_id": 5, "after_id": 0, "order": [5, 6], "expected": [6, 5]}
RENAME = {"op": "rename_stage", "stage_id": 5, "title": "Old", "expected": "New"}
RECOLOR = {"op": "recolor_stage", "stage_id": 5, "color": "A1B2C3", "expected": "FF0000"}
DELETE = {"op": "delete_stage", "stage_id": 7, "target_id": 0, "off_front": 6}
RESTORE = {
    "op": "restore_stage",
    "stage_id": 7,
    "title": "Gone",
    "color": "#f0a",
    "after_id": 6,
    "order": [5, 6, 7],
    "moved": [[31, 5], [32, 5]],
}
MOVE_CARD = {
    "op": "move_card",
    "task_id": 31,
    "stage_id": 5,
    "before": 0,
    "after": 30,
    "was_stage": 6,
    "was_before": 33,
    "was_after": 0,
}
MOVE_CARDS = {
    "op": "move_cards",
    "moves": [[31, 5, 0, 30], [32, 5, 0, 31]],
    "places": {"31": [33, 0], "32": [0, 31]},
    "from": {"31": 6, "32": 6},
}
EDIT_TASK = {
    "op": "edit_task",
    "task_id": 31,
    "values": {"title": "Old", "stage_id": 5},
    "extra": {"AUDITORS": [4], "STATUS": "2"},
    "first_of": 0,
    "spot": [0, 30],
    "expected": {"title": "New"},
    "beside": {"status": "2", "auditors": [4, 9]},
}
TASK_ACTIONS = {"op": "task_actions", "task_id": 31, "actions": ["renew", "start"], "seen": "5"}
WRITE_CARDS = {
    "op": "write_cards",
    "cards": [
        {"task_id": 31, "values": {"priority": 1}, "extra": {}, "actions": [], "seen": {"priority": 2}},
        {"task_id": 32, "values": {}, "extra": {}, "actions": ["renew"], "seen": {}},
    ],
}
WRITTEN = [
    MOVE_STAGE, RENAME, RECOLOR, DELETE, RESTORE, MOVE_CARD, MOVE_CARDS, EDIT_TASK, TASK_ACTIONS, WRITE_CARDS
]  # fmt: skip


@pytest.mark.parametrize("data", WRITTEN, ids=[data["op"] for data in WRITTEN])
def test_what_older_releases_wrote_is_read_and_written_alike(data: dict[str, Any]) -> None:
    recipe = from_data(json.loads(json.dumps(data)))
    assert isinstance(recipe, Recipe)
    assert json.loads(json.dumps(to_data(recipe))) == data


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (MOVE_STAGE, {"expected"}),
        (MOVE_CARDS, {"from"}),
        (TASK_ACTIONS, {"seen"}),
        (EDIT_TASK, {"spot", "beside", "first_of"}),
        (EDIT_TASK | {"beside": {}}, set()),
        ({"op": "write_cards", "cards": [{"task_id": 1, "values": {}, "extra": {}, "actions": []}]}, set()),
    ],
)
def test_what_still_older_ones_left_out_has_a_default(data: dict[str, Any], missing: set[str]) -> None:
    assert isinstance(from_data({key: value for key, value in data.items() if key not in missing}), Recipe)


def test_what_this_release_does_not_know_is_left_alone() -> None:
    for data in ({"op": "fold_stage", "by": 3}, RENAME | {"and": "more"}, RENAME | {"stage_id": "five"}):
        recipe = from_data(data)
        assert isinstance(recipe, UnknownRecipe)
        assert to_data(recipe) == data


def test_a_whole_row_is_read() -> None:
    text = json.dumps(
        {
            "kind": "stage_rename",
            "board_key": "g12",
            "target": 5,
            "label": "New",
            "before": {"title": "Old"},
            "after": {"title": "New"},
            "undo": RENAME,
            "notices": [],
            "aliases": {},
        }
    )
    for _ in range(2):
        change = Change.from_json(text)
        text = change.to_json()
    assert isinstance(change.undo, Recipe) and to_data(change.undo) == RENAME


def test_ids_are_those_of_now() -> None:
    table = {5: 50, 6: 60}

    def now(data: dict[str, Any]) -> dict[str, Any]:
        recipe = from_data(data)
        assert isinstance(recipe, Recipe)
        data = to_data(recipe.now(lambda key: table.get(key, key)))
        return json.loads(json.dumps(data))  # type: ignore[no-any-return]

    assert now(MOVE_STAGE) == MOVE_STAGE | {"stage_id": 50, "order": [50, 60], "expected": [60, 50]}
    assert now(MOVE_CARD) == MOVE_CARD | {"stage_id": 50, "was_stage": 60}
    assert now(MOVE_CARDS)["moves"] == [[31, 50, 0, 30], [32, 50, 0, 31]]
    assert now(MOVE_CARDS)["from"] == {"31": 60, "32": 60}
    assert now(RESTORE) == RESTORE, "the deleted stage keeps its old id"
