"""Deleting: what stays and why, items moved in portions, and everything back again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24.errors import AccessDenied, StageIsSystem, StageNotEmpty
from boards.core import jobs
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode, MoveIgnored, StageGone, StageStays
from boards.core.model import CardResult, Denial
from boards.core.undo import undo_change, undo_job
from boards.crm.deletion import CrmDeletionPlan, delete_row, move_items, plan_deletion
from boards.crm.jobs import start_deletion
from boards.crm.model import CrmOutcome
from sandbox.rest.registry import Listing
from sandbox.state.crm import DEAL
from tests.support.portal_scene import instead
from tests.unit.boards.crm.scene import READER, CrmScene

ENTITY = "DEAL_STAGE"


def plan(scene: CrmScene, code: str, entity_id: str = ENTITY) -> CrmDeletionPlan:
    return plan_deletion(scene.client, scene.actor(), entity_id, scene.row(code).id)


def finish(scene: CrmScene, job: jobs.Job) -> tuple[CrmOutcome, list[CardResult]]:
    """All steps, each through JSON, with a bound on their number."""
    results: list[CardResult] = []
    for _ in range(60):
        progress = jobs.advance(scene.client, scene.actor(), jobs.job_from_json(job.to_json()))
        results += progress.results
        job = progress.job
        if progress.finished:
            assert progress.outcome
            return progress.outcome, results
    raise AssertionError("it does not end")


def delete(scene: CrmScene, code: str, target: str = "NEW", entity_id: str = ENTITY) -> CrmOutcome:
    asked = plan(scene, code, entity_id)
    target_id = scene.row(target).id if target else 0
    return finish(scene, start_deletion(asked, target_id, forced=True))[0]


def codes(outcome: CrmOutcome) -> set[str]:
    return {str(notice.code) for notice in outcome.notices}


# --- the plan ---
def test_the_plan_is_one_request_and_changes_nothing(scene: CrmScene) -> None:
    scene.fill(2, "PREP", 120)
    scene.fill(2, "C3:PREP", 5)
    rows = scene.copy_rows()
    found = plan(scene, "PREP")
    assert scene.wire.count == 1 and scene.copy_rows() == rows
    assert (found.total, len(found.item_ids), found.complete, found.refusal) == (120, 120, True, None)
    assert [stage.status_id for stage in found.others] == ["NEW", "WORK", "WON", "LOSE", "APOLOGY"]
    assert found.directory.name == "General"


@pytest.mark.parametrize(
    ("code", "refusal", "system"),
    [
        ("NEW", Denial.CRM_START_STAGE, True),
        ("PREP", None, False),
        ("WON", Denial.CRM_SUCCESS_STAGE, True),
        ("LOSE", None, True),
        ("APOLOGY", None, False),
    ],
)
def test_what_a_pipeline_needs_stays(
    scene: CrmScene, code: str, refusal: Denial | None, system: bool
) -> None:
    found = plan(scene, code)
    assert (found.refusal, found.system) == (refusal, system)
    if refusal:
        with pytest.raises(StageStays):
            start_deletion(found, found.others[0].id, forced=True)


def test_the_last_failure_stage_stays(scene: CrmScene) -> None:
    delete(scene, "APOLOGY", "")
    assert plan(scene, "LOSE").refusal == Denial.CRM_LAST_FAILURE


def test_a_list_needs_nothing(scene: CrmScene) -> None:
    found = plan(scene, "CALL", "SOURCE")
    assert (found.refusal, found.total, found.system) == (None, 0, True)


def test_a_reader_sees_why(scene: CrmScene) -> None:
    scene.become(READER)
    assert plan(scene, "PREP").refusal == Denial.CRM_READ_ONLY


def test_a_row_that_is_gone_and_no_access(scene: CrmScene) -> None:
    with pytest.raises(StageGone):
        plan_deletion(scene.client, scene.actor(), ENTITY, 7)
    scene.portal.crm.rights.clear()
    with pytest.raises(AccessDenied):
        plan(scene, "PREP")


def test_choices_are_checked_before_anything_is_sent(scene: CrmScene) -> None:
    scene.fill(2, "LOSE", 1)
    found = plan(scene, "LOSE")
    wrong = {0: "target_stage_id", found.stage.id: "target_stage_id", found.others[0].id: "forced"}
    for target_id, field in wrong.items():
        with pytest.raises(BadInput) as caught:
            start_deletion(found, target_id)
        assert caught.value.field == field
    assert caught.value.code == BadInputCode.FORCED_NEEDED
    assert start_deletion(found, found.others[0].id, forced=True).forced


# --- the deletion ---
def test_an_empty_stage_is_one_request_and_comes_back_as_it_was(scene: CrmScene) -> None:
    picture = scene.picture(ENTITY)
    asked = plan(scene, "PREP")
    scene.wire.requests.clear()
    outcome, _ = finish(scene, start_deletion(asked))
    assert scene.wire.count == 1
    assert "PREP" not in [row.status_id for row in scene.of(ENTITY)] and not outcome.notices
    assert outcome.change.before["title"] == "Papers" and outcome.change.before["position"] == 2
    back = undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.wire.count == 2
    assert [(*row[:3], row[4]) for row in scene.picture(ENTITY)] == [(*row[:3], row[4]) for row in picture]
    assert scene.row("PREP").color == "#2FC6F6"
    undo_change(scene.client, scene.actor(), back.change)
    assert "PREP" not in [row.status_id for row in scene.of(ENTITY)]


def test_items_move_in_portions_and_come_back(scene: CrmScene) -> None:
    items = scene.fill(2, "PREP", 120)
    scene.fill(2, "NEW", 3)
    asked = plan(scene, "PREP")
    scene.wire.requests.clear()
    outcome, results = finish(scene, start_deletion(asked, scene.row("NEW").id))
    assert scene.wire.count == 4 and len(results) == 120
    assert len(scene.at("NEW")) == 123 and outcome.change.after["moved"] == 120
    assert codes(outcome) == {NoticeCode.CRM_RULES_MAY_RUN}
    job = undo_job(outcome.change, scene.actor())
    assert job is not None
    scene.portal.crm.items[DEAL, items[0]].stage_id = "WON"  # somebody moved it on: it stays there
    back, _ = finish(scene, job)
    assert scene.at("PREP") == items[1:] and scene.at("WON") == items[:1]
    assert back.change.kind == Kind.CRM_RESTORE and back.change.after["returned"] == 119
    assert codes(back) == {NoticeCode.TASKS_LEFT_ALONE, NoticeCode.CRM_RULES_MAY_RUN}
    again = undo_change(scene.client, scene.actor(), back.change)
    assert again.change.kind == Kind.CRM_DELETE and len(scene.at("NEW")) == 122


def test_a_row_of_the_system_is_forced(scene: CrmScene) -> None:
    outcome = delete(scene, "LOSE", "")
    assert scene.wire.sent("crm.status.delete")[0]["params"] == {"FORCED": "Y"}
    back = undo_change(scene.client, scene.actor(), outcome.change)
    row = scene.row("LOSE")
    assert (row.semantics, row.sort, row.system) == ("F", 50, False)
    assert [notice.code for notice in back.notices] == [NoticeCode.CRM_NO_SYSTEM_ROW]


def test_a_code_nobody_can_add_has_no_way_back(scene: CrmScene) -> None:
    outcome = delete(scene, "1|CHAT", "", "SOURCE")
    assert outcome.change.undo is None
    assert codes(outcome) == {NoticeCode.CRM_CODE_CANNOT_RETURN}


def test_a_restored_stage_finds_its_neighbour(scene: CrmScene) -> None:
    change = delete(scene, "WORK", "").change
    del scene.rows[scene.deals[1]]
    scene.add(ENTITY, ("TAKEN", "Theirs", 30))
    back = undo_change(scene.client, scene.actor(), change)
    shown = [row.status_id for row in scene.of(ENTITY)]
    assert shown.index("NEW") < shown.index("WORK") < shown.index("WON")
    assert [notice.code for notice in back.notices] == [NoticeCode.BOARD_CHANGED_MEANWHILE]


def test_a_code_taken_meanwhile_keeps_the_stage_away(scene: CrmScene) -> None:
    change = delete(scene, "PREP", "").change
    scene.add(ENTITY, ("PREP", "Theirs", 25))
    with pytest.raises(BadInput) as caught:
        undo_change(scene.client, scene.actor(), change)
    assert caught.value.code == BadInputCode.CODE_TAKEN


# --- what goes wrong ---
def test_items_that_refuse_keep_the_stage(scene: CrmScene) -> None:
    items = scene.fill(2, "PREP", 5)
    scene.refuse("crm.item.update", "ACCESS_DENIED", times=1)
    outcome, results = finish(scene, start_deletion(plan(scene, "PREP"), scene.row("NEW").id))
    assert [type(result.error) for result in results if result.error] == [AccessDenied]
    assert scene.row("PREP") and outcome.change.kind == Kind.CRM_ITEMS_MOVE
    assert outcome.change.label == "Papers" and outcome.change.after["count"] == 4
    assert NoticeCode.TASKS_NOT_MOVED in codes(outcome)
    scene.portal.crm.items[DEAL, items[4]].stage_id = "WON"
    back = undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.at("PREP") == items[:4] and back.change.after["count"] == 3
    undo_change(scene.client, scene.actor(), back.change)
    assert scene.at("NEW") == items[1:4]


def test_items_that_all_refuse_to_go_back_are_no_change(scene: CrmScene) -> None:
    scene.fill(DEAL, "PREP", 3)
    scene.refuse("crm.item.update", "ACCESS_DENIED", times=1)
    outcome, _ = finish(scene, start_deletion(plan(scene, "PREP"), scene.row("NEW").id))
    scene.refuse("crm.item.update", "ACCESS_DENIED")
    back = undo_change(scene.client, scene.actor(), outcome.change)
    assert back.nothing_done and len(back.failed) == 2 and back.change.undo is None
    with pytest.raises(AccessDenied):
        back.raise_if_nothing_done()


@pytest.mark.parametrize("unsure", [False, True])
def test_a_deletion_nobody_goes_on_with_can_give_its_items_back(scene: CrmScene, unsure: bool) -> None:
    items = scene.fill(2, "PREP", 3)
    job = start_deletion(plan(scene, "PREP"), scene.row("NEW").id)
    assert jobs.abandoned(job) is None
    moved = jobs.advance(scene.client, scene.actor(), job).job
    change = jobs.abandoned(moved, unsure=unsure)
    assert change and change.label == "Papers"
    if unsure:  # it may be gone: the items have a way back, the row has none
        assert change.kind == Kind.CRM_DELETE and change.after["moved"] == 3
        told = {NoticeCode.OUTCOME_UNKNOWN, NoticeCode.CRM_RULES_MAY_RUN}
    else:
        assert change.kind == Kind.CRM_ITEMS_MOVE and change.after["count"] == 3
        told = {NoticeCode.ABANDONED, NoticeCode.CRM_RULES_MAY_RUN}
    assert {notice.code for notice in change.notices} == told
    undo_change(scene.client, scene.actor(), Change.from_json(change.to_json()))
    assert scene.at("PREP") == items


def test_items_that_only_seem_to_move(scene: CrmScene) -> None:
    items = scene.fill(2, "PREP", 3)
    scene.ignore("crm.item.update", after=1, times=1)
    outcome, results = finish(scene, start_deletion(plan(scene, "PREP"), scene.row("NEW").id))
    assert [result.task_id for result in results if isinstance(result.error, MoveIgnored)] == [items[1]]
    assert scene.row("PREP") and NoticeCode.TASKS_NOT_MOVED in codes(outcome)


def test_items_that_came_meanwhile_are_moved_too(scene: CrmScene) -> None:
    scene.fill(2, "PREP", 2)
    job = start_deletion(plan(scene, "PREP"), scene.row("NEW").id)
    scene.fill(2, "PREP", 1)
    outcome, results = finish(scene, job)
    assert outcome.change.kind == Kind.CRM_DELETE and len(results) == 3


def test_items_nobody_sees_keep_the_stage(scene: CrmScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in has one right to all items, so it is told to list none."""
    scene.fill(DEAL, "PREP", 2)
    instead(monkeypatch, "crm.item.list", lambda call, real: Listing({"items": []}, total=0))
    asked = plan(scene, "PREP")
    assert asked.total == 0
    with pytest.raises(StageNotEmpty):
        finish(scene, start_deletion(asked))
    outcome, _ = finish(scene, start_deletion(asked, scene.row("NEW").id))
    assert codes(outcome) == {NoticeCode.HIDDEN_TASKS_REMAIN} and scene.row("PREP")


