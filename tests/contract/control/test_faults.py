"""Ordered failures: the table of faults, and each kind over real HTTP under both servers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.control.faults import BadFaultError, Faults
from sandbox.rest.registry import RestError
from sandbox.settings import Settings
from tests.support.servers import Sandbox

SETTINGS = Settings(seed="small", limits=False)


@pytest.fixture
def client() -> FlaskClient:
    return create_app(SETTINGS).test_client()


# --- ordered failures: the table ---
def test_a_fault_is_spent_after_its_times_and_waits_for_its_turn() -> None:
    faults = Faults()
    fault = faults.add({"method": "Task.Stages.Update", "kind": "error", "times": 2, "after": 1})
    taken = [bool(faults.take("batch", ["task.stages.get", "task.stages.update"])) for _ in range(5)]
    assert taken == [False, True, True, False, False]
    assert fault.hits == 2
    assert faults.take("task.stages.get") == []


def test_a_fault_ends_with_its_time() -> None:
    now = [100.0]
    faults = Faults(clock=lambda: now[0])
    faults.add({"method": "*", "kind": "error", "for_seconds": 60})
    assert all(faults.take("profile") for _ in range(20))
    now[0] += 61
    assert faults.take("profile") == []


def test_a_star_means_rest_calls_only_and_via_narrows() -> None:
    faults = Faults()
    faults.add({"method": "*", "kind": "error", "times": None, "via": "oauth"})
    assert faults.take("profile", via="oauth")
    assert not faults.take("profile", via="webhook")
    assert not faults.take("oauth.token", via="token")
    faults.add({"method": "oauth.token", "kind": "drop_before"})
    assert faults.take("oauth.token", via="token")


def test_delays_add_up_with_one_failure() -> None:
    faults = Faults()
    for kind in ("delay", "error", "html", "delay"):
        faults.add({"method": "*", "kind": kind, "seconds": 0.1})
    assert [fault.kind for fault in faults.take("profile")] == ["delay", "error", "delay"]
    assert [fault.kind for fault in faults.take("profile")] == ["html"]


def test_a_command_error_hits_single_commands() -> None:
    faults = Faults()
    faults.add({"method": "task.stages.add", "kind": "command_error", "code": "NOPE", "description": "no"})
    assert faults.take("batch", ["task.stages.add"]) == []
    with pytest.raises(RestError) as refused:
        faults.check_command("Task.Stages.Add")
    assert (refused.value.code, refused.value.status) == ("NOPE", 400)
    faults.check_command("task.stages.add")


@pytest.mark.parametrize(
    "wish",
    [{"kind": "boom", "method": "x"}, {"kind": "error"}, {"kind": "error", "method": "x", "times": "many"}],
)
def test_a_senseless_fault_is_refused(client: FlaskClient, wish: dict[str, Any]) -> None:
    with pytest.raises(BadFaultError):
        Faults().add(wish)
    answer = client.post("/_sandbox/faults", json=wish)
    assert answer.status_code == 400
    assert answer.json["error"]


def test_a_drop_is_visible_under_a_test_client_as_well(client: FlaskClient) -> None:
    client.post("/_sandbox/faults", json={"method": "profile", "kind": "drop_before"})
    answer = client.get("/rest/profile")
    assert (answer.status_code, answer.headers["X-Connection"]) == (502, "dropped")


# --- ordered failures: over HTTP ---
@pytest.fixture(params=["gunicorn", "werkzeug"])
def portal(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """The portal under the server of the demo and under the one people develop with."""
    if request.param == "gunicorn":
        yield request.getfixturevalue("sandbox")
        return
    server = make_server("127.0.0.1", 0, create_app(SETTINGS), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    control = Sandbox(f"http://localhost:{server.port}")
    control.reset("small")
    yield control
    server.shutdown()
    server.server_close()
    thread.join()
    control.session.close()


def hook(portal: Sandbox, method: str, who: str = "owner", **params: Any) -> requests.Response:
    """Call through a webhook, at the address the test server really has."""
    path = urlsplit(portal.get("webhooks")[who]).path
    return portal.session.post(f"{portal.url}{path}{method}", json=params, timeout=10)


def titles(portal: Sandbox) -> list[str]:
    rows = portal.act("owner", "task.stages.get", entityId=1, numeric=1)
    return [row["TITLE"] for row in rows]


def add_stage(portal: Sandbox) -> requests.Response:
    return hook(portal, "task.stages.add", fields={"TITLE": "Added", "ENTITY_ID": 1})


@pytest.mark.parametrize(("kind", "done"), [("drop_before", False), ("drop_after", True)])
def test_a_dropped_connection(portal: Sandbox, kind: str, done: bool) -> None:
    portal.fault("task.stages.add", kind)
    with pytest.raises(requests.ConnectionError):
        add_stage(portal)
    assert ("Added" in titles(portal)) is done
    call = portal.get("calls")["calls"][0]
    assert (call["status"], call["error"]) == (0, "DROPPED")
    assert add_stage(portal).status_code == 200
    assert portal.get("faults")["faults"][0]["hits"] == 1


def test_half_of_the_json(portal: Sandbox) -> None:
    portal.fault("task.stages.add", "broken_json")
    answer = add_stage(portal)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Extra|line \d"):
        answer.json()
    assert "Added" in titles(portal)


@pytest.mark.parametrize("done", [False, True])
def test_an_html_page(portal: Sandbox, done: bool) -> None:
    portal.fault("task.stages.add", "html", done=done, status=504)
    answer = add_stage(portal)
    assert (answer.status_code, answer.headers["Content-Type"]) == (504, "text/html")
    assert ("Added" in titles(portal)) is done


def test_an_error_of_the_whole_answer(portal: Sandbox) -> None:
    portal.fault("profile", "error", status=503, code="QUERY_LIMIT_EXCEEDED", description="Too many")
    answer = hook(portal, "batch", cmd={"a": "profile"})
    assert answer.status_code == 503
    assert answer.json() == {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many"}
    assert hook(portal, "profile").status_code == 200


def test_an_error_of_one_command(portal: Sandbox) -> None:
    portal.fault("user.current", "command_error", code="ACCESS_DENIED", description="no")
    answer = hook(portal, "batch", cmd={"a": "profile", "b": "user.current", "c": "user.current"}).json()[
        "result"
    ]
    assert answer["result_error"]["b"]["error"] == "ACCESS_DENIED"
    assert set(answer["result"]) == {"a", "c"}
    portal.fault("profile", "command_error", code="X", status=403)
    assert hook(portal, "profile").status_code == 403


def test_a_delay(portal: Sandbox) -> None:
    portal.fault("profile", "delay", seconds=0.4)
    began = time.monotonic()
    assert hook(portal, "profile").status_code == 200
    assert time.monotonic() - began >= 0.4


def test_a_delay_is_over_when_the_faults_are_cleared(portal: Sandbox) -> None:
    portal.fault("profile", "delay", seconds=20, times=2)
    began, answers = time.monotonic(), []
    asking = threading.Thread(target=lambda: answers.append(hook(portal, "profile")))
    asking.start()
    while not portal.get("faults")["faults"][0]["hits"]:
        time.sleep(0.01)
    assert not answers
    portal.delete("faults")
    asking.join(20)
    assert answers[0].status_code == 200 and time.monotonic() - began < 10
    portal.fault("profile", "delay", seconds=0.2)
    began = time.monotonic()
    hook(portal, "profile")
    assert time.monotonic() - began >= 0.2, "the next one waits again"


def test_the_token_endpoint_and_app_info_fail_on_order(portal: Sandbox) -> None:
    portal.fault("oauth.token", "error", status=500, code="INTERNAL_SERVER_ERROR")
    portal.fault("authserver.app.info", "drop_before")
    assert portal.session.get(f"{portal.url}/_oauth/oauth/token/", timeout=5).status_code == 500
    with pytest.raises(requests.ConnectionError):
        portal.session.get(f"{portal.url}/_oauth/rest/app.info", timeout=5)


def test_faults_are_cleared(portal: Sandbox) -> None:
    portal.fault("*", "error", times=None)
    assert hook(portal, "profile").status_code == 500
    portal.delete("faults")
    assert hook(portal, "profile").status_code == 200
