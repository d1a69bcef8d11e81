"""HTTP to portals and authorization servers: the only user of `requests`.

One pooled session for all portals. It keeps no cookies (two people must never share one), follows no
redirects, believes no environment, and connects only to addresses that were checked after resolving them.
"""

from __future__ import annotations

import json as jsonlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from b24.addresses import check_url, resolve
from b24.classify import code_word
from b24.errors import BadAnswer, ConnectionLost, NotSent, PortalError, PortalTimeout
from b24.redact import redacted

MAX_ANSWER = 32 * 1024 * 1024  # bytes, unpacked
POOL_SIZE = 64  # open connections kept per portal
POOLS = 256  # portals with open connections
MAX_IDLE = 20.0  # seconds; older connections may have been dropped on the way without a word
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
_HEADERS = {"User-Agent": "Stagecraft", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}

log = logging.getLogger(__name__)
# Its DEBUG lines hold whole addresses, and app.info is asked with the token in the address (wire.md §2).
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(frozen=True)
class RawAnswer:
    """What came back. `body` is None when it was no JSON object; `location` is "" but for redirects."""

    status: int
    body: dict[str, Any] | None = field(default=None, repr=False)
    location: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class CallRecord:
    """One HTTP request, for the call log. `error` is the portal's code or the name of what went wrong.

    `portal` is the member_id of whose call it is, "" if not known. `sent` holds secrets; whoever writes the
    record down takes `params_redacted`, and not while people wait.
    """

    endpoint: str
    method: str
    commands: tuple[str, ...]
    status: int | None
    error: str
    seconds: float
    sent: Mapping[str, Any] = field(default_factory=dict, repr=False)
    portal: str = ""

    @property
    def params_redacted(self) -> dict[str, Any]:
        """What was sent, as it may be written down."""
        return redacted(self.sent)


class Carrier(Protocol):
    """What a client needs of a transport."""

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        method: str = "",
        commands: Sequence[str] = (),
        portal: str = "",
    ) -> RawAnswer:
        """Send a JSON body or a form; raises NotSent or OutcomeUnknown."""

    def get(self, url: str, params: Mapping[str, str], *, method: str = "") -> RawAnswer:
        """Ask with parameters in the address; raises NotSent or OutcomeUnknown."""


class Transport:
    """The real carrier, safe to share between threads.

    `timeout` is (seconds to connect, seconds to wait for the answer); `observer` hears of every request.
    """

    def __init__(
        self,
        *,
        timeout: tuple[float, float] = (5, 60),
        verify: bool | str = True,
        allow_private: bool = False,
        observer: Callable[[CallRecord], None] | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self._timeout = timeout
        self._verify = verify
        self._allow_private = allow_private
        self._observer = observer
        self._max_answer = max_answer
        self._session = _session(allow_private)

    def post(
        self,
        url: str,
        *,
        json: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        method: str = "",
        commands: Sequence[str] = (),
        portal: str = "",
    ) -> RawAnswer:
        """Send a JSON body or a form; raises NotSent or OutcomeUnknown. The rest is for the call log."""
        sent = dict(json if json is not None else data or {})
        return self._watched("POST", url, _body(json, data), sent, method, tuple(commands), portal)

    def get(self, url: str, params: Mapping[str, str], *, method: str = "") -> RawAnswer:
        """Ask with parameters in the address; raises NotSent or OutcomeUnknown."""
        return self._watched("GET", url, {"params": dict(params)}, params, method, ())

    def close(self) -> None:
        """Close the open connections."""
        self._session.close()

    def _watched(
        self,
        verb: str,
        url: str,
        body: Mapping[str, Any],
        sent: Mapping[str, Any],
        method: str,
        commands: tuple[str, ...],
        portal: str = "",
    ) -> RawAnswer:
        started = time.perf_counter()
        status: int | None = None
        error = ""
        try:
            answer = self._sent(verb, url, body, method)
        except PortalError as failure:
            status, error = failure.status, type(failure).__name__
            raise
        else:
            status, error = answer.status, _error_code(answer)
            return answer
        finally:
            seconds = time.perf_counter() - started
            if self._observer:
                record = CallRecord(_origin(url), method, commands, status, error, seconds, sent, portal)
                _tell(self._observer, record)

    def _sent(self, verb: str, url: str, body: Mapping[str, Any], method: str) -> RawAnswer:
        """The failure is raised outside of `except`: what `requests` raises holds addresses and bodies."""
        check_url(url, allow_private=self._allow_private)
        deadline = time.monotonic() + sum(self._timeout)
        failure: PortalError
        try:
            response = self._session.send(
                _prepared(verb, url, body),
                timeout=self._timeout,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
            )
            with response:
                return self._read(response, deadline)
        except PortalError as error:
            failure = error
        except requests.Timeout:
            failure = PortalTimeout("TIMEOUT")
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            failure = NotSent("BAD_ADDRESS")
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            failure = _lost(error)
        failure.method = method
        raise failure

    def _read(self, response: requests.Response, deadline: float) -> RawAnswer:
        """The whole answer, bounded in size and time."""
        if response.status_code in _REDIRECTS and response.headers.get("Location"):
            target = urljoin(response.url, response.headers["Location"])
            return RawAnswer(response.status_code, location=_bare(target))
        content = bytearray()
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > self._max_answer:
                raise BadAnswer("ANSWER_TOO_LONG", status=response.status_code)
            if time.monotonic() > deadline:
                raise PortalTimeout("TIMEOUT", status=response.status_code)
        return RawAnswer(
            response.status_code,
            _json_object(bytes(content)),
            retry_after=_seconds(response.headers.get("Retry-After")),
        )


def _tell(observer: Callable[[CallRecord], None], record: CallRecord) -> None:
    """The log must not turn a call that worked into one that did not."""
    try:
        observer(record)
    except Exception:
        log.exception("the observer of calls failed")


def _lost(error: Exception) -> PortalError:
    """`requests` calls a timeout within the body a connection error."""
    if error.args and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError):
        return PortalTimeout("TIMEOUT")
    return ConnectionLost("CONNECTION_LOST", type(error).__name__)


