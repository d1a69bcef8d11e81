"""Opening the CRM: one request, the right found out without a change, rows in the portal's order."""

from __future__ import annotations

import pytest

from b24.errors import AccessDenied, OperationTimeLimit
from boards.core.model import Denial
from boards.crm.load import load_counts, load_overview, load_totals
from boards.crm.model import Access, Semantic
from boards.crm.snapshot import read_seen, seen_text
from sandbox.state.crm_directories import LATE_LISTS, LISTS
from tests.unit.boards.crm.scene import READER, STRANGER, CrmScene


def test_everything_comes_in_one_request_and_nothing_is_changed(scene: CrmScene) -> None:
    rows = scene.copy_rows()
    overview = scene.overview()
    assert scene.wire.count == 1
    assert scene.copy_rows() == rows
    assert [directory.name for directory in overview.pipelines] == [
        "Lead stages",
        "Domestic",
        "Wholesale",
        "General",
        "Quote stages",
        "Visits (General)",
    ]
    assert [directory.name for directory in overview.lists] == [*LISTS.values(), *LATE_LISTS.values()]


@pytest.mark.parametrize(
    ("who", "access", "why"),
    [
        (1, Access.WRITE, None),
        (READER, Access.READ, Denial.CRM_READ_ONLY),
        (STRANGER, Access.NONE, Denial.NO_CRM),
    ],
)
def test_the_right_is_known_beforehand(scene: CrmScene, who: int, access: Access, why: Denial | None) -> None:
    scene.become(who)
    overview = scene.overview()
    assert (overview.access, overview.why_not_write, overview.may_write) == (access, why, who == 1)
    assert bool(overview.directories) is (who != STRANGER)


def test_a_missing_scope_is_not_a_missing_right(scene: CrmScene) -> None:
    for name in ("crm.status.list", "crm.status.entity.types", "crm.category.list", "crm.status.update"):
        scene.refuse(name, "insufficient_scope", 401)
    overview = scene.overview()
    assert overview.access == Access.SCOPE_MISSING
    assert overview.why_not_write == Denial.CRM_SCOPE_MISSING


def test_a_busy_portal_is_no_answer_about_rights(scene: CrmScene) -> None:
    scene.refuse("crm.status.update", "OPERATION_TIME_LIMIT", 429)
    assert scene.overview().may_write
    scene.refuse("crm.status.list", "OPERATION_TIME_LIMIT", 429)
    with pytest.raises(OperationTimeLimit):
        scene.overview()


def test_names_missing_do_not_cost_the_rows(scene: CrmScene) -> None:
    scene.refuse("crm.status.entity.types", "ACCESS_DENIED")
    found = scene.overview().find("DEAL_STAGE_3")
    assert found and len(found.stages) == 6 and not found.known and found.prefix == "C3:"


def test_rows_of_a_pipeline_that_is_gone_are_shown(scene: CrmScene) -> None:
    scene.add("DEAL_STAGE_9", ("C9:NEW", "Old", 10))
    found = scene.overview().directories[-1]
    assert (found.entity_id, found.known, found.kind) == ("DEAL_STAGE_9", False, "pipeline")


def test_a_directory_stands_as_the_portal_shows_it(scene: CrmScene) -> None:
    scene.row("WORK").sort = 45  # behind the success stage: the portal accepts that
    found = scene.directory()
    assert [stage.status_id for stage in found.stages] == ["NEW", "PREP", "WORK", "WON", "LOSE", "APOLOGY"]
    assert [semantic for semantic, _ in found.groups] == list(Semantic)
    assert found.misordered and not scene.directory("DEAL_STAGE_3").misordered
    assert [found.stages[index].color for index in (0, 1, 5)] == ["39A8EF", "2FC6F6", ""]
    assert found.start == found.stages[0]


def test_the_start_stage_is_the_one_the_portal_names(scene: CrmScene) -> None:
    scene.row("NEW").sort, scene.row("PREP").sort = 20, 10
    found = scene.directory()
    assert found.stages[0].status_id == "PREP"
    assert found.start and found.start.status_id == "NEW"
    smart = scene.directory("DYNAMIC_128_STAGE_7")
    assert smart.start and smart.start.status_id == "DT128_7:NEW"


def test_plain_lists_know_no_meanings_and_colors(scene: CrmScene) -> None:
    scene.row("WEB").semantics = "S"
    found = scene.directory("SOURCE")
    assert (found.has_colors, found.has_semantics, found.kind) == (False, False, "list")
    assert {stage.semantic for stage in found.stages} == {Semantic.PROCESS}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in  PROGRESS", {"DEAL_STAGE", "DEAL_STAGE_3"}),
        ("visits", {"DYNAMIC_128_STAGE_7"}),
        ("chat", {"SOURCE"}),
        ("nowhere", set()),
    ],
)
def test_search_over_all_names(scene: CrmScene, text: str, found: set[str]) -> None:
    assert {directory.entity_id for directory in scene.overview().search(text).directories} == found


def test_an_empty_search_finds_everything(scene: CrmScene) -> None:
    overview = scene.overview()
    assert overview.search("  ") == overview


def test_counts_by_stage_cost_one_request(scene: CrmScene) -> None:
    scene.fill(2, "NEW", 60)
    scene.fill(2, "C3:NEW", 3)
    directory = scene.directory()
    counts = load_counts(scene.client, scene.actor(), directory)
    assert scene.wire.count == 1
    assert counts == {"NEW": 60, "PREP": 0, "WORK": 0, "WON": 0, "LOSE": 0, "APOLOGY": 0}


def test_counts_by_pipeline_cost_one_request(scene: CrmScene) -> None:
    scene.fill(2, "C3:NEW", 3)
    scene.fill(1, "NEW", 5)
    directories = scene.overview().directories
    scene.wire.requests.clear()
    totals = load_totals(scene.client, scene.actor(), directories)
    assert scene.wire.count == 1
    assert (totals["STATUS"], totals["DEAL_STAGE_3"], totals["DYNAMIC_128_STAGE_7"]) == (5, 3, 0)
    assert "SOURCE" not in totals


def test_a_list_has_no_items_and_asks_nothing(scene: CrmScene) -> None:
    directory = scene.directory("SOURCE")
    assert load_counts(scene.client, scene.actor(), directory) == {}
    assert scene.wire.count == 0


def test_refused_counts_are_raised_only_when_there_are_none(scene: CrmScene) -> None:
    directory = scene.directory()
    scene.refuse("crm.item.list", "ACCESS_DENIED")
    with pytest.raises(AccessDenied):
        load_counts(scene.client, scene.actor(), directory)


def test_what_was_seen_survives_the_page(scene: CrmScene) -> None:
    directory = scene.directory()
    back = read_seen("DEAL_STAGE", seen_text(directory))
    assert back and back.stages == directory.stages and back.start == directory.start


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        '{"start":"","stages":[[1,2]]}',
        '{"start":"","stages":7}',
        '{"start":"","stages":[[Infinity,"A","a",1,"","",0]]}',
        '{"start":"","stages":[[1,"A","a",-Infinity,"","",0]]}',
        '{"start":"","stages":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"start":"","stages":[[' + "9" * 5000 + ',"A","a",1,"","",0]]}',
    ],
)
def test_a_page_that_was_tampered_with_is_no_witness(text: str) -> None:
    assert read_seen("DEAL_STAGE", text) is None


def test_a_lost_answer_is_asked_for_again(scene: CrmScene) -> None:
    scene.wire.lose = ["after"]
    assert load_overview(scene.client, scene.actor()).directories
