"""What surrounds each HTTP exchange with the portal: the call log and the failures that were ordered.

Two hooks of Flask, so that the transport and the authorization server know nothing of it. Only
`command_error` faults are asked for from inside, see `Faults.check_command`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time

from flask import Flask, Response, current_app, g, request

from sandbox.control.call_log import CallLog, CallNote, describe
from sandbox.control.faults import Fault, Faults
from sandbox.rest.params import params_of
from sandbox.rest.php import dumps
from sandbox.rest.tokens import find_access
from sandbox.state.store import current_portal

_HTML = (
    "<html><head><title>{0} Bad Gateway</title></head>"
    "<body><center><h1>{0} Bad Gateway</h1></center><hr><center>nginx</center></body></html>"
)


def install(app: Flask) -> None:
    """Put the log and the faults around all requests of the application."""
    app.extensions.setdefault("calls", CallLog())
    app.extensions.setdefault("faults", Faults())
    app.before_request(_enter)
    app.after_request(_leave)


def call_log() -> CallLog:
    """The call log of the running application."""
    log: CallLog = current_app.extensions["calls"]
    return log


def faults() -> Faults:
    """The ordered failures of the running application."""
    registry: Faults = current_app.extensions["faults"]
    return registry


def current_via() -> str:
    """How the request under way authorises itself, as the log calls it."""
    note: CallNote | None = g.get("call_note")
    return note.via if note else "control"


def _enter() -> Response | None:
    """Note what is asked; fail at once if that was ordered, else leave the rest to `_leave`."""
    note = describe(request)
    if note is None:
        return None
    note.user = _acting_user(note)
    g.call_note, g.call_started, g.call_faults = note, time.perf_counter(), []
    for fault in faults().take(note.method, note.commands, note.via):
        if fault.kind == "delay":
            faults().hold(fault.seconds)
            continue
        answer = _fail_before(fault)
        if answer is not None:
            return answer
        g.call_faults.append(fault)
    return None


def _leave(response: Response) -> Response:
    """Fail after the portal has acted, if ordered, and write the log entry before the answer leaves."""
    note: CallNote | None = g.get("call_note")
    if note is None:
        return response
    for fault in g.call_faults:
        response = _fail_after(fault, response)
    note.status = 0 if g.get("call_dropped") else response.status_code
    note.error = _error_in(response)
    note.ms = round((time.perf_counter() - g.call_started) * 1000, 1)
    call_log().record(note)
    if g.get("call_dropped"):
        _hang_up()
    return response


def _acting_user(note: CallNote) -> int | None:
    """Whom the webhook or the token stands for; None for an unknown or missing credential."""
    if note.via == "webhook":
        number = request.path.split("/")[2]
        return int(number) if number.isdecimal() else None
    token = request.headers.get("Authorization", "").partition(" ")[2]
    if not token:
        params = params_of(request)
        token = str(params.get("auth") or params.get("access_token") or "")
    pair = find_access(current_portal(), token)
    return pair.user_id if pair else None


def _fail_before(fault: Fault) -> Response | None:
    """The answer of a fault that keeps the portal from acting; None if it acts first."""
    if fault.kind == "error":
        body = dumps({"error": fault.code, "error_description": fault.description})
        return Response(body, fault.status, content_type="application/json; charset=utf-8")
    if fault.kind == "html" and not fault.done:
        return _html(fault)
    if fault.kind == "drop_before":
        return _dropped()
    return None


def _fail_after(fault: Fault, response: Response) -> Response:
    if fault.kind == "drop_after":
        return _dropped()
    if fault.kind == "html":
        return _html(fault)
    body = response.get_data()
    response.set_data(body[: len(body) // 2])
    if fault.kind == "half_answer":  # as many bytes as promised never come
        response.headers["Content-Length"] = str(len(body))
        response.headers["Connection"] = "close"
    return response


def _html(fault: Fault) -> Response:
    return Response(_HTML.format(fault.status), fault.status, content_type="text/html")


def _dropped() -> Response:
    """Stands for no answer at all. Under a test client, which has no socket, it is all there is to see."""
    g.call_dropped = True
    return Response("", 502, {"X-Connection": "dropped"})


def _hang_up() -> None:
    """Close the connection without an answer; the last step of a request, since the client goes on at once.

    The socket is only shut down: the server that owns it closes it, a second close could hit a number that
    another connection got meanwhile.
    """
    connection = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # the client was faster
            connection.shutdown(socket.SHUT_RDWR)


def _error_in(response: Response) -> str:
    """The error code of an answer; of a batch the first one inside."""
    if g.get("call_dropped"):
        return "DROPPED"
    body = response.get_data() if not response.direct_passthrough else b""
    if response.status_code < 400 and b'"result_error":{' not in body:
        return ""
    try:
        answer = json.loads(body)
    except ValueError:
        return "NO_JSON"
    if "error" in answer:
        return str(answer["error"])
    errors = answer.get("result", {}).get("result_error", {})
    return str(next(iter(errors.values()))["error"]) if errors else ""
