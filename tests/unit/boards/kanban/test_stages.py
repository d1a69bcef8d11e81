"""Shaping stages: what is sent, what the board is afterwards, what is refused before."""

from __future__ import annotations

from typing import Any

import pytest

from b24.errors import AccessDenied, NotFound, PortalTimeout
from boards.core.change import Kind, NoticeCode
from boards.core.errors import BadInput
from boards.core.model import BoardRef
from boards.core.outcome import Outcome
from boards.kanban.load import load_board
from boards.kanban.stage_order import ids, is_noop
from boards.kanban.stages import add_stage, move_stage, recolor_stage, rename_stage
from tests.unit.boards.scene import ADMIN, GROUP, MEMBER, OWNER, Scene

REF = BoardRef(GROUP)
PLAN = BoardRef(0)


def codes(outcome: Outcome[Any]) -> list[str]:
    return [str(notice.code) for notice in outcome.notices]


def truth(scene: Scene) -> list[tuple[int, str, str, int]]:
    return [(stage.id, stage.title, stage.color, stage.sort) for stage in scene.board(GROUP)]


def told(outcome: Outcome[Any]) -> list[tuple[int, str, str, int]]:
    return [(stage.id, stage.title, stage.color, stage.sort) for stage in outcome.now]


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("target", [None, 0, 1, 2, "gone"])
def test_a_move_is_one_request_and_tells_the_truth(
    scene: Scene, which: int, target: int | str | None
) -> None:
    stage_id = scene.stage_ids[which]
    after_id = 0 if target is None else 9999 if target == "gone" else scene.stage_ids[int(target)]
    before = scene.picture()
    outcome = move_stage(scene.client, REF, scene.actor(), stage_id, after_id)
    assert scene.wire.count == 1
    assert told(outcome) == truth(scene)
    assert [stage.is_first for stage in outcome.now] == [True, False, False]
    assert (NoticeCode.ANCHOR_GONE in codes(outcome)) == (target == "gone")
    seen = {title: tasks for title, _, tasks in before}
    assert {title: tasks for title, _, tasks in scene.picture()} == seen  # nobody's cards changed columns


def test_noop_moves_are_known_beforehand(scene: Scene) -> None:
    stages = load_board(scene.client, REF, scene.actor()).stages
    first, second, third = scene.stage_ids
    assert is_noop(stages, first, 0)
    assert is_noop(stages, second, first)
    assert is_noop(stages, second, second)
    assert is_noop(stages, third, 9999)
    assert not is_noop(stages, second, 0)
    assert not is_noop(stages, first, third)


def test_rename_keeps_color_and_order(scene: Scene) -> None:
    stage_id = scene.stage_ids[1]
    outcome = rename_stage(scene.client, REF, scene.actor(), stage_id, "  Doing   now ")
    assert told(outcome) == truth(scene)
    assert scene.portal.stages[stage_id].title == "Doing now"
    assert outcome.change.kind == Kind.STAGE_RENAME
    assert (outcome.change.before["title"], outcome.change.after["title"]) == ("S2", "Doing now")
    assert scene.wire.sent("task.stages.update")[0]["fields"] == {"TITLE": "Doing now"}


@pytest.mark.parametrize(
    ("title", "code"),
    [("", "title_blank"), (" \t\n", "title_blank"), ("\u200b", "title_blank"), ("x" * 256, "title_too_long")],
)
def test_bad_titles_are_not_sent(scene: Scene, title: str, code: str) -> None:
    for action in (
        lambda: rename_stage(scene.client, REF, scene.actor(), scene.stage_ids[0], title),
        lambda: add_stage(scene.client, REF, scene.actor(), title, "abc", 0),
    ):
        with pytest.raises(BadInput) as caught:
            action()
        assert (caught.value.field, caught.value.code) == ("title", code)
    assert scene.wire.count == 0


def test_markup_and_references_in_a_title_stay_text(scene: Scene) -> None:
    for title in ("<b>&amp;", "$result[stages]", "ok 100% & more + ü 漢 🎉"):
        outcome = rename_stage(scene.client, REF, scene.actor(), scene.stage_ids[0], title)
        stored = scene.portal.stages[scene.stage_ids[0]].title
        assert stored.replace("\u2060", "") == title
        assert outcome.now[0].title == title


def test_recolor(scene: Scene) -> None:
    outcome = recolor_stage(scene.client, REF, scene.actor(), scene.stage_ids[2], " #abc ")
    assert told(outcome) == truth(scene)
    assert scene.portal.stages[scene.stage_ids[2]].color == "AABBCC"
    with pytest.raises(BadInput) as caught:
        recolor_stage(scene.client, REF, scene.actor(), scene.stage_ids[2], "bluish")
    assert caught.value.code == "color_invalid"
    assert scene.wire.count == 1


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_add_at_any_place(scene: Scene, position: int) -> None:
    after_id = 0 if position == 0 else scene.stage_ids[position - 1]
    cards = {title: tasks for title, _, tasks in scene.picture()}
    outcome = add_stage(scene.client, REF, scene.actor(), "Mine", "ff0000", after_id)
    assert scene.wire.count == 1
    assert told(outcome) == truth(scene)
    assert truth(scene)[position][1:3] == ("Mine", "FF0000")
    assert {title: tasks for title, _, tasks in scene.picture()} == {**cards, "Mine": []}
    assert outcome.change.target == truth(scene)[position][0]


