"""`batch` (behaviour.md §1.10)."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rest.registry import METHODS, Call, Method
from tests.contract.rest_client import RestClient, command


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch) -> RestClient:
    """A portal with a method that answers its parameters and one that answers what it is told."""
    values: dict[str, Any] = {
        "map": {"ID": "5", "deep": {"list": [10, 20]}},
        "rows": [{"ID": "7"}, {"ID": "8"}],
        "number": 42,
        "true": True,
    }

    def give(call: Call) -> Any:
        return values[call.params["what"]]

    for name, handler in {"test.echo": lambda call: call.params, "test.give": give}.items():
        monkeypatch.setitem(METHODS, name, Method(name, None, "classic", "", handler))
    return RestClient.start()


def test_containers_are_keyed_by_command_and_empty_ones_are_lists(rest: RestClient) -> None:
    answer = rest.batch({"a": "sonet_group.get", "b": "nothing.here"})
    assert answer["result_error"] == {
        "b": {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}
    }
    assert answer["result_total"] == {"a": len(answer["result"]["a"])}
    assert answer["result_next"] == []
    assert "b" not in answer["result"]
    assert "start" in answer["result_time"]["a"]


def test_list_of_commands_gives_a_list_until_one_fails(rest: RestClient) -> None:
    assert isinstance(rest.batch(["profile", "profile"])["result"], list)
    holed = rest.batch(["profile", "nothing.here", "profile"])
    assert set(holed["result"]) == {"0", "2"}
    assert holed["result_error"] == {
        "1": {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}
    }


def test_a_first_failure_makes_errors_a_list(rest: RestClient) -> None:
    assert isinstance(rest.batch(["nothing.here"])["result_error"], list)


def test_http_is_200_whatever_happens_inside(rest: RestClient) -> None:
    assert rest.call("batch", {"cmd": {"a": "nothing.here"}}).status_code == 200
    assert rest.batch("no array")["result"] == []


def test_parameter_names_in_any_case(rest: RestClient) -> None:
    answer = rest.call("batch", {"CMD": {"a": "nothing.here", "b": "profile"}, "Halt": 1}).get_json()
    assert answer["result"]["result"] == []


def test_non_string_commands_leave_no_trace(rest: RestClient) -> None:
    answer = rest.batch({"a": ["profile"], "b": 7, "c": "profile"})
    assert set(answer["result"]) == {"c"}
    assert answer["result_error"] == []


def test_fifty_run_and_each_further_one_is_an_error(rest: RestClient) -> None:
    answer = rest.batch({f"c{number}": "server.time" for number in range(53)})
    assert len(answer["result"]) == 50
    assert set(answer["result_error"]) == {"c50", "c51", "c52"}
    error = answer["result_error"]["c52"]
    assert error == {"error": "ERROR_BATCH_LENGTH_EXCEEDED", "error_description": "Max batch length exceeded"}


def test_nested_batch_is_refused_by_command(rest: RestClient) -> None:
    answer = rest.batch({"a": "batch?cmd[x]=profile", "b": "profile"})
    assert answer["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert "b" in answer["result"]


@pytest.mark.parametrize(
    ("halt", "runs"), [(1, False), ("1", False), ("false", False), (0, True), ("0", True), ("", True)]
)
def test_halt_is_phps_truth(rest: RestClient, halt: Any, runs: bool) -> None:
    answer = rest.batch({"a": "nothing.here", "b": "profile"}, halt)
    assert ("b" in answer["result"]) is runs
    if not runs:
        assert "b" not in answer["result_error"]


def test_values_inside_are_strings(rest: RestClient) -> None:
    echoed = rest.batch({"a": "test.echo?n=1&list[]=2&empty="})["result"]["a"]
    assert echoed == {"n": "1", "list": ["2"], "empty": ""}


def test_start_of_a_command_is_taken_out(rest: RestClient) -> None:
    assert rest.batch({"a": "test.echo?start=50&x=1"})["result"]["a"] == {"x": "1"}


# --- references ---
def echo_of(rest: RestClient, value: str, **before: str) -> Any:
    commands = {name: f"test.give?what={what}" for name, what in before.items()}
    return rest.batch({**commands, "echo": command("test.echo", v=value)})["result"]["echo"]["v"]


def test_whole_reference_keeps_the_raw_value(rest: RestClient) -> None:
    assert echo_of(rest, "$result[m][ID]", m="map") == "5"
    assert echo_of(rest, "$result[m][deep][list]", m="map") == [10, 20]
    assert echo_of(rest, "$result[m][deep][list][1]", m="map") == 20
    assert echo_of(rest, "$result[r][1][ID]", r="rows") == "8"
    assert echo_of(rest, "$result[t]", t="true") is True


def test_reference_runs_to_the_next_blank(rest: RestClient) -> None:
    assert echo_of(rest, "$result[m][ID]_x", m="map") == "5", "what follows the bracket is lost"
    assert echo_of(rest, "$result[m][ID] _x", m="map") == "5 _x"
    assert echo_of(rest, "$result[n] $result[n]", n="number") == "42 42"


def test_two_references_without_a_blank_are_one(rest: RestClient) -> None:
    value = echo_of(rest, "$result[m],$result[n]", m="map", n="number")
    assert value == {"ID": "5", "deep": {"list": [10, 20]}}, "the path m → n stops at m"


def test_only_texts_and_numbers_are_put_into_a_longer_text(rest: RestClient) -> None:
    assert echo_of(rest, "id $result[n] end", n="number") == "id 42 end"
    assert echo_of(rest, "id $result[m] end", m="map") == "id $result[m] end"
    assert echo_of(rest, "id $result[t] end", t="true") == "id $result[t] end"


def test_missing_key_gives_the_deepest_value_reached(rest: RestClient) -> None:
    assert echo_of(rest, "$result[m][nothing][more]", m="map") == {"ID": "5", "deep": {"list": [10, 20]}}


def test_reference_to_a_failed_command_becomes_all_results_so_far(rest: RestClient) -> None:
    answer = rest.batch(
        {"n": "test.give?what=number", "bad": "nothing.here", "echo": "test.echo?v=$result[bad][task][id]"}
    )
    assert answer["result"]["echo"]["v"] == {"n": 42}


def test_reference_before_any_result_is_an_empty_array(rest: RestClient) -> None:
    assert rest.batch({"echo": "test.echo?v=$result[later]"})["result"]["echo"]["v"] == []


def test_failed_reference_addresses_object_one(rest: RestClient) -> None:
    answer = rest.batch(
        {"ok": "profile", "bad": "nothing.here", "members": "sonet_group.user.get?ID=$result[bad][id]"}
    )
    assert answer["result"]["members"] == rest.result("sonet_group.user.get", {"ID": 1})


def test_references_at_any_depth_but_not_in_names(rest: RestClient) -> None:
    answer = rest.batch(
        {
            "n": "test.give?what=number",
            "echo": command("test.echo", **{"f[a][]": "$result[n]", "f[b$result[n]]": "1"}),
        }
    )
    echoed = answer["result"]["echo"]["f"]
    assert echoed["a"] == [42]
    assert "42" not in str([key for key in echoed if key != "a"])


def test_totals_times_and_errors_can_be_referred_to(rest: RestClient) -> None:
    answer = rest.batch(
        {
            "groups": "sonet_group.get",
            "bad": "nothing.here",
            "total": "test.echo?v=$total[groups]",
            "error": "test.echo?v=$error[bad][error]",
            "time": "test.echo?v=$time[groups][start]",
        }
    )
    assert answer["result"]["total"]["v"] == answer["result_total"]["groups"]
    assert answer["result"]["error"]["v"] == "ERROR_METHOD_NOT_FOUND"
    assert answer["result"]["time"]["v"] == answer["result_time"]["groups"]["start"]


def test_upper_case_references_are_plain_text(rest: RestClient) -> None:
    assert echo_of(rest, "$RESULT[n]", n="number") == "$RESULT[n]"


# --- who runs it ---
def test_scope_is_checked_for_each_command(rest: RestClient) -> None:
    answer = rest.oauth_result("batch", {"cmd": {"a": "socialnetwork.api.workgroup.list", "b": "profile"}})
    assert answer["result_error"]["a"]["error"] == "insufficient_scope"
    assert answer["result"]["b"]["ID"] == str(rest.portal.people["admin"])


def test_credentials_inside_a_command_are_ignored(rest: RestClient) -> None:
    token = rest.token("member")
    answer = rest.batch({"a": command("profile", auth=token)})
    assert answer["result"]["a"]["ID"] == str(rest.portal.people["admin"])


def test_commands_share_one_process(rest: RestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(call: Call) -> int:
        call.process["count"] = call.process.get("count", 0) + 1
        return int(call.process["count"])

    monkeypatch.setitem(METHODS, "test.count", Method("test.count", None, "classic", "", count))
    assert rest.batch(["test.count", "test.count"])["result"] == [1, 2]
    assert rest.batch(["test.count"])["result"] == [1]


def test_batch_in_the_query_string(rest: RestClient) -> None:
    answer = rest.get(rest.hook() + "batch?cmd[a]=test.echo%3Fx%3D%2526&halt=0").get_json()
    assert answer["result"]["result"]["a"] == {"x": "&"}
