"""`crm.category.*`: pipelines (behaviour.md §6.8; docs: crm.category.add and its neighbours)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import RestError
from tests.contract.portal_fixture import PortalFixture
from tests.contract.rest_client import RestClient, refused

SMART = 128


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


@pytest.fixture(scope="module")
def company() -> PortalFixture:
    """Read only."""
    return PortalFixture("company")


def says(error: RestError) -> tuple[str, str]:
    assert error.status == 400
    return error.code, error.description


def listed(portal: PortalFixture, kind: int, **params: Any) -> list[dict[str, Any]]:
    answer = portal.ask("member", "crm.category.list", entityTypeId=kind, **params)
    found: list[dict[str, Any]] = answer["categories"]
    return found


def add(portal: PortalFixture, kind: int = 2, **fields: Any) -> dict[str, Any]:
    answer = portal.ask("crm_admin", "crm.category.add", entityTypeId=kind, fields={"name": "Third"} | fields)
    made: dict[str, Any] = answer["category"]
    return made


def stage_codes(portal: PortalFixture, entity_id: str) -> list[str]:
    rows = portal.ask("member", "crm.status.list", filter={"ENTITY_ID": entity_id})
    return [row["STATUS_ID"] for row in rows]


# --- list ---
def test_all_pipelines_come_at_once_by_sort(company: PortalFixture) -> None:
    answer = company.envelope("member", "crm.category.list", entityTypeId=2)
    found = answer["result"]["categories"]
    assert [row["sort"] for row in found] == [200, 200, 300, 400]
    assert answer["total"] == 4
    assert "next" not in answer


def test_the_default_pipeline_of_deals_is_id_0_without_origin(company: PortalFixture) -> None:
    default = next(row for row in listed(company, 2) if row["isDefault"] == "Y")
    assert default == {"id": 0, "name": "General", "sort": 300, "entityTypeId": 2, "isDefault": "Y"}


def test_other_pipelines_of_deals_have_an_origin(company: PortalFixture) -> None:
    other = next(row for row in listed(company, 2) if row["id"] == 1)
    assert (other["originId"], other["originatorId"], other["isDefault"]) == ("", "", "N")


def test_pipelines_of_processes_have_a_code_instead(company: PortalFixture) -> None:
    row = listed(company, SMART)[0]
    assert (row["isSystem"], row["code"]) == ("N", "")
    assert "originId" not in row


@pytest.mark.parametrize(("kind", "amount"), [(31, 2), (128, 2), (134, 1), (1038, 2)])
def test_every_type_has_its_own(company: PortalFixture, kind: int, amount: int) -> None:
    assert len(listed(company, kind)) == amount


def test_only_code_filters(portal: PortalFixture) -> None:
    portal.state.crm.categories[2, 1].code = "second"
    assert [row["id"] for row in listed(portal, 2, filter={"code": "second"})] == [1]
    assert len(listed(portal, 2, filter={"name": "Second", "CODE": "second", "id": 1})) == 2


def test_nothing_is_readable_without_a_right(portal: PortalFixture) -> None:
    answer = portal.envelope("no_crm", "crm.category.list", entityTypeId=2)
    assert (answer["result"], answer["total"]) == ({"categories": []}, 0)


# --- what all of them check ---
@pytest.mark.parametrize("name", ["list", "get", "fields", "add", "update", "delete"])
@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({}, "100", "Could not find value for parameter {entityTypeId}"),
        ({"ENTITYTYPEID": 2}, "100", "Could not find value for parameter {entityTypeId}"),
        ({"entityTypeId": 1}, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type Lead is not supported"),
        ({"entityTypeId": 7}, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type Estimate is not supported"),
        ({"entityTypeId": 999}, "NOT_FOUND", "Smart Process Automation was not found"),
    ],
)
def test_the_type_comes_first(
    portal: PortalFixture, name: str, params: dict[str, Any], code: str, text: str
) -> None:
    assert says(portal.refused("crm_admin", f"crm.category.{name}", **params)) == (code, text)


def test_an_ill_typed_type(portal: PortalFixture) -> None:
    code, text = says(portal.refused("member", "crm.category.list", entityTypeId="deal"))
    assert code == "100"
    assert "Should be value of type int" in text


@pytest.mark.parametrize("name", ["get", "update", "delete"])
def test_an_unknown_pipeline(portal: PortalFixture, name: str) -> None:
    error = portal.refused("crm_admin", f"crm.category.{name}", entityTypeId=2, id=77, fields={})
    assert says(error) == ("NOT_FOUND", "Element not found")


@pytest.mark.parametrize(
    ("who", "name"),
    [("no_crm", "get"), ("member", "add"), ("member", "update"), ("member", "delete"), ("no_crm", "delete")],
)
def test_the_right_is_needed(portal: PortalFixture, who: str, name: str) -> None:
    error = portal.refused(who, f"crm.category.{name}", entityTypeId=2, id=1, fields={"name": "x"})
    assert says(error) == ("ACCESS_DENIED", "Access denied")


def test_other_verbs_are_refused_as_by_any_controller() -> None:
    rest = RestClient.start()
    answer = rest.client.put(
        rest.hook() + "crm.category.list?entityTypeId=2", base_url="http://localhost:5001"
    )
    refused(answer, 400, "invalid_http_method")


# --- get, fields ---
def test_get_answers_the_same_row(portal: PortalFixture) -> None:
    answer = portal.ask("member", "crm.category.get", entityTypeId=2, id=1)
    assert answer == {"category": listed(portal, 2)[1]}


def test_fields_of_deals_and_of_processes_differ(portal: PortalFixture) -> None:
    of_deals = portal.ask("no_crm", "crm.category.fields", entityTypeId=2)["fields"]
    of_process = portal.ask("no_crm", "crm.category.fields", entityTypeId=SMART)["fields"]
    assert of_deals["isDefault"]["isReadOnly"] is True
    assert of_process["isDefault"]["isReadOnly"] is False
    assert {"originId", "originatorId"} == of_deals.keys() - of_process.keys()
    assert {"isSystem", "code"} == of_process.keys() - of_deals.keys()
    assert of_deals["entityTypeId"]["upperName"] == "ENTITY_TYPE_ID"


# --- add ---
def test_a_new_pipeline_of_deals_gets_the_default_stages(portal: PortalFixture) -> None:
    made = add(portal)
    assert (made["id"], made["sort"], made["isDefault"]) == (2, 500, "N")
    assert stage_codes(portal, "DEAL_STAGE_2") == [
        "C2:NEW",
        "C2:PREPARATION",
        "C2:PREPAYMENT_INVOICE",
        "C2:EXECUTING",
        "C2:FINAL_INVOICE",
        "C2:WON",
        "C2:LOSE",
        "C2:APOLOGY",
    ]


def test_a_new_pipeline_of_a_process_is_a_type_of_status(portal: PortalFixture) -> None:
    made = add(portal, SMART)
    entity_id = f"DYNAMIC_128_STAGE_{made['id']}"
    assert entity_id in [row["ID"] for row in portal.ask("member", "crm.status.entity.types")]
    assert stage_codes(portal, entity_id)[0] == f"DT128_{made['id']}:NEW"


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_name_is_required(portal: PortalFixture, name: Any) -> None:
    error = portal.refused("crm_admin", "crm.category.add", entityTypeId=2, fields={"name": name})
    assert says(error) == ("0", "Field 'NAME' is required")


def test_a_negative_sort_becomes_0(portal: PortalFixture) -> None:
    assert add(portal, sort=-10)["sort"] == 0


def test_system_pipelines_cannot_be_made(portal: PortalFixture) -> None:
    error = portal.refused("crm_admin", "crm.category.add", entityTypeId=SMART, fields={"isSystem": "Y"})
    assert says(error) == ("ADDING_DISABLED", "Adding a system category is prohibited")


def test_a_new_default_replaces_the_old_one_but_not_for_deals(portal: PortalFixture) -> None:
    add(portal, SMART, isDefault="Y")
    assert [row["isDefault"] for row in listed(portal, SMART)] == ["N", "Y"]
    add(portal, 2, isDefault="Y")
    assert [row["id"] for row in listed(portal, 2) if row["isDefault"] == "Y"] == [0]


# --- update ---
def test_update_changes_name_and_sort(portal: PortalFixture) -> None:
    fields = {"name": "Renamed", "sort": 5}
    answer = portal.ask("crm_admin", "crm.category.update", entityTypeId=2, id=1, fields=fields)
    assert (answer["category"]["name"], answer["category"]["sort"]) == ("Renamed", 5)


def test_the_default_pipeline_of_deals_can_be_renamed(portal: PortalFixture) -> None:
    portal.ask("crm_admin", "crm.category.update", entityTypeId=2, id=0, fields={"name": "Main"})
    assert [row["name"] for row in listed(portal, 2) if row["id"] == 0] == ["Main"]


# --- delete ---
def test_delete_answers_null_and_takes_the_stages_along(portal: PortalFixture) -> None:
    made = add(portal)
    assert portal.ask("crm_admin", "crm.category.delete", entityTypeId=2, id=made["id"]) is None
    assert stage_codes(portal, f"DEAL_STAGE_{made['id']}") == []
    assert made["id"] not in [row["id"] for row in listed(portal, 2)]


@pytest.mark.parametrize(
    ("kind", "number", "code", "text"),
    [
        (2, 0, "0", "Default deal category cannot be deleted"),
        (2, 1, "0", "Deals related to the funnel Second found"),
        (SMART, 1, "BX_ERROR", "This funnel is the default funnel"),
    ],
)
def test_default_and_filled_pipelines_stay(
    portal: PortalFixture, kind: int, number: int, code: str, text: str
) -> None:
    error = portal.refused("crm_admin", "crm.category.delete", entityTypeId=kind, id=number)
    assert says(error) == (code, text)


def test_a_filled_pipeline_of_a_process_stays(portal: PortalFixture) -> None:
    add(portal, SMART, isDefault="Y")
    error = portal.refused("crm_admin", "crm.category.delete", entityTypeId=SMART, id=1)
    assert says(error) == ("BX_ERROR", "Elements related to the funnel found")


def test_a_system_pipeline_stays(portal: PortalFixture) -> None:
    portal.state.crm.categories[SMART, 1].is_system = True
    error = portal.refused("crm_admin", "crm.category.delete", entityTypeId=SMART, id=1)
    assert says(error) == ("REMOVING_DISABLED", "Deletion of system category is prohibited")
