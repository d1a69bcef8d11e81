"""Placements, subscriptions, delivery and the offline queue (behaviour.md §8, §9; wire.md §4)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox.application import installation
from sandbox.application.events import MAX_HOPS, Dispatcher, flatten
from sandbox.state.portal import Task
from tests.contract.rest_client import RestClient, refused

HANDLER = "http://127.0.0.1:5000/events"
PLACEMENT = {"PLACEMENT": "SONET_GROUP_DETAIL_TAB", "HANDLER": "http://127.0.0.1:5000/"}


@pytest.fixture
def rest() -> RestClient:
    started = RestClient.start()
    started.install()
    return started


# --- §8 a webhook has no application ---
@pytest.mark.parametrize(
    "name",
    [
        "placement.bind",
        "placement.get",
        "placement.list",
        "placement.unbind",
        "app.option.get",
        "user.option.set",
    ],
)
def test_application_methods_refuse_a_webhook(rest: RestClient, name: str) -> None:
    body = refused(rest.call(name), 403, "WRONG_AUTH_TYPE")
    assert body["error_description"].endswith("for this method Application context required")


@pytest.mark.parametrize("name", ["event.bind", "event.unbind", "event.get", "events", "event.offline.get"])
def test_event_methods_refuse_a_webhook_in_fewer_words(rest: RestClient, name: str) -> None:
    assert refused(rest.call(name), 403, "WRONG_AUTH_TYPE")["error_description"].endswith("for this method")


# --- §8.1 placement.bind ---
def test_bind_is_for_admins(rest: RestClient) -> None:
    body = refused(rest.oauth("placement.bind", PLACEMENT, who="owner"), 403, "ACCESS_DENIED")
    assert body["error_description"] == "Access denied!"


@pytest.mark.parametrize(
    ("change", "code", "argument"),
    [
        ({"PLACEMENT": ["x"]}, "ERROR_ARGUMENT", "PLACEMENT"),
        ({"PLACEMENT": ""}, "ERROR_ARGUMENT", "PLACEMENT"),
        ({"PLACEMENT": "default"}, "ERROR_ARGUMENT", "PLACEMENT"),
        ({"HANDLER": ""}, "ERROR_ARGUMENT", "HANDLER"),
        ({"HANDLER": "ftp://a.example/"}, "ERROR_UNSUPPORTED_PROTOCOL", None),
        ({"HANDLER": "http://localhost:5000/"}, "ERROR_WRONG_HANDLER_URL", None),
        ({"HANDLER": "http://intranet/"}, "ERROR_WRONG_HANDLER_URL", None),
        ({"PLACEMENT": "NO_SUCH_PLACE"}, "ERROR_PLACEMENT_NOT_FOUND", None),
        ({"USER_ID": 3}, "ERROR_PLACEMENT_USER_MODE", None),
        ({"PLACEMENT": "PAGE_BACKGROUND_WORKER"}, "EMPTY_ERROR_HANDLER_URL", None),
    ],
)
def test_bind_refusals(rest: RestClient, change: dict[str, Any], code: str, argument: str | None) -> None:
    assert refused(rest.oauth("placement.bind", PLACEMENT | change), 400, code).get("argument") == argument


def test_bind_needs_the_scope_of_the_place(rest: RestClient) -> None:
    rest.application.scopes = ["placement", "task"]
    refused(rest.oauth("placement.bind", PLACEMENT), 400, "ERROR_PLACEMENT_NOT_FOUND")


def test_bind_is_not_idempotent_and_names_are_in_any_case(rest: RestClient) -> None:
    lower = {"placement": "sonet_group_detail_tab", "handler": PLACEMENT["HANDLER"]}
    assert rest.oauth_result("placement.bind", lower) is True
    body = refused(rest.oauth("placement.bind", PLACEMENT), 400, "ERROR_CORE")
    assert body["error_description"].startswith("Unable to set placement handler: ")
    assert len(rest.application.placements) == 1


def test_single_place_takes_one_handler(rest: RestClient) -> None:
    bind = {"PLACEMENT": "REST_APP_URI", "HANDLER": "http://127.0.0.1/a"}
    assert rest.oauth_result("placement.bind", bind) is True
    again = bind | {"HANDLER": "http://127.0.0.1/b"}
    refused(rest.oauth("placement.bind", again), 400, "ERROR_PLACEMENT_MAX_COUNT")


# --- §8.2 get, list, unbind ---
def test_get_shows_what_was_bound(rest: RestClient) -> None:
    assert rest.oauth_result("placement.get") == []
    texts = {"en": {"TITLE": "Board"}, "de": {"TITLE": "Tafel", "DESCRIPTION": "d"}}
    rest.oauth_result("placement.bind", PLACEMENT | {"LANG_ALL": texts, "OPTIONS": {"groupId": "11,12"}})
    assert rest.oauth_result("placement.get") == [
        {
            "id": 1,
            "placement": "SONET_GROUP_DETAIL_TAB",
            "userId": 0,
            "handler": PLACEMENT["HANDLER"],
            "options": {"groupId": "11,12"},
            "title": "",
            "description": "",
            "langAll": {
                "en": {"TITLE": "Board", "DESCRIPTION": "", "GROUP_NAME": ""},
                "de": {"TITLE": "Tafel", "DESCRIPTION": "d", "GROUP_NAME": ""},
            },
        }
    ]


def test_list_names_the_places_of_the_granted_scopes(rest: RestClient) -> None:
    rest.application.scopes = ["placement", "task"]
    codes = rest.oauth_result("placement.list", who="member")
    assert {"TASK_VIEW_TAB", "TASK_GROUP_LIST_TOOLBAR", "TASK_USER_LIST_TOOLBAR", "LEFT_MENU"} <= set(codes)
    assert "SONET_GROUP_DETAIL_TAB" not in codes
    assert "SONET_GROUP_DETAIL_TAB" in rest.oauth_result("placement.list", {"FULL": "true"})
    assert (
        rest.oauth_result("placement.list", {"scope": "sonet_group", "FULL": True})[0]
        == PLACEMENT["PLACEMENT"]
    )


def test_unbind_counts_two_for_each_handler(rest: RestClient) -> None:
    for path in ("a", "b", "c"):
        rest.oauth_result("placement.bind", PLACEMENT | {"HANDLER": f"http://127.0.0.1/{path}"})
    one = PLACEMENT | {"HANDLER": "http://127.0.0.1/a"}
    assert rest.oauth_result("placement.unbind", one) == {"count": 2}
    assert rest.oauth_result("placement.unbind", {"PLACEMENT": PLACEMENT["PLACEMENT"]}) == {"count": 4}


def test_unbind_is_silent_on_what_is_not_there(rest: RestClient) -> None:
    assert rest.oauth_result("placement.unbind", {"PLACEMENT": "NO_SUCH_PLACE"}) == {"count": 0}
    refused(rest.oauth("placement.unbind"), 400, "ERROR_ARGUMENT")
    refused(rest.oauth("placement.unbind", PLACEMENT, who="member"), 403, "ACCESS_DENIED")


# --- §8.3 subscriptions ---
def test_event_bind_refusals(rest: RestClient) -> None:
    assert refused(rest.oauth("event.bind"), 400, "ERROR_ARGUMENT")["argument"] == "EVENT"
    assert (
        refused(rest.oauth("event.bind", {"event": "ONTASKADD"}), 400, "ERROR_ARGUMENT")["argument"]
        == "HANDLER"
    )
    refused(rest.oauth("event.bind", {"event": "ONX", "handler": HANDLER}), 400, "ERROR_EVENT_NOT_FOUND")
    away = {"event": "ONTASKADD", "handler": "http://localhost/e"}
    refused(rest.oauth("event.bind", away), 400, "ERROR_WRONG_HANDLER_URL")
    rest.application.scopes = ["crm"]
    refused(
        rest.oauth("event.bind", {"event": "ONTASKADD", "handler": HANDLER}), 400, "ERROR_EVENT_NOT_FOUND"
    )


def test_event_bind_is_not_idempotent(rest: RestClient) -> None:
    bind = {"event": "ontaskupdate", "handler": HANDLER}
    assert rest.oauth_result("event.bind", bind) is True
    body = refused(rest.oauth("event.bind", bind), 400, "ERROR_CORE")
    assert body["error_description"].startswith("Unable to set event handler: ")
    assert rest.oauth_result("event.get") == [
        {"event": "ONTASKUPDATE", "handler": HANDLER, "auth_type": "0", "offline": 0}
    ]


def test_online_event_of_a_non_admin_is_tied_to_himself(rest: RestClient) -> None:
    member = rest.portal.people["member"]
    rest.oauth_result("event.bind", {"event": "ONTASKADD", "handler": HANDLER}, who="member")
    rest.oauth_result("event.bind", {"event": "ONTASKADD", "handler": HANDLER})
    own = [{"event": "ONTASKADD", "handler": HANDLER, "auth_type": str(member), "offline": 0}]
    assert rest.oauth_result("event.get", who="member") == own
    assert len(rest.oauth_result("event.get")) == 2


def test_rights_of_a_non_admin_end_at_others(rest: RestClient) -> None:
    foreign = {"event": "ONTASKADD", "handler": HANDLER, "auth_type": 1}
    for name, doing in (("event.bind", "binding"), ("event.unbind", "unbinding")):
        body = refused(rest.oauth(name, foreign, who="member"), 403, "ACCESS_DENIED")
        expected = f"Access denied! Event {doing} with AUTH_TYPE requires administrator access rights"
        assert body["error_description"] == expected
        offline = {"event": "ONTASKADD", "event_type": "offline"}
        body = refused(rest.oauth(name, offline, who="member"), 403, "ACCESS_DENIED")
        expected = f"Access denied! Offline events {doing} requires administrator access rights"
        assert body["error_description"] == expected


def test_event_unbind_counts_once_each(rest: RestClient) -> None:
    for auth_type in (0, 2, 3):
        bind = {"event": "ONTASKADD", "handler": HANDLER, "auth_type": auth_type}
        rest.oauth_result("event.bind", bind)
    unbind = {"event": "ONTASKADD", "handler": HANDLER}
    assert rest.oauth_result("event.unbind", unbind | {"auth_type": ""}) == {"count": 1}
    assert rest.oauth_result("event.unbind", unbind) == {"count": 2}
    assert rest.oauth_result("event.unbind", unbind) == {"count": 0}


def test_events_lists_names_for_the_scopes(rest: RestClient) -> None:
    rest.application.scopes = ["task"]
    names = rest.oauth_result("events")
    assert {"ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE", "ONAPPUNINSTALL"} <= set(names)
    assert "ONSONETGROUPADD" not in names


# --- §9 delivery ---
class Receiver:
    """The application's event address: what arrived, in order."""

    def __init__(self) -> None:
        self.arrived: queue.Queue[dict[str, str]] = queue.Queue()
        self.server = make_server("127.0.0.1", 0, self._answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @Request.application
    def _answer(self, request: Request) -> Response:
        assert request.mimetype == "application/x-www-form-urlencoded"
        body = request.get_data(as_text=True)
        self.arrived.put(dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True)))
        return Response("")

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


