"""`crm.status.*`, reading: rows, filter, order, types (behaviour.md §6.1-§6.3, §6.7)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import RestError
from sandbox.state.crm import CrmStatus
from tests.contract.desk import Desk
from tests.contract.rest_client import Rest, refused


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def company() -> Desk:
    """Read only."""
    return Desk("company")


def rows(desk: Desk, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.ask("member", "crm.status.list", **params)
    return found


def entity(desk: Desk, entity_id: str) -> list[dict[str, Any]]:
    return rows(desk, filter={"ENTITY_ID": entity_id})


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
    desk: Desk, who: str, name: str, params: dict[str, Any]
) -> None:
    assert says(desk.refused(who, name, **params)) == ("", "Access denied.")


@pytest.mark.parametrize("who", ["admin", "crm_admin", "owner", "moderator", "member"])
def test_reading_needs_no_more_than_reading(desk: Desk, who: str) -> None:
    assert desk.ask(who, "crm.status.list")


@pytest.mark.parametrize("name", ["crm.status.fields", "crm.status.entity.types"])
def test_fields_and_types_are_for_everybody(desk: Desk, name: str) -> None:
    assert desk.ask("no_crm", name) == desk.ask("admin", name)


def test_a_portal_admin_is_a_crm_admin_and_a_crm_admin_no_portal_admin(desk: Desk) -> None:
    assert desk.ask("crm_admin", "user.admin") is False
    for who in ("admin", "crm_admin"):
        assert desk.ask(who, "crm.status.update", id=1, fields={}) is True


def test_an_empty_code_goes_over_http_as_an_empty_text() -> None:
    rest = Rest.start()
    body = refused(rest.call("crm.status.list", who="no_crm"), 400, "")
    assert body == {"error": "", "error_description": "Access denied."}


# --- rows ---
def test_a_row_has_these_keys_and_texts_only(desk: Desk) -> None:
    first = entity(desk, "DEAL_STAGE")[0]
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


def test_semantics_are_null_s_or_f(desk: Desk) -> None:
    assert [row["SEMANTICS"] for row in entity(desk, "DEAL_STAGE")] == [None] * 5 + ["S", "F", "F"]


def test_extra_says_the_same_in_words_and_knows_an_apology(desk: Desk) -> None:
    meanings = [row["EXTRA"]["SEMANTICS"] for row in entity(desk, "DEAL_STAGE")]
    assert meanings == ["process"] * 5 + ["success", "failure", "apology"]


def test_extra_color_mirrors_color(company: Desk) -> None:
    assert all(row["EXTRA"]["COLOR"] == row["COLOR"] for row in rows(company) if "EXTRA" in row)


def test_extra_is_only_there_for_leads_quotes_and_deals(company: Desk) -> None:
    with_extra = {row["ENTITY_ID"] for row in rows(company) if "EXTRA" in row}
    assert with_extra == {
        "STATUS",
        "QUOTE_STATUS",
        "DEAL_STAGE",
        "DEAL_STAGE_1",
        "DEAL_STAGE_2",
        "DEAL_STAGE_3",
    }


def test_smart_stages_have_color_and_semantics_of_their_own(desk: Desk) -> None:
    last = entity(desk, "DYNAMIC_128_STAGE_1")[-1]
    assert (last["STATUS_ID"], last["COLOR"], last["SEMANTICS"]) == ("DT128_1:FAIL", "#FF0000", "F")


def test_category_id_is_null_zero_or_the_number_as_a_text(company: Desk) -> None:
    of_default = {row["CATEGORY_ID"] for row in entity(company, "DEAL_STAGE")}
    assert of_default == {None, "0"}
    assert {row["CATEGORY_ID"] for row in entity(company, "DEAL_STAGE_2")} == {"2"}


# --- crm.status.list ---
def test_everything_comes_in_one_answer(company: Desk) -> None:
    answer = company.envelope("member", "crm.status.list")
    assert len(answer["result"]) == answer["total"] == len(company.portal.crm.statuses) > 50
    assert "next" not in answer


def test_start_and_select_mean_nothing(company: Desk) -> None:
    answer = company.envelope("member", "crm.status.list", start=50, select=["ID"])
    assert len(answer["result"]) == answer["total"] > 50
    assert "NAME" in answer["result"][0]


def test_the_default_order_is_by_sort(desk: Desk) -> None:
    sorts = [int(row["SORT"]) for row in rows(desk)]
    assert sorts == sorted(sorts)


@pytest.mark.parametrize("name", ["NAME", "name", "Name"])
def test_order_names_come_in_any_case(desk: Desk, name: str) -> None:
    names = [row["NAME"].casefold() for row in rows(desk, order={name: "asc"})]
    assert names == sorted(names)


@pytest.mark.parametrize("way", ["desc", "DESC", "down", ""])
def test_any_direction_but_asc_is_backwards(desk: Desk, way: str) -> None:
    ids = [int(row["ID"]) for row in rows(desk, order={"ID": way})]
    assert ids == sorted(ids, reverse=True)


def test_an_order_of_unknown_names_only_is_by_id_backwards(desk: Desk) -> None:
    ids = [int(row["ID"]) for row in rows(desk, order={"COLOR": "asc"})]
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
def test_filters_are_equalities(desk: Desk, condition: dict[str, Any], amount: int) -> None:
    answer = desk.envelope("member", "crm.status.list", filter=condition)
    assert len(answer["result"]) == answer["total"] == amount


@pytest.mark.parametrize("query", ["deal won", "won | nowhere", '"Deal won"', "DEAL & WON"])
def test_names_are_searched_in_the_search_syntax(desk: Desk, query: str) -> None:
    found = rows(desk, filter={"NAME": query})
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
    desk: Desk, condition: dict[str, Any]
) -> None:
    assert len(rows(desk, filter=condition)) == len(desk.portal.crm.statuses)


def test_stages_in_progress_cannot_be_filtered_for(desk: Desk) -> None:
    assert len(rows(desk, filter={"SEMANTICS": None})) == len(desk.portal.crm.statuses)
    assert rows(desk, filter={"SEMANTICS": "P"}) == []


@pytest.mark.parametrize("name", ["ENTITY_ID", "STATUS_ID", "SORT", "SEMANTICS"])
def test_arrays_are_refused_for_four_keys(desk: Desk, name: str) -> None:
    error = desk.refused("member", "crm.status.list", filter={name: ["STATUS", "SOURCE"]})
    assert says(error) == ("", f"Filter by {name} must be a string")


@pytest.mark.parametrize("name", ["order", "filter"])
def test_order_and_filter_must_be_arrays(desk: Desk, name: str) -> None:
    error = desk.refused("member", "crm.status.list", **{name: "STATUS"})
    assert says(error) == ("", f"Parameter '{name}' must be array.")


@pytest.mark.parametrize("spelling", ["filter", "FILTER", "Filter", "arFilter"])
def test_top_level_names_have_four_spellings(desk: Desk, spelling: str) -> None:
    assert len(rows(desk, **{spelling: {"ENTITY_ID": "STATUS"}})) == 5


def test_another_spelling_of_a_top_level_name_is_no_parameter(desk: Desk) -> None:
    assert len(rows(desk, fILTER={"ENTITY_ID": "STATUS"})) == len(desk.portal.crm.statuses)


def test_equal_sorts_come_in_no_order_to_rely_on(desk: Desk) -> None:
    for number in range(900, 912):
        desk.portal.crm.statuses[number] = CrmStatus(number, "EMPLOYEES", f"E{number}", f"E {number}")
    ids = [int(row["ID"]) for row in entity(desk, "EMPLOYEES")]
    assert ids not in (sorted(ids), sorted(ids, reverse=True))
    assert ids == [int(row["ID"]) for row in entity(desk, "EMPLOYEES")]


# --- crm.status.get ---
@pytest.mark.parametrize("name", ["id", "ID"])
def test_get_answers_one_row(desk: Desk, name: str) -> None:
    first = rows(desk, filter={"ID": 1})[0]
    assert desk.ask("member", "crm.status.get", **{name: "1"}) == first


@pytest.mark.parametrize("value", [None, 0, -3, "abc", []])
def test_get_without_a_number(desk: Desk, value: Any) -> None:
    error = desk.refused("member", "crm.status.get", id=value)
    assert says(error) == ("", "ID is not defined or invalid.")


def test_get_of_an_unknown_number(desk: Desk) -> None:
    error = desk.refused("member", "crm.status.get", id=99999)
    assert says(error) == ("", "CRM Status is not found.")


# --- fields, types, items ---
def test_fields_say_what_is_immutable(desk: Desk) -> None:
    table = desk.ask("member", "crm.status.fields")
    assert [name for name, row in table.items() if row["isImmutable"]] == [
        "ENTITY_ID",
        "STATUS_ID",
        "CATEGORY_ID",
        "SEMANTICS",
    ]
    assert [name for name, row in table.items() if row["isReadOnly"]] == ["ID", "NAME_INIT", "SYSTEM"]
    assert [name for name, row in table.items() if row["isRequired"]] == ["ENTITY_ID", "STATUS_ID", "NAME"]
    assert table["EXTRA"]["type"] == "crm_status_extra"


def test_extra_fields_are_broken(desk: Desk) -> None:
    error = desk.refused("admin", "crm.status.extra.fields")
    assert says(error) == ("", "Resource 'EXTRA' is not supported in current context.")


def types(desk: Desk) -> dict[str, dict[str, Any]]:
    return {row["ID"]: row for row in desk.ask("member", "crm.status.entity.types")}


def test_plain_lists_have_an_id_and_a_name_only(company: Desk) -> None:
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


def test_a_pipeline_of_deals(company: Desk) -> None:
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


def test_the_default_pipeline_has_no_prefix_and_no_parent(company: Desk) -> None:
    row = types(company)["DEAL_STAGE"]
    assert "PREFIX" not in row
    assert "PARENT_ID" not in row
    assert (row["CATEGORY_ID"], row["FIELD_ATTRIBUTE_SCOPE"]) == (0, "")


def test_a_pipeline_of_a_smart_process_has_an_empty_semantic_info(company: Desk) -> None:
    row = types(company)["DYNAMIC_128_STAGE_4"]
    assert row["SEMANTIC_INFO"] == []
    assert (row["PREFIX"], row["CATEGORY_ID"], row["ENTITY_TYPE_ID"]) == ("DT128_4", 4, 128)
    assert (row["CATEGORY_NAME"], row["IS_DEFAULT_CATEGORY"]) == ("Gewährleistung", False)


def test_pipelines_of_invoices_do_not_tell_their_names(company: Desk) -> None:
    found = [row for row in types(company).values() if row["ID"].startswith("SMART_INVOICE")]
    assert [row["NAME"] for row in found] == ["Invoice stages"] * 2
    assert all("CATEGORY_NAME" not in row for row in found)


def test_every_row_belongs_to_a_type_and_wears_its_prefix(company: Desk) -> None:
    known = types(company)
    for row in rows(company):
        prefix = known[row["ENTITY_ID"]].get("PREFIX")
        assert prefix is None or row["STATUS_ID"].startswith(f"{prefix}:")


def test_items_have_a_number_for_sort(desk: Desk) -> None:
    found = desk.ask("member", "crm.status.entity.items", entityId="DEAL_STAGE")
    assert found[0] == {"NAME": "New", "SORT": 10, "STATUS_ID": "NEW"}
    assert [row["SORT"] for row in found] == [10, 20, 30, 40, 50, 60, 70, 80]


@pytest.mark.parametrize("name", ["entityId", "ENTITYID", "EntityId"])
def test_items_take_the_id_in_any_case(desk: Desk, name: str) -> None:
    assert len(desk.ask("member", "crm.status.entity.items", **{name: "status"})) == 5


def test_items_of_an_unknown_directory_are_none(desk: Desk) -> None:
    assert desk.ask("member", "crm.status.entity.items", entityId="NOWHERE") == []


@pytest.mark.parametrize("params", [{}, {"entityId": ""}, {"entityId": []}])
def test_items_without_a_directory(desk: Desk, params: dict[str, Any]) -> None:
    error = desk.refused("member", "crm.status.entity.items", **params)
    assert says(error) == ("", "The parameter entityId is not defined or invalid.")


@pytest.mark.parametrize("value", [7, ["STATUS"]])
def test_items_of_what_is_no_text(desk: Desk, value: Any) -> None:
    error = desk.refused("member", "crm.status.entity.items", entityId=value)
    assert says(error) == ("", "The parameter entityId must be a string.")
