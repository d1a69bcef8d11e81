"""The table of what may be changed of a task."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from b24.methods.tasks import TaskRow
from boards.core.tasks import TASK_FIELDS, Card, TaskEdit, to_card, to_task
from boards.kanban.task_edits import current, edit_of, values_of, wire_fields
from tests.support.portal_scene import NOW

ROW = TaskRow(id=7, title="Draw the shelves", tags=("urgent",), parent_id=3, crm=("D_1",))


def test_each_field_of_an_edit_is_in_the_table() -> None:
    assert set(TASK_FIELDS) == {field.name for field in fields(TaskEdit)} - {"add_tags"}


@pytest.mark.parametrize("name", TASK_FIELDS)
def test_what_a_task_has_comes_back_from_the_journal_as_the_edit_that_sets_it(name: str) -> None:
    values = current(ROW, [name])
    edit = edit_of(json.loads(json.dumps(values)))
    assert values_of(edit) == values and not edit.empty


def test_an_empty_list_goes_out_as_one_empty_text() -> None:
    assert wire_fields({"tags": [], "title": ""}) == {"TAGS": [""], "TITLE": ""}


def test_a_task_shows_on_a_board_as_its_card_does() -> None:
    task, card = to_task(ROW, NOW), to_card(ROW, NOW)
    assert {field.name: getattr(task, field.name) for field in fields(Card)} == vars(card)
