"""What people do to the CRM: each action's cost, what it does to the portal, and its way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from boards.crm.palettes import judge
from tests.functional.actions import hidden
from tests.functional.crm.page import CrmPage, events, portal_row, portal_rows, undo_of
from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]
DEALS = "DEAL_STAGE"
STEP = re.compile(r'hx-post="(/jobs/[0-9a-f]+/step)"')


@pytest.fixture
def keeper(open_as: Opener) -> Person:
    return open_as("crm_admin", lang="en")


@pytest.fixture
def huge(installed: Sandbox, open_as: Opener) -> Person:
    installed.people = installed.post("reset", seed="huge", installed=True)["people"]
    return open_as("crm_admin", lang="en")


def page_of(person: Person, entity_id: str = DEALS) -> CrmPage:
    return CrmPage.open(person, entity_id)


def names(sandbox: Sandbox, entity_id: str = DEALS) -> list[str]:
    return [row["NAME"] for row in portal_rows(sandbox, entity_id)]


def shape(sandbox: Sandbox, entity_id: str) -> list[tuple[Any, ...]]:
    """What an undo must bring back; ids of rows may be others."""
    return [
        (row["STATUS_ID"], row["NAME"], row["COLOR"], row["SEMANTICS"])
        for row in portal_rows(sandbox, entity_id)
    ]


def entity_of(sandbox: Sandbox, name: str) -> str:
    """The ENTITY_ID of a deal pipeline by its name."""
    found = sandbox.act("admin", "crm.category.list", entityTypeId=2)["categories"]
    number = next(row["id"] for row in found if row["name"] == name)
    return f"DEAL_STAGE_{number}" if number else DEALS


def finish(person: Person, page: CrmPage, answer: requests.Response) -> requests.Response:
    """Ask for the steps of a job until it is over."""
    for _ in range(60):
        step = STEP.search(answer.text)
        if answer.status_code != 200 or not step:
            return answer
        answer = person.post(step[1], seen=page.seen)
    raise AssertionError("the job never ended")


def delete(person: Person, page: CrmPage, row_id: int, **form: Any) -> requests.Response:
    """Open the dialog, agree, wait for the end."""
    asked = person.get(f"/crm/{page.entity_id}/stages/{row_id}/delete")
    assert asked.status_code == 200, asked.text
    answer = page.post(f"/stages/{row_id}/delete", **hidden(asked.text) | form)
    return finish(person, page, answer)


def choice(person: Person, entity_id: str, what: str) -> dict[str, Any]:
    """The hidden fields of a dialog."""
    dialog = person.get(f"/crm/{entity_id}/{what}")
    assert dialog.status_code == 200, dialog.text
    return hidden(dialog.text)


# --- order, name, color ---
def test_a_row_is_moved_by_changing_one_sort(keeper: Person, installed: Sandbox) -> None:
    page, before = page_of(keeper), shape(installed, DEALS)
    sorts = {row["ID"]: row["SORT"] for row in portal_rows(installed, DEALS)}
    wanted = [page.ids[1], page.ids[0], *page.ids[2:]]
    with installed.recording() as seen:
        answer = page.order(wanted)
    assert (answer.status_code, seen.http) == (200, 1)
    assert events(answer)["crm:order"] == {"order": wanted}
    assert [int(row["ID"]) for row in portal_rows(installed, DEALS)][:2] == wanted[:2]
    now = {row["ID"]: row["SORT"] for row in portal_rows(installed, DEALS)}
    assert sum(now[row_id] != sorts[row_id] for row_id in now) == 1
    with installed.recording() as seen:
        assert keeper.post(undo_of(answer)).status_code == 200
    assert seen.http == 1
    assert shape(installed, DEALS) == before


def test_thirty_stages_are_turned_around_in_one_request(huge: Person, installed: Sandbox) -> None:
    entity_id = entity_of(installed, "Long way")
    page = page_of(huge, entity_id)
    process = [row[0] for row in page.rows if row[5] == ""]
    rest = [row_id for row_id in page.ids if row_id not in process]
    assert len(page.ids) == 30
    with installed.recording() as seen:
        answer = page.order([*reversed(process), *rest])
    assert (answer.status_code, seen.http) == (200, 1)
    assert [int(row["ID"]) for row in portal_rows(installed, entity_id)] == [*reversed(process), *rest]


def test_groups_keep_their_order_whatever_is_asked(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    answer = page.order([*reversed(page.ids)])
    assert answer.status_code == 200
    meanings = [row["SEMANTICS"] or "" for row in portal_rows(installed, DEALS)]
    assert meanings == sorted(meanings, key=["", "S", "F"].index)


def test_a_row_is_renamed_in_one_request_and_back(keeper: Person, installed: Sandbox) -> None:
    page, title = page_of(keeper), "<b>Häuser & 漢字</b> $result[x] 🎉"
    before = names(installed)
    with installed.recording() as seen:
        answer = page.rename(page.ids[1], title)
    assert (answer.status_code, seen.http) == (200, 1)
    assert portal_row(installed, page.ids[1])["NAME"].replace("\u2060", "") == title
    assert "<b>Häuser" not in answer.text
    assert "&lt;b&gt;Häuser" in answer.text
    with installed.recording() as seen:
        keeper.post(undo_of(answer))
    assert seen.http == 1
    assert names(installed) == before


def test_only_what_changed_is_sent_back(keeper: Person) -> None:
    page = page_of(keeper)
    answer = page.rename(page.ids[1], "Else")
    assert re.findall(r'hx-target="#crm-(\d+)-bar"', answer.text) == [str(page.ids[1])]


@pytest.mark.parametrize("text", ["#12ab9F", "12AB9F", "rgb(18, 171, 159)"])
def test_a_row_is_recolored_in_one_request_and_back(keeper: Person, installed: Sandbox, text: str) -> None:
    page = page_of(keeper)
    before = portal_row(installed, page.ids[1])["COLOR"]
    with installed.recording() as seen:
        answer = page.recolor(page.ids[1], text)
    assert (answer.status_code, seen.http) == (200, 1)
    assert portal_row(installed, page.ids[1])["COLOR"] == "#12AB9F"
    keeper.post(undo_of(answer))
    assert portal_row(installed, page.ids[1])["COLOR"] == before


def test_the_readable_color_is_offered_and_taken(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    poor = page.recolor(page.ids[1], "777777")
    assert "Hard to read" in poor.text
    offered = re.search(r'"swatch":"([0-9A-F]{6})"', poor.text.replace("&#34;", '"'))
    assert offered
    assert judge(offered[1]).readable
    page = page_of(keeper)
    assert "Hard to read" not in page.recolor(page.ids[1], offered[1]).text
    assert portal_row(installed, page.ids[1])["COLOR"] == f"#{offered[1]}"


def test_the_same_request_twice_acts_once(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    with installed.recording() as seen:
        first = page.rename(page.ids[1], "Once", request_key="a-key-of-this-test")
        second = page.rename(page.ids[1], "Once", request_key="a-key-of-this-test")
    assert seen.http == 1
    assert undo_of(first) == undo_of(second)
    assert "board:refresh" in events(second)


# --- many colors ---
def test_thirty_stages_are_recolored_in_one_request(huge: Person, installed: Sandbox) -> None:
    entity_id = entity_of(installed, "Long way")
    page, before = page_of(huge, entity_id), shape(installed, entity_id)
    form = choice(huge, entity_id, "colors") | {"targets": entity_id, "palette": "berry", "finals": "1"}
    with installed.recording() as seen:
        preview = page.post("/colors/preview", **form)
    assert (preview.status_code, seen.http) == (200, 0)
    planned = re.findall(r"→ <span[^>]*><span[^>]*></span>#([0-9A-F]{6})", preview.text)
    with installed.recording() as seen:
        answer = page.post("/colors", **form)
    assert (answer.status_code, seen.http) == (200, 1)
    colors = [row["COLOR"].lstrip("#") for row in portal_rows(installed, entity_id)]
    assert set(planned) <= set(colors)
    assert all(judge(color).readable for color in colors)
    assert "dialog:close" in events(answer)
    huge.post(undo_of(answer))
    assert shape(installed, entity_id) == before


def test_twenty_pipelines_are_recolored_in_four_requests(huge: Person, installed: Sandbox) -> None:
    pipelines = [entity_of(installed, f"Region {number}") for number in range(1, 21)]
    before = [shape(installed, directory) for directory in pipelines]
    page = page_of(huge, pipelines[0])
    form = choice(huge, pipelines[0], "colors")
    form |= {"targets": pipelines, "palette": "own", "start": "#ffe08a", "end": "#f2703f"}
    with installed.recording() as seen:
        answer = page.post("/colors", **form)
    assert answer.status_code == 200
    assert seen.http <= 4
    assert answer.text.count("stages changed") == 20
    assert all(f"Region {number}<" in answer.text for number in range(1, 21))
    assert shape(installed, pipelines[19]) != before[19]
    huge.post(undo_of(answer))
    assert [shape(installed, directory) for directory in pipelines] == before


def test_colors_names_and_order_are_copied_after_a_preview(keeper: Person, installed: Sandbox) -> None:
    source = DEALS
    target = next(entity_id for entity_id in entities(installed) if entity_id.startswith("DEAL_STAGE_"))
    for place, row in enumerate(portal_rows(installed, target)[1:4]):
        wanted = {"NAME": f"Unlike {place}", "COLOR": "#123456", "SORT": int(row["SORT"]) - 15 * place}
        installed.act("admin", "crm.status.update", id=row["ID"], fields=wanted)
    page, before = page_of(keeper, target), shape(installed, target)
    form = choice(keeper, target, "copy") | {
        "targets": target,
        "source": source,
        "what": ["colors", "names", "order"],
    }
    with installed.recording() as seen:
        preview = page.post("/copy/preview", **form)
    assert seen.http == 0
    assert re.search(r"\d+ changes?:", preview.text), preview.text
    with installed.recording() as seen:
        answer = page.post("/copy", **form)
    assert (answer.status_code, seen.http) == (200, 1)
    assert shape(installed, target) != before
    assert (
        "Nothing would change"
        in page_of(keeper, target)
        .post(
            "/copy/preview",
            **choice(keeper, target, "copy") | {"targets": target, "source": source, "what": form["what"]},
        )
        .text
    )
    keeper.post(undo_of(answer))
    assert shape(installed, target) == before


def entities(sandbox: Sandbox) -> set[str]:
    rows = sandbox.act("admin", "crm.status.list")
    return {row["ENTITY_ID"] for row in rows}


# --- adding ---
def test_the_code_follows_the_name(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    with installed.recording() as seen:
        form = keeper.get(f"/crm/{DEALS}/stages/new", after_id=page.ids[1], semantic="process")
        field = page.post("/code", title="Встреча & кофе")
        taken = page.post("/code", title=page.rows[0][1])
    assert seen.http == 0
    assert form.status_code == 200
    assert 'value="VSTRECHA_AND_KOFE"' in field.text
    assert f'value="{page.rows[0][1]}_2"' in taken.text


def test_a_row_is_added_where_it_was_put_in_one_request(keeper: Person, installed: Sandbox) -> None:
    page, before = page_of(keeper), shape(installed, DEALS)
    wanted = {"title": "Fresh", "color": "#abcdef", "after_id": page.ids[1], "semantic": "process"}
    with installed.recording() as seen:
        answer = page.post("/stages", **wanted)
    assert (answer.status_code, seen.http) == (200, 1)
    added = portal_rows(installed, DEALS)[2]
    assert (added["STATUS_ID"], added["NAME"], added["COLOR"].upper()) == ("FRESH", "Fresh", "#ABCDEF")
    assert f'id="crm-{added["ID"]}"' in answer.text
    assert events(answer)["crm:order"]["order"][2] == int(added["ID"])
    keeper.post(undo_of(answer))
    assert shape(installed, DEALS) == before


@pytest.mark.parametrize("semantic", ["process", "failure"])
@pytest.mark.parametrize("front", [True, False])
def test_a_row_is_added_in_every_group(
    keeper: Person, installed: Sandbox, semantic: str, front: bool
) -> None:
    page = page_of(keeper)
    letter = {"process": "", "failure": "F"}[semantic]
    group = [row[0] for row in page.rows if row[5] == letter]
    after = 0 if front else group[-1]
    answer = page.post("/stages", title="New here", color="FF0000", after_id=after, semantic=semantic)
    assert answer.status_code == 200, answer.text
    found = [row for row in portal_rows(installed, DEALS) if (row["SEMANTICS"] or "") == letter]
    assert found[0 if front else -1]["NAME"] == "New here"


def test_a_list_takes_a_row_without_a_color(keeper: Person, installed: Sandbox) -> None:
    page, before = page_of(keeper, "SOURCE"), shape(installed, "SOURCE")
    assert "data-colors" not in keeper.get("/crm/SOURCE/stages/new").text
    assert "crm-row__color" not in page.text
    with installed.recording() as seen:
        answer = page.post("/stages", title="Trade fair", after_id=page.ids[0])
    assert (answer.status_code, seen.http) == (200, 1)
    assert portal_rows(installed, "SOURCE")[1]["NAME"] == "Trade fair"
    keeper.post(undo_of(answer))
    assert shape(installed, "SOURCE") == before


# --- deleting ---
def test_a_stage_with_items_is_deleted_and_comes_back_with_them(keeper: Person, installed: Sandbox) -> None:
    page, before = page_of(keeper), shape(installed, DEALS)
    row = next(row for row in page.rows if row[5] == "" and not row[6] and items(installed, row[1]))
    inside = items(installed, row[1])
    with installed.recording() as seen:
        dialog = keeper.get(f"/crm/{DEALS}/stages/{row[0]}/delete")
    assert seen.http == 1
    assert re.search(rf"{len(inside)} items? (is|are) in it", dialog.text)
    assert "Automation rules" in dialog.text
    in_front = page.ids[page.ids.index(row[0]) - 1]
    assert re.findall(r'<option value="(\d+)" selected>', dialog.text) == [str(in_front)]
    target = page.rows[0]
    with installed.recording() as seen:
        answer = delete(keeper, page, row[0], target_stage_id=target[0])
    assert (answer.status_code, seen.http) == (200, 3)
    assert events(answer)["crm:order"] == {
        "order": [row_id for row_id in page.ids if row_id != row[0]],
        "into": target[0],
    }
    assert inside <= items(installed, target[1])
    back = finish(keeper, page, keeper.post(undo_of(answer)))
    assert back.status_code == 200
    assert shape(installed, DEALS) == before
    assert items(installed, row[1]) == inside


def test_what_came_with_the_system_needs_a_second_word(huge: Person, installed: Sandbox) -> None:
    keeper, page = huge, page_of(huge, "STATUS")
    row = next(row for row in page.rows if row[6] and row[5] == "F")
    target = next(other[0] for other in page.rows if other[5] == "F" and other != row)
    asked = keeper.get(f"/crm/STATUS/stages/{row[0]}/delete").text
    assert 'name="forced"' in asked
    refused = page.post(f"/stages/{row[0]}/delete", **hidden(asked) | {"target_stage_id": target})
    assert refused.status_code == 422
    assert "comes with the system" in refused.text
    answer = delete(keeper, page, row[0], target_stage_id=target, forced="1")
    assert answer.status_code == 200, answer.text
    assert row[0] not in [int(row["ID"]) for row in portal_rows(installed, "STATUS")]


@pytest.mark.parametrize(
    ("meaning", "why"),
    [("", "New items begin"), ("S", "needs its success stage"), ("F", "at least one failure")],
)
def test_stages_a_pipeline_needs_say_why_they_stay(
    keeper: Person, installed: Sandbox, meaning: str, why: str
) -> None:
    smart = (entity_id for entity_id in sorted(entities(installed)) if entity_id.startswith("DYNAMIC_"))
    page = page_of(keeper, next(smart))
    group = [row for row in page.rows if row[5] == meaning]
    assert meaning != "F" or len(group) == 1
    row = group[0]
    dialog = keeper.get(f"/crm/{page.entity_id}/stages/{row[0]}/delete").text
    assert why in dialog
    assert "<form" not in dialog
    answer = page.post(f"/stages/{row[0]}/delete", job_id="0" * 32)
    assert answer.status_code == 404
    assert row[0] in [int(row["ID"]) for row in portal_rows(installed, page.entity_id)]


def items(sandbox: Sandbox, status_id: str) -> set[int]:
    found = sandbox.act(
        "admin", "crm.item.list", entityTypeId=2, filter={"stageId": status_id}, select=["id"]
    )
    return {item["id"] for item in found["items"]}


# --- the journal ---
def test_the_journal_tells_of_the_crm(keeper: Person, open_as: Opener) -> None:
    page = page_of(keeper)
    page.rename(page.ids[1], "Told")
    page.order([page.ids[1], page.ids[0], *page.ids[2:]])
    text = keeper.get("/journal").text
    assert f"Renamed “{page.rows[1][2]}”" in text
    assert "Told" in text
    assert "Changed the order of" in text
    assert f'hx-get="/crm/{DEALS}"' in text
    assert "Told" in keeper.get("/journal", board=f"crm:{DEALS}").text
    reader = open_as("member", lang="en")
    assert "Told" not in reader.get("/journal").text
    CrmPage.open(reader, DEALS)
    assert "Told" in reader.get("/journal").text
    assert "Told" not in open_as("no_crm", lang="en").get("/journal").text


def test_the_journal_names_each_stage_of_many(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    form = choice(keeper, DEALS, "colors") | {"targets": DEALS, "palette": "berry"}
    page.post("/colors", **form)
    row = next(row for row in portal_rows(installed, DEALS) if row["COLOR"] != page.rows[0][4])
    entry = keeper.get("/journal").text
    assert f"<dt>{row['NAME']}</dt>" in entry
    assert row["COLOR"] in entry


def test_the_journal_names_the_pipelines_of_several(keeper: Person, installed: Sandbox) -> None:
    page = page_of(keeper)
    page.post("/colors", **choice(keeper, DEALS, "colors") | {"all": "1", "palette": "slate"})
    entry = keeper.get("/journal").text
    assert "stages of the CRM" in entry
    assert "<dt>Pipelines</dt>" in entry
    assert 'hx-get="/crm"' in entry


def test_a_reader_cannot_undo(keeper: Person, open_as: Opener, installed: Sandbox) -> None:
    page = page_of(keeper)
    answer = page.rename(page.ids[1], "Mine")
    reader = open_as("member", lang="en")
    CrmPage.open(reader, DEALS)
    assert reader.post(undo_of(answer)).status_code == 403
    assert portal_row(installed, page.ids[1])["NAME"] == "Mine"
