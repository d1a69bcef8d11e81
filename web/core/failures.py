"""What the web itself refuses. `web.core.errors` says what a person is told about each."""

# ruff: noqa: N818 (an error class names the fact)
from __future__ import annotations

import time
from collections.abc import Sequence


class WebError(Exception):
    """A request that is not carried out, for a reason that is neither the portal's nor the domain's."""


class SessionExpired(WebError):
    """No session, an ended one, or one the portal no longer honours; the page asks its parent for a login."""


class ForgedLaunch(WebError):
    """The authorization server does not vouch for this request. Why is for the log, not for the page."""


class NotAdministrator(WebError):
    """Somebody without the right tried to install the app."""


class AdministratorsOnly(WebError):
    """A page that is for administrators of the portal."""


class ActionRunning(WebError):
    """The same request is being worked on elsewhere and did not end in time."""


class TooManyRefusals(WebError):
    """An address was refused too often; open again at `reset_time`, in seconds since 1970."""

    def __init__(self, reset_time: float) -> None:
        super().__init__("refused too often")
        self.retry_after = max(1.0, reset_time - time.time())


class EntryOfNewerRelease(WebError):
    """An entry of the journal that this release cannot take back: a newer one wrote it."""


class WrongFields(WebError):
    """A form whose `fields` hold what none of their controls produces; nothing was done."""

    def __init__(self, fields: Sequence[str] = ()) -> None:
        super().__init__(", ".join(fields))
        self.fields = tuple(fields)


class UnknownTarget(WebError):
    """An address names something that is not there: a board, a job, a journal entry."""
