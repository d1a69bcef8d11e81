"""Real sockets: what counts as not sent, as lost, as an answer; what never leaves and what never stays."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from b24 import addresses
from b24 import errors as e
from b24.classify import classify
from b24.transport import CallRecord, Transport
from tests.unit.b24.support import Handler, RawServer, answering, http

TOKEN = "very-secret-token"
OK = http("200 OK", b'{"result": 1}', "Content-Type: application/json")


@pytest.fixture
def records() -> list[CallRecord]:
    return []


@pytest.fixture
def transport(records: list[CallRecord]) -> Iterator[Transport]:
    made = Transport(timeout=(5, 10), allow_private=True, observer=records.append, max_answer=100_000)
    yield made
    made.close()


@pytest.fixture
def hasty() -> Iterator[Transport]:
    made = Transport(timeout=(5, 0.3), allow_private=True)
    yield made
    made.close()


def ask(transport: Transport, url: str) -> Any:
    return transport.post(url, json={"auth": TOKEN, "id": 5}, method="batch", commands=("profile",))


def closing(first: bytes = b"") -> Handler:
    """Answers `first` and ends the connection."""

    def handle(request: bytes, connection: socket.socket) -> None:
        connection.sendall(first)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return handle


def resetting(request: bytes, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_a_json_answer_and_the_record_of_it(transport: Transport, records: list[CallRecord]) -> None:
    with RawServer(answering(OK)) as server:
        answer = ask(transport, server.url)
    assert (answer.status, answer.body) == (200, {"result": 1})
    [request] = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /rest/batch HTTP/1.1")
    assert TOKEN.encode() not in head
    assert json.loads(body) == {"auth": TOKEN, "id": 5}
    [record] = records
    assert record.endpoint == f"http://127.0.0.1:{server.port}"
    assert (record.method, record.commands, record.status, record.error) == ("batch", ("profile",), 200, "")
    assert record.params_redacted == {"auth": "***", "id": 5}
    assert record.seconds > 0


def test_connections_are_kept_and_cookies_are_not(transport: Transport) -> None:
    with RawServer(answering(http("200 OK", b"{}", "Set-Cookie: PHPSESSID=1; Path=/"))) as server:
        for _ in range(3):
            ask(transport, server.url)
    assert server.connections == 1
    assert not any(b"PHPSESSID" in request for request in server.requests)


def test_a_connection_that_rested_long_is_not_trusted(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answering(OK)) as server:
        ask(transport, server.url)
        monkeypatch.setattr("b24.transport.MAX_IDLE", 0.0)
        ask(transport, server.url)
    assert server.connections == 2


def test_many_threads_share_the_pool(transport: Transport) -> None:
    together = threading.Barrier(16)

    def handle(request: bytes, connection: socket.socket) -> None:
        connection.sendall(OK)

    def work() -> None:
        together.wait(5)
        for _ in range(5):
            ask(transport, server.url)

    with RawServer(handle) as server:
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert len(server.requests) == 80
    assert server.connections <= 16


def test_a_refused_connection_was_not_sent(transport: Transport, records: list[CallRecord]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(e.NotSent) as caught:
        ask(transport, f"http://127.0.0.1:{port}/rest/batch")
    assert caught.value.method == "batch"
    assert (records[0].status, records[0].error) == (None, "NotSent")


def test_an_unknown_host_was_not_sent(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: Any, **kwargs: Any) -> Any:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(e.NotSent):
        ask(transport, "http://nowhere.example/rest/batch")


def test_a_failed_handshake_was_not_sent(transport: Transport) -> None:
    with RawServer(closing(b"HTTP/1.0 400 no TLS here\r\n\r\n")) as server, pytest.raises(e.NotSent):
        ask(transport, f"https://127.0.0.1:{server.port}/rest/batch")


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (closing(), e.ConnectionLost),
        (resetting, e.ConnectionLost),
        (closing(OK[:-5]), e.ConnectionLost),
        (closing(b"HTTP/1.1 200 OK\r\nContent-Length: 9"), e.ConnectionLost),
        (closing(b"nonsense\r\n\r\n"), e.ConnectionLost),
    ],
    ids=["dropped", "reset", "half a body", "half a head", "no HTTP"],
)
def test_a_lost_answer_is_an_unknown_outcome(
    transport: Transport, handler: Handler, expected: type[e.PortalError]
) -> None:
    with RawServer(handler) as server, pytest.raises(expected) as caught:
        ask(transport, server.url)
    assert isinstance(caught.value, e.OutcomeUnknown)
    assert len(server.requests) == 1


def test_an_answer_that_drips_ends_in_time(transport: Transport) -> None:
    stop = threading.Event()

    def drip(request: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(60):
            stop.wait(0.05)
            connection.sendall(b"1\r\n \r\n")
        connection.sendall(b"0\r\n\r\n")

    slow = Transport(timeout=(0.5, 1.0), allow_private=True)
    with RawServer(drip) as server:
        with pytest.raises(e.PortalTimeout):
            ask(slow, server.url)
        stop.set()
    slow.close()


@pytest.mark.parametrize("beginning", [b"", OK[:20], OK[:-3]], ids=["nothing", "half a head", "half a body"])
def test_an_answer_that_stays_away_is_a_timeout(hasty: Transport, beginning: bytes) -> None:
    with RawServer(answering(beginning)) as server, pytest.raises(e.PortalTimeout):
        ask(hasty, server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b'{"result": {"task',
        b"",
        b"[]",
        b"null",
        b'{"result": NaN}',
        b'{"result": 1} trailing',
        b'{"result": "\xff"}',
        b"[" * 5000,
    ],
)
def test_what_is_no_json_object_has_no_body(transport: Transport, body: bytes) -> None:
    with RawServer(answering(http("200 OK", body))) as server:
        answer = ask(transport, server.url)
    assert (answer.status, answer.body) == (200, None)


def test_errors_come_with_their_status(transport: Transport, records: list[CallRecord]) -> None:
    body = b'{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}'
    with RawServer(answering(http("503 Service Unavailable", body, "Retry-After: 7"))) as server:
        answer = ask(transport, server.url)
    assert (answer.status, answer.retry_after) == (503, 7.0)
    assert records[0].error == "QUERY_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "code", ["a" * 70, "the person Ada wrote this", "<b>", "x\\nERROR forged line", "\u202e"]
)
def test_a_code_that_is_no_word_is_not_written_down(
    transport: Transport, records: list[CallRecord], code: str
) -> None:
    """A portal may send back our token, or what people wrote, where its code should be."""
    body = ('{"error":"' + code + '","error_description":"x"}').encode()
    with RawServer(answering(http("400 Bad Request", body))) as server:
        answer = ask(transport, server.url)
    assert records[0].error == "ODD_CODE"
    assert answer.body
    assert str(classify(400, answer.body["error"], "x", "batch")) == "batch: 400 ODD_CODE"


@pytest.mark.parametrize(
    ("header", "expected"), [("99999", 600.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)]
)
def test_retry_after_is_seconds_within_reason(
    transport: Transport, header: str, expected: float | None
) -> None:
    with RawServer(answering(http("429 Too Many Requests", b"{}", f"Retry-After: {header}"))) as server:
        assert ask(transport, server.url).retry_after == expected


def test_a_redirect_is_told_and_not_followed(transport: Transport, records: list[CallRecord]) -> None:
    location = "Location: https://u:p@new.example/rest/batch?auth=echo"
    with RawServer(answering(http("302 Found", b"", location))) as server:
        answer = ask(transport, server.url)
        assert len(server.requests) == 1
    assert (answer.status, answer.location) == (302, "https://new.example/rest/batch")
    assert records[0].error == "MOVED"


def test_an_endless_answer_is_cut(transport: Transport) -> None:
    with RawServer(answering(http("200 OK", b" " * 200_000))) as server, pytest.raises(e.BadAnswer):
        ask(transport, server.url)


def test_a_form_and_a_question(transport: Transport) -> None:
    with RawServer(answering(OK)) as server:
        transport.post(server.url, data={"code": "a b&c"}, method="oauth.token")
        transport.get(f"http://127.0.0.1:{server.port}/rest/app.info", {"auth": "x y"})
    assert server.requests[0].endswith(b"code=a+b%26c")
    assert server.requests[1].startswith(b"GET /rest/app.info?auth=x+y HTTP/1.1")


def test_what_is_no_json_is_our_defect_and_not_a_lost_connection(transport: Transport) -> None:
    with pytest.raises(ValueError, match="JSON"):
        transport.post("http://127.0.0.1:1/rest/x", json={"n": float("nan")})


def test_no_trace_of_the_token_in_errors_and_logs(
    transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(closing()) as server:
        for port in (server.port, 1):
            with pytest.raises(e.PortalError) as caught:
                transport.get(f"http://127.0.0.1:{port}/rest/app.info", {"auth": TOKEN})
            assert caught.value.__cause__ is None
            assert caught.value.__context__ is None
            assert TOKEN not in "".join(traceback.format_exception(caught.value))
    with RawServer(answering(OK)) as server:
        transport.get(f"http://127.0.0.1:{server.port}/rest/app.info", {"auth": TOKEN})
    assert TOKEN not in caplog.text


def test_the_environment_is_not_believed(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with RawServer(answering(OK)) as server:
        assert ask(transport, server.url).status == 200


def test_an_observer_that_fails_does_not_undo_the_call(caplog: pytest.LogCaptureFixture) -> None:
    def broken(record: CallRecord) -> None:
        raise RuntimeError("the log is full")

    transport = Transport(allow_private=True, observer=broken)
    with RawServer(answering(OK)) as server:
        assert ask(transport, server.url).status == 200
    transport.close()
    assert "observer" in caplog.text


# --- addresses ---
@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/rest/x",
        "ftp://example.com/",
        "https://user:pass@example.com/",
        "https:///rest/",
        "https://example.com:0/",
        "https://[::1/",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_can_be_no_portal_is_refused(url: str, records: list[CallRecord]) -> None:
    transport = Transport(observer=records.append)
    with pytest.raises(e.ForbiddenAddress):
        ask(transport, url)
    assert records[0].error == "ForbiddenAddress"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"]
)
def test_nothing_reaches_the_own_machine(host: str) -> None:
    with RawServer(answering(OK)) as server:
        transport = Transport(timeout=(1, 1))
        with pytest.raises(e.NotSent):
            ask(transport, f"https://{host}:{server.port}/rest/x")
        assert server.connections == 0


def test_a_name_that_leads_inside_is_refused(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    def rebound(host: str, port: int, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with pytest.raises(e.ForbiddenAddress):
        ask(Transport(), "https://portal.example/rest/x")


def test_the_name_is_asked_once_and_the_checked_address_used(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its address between check and connection gains nothing."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host == "portal.example":
            asked.append(host)
            return real("127.0.0.1", port, *args, **kwargs)
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with RawServer(answering(OK)) as server:
        assert ask(transport, f"http://portal.example:{server.port}/rest/x").status == 200
    assert asked == ["portal.example"]
    assert b"Host: portal.example" in server.requests[0]


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.8.8.8", "100.64.0.1", "192.0.2.1",
        "198.18.0.1", "240.0.0.1", "255.255.255.255", "::1", "fc00::1", "fd12::1", "2001:db8::1",
        "::ffff:10.0.0.1", "fec0::1", "::10.0.0.1", "64:ff9b:1::10.0.0.1",
        "2002:0a00:0001::1", "64:ff9b::10.0.0.1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_private_addresses_need_permission(address: str) -> None:
    assert not addresses.is_allowed(address, allow_private=False)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "::1", "192.168.1.1", "fd12::1"])
def test_private_addresses_with_permission(address: str) -> None:
    assert addresses.is_allowed(address, allow_private=True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "::",
        "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "no address",
        "168.63.129.16", "192.0.0.192", "fd00:c1::a9fe:a9fe", "fd20:ce::254", "fd00:42::42",
        "64:ff9b:1::a9fe:a9fe", "::169.254.169.254", "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("allow_private", [True, False])
def test_some_addresses_are_never_portals(address: str, allow_private: bool) -> None:
    assert not addresses.is_allowed(address, allow_private=allow_private)


@pytest.mark.parametrize("address", ["8.8.8.8", "185.34.22.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert addresses.is_allowed(address, allow_private=False)