def test_add_in_my_planner(scene: Scene) -> None:
    outcome = add_stage(scene.client, PLAN, scene.actor(), "Mine", "ff0000", 0)
    assert [stage.title for stage in scene.board(OWNER, "U")] == ["Mine", "P1", "P2", "P3"]
    assert ids(outcome.now) == tuple(stage.id for stage in scene.board(OWNER, "U"))
    assert outcome.change.board_key == "me"


def test_a_front_that_was_refused_is_told(scene: Scene) -> None:
    scene.refuse("task.stages.update", "ACCESS_DENIED", 400)
    outcome = add_stage(scene.client, REF, scene.actor(), "Mine", "ff0000", 0)
    assert codes(outcome) == ["not_in_place"]
    assert told(outcome) == truth(scene)


def test_seen_order_and_admin(scene: Scene) -> None:
    scene.become(ADMIN)
    first, second, third = scene.stage_ids
    with pytest.raises(AccessDenied):
        move_stage(scene.client, REF, scene.actor(), second, 0)
    outcome = move_stage(
        scene.client, REF, scene.actor(), second, 0, as_admin=True, seen=(third, first, second)
    )
    assert codes(outcome) == ["acted_as_admin", "board_changed_meanwhile"]
    scene.become(MEMBER)
    with pytest.raises(AccessDenied):
        move_stage(scene.client, REF, scene.actor(), second, third, as_admin=True)
    assert "isAdmin" not in scene.wire.sent("task.stages.update")[-1]


def test_a_stage_that_is_gone(scene: Scene) -> None:
    with pytest.raises(NotFound):
        rename_stage(scene.client, REF, scene.actor(), 9999, "x")


def test_a_stage_of_another_board_has_no_undo(scene: Scene) -> None:
    other = scene.add_group(13, {OWNER: "A"})
    outcome = rename_stage(scene.client, REF, scene.actor(), other[0], "x")
    assert codes(outcome) == ["stage_of_another_board"]
    assert outcome.change.undo is None


def test_somebody_renamed_it_meanwhile(scene: Scene) -> None:
    outcome = rename_stage(scene.client, REF, scene.actor(), scene.stage_ids[0], "New", seen_title="Old")
    assert codes(outcome) == ["stage_changed_since"]
    assert outcome.notices[0].values == {"field": "title", "old": "S1"}


# --- lost answers ---
@pytest.mark.parametrize("fate", ["before", "after"])
@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("front", [True, False])
def test_an_addition_is_never_made_twice(scene: Scene, fate: str, seen: bool, front: bool) -> None:
    scene.wire.lose = [fate]
    after_id = 0 if front else scene.stage_ids[1]
    outcome = add_stage(
        scene.client, REF, scene.actor(), "Mine", "FF0000", after_id, seen=scene.stage_ids if seen else None
    )
    assert [stage[1] for stage in truth(scene)].count("Mine") == 1
    assert told(outcome) == truth(scene)
    assert scene.wire.count == (2 if fate == "after" else 3)
    assert ("answer_lost_but_done" in codes(outcome)) == (fate == "after")
    assert outcome.change.target == next(stage[0] for stage in truth(scene) if stage[1] == "Mine")


def test_a_twin_that_was_seen_before_is_not_taken_for_ours(scene: Scene) -> None:
    scene.portal.stages[scene.stage_ids[1]].title = "Mine"
    scene.wire.lose = ["before"]
    add_stage(scene.client, REF, scene.actor(), "Mine", "47D1E2", scene.stage_ids[0], seen=scene.stage_ids)
    assert [stage[1] for stage in truth(scene)] == ["S1", "Mine", "Mine", "S3"]


def test_a_lost_answer_does_not_spoil_the_undo(scene: Scene) -> None:
    scene.wire.lose = ["after"]
    first, second, third = scene.stage_ids
    outcome = move_stage(scene.client, REF, scene.actor(), third, 0, seen=(first, second, third))
    assert outcome.change.undo is not None
    assert outcome.change.undo.after_id == second
    scene.wire.lose = ["after"]
    named = rename_stage(scene.client, REF, scene.actor(), first, "New", seen_title="S1")
    assert named.change.undo is not None
    assert named.change.undo.title == "S1"
    scene.wire.lose = ["after"]
    assert rename_stage(scene.client, REF, scene.actor(), first, "Newer").change.undo is None


def test_nobody_waits_for_two_timeouts(scene: Scene) -> None:
    scene.wire.lose, scene.wire.lost_error = ["before"], PortalTimeout
    with pytest.raises(PortalTimeout):
        move_stage(scene.client, REF, scene.actor(), scene.stage_ids[0], 0)
    assert scene.wire.count == 1


def test_who_sets_what_somebody_else_set_meanwhile_replaced_nothing(scene: Scene) -> None:
    client, actor, stage = scene.client, scene.actor(), scene.stage_ids[0]
    rename_stage(client, REF, actor, stage, "Same", seen_title="S1")
    again = rename_stage(client, REF, actor, stage, "Same", seen_title="S1")
    color = recolor_stage(client, REF, actor, stage, "00ff00", seen_color="A0A0A0").now[0].color
    painted = recolor_stage(client, REF, actor, stage, color, seen_color="A0A0A0")
    assert (codes(again), codes(painted)) == ([], [])
    assert codes(rename_stage(client, REF, actor, stage, "Other", seen_title="S1")) == ["stage_changed_since"]


def test_a_missing_undo_after_a_lost_answer_is_explained(scene: Scene) -> None:
    for change in (rename_stage, recolor_stage):
        scene.wire.lose = ["after"]
        outcome = change(scene.client, REF, scene.actor(), scene.stage_ids[0], "abcdef")
        assert outcome.change.undo is None
        assert codes(outcome) == ["value_before_unknown"]