def test_the_portals_wordless_refusals_are_told_apart(scene: CrmScene) -> None:
    row = scene.row("LOSE").id
    with pytest.raises(StageIsSystem):
        delete_row(scene.client, ENTITY, row)
    scene.fill(2, "LOSE", 1)
    with pytest.raises(StageNotEmpty):
        delete_row(scene.client, ENTITY, row, forced=True)
    with pytest.raises(StageGone):
        delete_row(scene.client, ENTITY, 7)
    scene.become(READER)
    with pytest.raises(AccessDenied):
        delete_row(scene.client, ENTITY, row, forced=True)


def test_a_lost_answer_is_understood_and_can_be_undone(scene: CrmScene) -> None:
    job = start_deletion(plan(scene, "PREP"))
    scene.wire.lose = ["after"]
    outcome, _ = finish(scene, job)
    assert codes(outcome) == {NoticeCode.ANSWER_LOST_BUT_DONE}
    undo_change(scene.client, scene.actor(), outcome.change)
    assert scene.row("PREP").name == "Papers"


def test_a_lost_answer_when_an_addition_is_undone_leaves_a_way_back(scene: CrmScene) -> None:
    scene.fill(2, "PREP", 2)
    back = undo_change(scene.client, scene.actor(), delete(scene, "PREP").change).change
    was, items = replace(scene.row("PREP"), id=0), scene.places()
    job = undo_job(back, scene.actor())
    assert job
    scene.wire.lose = ["", "", "after"]
    again, _ = finish(scene, job)
    assert NoticeCode.ANSWER_LOST_BUT_DONE in codes(again)
    undo_change(scene.client, scene.actor(), again.change)
    assert (replace(scene.row("PREP"), id=0), scene.places()) == (was, items)