# --- connecting to what was checked ---
class _Checked(HTTPConnection):
    """Resolves, checks and connects in one step; the name stays for the Host header and TLS.

    Whatever fails until the connection stands is NotSent: nothing of the request has left.
    """

    allow_private = False
    _used = 0.0

    @property
    def is_connected(self) -> bool:
        """Asked before a kept connection is used again."""
        return super().is_connected and time.monotonic() - self._used < MAX_IDLE

    def getresponse(self) -> Any:
        self._used = time.monotonic()
        return super().getresponse()

    def _new_conn(self) -> Any:
        failure: OSError | None = None
        port = self.port or 0
        for address in resolve(self._dns_host, port, allow_private=self.allow_private):
            try:
                return create_connection((address, port), self.timeout, socket_options=self.socket_options)
            except OSError as error:
                failure = error
        raise failure or OSError("no address")

    def connect(self) -> None:
        failure: Exception | None = None
        try:
            super().connect()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            failure = error
        if failure is not None:
            self.close()
            raise NotSent("CONNECT_FAILED", type(failure).__name__)


class _CheckedTls(_Checked, HTTPSConnection):
    """The same over TLS."""


class _Adapter(HTTPAdapter):
    """A pool per portal whose connections are checked ones."""

    def __init__(self, allow_private: bool) -> None:
        rule = {"allow_private": allow_private}
        plain, tls = type("Plain", (_Checked,), rule), type("Tls", (_CheckedTls,), rule)
        self._pools = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
        }
        super().__init__(pool_connections=POOLS, pool_maxsize=POOL_SIZE, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


def _session(allow_private: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(allow_private)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


# --- writing and reading ---
def _prepared(verb: str, url: str, body: Mapping[str, Any]) -> requests.PreparedRequest:
    """A request with nothing of a session's in it, which would be merged in at a third of its whole price."""
    prepared = requests.PreparedRequest()
    headers = _HEADERS | body.get("headers", {})
    prepared.prepare(verb, url, headers, data=body.get("data"), params=body.get("params"))
    return prepared


def _body(json: Mapping[str, Any] | None, data: Mapping[str, str] | None) -> dict[str, Any]:
    """Written out here, so that what cannot be JSON fails as our defect and not as a lost connection."""
    if json is None:
        return {"data": dict(data or {})}
    content = jsonlib.dumps(dict(json), allow_nan=False).encode()
    return {"data": content, "headers": {"Content-Type": "application/json"}}


def _json_object(content: bytes) -> dict[str, Any] | None:
    """The JSON object in `content`, strictly: UTF-8, no NaN, nothing behind it; else None."""
    try:
        body = jsonlib.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds, at most ten minutes; None for a date or nothing."""
    return min(float(header), 600.0) if header and header.strip().isdigit() else None


def _bare(location: str) -> str:
    """An address without query and user: whatever else it echoes is no use to us."""
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _error_code(answer: RawAnswer) -> str:
    if answer.location:
        return "MOVED"
    if answer.body is None:
        return "NO_JSON"
    error = answer.body.get("error")
    code = code_word(error) if isinstance(error, str | int) else ""
    return code or (f"HTTP {answer.status}" if answer.status >= 400 else "")
