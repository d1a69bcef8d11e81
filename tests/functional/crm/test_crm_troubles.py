"""What goes wrong in the CRM: the portal's false yes, its odd errors, other people, half done work."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.functional.actions import hidden
from tests.functional.crm.page import CrmPage, events, portal_row, portal_rows, undo_of
from tests.support.person import Person
from tests.support.servers import Sandbox

Opener = Callable[..., Person]
DEALS = "DEAL_STAGE"
WRITE = "crm.status.update"
STEP = re.compile(r'hx-post="(/jobs/[0-9a-f]+/step)"')


@pytest.fixture
def keeper(open_as: Opener) -> Person:
    return open_as("crm_admin", lang="en")


@pytest.fixture
def page(keeper: Person) -> CrmPage:
    return CrmPage.open(keeper, DEALS)


# --- the portal says yes and does not ---
def test_a_color_that_did_not_take_is_noticed_and_said(page: CrmPage, installed: Sandbox) -> None:
    before = portal_row(installed, page.ids[1])["COLOR"]
    installed.fault(WRITE, "ignored", times=None)
    answer = page.recolor(page.ids[1], "#123456")
    assert answer.status_code == 409
    assert "accepted the change but did not make it" in answer.text
    assert portal_row(installed, page.ids[1])["COLOR"] == before
    assert "Undo" not in answer.text


def test_half_of_the_colors_took(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    before = {row["ID"]: row["COLOR"] for row in portal_rows(installed, DEALS)}
    form = hidden(keeper.get(f"/crm/{DEALS}/colors").text)
    form |= {"targets": DEALS, "palette": "berry", "finals": "1"}
    installed.fault(WRITE, "ignored", times=2)
    answer = page.post("/colors", **form)
    assert answer.status_code == 200
    assert "Not everything could be done" in answer.text
    assert "2 stages could not be changed" in answer.text
    assert answer.text.count("accepted the change but did not make it") == 2
    now = {row["ID"]: row["COLOR"] for row in portal_rows(installed, DEALS)}
    assert sum(now[row_id] == before[row_id] for row_id in now) >= 2
    assert now != before
    keeper.post(undo_of(answer))
    assert {row["ID"]: row["COLOR"] for row in portal_rows(installed, DEALS)} == before


def test_half_of_a_batch_was_refused(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    form = hidden(keeper.get(f"/crm/{DEALS}/colors").text)
    form |= {"targets": DEALS, "palette": "slate", "finals": "1"}
    installed.fault(WRITE, "command_error", code="", description="Access denied.", times=1)
    answer = page.post("/colors", **form)
    assert answer.status_code == 200
    assert "1 stage could not be changed" in answer.text
    assert "You may not do this" in answer.text
    assert 'hx-post="/journal/' in answer.text


# --- odd errors ---
@pytest.mark.parametrize(
    ("code", "description", "status", "told"),
    [
        ("", "Access denied.", 403, "You may not do this"),
        ("", "Unlucky &lt;day&gt;", 403, "You may not do this"),
        ("ERROR_CORE", "Something<br>", 409, "refused to do this"),
    ],
)
def test_errors_without_a_usable_code(
    page: CrmPage, installed: Sandbox, code: str, description: str, status: int, told: str
) -> None:
    installed.fault(WRITE, "command_error", code=code, description=description, times=None)
    answer = page.rename(page.ids[1], "Never")
    assert answer.status_code == status
    assert told in answer.text
    assert "<br>" not in answer.text
    assert description not in answer.text


def test_a_code_the_portal_refuses(page: CrmPage, installed: Sandbox) -> None:
    """ERROR_CORE with <br>, whatever it says: the code is the only thing left that it can mean."""
    installed.fault(
        "crm.status.add", "command_error", code="ERROR_CORE", description="No way<br>", times=None
    )
    answer = page.post("/stages", title="New", status_id="NEW_ONE", color="FF0000", after_id=page.ids[0])
    assert answer.status_code == 409
    assert "does not accept this code" in answer.text
    assert "No way" not in answer.text


@pytest.mark.parametrize(
    ("status_id", "told"),
    [
        ("NEW", "taken already"),
        ("new", "taken already"),
        ("Ключ", "Latin letters"),
        ("A B", "Latin letters"),
        ("X" * 40, "At most"),
    ],
)
def test_codes_that_cannot_be(page: CrmPage, installed: Sandbox, status_id: str, told: str) -> None:
    with installed.recording() as seen:
        answer = page.post("/stages", title="New", status_id=status_id, color="FF0000", after_id=page.ids[0])
    assert (answer.status_code, seen.http) == (422, 0)
    assert told in answer.text


@pytest.mark.parametrize("title", ["", "   ", "x" * 256])
def test_names_that_cannot_be(page: CrmPage, installed: Sandbox, title: str) -> None:
    with installed.recording() as seen:
        assert page.rename(page.ids[1], title).status_code == 422
        assert page.post("/stages", title=title, status_id="OK", color="FF0000").status_code == 422
    assert seen.http == 0


def test_a_second_success_stage(page: CrmPage, installed: Sandbox) -> None:
    with installed.recording() as seen:
        answer = page.post("/stages", title="Won again", color="00FF00", after_id=0, semantic="success")
    assert (answer.status_code, seen.http) == (422, 0)
    assert "one success stage only" in answer.text


def test_what_is_no_color(page: CrmPage, installed: Sandbox) -> None:
    with installed.recording() as seen:
        answer = page.recolor(page.ids[1], "<b>red</b>")
    assert (answer.status_code, seen.http) == (422, 0)
    assert "<b>red" not in answer.text


def test_an_order_of_somebody_elses_rows(page: CrmPage, installed: Sandbox) -> None:
    with installed.recording() as seen:
        assert page.order([*page.ids, 999999]).status_code == 422
        assert page.order(page.ids).status_code == 422
    assert seen.http == 0


# --- other people ---
def test_a_name_that_somebody_changed_meanwhile_is_named(page: CrmPage, installed: Sandbox) -> None:
    installed.act("admin", WRITE, id=page.ids[1], fields={"NAME": "Theirs"})
    answer = page.rename(page.ids[1], "Mine")
    assert answer.status_code == 200
    assert "somebody had changed it to “Theirs”" in answer.text
    assert portal_row(installed, page.ids[1])["NAME"] == "Mine"


def test_a_row_that_somebody_deleted_meanwhile(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    added = installed.act(
        "admin",
        "crm.status.add",
        fields={"ENTITY_ID": DEALS, "STATUS_ID": "BRIEF_ONE", "NAME": "Brief", "SORT": 15},
    )
    page = CrmPage.open(keeper, DEALS)
    installed.act("admin", "crm.status.delete", id=added)
    answer = page.rename(added, "Too late")
    assert answer.status_code == 404
    assert keeper.get(f"/crm/{DEALS}/stages/{added}/delete").status_code == 404


def test_a_row_that_somebody_added_meanwhile_shows(page: CrmPage, installed: Sandbox) -> None:
    fields = {"ENTITY_ID": DEALS, "STATUS_ID": "THEIRS", "NAME": "Theirs", "SORT": 15}
    added = installed.act("admin", "crm.status.add", fields=fields)
    answer = page.order([page.ids[1], page.ids[0], *page.ids[2:]])
    assert answer.status_code == 200
    assert added in events(answer)["crm:order"]["order"]
    assert "Somebody else changed" in answer.text


def test_a_code_that_somebody_took_meanwhile(page: CrmPage, installed: Sandbox) -> None:
    fields = {"ENTITY_ID": DEALS, "STATUS_ID": "FRESH", "NAME": "Theirs", "SORT": 15}
    installed.act("admin", "crm.status.add", fields=fields)
    answer = page.post("/stages", title="Fresh", status_id="FRESH", color="FF0000", after_id=page.ids[0])
    assert answer.status_code == 422
    assert "taken already" in answer.text


def test_an_undo_of_a_row_that_is_gone(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    fields = {"ENTITY_ID": DEALS, "STATUS_ID": "SHORT", "NAME": "Short", "SORT": 15}
    added = installed.act("admin", "crm.status.add", fields=fields)
    answer = CrmPage.open(keeper, DEALS).rename(added, "Else")
    installed.act("admin", "crm.status.delete", id=added)
    assert keeper.post(undo_of(answer)).status_code == 404


def test_rights_withdrawn_before_a_deletion(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    row = next(row for row in page.rows[1:] if not row[6] and row[5] == "")
    asked = keeper.get(f"/crm/{DEALS}/stages/{row[0]}/delete").text
    installed.post("crm", user=installed.user("crm_admin"), right="")
    answer = page.post(f"/stages/{row[0]}/delete", **hidden(asked) | {"target_stage_id": page.ids[0]})
    while step := STEP.search(answer.text):
        answer = keeper.post(step[1])
    assert "Not everything could be done" in answer.text
    assert row[0] in [int(row["ID"]) for row in portal_rows(installed, DEALS)]
    assert "You have no access to the CRM" in keeper.get("/crm").text


def test_items_that_cannot_be_moved_are_listed_and_the_stage_stays(
    page: CrmPage, keeper: Person, installed: Sandbox
) -> None:
    row = next(row for row in page.rows[1:] if row[5] == "" and count_of(installed, row[1]))
    count = count_of(installed, row[1])
    installed.fault("crm.item.update", "command_error", code="ACCESS_DENIED", description="no", times=1)
    asked = keeper.get(f"/crm/{DEALS}/stages/{row[0]}/delete").text
    form: dict[str, Any] = hidden(asked) | {"target_stage_id": page.ids[0], "forced": "1"}
    answer = page.post(f"/stages/{row[0]}/delete", **form)
    while step := STEP.search(answer.text):
        answer = keeper.post(step[1])
    assert "1 item stayed where it was" in answer.text
    assert count_of(installed, row[1]) == 1
    assert row[0] in [int(row["ID"]) for row in portal_rows(installed, DEALS)]
    if count > 1:
        keeper.post(undo_of(answer))
        assert count_of(installed, row[1]) == count


def test_items_that_came_meanwhile_keep_the_stage(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    fields = {"ENTITY_ID": DEALS, "STATUS_ID": "EMPTY_ONE", "NAME": "Empty", "SORT": 15}
    added = installed.act("admin", "crm.status.add", fields=fields)
    page = CrmPage.open(keeper, DEALS)
    asked = keeper.get(f"/crm/{DEALS}/stages/{added}/delete").text
    assert "No item that you can see" in asked
    item = installed.act("admin", "crm.item.list", entityTypeId=2, filter={"stageId": "NEW"})["items"][0][
        "id"
    ]
    installed.act("admin", "crm.item.update", entityTypeId=2, id=item, fields={"stageId": "EMPTY_ONE"})
    answer = page.post(f"/stages/{added}/delete", **hidden(asked))
    while step := STEP.search(answer.text):
        answer = keeper.post(step[1])
    assert answer.status_code == 409
    assert "still items in the stage" in answer.text
    assert portal_row(installed, added)["NAME"] == "Empty"


def count_of(sandbox: Sandbox, status_id: str) -> int:
    wanted = {"entityTypeId": 2, "filter": {"stageId": status_id}}
    answer = sandbox.post("act", user=sandbox.user("admin"), method="crm.item.list", params=wanted)
    return int(answer["total"])


# --- the ways between ---
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "broken_json", "html"])
def test_a_lost_answer_ends_in_the_wanted_name(page: CrmPage, installed: Sandbox, kind: str) -> None:
    installed.fault(WRITE, kind, times=1)
    answer = page.rename(page.ids[1], "Arrived")
    assert answer.status_code == 200, answer.text
    assert portal_row(installed, page.ids[1])["NAME"] == "Arrived"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "broken_json", "html"])
def test_a_lost_answer_adds_once(page: CrmPage, installed: Sandbox, kind: str) -> None:
    installed.fault("crm.status.add", kind, times=1)
    answer = page.post("/stages", title="Only one", color="FF0000", after_id=page.ids[0])
    assert answer.status_code == 200, answer.text
    assert [row["NAME"] for row in portal_rows(installed, DEALS)].count("Only one") == 1


@pytest.mark.parametrize("path", ["/crm", f"/crm/{DEALS}", f"/crm/{DEALS}/colors", f"/crm/{DEALS}/copy"])
def test_pages_when_the_portal_is_silent(keeper: Person, installed: Sandbox, path: str) -> None:
    installed.fault("*", "html", times=None, status=502)
    answer = keeper.get(path)
    assert answer.status_code == 502
    assert "<html" not in answer.text
    installed.delete("faults")
    assert keeper.get(path).status_code == 200


def test_ended_tokens_are_renewed_and_the_action_made(page: CrmPage, installed: Sandbox) -> None:
    installed.post("tokens/expire", which="access")
    assert page.rename(page.ids[1], "Renewed").status_code == 200
    assert portal_row(installed, page.ids[1])["NAME"] == "Renewed"


def test_without_the_scope_the_page_explains(keeper: Person, installed: Sandbox) -> None:
    installed.fault(
        "crm.status.list", "command_error", code="insufficient_scope", description="no", times=None
    )
    answer = keeper.get("/crm")
    assert answer.status_code == 200
    assert "no permission for the CRM" in answer.text
    assert "settings of the app" in answer.text


def test_counts_that_are_refused_do_no_harm(page: CrmPage, keeper: Person, installed: Sandbox) -> None:
    loader = re.search(rf'hx-get="(/crm/{DEALS}/counts\?[^"]+)"', page.text)
    assert loader
    installed.fault("crm.item.list", "command_error", code="ACCESS_DENIED", description="no", times=1)
    answer = keeper.get(loader[1].replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.text.count("–") == 1
