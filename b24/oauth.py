"""The authorization servers: who is there, fresh tokens (wire.md §2, §3). The only user of Authlib."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client

from b24.addresses import endpoint
from b24.classify import code_word, error_class
from b24.client import Tokens
from b24.error_log import log_words
from b24.errors import (
    AppNotInstalled,
    AuthError,
    BadAnswer,
    NotSent,
    OutcomeUnknown,
    PortalError,
    QueryLimitExceeded,
    ServerFailure,
    TokenRejected,
    WrongApplication,
)
from b24.retry import Attempts, RetryPolicy
from b24.transport import Carrier, RawAnswer
from b24.wire import as_bool, as_int, as_map, as_text, as_time, plain_text

APP_INFO = "authserver.app.info"  # how the two addresses are named in the call log
TOKEN = "oauth.token"  # noqa: S105

TOKEN_LOOKS = re.compile(r"[\x21-\x7e]{1,2048}")
_LIFETIME = 3600.0  # seconds of an access token, unless told otherwise

# What the codes of the token address mean; app.info answers `invalid_client` for a bad token (wire.md §2).
_TOKEN_CODES: dict[str, type[PortalError]] = {
    "invalid_client": WrongApplication,
    "wrong_client": WrongApplication,
    "invalid_request": TokenRejected,
}
_INFO_CODES: dict[str, type[PortalError]] = {
    "invalid_client": TokenRejected,
    "wrong_client": WrongApplication,
    "invalid_request": TokenRejected,
}


@dataclass(frozen=True)
class Verified:
    """What an authorization server says about a token: the only trustworthy word on portal and person.

    `expires_at` in unix seconds; `status` is the app's (L, F, D, T, P); `server` the one that answered.
    """

    member_id: str
    client_endpoint: str
    user_id: int
    client_id: str
    scope: frozenset[str]
    status: str
    installed: bool
    expires_at: float
    server: str


@dataclass(frozen=True)
class RefreshedPair:
    """A fresh pair and whose it is. `server` is the authorization server that gave it."""

    tokens: Tokens
    member_id: str
    user_id: int
    scope: frozenset[str] = frozenset()
    status: str = ""
    server: str = ""


class AuthServers:
    """The allowed authorization servers, like "https://oauth.bitrix.info", and our keys there.

    The secret goes to these servers and nowhere else.
    """

    def __init__(
        self,
        servers: Sequence[str],
        client_id: str,
        client_secret: str,
        transport: Carrier,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        policy: RetryPolicy | None = None,
    ) -> None:
        if not servers:
            raise ValueError("no authorization server")
        self._servers = tuple(server.rstrip("/") for server in servers)
        self._client_id = client_id
        self._client_secret = client_secret
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._policy = policy or RetryPolicy()

    def __repr__(self) -> str:
        return f"AuthServers({self._servers!r})"

    def choose(self, server_endpoint: str) -> str | None:
        """The allowed server a SERVER_ENDPOINT ("https://oauth.bitrix.info/rest/") names; None for others."""
        asked = server_endpoint.strip().rstrip("/").lower()
        for server in self._servers:
            if asked in {server.lower(), f"{server.lower()}/rest"}:
                return server
        return None

    def verify(self, access_token: str, server_endpoint: str = "") -> Verified:
        """Whose token this is. Raises AuthError (WrongApplication: not our app's), OutcomeUnknown or NotSent.

        `server_endpoint` from a request only chooses among the allowed servers; without it each is asked
        in turn. If none knows the token but one could not be asked, nothing is known.
        """
        if not TOKEN_LOOKS.fullmatch(access_token):  # it may be a stranger's, and goes into an address
            raise TokenRejected("NO_TOKEN", method=APP_INFO)
        chosen = self.choose(server_endpoint)
        unreached: PortalError | None = None
        refused: AuthError | None = None
        for server in [chosen] if chosen else self._servers:
            try:
                return self._verify_at(server, access_token)
            except WrongApplication:
                raise
            except AuthError as error:
                refused = error
            except (NotSent, OutcomeUnknown) as error:
                unreached = error
        raise unreached or refused or TokenRejected(method=APP_INFO)

    def refresh(self, refresh_token: str, server: str = "") -> RefreshedPair:
        """A new pair for a refresh token, which dies by this.

        Raises TokenRejected, AppNotInstalled, WrongApplication, PlanForbids, NotSent or OutcomeUnknown. Never
        repeated after a lost answer: the token may be used up.
        """
        return self._token(server, lambda oauth, url: oauth.refresh_token(url, refresh_token=refresh_token))

    def exchange_code(self, code: str, server: str = "") -> RefreshedPair:
        """The first pair for the code a browser brought back (it lives 30 seconds). Raises like `refresh`."""
        return self._token(
            server, lambda oauth, url: oauth.fetch_token(url, grant_type="authorization_code", code=code)
        )

    def _verify_at(self, server: str, access_token: str) -> Verified:
        url, params = f"{server}/rest/app.info", {"auth": access_token}
        body = self._patiently(
            lambda: _object(self._transport.get(url, params, method=APP_INFO), APP_INFO), repeatable=True
        )
        if "result" not in body or body.get("error"):
            raise _refusal(body, APP_INFO, _INFO_CODES, unknown=TokenRejected)
        return self._verified(as_map(body.get("result")), server)

    def _verified(self, info: Mapping[str, Any], server: str) -> Verified:
        client_id = as_text(info.get("client_id"))
        if client_id != self._client_id:
            raise WrongApplication("WRONG_CLIENT", status=200, method=APP_INFO)
        install = as_map(info.get("install"))
        member_id, address = (
            as_text(install.get("member_id")),
            endpoint(as_text(install.get("client_endpoint"))),
        )
        if not member_id or not address:
            raise AppNotInstalled("NOT_INSTALLED", status=200, method=APP_INFO)
        user_id = as_int(info.get("user_id"))
        if user_id < 1:
            raise TokenRejected("NOBODYS", status=200, method=APP_INFO)
        return Verified(
            member_id=member_id,
            client_endpoint=address,
            user_id=user_id,
            client_id=client_id,
            scope=scopes(info.get("scope") or install.get("scope")),
            status=as_text(install.get("status")),
            installed=as_bool(install.get("installed")),
            expires_at=self._expiry(info.get("expires")),
            server=server,
        )

    def _token(self, server: str, ask: Callable[[OAuth2Client, str], Any]) -> RefreshedPair:
        base = self.choose(server) or self._servers[0]
        oauth = OAuth2Client(
            _Session(self._transport),
            client_id=self._client_id,
            client_secret=self._client_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106
        )
        refused: PortalError  # raised outside of `except`: tokens must not ride on a traceback
        try:
            reply = self._patiently(lambda: ask(oauth, f"{base}/oauth/token/"), repeatable=False)
            return self._pair(reply, base)
        except (KeyError, TypeError, ValueError):
            refused = BadAnswer("BAD_TOKENS", method=TOKEN)
        except OAuth2Error as error:
            body = {"error": error.error, "error_description": error.description}
            refused = _refusal(body, TOKEN, _TOKEN_CODES, unknown=ServerFailure)
        raise refused

    def _pair(self, reply: Mapping[str, Any], server: str) -> RefreshedPair:
        """The portal is at `client_endpoint`; `domain` is the authorization server (wire.md §3)."""
        access, fresh = as_text(reply.get("access_token")), as_text(reply.get("refresh_token"))
        address = endpoint(as_text(reply.get("client_endpoint")))
        if not access or not fresh or not address:
            raise BadAnswer("NO_TOKENS", method=TOKEN)
        lifetime = as_int(reply.get("expires_in")) or _LIFETIME
        return RefreshedPair(
            tokens=Tokens(access, fresh, self._clock() + lifetime, address),
            member_id=as_text(reply.get("member_id")),
            user_id=as_int(reply.get("user_id")),
            scope=scopes(reply.get("scope")),
            status=as_text(reply.get("status")),
            server=self.choose(as_text(reply.get("server_endpoint"))) or server,
        )

    def _patiently(self, ask: Callable[[], Any], *, repeatable: bool) -> Any:
        attempts = Attempts(self._policy, repeatable, self._clock)
        while True:
            try:
                return ask()
            except PortalError as error:
                pause = attempts.pause(error)
                if pause is None:
                    raise
                self._sleep(pause)

    def _expiry(self, value: Any) -> float:
        """Unix seconds from an ISO date or a number; an hour from now when it is neither."""
        moment = as_time(value)
        if moment:
            return moment.timestamp()
        return float(as_int(value)) or self._clock() + _LIFETIME


def scopes(value: Any) -> frozenset[str]:
    """Scope names from a list that comes comma- or space-separated (wire.md §4), or as a list."""
    text = ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
    return frozenset(text.replace(",", " ").split())


def _refusal(
    body: Mapping[str, Any],
    method: str,
    codes: Mapping[str, type[PortalError]],
    *,
    unknown: type[PortalError],
) -> PortalError:
    """The error of a server's refusal, whose words get into the operator's log.

    `unknown` is what a code nobody documented counts as.
    """
    code = as_text(body.get("error"))
    kind = codes.get(code) or error_class(None, code, method)
    if not issubclass(kind, AuthError | OutcomeUnknown | NotSent):
        kind = unknown
    refusal = kind(code_word(code), plain_text(body.get("error_description")), method=method)
    log_words(refusal)
    return refusal


def _object(raw: RawAnswer, method: str) -> dict[str, Any]:
    """The JSON of an answer; a busy or failing server, a redirect or a page say nothing about the token."""
    if raw.status == 429:
        raise QueryLimitExceeded("BUSY", status=429, method=method, retry_after=raw.retry_after or 2.0)
    if raw.status >= 500:
        raise ServerFailure("SERVER_FAILURE", status=raw.status, method=method)
    if raw.body is None:
        raise BadAnswer("NO_JSON", status=raw.status, method=method)
    return raw.body


class _Session:
    """The session Authlib posts with: our transport, so that its rules hold here too."""

    def __init__(self, transport: Carrier) -> None:
        self._transport = transport

    def post(self, url: str, *, data: dict[str, str], auth: ClientAuth, **_: Any) -> _Response:
        """`auth` adds the keys to the form, so that they stay out of the address."""
        keys = {"client_id": auth.client_id, "client_secret": auth.client_secret}
        raw = self._transport.post(url, data={**data, **keys}, method=TOKEN)
        return _Response(raw.status, _object(raw, TOKEN))


@dataclass(frozen=True)
class _Response:
    """As much of a response as Authlib reads."""

    status_code: int
    body: dict[str, Any] = field(repr=False)

    def json(self) -> dict[str, Any]:
        return self.body
