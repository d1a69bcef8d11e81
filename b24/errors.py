"""What can go wrong between us and a portal: one tree of facts.

The class is decided by the error code and the HTTP status, never by the text, which is localised and
differs from the documentation (behaviour.md §1.5, §1.6; surprise 26).
"""

# ruff: noqa: N818 (an error class names the fact)

from __future__ import annotations


class PortalError(Exception):
    """A call did not do what was asked.

    `code` is the portal's own code ("" when it sent none), `status` the HTTP status (None when there was
    no answer), `description` the portal's text: for logs of the operator, never for the page.
    `method` is the REST method, `retry_after` seconds after which a new try makes sense, if known.
    `halfway`: the same client had written something before, so the work is neither done nor undone.
    """

    halfway = False

    def __init__(
        self,
        code: str = "",
        description: str = "",
        *,
        status: int | None = None,
        method: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{method or 'call'}: {status or '-'} {code or '(no code)'}")
        self.code = code
        self.description = description
        self.status = status
        self.method = method
        self.retry_after = retry_after


# --- the portal never saw the request, so anything may be repeated ---
class NotSent(PortalError):
    """Refused connection, unknown host, a forbidden address."""


class ForbiddenAddress(NotSent):
    """The address leads into a private network and private portals are not allowed."""


# --- the portal may or may not have acted ---
class OutcomeUnknown(PortalError):
    """The request went out and no usable answer came back."""


class PortalTimeout(OutcomeUnknown):
    """No answer in time."""


class ConnectionLost(OutcomeUnknown):
    """The connection broke after the request was sent."""


class BadAnswer(OutcomeUnknown):
    """Not the JSON the contract promises: an HTML page, half a document."""


class ServerFailure(OutcomeUnknown):
    """HTTP 5xx other than the rate limit."""


# --- who acts ---
class AuthError(PortalError):
    """The portal does not accept the caller."""


class TokenExpired(AuthError):
    """401 expired_token: the only code that calls for a refresh."""


class TokenRejected(AuthError):
    """The token is not valid (any more) and a refresh was refused or does not help."""


class AppNotInstalled(AuthError):
    """The portal does not know the application (any more)."""


class UserBlocked(AuthError):
    """The person may not use the application or the portal."""


class ScopeMissing(AuthError):
    """401 insufficient_scope."""


class PlanForbids(AuthError):
    """REST is not part of the portal's plan, or blocked."""


class WrongAuthType(AuthError):
    """403 WRONG_AUTH_TYPE: needs an application, or a person."""


# --- limits ---
class LimitReached(PortalError):
    """The portal asks for patience; it did not act."""


class QueryLimitExceeded(LimitReached):
    """503: the leaky bucket is full."""


class OperationTimeLimit(LimitReached):
    """429: this method has used up its running time."""


# --- the portal itself ---
class PortalMoved(PortalError):
    """302 to a new domain. `location` is the new address; the portal did not act."""

    def __init__(self, location: str, *, method: str = "") -> None:
        super().__init__("MOVED", status=302, method=method)
        self.location = location


class PortalDeleted(PortalError):
    """The portal was closed."""


# --- the method said no ---
class Refused(PortalError):
    """The method refused; nothing was changed by this command."""


class AccessDenied(Refused):
    """The person may not do this."""


class NotFound(Refused):
    """The thing is not there (any more), or the person may not see it."""


class StageIsSystem(Refused):
    """IS_SYSTEM: the first stage of a board cannot be deleted."""


class StageNotEmpty(Refused):
    """NO_EMPTY: tasks are in it, among them perhaps some the caller cannot see."""


class EmptyTitle(Refused):
    """EMPTY_TITLE."""


class DifferentStages(Refused):
    """The stage belongs to another board than the task."""


class ActionUnavailable(Refused):
    """A task does not allow this action to this person now."""


class InvalidParameter(Refused):
    """Code 100: a parameter is missing or of the wrong type; a defect of ours."""


class AlreadyBound(Refused):
    """A placement or event handler that is there already."""


class SprintNotStarted(Refused):
    """The portal did not start a sprint. It does not say why, and keeps what it had done by then (§4.4)."""


class SprintAlreadyActive(Refused):
    """A team has one active sprint at most."""


class BacklogExists(Refused):
    """The group has a backlog already."""


class MethodMissing(Refused):
    """404 ERROR_METHOD_NOT_FOUND."""


class CodeRefused(Refused):
    """ERROR_CORE of crm.status.add: the STATUS_ID is taken, too long, or of other letters."""


class NotRun(PortalError):
    """A command of a halted batch that never ran."""


class HandlerRefused(Refused):
    """The portal does not accept the address of a handler (localhost, another protocol)."""


class WrongApplication(AuthError):
    """The token or the keys belong to another application than ours."""


class AuthServerDown(NotSent):
    """401 CONNECTION_ERROR: the portal could not ask its authorization server, so it did nothing."""
