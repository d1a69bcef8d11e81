"""Adding tags to many cards with what the person saw of them: one request, and nobody's tag is lost."""

from __future__ import annotations

from typing import Any

import pytest

from b24.errors import ActionUnavailable, NotFound, OutcomeUnknown
from boards.core.outcome import Outcome
from boards.core.tasks import TaskEdit
from boards.core.undo import undo_change
from boards.kanban.bulk import change_cards
from tests.unit.boards.scene import Scene

NEW = TaskEdit(add_tags=("new",))


def tag(scene: Scene, **seen: list[str]) -> Outcome[Any]:
    """Tag these tasks ("t5"), with the tags that the page showed."""
    hints = {int(key[1:]): tags for key, tags in seen.items()}
    return change_cards(scene.client, scene.actor(), list(hints), NEW, seen_tags=hints)


def test_cards_as_they_were_seen_cost_one_request(scene: Scene) -> None:
    scene.portal.tasks[5].tags = ["a", "b"]
    outcome = tag(scene, t5=["a", "b"], t6=[])
    assert scene.wire.count == 1
    assert (scene.portal.tasks[5].tags, scene.portal.tasks[6].tags) == (["a", "b", "new"], ["new"])
    assert {card.id: card.tags for card in outcome.now} == {5: ("a", "b", "new"), 6: ("new",)}
    undo_change(scene.client, scene.actor(), outcome.change, lambda one: one)
    assert (scene.portal.tasks[5].tags, scene.portal.tasks[6].tags) == (["a", "b"], [])


def test_a_tag_the_page_did_not_show_yet_stays(scene: Scene) -> None:
    scene.portal.tasks[5].tags = ["a", "just added"]
    outcome = tag(scene, t5=["a", "just removed"], t6=[])
    assert scene.wire.count == 2
    assert len(scene.wire.sent("tasks.task.update")) == 3
    assert scene.portal.tasks[5].tags == ["a", "just added", "new"]
    assert {card.id: card.tags for card in outcome.now}[5] == ("a", "just added", "new")
    assert outcome.change.after["count"] == 2
    undo_change(scene.client, scene.actor(), outcome.change, lambda one: one)
    assert (scene.portal.tasks[5].tags, scene.portal.tasks[6].tags) == (["a", "just added"], [])


def test_a_card_seen_with_the_tag_gets_it_when_it_is_gone(scene: Scene) -> None:
    scene.portal.tasks[5].tags = ["a"]
    scene.portal.tasks[6].tags = ["new"]
    tag(scene, t5=["a", "new"], t6=["new"])
    assert scene.wire.count == 2
    assert len(scene.wire.sent("tasks.task.update")) == 1
    assert scene.portal.tasks[5].tags == ["a", "new"]


def test_a_refused_card_is_tried_once(scene: Scene) -> None:
    scene.protect(5)
    scene.portal.tasks[5].tags = ["unseen"]
    outcome = tag(scene, t5=[], t6=[], t999=[])
    assert scene.wire.count == 1
    assert [type(result.error) for result in outcome.results] == [ActionUnavailable, type(None), NotFound]
    assert scene.portal.tasks[5].tags == ["unseen"]


@pytest.mark.parametrize("fate", ["before", "after"])
def test_a_repair_that_gets_lost_is_made_again(scene: Scene, fate: str) -> None:
    scene.portal.tasks[5].tags = ["real"]
    scene.wire.lost_error = OutcomeUnknown
    scene.wire.lose = ["", fate]
    outcome = tag(scene, t5=["seen"])
    assert scene.portal.tasks[5].tags == ["real", "new"]
    assert [result.error for result in outcome.results] == [None]


def test_a_repair_that_fails_is_told_and_can_be_taken_back(scene: Scene) -> None:
    """The guess went through, so the change must be in the journal with the tags that really were."""
    scene.portal.tasks[5].tags = ["real"]
    scene.wire.lost_error = OutcomeUnknown
    scene.wire.lose = ["", "before", "before"]
    outcome = tag(scene, t5=["seen"])
    assert [type(result.error) for result in outcome.results] == [OutcomeUnknown]
    assert outcome.change.before["cards"]["5"]["tags"] == ["real"]
    assert outcome.change.after["cards"]["5"]["tags"] == ["seen", "new"]
    undo_change(scene.client, scene.actor(), outcome.change, lambda one: one)
    assert scene.portal.tasks[5].tags == ["real"]
