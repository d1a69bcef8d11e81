"""The CRM's domain against the stand-in portal, without the web: costs, there and back, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from b24.errors import AccessDenied
from boards.core import jobs
from boards.core.change import Change
from boards.core.errors import ValueNotTaken
from boards.core.undo import undo_change
from boards.crm import palettes
from boards.crm.adding import add_stage
from boards.crm.changes import apply_copy, recolor, recolor_many, rename, reorder
from boards.crm.codes import suggest_code
from boards.crm.copying import What, copy_plan
from boards.crm.deletion import plan_deletion
from boards.crm.jobs import start_deletion
from boards.crm.load import load_counts, load_overview, load_totals
from boards.crm.model import Access, CrmOutcome, Directory, Overview, Semantic, by_directory, only_directory
from tests.contract.portal_fixture import PortalFixture
from tests.functional.kanban.test_boards_domain import Visit


@pytest.fixture(scope="module")
def portal() -> PortalFixture:
    return PortalFixture("huge")


@pytest.fixture
def visit(portal: PortalFixture) -> Visit:
    return Visit(portal, "admin")


def overview(visit: Visit) -> Overview:
    found = load_overview(visit.client, visit.actor)
    visit.wire.requests.clear()
    return found


def named(visit: Visit, name: str) -> Directory:
    return next(directory for directory in overview(visit).directories if directory.name == name)


def picture(visit: Visit) -> list[object]:
    """Everything a person sees of the CRM, ids left out."""
    return [
        (directory.entity_id, [(s.status_id, s.name, s.sort, s.color, s.semantic) for s in directory.stages])
        for directory in overview(visit).directories
    ]


def counts(visit: Visit, directory: Directory) -> dict[str, int]:
    return load_counts(visit.client, visit.actor, directory)


def test_the_overview_and_its_counts(visit: Visit) -> None:
    found = load_overview(visit.client, visit.actor)
    assert visit.wire.count == 1 and found.access == Access.WRITE
    assert {directory.entity_id for directory in found.directories} >= {
        "STATUS",
        "QUOTE_STATUS",
        "DEAL_STAGE",
        "SOURCE",
    }
    assert not any(directory.name == "Invoice stages" for directory in found.pipelines)
    totals = load_totals(visit.client, visit.actor, found.pipelines)
    assert visit.wire.count == 2 and sum(totals.values()) == 1500
    by_stage = counts(visit, found.pipelines[0])
    assert visit.wire.count == 3
    assert sum(by_stage.values()) == totals[found.pipelines[0].entity_id]


@pytest.mark.parametrize(
    ("who", "access"),
    [("crm_admin", Access.WRITE), ("owner", Access.READ), ("member", Access.READ), ("no_crm", Access.NONE)],
)
def test_who_may_what(portal: PortalFixture, who: str, access: Access) -> None:
    other = Visit(portal, who)
    found = load_overview(other.client, other.actor)
    assert (found.access, bool(found.directories)) == (access, access != Access.NONE)


Act = Callable[[Visit], CrmOutcome]


def order(visit: Visit) -> CrmOutcome:
    long = named(visit, "Long way")
    return reorder(visit.client, visit.actor, long.entity_id, long.ids[::-1], seen=long)


def name(visit: Visit) -> CrmOutcome:
    stage = named(visit, "Long way").stages[3]
    return rename(visit.client, visit.actor, stage.entity_id, stage.id, "«Neu» & 新", seen_name=stage.name)


def color(visit: Visit) -> CrmOutcome:
    long = named(visit, "Long way")
    colors = palettes.paint(long, "9BE7FF", "2D8FE0", success="3A3", failure="A00")
    seen = {stage.id: stage.color for stage in long.stages}
    assert len(colors) >= 29
    return recolor(visit.client, visit.actor, long.entity_id, colors, seen=seen)


def copy(visit: Visit) -> CrmOutcome:
    source, target = named(visit, "Region 1"), named(visit, "Großkunden")
    return apply_copy(visit.client, visit.actor, copy_plan(source, [target], list(What)), seen=[target])


def add(visit: Visit) -> CrmOutcome:
    here = named(visit, "Großkunden")
    code = suggest_code("Договор подписан", here)
    after_id = here.stages[0].id
    return add_stage(
        visit.client, visit.actor, here.entity_id, "Договор подписан", code, "#abc", after_id, seen=here
    )


def fail(visit: Visit) -> CrmOutcome:
    here = named(visit, "Region 2")
    return add_stage(
        visit.client, visit.actor, here.entity_id, "Nie", "NEVER", "f00", 0, Semantic.FAILURE, seen=here
    )


@pytest.mark.parametrize("act", [order, name, color, copy, add, fail])
def test_one_request_and_back_as_it_was(visit: Visit, act: Act) -> None:
    was = picture(visit)
    outcome = act(visit)
    assert visit.wire.count == 1 and not outcome.failed and not outcome.notices
    assert picture(visit) != was
    visit.wire.requests.clear()
    undo_change(visit.client, visit.actor, Change.from_json(outcome.change.to_json()))
    assert visit.wire.count == 1
    if act is not add:  # rows were moved aside for it
        assert picture(visit) == was


def test_twenty_pipelines_in_four_requests(visit: Visit) -> None:
    was = picture(visit)
    regions = [directory for directory in overview(visit).directories if directory.name.startswith("Region")]
    plan = palettes.paint_many(regions, "FFE08A", "F2703F", success="9DCF00", failure="B3261E")
    outcome = recolor_many(visit.client, visit.actor, plan)
    assert visit.wire.count <= 4
    assert len(by_directory(outcome.results)) == 20 and not outcome.failed
    undo_change(visit.client, visit.actor, outcome.change)
    assert picture(visit) == was


def test_a_stage_with_items_goes_and_comes_back(visit: Visit) -> None:
    here = named(visit, "General")
    was, before = picture(visit), counts(visit, here)
    stage = next(
        stage for stage in here.stages[1:] if before[stage.status_id] and stage.semantic == Semantic.PROCESS
    )
    visit.wire.requests.clear()
    plan = plan_deletion(visit.client, visit.actor, here.entity_id, stage.id)
    assert visit.wire.count == 1 and plan.total == before[stage.status_id] and plan.complete
    job = start_deletion(plan, here.stages[0].id)
    outcome = jobs.run(visit.client, visit.actor, jobs.job_from_json(job.to_json()))
    after = counts(visit, named(visit, "General"))
    assert after[here.stages[0].status_id] == before[here.stages[0].status_id] + plan.total
    undo_change(visit.client, visit.actor, Change.from_json(outcome.change.to_json()))
    assert picture(visit) == was and counts(visit, named(visit, "General")) == before


def test_a_long_list_is_one_request(visit: Visit) -> None:
    industries = next(directory for directory in overview(visit).lists if len(directory.stages) >= 500)
    ids = list(industries.ids)
    ids.insert(3, ids.pop(400))
    visit.wire.requests.clear()
    outcome = reorder(visit.client, visit.actor, industries.entity_id, ids, seen=industries)
    now = only_directory(outcome)
    assert now and now.ids[3] == ids[3]
    assert len(outcome.change.to_json()) < 40_000
    undo_change(visit.client, visit.actor, outcome.change)


def test_a_reader_changes_nothing(portal: PortalFixture, visit: Visit) -> None:
    was, here, reader = picture(visit), named(visit, "Region 3"), Visit(portal, "owner")
    actions: list[Callable[[], object]] = [
        lambda: reorder(reader.client, reader.actor, here.entity_id, here.ids[::-1], seen=here),
        lambda: rename(reader.client, reader.actor, here.entity_id, here.ids[0], "X"),
        lambda: recolor(reader.client, reader.actor, here.entity_id, {here.ids[0]: "123456"}),
        lambda: add_stage(reader.client, reader.actor, here.entity_id, "X", "X", "", 0, seen=here),
    ]
    for action in actions:
        with pytest.raises(AccessDenied):
            action()
    assert picture(visit) == was


def test_a_color_the_portal_swallows_is_noticed(
    portal: PortalFixture, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The column holds ten characters; the write fails and nobody is told (behaviour.md §6.5)."""
    here = named(visit, "Region 4")
    monkeypatch.setattr("boards.crm.changes.require_color", lambda _: "1234567890AB")
    with pytest.raises(ValueNotTaken):
        recolor(visit.client, visit.actor, here.entity_id, {here.ids[0]: "123456"})
