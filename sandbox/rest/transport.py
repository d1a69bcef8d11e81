"""The portal's REST door: addresses, verbs, order of checks, headers (behaviour.md §1.1–§1.8).

Plain http is accepted, which the contract does not allow: the stand-in has no certificate.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, request

from sandbox.rest import errors, php
from sandbox.rest.credentials import authenticate
from sandbox.rest.dispatch import execute, find_method, run
from sandbox.rest.limits import Limits
from sandbox.rest.params import drop_credentials, params_of
from sandbox.rest.registry import RestError
from sandbox.state.portal import Portal
from sandbox.state.store import current_portal

__all__ = ["answer_json", "blueprint", "execute"]

blueprint = Blueprint("transport", __name__)

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "origin, content-type, accept",
    "X-Content-Type-Options": "nosniff",
}
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_WEBHOOK_PARTS = 3


@blueprint.before_request
def move_on() -> Response | None:
    """302 from an old domain, whatever the verb (§1.8); in front of all other checks (§1.4)."""
    portal = current_portal()
    if request.host not in portal.old_domains:
        return None
    path = request.full_path if request.query_string else request.path
    return _with_headers(Response("", 302, {"Location": f"{portal.address}{path}"}))


@blueprint.before_request
def hold_back() -> Response | None:
    """The leaky bucket of the source address; a preflight is free."""
    limits: Limits = current_app.extensions["limits"]
    if request.method == "OPTIONS" or limits.admits(current_portal().member_id, request.remote_addr or ""):
        return None
    error = errors.known("QUERY_LIMIT_EXCEEDED")
    return answer_json(errors.body(error), error.status)


@blueprint.route("/rest/", methods=_VERBS, provide_automatic_options=False)
@blueprint.route("/rest/<path:address>", methods=_VERBS, provide_automatic_options=False)
def rest(address: str = "") -> Response:
    """A call of any REST method, by any kind of credentials; an error is an answer as well."""
    if request.method == "OPTIONS":
        return _with_headers(Response("", 200, content_type="text/html; charset=utf-8"))
    portal = current_portal()
    with portal.lock:
        try:
            return answer_json(_call(portal, address), 200)
        except RestError as error:
            return answer_json(errors.body(error), error.status)


def _call(portal: Portal, address: str) -> dict[str, Any]:
    """The order of checks of §1.4: portal, method, credentials; then `run` checks scope and limit."""
    name, params = read_address(address, params_of(request))
    if portal.closed:
        raise errors.known("PORTAL_DELETED")
    find_method(name)
    caller = authenticate(portal, params)
    g.caller = caller
    return run(portal, caller, name, drop_credentials(params))


def read_address(address: str, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The method's name and the parameters with the webhook's parts of the path in them (§1.1)."""
    parts = address.rstrip("/").split("/")
    if len(parts) == _WEBHOOK_PARTS:
        params = {**params, "aplogin": parts[0], "ap": parts[1]}
        parts = parts[2:]
    name = "/".join(parts).lower()
    return name.removesuffix(".json"), params


def answer_json(body: dict[str, Any], status: int) -> Response:
    """A REST answer with the headers every one of them has."""
    text = php.dumps(body)
    return _with_headers(Response(text, status, content_type="application/json; charset=utf-8"))


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
