"""`crm.status.add`, `update`, `delete` (behaviour.md §6.4-§6.6)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import RestError
from sandbox.state.crm import CrmStatus
from tests.contract.desk import Desk
from tests.contract.rest_client import Rest, command


@pytest.fixture
def desk() -> Desk:
    return Desk()


def row(desk: Desk, entity_id: str, code: str) -> CrmStatus:
    found = desk.portal.crm.statuses.values()
    return next(one for one in found if (one.entity_id, one.status_id) == (entity_id, code))


def add(desk: Desk, entity_id: str = "DEAL_STAGE", code: str = "FRESH", **fields: Any) -> CrmStatus:
    given = {"ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": "Fresh"} | fields
    return desk.portal.crm.statuses[desk.ask("crm_admin", "crm.status.add", fields=given)]


def add_refused(desk: Desk, entity_id: str = "DEAL_STAGE", code: str = "FRESH", **fields: Any) -> Any:
    given = {"ENTITY_ID": entity_id, "STATUS_ID": code, "NAME": "Fresh"} | fields
    return says(desk.refused("crm_admin", "crm.status.add", fields=given))


def update(desk: Desk, number: int, **fields: Any) -> Any:
    return desk.ask("crm_admin", "crm.status.update", id=number, fields=fields)


def says(error: RestError) -> tuple[str, str]:
    assert error.status == 400
    return error.code, error.description


# --- add: what it makes ---
def test_add_answers_the_new_id_as_a_number(desk: Desk) -> None:
    fields = {"ENTITY_ID": "SOURCE", "STATUS_ID": "RADIO", "NAME": "Radio"}
    number = desk.ask("crm_admin", "crm.status.add", fields=fields)
    assert isinstance(number, int)
    assert desk.ask("member", "crm.status.get", id=number)["NAME"] == "Radio"


def test_a_new_row_has_sort_10_no_semantics_and_is_no_system_row(desk: Desk) -> None:
    made = add(desk, SYSTEM="Y", NAME_INIT="First", ID=7)
    assert (made.sort, made.semantics, made.system, made.name_init) == (10, None, False, "")
    assert made.id > 7


@pytest.mark.parametrize("sort", [0, -5, "x", "0"])
def test_a_sort_that_is_not_positive_becomes_10(desk: Desk, sort: Any) -> None:
    assert add(desk, SORT=sort).sort == 10


def test_the_name_is_trimmed(desk: Desk) -> None:
    assert add(desk, NAME="  Fresh air ").name == "Fresh air"


def test_nothing_is_renumbered(desk: Desk) -> None:
    before = {one.id: one.sort for one in desk.portal.crm.statuses.values()}
    add(desk, SORT=15)
    assert {number: desk.portal.crm.statuses[number].sort for number in before} == before


@pytest.mark.parametrize("semantics", ["P", "", None])
def test_in_progress_can_be_said_in_three_ways(desk: Desk, semantics: Any) -> None:
    assert add(desk, SEMANTICS=semantics).semantics is None


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
def test_codes_get_the_prefix_of_their_pipeline(desk: Desk, entity_id: str, given: str, stored: str) -> None:
    assert add(desk, entity_id, given).status_id == stored


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
    desk: Desk, fields: dict[str, Any], stored: str | None
) -> None:
    assert add(desk, **fields).color == stored


@pytest.mark.parametrize(
    ("entity_id", "category_id"), [("DEAL_STAGE", "0"), ("DEAL_STAGE_1", "1"), ("SOURCE", None)]
)
def test_category_id_follows_the_directory(desk: Desk, entity_id: str, category_id: str | None) -> None:
    made = add(desk, entity_id)
    assert desk.ask("member", "crm.status.get", id=made.id)["CATEGORY_ID"] == category_id


def test_a_given_category_id_is_stored(desk: Desk) -> None:
    assert add(desk, CATEGORY_ID="5").category_id == 5


# --- add: what it refuses, in this order ---
@pytest.mark.parametrize("params", [{}, {"fields": "x"}, {"fields": 7}])
def test_fields_must_be_an_array_before_rights_count(desk: Desk, params: dict[str, Any]) -> None:
    error = desk.refused("no_crm", "crm.status.add", **params)
    assert says(error) == ("", "Parameter 'fields' must be array.")


@pytest.mark.parametrize("who", ["owner", "member", "outsider", "no_crm"])
def test_adding_is_for_crm_admins_whatever_the_fields(desk: Desk, who: str) -> None:
    assert says(desk.refused(who, "crm.status.add", fields=[])) == ("", "Access denied.")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "The field ENTITY_ID is required.\nThe field STATUS_ID is required."),
        ({"ENTITY_ID": "SOURCE", "NAME": ""}, "The field STATUS_ID is required."),
        ({"STATUS_ID": "A"}, "The field ENTITY_ID is required."),
        ({"entity_id": "SOURCE", "STATUS_ID": "A"}, "The field ENTITY_ID is required."),
    ],
)
def test_missing_codes_are_told_in_one_answer(desk: Desk, fields: dict[str, Any], text: str) -> None:
    assert says(desk.refused("crm_admin", "crm.status.add", fields=fields)) == ("", text)


def test_an_unknown_directory(desk: Desk) -> None:
    assert add_refused(desk, "DEAL_STAGE_77", NAME="") == ("", "Specified entity type is not supported.")


@pytest.mark.parametrize("name", ["", "   ", None])
def test_an_empty_name(desk: Desk, name: Any) -> None:
    assert add_refused(desk, code="NEW", NAME=name) == ("", "The field Title is required.")


@pytest.mark.parametrize(
    ("entity_id", "code"), [("DEAL_STAGE", "NEW"), ("DEAL_STAGE_1", "NEW"), ("DEAL_STAGE_1", "C1:NEW")]
)
def test_a_code_that_exists_after_prefixing(desk: Desk, entity_id: str, code: str) -> None:
    error = add_refused(desk, entity_id, code)
    assert error == ("ERROR_CORE", "The specified status ID already exists.<br>")


def test_the_line_break_is_escaped_on_the_wire() -> None:
    rest = Rest.start()
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
def test_codes_have_a_length_by_directory_the_prefix_included(desk: Desk, entity_id: str, limit: int) -> None:
    error = add_refused(desk, entity_id, "X" * (limit + 1))
    assert error == ("ERROR_CORE", f"Exceeded maximum length of status ID: {limit}.<br>")
    assert add(desk, entity_id, "X" * limit)


@pytest.mark.parametrize("code", ["A B", "Ä", "a.b", "C1:X", "x:y", "ЫЫ"])
def test_codes_are_latin_letters_digits_minus_and_underscore(desk: Desk, code: str) -> None:
    text = "Status ID may include Latin characters, numbers, minus and underscore characters only<br>"
    assert add_refused(desk, "DEAL_STAGE", code) == ("ERROR_CORE", text)


def test_there_is_one_success_stage(desk: Desk) -> None:
    text = "Only one success status can exist for any one type"
    assert add_refused(desk, SEMANTICS="S", SORT=90) == ("", text)


@pytest.mark.parametrize("sort", [10, 60])
def test_a_failure_stage_comes_after_the_success_stage(desk: Desk, sort: int) -> None:
    code, text = add_refused(desk, SEMANTICS="F", SORT=sort)
    assert code == ""
    assert text


def test_a_failure_stage_behind_the_success_stage_is_fine(desk: Desk) -> None:
    assert add(desk, SEMANTICS="F", SORT=61).semantics == "F"


@pytest.mark.parametrize("sort", [60, 75])
@pytest.mark.parametrize("semantics", [None, "P"])
def test_a_stage_in_progress_comes_before_the_success_stage(
    desk: Desk, sort: int, semantics: str | None
) -> None:
    code, text = add_refused(desk, SORT=sort, SEMANTICS=semantics)
    assert code == ""
    assert text.startswith("Cannot create more stages after the final stage")


def test_a_stage_in_progress_right_before_the_success_stage_is_fine(desk: Desk) -> None:
    assert add(desk, SORT=59).sort == 59


def test_unknown_semantics(desk: Desk) -> None:
    code, text = add_refused(desk, SEMANTICS="X")
    assert code == ""
    assert "not supported" in text


def test_without_a_success_stage_any_sort_will_do(desk: Desk) -> None:
    assert add(desk, "SOURCE", SORT=5000).sort == 5000


def test_a_color_the_column_cannot_hold(desk: Desk) -> None:
    assert add_refused(desk, COLOR="#1234567890") == ("", "Error on creating status.")


# --- update ---
def test_update_changes_name_sort_and_color(desk: Desk) -> None:
    stage = row(desk, "DEAL_STAGE", "PREPARATION")
    assert update(desk, stage.id, NAME=" Papers ", SORT="25", COLOR="#112233") is True
    assert (stage.name, stage.sort, stage.color) == ("Papers", 25, "#112233")


@pytest.mark.parametrize("name", ["id", "ID"])
@pytest.mark.parametrize("fields", ["fields", "FIELDS", "Fields", "arFields"])
def test_update_takes_the_spellings(desk: Desk, name: str, fields: str) -> None:
    assert desk.ask("crm_admin", "crm.status.update", **{name: 1, fields: {"NAME": "Other"}}) is True
    assert desk.portal.crm.statuses[1].name == "Other"


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
def test_update_drops_what_it_does_not_like_and_says_true(desk: Desk, fields: dict[str, Any]) -> None:
    before = desk.ask("member", "crm.status.get", id=1)
    assert update(desk, 1, **fields) is True
    assert desk.ask("member", "crm.status.get", id=1) == before


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"COLOR": "abcdef"}, "#abcdef"),
        ({"COLOR": "#ABCDEF"}, "#ABCDEF"),
        ({"EXTRA": {"COLOR": "abcdef"}}, "#abcdef"),
        ({"COLOR": ""}, "#"),
    ],
)
def test_update_stores_colors_with_a_hash(desk: Desk, fields: dict[str, Any], stored: str) -> None:
    update(desk, 1, **fields)
    assert desk.portal.crm.statuses[1].color == stored


@pytest.mark.parametrize("sort", [0, -1, "abc"])
def test_update_makes_10_of_a_sort_that_is_not_positive(desk: Desk, sort: Any) -> None:
    stage = row(desk, "STATUS", "JUNK")
    update(desk, stage.id, SORT=sort)
    assert stage.sort == 10


def test_update_does_not_check_the_order_against_the_success_stage(desk: Desk) -> None:
    start, junk = row(desk, "STATUS", "NEW"), row(desk, "STATUS", "JUNK")
    assert update(desk, start.id, SORT=900) is True
    assert update(desk, junk.id, SORT=1) is True
    assert (start.sort, junk.sort) == (900, 1)


def test_a_write_that_fails_is_swallowed(desk: Desk) -> None:
    stage = desk.portal.crm.statuses[1]
    before = (stage.name, stage.sort, stage.color)
    assert update(desk, 1, NAME="Other", COLOR="#1234567890") is True
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
def test_update_refuses_in_this_order(desk: Desk, who: str, params: dict[str, Any], text: str) -> None:
    assert says(desk.refused(who, "crm.status.update", **params)) == ("", text)


# --- delete ---
def free(desk: Desk, stage: CrmStatus) -> CrmStatus:
    """The stage without its items."""
    gone = [key for key, item in desk.portal.crm.items.items() if item.stage_id == stage.status_id]
    for key in gone:
        del desk.portal.crm.items[key]
    return stage


def test_an_empty_stage_goes(desk: Desk) -> None:
    stage = row(desk, "DEAL_STAGE", "FINAL_INVOICE")
    assert desk.ask("crm_admin", "crm.status.delete", id=stage.id) is True
    assert stage.id not in desk.portal.crm.statuses


@pytest.mark.parametrize(
    ("who", "number", "text"),
    [("member", 99999, "Access denied."), ("crm_admin", 99999, "Status is not found.")],
)
def test_delete_refuses_in_this_order(desk: Desk, who: str, number: int, text: str) -> None:
    assert says(desk.refused(who, "crm.status.delete", id=number)) == ("", text)


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
def test_a_system_row_needs_forced_to_be_exactly_y_inside_params(desk: Desk, params: dict[str, Any]) -> None:
    start = row(desk, "DEAL_STAGE", "NEW")
    error = desk.refused("crm_admin", "crm.status.delete", id=start.id, **params)
    text = 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".'
    assert says(error) == ("", text)


@pytest.mark.parametrize("code", ["NEW", "WON", "LOSE"])
def test_with_forced_even_the_named_stages_go(desk: Desk, code: str) -> None:
    stage = free(desk, row(desk, "DEAL_STAGE", code))
    assert desk.ask("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}) is True


@pytest.mark.parametrize(("entity_id", "code"), [("STATUS", "IN_PROCESS"), ("DEAL_STAGE_1", "C1:NEW")])
def test_a_stage_with_items_stays_forced_or_not(desk: Desk, entity_id: str, code: str) -> None:
    stage = row(desk, entity_id, code)
    error = desk.refused("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"})
    assert says(error) == ("", "There are active items in this status.")


def test_a_smart_process_says_it_in_other_words(desk: Desk) -> None:
    stage = row(desk, "DYNAMIC_128_STAGE_1", "DT128_1:NEW")
    code, text = says(desk.refused("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}))
    assert code == ""
    assert text
    assert text != "There are active items in this status."


def test_items_of_another_pipeline_with_the_same_code_do_not_hold_a_stage(desk: Desk) -> None:
    """Leads and deals both have a NEW."""
    stage = row(desk, "STATUS", "NEW")
    for key in [key for key, item in desk.portal.crm.items.items() if item.entity_type_id == 1]:
        del desk.portal.crm.items[key]
    assert any(item.stage_id == "NEW" for item in desk.portal.crm.items.values())
    assert desk.ask("crm_admin", "crm.status.delete", id=stage.id, params={"FORCED": "Y"}) is True


def test_a_row_of_a_plain_list_goes(desk: Desk) -> None:
    assert desk.ask("crm_admin", "crm.status.delete", id=row(desk, "SOURCE", "OTHER").id) is True


# --- around ---
def test_statuses_raise_no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = Rest.start()
    rest.install()
    assert rest.oauth_result("crm.status.update", {"id": 1, "fields": {"NAME": "x"}}) is True
    assert rest.portal.outbox == []


def test_a_batch_reads_what_it_has_just_written() -> None:
    rest = Rest.start()
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
    rest = Rest.start()
    update = {"id": 1, "fields": {"NAME": "x"}}
    for right, status in (("read", 400), ("admin", 200), ("", 400)):
        given = {"user": rest.portal.people["crm_admin"], "right": right}
        assert rest.post("/_sandbox/crm", json=given).get_json() == given
        assert rest.call("crm.status.update", update, who="crm_admin").status_code == status
    assert rest.call("crm.status.list", who="crm_admin").status_code == 400
    assert rest.post("/_sandbox/crm", json={"user": 1, "right": "all"}).status_code == 400


def test_a_swallowed_write_can_be_ordered() -> None:
    rest = Rest.start()
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
