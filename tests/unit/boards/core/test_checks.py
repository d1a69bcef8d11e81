"""Changes as JSON, orders of stages, titles: properties that must hold for anything."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boards.core.change import Change, Kind, NoticeCode
from boards.core.checks import require_deadline, require_tags, require_title
from boards.core.errors import BadInput, BadInputCode
from boards.core.model import Filters, Notice, Stage
from boards.core.recipes import Recipe, UnknownRecipe
from boards.core.tasks import TaskEdit
from boards.kanban import stage_order as lists
from boards.kanban.stages import RenameStage
from boards.kanban.task_edits import current, edit_of, values_of

texts = st.text(max_size=30)
leaves = st.none() | st.booleans() | st.integers() | texts
trees: Any = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3), max_leaves=4)
maps = st.dictionaries(texts, trees, max_size=4)
renames = st.builds(RenameStage, stage_id=st.integers(), title=texts, expected=texts)


@settings(max_examples=40)
@given(
    st.sampled_from(Kind),
    st.integers(),
    texts,
    maps,
    maps,
    st.none()
    | maps.map(UnknownRecipe)
    | st.builds(RenameStage, stage_id=st.integers(), title=texts, expected=texts),
    st.lists(st.builds(Notice, st.sampled_from(NoticeCode), maps), max_size=3).map(tuple),
    st.dictionaries(st.integers(1), st.integers(1), max_size=3),
)
def test_a_change_survives_the_journal(
    kind: Kind,
    target: int,
    label: str,
    before: dict[str, Any],
    after: dict[str, Any],
    undo: Recipe | UnknownRecipe | None,
    notices: tuple[Notice, ...],
    aliases: dict[int, int],
) -> None:
    change = Change(kind, "g12", target, label, before, after, undo, notices, aliases)
    again = Change.from_json(change.to_json())
    assert again == change
    assert again.undoable == (undo is not None)


def test_a_journal_row_that_is_no_change() -> None:
    for text in ("", "[]", "{}", '{"kind":"party"}'):
        with pytest.raises((ValueError, KeyError, TypeError)):
            Change.from_json(text)


boards = st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True).map(
    lambda ids: lists.numbered([Stage(one, f"S{one}", "47D1E2", 0) for one in ids])
)


@given(boards, st.data())
def test_a_move_and_its_way_back(stages: tuple[Stage, ...], data: st.DataObject) -> None:
    ids = lists.ids(stages)
    stage_id = data.draw(st.sampled_from(ids))
    after_id = data.draw(st.sampled_from((0, 999, *ids)))
    after = lists.moved(stages, stage_id, after_id)
    assert sorted(lists.ids(after)) == sorted(ids)
    assert [one.sort for one in after] == [100 * (index + 1) for index in range(len(after))]
    assert [one.is_first for one in after] == [True] + [False] * (len(after) - 1)
    assert lists.is_noop(stages, stage_id, after_id) == (lists.ids(after) == ids)
    if after_id in ids and after_id != stage_id:
        assert lists.predecessor(after, stage_id) == after_id
    assert lists.moved(after, stage_id, lists.predecessor(stages, stage_id)) == stages


@given(boards, st.data())
def test_what_is_added_can_be_taken_away(stages: tuple[Stage, ...], data: st.DataObject) -> None:
    after_id = data.draw(st.sampled_from((0, 999, *lists.ids(stages))))
    one = Stage(500, "New", "000000", 0)
    after = lists.inserted(stages, one, after_id)
    assert lists.ids(lists.without(after, 500)) == lists.ids(stages)
    assert lists.predecessor(after, 500) == (stages[-1].id if after_id == 999 else after_id)


@given(boards, st.data())
def test_the_surviving_neighbour_was_before(stages: tuple[Stage, ...], data: st.DataObject) -> None:
    order = lists.ids(stages)
    gone = data.draw(st.sets(st.sampled_from(order)))
    stage_id = data.draw(st.sampled_from(order))
    left = [one for one in stages if one.id not in gone]
    found = lists.surviving_predecessor(left, order, stage_id)
    earlier = [one for one in order[: order.index(stage_id)] if one not in gone]
    assert found == (earlier[-1] if earlier else 0)


@given(texts)
def test_titles(text: str) -> None:
    try:
        title = require_title(text)
    except BadInput as error:
        assert error.code == BadInputCode.TITLE_BLANK
    else:
        assert title == title.strip()
        assert "\n" not in title
        assert require_title(title) == title


def test_deadlines() -> None:
    assert require_deadline("") == ""
    assert require_deadline("2026-05-01T10:00:00+02:00") == "2026-05-01T10:00:00+02:00"
    assert require_deadline("2026-05-01T10:00Z") == "2026-05-01T10:00:00+00:00"
    assert dt.datetime.fromisoformat(require_deadline("2026-05-01T10:00:00.5+02:00")).microsecond == 0


def test_tags() -> None:
    assert require_tags((" a  b ", "", "A B", "c")) == ("a b", "c")


@given(
    st.builds(
        TaskEdit,
        title=st.none() | texts,
        priority=st.none() | st.integers(0, 2),
        tags=st.none() | st.lists(texts).map(tuple),
        group_id=st.none() | st.integers(1),
    )
)
def test_edits_survive_the_journal(edit: TaskEdit) -> None:
    assert edit_of(values_of(edit)) == edit


def test_current_covers_every_field() -> None:
    from b24.methods.tasks import TaskRow

    names = [name for name in vars(TaskEdit()) if name != "add_tags"]
    assert sorted(current(TaskRow(1, "t"), names)) == sorted(names)


def test_filters_know_whether_they_do_anything() -> None:
    assert not Filters().active
    assert Filters(with_completed=True).active
