"""Calls to one portal as one person: single calls and batches, with patience and fresh tokens."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from b24.envelope import Envelope, command_error, read_envelope
from b24.error_log import log_words
from b24.errors import (
    BadAnswer,
    ConnectionLost,
    NotRun,
    PortalError,
    PortalMoved,
    QueryLimitExceeded,
    TokenExpired,
    TokenRejected,
)
from b24.limits import Limiter
from b24.retry import Attempts, RetryPolicy
from b24.transport import Carrier
from b24.wire import as_int, as_map, build_query

BATCH_SIZE = 50  # behaviour.md §1.10


@dataclass(frozen=True)
class Tokens:
    """A person's pair at a portal. `expires_at` in unix seconds; `client_endpoint` like "https://x/rest/".

    `portal` is the portal's member_id, for the call log.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float
    client_endpoint: str
    portal: str = ""


class TokenSource(Protocol):
    """Gives a client the tokens of its person."""

    def current(self) -> Tokens:
        """The pair to use now."""

    def renew(self, rejected: Tokens) -> Tokens:
        """A pair newer than `rejected`; single-flight. Raises TokenRejected or AppNotInstalled."""

    def moved(self, location: str) -> Tokens:
        """The portal answered 302 to `location`: verify anew; tokens with the new endpoint, or raise."""


@dataclass(frozen=True)
class Command:
    """One REST method with its parameters, not yet sent."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a method gave. `total` and `next` for lists only; `operating` is the run time used up, seconds."""

    result: Any
    total: int | None = None
    next: int | None = None
    operating: float | None = None


@dataclass(frozen=True)
class BatchAnswer:
    """The answers of a batch by key. `errors` are the refused commands; a key in neither never ran."""

    answers: Mapping[str, Answer]
    errors: Mapping[str, PortalError] = field(default_factory=dict)
    methods: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Answer:
        """The answer of `key`; raises that command's error, or NotRun if a halt kept it from running."""
        self.require(key)
        return self.answers[key]

    def __contains__(self, key: object) -> bool:
        return key in self.answers

    def __iter__(self) -> Iterator[str]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def get(self, key: str) -> Answer | None:
        """The answer of `key`, or None if it failed or never ran."""
        return self.answers.get(key)

    def require(self, key: str) -> None:
        """Raise the error of the command `key`, or NotRun if a halt kept it from running.

        For commands whose answer says nothing but that they worked.
        """
        if key not in self.answers:
            raise self.errors.get(key) or NotRun("NOT_RUN", method=self.methods.get(key, key))

    def raise_first(self) -> None:
        """Raise the first command's error, if any failed."""
        for error in self.errors.values():
            raise error


@dataclass(frozen=True)
class _Request:
    """One call as it is sent, however often."""

    method: str
    params: Mapping[str, Any]
    commands: tuple[str, ...]


