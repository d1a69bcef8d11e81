"""The CRM's methods: what is sent, how answers are read, what refusals mean."""

from __future__ import annotations

import pytest

from b24 import errors as e
from b24.classify import classify, error_class
from b24.client import Answer
from b24.methods import crm
from b24.wire import build_query

ROW = {
    "ID": "101",
    "ENTITY_ID": "DEAL_STAGE",
    "STATUS_ID": "NEW",
    "NAME": "New",
    "NAME_INIT": "New",
    "SORT": "10",
    "SYSTEM": "Y",
    "CATEGORY_ID": None,
    "COLOR": "#39A8EF",
    "SEMANTICS": None,
    "EXTRA": {"SEMANTICS": "process", "COLOR": "#39A8EF"},
}


def query(command: crm.Command) -> str:
    return f"{command.method}?{build_query(command.params)}"


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (crm.status_list(), "crm.status.list?order[SORT]=ASC"),
        (
            crm.status_list("DEAL_STAGE_1"),
            "crm.status.list?order[SORT]=ASC&filter[ENTITY_ID]=DEAL_STAGE_1",
        ),
        (crm.status_get(5), "crm.status.get?id=5"),
        (crm.status_update(5, color="ff0000"), "crm.status.update?id=5&fields[COLOR]=%23ff0000"),
        (crm.status_update(5, color="#ff0000"), "crm.status.update?id=5&fields[COLOR]=%23ff0000"),
        (crm.status_update(5, color=""), "crm.status.update?id=5&fields[COLOR]="),
        (
            crm.status_update(5, name="A&B", sort=20),
            "crm.status.update?id=5&fields[NAME]=A%26B&fields[SORT]=20",
        ),
        (crm.status_probe(5), "crm.status.update?id=5&fields[NAME_INIT]="),
        (crm.status_delete(5), "crm.status.delete?id=5"),
        (crm.status_delete(5, forced=True), "crm.status.delete?id=5&params[FORCED]=Y"),
        (
            crm.status_add("SOURCE", "WEB", "Web", sort=15),
            "crm.status.add?fields[ENTITY_ID]=SOURCE&fields[STATUS_ID]=WEB&fields[NAME]=Web&fields[SORT]=15",
        ),
        (crm.entity_types(), "crm.status.entity.types?"),
        (crm.category_list(2), "crm.category.list?entityTypeId=2"),
        (
            crm.count_items(2, category_id=0),
            "crm.item.list?entityTypeId=2&select[0]=id&filter[categoryId]=0&order[id]=ASC",
        ),
        (
            crm.move_item(2, 7, "C1:NEW"),
            "crm.item.update?entityTypeId=2&id=7&fields[stageId]=C1%3ANEW",
        ),
    ],
)
def test_commands(command: crm.Command, sent: str) -> None:
    assert query(command) == sent


def test_a_name_is_no_reference() -> None:
    assert "%24%E2%81%A0result" in query(crm.status_update(5, name="$result[a]"))
    assert "%24%E2%81%A0result" in query(crm.status_add("SOURCE", "A", "$result[a]", sort=1))


def test_a_success_stage_and_its_color() -> None:
    sent = query(crm.status_add("STATUS", "X", "X", sort=1, color="AABBCC", semantics="S"))
    assert sent.endswith("fields[COLOR]=%23AABBCC&fields[SEMANTICS]=S")


def test_pages_and_chosen_items() -> None:
    assert query(crm.list_items(1, "NEW", start=50)).endswith("order[id]=ASC&start=50")
    assert "filter[@id][1]=8".replace("@", "%40") in query(crm.find_items(1, [7, 8], "NEW"))


def test_a_row() -> None:
    (row,) = crm.parse_statuses([ROW])
    assert row == crm.StatusRow(101, "DEAL_STAGE", "NEW", "New", 10, "39A8EF", "#39A8EF", "", True)
    assert crm.parse_status(ROW) == row and crm.parse_status([]) is None


def test_rows_of_other_directories_are_dropped() -> None:
    other = {**ROW, "ID": "7", "ENTITY_ID": "STATUS"}
    assert [row.id for row in crm.parse_statuses([other, ROW], "DEAL_STAGE")] == [101]
    assert [row.id for row in crm.parse_statuses({"0": other, "2": ROW})] == [7, 101]


