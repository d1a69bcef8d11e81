"""Calls and batches: what is sent, what comes back, and what happens when it goes wrong."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from b24 import errors as e
from b24.client import Answer, Command, Tokens
from b24.limits import Limiter
from b24.transport import RawAnswer
from tests.unit.b24.support import Clock, batch_ok, make_client, ok, refusal

GET = Command("task.stages.get", {"entityId": 12})
ADD = Command("task.stages.add", {"fields": {"TITLE": "x"}})


def test_a_call_carries_its_token_in_the_body_only() -> None:
    client, script, _, _ = make_client(ok([], total=3, next=50, time={"operating": 1.5}))
    assert client.call(GET) == Answer([], total=3, next=50, operating=1.5)
    [sent] = script.sent
    assert sent.url == "https://portal.example/rest/task.stages.get"
    assert sent.body == {"entityId": 12, "auth": "old-access"}
    assert sent.commands == ("task.stages.get",)


def test_a_batch_is_one_request_with_query_strings() -> None:
    client, script, _, _ = make_client(
        batch_ok(
            result={"st": [{"ID": "5"}], "cards": {"tasks": []}},
            result_total={"cards": 7},
            result_next={"cards": 50},
            result_time={"st": {"operating": 0.2}, "cards": {}},
        )
    )
    answer = client.batch(
        {"st": GET, "cards": Command("tasks.task.list", {"filter": {"STAGE_ID": "$result[st][0][ID]"}})}
    )
    [sent] = script.sent
    assert sent.url.endswith("/rest/batch")
    assert sent.body["halt"] == 1
    assert sent.body["cmd"]["st"] == "task.stages.get?entityId=12"
    method, _, query = sent.body["cmd"]["cards"].partition("?")
    assert (method, parse_qs(query)) == ("tasks.task.list", {"filter[STAGE_ID]": ["$result[st][0][ID]"]})
    assert answer["cards"] == Answer({"tasks": []}, total=7, next=50)
    assert answer["st"].operating == 0.2
    assert "st" in answer
    assert answer.errors == {}


def test_a_halted_batch_tells_failed_from_never_run() -> None:
    client, _, _, _ = make_client(
        batch_ok(
            result={"a": True},
            result_error={"b": {"error": "NO_EMPTY", "error_description": "text"}},
            result_time={"a": {}},
        )
    )
    answer = client.batch({"a": GET, "b": Command("task.stages.delete", {"id": 5}), "c": GET})
    assert answer["a"].result is True
    with pytest.raises(e.StageNotEmpty):
        answer["b"]
    with pytest.raises(e.NotRun):
        answer["c"]
    answer.require("a")
    with pytest.raises(e.StageNotEmpty):
        answer.require("b")
    with pytest.raises(e.NotRun):
        answer.require("c")
    assert answer.get("c") is None
    assert "b" not in answer
    assert list(answer.errors) == ["b"]
    with pytest.raises(e.StageNotEmpty):
        answer.raise_first()


def test_containers_that_became_lists_are_read_by_position() -> None:
    client, _, _, _ = make_client(batch_ok(result=[1, 2], result_time=[{}, {}]))
    answer = client.batch({"0": GET, "1": GET})
    assert (answer["0"].result, answer["1"].result) == (1, 2)


def test_a_command_that_answered_null_did_run() -> None:
    client, _, _, _ = make_client(batch_ok(result_time={"a": {"operating": 0}}))
    assert client.batch({"a": GET})["a"].result is None


def test_a_batch_has_at_most_fifty_and_an_empty_one_costs_nothing() -> None:
    client, script, _, _ = make_client()
    with pytest.raises(ValueError, match="50"):
        client.batch({str(number): GET for number in range(51)})
    assert len(client.batch({})) == 0
    assert script.sent == []


def test_without_halt_all_commands_run() -> None:
    client, script, _, _ = make_client(batch_ok(result={"a": 1}))
    client.batch({"a": GET}, halt=False)
    assert script.sent[0].body["halt"] == 0


def test_a_batch_answer_of_another_shape_is_no_answer() -> None:
    client, _, _, _ = make_client(ok([]), ok([]))
    with pytest.raises(e.BadAnswer):
        client.batch({"a": GET})


# --- tokens ---
def test_an_expired_token_is_renewed_once_and_the_call_repeated() -> None:
    client, script, purse, _ = make_client(refusal(401, "expired_token"), ok(17))
    assert client.call(ADD, repeatable=False).result == 17
    assert purse.renewed == 1
    assert [sent.body["auth"] for sent in script.sent] == ["old-access", "access-1"]


def test_a_fresh_token_that_is_expired_too_is_rejected() -> None:
    client, _, purse, _ = make_client(refusal(401, "expired_token"), refusal(401, "expired_token"))
    with pytest.raises(e.TokenRejected):
        client.call(GET)
    assert purse.renewed == 1


def test_a_refused_renewal_reaches_the_caller() -> None:
    client, script, purse, _ = make_client(refusal(401, "expired_token"))
    purse.renewal_error = e.TokenRejected("invalid_grant")
    with pytest.raises(e.TokenRejected):
        client.call(GET)
    assert len(script.sent) == 1


@pytest.mark.parametrize("code", ["insufficient_scope", "NO_AUTH_FOUND", "invalid_token", "ACCESS_DENIED"])
def test_no_other_401_renews(code: str) -> None:
    client, _, purse, _ = make_client(refusal(401, code))
    with pytest.raises(e.AuthError):
        client.call(GET)
    assert purse.renewed == 0


def test_a_moved_portal_is_verified_and_asked_again() -> None:
    client, script, purse, _ = make_client(RawAnswer(302, location="https://new.example/rest/x"), ok(True))
    client.call(ADD, repeatable=False)
    assert purse.locations == ["https://new.example/rest/x"]
    assert script.sent[1].url == "https://new.example/rest/task.stages.add"


def test_a_portal_that_moves_on_and_on_is_left() -> None:
    moved = RawAnswer(302, location="https://new.example/rest/x")
    client, _, _, _ = make_client(moved, moved)
    with pytest.raises(e.PortalMoved):
        client.call(GET)


# --- patience ---
def test_503_once_costs_a_pause() -> None:
    client, script, _, clock = make_client(refusal(503, "QUERY_LIMIT_EXCEEDED"), ok(1))
    assert client.call(ADD, repeatable=False).result == 1
    assert len(script.sent) == 2
    assert 1.0 <= sum(clock.slept) <= 2.5


def test_503_for_a_minute_ends_within_six_seconds() -> None:
    client, _, _, clock = make_client(*[refusal(503, "QUERY_LIMIT_EXCEEDED")] * 20)
    with pytest.raises(e.QueryLimitExceeded) as caught:
        client.call(GET)
    assert sum(clock.slept) <= 6.0
    assert clock.slept[:2] == [1.0, 2.0]
    assert caught.value.retry_after == 1.0


def test_503_holds_back_the_other_clients_of_the_portal() -> None:
    clock = Clock()
    limiter = Limiter(clock=lambda: 0.0, sleep=clock.sleep)
    busy = RawAnswer(503, {"error": "QUERY_LIMIT_EXCEEDED"}, retry_after=60.0)
    client, _, _, _ = make_client(busy, ok(1), ok(2), limiter=limiter)
    with pytest.raises(e.QueryLimitExceeded):
        client.call(GET)
    client.call(GET)
    assert clock.slept == []
    client.call(GET)
    assert clock.slept == [0.5]


def test_a_long_retry_after_is_told_and_not_waited_for() -> None:
    busy = RawAnswer(503, {"error": "QUERY_LIMIT_EXCEEDED"}, retry_after=60.0)
    client, script, _, clock = make_client(busy)
    with pytest.raises(e.QueryLimitExceeded) as caught:
        client.call(GET)
    assert (caught.value.retry_after, len(script.sent), clock.slept) == (60.0, 1, [])


def test_429_is_raised_at_once_with_the_time_of_the_reset() -> None:
    client, script, _, clock = make_client(
        ok([], time={"operating_reset_at": 1_800_000_200, "operating": 400}),
        refusal(429, "OPERATION_TIME_LIMIT"),
    )
    client.call(GET)
    with pytest.raises(e.OperationTimeLimit) as caught:
        client.call(GET)
    assert caught.value.retry_after == 200.0
    assert (len(script.sent), clock.slept) == (2, [])


def test_a_reset_that_has_passed_tells_nothing() -> None:
    client, _, _, _ = make_client(
        ok([], time={"operating_reset_at": 1_700_000_000}), refusal(429, "OPERATION_TIME_LIMIT")
    )
    client.call(GET)
    with pytest.raises(e.OperationTimeLimit) as caught:
        client.call(GET)
    assert caught.value.retry_after == 60.0


def test_429_of_a_command_uses_the_reset_an_earlier_batch_told() -> None:
    limit = {"a": {"error": "OPERATION_TIME_LIMIT", "error_description": ""}}
    client, _, _, _ = make_client(
        batch_ok(result={"a": []}, result_time={"a": {"operating_reset_at": 1_800_000_100}}),
        batch_ok(result_error=limit),
    )
    client.batch({"a": GET})
    error = client.batch({"a": GET}).errors["a"]
    assert isinstance(error, e.OperationTimeLimit)
    assert error.retry_after == 100.0


def test_429_without_a_word_is_a_minute() -> None:
    client, _, _, _ = make_client(RawAnswer(429))
    with pytest.raises(e.OperationTimeLimit) as caught:
        client.call(GET)
    assert caught.value.retry_after == 60.0


@pytest.mark.parametrize(
    "failure",
    [
        e.ConnectionLost(),
        e.PortalTimeout(),
        RawAnswer(200),
        RawAnswer(502),
        refusal(500, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_a_lost_answer_is_asked_for_once_more_only_if_repeatable(failure: e.PortalError | RawAnswer) -> None:
    client, script, _, _ = make_client(failure, ok(1))
    assert client.call(GET).result == 1
    client, script, _, _ = make_client(failure, ok(1))
    with pytest.raises(e.OutcomeUnknown):
        client.call(ADD, repeatable=False)
    assert len(script.sent) == 1
    client, script, _, _ = make_client(failure, failure, ok(1))
    with pytest.raises(e.OutcomeUnknown):
        client.call(GET)
    assert len(script.sent) == 2


def test_what_was_not_sent_is_sent_again_even_if_an_addition() -> None:
    client, script, _, _ = make_client(e.NotSent(), ok(1))
    assert client.call(ADD, repeatable=False).result == 1
    assert len(script.sent) == 2


def test_work_whose_answer_was_lost_goes_on_where_it_stopped() -> None:
    """Reads are sent; the first write counts as sent and lost, the second is sent."""
    client, script, _, _ = make_client(*[batch_ok(result={"a": 1})] * 2, answer_lost=True)
    assert client.batch({"a": GET})["a"].result == 1
    with pytest.raises(e.ConnectionLost):
        client.batch({"a": ADD}, repeatable=False)
    assert len(script.sent) == 1
    assert client.batch({"a": ADD}, repeatable=False)["a"].result == 1


def test_what_is_intended_is_left_with_the_maker_and_sends_nothing() -> None:
    kept: list[object] = []
    client, script, _, _ = make_client(keep=kept.append)
    client.intend("this")
    make_client()[0].intend("nobody keeps it")
    assert (kept, script.sent) == (["this"], [])


def test_an_error_after_a_write_is_told_from_one_before_it() -> None:
    client, _, _, _ = make_client(ok(1), refusal(400, "NO_EMPTY"), ok(1), refusal(400, "NO_EMPTY"))
    halfway = []
    for repeatable in (True, False):
        assert client.call(ADD, repeatable=repeatable).result == 1
        with pytest.raises(e.StageNotEmpty) as caught:
            client.call(GET)
        halfway.append(caught.value.halfway)
    assert halfway == [False, True]


def test_refusals_are_never_repeated() -> None:
    client, script, _, clock = make_client(refusal(400, "NO_EMPTY"))
    with pytest.raises(e.StageNotEmpty):
        client.call(GET)
    assert (len(script.sent), clock.slept) == (1, [])


def test_the_own_limit_refuses_before_sending() -> None:
    limiter = Limiter(capacity=1, drain=0.05, clock=lambda: 0.0, sleep=lambda seconds: None)
    client, script, _, _ = make_client(ok(1), limiter=limiter)
    client.call(GET)
    with pytest.raises(e.QueryLimitExceeded) as caught:
        client.call(GET)
    assert caught.value.retry_after == pytest.approx(20.0)
    assert len(script.sent) == 1


# --- answers ---
def test_an_error_body_with_200_is_an_error() -> None:
    client, _, _, _ = make_client(refusal(200, "ERROR_CORE", "Text<br>"))
    with pytest.raises(e.Refused) as caught:
        client.call(GET)
    assert caught.value.description == "Text"


def test_an_answer_without_a_result_is_no_answer() -> None:
    client, _, _, _ = make_client(RawAnswer(200, {"time": {}}), RawAnswer(200, {}))
    with pytest.raises(e.BadAnswer):
        client.call(GET)


def test_a_page_with_410_is_a_closed_portal() -> None:
    client, _, _, _ = make_client(RawAnswer(410))
    with pytest.raises(e.PortalDeleted):
        client.call(GET)


def test_tokens_do_not_show() -> None:
    assert "secret" not in repr(Tokens("secret-a", "secret-r", 0.0, "https://x/rest/"))
