"""One table from what went wrong to what the person is told: HTTP status, a sentence, advice.

The portal's own texts never reach a page. A request by htmx gets a toast and leaves the page as it is;
anything else gets a small page.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from b24 import errors as b24
from boards.core import errors as boards
from store.vault import VaultError
from web.core.failures import (
    ActionRunning,
    AdministratorsOnly,
    EntryOfNewerRelease,
    ForgedLaunch,
    NotAdministrator,
    SessionExpired,
    TooManyRefusals,
    UnknownTarget,
    WrongFields,
)
from web.core.logs import request_id
from web.core.sentences import bad_input_text, form_field_text
from web.core.session import end_sessions

__all__ = ["UnknownTarget", "answer", "explain", "register"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ErrorMessage:
    """What one kind of failure means to a person.

    `number`: the person is shown the number of the request, since the log tells more than we can.
    """

    status: int
    text: Any
    advice: Any = ""
    number: bool = False


AGAIN = _l("Try again in a moment.")
RELOAD = _l("Open the app again from the portal.")
UPDATE = _l("The app is being updated. Try again in a minute.")
SHOWN_AS_IS = _l("Load the board again to see how it is now.")
MAY_BE_DONE = _l("It may have done it all the same. Load the board again to see.")

MESSAGES: dict[type[BaseException], ErrorMessage] = {
    SessionExpired: ErrorMessage(401, _l("Your session has ended."), RELOAD),
    ForgedLaunch: ErrorMessage(
        403,
        _l("This opening of the app could not be verified."),
        _l("Open the app from the menu of your Bitrix24 portal."),
    ),
    NotAdministrator: ErrorMessage(
        403,
        _l("Only an administrator of the portal can install the app."),
        _l("Ask an administrator to open the app once; after that it is there for everybody."),
    ),
    AdministratorsOnly: ErrorMessage(403, _l("Only administrators of the portal may see this.")),
    TooManyRefusals: ErrorMessage(429, _l("Too many failed attempts came from this address.")),
    WrongFields: ErrorMessage(
        400, _l("What came for these fields makes no sense: %(fields)s."), _l("Nothing was changed.")
    ),
    UnknownTarget: ErrorMessage(404, _l("This is not there (any more)."), SHOWN_AS_IS),
    ActionRunning: ErrorMessage(
        409, _l("This is still being done."), _l("Wait a moment, then load the page again.")
    ),
    EntryOfNewerRelease: ErrorMessage(503, _l("A newer version of the app wrote this entry."), UPDATE),
    VaultError: ErrorMessage(
        500, _l("The app cannot read its own keys."), _l("Tell whoever runs the app."), number=True
    ),
    DataError: ErrorMessage(
        400, _l("The request was not understood.")
    ),  # a value no column takes: NUL, a huge number
    OperationalError: ErrorMessage(503, _l("The app is busy."), AGAIN),
    boards.BadInput: ErrorMessage(422, "", ""),
    boards.StageGone: ErrorMessage(404, _l("The stage is not on the board any more."), SHOWN_AS_IS),
    boards.MoveIgnored: ErrorMessage(
        409,
        _l("The portal accepted the move but did not make it."),
        _l("The task is where it was. You may lack the right to move it."),
    ),
    boards.ValueNotTaken: ErrorMessage(
        409, _l("The portal accepted the change but did not make it."), SHOWN_AS_IS
    ),
    boards.ItemsRemain: ErrorMessage(
        409,
        _l("There are still items in the stage, perhaps some that you cannot see."),
        _l("Delete it again and choose a stage that takes them, or ask an administrator of the CRM."),
    ),
    boards.StageStays: ErrorMessage(409, _l("The pipeline needs this stage, so it stays."), SHOWN_AS_IS),
    boards.FirstStage: ErrorMessage(
        409,
        _l("The first stage cannot be deleted."),
        _l("Move another stage to the front, then delete this one."),
    ),
    boards.NoScrumRecord: ErrorMessage(
        409,
        _l("The task is in no list of the team, so it has no points."),
        _l("Put it into the backlog first."),
    ),
    boards.LeftTeam: ErrorMessage(409, _l("The task belongs to another project now."), SHOWN_AS_IS),
    boards.EpicGone: ErrorMessage(404, _l("The epic was deleted meanwhile."), SHOWN_AS_IS),
    boards.SprintGone: ErrorMessage(404, _l("The sprint was deleted or completed meanwhile."), SHOWN_AS_IS),
    boards.ColumnGone: ErrorMessage(404, _l("The column is not on the board any more."), SHOWN_AS_IS),
    boards.LastColumnOfType: ErrorMessage(
        409,
        _l("A sprint needs a first and a last column, so this one stays as it is."),
        _l("Give another column this part first."),
    ),
    boards.ColumnNotEmpty: ErrorMessage(
        409, _l("There are still tasks in the column."), _l("Choose a column that takes them.")
    ),
    boards.TeamClosed: ErrorMessage(
        403, _l("This scrum team is closed to you."), _l("Its owner has to add you.")
    ),
    boards.CannotStart: ErrorMessage(409, _l("The portal did not start the sprint."), SHOWN_AS_IS),
    boards.CannotUndo: ErrorMessage(409, _l("This cannot be undone.")),
    boards.OfNewerRelease: ErrorMessage(503, _l("A newer version of the app has begun this."), UPDATE),
    b24.TokenRejected: ErrorMessage(401, _l("Your session has ended."), RELOAD),
    b24.TokenExpired: ErrorMessage(401, _l("Your session has ended."), RELOAD),
    b24.AppNotInstalled: ErrorMessage(
        403,
        _l("The app is not installed in this portal (any more)."),
        _l("An administrator can install it again from the portal's market."),
    ),
    b24.UserBlocked: ErrorMessage(
        403,
        _l("The portal does not let you use the app."),
        _l("Ask an administrator of the portal for access."),
    ),
    b24.ScopeMissing: ErrorMessage(
        403,
        _l("The app lacks a permission in this portal."),
        _l("An administrator can add the permission in the settings of the app and install it again."),
    ),
    b24.PlanForbids: ErrorMessage(
        403, _l("The portal's plan does not include apps."), _l("Ask an administrator of the portal.")
    ),
    b24.AuthError: ErrorMessage(403, _l("The portal refused the app."), RELOAD, number=True),
    b24.QueryLimitExceeded: ErrorMessage(503, _l("The portal is busy."), AGAIN),
    b24.OperationTimeLimit: ErrorMessage(
        429, _l("The portal has had enough of these requests for now."), AGAIN
    ),
    b24.PortalMoved: ErrorMessage(502, _l("The portal has moved to another address."), RELOAD),
    b24.PortalDeleted: ErrorMessage(403, _l("The portal is closed.")),
    b24.ForbiddenAddress: ErrorMessage(
        403, _l("The portal's address cannot be used."), _l("Tell whoever runs the app.")
    ),
    b24.NotSent: ErrorMessage(502, _l("The portal cannot be reached."), AGAIN),
    b24.PortalTimeout: ErrorMessage(
        504,
        _l("The portal did not answer in time."),
        MAY_BE_DONE,
    ),
    b24.OutcomeUnknown: ErrorMessage(
        502,
        _l("The portal's answer was lost."),
        MAY_BE_DONE,
    ),
    b24.AccessDenied: ErrorMessage(
        403, _l("You may not do this."), _l("The portal refused it; your rights may have changed.")
    ),
    b24.NotFound: ErrorMessage(404, _l("This is not there (any more), or you may not see it."), SHOWN_AS_IS),
    b24.StageIsSystem: ErrorMessage(
        409,
        _l("The first stage cannot be deleted."),
        _l("Move another stage to the front, then delete this one."),
    ),
    b24.StageNotEmpty: ErrorMessage(
        409,
        _l("There are still tasks in the stage, perhaps some that you cannot see."),
        _l("Choose a stage that takes them, or ask the owner of the project."),
    ),
    b24.EmptyTitle: ErrorMessage(422, _l("Enter a title.")),
    b24.DifferentStages: ErrorMessage(
        409, _l("The stage belongs to another board than the task."), SHOWN_AS_IS
    ),
    b24.ActionUnavailable: ErrorMessage(409, _l("The task does not allow this now."), SHOWN_AS_IS),
    b24.InvalidParameter: ErrorMessage(
        502, _l("The portal did not understand the request."), _l("Tell whoever runs the app."), number=True
    ),
    b24.CodeRefused: ErrorMessage(
        409, _l("The portal does not accept this code."), _l("Choose another code.")
    ),
    b24.MethodMissing: ErrorMessage(502, _l("The portal does not know how to do this."), number=True),
    b24.NotRun: ErrorMessage(409, _l("This was not done, because something before it failed."), SHOWN_AS_IS),
    b24.Refused: ErrorMessage(409, _l("The portal refused to do this."), SHOWN_AS_IS, number=True),
    b24.PortalError: ErrorMessage(502, _l("Something went wrong in the portal."), AGAIN, number=True),
}

NO_LONGER_WELCOME = (b24.UserBlocked, b24.AppNotInstalled, b24.TokenRejected, b24.PortalDeleted)
"""After these nothing is shown any more, not even what needs no portal. A page that is still welcome gets a
new session from its parent (`web/portal/renewal.py`), a tab of its own from a new login."""

HTTP: dict[int, ErrorMessage] = {
    400: ErrorMessage(400, _l("The request was not understood.")),
    404: ErrorMessage(404, _l("There is nothing at this address.")),
    405: ErrorMessage(405, _l("This address does not take such requests.")),
    413: ErrorMessage(413, _l("This is too much at once.")),
    500: ErrorMessage(
        500,
        _l("Something went wrong in the app."),
        _l("It has been written down. Try again in a moment."),
        number=True,
    ),
}


def message_for(error: BaseException) -> ErrorMessage:
    """What is said about an exception, by the closest class that the table knows."""
    for kind in type(error).__mro__:
        if kind in MESSAGES:
            return MESSAGES[kind]
    if isinstance(error, HTTPException):
        return HTTP.get(error.code or 500) or ErrorMessage(error.code or 500, HTTP[400].text)
    return HTTP[500]


def explain(error: BaseException) -> tuple[str, str]:
    """What happened and what to do about it, for one item of a list (a card that could not be moved)."""
    message = message_for(error)
    return _text(error, message), _patience(error) or str(message.advice)


def _text(error: BaseException, message: ErrorMessage) -> str:
    if isinstance(error, boards.BadInput):
        return bad_input_text(error)
    if isinstance(error, WrongFields):
        return str(message.text) % {"fields": ", ".join(dict.fromkeys(map(form_field_text, error.fields)))}
    return str(message.text)


def answer(error: BaseException) -> Response:
    """The HTTP answer for an exception that reached the edge."""
    message = message_for(error)
    text, advice = explain(error)
    looked = request.method == "GET"
    if looked and message.advice is MAY_BE_DONE:  # whoever only looked has changed nothing
        advice = str(AGAIN)
    if message.number:  # whoever runs the app finds the traceback by it, or what the portal said
        advice += " " + _("Number of the request: %(number)s", number=request_id())
        advice = advice.strip()
    expired = message.status == 401
    if "HX-Request" in request.headers:
        body = render_template(
            "shared/toast.html",
            toast_text=text,
            toast_kind="error",
            toast_advice=advice,
            toast_refresh=not looked and message.advice in (SHOWN_AS_IS, MAY_BE_DONE),
        )
        response = make_response(body, message.status)
        response.headers["HX-Reswap"] = "none"
    else:
        response = make_response(
            render_template("shared/failure.html", text=text, advice=advice), message.status
        )
    if expired:
        response.headers["X-Session"] = "expired"
        response.headers["WWW-Authenticate"] = "Bearer"
    if message.status in (429, 503):
        response.headers["Retry-After"] = str(round(_retry_after(error)))
    return response


def _retry_after(error: BaseException) -> float:
    """Seconds after which a new try makes sense."""
    return max(1.0, getattr(error, "retry_after", None) or 5.0)


def _patience(error: BaseException) -> str:
    if not isinstance(error, b24.LimitReached | TooManyRefusals):
        return ""
    seconds = round(_retry_after(error))
    if seconds < 90:
        return str(ngettext("Try again in %(num)s second.", "Try again in %(num)s seconds.", seconds))
    minutes = -(-seconds // 60)
    return str(ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", minutes))


def _known(error: Exception) -> Response:
    message = message_for(error)
    if isinstance(error, NO_LONGER_WELCOME):
        end_sessions()
    if message.status >= 500:
        log.warning("%s %s: %s", request.method, request.endpoint, error)
    return answer(error)


def _unknown(error: InternalServerError) -> Response:
    """Flask has logged the traceback; the page hears that something failed, and no more."""
    return answer(error)


def register(app: Flask) -> None:
    for kind in (*MESSAGES, HTTPException):
        app.register_error_handler(kind, _known)
    app.register_error_handler(InternalServerError, _unknown)