class Client:
    """Speaks to one portal with one person's tokens."""

    def __init__(
        self,
        transport: Carrier,
        tokens: TokenSource,
        limiter: Limiter | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        policy: RetryPolicy | None = None,
        answer_lost: bool = False,
        bulk: bool = False,
        keep: Callable[[Any], None] | None = None,
    ) -> None:
        """`answer_lost`: the client repeats work whose first answer was lost; see `batch`.

        `bulk`: its requests step back for those of people. `keep` gets what `intend` is told.
        """
        self._transport = transport
        self._tokens = tokens
        self._limiter = limiter or Limiter()
        self._clock = clock
        self._sleep = sleep
        self._policy = policy or RetryPolicy()
        self._answer_lost = answer_lost
        self._bulk = bulk
        self._keep = keep
        self._wrote = False

    @property
    def answer_lost(self) -> bool:
        """Whether the next write may have been made already by an earlier attempt.

        What is read before it is then not surely what was there before the change.
        """
        return self._answer_lost

    def intend(self, what: Any) -> None:
        """Keep, before the next write is sent, what it will have done.

        For writes after which it cannot be read any more what they have changed.
        """
        if self._keep is not None:
            self._keep(what)

    def call(self, command: Command, *, repeatable: bool = True) -> Answer:
        """One method, one HTTP request. Raises a PortalError.

        `repeatable` False for additions: an answer that got lost is then the caller's to look into.
        """
        request = _Request(command.method, command.params, (command.method,))
        envelope, _ = self._deliver(request, repeatable)
        return _answer(envelope)

    def batch(
        self, commands: Mapping[str, Command], *, halt: bool = True, repeatable: bool = True
    ) -> BatchAnswer:
        """Up to 50 commands in one HTTP request; the portal stops at the first error when `halt`.

        Raises ValueError above 50 and PortalError when the batch as a whole failed; the failure of one
        command is in the answer. Values arrive as strings; `$result[key][ID]` is resolved by the portal.

        Where an earlier answer was lost, the first batch that is not `repeatable` is that one: it is not sent
        but raises ConnectionLost, and the caller goes on as it does after any lost answer.
        """
        if len(commands) > BATCH_SIZE:
            raise ValueError(f"a batch holds {BATCH_SIZE} commands, not {len(commands)}")
        if not commands:
            return BatchAnswer({})
        if self._answer_lost and not repeatable:
            self._answer_lost = False
            raise ConnectionLost("EARLIER_ANSWER_LOST", method="batch")
        cmd = {key: f"{command.method}?{build_query(command.params)}" for key, command in commands.items()}
        methods = {key: command.method for key, command in commands.items()}
        request = _Request("batch", {"halt": int(halt), "cmd": cmd}, tuple(methods.values()))
        envelope, tokens = self._deliver(request, repeatable)
        return self._read_batch(as_map(envelope.result), methods, tokens)

    def _deliver(self, request: _Request, repeatable: bool) -> tuple[Envelope, Tokens]:
        """The answer and the tokens it was asked with; an error tells whether it comes after a write."""
        try:
            delivered = self._insist(request, repeatable)
        except PortalError as error:
            error.halfway = self._wrote
            raise
        self._wrote = self._wrote or not repeatable
        return delivered

    def _insist(self, request: _Request, repeatable: bool) -> tuple[Envelope, Tokens]:
        """Send until there is an answer, the patience ends, or the portal says no."""
        attempts = Attempts(self._policy, repeatable, self._clock)
        tokens = self._tokens.current()
        while True:
            try:
                return self._once(tokens, request, attempts), tokens
            except TokenExpired as error:
                if attempts.count(error) > 1:
                    raise TokenRejected(error.code, status=error.status, method=error.method) from error
                tokens = self._tokens.renew(tokens)
            except PortalMoved as error:
                if attempts.count(error) > 1:
                    raise
                tokens = self._tokens.moved(error.location)
            except PortalError as error:
                pause = attempts.pause(error)
                if pause is None:
                    raise
                self._sleep(pause)

    def _once(self, tokens: Tokens, request: _Request, attempts: Attempts) -> Envelope:
        """One HTTP request; what the portal says to a failure gets into the operator's log."""
        try:
            return self._exchange(tokens, request, attempts)
        except PortalError as error:
            log_words(error, tokens.portal)
            raise

    def _exchange(self, tokens: Tokens, request: _Request, attempts: Attempts) -> Envelope:
        portal = tokens.client_endpoint
        attempts.held += self._limiter.wait(portal, patience=attempts.patience_left, bulk=self._bulk)
        raw = self._transport.post(
            f"{portal.rstrip('/')}/{request.method}",
            json={**request.params, "auth": tokens.access_token},
            method=request.method,
            commands=request.commands,
            portal=tokens.portal,
        )
        reset_at = self._limiter.reset_at(portal, request.method)
        try:
            envelope = read_envelope(raw, request.method, now=self._clock(), reset_at=reset_at)
        except QueryLimitExceeded:
            self._limiter.filled(portal)
            raise
        self._limiter.remember(portal, request.method, envelope.times)
        return envelope

    def _read_batch(self, body: Mapping[str, Any], methods: Mapping[str, str], tokens: Tokens) -> BatchAnswer:
        portal = tokens.client_endpoint
        if "result" not in body:
            raise BadAnswer("NO_RESULT", status=200, method="batch")
        results, failed, times, totals, nexts = (
            as_map(body.get(part))
            for part in ("result", "result_error", "result_time", "result_total", "result_next")
        )
        answers: dict[str, Answer] = {}
        errors: dict[str, PortalError] = {}
        for key, method in methods.items():
            if key in failed:
                reset_at = self._limiter.reset_at(portal, method)
                errors[key] = command_error(failed[key], method, now=self._clock(), reset_at=reset_at)
            elif key in results or key in times:
                spent = as_map(times.get(key))
                self._limiter.remember(portal, method, spent)
                answers[key] = _answer(Envelope(results.get(key), totals.get(key), nexts.get(key), spent))
        alike = {(error.method, error.code, error.description): error for error in errors.values()}
        for error in alike.values():  # fifty refusals of one kind are one line
            log_words(error, tokens.portal)
        return BatchAnswer(answers, errors, methods)


def _answer(envelope: Envelope) -> Answer:
    operating = envelope.times.get("operating")
    return Answer(
        envelope.result,
        total=None if envelope.total is None else as_int(envelope.total),
        next=None if envelope.next is None else as_int(envelope.next),
        operating=float(operating) if isinstance(operating, int | float) else None,
    )
