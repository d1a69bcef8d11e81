"""The CRM to look at: what it shows, to whom, and what it costs the portal."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import pytest

from tests.functional.crm.page import CrmPage, portal_row, portal_rows
from tests.functional.helpers import bound
from tests.support.person import Person
from tests.support.servers import Sandbox
from tests.support.stores import Store

Opener = Callable[..., Person]
PLACEMENT = "CRM_FUNNELS_TOOLBAR"


@pytest.fixture
def open_as(open_as: Opener) -> Opener:
    """Everybody reads English here."""
    return functools.partial(open_as, lang="en")


@pytest.fixture
def keeper(open_as: Opener) -> Person:
    """The administrator of the CRM, who administers nothing else."""
    return open_as("crm_admin")


@pytest.fixture
def huge(installed: Sandbox, open_as: Opener) -> Person:
    installed.people = installed.post("reset", seed="huge", installed=True)["people"]
    return open_as("crm_admin")


# --- costs ---
def test_the_overview_is_one_request_and_its_counts_one_more(keeper: Person, installed: Sandbox) -> None:
    with installed.recording() as seen:
        page = keeper.get("/crm")
    assert (page.status_code, seen.http) == (200, 1)
    loader = re.search(r'hx-get="(/crm/totals\?[^"]+)"', page.text)
    assert loader
    with installed.recording() as seen:
        totals = keeper.get(loader[1])
    assert (totals.status_code, seen.http) == (200, 1)
    assert "items" in totals.text


def test_a_page_is_one_request_and_its_counts_one_more(keeper: Person, installed: Sandbox) -> None:
    with installed.recording() as seen:
        page = CrmPage.open(keeper, "DEAL_STAGE")
    assert seen.http == 1
    loader = re.search(r'hx-get="(/crm/DEAL_STAGE/counts\?[^"]+)"', page.text)
    assert loader
    with installed.recording() as seen:
        counts = keeper.get(loader[1].replace("&amp;", "&"))
    assert (counts.status_code, seen.http) == (200, 1)
    shown = dict(re.findall(r'id="crm-(\d+)-count" data-total="(\d+)"', counts.text))
    assert shown.keys() == {str(row_id) for row_id in page.ids}
    for row_id, total in shown.items():
        code = portal_row(installed, int(row_id))["STATUS_ID"]
        answer = installed.post(
            "act",
            user=installed.user("admin"),
            method="crm.item.list",
            params={"entityTypeId": 2, "filter": {"stageId": code}},
        )
        assert int(total) == answer["total"]


def test_a_search_is_one_request_and_marks_what_it_found(keeper: Person, installed: Sandbox) -> None:
    name = portal_rows(installed, "DEAL_STAGE")[0]["NAME"]
    with installed.recording() as seen:
        page = keeper.get("/crm", q=name.upper())
    assert seen.http == 1
    assert f"<mark>{name}</mark>" in page.text
    assert 'data-entity-id="DEAL_STAGE"' in page.text
    assert 'data-entity-id="SOURCE"' not in page.text
    assert "No pipeline, list or stage" in keeper.get("/crm", q="<b>nothing</b>").text


def test_looking_at_a_color_costs_nothing(keeper: Person, installed: Sandbox) -> None:
    with installed.recording() as seen:
        poor = keeper.get("/crm/sample", color="777777").text
        good = keeper.get("/crm/sample", color="#00FF00").text
        assert keeper.get("/crm/DEAL_STAGE/stages/1/color", color="00C4FB").status_code == 200
        assert "Six hex digits" in keeper.get("/crm/sample", color="blue").text
    assert seen.http == 0
    assert "Hard to read" in poor
    assert "#767676" in poor
    assert "Hard to read" not in good


def test_a_list_of_500_rows_is_one_request(huge: Person, installed: Sandbox) -> None:
    with installed.recording() as seen:
        page = CrmPage.open(huge, "INDUSTRY")
    assert seen.http == 1
    assert len(page.rows) == 500


# --- opening ---
def test_the_toolbar_of_the_portal_opens_the_crm_in_two_requests(open_as: Opener, installed: Sandbox) -> None:
    with installed.recording() as seen:
        person = open_as("crm_admin", placement=PLACEMENT)
    assert seen.http == 2
    assert 'data-entity-id="DEAL_STAGE"' in person.html
    assert person.get("/crm").status_code == 200


def test_the_app_opens_where_the_person_was(keeper: Person, open_as: Opener) -> None:
    CrmPage.open(keeper, "DEAL_STAGE")
    assert 'id="crm"' in open_as("crm_admin").html
    keeper.get("/crm")
    assert 'id="crm-all"' in open_as("crm_admin").html


def test_a_directory_that_is_gone_is_not_opened_again(keeper: Person, store: Store, open_as: Opener) -> None:
    CrmPage.open(keeper, "DEAL_STAGE")
    store.rows("UPDATE preference SET value = replace(value, 'DEAL_STAGE', 'DEAL_STAGE_99')")
    assert 'id="crm' in open_as("crm_admin").html


def test_the_install_binds_the_toolbar(installed: Sandbox) -> None:
    placements, _ = bound(installed)
    assert PLACEMENT in {code for code, _handler in placements}


# --- who may what ---
@pytest.mark.parametrize("who", ["crm_admin", "admin"])
def test_administrators_may_write(who: str, open_as: Opener) -> None:
    page = CrmPage.open(open_as(who), "DEAL_STAGE").text
    assert "crm-row__grip" in page
    assert 'role="note"' not in page


def test_a_reader_sees_why_they_only_read(open_as: Opener) -> None:
    person = open_as("member")
    page = CrmPage.open(person, "DEAL_STAGE").text
    assert "Only administrators of the CRM" in page
    assert not re.search(r"hx-post|crm-row__grip", page)
    assert "Only administrators of the CRM" in person.get("/crm").text


def test_without_crm_the_section_says_that_it_is_not_theirs(open_as: Opener) -> None:
    for page in ("/crm", "/crm/DEAL_STAGE"):
        answer = open_as("no_crm").get(page)
        assert answer.status_code == 200
        assert "You have no access to the CRM" in answer.text
        assert "data-entity-id" not in answer.text


def test_the_right_is_asked_for_once_and_changes_nothing(keeper: Person, installed: Sandbox) -> None:
    before = portal_rows(installed, "STATUS")
    with installed.recording() as first:
        keeper.get("/crm")
    with installed.recording() as second:
        keeper.get("/crm/DEAL_STAGE")
    assert first.methods.count("crm.status.update") == 1
    assert second.methods.count("crm.status.update") == 0
    assert portal_rows(installed, "STATUS") == before


def test_rights_withdrawn_show_at_the_next_page(keeper: Person, installed: Sandbox) -> None:
    page = CrmPage.open(keeper, "DEAL_STAGE")
    installed.post("crm", user=installed.user("crm_admin"), right="read")
    answer = page.rename(page.ids[0], "Not for me")
    assert answer.status_code == 403
    assert "You may not do this" in answer.text
    assert "Only administrators of the CRM" in CrmPage.open(keeper, "DEAL_STAGE").text
    assert portal_row(installed, page.ids[0])["NAME"] != "Not for me"


@pytest.mark.parametrize("path", ["/crm", "/crm/DEAL_STAGE", "/crm/totals", "/crm/DEAL_STAGE/counts"])
def test_nothing_without_a_session(keeper: Person, path: str) -> None:
    keeper.token = "no-such-token"
    assert keeper.get(path).status_code == 401


@pytest.mark.parametrize("key", ["NO_SUCH_LIST", "deal_stage", "A.B", "X" * 60])
def test_what_is_no_directory(keeper: Person, key: str) -> None:
    assert keeper.get(f"/crm/{key}").status_code == 404
