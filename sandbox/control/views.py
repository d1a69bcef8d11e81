"""The control plane `/_sandbox`: what a test or a curious person does to the portal from outside.

JSON in and out; the dashboard (`GET /_sandbox`) is the same for people. Nothing here exists on a real
portal, and nothing of the product knows these addresses.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import BadRequest, NotFound

from sandbox.application import installation
from sandbox.application.events import Dispatcher
from sandbox.control.call_log import CallNote, redact, summary
from sandbox.control.description import LIMITS, describe, describe_app, introduction, webhook_addresses
from sandbox.control.exchange import call_log, faults
from sandbox.control.faults import KINDS, BadFaultError
from sandbox.rest.dispatch import execute
from sandbox.rest.errors import body as error_body
from sandbox.rest.registry import RestError
from sandbox.rest.transport import answer_json
from sandbox.state.crm import ADMIN_RIGHT, NO_RIGHT, READ_RIGHT
from sandbox.state.portal import User
from sandbox.state.store import PortalHolder, current_portal

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")
WEBHOOKS = ("admin", "owner", "member", "outsider")  # what `GET /_sandbox/webhooks` promises


def request_json() -> dict[str, Any]:
    """The JSON object of the request; {} for an empty body."""
    given = request.get_json(silent=False, force=True) if request.get_data() else {}
    if not isinstance(given, dict):
        raise BadRequest("a JSON object is expected")
    return given


def person(number: object) -> User:
    """The user with this id; NotFound (404) for an unknown one."""
    user = current_portal().users.get(int(str(number)) if str(number).isdecimal() else 0)
    if user is None:
        raise NotFound(f"no user {number}")
    return user


@blueprint.errorhandler(BadRequest)
@blueprint.errorhandler(NotFound)
def refuse(problem: BadRequest | NotFound) -> tuple[Response, int]:
    """Errors of the control plane are JSON as well."""
    return jsonify(error=problem.description), problem.code or 400


# --- looking ---
@blueprint.get("")
@blueprint.get("/")
def dashboard() -> str:
    """The control plane as a page for people."""
    portal = current_portal()
    names = {role: portal.users[number] for role, number in portal.people.items()}
    return render_template(
        "sandbox/dashboard.html",
        portal=portal,
        people=names,
        webhooks=webhook_addresses(),
        state=describe(),
        kinds=KINDS,
    )


@blueprint.get("/state")
def state() -> Response:
    """Everything a test wants to know of the portal."""
    return jsonify(describe())


@blueprint.get("/webhooks")
def webhooks() -> Response:
    """The address of one inbound webhook for each kind of person, as a JSON map by role."""
    return jsonify({role: address for role, address in webhook_addresses().items() if role in WEBHOOKS})


@blueprint.get("/calls")
def calls() -> Response:
    """The call log, newest last; `since` leaves out what was seen before."""
    return jsonify(summary(call_log().since(request.args.get("since", 0, type=int))))


@blueprint.delete("/calls")
def forget_calls() -> Response:
    """Empty the call log."""
    call_log().clear()
    return jsonify(summary([]))


# --- the portal as a whole ---
@blueprint.post("/reset")
def reset() -> Response:
    """Seed anew; the application is registered but not installed unless `installed` is given."""
    given = request_json()
    holder: PortalHolder = current_app.extensions["portal"]
    try:
        holder.reset(str(given.get("seed") or current_portal().seed))
    except ValueError as unknown:
        raise BadRequest(str(unknown)) from unknown
    current_app.extensions["limits"].clear()
    current_app.extensions["events"].clear()
    faults().clear()
    call_log().clear()
    if given.get("installed"):
        _install(current_portal().people["admin"])
    return jsonify(introduction())


@blueprint.post("/clock")
def clock() -> Response:
    """Move or stop the portal's time: `advance` seconds, `set` an ISO time, `freeze` true or false."""
    given, portal = request_json(), current_portal()
    with portal.lock:
        now = portal.now()
        if "set" in given:
            now = _moment(given["set"])
        now += dt.timedelta(seconds=float(given.get("advance", 0)))
        frozen = bool(given.get("freeze", portal.clock_frozen is not None))
        portal.clock_frozen = now.timestamp() if frozen else None
        portal.clock_offset = now.timestamp() - dt.datetime.now(dt.UTC).timestamp()
    return jsonify(now=portal.now().isoformat(), frozen=frozen)


