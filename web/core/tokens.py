"""Clients of portals with tokens from the store, refreshed by one worker at a time."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from b24.client import Client, Tokens
from b24.errors import (
    AppNotInstalled,
    AuthError,
    PortalError,
    PortalMoved,
    PortalTimeout,
    TokenRejected,
    UserBlocked,
)
from b24.methods import users
from b24.methods.users import Profile
from b24.oauth import RefreshedPair, Verified
from boards.core.model import Actor
from store import portals, tokens
from store.tokens import StoredPair
from web.core.services import Services, services
from web.core.session import PortalSession

log = logging.getLogger(__name__)

LEASE_SECONDS = 6.0
"""How long after its last sign of life a worker that refreshes is thought to have died."""
BEAT_SECONDS = 1.5
"""How often it gives a sign: a slow answer must not make a second worker send the same refresh token."""
WAIT_SECONDS = 40.0
"""How long a request waits for somebody else's refresh."""
POLL_SECONDS = 0.1
ONE_REQUEST = 49
"""So many things are changed by one batch, beside what it reads."""


class StoreTokenSource:
    """The pair of one person in the store (b24's TokenSource).

    `known` is what the request's session was looked up with: it saves asking the store again.

    Refreshing is single-flight across threads, processes and machines: a lease taken with one conditional
    UPDATE, the HTTP request outside any transaction; the others wait for the new pair.
    """

    def __init__(
        self,
        shared: Services,
        member_id: str,
        user_id: int,
        *,
        known: Tokens | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._shared = shared
        self._member_id = member_id
        self._user_id = user_id
        self._known = known
        self._clock = clock
        self._sleep = sleep

    def current(self) -> Tokens:
        """The stored pair; TokenRejected when there is none."""
        return self._known or self._tokens(self._read())

    def renew(self, rejected: Tokens) -> Tokens:
        """A pair other than `rejected`: somebody else's, or one refreshed here."""
        self._known = None
        deadline = self._clock() + WAIT_SECONDS
        owner = uuid.uuid4().hex
        while self._clock() < deadline:
            pair = self._read()
            if pair.access_token != rejected.access_token:
                return self._tokens(pair)
            if self._lease(pair, owner):
                return self._refresh(pair, owner)
            self._sleep(POLL_SECONDS)
        raise PortalTimeout("REFRESH_BUSY", method="oauth.token")

    def moved(self, location: str) -> Tokens:
        """Ask the authorization server where the portal is now; the redirect itself proves nothing."""
        self._known = None
        pair = self._read()
        portal = self._portal()
        try:
            verified = self._shared.auth_servers.verify(pair.access_token, portal.auth_server)
        except AuthError:
            renewed = self.renew(self._tokens(pair))
            if renewed.client_endpoint == portal.client_endpoint:
                raise PortalMoved(location) from None
            return renewed
        if verified.member_id != self._member_id or verified.client_endpoint == portal.client_endpoint:
            raise PortalMoved(location)
        portals.move(self._shared.db, self._member_id, verified.client_endpoint)
        return self._tokens(pair)

    def _lease(self, pair: StoredPair, owner: str) -> bool:
        return tokens.lease(
            self._shared.db, self._member_id, pair, owner, seconds=LEASE_SECONDS, now=self._clock()
        )

    def _extend(self, pair: StoredPair, owner: str) -> None:
        until = self._clock() + LEASE_SECONDS
        tokens.extend(self._shared.db, self._member_id, pair, owner, until=until)

    def _refresh(self, pair: StoredPair, owner: str) -> Tokens:
        """Exchange the refresh token; the lease is ours and ends with the new pair, or with the failure."""
        try:
            with beating(lambda: self._extend(pair, owner), BEAT_SECONDS):
                new = self._shared.auth_servers.refresh(pair.refresh_token, self._portal().auth_server)
        except PortalError as error:
            tokens.release(self._shared.db, self._member_id, pair, owner)
            latest = self._read()
            if isinstance(error, AuthError) and latest.generation != pair.generation:
                return self._tokens(
                    latest
                )  # a refusal is believed only if the store still holds what was refused
            raise
        if not self._is_theirs(new):
            tokens.release(self._shared.db, self._member_id, pair, owner)
            log.warning(
                "a refresh token of somebody else, portal %s, person %s", self._member_id, self._user_id
            )
            raise TokenRejected("SOMEBODY_ELSES", status=401, method="oauth.token")
        return self._keep(pair, new.tokens)

    def _is_theirs(self, new: RefreshedPair) -> bool:
        """Whether the pair is this person's: the refresh token came with a form, which nobody has signed.

        Without this whoever got hold of somebody's refresh token could act for them through the app.
        """
        whose = new.member_id, new.user_id
        if not all(whose):
            verified = self._shared.auth_servers.verify(new.tokens.access_token, new.server)
            whose = verified.member_id, verified.user_id
        person = self._user_id if self._user_id != tokens.INSTALLER else self._portal().installer_id
        return whose == (self._member_id, person)

    def _keep(self, pair: StoredPair, new: Tokens) -> Tokens:
        db = self._shared.db
        if new.client_endpoint and new.client_endpoint != self._portal().client_endpoint:
            portals.move(db, self._member_id, new.client_endpoint)
        tokens.replace(db, self._member_id, pair, new.access_token, new.refresh_token, new.expires_at)
        return self._tokens(self._read())

    def _read(self) -> StoredPair:
        pair = tokens.get(self._shared.db, self._member_id, self._user_id)
        if pair is None:
            raise TokenRejected("NO_TOKENS", status=401)
        return pair

    def _portal(self) -> portals.PortalRow:
        portal = portals.get(self._shared.db, self._member_id)
        if portal is None:
            raise AppNotInstalled("NO_PORTAL", status=401)
        return portal

    def _tokens(self, pair: StoredPair) -> Tokens:
        here = self._portal().client_endpoint
        return Tokens(pair.access_token, pair.refresh_token, pair.expires_at, here, self._member_id)


class FixedTokens:
    """A pair that has just been verified and is stored nowhere yet: it is neither refreshed nor moved."""

    def __init__(self, pair: Tokens) -> None:
        self._pair = pair

    def current(self) -> Tokens:
        return self._pair

    def renew(self, rejected: Tokens) -> Tokens:  # noqa: ARG002 (the protocol's signature)
        raise TokenRejected("NOT_RENEWABLE", status=401)

    def moved(self, location: str) -> Tokens:
        raise PortalMoved(location)


def client_for(shared: Services, member_id: str, user_id: int, *, bulk: bool = False) -> Client:
    """A client that acts as a person (or, with `tokens.INSTALLER`, as the app's own installer)."""
    return Client(shared.transport, StoreTokenSource(shared, member_id, user_id), shared.limiter, bulk=bulk)


def client_with(shared: Services, pair: Tokens) -> Client:
    """A client with a pair that has just been verified and is not (yet) stored."""
    return Client(shared.transport, FixedTokens(pair), shared.limiter)


def profile_of(verified: Verified, pair: Tokens) -> Profile:
    """How the portal describes the person whose pair this is; UserBlocked when it describes another."""
    answer = client_with(services(), pair).call(users.profile())
    profile = users.parse_profile(answer.result)
    if profile is None or profile.id != verified.user_id:
        raise UserBlocked("NO_PROFILE", method="profile", status=401)
    return profile


def client_of(
    shared: Services,
    session: PortalSession,
    *,
    bulk: bool = False,
    things: int = 1,
    answer_lost: bool = False,
    keep: Callable[[Any], None] | None = None,
) -> Client:
    """A client of the person a session belongs to; `answer_lost` and `keep` as `Client` takes them.

    Work in `bulk`, or on more `things` than one request to the portal takes, steps back for people.
    """
    source = StoreTokenSource(shared, session.member_id, session.user_id, known=_known(session))
    bulk = bulk or things > ONE_REQUEST
    return Client(shared.transport, source, shared.limiter, answer_lost=answer_lost, bulk=bulk, keep=keep)


def actor_of(session: PortalSession) -> Actor:
    """The person a session belongs to, as the domain wants to know them, at this moment."""
    return Actor(session.user_id, session.is_admin, session.lang, dt.datetime.now(dt.UTC))


def _known(session: PortalSession) -> Tokens | None:
    pair = session.pair
    if pair is None:
        return None
    return Tokens(pair.access_token, pair.refresh_token, pair.expires_at, session.endpoint, session.member_id)


# A sign of life while something slow is under way.


@contextmanager
def beating(beat: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `beat` every so many seconds, from another thread, until the block is left."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(seconds):
            try:
                beat()
            except SQLAlchemyError:  # the next beat may get through
                log.warning("a lease could not be extended")

    threading.Thread(target=run, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        over.set()
