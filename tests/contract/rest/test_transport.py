"""Addresses, verbs, parameters, credentials, checks, envelope and headers (behaviour.md §1.1–§1.8)."""

from __future__ import annotations

import dataclasses
import json

import pytest

from sandbox.rest import php
from sandbox.rest.params import parse_query, to_int
from sandbox.rest.registry import METHODS, Call, Listing, Method, RestError
from tests.contract.rest_client import RestClient, refused


@pytest.fixture
def rest() -> RestClient:
    return RestClient.start()


@pytest.fixture
def echo(rest: RestClient, monkeypatch: pytest.MonkeyPatch) -> RestClient:
    """A portal with one more method that answers its parameters."""

    def handler(call: Call) -> Listing:
        return Listing({"params": call.params, "start": call.start})

    monkeypatch.setitem(METHODS, "test.echo", Method("test.echo", None, "classic", "", handler))
    return rest


# --- §1.1 addresses ---
@pytest.mark.parametrize(
    "spelling", ["server.time", "Server.Time", "SERVER.TIME", "server.time.json", "server.time/"]
)
def test_method_name_in_any_case_with_json_suffix_or_slash(rest: RestClient, spelling: str) -> None:
    assert rest.get(rest.hook() + spelling).status_code == 200
    assert rest.get(f"/rest/{spelling}?auth={rest.token()}").status_code == 200


@pytest.mark.parametrize("name", ["server.time.xml", "server.time.yaml", "nothing.here", "1/server.time", ""])
def test_unknown_method_is_404_before_authorisation(rest: RestClient, name: str) -> None:
    refused(rest.get(f"/rest/{name}"), 404, "ERROR_METHOD_NOT_FOUND")


def test_webhook_parts_may_come_as_parameters(rest: RestClient) -> None:
    user, code = rest.hook().split("/")[2:4]
    assert rest.get(f"/rest/profile?aplogin={user}&ap={code}").get_json()["result"]["ID"] == user


# --- §1.2 verbs and sources ---
def test_query_and_form_are_merged_and_the_form_wins(echo: RestClient) -> None:
    answer = echo.post(echo.hook() + "test.echo?a=1&b=1", data={"b": "2", "c[x][]": "3"})
    assert answer.get_json()["result"]["params"] == {"a": "1", "b": "2", "c": {"x": ["3"]}}


def test_json_overlays_the_query_and_keeps_types(echo: RestClient) -> None:
    body = {"b": 2, "c": None, "d": True, "e": {}, "f": [], "g": {"0": "x", "1": "y"}}
    answer = echo.post(echo.hook() + "test.echo?a=1&b=1", json=body)
    expected = {"a": "1", "b": 2, "c": None, "d": True, "e": [], "f": [], "g": ["x", "y"]}
    assert answer.get_json()["result"]["params"] == expected


def test_any_json_content_type_is_read(echo: RestClient) -> None:
    answer = echo.post(echo.hook() + "test.echo", data='{"a":1}', content_type="application/vnd.x+json")
    assert answer.get_json()["result"]["params"] == {"a": 1}


def test_raw_body_is_read_as_a_query(echo: RestClient) -> None:
    answer = echo.post(echo.hook() + "test.echo", data="a[b]=1&c=%C3%A4", content_type="text/plain")
    assert answer.get_json()["result"]["params"] == {"a": {"b": "1"}, "c": "ä"}


def test_multipart_form_is_read(echo: RestClient) -> None:
    answer = echo.post(echo.hook() + "test.echo", data={"a[]": "1"}, content_type="multipart/form-data")
    assert answer.get_json()["result"]["params"] == {"a": ["1"]}


@pytest.mark.parametrize("body", ["{broken", '"text"', "7", ""])
def test_bad_json_is_silently_ignored_and_shows_as_no_auth(rest: RestClient, body: str) -> None:
    answer = rest.post("/rest/profile", data=body, content_type="application/json")
    refused(answer, 401, "NO_AUTH_FOUND")


def test_json_body_is_read_for_post_only(rest: RestClient) -> None:
    answer = rest.client.put("/rest/profile", json={"auth": rest.token()}, base_url="http://localhost:5001")
    refused(answer, 401, "NO_AUTH_FOUND")


def test_start_and_state_are_taken_out_of_the_parameters(echo: RestClient) -> None:
    result = echo.result("test.echo", {"start": "50x", "state": "s", "a": 1})
    assert result == {"params": {"a": 1}, "start": 50}


def test_credentials_are_not_parameters(echo: RestClient) -> None:
    answer = echo.post("/rest/test.echo", json={"auth": echo.token(), "sessid": "s", "a": 1})
    assert answer.get_json()["result"]["params"] == {"a": 1}


