"""The form in the frame: read with patience, believed in nothing."""

from __future__ import annotations

from typing import Any

import pytest

from b24.launch import BadLaunch, Launch, parse_launch, parse_options

QUERY = {"DOMAIN": "Portal.bitrix24.com:8443", "PROTOCOL": "1", "LANG": "RU", "APP_SID": "a" * 32}
FORM = {
    "AUTH_ID": "token-of-an-hour",
    "AUTH_EXPIRES": "3600",
    "REFRESH_ID": "refresh-of-a-year",
    "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
    "APPLICATION_TOKEN": "application-token",
    "APPLICATION_SCOPE": "crm,task",
    "member_id": "m" * 32,
    "status": "L",
    "PLACEMENT": "SONET_GROUP_DETAIL_TAB",
    "PLACEMENT_OPTIONS": '{"GROUP_ID":"10","URI":"\\/company\\/"}',
}


def test_a_full_launch() -> None:
    launch = parse_launch(QUERY, FORM)
    assert launch == Launch(
        domain="portal.bitrix24.com:8443",
        protocol="https",
        lang="ru",
        app_sid="a" * 32,
        auth_id="token-of-an-hour",
        auth_expires=3600,
        refresh_id="refresh-of-a-year",
        server_endpoint="https://oauth.bitrix.info/rest/",
        application_token="application-token",
        member_id="m" * 32,
        status="L",
        placement="SONET_GROUP_DETAIL_TAB",
        options={"group_id": "10", "uri": "/company/"},
    )
    assert (launch.group_id, launch.task_id) == (10, 0)


def test_an_older_portal_leaves_things_out() -> None:
    launch = parse_launch({"DOMAIN": "old.example", "PROTOCOL": "0"}, {"AUTH_ID": "token-of-an-hour"})
    assert (launch.protocol, launch.lang, launch.placement) == ("http", "en", "DEFAULT")
    assert (launch.server_endpoint, launch.application_token, launch.options) == ("", "", {})
    assert launch.auth_expires == 3600


def test_everything_may_come_in_the_form() -> None:
    assert parse_launch({}, {**QUERY, **FORM}).domain == "portal.bitrix24.com:8443"


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({}, "no_auth"),
        ({"AUTH_ID": ""}, "no_auth"),
        ({"AUTH_ID": "a b"}, "bad_auth"),
        ({"AUTH_ID": "x" * 513}, "bad_auth"),
    ],
)
def test_no_token_no_launch(form: dict[str, str], reason: str) -> None:
    with pytest.raises(BadLaunch) as caught:
        parse_launch(QUERY, form)
    assert caught.value.reason == reason


@pytest.mark.parametrize("domain", ["x y", "a/b", "evil.example\r\nX: 1", "';--", "a" * 300, "\u202eevil"])
def test_a_domain_that_is_none_is_dropped(domain: str) -> None:
    assert parse_launch({"DOMAIN": domain}, FORM).domain == ""


@pytest.mark.parametrize("lang", ["", "x", "../../etc", "<b>"])
def test_a_language_that_is_none_is_english(lang: str) -> None:
    assert parse_launch({**QUERY, "LANG": lang}, FORM).lang == "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("undefined", {}),
        ("[]", {}),
        ('"text"', {}),
        ("[" * 100_000, {}),
        ("[" * 9_000, {}),
        ('{"a":"' + "x" * 20_000 + '"}', {}),
        ('{"taskId":31}', {"taskid": "31"}),
        ('{"USER_ID":"5","x":{"y":1},"z":null}', {"user_id": "5", "z": ""}),
    ],
)
def test_options(text: str, expected: dict[str, Any]) -> None:
    assert parse_options(text) == expected


def test_the_task_of_a_task_tab() -> None:
    assert parse_launch(QUERY, {**FORM, "PLACEMENT_OPTIONS": '{"taskId":"31"}'}).task_id == 31


def test_tokens_do_not_show() -> None:
    text = repr(parse_launch(QUERY, FORM))
    for secret in ("token-of-an-hour", "refresh-of-a-year", "application-token"):
        assert secret not in text
