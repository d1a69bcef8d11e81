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
from boards.core import errors as crm
from store.vault import VaultError
from web.core.failures import (
    ActionRunning,
    AdministratorsOnly,
    EntryOfNewerRelease,
    ForgedLaunch,
    NotAdministrator,
    SessionExpired,
    ThingMissing,
    TooManyRefusals,
)
from web.core.logs import request_id
from web.core.sentences import bad_input_text
from web.core.session import end_sessions

__all__ = ["ThingMissing", "answer", "explain", "register"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Row:
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
PERHAPS_DONE = _l("It may have done it all the same. Load the board again to see.")

TABLE: dict[type[BaseException], Row] = {
    SessionExpired: Row(401, _l("Your session has ended."), RELOAD),
    ForgedLaunch: Row(
        403,
        _l("This opening of the app could not be verified."),
        _l("Open the app from the menu of your Bitrix24 portal."),
    ),
    NotAdministrator: Row(
        403,
        _l("Only an administrator of the portal can install the app."),
        _l("Ask an administrator to open the app once; after that it is there for everybody."),
    ),
    AdministratorsOnly: Row(403, _l("Only administrators of the portal may see this.")),
    TooManyRefusals: Row(429, _l("Too many failed attempts came from this address.")),
    ThingMissing: Row(404, _l("This is not there (any more)."), SHOWN_AS_IS),
    ActionRunning: Row(409, _l("This is still being done."), _l("Wait a moment, then load the page again.")),
    EntryOfNewerRelease: Row(503, _l("A newer version of the app wrote this entry."), UPDATE),
    VaultError: Row(
        500, _l("The app cannot read its own keys."), _l("Tell whoever runs the app."), number=True
    ),
    DataError: Row(400, _l("The request was not understood.")),  # a value no column takes: NUL, a huge number
    OperationalError: Row(503, _l("The app is busy."), AGAIN),
    boards.BadInput: Row(422, "", ""),
    boards.StageGone: Row(404, _l("The stage is not on the board any more."), SHOWN_AS_IS),
    boards.NotTaken: Row(
        409,
        _l("The portal accepted the move but did not make it."),
        _l("The task is where it was. You may lack the right to move it."),
    ),
    crm.ValueNotTaken: Row(409, _l("The portal accepted the change but did not make it."), SHOWN_AS_IS),
    crm.ItemsRemain: Row(
        409,
        _l("There are still items in the stage, perhaps some that you cannot see."),
        _l("Delete it again and choose a stage that takes them, or ask an administrator of the CRM."),
    ),
    crm.StageStays: Row(409, _l("The pipeline needs this stage, so it stays."), SHOWN_AS_IS),
    boards.FirstStage: Row(
        409,
        _l("The first stage cannot be deleted."),
        _l("Move another stage to the front, then delete this one."),
    ),
    boards.NoScrumRecord: Row(
        409,
        _l("The task is in no list of the team, so it has no points."),
        _l("Put it into the backlog first."),
    ),
    boards.LeftTeam: Row(409, _l("The task belongs to another project now."), SHOWN_AS_IS),
    boards.EpicGone: Row(404, _l("The epic was deleted meanwhile."), SHOWN_AS_IS),
    boards.SprintGone: Row(404, _l("The sprint was deleted or completed meanwhile."), SHOWN_AS_IS),
    boards.ColumnGone: Row(404, _l("The column is not on the board any more."), SHOWN_AS_IS),
    boards.LastColumnOfType: Row(
        409,
        _l("A sprint needs a first and a last column, so this one stays as it is."),
        _l("Give another column this part first."),
    ),
    boards.ColumnNotEmpty: Row(
        409, _l("There are still tasks in the column."), _l("Choose a column that takes them.")
    ),
    boards.TeamClosed: Row(403, _l("This scrum team is closed to you."), _l("Its owner has to add you.")),
    boards.CannotStart: Row(409, _l("The portal did not start the sprint."), SHOWN_AS_IS),
    boards.CannotUndo: Row(409, _l("This cannot be undone.")),
    boards.OfNewerRelease: Row(503, _l("A newer version of the app has begun this."), UPDATE),
    b24.TokenRejected: Row(401, _l("Your session has ended."), RELOAD),
    b24.TokenExpired: Row(401, _l("Your session has ended."), RELOAD),
    b24.AppNotInstalled: Row(
        403,
        _l("The app is not installed in this portal (any more)."),
        _l("An administrator can install it again from the portal's market."),
    ),
    b24.UserBlocked: Row(
        403,
        _l("The portal does not let you use the app."),
        _l("Ask an administrator of the portal for access."),
    ),
    b24.ScopeMissing: Row(
        403,
        _l("The app lacks a permission in this portal."),
        _l("An administrator can add the permission in the settings of the app and install it again."),
    ),
    b24.PlanForbids: Row(
        403, _l("The portal's plan does not include apps."), _l("Ask an administrator of the portal.")
    ),
    b24.AuthError: Row(403, _l("The portal refused the app."), RELOAD, number=True),
    b24.QueryLimitExceeded: Row(503, _l("The portal is busy."), AGAIN),
    b24.OperationTimeLimit: Row(429, _l("The portal has had enough of these requests for now."), AGAIN),
    b24.PortalMoved: Row(502, _l("The portal has moved to another address."), RELOAD),
    b24.PortalDeleted: Row(403, _l("The portal is closed.")),
    b24.ForbiddenAddress: Row(
        403, _l("The portal's address cannot be used."), _l("Tell whoever runs the app.")
    ),
    b24.NotSent: Row(502, _l("The portal cannot be reached."), AGAIN),
    b24.PortalTimeout: Row(
        504,
        _l("The portal did not answer in time."),
        PERHAPS_DONE,
    ),
    b24.OutcomeUnknown: Row(
        502,
        _l("The portal's answer was lost."),
        PERHAPS_DONE,
    ),
    b24.AccessDenied: Row(
        403, _l("You may not do this."), _l("The portal refused it; your rights may have changed.")
    ),
    b24.NotFound: Row(404, _l("This is not there (any more), or you may not see it."), SHOWN_AS_IS),
    b24.StageIsSystem: Row(
        409,
        _l("The first stage cannot be deleted."),
        _l("Move another stage to the front, then delete this one."),
    ),
    b24.StageNotEmpty: Row(
        409,
        _l("There are still tasks in the stage, perhaps some that you cannot see."),
        _l("Choose a stage that takes them, or ask the owner of the project."),
    ),
    b24.EmptyTitle: Row(422, _l("Enter a title.")),
    b24.DifferentStages: Row(409, _l("The stage belongs to another board than the task."), SHOWN_AS_IS),
    b24.ActionUnavailable: Row(409, _l("The task does not allow this now."), SHOWN_AS_IS),
    b24.InvalidParameter: Row(
        502,
        _l("The portal did not understand the request."),
        _l("Tell whoever runs the app."),
        number=True,
    ),
    b24.CodeRefused: Row(409, _l("The portal does not accept this code."), _l("Choose another code.")),
    b24.MethodMissing: Row(502, _l("The portal does not know how to do this."), number=True),
    b24.NotRun: Row(409, _l("This was not done, because something before it failed."), SHOWN_AS_IS),
    b24.Refused: Row(409, _l("The portal refused to do this."), SHOWN_AS_IS, number=True),
    b24.PortalError: Row(502, _l("Something went wrong in the portal."), AGAIN, number=True),
}

NO_LONGER_WELCOME = (b24.UserBlocked, b24.AppNotInstalled, b24.TokenRejected, b24.PortalDeleted)
"""After these nothing is shown any more, not even what needs no portal. A page that is still welcome gets a
new session from its parent (`web/portal/renewal.py`), a tab of its own from a new login."""

HTTP: dict[int, Row] = {
    400: Row(400, _l("The request was not understood.")),
    404: Row(404, _l("There is nothing at this address.")),
    405: Row(405, _l("This address does not take such requests.")),
    413: Row(413, _l("This is too much at once.")),
    500: Row(
        500,
        _l("Something went wrong in the app."),
        _l("It has been written down. Try again in a moment."),
        number=True,
    ),
}


def row_for(error: BaseException) -> Row:
    """The row of the closest class of an exception."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind]
    if isinstance(error, HTTPException):
        return HTTP.get(error.code or 500) or Row(error.code or 500, HTTP[400].text)
    return HTTP[500]


def explain(error: BaseException) -> tuple[str, str]:
    """What happened and what to do about it, for one item of a list (a card that could not be moved)."""
    row = row_for(error)
    text = bad_input_text(error) if isinstance(error, boards.BadInput) else str(row.text)
    return text, _patience(error) or str(row.advice)


def answer(error: BaseException) -> Response:
    """The HTTP answer for an exception that reached the edge."""
    row = row_for(error)
    text, advice = explain(error)
    looked = request.method == "GET"
    if looked and row.advice is PERHAPS_DONE:  # whoever only looked has changed nothing
        advice = str(AGAIN)
    if row.number:  # whoever runs the app finds the traceback by it, or what the portal said
        advice += " " + _("Number of the request: %(number)s", number=request_id())
        advice = advice.strip()
    expired = row.status == 401
    if "HX-Request" in request.headers:
        body = render_template(
            "shared/toast.html",
            toast_text=text,
            toast_kind="error",
            toast_advice=advice,
            toast_refresh=not looked and row.advice in (SHOWN_AS_IS, PERHAPS_DONE),
        )
        response = make_response(body, row.status)
        response.headers["HX-Reswap"] = "none"
    else:
        response = make_response(render_template("shared/failure.html", text=text, advice=advice), row.status)
    if expired:
        response.headers["X-Session"] = "expired"
        response.headers["WWW-Authenticate"] = "Bearer"
    if row.status in (429, 503):
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
    row = row_for(error)
    if isinstance(error, NO_LONGER_WELCOME):
        end_sessions()
    if row.status >= 500:
        log.warning("%s %s: %s", request.method, request.endpoint, error)
    return answer(error)


def _unknown(error: InternalServerError) -> Response:
    """Flask has logged the traceback; the page hears that something failed, and no more."""
    return answer(error)


def register(app: Flask) -> None:
    for kind in (*TABLE, HTTPException):
        app.register_error_handler(kind, _known)
    app.register_error_handler(InternalServerError, _unknown)