def _moment(text: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError as wrong:
        raise BadRequest(f"not an ISO time: {text}") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


@blueprint.post("/domain")
def rename() -> Response:
    """Give the portal another address; the old one answers 302 under /rest/ (behaviour.md §1.8)."""
    portal, domain = current_portal(), str(request_json().get("domain", ""))
    if not domain:
        raise BadRequest("domain is missing")
    with portal.lock:
        if domain != portal.domain:
            portal.old_domains = [old for old in portal.old_domains if old != domain] + [portal.domain]
            portal.domain = domain
    return jsonify(domain=portal.domain, old_domains=portal.old_domains)


@blueprint.post("/limits")
def limits() -> Response:
    """Switch or set the two limits of behaviour.md §1.9; what was counted is forgotten."""
    given, target = request_json(), current_app.extensions["limits"]
    for name in LIMITS:
        if name in given:
            setattr(target, name, type(getattr(target, name))(given[name]))
    target.clear()
    return jsonify({name: getattr(target, name) for name in LIMITS})


# --- tokens ---
def _pairs() -> list[Any]:
    given, portal = request_json(), current_portal()
    user = given.get("user")
    return [pair for pair in portal.tokens.values() if user is None or pair.user_id == person(user).id]


@blueprint.post("/tokens/expire")
def expire() -> Response:
    """Let tokens run out: `which` access, refresh or all; of one `user` or of everybody."""
    which, portal = str(request_json().get("which", "access")), current_portal()
    if which not in {"access", "refresh", "all"}:
        raise BadRequest("which must be access, refresh or all")
    with portal.lock:
        past = portal.now().timestamp() - 1
        pairs = _pairs()
        for pair in pairs:
            if which in {"access", "all"}:
                pair.access_expires = min(pair.access_expires, past)
            if which in {"refresh", "all"}:
                pair.refresh_expires = min(pair.refresh_expires, past)
    return jsonify(count=len(pairs))


@blueprint.post("/tokens/revoke")
def revoke() -> Response:
    """Make tokens unknown to the authorization server."""
    with current_portal().lock:
        pairs = _pairs()
        for pair in pairs:
            pair.revoked = True
    return jsonify(count=len(pairs))


# --- failures ---
@blueprint.get("/faults")
def list_faults() -> Response:
    """The ordered failures with their hits, as JSON."""
    return jsonify(faults=faults().listing())


@blueprint.post("/faults")
def order_fault() -> Response:
    """Order a failure, see `sandbox/control/faults.py`."""
    try:
        return jsonify(id=faults().add(request_json()).id)
    except BadFaultError as wrong:
        raise BadRequest(str(wrong)) from wrong


@blueprint.delete("/faults")
def clear_faults() -> Response:
    """Nothing goes wrong any more, and who is kept waiting by a `delay` waits no longer."""
    faults().clear()
    faults().release()
    return jsonify(faults=[])


# --- people and the application ---
@blueprint.post("/act")
def act() -> Response:
    """Do something behind the application's back: any method as any person, without limits or faults."""
    given, portal = request_json(), current_portal()
    user, name = person(given.get("user")), str(given.get("method", "")).lower()
    params = given.get("params") or {}
    note = CallNote(name, "control", user=user.id, params=redact(params), status=200)
    try:
        answer = execute(portal, user, name, dict(params), app=portal.app, scopes=_all_scopes())
    except RestError as error:
        answer, note.status, note.error = error_body(error), error.status, error.code
    call_log().record(note)
    return answer_json(answer, 200)


def _all_scopes() -> frozenset[str]:
    scopes: frozenset[str] = current_app.extensions["all_scopes"]()
    return scopes


@blueprint.post("/group")
def change_role() -> Response:
    """Give a person a role in a group, or none (`role` null)."""
    given, portal = request_json(), current_portal()
    group = portal.groups.get(int(given.get("group", 0)))
    if group is None:
        raise NotFound(f"no group {given.get('group')}")
    user, role = person(given.get("user")), given.get("role")
    with portal.lock:
        if role is None:
            group.members.pop(user.id, None)
        else:
            group.members[user.id] = str(role)
            group.owner_id = user.id if role == "A" else group.owner_id
    return jsonify(group=group.id, user=user.id, role=role)


@blueprint.post("/crm")
def change_right() -> Response:
    """Give a person a right to the CRM: `right` admin, read or "" for none."""
    given, portal = request_json(), current_portal()
    user, right = person(given.get("user")), str(given.get("right") or "")
    if right not in {ADMIN_RIGHT, READ_RIGHT, NO_RIGHT}:
        raise BadRequest("right must be admin, read or empty")
    with portal.lock:
        portal.crm.rights[user.id] = right
    return jsonify(user=user.id, right=right)


@blueprint.post("/launch")
def launch() -> Response:
    """What the shell would post into a frame, with a fresh pair of tokens.

    `lang` replaces the person's own language, as the switch of the portal page does. With `install` the
    application is added first, as by the install dialog.
    """
    given, portal = request_json(), current_portal()
    user, placement = person(given.get("user")), str(given.get("placement") or installation.DEFAULT_PLACEMENT)
    with portal.lock:
        if given.get("install"):
            installation.add_app(portal)
        try:
            url, form = installation.launch_form(
                portal,
                user.id,
                placement,
                given.get("options") or {},
                bool(given.get("install")),
                lang=str(given.get("lang") or ""),
            )
        except KeyError as unbound:
            raise NotFound(f"nothing is bound to {placement}") from unbound
    return jsonify(url=url, form=form)


@blueprint.post("/install")
def install() -> Response:
    """Add the application and finish its installation without its page."""
    portal = current_portal()
    with portal.lock:
        _install(person(request_json().get("user") or portal.people["admin"]).id)
    return jsonify(describe_app(portal))


def _install(user_id: int) -> None:
    """Add the application unless its own page is at it already, then do what `installFinish` does."""
    app = installation.the_app(current_portal())
    if not app.added:
        installation.add_app(current_portal())
    installation.finish_install(current_portal(), user_id)


@blueprint.post("/uninstall")
def uninstall() -> Response:
    """Take the application off the portal; `clean` 1 tells it to forget its data."""
    portal = current_portal()
    with portal.lock:
        installation.uninstall(portal, clean=bool(int(request_json().get("clean") or 0)))
    return jsonify(describe_app(portal))


@blueprint.get("/events")
def deliveries() -> Response:
    """What was sent to event handlers, oldest first, without tokens."""
    dispatcher: Dispatcher = current_app.extensions["events"]
    return jsonify(deliveries=dispatcher.log())


@blueprint.post("/events/send")
def send_event() -> Response:
    """Post any form to the application's event handler, well-formed or not; `handler` is another address."""
    form = {str(key): str(value) for key, value in request_json().items()}
    dispatcher: Dispatcher = current_app.extensions["events"]
    delivery = dispatcher.send_form(form.pop("handler", "") or _handler(), form)
    return jsonify(status=delivery.status, error=delivery.error)


def _handler() -> str:
    """Where the application listens: what it subscribed with, else its stable address."""
    app = installation.the_app(current_portal())
    bound = next((subscription.handler for subscription in app.subscriptions if subscription.handler), "")
    return bound or f"{app.url.rstrip('/')}/events"