def test_equal_sorts_have_one_order() -> None:
    rows = [{**ROW, "ID": number} for number in ("3", "1", "2")]
    assert [row.id for row in crm.parse_statuses(rows)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("given", "color"),
    [
        ({"COLOR": "#39A8EF"}, "39A8EF"),
        ({"COLOR": "39a8ef"}, "39A8EF"),
        ({"COLOR": "#abc"}, "AABBCC"),
        ({"COLOR": None, "EXTRA": {"COLOR": "#010203"}}, "010203"),
        ({"COLOR": None, "EXTRA": []}, ""),
        ({"COLOR": "#", "EXTRA": []}, ""),
        ({"COLOR": "#mauve", "EXTRA": []}, ""),
    ],
)
def test_colors_in_every_spelling(given: dict[str, object], color: str) -> None:
    (row,) = crm.parse_statuses([{**ROW, **given}])
    assert row.color == color


@pytest.mark.parametrize(
    ("column", "extra", "semantics"),
    [
        ("S", "success", "S"),
        ("F", "apology", "F"),
        (None, "process", ""),
        (None, "failure", "F"),
        ("P", "process", ""),
        (None, None, ""),
    ],
)
def test_meanings(column: str | None, extra: str | None, semantics: str) -> None:
    (row,) = crm.parse_statuses([{**ROW, "SEMANTICS": column, "EXTRA": {"SEMANTICS": extra}}])
    assert row.semantics == semantics


def test_kinds_of_directories() -> None:
    pipeline = {
        "ID": "DEAL_STAGE_1",
        "NAME": "Newest deal stages",
        "SEMANTIC_INFO": {
            "START_FIELD": "C1:NEW",
            "FINAL_SUCCESS_FIELD": "C1:WON",
            "FINAL_UNSUCCESS_FIELD": "C1:LOSE",
        },
        "PREFIX": "C1",
        "ENTITY_TYPE_ID": 2,
        "CATEGORY_ID": "1",
    }
    smart = {
        "ID": "DYNAMIC_177_STAGE_7",
        "NAME": "X (General)",
        "SEMANTIC_INFO": [],
        "CATEGORY_NAME": "General",
    }
    found = crm.parse_entity_types(
        [{"ID": "SOURCE", "NAME": "Sources"}, pipeline, smart, {"NAME": "nothing"}]
    )
    assert [one.entity_id for one in found] == ["SOURCE", "DEAL_STAGE_1", "DYNAMIC_177_STAGE_7"]
    assert (found[1].start_code, found[1].success_code, found[1].failure_code) == (
        "C1:NEW",
        "C1:WON",
        "C1:LOSE",
    )
    assert (found[2].start_code, found[2].category_name) == ("", "General")


def test_pipelines_and_items() -> None:
    answer = {"categories": [{"id": 0, "name": "General", "sort": 300, "entityTypeId": 2, "isDefault": "Y"}]}
    assert crm.parse_categories(answer) == (crm.CategoryRow(0, "General", 300, 2),)
    assert crm.parse_categories([]) == ()
    items = Answer({"items": [{"id": 5, "title": "Deal"}]}, total=1)
    assert crm.parse_items(items) == (crm.CrmItemRow(5, "Deal"),)
    assert crm.parse_item({"item": {"id": 5, "title": "Deal", "stageId": "WON"}}).stage_id == "WON"
    assert crm.parse_id("773") == 773


@pytest.mark.parametrize(
    ("code", "method", "kind"),
    [
        ("", "crm.status.list", e.AccessDenied),
        ("", "crm.status.update", e.Refused),
        ("", "crm.status.add", e.Refused),
        ("", "crm.status.delete", e.Refused),
        ("ERROR_CORE", "crm.status.add", e.CodeRefused),
        ("ERROR_CORE", "CRM.Status.Add", e.CodeRefused),
        ("ACCESS_DENIED", "crm.item.update", e.AccessDenied),
        ("NOT_FOUND", "crm.item.update", e.NotFound),
        ("insufficient_scope", "crm.status.list", e.ScopeMissing),
    ],
)
def test_refusals(code: str, method: str, kind: type[e.PortalError]) -> None:
    for status in (None, 400):
        assert error_class(status, code, method) is kind


def test_the_portals_markup_is_no_part_of_the_code() -> None:
    error = classify(400, "ERROR_CORE", "The specified status ID already exists.<br>", "crm.status.add")
    assert "<br>" not in str(error) and error.code == "ERROR_CORE"
