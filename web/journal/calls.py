"""The call log: what the app asked this portal and what came back; for administrators of that portal only."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, g, render_template, request
from jinja2_fragments.flask import render_block

from store import call_log
from web.core.failures import AdministratorsOnly
from web.core.services import services
from web.core.session import needs_session

blueprint = Blueprint("calls", __name__, url_prefix="/calls")
blueprint.before_request(needs_session)

PAGE = 100


def _counted(commands: Sequence[str]) -> str:
    """The methods of a batch in their order, each named once: "task.stages.get, tasks.task.list × 20"."""
    return ", ".join(
        method if times == 1 else f"{method} × {times}" for method, times in Counter(commands).items()
    )


@blueprint.get("")
def show() -> str:
    """The newest requests; `q` is a part of a method or an error, `failed` hides what went well.

    With `before` the rows below that entry alone. It costs the portal nothing.
    """
    who = g.portal_session
    if not who.is_admin:
        raise AdministratorsOnly
    text, failed = request.args.get("q", "").strip()[:100], request.args.get("failed") == "1"
    before = request.args.get("before", 0, type=int)
    found = call_log.search(
        services().db,
        who.member_id,
        text=text,
        failed=failed,
        before=before,
        limit=PAGE,
    )
    values = {
        "calls": found,
        "q": text,
        "failed": failed,
        "next_before": found[-1].id if len(found) == PAGE else None,
        "moment_of": lambda at: dt.datetime.fromtimestamp(at, dt.UTC),
        "counted": _counted,
        "as_text": lambda params: json.dumps(params, ensure_ascii=False, indent=1),
        "days": services().config.call_log_days,
    }
    if before:
        return render_block("journal/calls.html", "calls", **values)
    return render_template("journal/calls.html", **values)