def test_controllers_refuse_other_verbs_and_classic_methods_take_them_as_get(rest: RestClient) -> None:
    path = rest.hook() + "socialnetwork.api.workgroup.list"
    refused(rest.client.put(path), 400, "invalid_http_method")
    assert rest.client.delete(rest.hook() + "profile").status_code == 200


# --- §1.3, §1.4, §1.5 credentials and checks ---
def test_bearer_header_wins_over_auth(rest: RestClient) -> None:
    header = {"Authorization": f"Bearer {rest.token('member')}"}
    answer = rest.post("/rest/profile", json={"auth": rest.token("admin")}, headers=header)
    assert answer.get_json()["result"]["ID"] == str(rest.portal.people["member"])


def test_access_token_parameter_is_accepted(rest: RestClient) -> None:
    assert rest.get(f"/rest/profile?access_token={rest.token()}").status_code == 200


@pytest.mark.parametrize("query", ["", "auth=rubbish", "auth[]=1", "auth="])
def test_no_or_unreadable_token_is_no_auth_found(rest: RestClient, query: str) -> None:
    body = refused(rest.get(f"/rest/profile?{query}"), 401, "NO_AUTH_FOUND")
    assert body["error_description"] == "Wrong authorization data"


def test_well_formed_unknown_token_is_invalid_token(rest: RestClient) -> None:
    refused(rest.get(f"/rest/profile?auth={'0' * 70}"), 401, "invalid_token")


def test_expired_access_token_is_expired_token(rest: RestClient) -> None:
    token = rest.token()
    rest.portal.clock_offset += 3601
    refused(rest.get(f"/rest/profile?auth={token}"), 401, "expired_token")


def test_revoked_token_is_not_called_expired(rest: RestClient) -> None:
    token = rest.token()
    list(rest.portal.tokens.values())[-1].revoked = True
    refused(rest.get(f"/rest/profile?auth={token}"), 401, "invalid_token")


def test_removed_application_is_not_found(rest: RestClient) -> None:
    token = rest.token()
    rest.application.added = False
    refused(rest.get(f"/rest/profile?auth={token}"), 401, "APPLICATION_NOT_FOUND")


def test_unknown_webhook_is_invalid_credentials_401(rest: RestClient) -> None:
    refused(rest.get("/rest/1/wrong/profile"), 401, "INVALID_CREDENTIALS")
    own = rest.hook("member").split("/")[3]
    refused(rest.get(f"/rest/1/{own}/profile"), 401, "INVALID_CREDENTIALS")


def test_switched_off_webhook_is_invalid_credentials(rest: RestClient) -> None:
    path = rest.hook()
    for webhook in rest.portal.webhooks:
        webhook.active = False
    refused(rest.get(path + "profile"), 401, "INVALID_CREDENTIALS")


def test_fired_person_cannot_be_authorised(rest: RestClient) -> None:
    rest.portal.users[rest.portal.people["member"]].active = False
    refused(rest.call("profile", who="member"), 401, "authorization_error")
    refused(rest.oauth("profile", who="member"), 401, "authorization_error")


def test_missing_scope_is_401_and_names_the_credential(rest: RestClient) -> None:
    body = refused(rest.oauth("socialnetwork.api.workgroup.list"), 401, "insufficient_scope")
    assert "access token" in body["error_description"]
    rest.portal.webhooks[0].scopes = ["task"]
    body = refused(rest.call("sonet_group.get"), 401, "insufficient_scope")
    assert "webhook token" in body["error_description"]


def test_scope_alternatives_are_enough_one_by_one(rest: RestClient) -> None:
    assert rest.oauth("user.current").status_code == 200, "user_brief is granted, user is not"


def test_closed_portal_is_403_before_everything(rest: RestClient) -> None:
    rest.portal.closed = True
    refused(rest.get("/rest/nothing.here"), 403, "PORTAL_DELETED")


def test_session_authorisation_is_for_the_portals_own_pages(rest: RestClient) -> None:
    refused(rest.get("/rest/profile?sessid=x"), 401, "NO_AUTH_FOUND")
    rest.app.extensions["sessions"]["x"] = rest.portal.people["owner"]
    assert rest.get("/rest/profile?sessid=x").get_json()["result"]["ID"] == str(rest.portal.people["owner"])
    refused(rest.get("/rest/app.info?sessid=x"), 403, "ACCESS_DENIED")


# --- §1.6 errors of methods ---
def test_error_extra_keys_are_at_the_root(rest: RestClient) -> None:
    body = refused(rest.oauth("placement.bind", {"HANDLER": "https://x.example/"}), 400, "ERROR_ARGUMENT")
    assert body["argument"] == "PLACEMENT"
    assert body["error_description"] == "Argument 'PLACEMENT' is null or empty"


def test_plain_exception_has_an_empty_code(rest: RestClient) -> None:
    refused(rest.call("sonet_group.user.get"), 400, "")


