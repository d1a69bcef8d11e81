"""`crm.item.*`, `crm.deal.list`: counting and moving items (docs: crm.item.list; behaviour.md §9.3, §9.4)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.dispatch import execute
from sandbox.rest.registry import RestError
from sandbox.state.crm import CrmItem
from tests.contract.portal_fixture import PortalFixture
from tests.contract.rest_client import RestClient

HANDLER = "http://127.0.0.1:5000/events"


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


def listed(portal: PortalFixture, kind: int = 2, **params: Any) -> Any:
    return portal.envelope("member", "crm.item.list", entityTypeId=kind, **params)


def ids(portal: PortalFixture, kind: int = 2, **params: Any) -> list[int]:
    return [row["id"] for row in listed(portal, kind, **params)["result"]["items"]]


def any_item(portal: PortalFixture, kind: int, stage_id: str) -> CrmItem:
    items = portal.state.crm.items.values()
    return next(item for item in items if (item.entity_type_id, item.stage_id) == (kind, stage_id))


def move(portal: PortalFixture, item: CrmItem, who: str = "crm_admin", **fields: Any) -> Any:
    params = {"entityTypeId": item.entity_type_id, "id": item.id, "fields": fields}
    return portal.ask(who, "crm.item.update", **params)["item"]


# --- crm.item.list ---
@pytest.mark.parametrize("stage", ["NEW", "C1:NEW", "C2:NEGOTIATION", "C2:LEGAL"])
def test_the_items_of_a_stage_are_counted_by_total(company: PortalFixture, stage: str) -> None:
    answer = listed(company, filter={"stageId": stage}, select=["id"])
    items = company.state.crm.items.values()
    assert answer["total"] == sum((i.entity_type_id, i.stage_id) == (2, stage) for i in items)
    assert all(row.keys() == {"id"} for row in answer["result"]["items"])


def test_pages_have_fifty_items(company: PortalFixture) -> None:
    first, second = listed(company, 1), listed(company, 1, start=50)
    assert (len(first["result"]["items"]), first["next"], second["next"]) == (50, 50, 100)
    last = listed(company, 1, start=300)
    assert (len(last["result"]["items"]), last["total"]) == (30, 330)
    assert "next" not in last


def test_start_minus_1_leaves_out_the_totals(company: PortalFixture) -> None:
    answer = listed(company, 1, start=-1)
    assert len(answer["result"]["items"]) == 50
    assert not {"total", "next"} & answer.keys()


@pytest.mark.parametrize(
    "condition",
    [
        {"@stageId": ["NEW", "WON"]},
        {"stageId": ["NEW", "WON"]},
        {"0": {"logic": "OR", "0": {"stageId": "NEW"}, "1": {"=stageId": "WON"}}},
    ],
)
def test_several_stages_at_once(portal: PortalFixture, condition: dict[str, Any]) -> None:
    rows = listed(portal, filter=condition)["result"]["items"]
    assert {row["stageId"] for row in rows} == {"NEW", "WON"}


def test_conditions_are_joined(portal: PortalFixture) -> None:
    rows = listed(portal, filter={"categoryId": "1", "!stageId": "C1:NEW", ">id": 2})["result"]["items"]
    assert rows
    assert all(row["categoryId"] == 1 and row["stageId"] != "C1:NEW" and row["id"] > 2 for row in rows)


@pytest.mark.parametrize(
    ("name", "shown"), [("field", "FIELD"), ("STAGE_ID", "S_T_A_G_E__I_D"), ("stageID", "STAGE_I_D")]
)
def test_an_unknown_field_in_the_filter_is_an_error_here(
    portal: PortalFixture, name: str, shown: str
) -> None:
    error = portal.refused("member", "crm.item.list", entityTypeId=2, filter={name: "NEW"})
    text = f"Invalid filter: field '{shown}' is not allowed in filter"
    assert says(error) == ("INVALID_ARG_VALUE", text)


def test_order_by_any_field(portal: PortalFixture) -> None:
    everything = ids(portal)
    assert everything == sorted(everything)
    assert ids(portal, order={"id": "desc"}) == everything[::-1]


@pytest.mark.parametrize("order", [{"field": "ASC"}, {"id": "up"}])
def test_an_unknown_order_is_an_error(portal: PortalFixture, order: dict[str, str]) -> None:
    code, text = says(portal.refused("member", "crm.item.list", entityTypeId=2, order=order))
    assert code == "INVALID_ARG_VALUE"
    assert text.startswith("Invalid order: ")


@pytest.mark.parametrize(
    ("params", "code"),
    [({}, "100"), ({"entityTypeId": "deal"}, "100"), ({"entityTypeId": 999}, "NOT_FOUND")],
)
def test_the_type_is_checked(portal: PortalFixture, params: dict[str, Any], code: str) -> None:
    assert portal.refused("member", "crm.item.list", **params).code == code


def test_without_a_right_there_are_no_items_and_no_error(portal: PortalFixture) -> None:
    answer = portal.envelope("no_crm", "crm.item.list", entityTypeId=2)
    assert (answer["result"], answer["total"]) == ({"items": []}, 0)


def test_numbers_are_numbers_and_leads_have_no_pipeline(portal: PortalFixture) -> None:
    deal = listed(portal)["result"]["items"][0]
    lead = listed(portal, 1)["result"]["items"][0]
    assert isinstance(deal["id"], int)
    assert isinstance(deal["categoryId"], int)
    assert lead["stageId"] == "NEW"
    assert "categoryId" not in lead


# --- crm.item.get ---
def test_get_answers_one_item(portal: PortalFixture) -> None:
    first = listed(portal)["result"]["items"][0]
    assert portal.ask("member", "crm.item.get", entityTypeId=2, id=first["id"]) == {"item": first}


def test_get_refuses(portal: PortalFixture) -> None:
    missing = portal.refused("member", "crm.item.get", entityTypeId=2, id=9999)
    assert says(missing) == ("NOT_FOUND", "Element not found")
    denied = portal.refused("no_crm", "crm.item.get", entityTypeId=2, id=1)
    assert says(denied) == ("ACCESS_DENIED", "Access denied")


# --- crm.item.update ---
@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [(1, "NEW", "IN_PROCESS"), (2, "C1:NEW", "C1:WON"), (128, "DT128_1:NEW", "DT128_1:CLIENT")],
)
def test_items_of_every_kind_move(portal: PortalFixture, kind: int, old: str, new: str) -> None:
    item = any_item(portal, kind, old)
    assert move(portal, item, stageId=new)["stageId"] == new
    assert (item.stage_id, item.moved_by) == (new, portal.id_of("crm_admin"))


@pytest.mark.parametrize("stage", ["C1:NEW", "NOWHERE", "", "new"])
def test_a_stage_of_elsewhere_is_refused(portal: PortalFixture, stage: str) -> None:
    item = any_item(portal, 2, "NEW")
    params = {"entityTypeId": 2, "id": item.id, "fields": {"stageId": stage}}
    error = portal.refused("crm_admin", "crm.item.update", **params)
    assert error.code == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert item.stage_id == "NEW"


def test_another_pipeline_means_its_first_stage(portal: PortalFixture) -> None:
    item = any_item(portal, 2, "NEW")
    assert move(portal, item, categoryId=1)["stageId"] == "C1:NEW"
    assert move(portal, item, categoryId=0, stageId="WON")["categoryId"] == 0


def test_unknown_fields_are_dropped(portal: PortalFixture) -> None:
    item = any_item(portal, 2, "NEW")
    assert move(portal, item, STAGE_ID="WON", anything=1)["stageId"] == "NEW"


def test_title_person_and_amount_change(portal: PortalFixture) -> None:
    item = any_item(portal, 2, "NEW")
    changed = move(portal, item, title="Other", assignedById="2", opportunity="12.5")
    assert (changed["title"], changed["assignedById"], changed["opportunity"]) == ("Other", 2, 12.5)


@pytest.mark.parametrize("who", ["member", "no_crm"])
def test_moving_needs_more_than_reading(portal: PortalFixture, who: str) -> None:
    params = {"entityTypeId": 2, "id": 1, "fields": {"stageId": "WON"}}
    assert says(portal.refused(who, "crm.item.update", **params)) == ("ACCESS_DENIED", "Access denied")


# --- events ---
@pytest.fixture
def rest() -> RestClient:
    started = RestClient.start()
    started.install()
    for event in ("ONCRMDEALUPDATE", "ONCRMLEADUPDATE", "ONCRMDYNAMICITEMUPDATE", "ONCRMDEALMOVETOCATEGORY"):
        assert started.oauth_result("event.bind", {"event": event, "handler": HANDLER}) is True
    return started


def told(rest: RestClient, kind: int, number: int, **fields: Any) -> list[tuple[str, dict[str, str]]]:
    """Events of one update and their data, before anything is sent."""
    user = rest.portal.users[rest.portal.people["crm_admin"]]
    params = {"entityTypeId": kind, "id": number, "fields": fields}
    execute(rest.portal, user, "crm.item.update", params)
    return [
        (event.event, {key: value for key, value in event.form.items() if key.startswith("data")})
        for event in rest.portal.outbox
    ]


@pytest.mark.parametrize(
    ("kind", "old", "new", "event"),
    [
        (1, "NEW", "IN_PROCESS", "ONCRMLEADUPDATE"),
        (2, "C1:NEW", "C1:WON", "ONCRMDEALUPDATE"),
        (128, "DT128_1:NEW", "DT128_1:CLIENT", "ONCRMDYNAMICITEMUPDATE"),
    ],
)
def test_moving_raises_the_event_of_the_kind(
    rest: RestClient, kind: int, old: str, new: str, event: str
) -> None:
    items = rest.portal.crm.items.values()
    item = next(item for item in items if (item.entity_type_id, item.stage_id) == (kind, old))
    ((name, data),) = told(rest, kind, item.id, stageId=new)
    assert name == event
    more = {"data[FIELDS][ENTITY_TYPE_ID]": str(kind)} if kind == 128 else {}
    assert data == {"data[FIELDS][ID]": str(item.id)} | more


def test_moving_to_where_it_stands_raises_none(rest: RestClient) -> None:
    item = next(item for item in rest.portal.crm.items.values() if item.stage_id == "C1:NEW")
    assert told(rest, 2, item.id, stageId="C1:NEW") == []


def test_another_pipeline_raises_one_more(rest: RestClient) -> None:
    item = next(item for item in rest.portal.crm.items.values() if item.stage_id == "C1:NEW")
    events = dict(told(rest, 2, item.id, categoryId=0))
    assert list(events) == ["ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY"]
    assert events["ONCRMDEALMOVETOCATEGORY"] == {
        "data[FIELDS][ID]": str(item.id),
        "data[FIELDS][CATEGORY_ID]": "0",
        "data[FIELDS][STAGE_ID]": "NEW",
    }


# --- crm.deal.list ---
def deals(portal: PortalFixture, **params: Any) -> Any:
    return portal.envelope("member", "crm.deal.list", **params)


def test_deals_are_texts_in_upper_case(portal: PortalFixture) -> None:
    row = deals(portal, filter={"STAGE_ID": "C1:NEW"})["result"][0]
    assert all(isinstance(value, str) for value in row.values())
    assert (row["CATEGORY_ID"], row["STAGE_ID"]) == ("1", "C1:NEW")


def test_deals_are_counted_by_total(company: PortalFixture) -> None:
    answer = deals(company, filter={"CATEGORY_ID": 2}, select=["ID"])
    assert (answer["total"], answer["next"], len(answer["result"])) == (180, 50, 50)
    assert all(row.keys() == {"ID"} for row in answer["result"])


def test_unknown_conditions_on_deals_are_dropped(portal: PortalFixture) -> None:
    assert deals(portal, filter={"stageId": "NEW", "NOTHING": 1})["total"] == deals(portal)["total"] == 16


def test_deals_with_start_minus_1_have_a_total_of_0(company: PortalFixture) -> None:
    answer = deals(company, start=-1)
    assert (answer["total"], len(answer["result"])) == (0, 50)


@pytest.mark.parametrize("name", ["order", "filter"])
def test_order_and_filter_of_deals_must_be_arrays(portal: PortalFixture, name: str) -> None:
    error = portal.refused("member", "crm.deal.list", **{name: "x"})
    assert says(error) == ("", f"Parameter '{name}' must be array.")


def test_deals_without_a_right_are_denied(portal: PortalFixture) -> None:
    assert says(portal.refused("no_crm", "crm.deal.list")) == ("", "Access denied.")