def test_the_same_for_one_that_has_another_id_by_now(scene: CrmScene) -> None:
    back = undo_change(scene.client, scene.actor(), delete(scene, "PREP", "").change).change
    old = scene.rows.pop(back.target)
    scene.add(ENTITY, (old.status_id, old.name, old.sort))
    scene.wire.lose = ["", "after"]
    again = undo_change(scene.client, scene.actor(), back)
    assert NoticeCode.ANSWER_LOST_BUT_DONE in {notice.code for notice in again.notices}
    undo_change(scene.client, scene.actor(), again.change)
    assert (scene.row("PREP").name, scene.row("PREP").sort) == (old.name, old.sort)


def test_an_undone_addition_that_was_filled_since_stays(scene: CrmScene) -> None:
    change = delete(scene, "PREP", "").change
    back = undo_change(scene.client, scene.actor(), change).change
    scene.fill(2, "PREP", 1)
    with pytest.raises(StageNotEmpty):
        undo_change(scene.client, scene.actor(), back)


def test_an_addition_restored_under_another_id_is_found_by_its_code(scene: CrmScene) -> None:
    change = delete(scene, "PREP", "").change
    back = undo_change(scene.client, scene.actor(), change).change
    old = scene.rows.pop(back.target)
    scene.add(ENTITY, (old.status_id, old.name, old.sort))
    undo_change(scene.client, scene.actor(), back)
    assert "PREP" not in [row.status_id for row in scene.of(ENTITY)]


def test_no_more_than_a_batch_at_once(scene: CrmScene) -> None:
    with pytest.raises(ValueError, match="50"):
        move_items(scene.client, 2, range(51), "NEW")