def test_uncaught_fault_is_500_as_json(rest: RestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(call: Call) -> None:
        raise ZeroDivisionError(call.method)

    monkeypatch.setitem(METHODS, "test.broken", Method("test.broken", None, "classic", "", broken))
    rest.app.config["PROPAGATE_EXCEPTIONS"] = False
    refused(rest.call("test.broken"), 500, "INTERNAL_SERVER_ERROR")


# --- §1.7 envelope ---
def test_time_block_has_every_field(rest: RestClient) -> None:
    time = rest.call("profile").get_json()["time"]
    assert set(time) == {"start", "finish", "duration", "processing", "date_start", "date_finish"}
    assert isinstance(time["start"], int)
    assert isinstance(time["processing"], int)
    assert time["date_start"].endswith("+00:00")


def test_operating_fields_only_while_the_load_limiter_is_on() -> None:
    time = RestClient.start(limits=True).call("profile").get_json()["time"]
    assert {"operating", "operating_reset_at"} <= set(time)


def test_total_and_next_are_hoisted_to_the_root(rest: RestClient) -> None:
    answer = rest.call("sonet_group.get").get_json()
    assert answer["total"] == len(answer["result"])
    assert "next" not in answer, "there is no further page"


def test_result_that_is_an_error_is_an_error_with_http_200(
    rest: RestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"error": "E", "error_description": "text"}
    monkeypatch.setitem(METHODS, "test.odd", Method("test.odd", None, "classic", "", lambda _: body))
    answer = rest.call("test.odd")
    assert (answer.status_code, answer.get_json()) == (200, body)


def test_php_json_escapes_and_keeps_unicode() -> None:
    text = php.dumps({"a": '<b>&\'"/\\" ümläut 🙂\u2028\n'})
    expected = r"{" + r'"a":"\u003Cb\u003E\u0026\u0027\u0022\/\\\u0022 ümläut 🙂\u2028\n"' + "}"
    assert text == expected
    assert json.loads(text) == {"a": '<b>&\'"/\\" ümläut 🙂\u2028\n'}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "[]"),
        ([], "[]"),
        ({"0": "a", "1": "b"}, '["a","b"]'),
        ({1: "a"}, '{"1":"a"}'),
        ({"1": "a", "0": "b"}, '{"1":"a","0":"b"}'),
        (php.EmptyObject(), "{}"),
        (2.0, "2"),
        (0.5, "0.5"),
        ({"a": {}}, '{"a":[]}'),
    ],
)
def test_php_json_of_maps_and_lists(value: object, text: str) -> None:
    assert php.dumps(value) == text


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[5]=1&a[]=2", {"a": {"5": "1", "6": "2"}}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a.b=1&c d=2", {"a_b": "1", "c_d": "2"}),
        ("a[b=1", {"a_b": "1"}),
        ("filter[%3E%3DID]=3", {"filter": {">=ID": "3"}}),
        ("a[b]c=1", {"a": {"b": "1"}}),
        ("=1&a", {"a": ""}),
    ],
)
def test_queries_are_nested_as_php_does(query: str, tree: dict[str, object]) -> None:
    assert parse_query(query) == tree


@pytest.mark.parametrize(
    ("value", "number"),
    [("12abc", 12), ("abc", 0), ("-3", -3), ([], 0), ([1], 1), ({"a": 0}, 1), (True, 1), (None, 0)],
)
def test_int_cast_is_phps(value: object, number: int) -> None:
    assert to_int(value) == number


# --- §1.8 headers ---
def test_every_answer_has_the_rest_headers(rest: RestClient) -> None:
    for path in ("/rest/profile", "/rest/nothing.here", rest.hook() + "profile"):
        headers = rest.get(path).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Headers"] == "origin, content-type, accept"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_options_is_empty_and_grants_no_methods(rest: RestClient) -> None:
    answer = rest.client.options("/rest/nothing.here")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Access-Control-Allow-Headers"] == "origin, content-type, accept"
    assert "Access-Control-Allow-Methods" not in answer.headers
    assert "authorization" not in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_old_domain_answers_302_to_the_new_one(rest: RestClient, verb: str) -> None:
    rest.portal.old_domains.append("localhost:5001")
    rest.portal.domain = "portal.example:5001"
    answer = rest.client.open("/rest/profile.json?a=1", method=verb, base_url="http://localhost:5001")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "http://portal.example:5001/rest/profile.json?a=1"


# --- what the methods say of themselves ---
def test_every_method_names_its_source_and_style() -> None:
    for spec in METHODS.values():
        assert spec.style in {"controller", "dispatcher", "classic"}, spec.name
        assert spec.source, spec.name
        assert dataclasses.is_dataclass(spec)


def test_rest_error_keeps_what_it_was_given() -> None:
    error = RestError("C", "t", 418, argument="a")
    assert (error.code, error.description, error.status, error.extra) == ("C", "t", 418, {"argument": "a"})
