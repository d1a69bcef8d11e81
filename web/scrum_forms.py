"""Dialogs of scrum planning: what is wrong stands in the dialog itself, what was typed stays as it was."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, make_response, render_template, request

from boards.errors import BadInput
from web.sentences import bad_input_text

P = ParamSpec("P")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


def in_dialog(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose bad input is told within the dialog that sent it; the status is 422."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except BadInput as error:
            return make_response(render_template("_form_error.html", text=bad_input_text(error)), 422)

    return guarded


def own_zone() -> dt.tzinfo:
    """The person's zone as their page tells it, "+03:00"; UTC when it does not."""
    found = _OFFSET.fullmatch(request.form.get("utc_offset", ""))
    if not found:
        return dt.UTC
    offset = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return dt.timezone(min(offset, dt.timedelta(hours=15)) * (-1 if found[1] == "-" else 1))
