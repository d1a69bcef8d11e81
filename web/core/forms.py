"""Dialogs of scrum planning: what is wrong stands in the dialog itself, what was typed stays as it was."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, make_response, request
from jinja2_fragments.flask import render_block

from boards.core.errors import BadInput
from web.core.sentences import bad_input_text

P = ParamSpec("P")
_ID = re.compile(r"[0-9]{1,12}")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


def in_dialog(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose bad input is told within the dialog that sent it; the status is 422."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except BadInput as error:
            return make_response(
                render_block("shared/failure.html", "form_error", text=bad_input_text(error)), 422
            )

    return guarded


def ids_in(text: str) -> list[int]:
    """The numbers of a list like "17,18"; what is no id of anything is left out."""
    return [int(one) for one in text.split(",") if _ID.fullmatch(one)]


def posted_map(name: str) -> dict[int, Any]:
    """A field of the form that holds a JSON object with ids as keys; {} for anything else."""
    found = posted_json(name)
    pairs = found.items() if isinstance(found, dict) else ()
    return {int(key): value for key, value in pairs if _ID.fullmatch(key)}


def posted_json(name: str) -> Any:
    """A field of the form that holds JSON; None for what is none."""
    try:
        return json.loads(request.form.get(name, "null"))
    except (ValueError, RecursionError):
        return None


def own_zone() -> dt.tzinfo:
    """The person's zone as their page tells it, "+03:00"; UTC when it does not."""
    found = _OFFSET.fullmatch(request.form.get("utc_offset", ""))
    if not found:
        return dt.UTC
    offset = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
    return dt.timezone(min(offset, dt.timedelta(hours=15)) * (-1 if found[1] == "-" else 1))
