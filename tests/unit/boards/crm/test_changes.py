"""Order, names and colors: one request each, honest about what took, and there and back again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from b24.errors import AccessDenied, PortalTimeout
from boards.core.change import Change, Kind, NoticeCode
from boards.core.errors import BadInput, BadInputCode, StageGone, ValueNotTaken
from boards.core.undo import undo_change
from boards.crm.changes import WriteRows, apply_copy, recolor, recolor_many, rename, reorder
from boards.crm.model import CrmOutcome, CrmStage, Directory, PlannedChange, RowEdit, only_directory
from sandbox.state.crm import DEAL
from tests.support.portal_scene import instead
from tests.unit.boards.crm.scene import READER, CrmScene

ENTITY = "DEAL_STAGE"


def codes(outcome: CrmOutcome) -> set[str]:
    return {str(notice.code) for notice in outcome.notices}


def stages(outcome: CrmOutcome) -> tuple[CrmStage, ...]:
    """Of the one directory, as they are now."""
    directory = only_directory(outcome)
    assert directory
    return directory.stages


def undone_rows(outcome: CrmOutcome) -> set[int]:
    """The rows that undo would write."""
    assert isinstance(outcome.change.undo, WriteRows)
    return {row.id for row in outcome.change.undo.rows}


def swapped(scene: CrmScene) -> list[int]:
    """Papers and In progress change places."""
    new, papers, work, *rest = scene.deals
    return [new, work, papers, *rest]


def order(scene: CrmScene) -> CrmOutcome:
    return reorder(scene.client, scene.actor(), ENTITY, swapped(scene), seen=scene.directory())


def name(scene: CrmScene) -> CrmOutcome:
    return rename(scene.client, scene.actor(), ENTITY, scene.deals[1], "Verträge & Co", seen_name="Papers")


def color(scene: CrmScene) -> CrmOutcome:
    return recolor(scene.client, scene.actor(), ENTITY, dict.fromkeys(scene.deals, "#ABC"))


def many(scene: CrmScene) -> CrmOutcome:
    other = scene.directory("DEAL_STAGE_3")
    plan = {ENTITY: {scene.deals[0]: "112233"}, "DEAL_STAGE_3": dict.fromkeys(other.ids, "445566")}
    return recolor_many(scene.client, scene.actor(), plan)


ACTS: list[Callable[[CrmScene], CrmOutcome]] = [order, name, color, many]
KINDS = [Kind.CRM_ORDER, Kind.CRM_RENAME, Kind.CRM_RECOLOR, Kind.CRM_RECOLOR]


@pytest.mark.parametrize(("act", "kind"), list(zip(ACTS, KINDS, strict=True)))
def test_one_request_there_and_one_back(
    scene: CrmScene, act: Callable[[CrmScene], CrmOutcome], kind: Kind
) -> None:
    pictures = [scene.picture(entity_id) for entity_id in (ENTITY, "DEAL_STAGE_3")]
    outcome = act(scene)
    assert scene.wire.count == 1
    assert not outcome.notices and not outcome.failed and outcome.change.kind == kind
    assert [scene.picture(entity_id) for entity_id in (ENTITY, "DEAL_STAGE_3")] != pictures
    back = undo_change(scene.client, scene.actor(), Change.from_json(outcome.change.to_json()))
    assert scene.wire.count == 2
    assert not back.notices
    again = [scene.picture(entity_id) for entity_id in (ENTITY, "DEAL_STAGE_3")]
    assert [_plain(picture) for picture in again] == [_plain(picture) for picture in pictures]
    undo_change(scene.client, scene.actor(), back.change)
    assert [scene.picture(entity_id) for entity_id in (ENTITY, "DEAL_STAGE_3")] != again


def _plain(picture: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Colors as they are seen: no color and an empty one are the same, with "#" or without."""
    return [(*row[:3], str(row[3] or "").removeprefix("#"), row[4]) for row in picture]


def test_only_rows_that_must_change_are_written(scene: CrmScene) -> None:
    outcome = order(scene)
    written = scene.wire.sent("crm.status.update")
    assert [(call["id"], call["fields"]) for call in written] == [(str(scene.deals[1]), {"SORT": "35"})]
    assert [stage.name for stage in stages(outcome)][:3] == ["New", "In progress", "Papers"]
    assert outcome.change.before["order"][:3] == ["New", "Papers", "In progress"]
    assert outcome.change.label == "General" and outcome.change.board_key == "crm:DEAL_STAGE"