def subscribe(rest: RestClient, url: str, *names: str, **more: Any) -> None:
    for name in names:
        rest.oauth_result("event.bind", {"event": name, "handler": url, **more})


def delivered(rest: RestClient, receiver: Receiver) -> list[dict[str, str]]:
    """Everything that was sent, after the dispatcher is done."""
    dispatcher: Dispatcher = rest.app.extensions["events"]
    dispatcher.flush(rest.portal)
    dispatcher.wait()
    found = []
    while not receiver.arrived.empty():
        found.append(receiver.arrived.get())
    return found


def some_task(rest: RestClient) -> Task:
    return next(task for task in rest.portal.tasks.values() if task.group_id == rest.portal.main_group_id)


def retitle(rest: RestClient, title: str, *, who: str = "admin") -> None:
    change = {"taskId": some_task(rest).id, "fields": {"TITLE": title}}
    rest.oauth_result("tasks.task.update", change, who=who)


def test_event_form_has_every_field_and_no_refresh_token(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    retitle(rest, "x", who="owner")
    (form,) = delivered(rest, receiver)
    number = str(some_task(rest).id)
    assert form["event"] == "ONTASKUPDATE"
    assert form["event_handler_id"] == "1"
    assert form["data[FIELDS_BEFORE][ID]"] == form["data[FIELDS_AFTER][ID]"] == number
    assert form["data[IS_ACCESSIBLE_BEFORE]"] == "undefined"
    assert form["ts"].isdecimal()
    auth = {key[5:-1] for key in form if key.startswith("auth[")}
    assert auth == {
        *("access_token", "expires", "expires_in", "scope", "domain", "server_endpoint", "status"),
        *("client_endpoint", "member_id", "user_id", "application_token"),
    }
    assert form["auth[user_id]"] == str(rest.portal.people["owner"])
    assert form["auth[application_token]"] == rest.application.application_token
    assert form["auth[client_endpoint]"] == "http://localhost:5001/rest/"


def test_access_token_of_an_event_works_as_the_acting_person(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    retitle(rest, "x", who="owner")
    (form,) = delivered(rest, receiver)
    who = rest.get(f"/rest/profile?auth={form['auth[access_token]']}").get_json()["result"]["ID"]
    assert who == str(rest.portal.people["owner"])


def test_handler_with_auth_type_gets_that_persons_token(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE", auth_type=rest.portal.people["moderator"])
    retitle(rest, "x", who="owner")
    (form,) = delivered(rest, receiver)
    assert form["auth[user_id]"] == str(rest.portal.people["moderator"])


def test_identical_events_of_one_process_are_sent_once(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    number = some_task(rest).id
    rest.batch([f"tasks.task.update?taskId={number}&fields[TITLE]={title}" for title in ("a", "b", "c")])
    assert len(delivered(rest, receiver)) == 1
    retitle(rest, "d")
    retitle(rest, "e")
    assert len(delivered(rest, receiver)) == 2


def test_each_handler_gets_its_own_entry(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    subscribe(rest, receiver.url + "?2", "ONTASKUPDATE")
    retitle(rest, "x")
    assert {form["event_handler_id"] for form in delivered(rest, receiver)} == {"1", "2"}


def test_nothing_is_delivered_before_the_installation_is_finished(
    rest: RestClient, receiver: Receiver
) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    rest.application.installed = False
    retitle(rest, "x")
    assert delivered(rest, receiver) == []


def test_event_goes_out_after_the_response(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    path, number = rest.hook() + "tasks.task.update", some_task(rest).id
    answer = rest.post(path, json={"taskId": number, "fields": {"TITLE": "y"}}, buffered=False)
    assert receiver.arrived.empty(), "the answer was not read to its end"
    answer.close()
    assert receiver.arrived.get(timeout=10)["event"] == "ONTASKUPDATE"


def test_unreachable_handler_is_logged_and_not_tried_again(rest: RestClient) -> None:
    subscribe(rest, "http://127.0.0.1:9/events", "ONTASKUPDATE")
    retitle(rest, "x")
    dispatcher: Dispatcher = rest.app.extensions["events"]
    dispatcher.flush(rest.portal)
    dispatcher.wait()
    (entry,) = dispatcher.log()
    assert (entry["event"], entry["status"], entry["error"]) == ("ONTASKUPDATE", 0, "ConnectionError")
    assert entry["form"]["auth[access_token]"] == "***"


def test_stages_raise_no_events(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE")
    group = rest.portal.main_group_id
    number = rest.result(
        "task.stages.add", {"fields": {"ENTITY_ID": group, "TITLE": "t", "AFTER_ID": 10**6}}, who="owner"
    )
    rest.result("task.stages.update", {"id": number, "fields": {"TITLE": "u"}}, who="owner")
    assert delivered(rest, receiver) == []


def test_chain_of_handlers_is_cut_after_seven_hops(rest: RestClient, receiver: Receiver) -> None:
    subscribe(rest, receiver.url, "ONTASKUPDATE")
    retitle(rest, "start")
    for hop in range(1, MAX_HOPS + 1):
        (form,) = delivered(rest, receiver)
        change = {"taskId": some_task(rest).id, "fields": {"TITLE": f"hop {hop}"}}
        change["auth"] = form["auth[access_token]"]
        assert rest.post("/rest/tasks.task.update", json=change).status_code == 200
    assert delivered(rest, receiver) == []


def test_app_events_carry_what_the_contract_says(rest: RestClient, receiver: Receiver) -> None:
    installation.uninstall(rest.portal, clean=False)
    installation.add_app(rest.portal)
    subscribe(rest, receiver.url, "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL")
    installation.finish_install(rest.portal, 1)
    installation.update_app(rest.portal, 1)
    token = rest.application.application_token
    installation.uninstall(rest.portal, clean=True)
    install, update, uninstall = delivered(rest, receiver)
    assert (install["data[VERSION]"], install["data[INSTALLED]"], install["data[ACTIVE]"]) == ("1", "Y", "Y")
    assert "event_handler_id" not in install
    assert "auth[refresh_token]" in install
    assert (update["data[VERSION]"], update["data[PREVIOUS_VERSION]"]) == ("2", "1")
    assert uninstall["data[CLEAN]"] == "1"
    auth = {key for key in uninstall if key.startswith("auth")}
    names = ("domain", "client_endpoint", "server_endpoint", "member_id", "application_token")
    assert auth == {f"auth[{name}]" for name in names}
    assert uninstall["auth[application_token]"] == token


def test_leaves_of_a_form_are_texts() -> None:
    tree = {"a": {"b": True, "c": None, "d": 1.5}, "e": ["x", "y"]}
    expected = {
        "data[a][b]": "1",
        "data[a][c]": "",
        "data[a][d]": "1.5",
        "data[e][0]": "x",
        "data[e][1]": "y",
    }
    assert flatten("data", tree) == expected


# --- §9.5 offline ---
def offline_rows(rest: RestClient, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = rest.oauth_result("event.offline.get", params)["events"]
    return rows


def test_own_changes_are_not_queued_by_default(rest: RestClient) -> None:
    rest.oauth_result("event.bind", {"event": "ONTASKUPDATE", "event_type": "offline"})
    assert rest.oauth_result("event.get") == [{"event": "ONTASKUPDATE", "connector_id": "", "offline": 1}]
    retitle(rest, "own change, empty connector on both sides")
    assert offline_rows(rest) == []
    rest.result("tasks.task.update", {"taskId": some_task(rest).id, "fields": {"TITLE": "foreign"}})
    assert [row["EVENT_NAME"] for row in offline_rows(rest)] == ["ONTASKUPDATE"]


def test_connector_tells_own_changes_apart(rest: RestClient) -> None:
    rest.oauth_result("event.bind", {"event": "ONTASKUPDATE", "event_type": "offline", "auth_connector": "c"})
    change = {"taskId": some_task(rest).id, "fields": {"TITLE": "a"}}
    rest.oauth_result("tasks.task.update", change | {"auth_connector": "c"})
    assert offline_rows(rest, auth_connector="c") == []
    rest.oauth_result("tasks.task.update", change)
    assert offline_rows(rest) == [], "the queue of another source"
    assert len(offline_rows(rest, auth_connector="c")) == 1


def fill(rest: RestClient, count: int) -> list[str]:
    """That many rows in the queue; their ids."""
    rest.oauth_result("event.bind", {"event": "ONTASKUPDATE", "event_type": "offline"})
    for task in list(rest.portal.tasks.values())[:count]:
        rest.result("tasks.task.update", {"taskId": task.id, "fields": {"TITLE": "x"}})
        rest.result("tasks.task.update", {"taskId": task.id, "fields": {"TITLE": "y"}})
    return [str(row.id) for row in rest.portal.offline]


def test_queue_keeps_one_row_per_object(rest: RestClient) -> None:
    assert len(fill(rest, 3)) == 3


def test_get_clears_by_default_and_honours_limit_filter_and_order(rest: RestClient) -> None:
    first, second, third = fill(rest, 3)
    assert [
        row["ID"] for row in offline_rows(rest, filter={">ID": first}, limit=1, order={"ID": "DESC"})
    ] == [third]
    assert [row["ID"] for row in offline_rows(rest)] == [first, second]
    assert offline_rows(rest) == []


def test_reserved_rows_belong_to_their_process(rest: RestClient) -> None:
    first, second = fill(rest, 2)
    taken = rest.oauth_result("event.offline.get", {"clear": 0, "limit": 1})
    process = taken["process_id"]
    assert [row["ID"] for row in taken["events"]] == [first]
    assert [row["ID"] for row in offline_rows(rest, clear=0, limit=1)] == [second], "another consumer"
    again = rest.oauth_result("event.offline.get", {"clear": 0, "process_id": process})
    assert [row["ID"] for row in again["events"]] == [first]
    assert rest.oauth_result("event.offline.clear", {"process_id": process, "id": [first]}) is True
    assert [row["ID"] for row in rest.oauth_result("event.offline.list")] == [second]


def test_failed_rows_are_found_with_error_only(rest: RestClient) -> None:
    (first,) = fill(rest, 1)
    process = rest.oauth_result("event.offline.get", {"clear": 0})["process_id"]
    rest.oauth_result("event.offline.error", {"process_id": process, "message_id": [first]})
    assert offline_rows(rest) == []
    (row,) = rest.oauth_result("event.offline.list", {"filter": {"ERROR": 1}})
    assert (row["ID"], row["ERROR"], row["PROCESS_ID"]) == (first, "1", "")
    assert [row["ID"] for row in offline_rows(rest, error=1)] == [first]


@pytest.mark.parametrize("name", ["get", "list", "clear", "error"])
def test_offline_methods_are_for_admins(rest: RestClient, name: str) -> None:
    refused(rest.oauth(f"event.offline.{name}", {"process_id": "x"}, who="member"), 403, "ACCESS_DENIED")


def test_clearing_needs_a_process(rest: RestClient) -> None:
    assert refused(rest.oauth("event.offline.clear"), 400, "ERROR_ARGUMENT")["argument"] == "PROCESS_ID"
