"""`crm.status.add`, `update`, `delete` (behaviour.md §6.4-§6.6)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import RestError
from sandbox.state.crm import CrmStatus
from tests.contract.portal_fixture import PortalFixture
from tests.contract.rest_client import RestClient, command


@pytest.fixture
def portal() -> PortalFixture:
    return PortalFixture()


def row(portal: PortalFixture, entity_id: str, code: str) -> CrmStatus:
    found = portal.state.crm.statuses.values()
    return next(row for row in found if (row.entity_id, row.status_id) == (entity_id, code))


def add(
    portal: PortalFixture, entity_id: str = "DEAL_STAGE", code: str = "FRESH", **fields: Any
) -> CrmStatus:
    given = {"ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": "Fresh"} | fields
    return portal.state.crm.statuses[portal.ask("crm_admin", "crm.status.add", fields=given)]


def add_refused(
    portal: PortalFixture, entity_id: str = "DEAL_STAGE", code: str = "FRESH", **fields: Any
) -> Any:
    given = {"ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": "Fresh"} | fields
    return says(portal.refused("crm_admin", "crm.status.add", fields=given))


def update(portal: PortalFixture, number: int, **fields: Any) -> Any:
    return portal.ask("crm_admin", "crm.status.update", id=number, fields=fields)


def says(error: RestError) -> tuple[str, str]:
    assert error.status == 400
    return error.code, error.description


# --- add: what it makes ---
def test_add_answers_the_new_id_as_a_number(portal: PortalFixture) -> None:
    fields = {"ENTITY_ID": "SOURCE", "STATUS_ID": "RADIO", "NAME": "Radio"}
    number = portal.ask("crm_admin", "crm.status.add", fields=fields)
    assert isinstance(number, int)
    assert portal.ask("member", "crm.status.get", id=number)["NAME"] == "Radio"


def test_a_new_row_has_sort_10_no_semantics_and_is_no_system_row(portal: PortalFixture) -> None:
    made = add(portal, SYSTEM="Y", NAME_INIT="First", ID=7)
    assert (made.sort, made.semantics, made.system, made.name_init) == (10, None, False, "")
    assert made.id > 7


@pytest.mark.parametrize("sort", [0, -5, "x", "0"])
def test_a_sort_that_is_not_positive_becomes_10(portal: PortalFixture, sort: Any) -> None:
    assert add(portal, SORT=sort).sort == 10


def test_the_name_is_trimmed(portal: PortalFixture) -> None:
    assert add(portal, NAME="  Fresh air ").name == "Fresh air"


def test_nothing_is_renumbered(portal: PortalFixture) -> None:
    before = {row.id: row.sort for row in portal.state.crm.statuses.values()}
    add(portal, SORT=15)
    assert {number: portal.state.crm.statuses[number].sort for number in before} == before


@pytest.mark.parametrize("semantics", ["P", "", None])
def test_in_progress_can_be_said_in_three_ways(portal: PortalFixture, semantics: Any) -> None:
    assert add(portal, SEMANTICS=semantics).semantics is None


@pytest.mark.parametrize(
    ("entity_id", "given", "stored"),
    [
        ("DEAL_STAGE", "FRESH", "FRESH"),
        ("DEAL_STAGE_1", "FRESH", "C1:FRESH"),
        ("DEAL_STAGE_1", "C1:FRESH", "C1:FRESH"),
        ("DEAL_STAGE_1", "C7:FRESH", "C1:FRESH"),
        ("DEAL_STAGE_1", "DT128_1:FRESH", "C1:FRESH"),
        ("DYNAMIC_128_STAGE_1", "FRESH", "DT128_1:FRESH"),
        ("DYNAMIC_128_STAGE_1", "DT128_1:FRESH", "DT128_1:FRESH"),
        ("DYNAMIC_128_STAGE_1", "C1:FRESH", "DT128_1:FRESH"),
        ("SOURCE", "FRESH", "FRESH"),
    ],
)
def test_codes_get_the_prefix_of_their_pipeline(
    portal: PortalFixture, entity_id: str, given: str, stored: str
) -> None:
    assert add(portal, entity_id, given).status_id == stored


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"COLOR": "FFAA00"}, "#FFAA00"),
        ({"COLOR": "#ffaa00"}, "#ffaa00"),
        ({"COLOR": "red"}, "#red"),
        ({"EXTRA": {"COLOR": "123456"}}, "#123456"),
        ({}, None),
    ],
)
def test_colors_get_a_hash_and_are_not_looked_at(
    portal: PortalFixture, fields: dict[str, Any], stored: str | None
) -> None:
    assert add(portal, **fields).color == stored


@pytest.mark.parametrize(
    ("entity_id", "category_id"), [("DEAL_STAGE", "0"), ("DEAL_STAGE_1", "1"), ("SOURCE", None)]
)
def test_category_id_follows_the_directory(
    portal: PortalFixture, entity_id: str, category_id: str | None
) -> None:
    made = add(portal, entity_id)
    assert portal.ask("member", "crm.status.get", id=made.id)["CATEGORY_ID"] == category_id


def test_a_given_category_id_is_stored(portal: PortalFixture) -> None:
    assert add(portal, CATEGORY_ID="5").category_id == 5


# --- add: what it refuses, in this order ---
@pytest.mark.parametrize("params", [{}, {"fields": "x"}, {"fields": 7}])
def test_fields_must_be_an_array_before_rights_count(portal: PortalFixture, params: dict[str, Any]) -> None:
    error = portal.refused("no_crm", "crm.status.add", **params)
    assert says(error) == ("", "Parameter 'fields' must be array.")


@pytest.mark.parametrize("who", ["owner", "member", "outsider", "no_crm"])
def test_adding_is_for_crm_admins_whatever_the_fields(portal: PortalFixture, who: str) -> None:
    assert says(portal.refused(who, "crm.status.add", fields=[])) == ("", "Access denied.")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "The field ENTITY_ID is required.\nThe field STATUS_ID is required."),
        ({"ENTITY_ID": "SOURCE", "NAME": ""}, "The field STATUS_ID is required."),
        ({"STATUS_ID": "A"}, "The field ENTITY_ID is required."),
        ({"entity_id": "SOURCE", "STATUS_ID": "A"}, "The field ENTITY_ID is required."),
    ],
)
def test_missing_codes_are_told_in_one_answer(
    portal: PortalFixture, fields: dict[str, Any], text: str
) -> None:
    assert says(portal.refused("crm_admin", "crm.status.add", fields=fields)) == ("", text)


def test_an_unknown_directory(portal: PortalFixture) -> None:
    assert add_refused(portal, "DEAL_STAGE_77", NAME="") == ("", "Specified entity type is not supported.")


@pytest.mark.parametrize("name", ["", "   ", None])
def test_an_empty_name(portal: PortalFixture, name: Any) -> None:
    assert add_refused(portal, code="NEW", NAME=name) == ("", "The field Title is required.")


@pytest.mark.parametrize(
    ("entity_id", "code"), [("DEAL_STAGE", "NEW"), ("DEAL_STAGE_1", "NEW"), ("DEAL_STAGE_1", "C1:NEW")]
)
def test_a_code_that_exists_after_prefixing(portal: PortalFixture, entity_id: str, code: str) -> None:
    error = add_refused(portal, entity_id, code)
    assert error == ("ERROR_CORE", "The specified status ID already exists.<br>")


def test_the_line_break_is_escaped_on_the_wire() -> None:
    rest = RestClient.start()
    fields = {"ENTITY_ID": "STATUS", "STATUS_ID": "NEW", "NAME": "New"}
    answer = rest.call("crm.status.add", {"fields": fields})
    assert answer.status_code == 400
    assert "already exists.\\u003Cbr\\u003E" in answer.text


@pytest.mark.parametrize(
    ("entity_id", "limit"),
    [
        ("STATUS", 21),
        ("QUOTE_STATUS", 22),
        ("DEAL_STAGE", 22),
        ("DEAL_STAGE_1", 19),
        ("DYNAMIC_128_STAGE_1", 42),
        ("SOURCE", 50),
    ],
)
def test_codes_have_a_length_by_directory_the_prefix_included(
    portal: PortalFixture, entity_id: str, limit: int
) -> None:
    error = add_refused(portal, entity_id, "X" * (limit + 1))
    assert error == ("ERROR_CORE", f"Exceeded maximum length of status ID: {limit}.<br>")
    assert add(portal, entity_id, "X" * limit)


@pytest.mark.parametrize("code", ["A B", "Ä", "a.b", "C1:X", "x:y", "ЫЫ"])
def test_codes_are_latin_letters_digits_minus_and_underscore(portal: PortalFixture, code: str) -> None:
    text = "Status ID may include Latin characters, numbers, minus and underscore characters only<br>"
    assert add_refused(portal, "DEAL_STAGE", code) == ("ERROR_CORE", text)


def test_there_is_one_success_stage(portal: PortalFixture) -> None:
    text = "Only one success status can exist for any one type"
    assert add_refused(portal, SEMANTICS="S", SORT=90) == ("", text)


@pytest.mark.parametrize("sort", [10, 60])
def test_a_failure_stage_comes_after_the_success_stage(portal: PortalFixture, sort: int) -> None:
    code, text = add_refused(portal, SEMANTICS="F", SORT=sort)
    assert code == ""
    assert text


def test_a_failure_stage_behind_the_success_stage_is_fine(portal: PortalFixture) -> None:
    assert add(portal, SEMANTICS="F", SORT=61).semantics == "F"


@pytest.mark.parametrize("sort", [60, 75])
@pytest.mark.parametrize("semantics", [None, "P"])
def test_a_stage_in_progress_comes_before_the_success_stage(
    portal: PortalFixture, sort: int, semantics: str | None
) -> None:
    code, text = add_refused(portal, SORT=sort, SEMANTICS=semantics)
    assert code == ""
    assert text.startswith("Cannot create more stages after the final stage")


def test_a_stage_in_progress_right_before_the_success_stage_is_fine(portal: PortalFixture) -> None:
    assert add(portal, SORT=59).sort == 59


def test_unknown_semantics(portal: PortalFixture) -> None:
    code, text = add_refused(portal, SEMANTICS="X")
    assert code == ""
    assert "not supported" in text


def test_without_a_success_stage_any_sort_will_do(portal: PortalFixture) -> None:
    assert add(portal, "SOURCE", SORT=5000).sort == 5000


def test_a_color_the_column_cannot_hold(portal: PortalFixture) -> None:
    assert add_refused(portal, COLOR="#1234567890") == ("", "Error on creating status.")


# --- update ---
def test_update_changes_name_sort_and_color(portal: PortalFixture) -> None:
    stage = row(portal, "DEAL_STAGE", "PREPARATION")
    assert update(portal, stage.id, NAME=" Papers ", SORT="25", COLOR="#112233") is True
    assert (stage.name, stage.sort, stage.color) == ("Papers", 25, "#112233")


@pytest.mark.parametrize("name", ["id", "ID"])
@pytest.mark.parametrize("fields", ["fields", "FIELDS", "Fields", "arFields"])
def test_update_takes_the_spellings(portal: PortalFixture, name: str, fields: str) -> None:
    assert portal.ask("crm_admin", "crm.status.update", **{name: 1, fields: {"NAME": "Other"}}) is True
    assert portal.state.crm.statuses[1].name == "Other"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ENTITY_ID": "SOURCE"},
        {"STATUS_ID": "OTHER"},
        {"SEMANTICS": "S"},
        {"CATEGORY_ID": "5"},
        {"ID": "777"},
        {"NAME_INIT": "x"},
        {"SYSTEM": "N"},
        {"UNKNOWN": "x"},
        {"name": "x"},
        {"NAME": ["x"]},
        {"NAME": ""},
        {"NAME": "  "},
        {"EXTRA": "x"},
    ],
)
def test_update_drops_what_it_does_not_like_and_says_true(
    portal: PortalFixture, fields: dict[str, Any]
) -> None:
    before = portal.ask("member", "crm.status.get", id=1)
    assert update(portal, 1, **fields) is True
    assert portal.ask("member", "crm.status.get", id=1) == before


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"COLOR": "abcdef"}, "#abcdef"),
        ({"COLOR": "#ABCDEF"}, "#ABCDEF"),
        ({"EXTRA": {"COLOR": "abcdef"}}, "#abcdef"),
        ({"COLOR": ""}, "#"),
    ],
)
def test_update_stores_colors_with_a_hash(portal: PortalFixture, fields: dict[str, Any], stored: str) -> None:
    update(portal, 1, **fields)
    assert portal.state.crm.statuses[1].color == stored


@pytest.mark.parametrize("sort", [0, -1, "abc"])
def test_update_makes_10_of_a_sort_that_is_not_positive(portal: PortalFixture, sort: Any) -> None:
    stage = row(portal, "STATUS", "JUNK")
    update(portal, stage.id, SORT=sort)
    assert stage.sort == 10


def test_update_does_not_check_the_order_against_the_success_stage(portal: PortalFixture) -> None:
    start, junk = row(portal, "STATUS", "NEW"), row(portal, "STATUS", "JUNK")
    assert update(portal, start.id, SORT=900) is True
    assert update(portal, junk.id, SORT=1) is True
    assert (start.sort, junk.sort) == (900, 1)


def test_a_write_that_fails_is_swallowed(portal: PortalFixture) -> None:
    stage = portal.state.crm.statuses[1]
    before = (stage.name, stage.sort, stage.color)
    assert update(portal, 1, NAME="Other", COLOR="#1234567890") is True
    assert (stage.name, stage.sort, stage.color) == before


@pytest.mark.parametrize(
    ("who", "params", "text"),
    [
        ("no_crm", {"id": 0}, "ID is not defined or invalid."),
        ("no_crm", {"id": 1}, "Parameter 'fields' must be array."),
        ("no_crm", {"id": 1, "fields": "x"}, "Parameter 'fields' must be array."),
        ("member", {"id": 99999, "fields": {}}, "Access denied."),
        ("crm_admin", {"id": 99999, "fields": {}}, "Status is not found."),
    ],
)
def test_update_refuses_in_this_order(
    portal: PortalFixture, who: str, params: dict[str, Any], text: str
) -> None:
    assert says(portal.refused(who, "crm.status.update", **params)) == ("", text)


# --- delete ---
def free(portal: PortalFixture, stage: CrmStatus) -> CrmStatus:
    """The stage without its items."""
    gone = [key for key, item in portal.state.crm.items.items() if item.stage_id == stage.status_id]
    for key in gone:
        del portal.state.crm.items[key]
    return stage


def test_an_empty_stage_goes(portal: PortalFixture) -> None:
    stage = row(portal, "DEAL_STAGE", "FINAL_INVOICE")
    assert portal.ask("crm_admin", "crm.status.delete", id=stage.id) is True
    assert stage.id not in portal.state.crm.statuses


@pytest.mark.parametrize(
    ("who", "number", "text"),
    [("member", 99999, "Access denied."), ("crm_admin", 99999, "Status is not found.")],
)
def test_delete_refuses_in_this_order(portal: PortalFixture, who: str, number: int, text: str) -> None:
    assert says(portal.refused(who, "crm.status.delete", id=number)) == ("", text)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"params": {"FORCED": "N"}},
        {"params": {"FORCED": "y"}},
        {"params": {"FORCED": True}},
        {"params": {"FORCED": "1"}},
        {"params": {"forced": "Y"}},
        {"params": "Y"},
        {"FORCED": "Y"},
    ],
)
def test_a_system_row_needs_forced_to_be_exactly_y_inside_params(
    portal: PortalFixture, params: dict[str, Any]
) -> None:
    start = row(portal, "DEAL_STAGE", "NEW")
    error = portal.refused("crm_admin", "crm.status.delete", id=start.id, **params)
    text = 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".'
    assert says(error) == ("", text)


@pytest.mark.parametrize("code", ["NEW", "WON", "LOSE"])
def test_with_forced_even_the_named_stages_go(portal: PortalFixture, code: str) -> None:
    stage = free(portal, row(portal, "DEAL_STAGE", code))
    assert portal.ask("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}) is True


@pytest.mark.parametrize(("entity_id", "code"), [("STATUS", "IN_PROCESS"), ("DEAL_STAGE_1", "C1:NEW")])
def test_a_stage_with_items_stays_forced_or_not(portal: PortalFixture, entity_id: str, code: str) -> None:
    stage = row(portal, entity_id, code)
    error = portal.refused("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"})
    assert says(error) == ("", "There are active items in this status.")


def test_a_smart_process_says_it_in_other_words(portal: PortalFixture) -> None:
    stage = row(portal, "DYNAMIC_128_STAGE_1", "DT128_1:NEW")
    code, text = says(portal.refused("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}))
    assert code == ""
    assert text
    assert text != "There are active items in this status."


def test_items_of_another_pipeline_with_the_same_code_do_not_hold_a_stage(portal: PortalFixture) -> None:
    """Leads and deals both have a NEW."""
    stage = row(portal, "STATUS", "NEW")
    for key in [key for key, item in portal.state.crm.items.items() if item.entity_type_id == 1]:
        del portal.state.crm.items[key]
    assert any(item.stage_id == "NEW" for item in portal.state.crm.items.values())
    assert portal.ask("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}) is True


def test_a_row_of_a_plain_list_goes(portal: PortalFixture) -> None:
    assert portal.ask("crm_admin", "crm.status.delete", id=row(portal, "SOURCE", "OTHER").id) is True


# --- around ---
def test_statuses_raise_no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = RestClient.start()
    rest.install()
    assert rest.oauth_result("crm.status.update", {"id": 1, "fields": {"NAME": "x"}}) is True
    assert rest.portal.outbox == []


def test_a_batch_reads_what_it_has_just_written() -> None:
    rest = RestClient.start()
    answer = rest.batch(
        {
            "write": command("crm.status.update", id="1", **{"fields[NAME]": "Written"}),
            "read": command("crm.status.list", **{"filter[ID]": "1"}),
        },
        halt=1,
    )
    assert answer["result"]["write"] is True
    assert answer["result"]["read"][0]["NAME"] == "Written"
    assert answer["result_total"] == {"read": 1}


def test_the_control_plane_withdraws_and_gives_rights() -> None:
    rest = RestClient.start()
    update = {"id": 1, "fields": {"NAME": "x"}}
    for right, status in (("read", 400), ("admin", 200), ("", 400)):
        given = {"user": rest.portal.people["crm_admin"], "right": right}
        assert rest.post("/_sandbox/crm", json=given).get_json() == given
        assert rest.call("crm.status.update", update, who="crm_admin").status_code == status
    assert rest.call("crm.status.list", who="crm_admin").status_code == 400
    assert rest.post("/_sandbox/crm", json={"user": 1, "right": "all"}).status_code == 400


def test_a_swallowed_write_can_be_ordered() -> None:
    rest = RestClient.start()
    fault = {"method": "crm.status.update", "kind": "ignored", "after": 1}
    assert rest.post("/_sandbox/faults", json=fault).status_code == 200
    writes = {
        name: command("crm.status.update", id="1", **{"fields[COLOR]": color})
        for name, color in (("a", "#111111"), ("b", "#222222"))
    }
    assert rest.batch(writes)["result"] == {"a": True, "b": True}
    assert rest.portal.crm.statuses[1].color == "#111111"
    assert rest.result("crm.status.update", {"id": 1, "fields": {"COLOR": "#333333"}}) is True
    assert rest.portal.crm.statuses[1].color == "#333333"