def test_thirty_stages_turned_around_are_one_request(scene: CrmScene) -> None:
    scene.add("DEAL_STAGE_3", *((f"C3:S{number}", f"S{number}", 31 + number) for number in range(4)))
    scene.add_pipeline(DEAL, 8, "Long")
    ids = scene.add(
        "DEAL_STAGE_8", *((f"C8:S{number}", f"S{number}", number * 10) for number in range(1, 31))
    )
    seen = scene.directory("DEAL_STAGE_8")
    outcome = reorder(scene.client, scene.actor(), "DEAL_STAGE_8", ids[::-1], seen=seen)
    assert scene.wire.count == 1
    assert [stage.id for stage in stages(outcome)] == ids[::-1]
    recolor(scene.client, scene.actor(), "DEAL_STAGE_8", dict.fromkeys(ids, "123456"))
    assert scene.wire.count == 2


def test_twenty_pipelines_are_four_requests(scene: CrmScene) -> None:
    plan = {}
    for number in range(20, 40):
        entity_id = f"DEAL_STAGE_{number}"
        scene.add_pipeline(DEAL, number, f"Region {number}")
        rows = ((f"C{number}:S{place}", f"S{place}", place * 10) for place in range(1, 10))
        ids = scene.add(entity_id, *rows)
        plan[entity_id] = dict.fromkeys(ids, "123456")
    outcome = recolor_many(scene.client, scene.actor(), plan)
    assert scene.wire.count == 4
    assert len(outcome.results) == 180 and len(outcome.now) == 20 and not outcome.failed
    assert outcome.change.board_key == "crm" and outcome.change.after["count"] == 180


def test_groups_keep_their_order_whatever_is_asked(scene: CrmScene) -> None:
    outcome = reorder(
        scene.client,
        scene.actor(),
        ENTITY,
        [scene.deals[5], scene.deals[3], scene.deals[1]],
        seen=scene.directory(),
    )
    shown = ["PREP", "NEW", "WORK", "WON", "APOLOGY", "LOSE"]
    assert [stage.status_id for stage in stages(outcome)] == shown
    assert [row.status_id for row in scene.of(ENTITY)] == shown


def test_a_misordered_pipeline_is_set_right(scene: CrmScene) -> None:
    scene.row("WORK").sort = 45
    seen = scene.directory()
    reorder(scene.client, scene.actor(), ENTITY, seen.ids, seen=seen)
    assert [row.status_id for row in scene.of(ENTITY)] == [
        "NEW",
        "PREP",
        "WORK",
        "WON",
        "LOSE",
        "APOLOGY",
    ]


def test_an_order_without_a_page_reads_first(scene: CrmScene) -> None:
    outcome = reorder(scene.client, scene.actor(), ENTITY, swapped(scene))
    assert scene.wire.count == 2 and not outcome.notices


@pytest.mark.parametrize("ids", [[7], []])
def test_an_order_of_nothing_is_refused_beforehand(scene: CrmScene, ids: list[int]) -> None:
    seen = scene.directory()
    with pytest.raises(BadInput):
        reorder(scene.client, scene.actor(), ENTITY, ids, seen=seen)
    assert scene.wire.count == 0


