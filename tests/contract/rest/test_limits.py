"""The leaky bucket and the operating time (behaviour.md §1.9)."""

from __future__ import annotations

import pytest

from sandbox.rest.limits import Limits
from tests.contract.rest_client import RestClient, refused


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rest(clock: Clock) -> RestClient:
    started = RestClient.start(limits=True)
    limits: Limits = started.app.extensions["limits"]
    limits.clock = clock
    started.portal.clock_frozen = started.portal.now().timestamp() // 60 * 60
    return started


def limits_of(rest: RestClient) -> Limits:
    limits: Limits = rest.app.extensions["limits"]
    return limits


def test_fifty_requests_at_once_then_503(rest: RestClient) -> None:
    assert {rest.call("profile").status_code for _ in range(50)} == {200}
    refused(rest.call("profile"), 503, "QUERY_LIMIT_EXCEEDED")


def test_bucket_drains_two_a_second(rest: RestClient, clock: Clock) -> None:
    for _ in range(50):
        rest.call("profile")
    clock.now += 1
    assert [rest.call("profile").status_code for _ in range(3)] == [200, 200, 503]


def test_limit_sits_in_front_of_all_checks(rest: RestClient) -> None:
    for _ in range(50):
        rest.get("/rest/nothing.here")
    refused(rest.get("/rest/nothing.here"), 503, "QUERY_LIMIT_EXCEEDED")


def test_source_addresses_have_buckets_of_their_own(rest: RestClient) -> None:
    for _ in range(51):
        rest.call("profile")
    other = rest.client.post(rest.hook() + "profile", environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert other.status_code == 200


def test_one_batch_is_one_hit(rest: RestClient) -> None:
    for _ in range(49):
        rest.batch(["profile"] * 20)
    assert rest.call("profile").status_code == 200
    refused(rest.call("profile"), 503, "QUERY_LIMIT_EXCEEDED")


def test_preflight_is_free(rest: RestClient) -> None:
    for _ in range(60):
        rest.client.options("/rest/profile")
    assert rest.call("profile").status_code == 200


def test_rate_limit_can_be_switched_off(rest: RestClient) -> None:
    limits_of(rest).rate = False
    assert {rest.call("profile").status_code for _ in range(60)} == {200}


def test_operating_time_over_the_limit_is_429_for_this_method_only(rest: RestClient) -> None:
    limits_of(rest).operating_limit, limits_of(rest).operating_cost = 10.0, 4.0
    assert [rest.call("profile").status_code for _ in range(3)] == [200, 200, 200]
    refused(rest.call("profile"), 429, "OPERATION_TIME_LIMIT")
    assert rest.call("server.time").status_code == 200
    assert rest.call("profile", who="owner").status_code == 200, "another webhook has its own account"


def test_operating_time_is_checked_after_authorisation(rest: RestClient) -> None:
    limits_of(rest).operating_limit = -1.0
    refused(rest.get("/rest/profile"), 401, "NO_AUTH_FOUND")
    refused(rest.call("profile"), 429, "OPERATION_TIME_LIMIT")


def test_operating_is_the_sum_and_resets_when_the_oldest_minute_falls_out(rest: RestClient) -> None:
    limits_of(rest).operating_limit, limits_of(rest).operating_cost = 5.0, 3.0
    began = int(rest.portal.now().timestamp())
    rest.call("profile")
    assert rest.portal.clock_frozen is not None
    rest.portal.clock_frozen += 60
    time = rest.call("profile").get_json()["time"]
    assert time["operating"] == pytest.approx(6.0)
    assert time["operating_reset_at"] == began + 600
    refused(rest.call("profile"), 429, "OPERATION_TIME_LIMIT")
    rest.portal.clock_frozen = began + 600
    assert rest.call("profile").get_json()["time"]["operating"] == pytest.approx(6.0)


def test_commands_of_a_batch_are_counted_and_the_batch_is_not(rest: RestClient) -> None:
    limits_of(rest).operating_limit, limits_of(rest).operating_cost = 5.0, 3.0
    answer = rest.batch({"a": "profile", "b": "profile", "c": "profile"})
    assert answer["result_error"]["c"]["error"] == "OPERATION_TIME_LIMIT"
    assert rest.call("batch", {"cmd": {}}).get_json()["time"]["operating"] == 0


def test_failed_calls_use_operating_time_too(rest: RestClient) -> None:
    limits_of(rest).operating_limit, limits_of(rest).operating_cost = 1.0, 3.0
    refused(rest.call("feature.get"), 400, "CODE_EMPTY")
    refused(rest.call("feature.get"), 429, "OPERATION_TIME_LIMIT")
