"""`crm.status.*`, reading: rows, filter, order, types (behaviour.md §6.1-§6.3, §6.7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import RestError
from sandbox.state.crm import CrmStatus
from tests.contract.portal_fixture import PortalFixture
from tests.contract.rest_client import RestClient, refused


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


@pytest.fixture(scope="module")
def company() -> PortalFixture:
    """Read only."""
    return PortalFixture("company")


def rows(portal: PortalFixture, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = portal.ask("member", "crm.status.list", **params)
    return found


def entity(portal: PortalFixture, entity_id: str) -> list[dict[str, Any]]:
    return rows(portal, filter={"ENTITY_ID": entity_id})


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [row["STATUS_ID"] for row in found]


def says(error: RestError) -> tuple[str, str]:
    assert error.status == 400
    return error.code, error.description


# --- rights ---
@pytest.mark.parametrize("who", ["outsider", "no_crm"])
@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("crm.status.list", {}),
        ("crm.status.get", {"id": 1}),
        ("crm.status.entity.items", {"entityId": "STATUS"}),
    ],
)
def test_reading_without_any_right_to_the_crm_is_denied(
    portal: PortalFixture, who: str, name: str, params: dict[str, Any]
) -> None:
    assert says(portal.refused(who, name, **params)) == ("", "Access denied.")


@pytest.mark.parametrize("who", ["admin", "crm_admin", "owner", "moderator", "member"])
def test_reading_needs_no_more_than_reading(portal: PortalFixture, who: str) -> None:
    assert portal.ask(who, "crm.status.list")


@pytest.mark.parametrize("name", ["crm.status.fields", "crm.status.entity.types"])
def test_fields_and_types_are_for_everybody(portal: PortalFixture, name: str) -> None:
    assert portal.ask("no_crm", name) == portal.ask("admin", name)


def test_a_portal_admin_is_a_crm_admin_and_a_crm_admin_no_portal_admin(portal: PortalFixture) -> None:
    assert portal.ask("crm_admin", "user.admin") is False
    for who in ("admin", "crm_admin"):
        assert portal.ask(who, "crm.status.update", id=1, fields={}) is True


def test_an_empty_code_goes_over_http_as_an_empty_text() -> None:
    rest = RestClient.start()
    body = refused(rest.call("crm.status.list", who="no_crm"), 400, "")
    assert body == {"error": "", "error_description": "Access denied."}


# --- rows ---
def test_a_row_has_these_keys_and_texts_only(portal: PortalFixture) -> None:
    first = entity(portal, "DEAL_STAGE")[0]
    assert list(first) == [
        "ID",
        "ENTITY_ID",
        "STATUS_ID",
        "NAME",
        "NAME_INIT",
        "SORT",
        "SYSTEM",
        "CATEGORY_ID",
        "COLOR",
        "SEMANTICS",
        "EXTRA",
    ]
    assert first["SORT"] == "10"
    assert (first["SYSTEM"], first["NAME_INIT"]) == ("Y", "New")
    assert first["COLOR"] == "#39A8EF"


def test_semantics_are_null_s_or_f(portal: PortalFixture) -> None:
    assert [row["SEMANTICS"] for row in entity(portal, "DEAL_STAGE")] == [None] * 5 + ["S", "F", "F"]


def test_extra_says_the_same_in_words_and_knows_an_apology(portal: PortalFixture) -> None:
    meanings = [row["EXTRA"]["SEMANTICS"] for row in entity(portal, "DEAL_STAGE")]
    assert meanings == ["process"] * 5 + ["success", "failure", "apology"]


def test_extra_color_mirrors_color(company: PortalFixture) -> None:
    assert all(row["EXTRA"]["COLOR"] == row["COLOR"] for row in rows(company) if "EXTRA" in row)


def test_extra_is_only_there_for_leads_quotes_and_deals(company: PortalFixture) -> None:
    with_extra = {row["ENTITY_ID"] for row in rows(company) if "EXTRA" in row}
    assert with_extra == {
        "STATUS",
        "QUOTE_STATUS",
        "DEAL_STAGE",
        "DEAL_STAGE_1",
        "DEAL_STAGE_2",
        "DEAL_STAGE_3",
    }


def test_smart_stages_have_color_and_semantics_of_their_own(portal: PortalFixture) -> None:
    last = entity(portal, "DYNAMIC_128_STAGE_1")[-1]
    assert (last["STATUS_ID"], last["COLOR"], last["SEMANTICS"]) == ("DT128_1:FAIL", "#FF0000", "F")


def test_category_id_is_null_zero_or_the_number_as_a_text(company: PortalFixture) -> None:
    of_default = {row["CATEGORY_ID"] for row in entity(company, "DEAL_STAGE")}
    assert of_default == {None, "0"}
    assert {row["CATEGORY_ID"] for row in entity(company, "DEAL_STAGE_2")} == {"2"}


# --- crm.status.list ---
def test_everything_comes_in_one_answer(company: PortalFixture) -> None:
    answer = company.envelope("member", "crm.status.list")
    assert len(answer["result"]) == answer["total"] == len(company.state.crm.statuses) > 50
    assert "next" not in answer


def test_start_and_select_mean_nothing(company: PortalFixture) -> None:
    answer = company.envelope("member", "crm.status.list", start=50, select=["ID"])
    assert len(answer["result"]) == answer["total"] > 50
    assert "NAME" in answer["result"][0]


def test_the_default_order_is_by_sort(portal: PortalFixture) -> None:
    sorts = [int(row["SORT"]) for row in rows(portal)]
    assert sorts == sorted(sorts)


@pytest.mark.parametrize("name", ["NAME", "name", "Name"])
def test_order_names_come_in_any_case(portal: PortalFixture, name: str) -> None:
    names = [row["NAME"].casefold() for row in rows(portal, order={name: "asc"})]
    assert names == sorted(names)


@pytest.mark.parametrize("way", ["desc", "DESC", "down", ""])
def test_any_direction_but_asc_is_backwards(portal: PortalFixture, way: str) -> None:
    ids = [int(row["ID"]) for row in rows(portal, order={"ID": way})]
    assert ids == sorted(ids, reverse=True)


def test_an_order_of_unknown_names_only_is_by_id_backwards(portal: PortalFixture) -> None:
    ids = [int(row["ID"]) for row in rows(portal, order={"COLOR": "asc"})]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    ("condition", "amount"),
    [
        ({"ENTITY_ID": "STATUS"}, 5),
        ({"ENTITY_ID": "STATUS", "SEMANTICS": "S"}, 1),
        ({"STATUS_ID": "C1:WON"}, 1),
        ({"ID": 1}, 1),
        ({"ENTITY_ID": "DEAL_STAGE", "SORT": "30"}, 1),
        ({"ENTITY_ID": "DEAL_STAGE", "SYSTEM": "Y"}, 3),
        ({"ENTITY_ID": "DEAL_STAGE_1", "CATEGORY_ID": "1"}, 4),
        ({"ENTITY_ID": "DEAL_STAGE_1", "CATEGORY_ID": "7"}, 0),
        ({"ENTITY_ID": "NOWHERE"}, 0),
    ],
)
def test_filters_are_equalities(portal: PortalFixture, condition: dict[str, Any], amount: int) -> None:
    answer = portal.envelope("member", "crm.status.list", filter=condition)
    assert len(answer["result"]) == answer["total"] == amount


@pytest.mark.parametrize("query", ["deal won", "won | nowhere", '"Deal won"', "DEAL & WON"])
def test_names_are_searched_in_the_search_syntax(portal: PortalFixture, query: str) -> None:
    found = rows(portal, filter={"NAME": query})
    assert {row["NAME"] for row in found} == {"Deal won"}


@pytest.mark.parametrize(
    "condition",
    [
        {"entity_id": "STATUS"},
        {"Entity_Id": "STATUS"},
        {"!ENTITY_ID": "STATUS"},
        {"%NAME": "won"},
        {">SORT": 30},
        {"=ENTITY_ID": "STATUS"},
        {"COLOR": "#39A8EF"},
        {"ENTITY_ID": ""},
        {"ENTITY_ID": None},
        {"ENTITY_ID": []},
    ],
)
def test_conditions_it_does_not_understand_are_dropped_and_widen(
    portal: PortalFixture, condition: dict[str, Any]
) -> None:
    assert len(rows(portal, filter=condition)) == len(portal.state.crm.statuses)


def test_stages_in_progress_cannot_be_filtered_for(portal: PortalFixture) -> None:
    assert len(rows(portal, filter={"SEMANTICS": None})) == len(portal.state.crm.statuses)
    assert rows(portal, filter={"SEMANTICS": "P"}) == []


@pytest.mark.parametrize("name", ["ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS"])
def test_arrays_are_refused_for_four_keys(portal: PortalFixture, name: str) -> None:
    error = portal.refused("member", "crm.status.list", filter={name: ["STATUS", "SOURCE"]})
    assert says(error) == ("", f"Filter by {name} must be a string")


@pytest.mark.parametrize("name", ["order", "filter"])
def test_order_and_filter_must_be_arrays(portal: PortalFixture, name: str) -> None:
    error = portal.refused("member", "crm.status.list", **{name: "STATUS"})
    assert says(error) == ("", f"Parameter '{name}' must be array.")


@pytest.mark.parametrize("spelling", ["filter", "FILTER", "Filter", "arFilter"])
def test_top_level_names_have_four_spellings(portal: PortalFixture, spelling: str) -> None:
    assert len(rows(portal, **{spelling: {"ENTITY_ID": "STATUS"}})) == 5


def test_another_spelling_of_a_top_level_name_is_no_parameter(portal: PortalFixture) -> None:
    assert len(rows(portal, fILTER={"ENTITY_ID": "STATUS"})) == len(portal.state.crm.statuses)


def test_equal_sorts_come_in_no_order_to_rely_on(portal: PortalFixture) -> None:
    for number in range(900, 912):
        portal.state.crm.statuses[number] = CrmStatus(number, "EMPLOYEES", f"E{number}", f"E {number}")
    ids = [int(row["ID"]) for row in entity(portal, "EMPLOYEES")]
    assert ids not in (sorted(ids), sorted(ids, reverse=True))
    assert ids == [int(row["ID"]) for row in entity(portal, "EMPLOYEES")]


# --- crm.status.get ---
@pytest.mark.parametrize("name", ["id", "ID"])
def test_get_answers_one_row(portal: PortalFixture, name: str) -> None:
    first = rows(portal, filter={"ID": 1})[0]
    assert portal.ask("member", "crm.status.get", **{name: "1"}) == first


@pytest.mark.parametrize("value", [None, 0, -3, "abc", []])
def test_get_without_a_number(portal: PortalFixture, value: Any) -> None:
    error = portal.refused("member", "crm.status.get", id=value)
    assert says(error) == ("", "ID is not defined or invalid.")


def test_get_of_an_unknown_number(portal: PortalFixture) -> None:
    error = portal.refused("member", "crm.status.get", id=99999)
    assert says(error) == ("", "CRM Status is not found.")


# --- fields, types, items ---
def test_fields_say_what_is_immutable(portal: PortalFixture) -> None:
    table = portal.ask("member", "crm.status.fields")
    assert [name for name, row in table.items() if row["isImmutable"]] == [
        "ENTITY_ID",
        "STATUS_ID",
        "CATEGORY_ID",
        "SEMANTICS",
    ]
    assert [name for name, row in table.items() if row["isReadOnly"]] == ["ID", "NAME_INIT", "SYSTEM"]
    assert [name for name, row in table.items() if row["isRequired"]] == ["ENTITY_ID", "STATUS_ID", "NAME"]
    assert table["EXTRA"]["type"] == "crm_status_extra"


def test_extra_fields_are_broken(portal: PortalFixture) -> None:
    error = portal.refused("admin", "crm.status.extra.fields")
    assert says(error) == ("", "Resource 'EXTRA' is not supported in current context.")


def types(portal: PortalFixture) -> dict[str, dict[str, Any]]:
    return {row["ID"]: row for row in portal.ask("member", "crm.status.entity.types")}


def test_plain_lists_have_an_id_and_a_name_only(company: PortalFixture) -> None:
    plain = [row["ID"] for row in types(company).values() if row.keys() == {"ID", "NAME"}]
    assert plain == [
        "SOURCE",
        "CONTACT_TYPE",
        "COMPANY_TYPE",
        "EMPLOYEES",
        "INDUSTRY",
        "DEAL_TYPE",
        "HONORIFIC",
        "EVENT_TYPE",
        "CALL_LIST",
    ]


def test_a_pipeline_of_deals(company: PortalFixture) -> None:
    assert types(company)["DEAL_STAGE_1"] == {
        "ID": "DEAL_STAGE_1",
        "NAME": "Выставки deal stages",
        "PARENT_ID": "DEAL_STAGE",
        "SEMANTIC_INFO": {
            "START_FIELD": "C1:NEW",
            "FINAL_SUCCESS_FIELD": "C1:WON",
            "FINAL_UNSUCCESS_FIELD": "C1:LOSE",
            "FINAL_SORT": 0,
        },
        "PREFIX": "C1",
        "FIELD_ATTRIBUTE_SCOPE": "category_1",
        "ENTITY_TYPE_ID": 2,
        "CATEGORY_ID": "1",
    }


def test_the_default_pipeline_has_no_prefix_and_no_parent(company: PortalFixture) -> None:
    row = types(company)["DEAL_STAGE"]
    assert "PREFIX" not in row
    assert "PARENT_ID" not in row
    assert (row["CATEGORY_ID"], row["FIELD_ATTRIBUTE_SCOPE"]) == (0, "")


def test_a_pipeline_of_a_smart_process_has_an_empty_semantic_info(company: PortalFixture) -> None:
    row = types(company)["DYNAMIC_128_STAGE_4"]
    assert row["SEMANTIC_INFO"] == []
    assert (row["PREFIX"], row["CATEGORY_ID"], row["ENTITY_TYPE_ID"]) == ("DT128_4", 4, 128)
    assert (row["CATEGORY_NAME"], row["IS_DEFAULT_CATEGORY"]) == ("Gewährleistung", False)


def test_pipelines_of_invoices_do_not_tell_their_names(company: PortalFixture) -> None:
    found = [row for row in types(company).values() if row["ID"].startswith("SMART_INVOICE")]
    assert [row["NAME"] for row in found] == ["Invoice stages"] * 2
    assert all("CATEGORY_NAME" not in row for row in found)


def test_every_row_belongs_to_a_type_and_wears_its_prefix(company: PortalFixture) -> None:
    known = types(company)
    for row in rows(company):
        prefix = known[row["ENTITY_ID"]].get("PREFIX")
        assert prefix is None or row["STATUS_ID"].startswith(f"{prefix}:")


def test_items_have_a_number_for_sort(portal: PortalFixture) -> None:
    found = portal.ask("member", "crm.status.entity.items", entityId="DEAL_STAGE")
    assert found[0] == {"NAME": "New", "SORT": 10, "STATUS_ID": "NEW"}
    assert [row["SORT"] for row in found] == [10, 20, 30, 40, 50, 60, 70, 80]


@pytest.mark.parametrize("name", ["entityId", "ENTITYID", "EntityId"])
def test_items_take_the_id_in_any_case(portal: PortalFixture, name: str) -> None:
    assert len(portal.ask("member", "crm.status.entity.items", **{name: "status"})) == 5


def test_items_of_an_unknown_directory_are_none(portal: PortalFixture) -> None:
    assert portal.ask("member", "crm.status.entity.items", entityId="NOWHERE") == []


@pytest.mark.parametrize("params", [{}, {"entityId": ""}, {"entityId": []}])
def test_items_without_a_directory(portal: PortalFixture, params: dict[str, Any]) -> None:
    error = portal.refused("member", "crm.status.entity.items", **params)
    assert says(error) == ("", "The parameter entityId is not defined or invalid.")


@pytest.mark.parametrize("value", [7, ["STATUS"]])
def test_items_of_what_is_no_text(portal: PortalFixture, value: Any) -> None:
    error = portal.refused("member", "crm.status.entity.items", entityId=value)
    assert says(error) == ("", "The parameter entityId must be a string.")