@pytest.mark.parametrize("text", ["", "  ", "x" * 256])
def test_a_bad_name_is_not_sent(scene: CrmScene, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        rename(scene.client, scene.actor(), ENTITY, scene.deals[0], text)
    assert caught.value.field == "name" and scene.wire.count == 0


def test_a_bad_color_or_none_is_not_sent(scene: CrmScene) -> None:
    with pytest.raises(BadInput) as caught:
        recolor(scene.client, scene.actor(), ENTITY, {scene.deals[0]: "mauve"})
    assert caught.value.code == BadInputCode.COLOR_INVALID
    with pytest.raises(BadInput):
        recolor(scene.client, scene.actor(), ENTITY, {})
    assert scene.wire.count == 0


def test_a_name_that_looks_like_a_reference_stays_text(scene: CrmScene) -> None:
    outcome = rename(scene.client, scene.actor(), ENTITY, scene.deals[0], "$result[before][0]")
    assert not outcome.failed
    assert scene.row("NEW").name.replace("\u2060", "") == "$result[before][0]"


# --- the portal says yes and means no ---
def test_a_color_that_did_not_take_is_said(scene: CrmScene) -> None:
    scene.ignore("crm.status.update")
    with pytest.raises(ValueNotTaken) as caught:
        recolor(scene.client, scene.actor(), ENTITY, {scene.deals[0]: "ff0000"})
    assert caught.value.fields == ("color",)


def test_what_took_counts_and_what_did_not_is_told(scene: CrmScene) -> None:
    scene.row("PREP").color = "#ABCDEF"
    scene.ignore("crm.status.update")
    plan = {scene.deals[0]: "ff0000", scene.deals[1]: "abcdef"}
    outcome = recolor(scene.client, scene.actor(), ENTITY, plan)
    assert [result.stage_id for result in outcome.failed] == [scene.deals[0]]
    assert outcome.change.after["rows"] == {} and outcome.change.undo is None
    assert NoticeCode.CRM_NOT_ALL in codes(outcome)


def test_a_color_without_its_sign_is_the_same_color(scene: CrmScene) -> None:
    outcome = recolor(
        scene.client, scene.actor(), ENTITY, {scene.deals[1]: "#2fc6f6"}, seen={scene.deals[1]: "2FC6F6"}
    )
    assert not outcome.notices and outcome.change.undo is None


# --- others act as well ---
def test_somebody_elses_name_is_reported(scene: CrmScene) -> None:
    scene.row("PREP").name = "Theirs"
    outcome = name(scene)
    (notice,) = outcome.notices
    assert (notice.code, notice.values) == (
        NoticeCode.STAGE_CHANGED_SINCE,
        {"field": "title", "old": "Theirs"},
    )
    assert outcome.change.before["title"] == "Theirs"


def rename_blindly(scene: CrmScene) -> CrmOutcome:
    return rename(scene.client, scene.actor(), ENTITY, scene.deals[1], "Theirs")


def rename_one(scene: CrmScene) -> CrmOutcome:
    return rename(scene.client, scene.actor(), ENTITY, scene.deals[1], "Theirs", seen_name="Papers")


def color_one(scene: CrmScene) -> CrmOutcome:
    row = scene.deals[1]
    return recolor(scene.client, scene.actor(), ENTITY, {row: "abcdef"}, seen={row: "2FC6F6"})


def color_many(scene: CrmScene) -> CrmOutcome:
    seen = {stage.id: stage.color for stage in seen_before().stages}
    return recolor(scene.client, scene.actor(), ENTITY, dict.fromkeys(scene.deals, "abcdef"), seen=seen)


def order_one(scene: CrmScene) -> CrmOutcome:
    return reorder(scene.client, scene.actor(), ENTITY, swapped(scene), seen=seen_before())


def seen_before() -> Directory:
    """The pipeline as a page shows it that was loaded before anybody did anything."""
    return CrmScene().directory()


SAME: dict[str, tuple[Callable[[CrmScene], CrmOutcome], dict[str, object], dict[str, object]]] = {
    "name": (rename_one, {"name": "Theirs"}, {"name": "Other"}),
    "color": (color_one, {"color": "#ABCDEF"}, {"color": "#000000"}),
    "one color of many": (color_many, {"color": "ABCDEF"}, {"color": "#000000"}),
    "order": (order_one, {"sort": 35}, {"sort": 36}),
}


@pytest.mark.parametrize("what", SAME)
def test_who_sets_the_same_value_as_somebody_else_replaces_nothing(scene: CrmScene, what: str) -> None:
    act, same, _other = SAME[what]
    vars(scene.row("PREP")).update(same)
    outcome = act(scene)
    assert not outcome.notices
    back = outcome.change.undo
    assert back is None or scene.deals[1] not in undone_rows(outcome), "it was not this change that set it"


@pytest.mark.parametrize("what", SAME)
def test_who_sets_another_value_than_somebody_else_is_told(scene: CrmScene, what: str) -> None:
    act, _same, other = SAME[what]
    vars(scene.row("PREP")).update(other)
    outcome = act(scene)
    told = NoticeCode.STAGE_CHANGED_SINCE if what in ("name", "color") else NoticeCode.BOARD_CHANGED_MEANWHILE
    assert codes(outcome) == {told} and scene.deals[1] in undone_rows(outcome)


def test_an_order_changed_meanwhile_is_reported(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.row("NEW").sort = 12
    outcome = reorder(scene.client, scene.actor(), ENTITY, swapped(scene), seen=seen)
    assert codes(outcome) == {NoticeCode.BOARD_CHANGED_MEANWHILE}
    scene.add(ENTITY, ("X", "Other", 25))
    outcome = reorder(scene.client, scene.actor(), ENTITY, scene.deals, seen=seen_without(scene, "X"))
    assert NoticeCode.BOARD_CHANGED_MEANWHILE in codes(outcome)


def seen_without(scene: CrmScene, code: str) -> Directory:
    directory = scene.directory()
    return replace(directory, stages=tuple(stage for stage in directory.stages if stage.status_id != code))


def test_a_deleted_row_does_not_stop_the_others(scene: CrmScene) -> None:
    del scene.rows[scene.deals[2]]
    outcome = color(scene)
    assert [type(result.error) for result in outcome.results].count(StageGone) == 1
    assert len(undone_rows(outcome)) == 5
    assert NoticeCode.CRM_NOT_ALL in codes(outcome)


def test_a_deleted_row_alone_is_gone(scene: CrmScene) -> None:
    del scene.rows[scene.deals[1]]
    with pytest.raises(StageGone):
        name(scene)


def test_a_row_of_another_directory_has_no_undo(scene: CrmScene) -> None:
    other = scene.directory("DEAL_STAGE_3").ids[0]
    outcome = rename(scene.client, scene.actor(), ENTITY, other, "Foreign")
    assert codes(outcome) == {NoticeCode.STAGE_OF_ANOTHER_BOARD}
    assert outcome.change.undo is None


def test_a_filter_that_widens_does_no_harm(scene: CrmScene, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, "crm.status.list", lambda call, real: real(replace(call, params={})))
    outcome = name(scene)
    assert {stage.entity_id for stage in stages(outcome)} == {ENTITY}
    assert not outcome.notices


# --- rights ---
@pytest.mark.parametrize("act", ACTS)
def test_a_reader_is_refused_and_nothing_changes(
    scene: CrmScene, act: Callable[[CrmScene], CrmOutcome]
) -> None:
    rows = scene.copy_rows()
    scene.become(READER)
    with pytest.raises(AccessDenied):
        act(scene)
    assert scene.copy_rows() == rows


def test_access_withdrawn_altogether_is_no_missing_row(scene: CrmScene) -> None:
    seen = scene.directory()
    scene.portal.crm.rights.clear()
    with pytest.raises(AccessDenied):
        reorder(scene.client, scene.actor(), ENTITY, swapped(scene), seen=seen)


def test_half_a_batch_refused(scene: CrmScene) -> None:
    scene.refuse("crm.status.update", "", times=1)
    scene.refuse("crm.status.update", "", after=3, times=1)  # three more after the first
    outcome = color(scene)
    assert [result.stage_id for result in outcome.failed] == [scene.deals[0], scene.deals[4]]
    assert undone_rows(outcome) == {*scene.deals} - {scene.deals[0], scene.deals[4]}
    assert outcome.change.after["count"] == 4
    (notice,) = outcome.notices
    assert notice.values == {"count": 2, "total": 6}


# --- answers get lost ---
def test_a_lost_answer_leaves_the_old_value_to_the_witness(scene: CrmScene) -> None:
    scene.wire.lose = ["after"]
    outcome = name(scene)
    assert scene.wire.count == 2
    assert outcome.change.before["title"] == "Papers" and outcome.change.undo and not outcome.notices


def color_blindly(scene: CrmScene) -> CrmOutcome:
    return recolor(scene.client, scene.actor(), ENTITY, {scene.deals[1]: "abcdef"})


def copy_blindly(scene: CrmScene) -> CrmOutcome:
    row, edit = scene.deals[1], RowEdit(name="Theirs", sort=35)
    plan = [PlannedChange(ENTITY, row, "Papers", "title", "Papers", "Theirs", edit)]
    return apply_copy(scene.client, scene.actor(), plan)


@pytest.mark.parametrize(
    ("act", "fields"),
    [(rename_blindly, ["title"]), (color_blindly, ["color"]), (copy_blindly, ["position", "title"])],
)
def test_a_lost_answer_without_a_witness_has_no_undo_and_says_so(
    scene: CrmScene, act: Callable[[CrmScene], CrmOutcome], fields: list[str]
) -> None:
    scene.wire.lose = ["after"]
    outcome = act(scene)
    (notice,) = outcome.notices
    assert (notice.code, notice.values) == (NoticeCode.VALUE_BEFORE_UNKNOWN, {"fields": fields})
    assert outcome.change.undo is None and outcome.change.after["count"] == 1


def test_a_lost_answer_does_not_hide_that_somebody_else_came_between(scene: CrmScene) -> None:
    scene.row("PREP").name = "Theirs"
    scene.wire.lose = ["before"]
    outcome = name(scene)
    assert codes(outcome) == {NoticeCode.STAGE_CHANGED_SINCE}
    assert outcome.change.before["title"] == "Theirs" and outcome.change.undo


def test_nobody_waits_twice_for_nothing(scene: CrmScene) -> None:
    scene.wire.lost_error, scene.wire.lose = PortalTimeout, ["after"]
    with pytest.raises(PortalTimeout):
        name(scene)
    assert scene.wire.count == 1


def test_a_later_batch_that_gets_lost_is_looked_into(scene: CrmScene) -> None:
    ids = scene.add("SOURCE", *((f"S{number}", f"S{number}", 100 + number) for number in range(60)))
    scene.wire.lose = ["", "after", "after"]
    outcome = recolor(scene.client, scene.actor(), "SOURCE", dict.fromkeys(ids, "123456"))
    assert not outcome.failed and not outcome.notices
    assert outcome.change.after["count"] == 60


def test_a_later_batch_that_was_never_sent_counts_as_not_done(scene: CrmScene) -> None:
    ids = scene.add("SOURCE", *((f"S{number}", f"S{number}", 100 + number) for number in range(60)))
    scene.wire.lose = ["", "before", "before"]
    outcome = recolor(scene.client, scene.actor(), "SOURCE", dict.fromkeys(ids, "123456"))
    assert [result.stage_id for result in outcome.failed] == ids[49:]
    assert outcome.change.after["count"] == 49


def test_a_missing_last_look_is_said(scene: CrmScene) -> None:
    scene.refuse("crm.status.list", "OPERATION_TIME_LIMIT", 429, after=1)
    outcome = name(scene)
    assert codes(outcome) == {NoticeCode.CRM_RESULT_UNCHECKED}
    assert [stage.name for stage in stages(outcome)][1] == "Verträge & Co"
    assert outcome.change.undo


# --- undo ---
def colors(scene: CrmScene) -> list[str]:
    """Of all rows; with and without the sign is the same."""
    return [(row[3] or "").removeprefix("#") for row in scene.picture(ENTITY)]


def test_undo_finds_a_row_that_was_restored_meanwhile(scene: CrmScene) -> None:
    change = name(scene).change
    old = scene.rows.pop(scene.deals[1])
    scene.add(ENTITY, (old.status_id, old.name, old.sort, old.color))
    back = undo_change(scene.client, scene.actor(), change)
    assert not back.failed
    assert scene.row("PREP").name == "Papers"


def test_undo_of_many_of_which_one_was_restored_can_be_undone_whole(scene: CrmScene) -> None:
    before = colors(scene)
    change = color(scene).change
    old = scene.rows.pop(scene.deals[1])
    scene.add(ENTITY, (old.status_id, old.name, old.sort, old.color))
    painted = colors(scene)
    back = undo_change(scene.client, scene.actor(), change)
    assert not back.failed and len(back.results) == len(scene.deals)
    assert NoticeCode.CRM_NOT_ALL not in {notice.code for notice in back.notices}
    assert colors(scene) == before
    undo_change(scene.client, scene.actor(), back.change)
    assert colors(scene) == painted


def test_undo_of_many_says_what_is_gone_for_good(scene: CrmScene) -> None:
    change = color(scene).change
    del scene.rows[scene.deals[0]]
    old = scene.rows.pop(scene.deals[1])
    scene.add(ENTITY, (old.status_id, old.name, old.sort, old.color))
    back = undo_change(scene.client, scene.actor(), change)
    values = {"count": 1, "total": len(scene.deals)}
    assert (NoticeCode.CRM_NOT_ALL, values) in [(notice.code, notice.values) for notice in back.notices]


def test_undo_of_something_gone_says_so(scene: CrmScene) -> None:
    change = name(scene).change
    del scene.rows[scene.deals[1]]
    with pytest.raises(StageGone):
        undo_change(scene.client, scene.actor(), change)


def test_undo_reports_what_somebody_did_since(scene: CrmScene) -> None:
    change = name(scene).change
    scene.row("PREP").name = "Theirs"
    back = undo_change(scene.client, scene.actor(), change)
    assert [notice.code for notice in back.notices] == [NoticeCode.STAGE_CHANGED_SINCE]
    assert scene.row("PREP").name == "Papers"
