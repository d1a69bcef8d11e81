"""The authorization server and the portal's consent address (wire.md §2, §3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from sandbox.application import installation
from sandbox.state.store import dump, load
from tests.contract.rest_client import BASE, RestClient, refused


@pytest.fixture
def rest() -> RestClient:
    started = RestClient.start()
    installation.add_app(started.portal)
    return started


def keys(rest: RestClient, **more: Any) -> dict[str, Any]:
    return {
        "client_id": rest.application.client_id,
        "client_secret": rest.application.client_secret,
        **more,
    }


def exchange(rest: RestClient, **more: Any) -> TestResponse:
    return rest.post("/_oauth/oauth/token/", data=keys(rest, **more))


def refresh(rest: RestClient, token: str) -> TestResponse:
    return exchange(rest, grant_type="refresh_token", refresh_token=token)


def code_of(rest: RestClient, **query: str) -> dict[str, str]:
    """What the application gets back in its address."""
    query = {"client_id": rest.application.client_id, "state": "s t", **query}
    answer = rest.get("/oauth/authorize/", query_string=query)
    assert answer.status_code == 302, answer.text
    return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


# --- app.info ---
def test_app_info_tells_portal_client_and_person(rest: RestClient) -> None:
    token = rest.token("member")
    result = rest.get(f"/_oauth/rest/app.info?auth={token}").get_json()["result"]
    assert result["client_id"] == rest.application.client_id
    assert result["user_id"] == str(rest.portal.people["member"])
    assert result["scope"] == ",".join(rest.application.scopes)
    install = result["install"]
    assert install["member_id"] == rest.portal.member_id
    assert install["client_endpoint"] == f"{BASE}/rest/"
    assert install["domain"] == "localhost:5001"
    assert install["installed"] is False
    installation.finish_install(rest.portal)
    assert (
        rest.get(f"/_oauth/rest/app.info?auth={token}").get_json()["result"]["install"]["installed"] is True
    )


def test_app_info_refuses_every_bad_token_with_400_invalid_client(rest: RestClient) -> None:
    refused(rest.get("/_oauth/rest/app.info"), 400, "invalid_client")
    refused(rest.get(f"/_oauth/rest/app.info?auth={'0' * 70}"), 400, "invalid_client")
    token = rest.token()
    rest.portal.clock_offset += 3600
    refused(rest.get(f"/_oauth/rest/app.info?auth={token}"), 400, "invalid_client")


def test_app_info_after_uninstall_is_invalid_client(rest: RestClient) -> None:
    token = rest.token()
    installation.uninstall(rest.portal, clean=False)
    refused(rest.get(f"/_oauth/rest/app.info?auth={token}"), 400, "invalid_client")


# --- refresh ---
def test_refresh_gives_a_new_pair_with_every_field(rest: RestClient) -> None:
    old = installation.issue_tokens(rest.portal, rest.portal.people["member"])
    answer = refresh(rest, old.refresh_token).get_json()
    assert answer["access_token"] != old.access_token
    assert answer["refresh_token"] != old.refresh_token
    assert answer["expires_in"] == 3600
    assert answer["expires"] == pytest.approx(rest.portal.now().timestamp() + 3600, abs=5)
    assert answer["client_endpoint"] == f"{BASE}/rest/"
    assert answer["server_endpoint"] == f"{BASE}/_oauth/rest/"
    assert answer["domain"] == "oauth.bitrix.info", "the authorization server, not the portal"
    assert answer["member_id"] == rest.portal.member_id
    assert answer["user_id"] == rest.portal.people["member"]
    assert answer["status"] == "L"
    who = rest.get(f"/rest/profile?auth={answer['access_token']}").get_json()["result"]["ID"]
    assert who == str(rest.portal.people["member"])


def test_refresh_token_is_single_use_and_the_old_pair_dies(rest: RestClient) -> None:
    old = installation.issue_tokens(rest.portal, 1)
    assert refresh(rest, old.refresh_token).status_code == 200
    refused(refresh(rest, old.refresh_token), 400, "invalid_grant")
    refused(rest.get(f"/rest/profile?auth={old.access_token}"), 401, "invalid_token")


def test_expired_access_of_a_spent_pair_is_still_called_expired(rest: RestClient) -> None:
    old = installation.issue_tokens(rest.portal, 1)
    rest.portal.clock_offset += 3601
    assert refresh(rest, old.refresh_token).status_code == 200
    refused(rest.get(f"/rest/profile?auth={old.access_token}"), 401, "expired_token")


def test_refresh_token_lives_180_days(rest: RestClient) -> None:
    first, second = (installation.issue_tokens(rest.portal, 1) for _ in range(2))
    rest.portal.clock_offset += 180 * 24 * 3600 - 60
    assert refresh(rest, first.refresh_token).status_code == 200
    rest.portal.clock_offset += 120
    refused(refresh(rest, second.refresh_token), 400, "invalid_grant")


def test_get_works_as_post_does(rest: RestClient) -> None:
    pair = installation.issue_tokens(rest.portal, 1)
    query = keys(rest, grant_type="refresh_token", refresh_token=pair.refresh_token)
    assert rest.get("/_oauth/oauth/token/", query_string=query).status_code == 200


def test_errors_of_the_token_address(rest: RestClient) -> None:
    refused(rest.post("/_oauth/oauth/token/", data={"grant_type": "refresh_token"}), 400, "invalid_request")
    refused(exchange(rest, grant_type="password"), 400, "invalid_request")
    wrong = keys(rest, grant_type="refresh_token") | {"client_secret": "wröng"}
    refused(rest.post("/_oauth/oauth/token/", data=wrong), 400, "invalid_client")
    unknown = keys(rest, grant_type="refresh_token") | {"client_id": "somebody.else"}
    refused(rest.post("/_oauth/oauth/token/", data=unknown), 400, "invalid_client")
    refused(refresh(rest, "never-issued"), 400, "invalid_grant")


def test_token_of_another_client_is_wrong_client_with_http_200(rest: RestClient) -> None:
    pair = installation.issue_tokens(rest.portal, 1)
    pair.client_id = "an.earlier.registration"
    refused(refresh(rest, pair.refresh_token), 200, "wrong_client")


def test_removed_application_is_not_installed_401(rest: RestClient) -> None:
    pair = installation.issue_tokens(rest.portal, 1)
    installation.uninstall(rest.portal, clean=False)
    refused(refresh(rest, pair.refresh_token), 401, "NOT_INSTALLED")


def test_refresh_for_a_fired_person_is_refused(rest: RestClient) -> None:
    pair = installation.issue_tokens(rest.portal, rest.portal.people["member"])
    rest.portal.users[rest.portal.people["member"]].active = False
    refused(refresh(rest, pair.refresh_token), 400, "invalid_grant")


# --- code ---
def test_authorize_brings_the_person_back_with_a_code(rest: RestClient) -> None:
    back = code_of(rest, **{"as": "member"})
    assert back["state"] == "s t"
    assert back["domain"] == "localhost:5001"
    assert back["member_id"] == rest.portal.member_id
    answer = exchange(rest, grant_type="authorization_code", code=back["code"]).get_json()
    assert answer["user_id"] == rest.portal.people["member"]


def test_code_serves_once(rest: RestClient) -> None:
    code = code_of(rest)["code"]
    assert exchange(rest, grant_type="authorization_code", code=code).status_code == 200
    refused(exchange(rest, grant_type="authorization_code", code=code), 400, "invalid_grant")


def test_code_lives_thirty_seconds(rest: RestClient) -> None:
    code = code_of(rest)["code"]
    rest.portal.clock_offset += 31
    refused(exchange(rest, grant_type="authorization_code", code=code), 400, "invalid_grant")


def test_refusal_never_redirects(rest: RestClient) -> None:
    answer = rest.get("/oauth/authorize/?client_id=somebody.else&state=s")
    assert answer.status_code == 404
    assert "Location" not in answer.headers


# --- the installation ---
def test_launch_form_has_every_field_of_the_contract(rest: RestClient) -> None:
    url, form = installation.launch_form(rest.portal, 1, "DEFAULT", {"GROUP_ID": 7})
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    assert url.startswith(rest.application.url)
    assert query["DOMAIN"] == ["localhost:5001"]
    assert query["PROTOCOL"] == ["0"]
    assert len(query["APP_SID"][0]) == 32
    assert form["AUTH_EXPIRES"] == "3600"
    assert form["SERVER_ENDPOINT"] == f"{BASE}/_oauth/rest/"
    assert form["APPLICATION_TOKEN"] == rest.application.application_token
    assert form["APPLICATION_SCOPE"] == ",".join(rest.application.scopes)
    assert form["member_id"] == rest.portal.member_id
    assert form["status"] == "L"
    assert form["PLACEMENT"] == "DEFAULT"
    assert form["PLACEMENT_OPTIONS"] == '{"GROUP_ID": "7"}', "values are strings"
    assert refresh(rest, form["REFRESH_ID"]).status_code == 200


def test_install_launch_goes_to_the_install_address(rest: RestClient) -> None:
    url, _ = installation.launch_form(rest.portal, 1, install=True)
    assert url.startswith(rest.application.install_url + "?")


def test_launch_of_an_unbound_placement_is_impossible(rest: RestClient) -> None:
    with pytest.raises(KeyError):
        installation.launch_form(rest.portal, 1, "SONET_GROUP_DETAIL_TAB")


def test_uninstall_takes_everything_back(rest: RestClient) -> None:
    rest.oauth_result("placement.bind", {"PLACEMENT": "TASK_VIEW_TAB", "HANDLER": "http://127.0.0.1/t"})
    rest.oauth_result("app.option.set", {"options": {"a": "b"}})
    token = rest.token()
    installation.uninstall(rest.portal, clean=False)
    assert rest.application.placements == []
    assert rest.application.app_options == {"a": "b"}, "kept without CLEAN"
    refused(rest.get(f"/rest/profile?auth={token}"), 401, "APPLICATION_NOT_FOUND")
    before = rest.application.application_token
    installation.add_app(rest.portal)
    assert rest.application.application_token != before
    refused(rest.get(f"/rest/profile?auth={token}"), 401, "invalid_token")
    installation.uninstall(rest.portal, clean=True)
    assert rest.application.app_options == {}


# --- kept between runs ---
def test_snapshot_brings_everything_back(rest: RestClient) -> None:
    rest.token("member")
    rest.oauth_result("event.bind", {"event": "ONTASKADD", "handler": "http://127.0.0.1/e"})
    rest.oauth_result("user.option.set", {"options": {"theme": {"dark": "1"}, "list": [["a", "b"]]}})
    rest.result("task.stages.get", {"entityId": 0})
    assert load(dump(rest.portal)) == rest.portal


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"version": 0, "portal": {}}'])
def test_foreign_snapshot_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        load(text)


def test_state_survives_a_restart_and_a_broken_file_does_not_stop_it(tmp_path: Any) -> None:
    file = tmp_path / "deep" / "portal.json"
    first = RestClient.start(data=str(file))
    installation.add_app(first.portal)
    first.call("profile")
    first.app.extensions["keeper"].save()
    second = RestClient.start(data=str(file))
    assert second.portal == first.portal
    assert second.application.added
    file.write_text(file.read_text(encoding="utf-8")[:1000], encoding="utf-8")
    assert not RestClient.start(data=str(file)).application.added
