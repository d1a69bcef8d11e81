"""Copying between pipelines: every change known before it is made, a result for each."""

from __future__ import annotations

import pytest

from boards.core.change import Change, Kind
from boards.core.errors import BadInput
from boards.core.undo import undo_change
from boards.crm.changes import apply_copy
from boards.crm.copying import What, alike, copy_plan
from boards.crm.model import by_directory, only_directory
from tests.unit.boards.crm.scene import CrmScene


def differ(scene: CrmScene) -> None:
    """The second pipeline: other colors and names, other order, a stage of its own."""
    for code, name, color in (("NEW", "Neu", "#111111"), ("WORK", "In Arbeit", None)):
        row = scene.row(f"C3:{code}")
        row.name, row.color = name, color
    scene.row("C3:PREP").sort = 35
    scene.add("DEAL_STAGE_3", ("C3:OWN", "Own", 32, "#222222"))


def test_stages_are_alike_by_code_then_by_name_then_by_place(scene: CrmScene) -> None:
    differ(scene)
    scene.row("C3:WORK").status_id = "C3:BUSY"
    scene.row("C3:BUSY").name = "in progress "
    scene.row("C3:PREP").status_id = "C3:OTHER"
    scene.row("C3:OTHER").name = "Other"
    source, target = scene.directory(), scene.directory("DEAL_STAGE_3")
    names = {stage.id: stage.status_id for stage in target.stages}
    pairs = alike(source, target, by_place=True)
    found = {names[stage_id]: like.status_id for stage_id, like in pairs.items()}
    assert found == {
        "C3:NEW": "NEW",
        "C3:BUSY": "WORK",
        "C3:OWN": "PREP",
        "C3:WON": "WON",
        "C3:LOSE": "LOSE",
        "C3:APOLOGY": "APOLOGY",
    }
    assert "C3:OWN" not in {names[stage_id] for stage_id in alike(source, target, by_place=False)}


def test_the_preview_names_every_change_and_sends_nothing(scene: CrmScene) -> None:
    differ(scene)
    source, target = scene.directory(), scene.directory("DEAL_STAGE_3")
    changes = copy_plan(source, [source, target], list(What))
    assert scene.wire.count == 0
    told = {(change.name, change.what): (change.before, change.after) for change in changes}
    assert told == {
        ("Neu", "color"): ("111111", "39A8EF"),
        ("In Arbeit", "color"): ("", "47E4C2"),
        ("Neu", "title"): ("Neu", "New"),
        ("In Arbeit", "title"): ("In Arbeit", "In progress"),
        ("Papers", "position"): (4, 2),
    }


def test_colors_only(scene: CrmScene) -> None:
    differ(scene)
    changes = copy_plan(scene.directory(), [scene.directory("DEAL_STAGE_3")], ["colors"])
    assert {change.what for change in changes} == {"color"}


def test_applied_in_one_request_and_back_in_one(scene: CrmScene) -> None:
    differ(scene)
    picture = scene.picture("DEAL_STAGE_3")
    source, target = scene.directory(), scene.directory("DEAL_STAGE_3")
    changes = copy_plan(source, [target], list(What))
    outcome = apply_copy(scene.client, scene.actor(), changes, seen=[target])
    assert scene.wire.count == 1 and not outcome.notices and outcome.change.kind == Kind.CRM_COPY
    assert outcome.change.board_key == "crm:DEAL_STAGE_3"
    now = only_directory(outcome)
    assert now and [(stage.code, stage.name) for stage in now.stages] == [
        ("NEW", "New"),
        ("PREP", "Papers"),
        ("WORK", "In progress"),
        ("OWN", "Own"),
        ("WON", "Won"),
        ("LOSE", "Lost"),
        ("APOLOGY", "Why lost"),
    ]
    assert not copy_plan(source, outcome.now, ["colors", "names", "order"])
    back = undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.wire.count == 2 and not back.notices
    assert [row[:3] for row in scene.picture("DEAL_STAGE_3")] == [row[:3] for row in picture]


def test_several_targets_have_a_result_each(scene: CrmScene) -> None:
    differ(scene)
    scene.row("DT128_7:NEW").color = "#000000"
    targets = [scene.directory("DEAL_STAGE_3"), scene.directory("DYNAMIC_128_STAGE_7")]
    changes = copy_plan(scene.directory(), targets, ["colors"])
    scene.refuse("crm.status.update", "", after=len(changes) - 1)  # the last is that of the smart process
    outcome = apply_copy(scene.client, scene.actor(), changes, seen=targets)
    assert scene.wire.count == 1
    results = by_directory(outcome.results)
    assert [result.error is None for result in results["DEAL_STAGE_3"]] == [True, True]
    assert {result.error is None for result in results["DYNAMIC_128_STAGE_7"]} == {True, False}


def test_nothing_to_copy(scene: CrmScene) -> None:
    target = scene.directory("DEAL_STAGE_3")
    assert copy_plan(scene.directory(), [target], list(What)) == ()
    with pytest.raises(BadInput):
        apply_copy(scene.client, scene.actor(), [])
