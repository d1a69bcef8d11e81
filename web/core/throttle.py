"""Strangers at the open addresses: whoever is refused again and again has to wait (docs/security.md).

Only refusals count, so that a company behind one address is never held back for working. They are counted in
the store, in a bucket for each address (`store.rate_limits`), for all processes of the app together.
A refusal costs one statement, any other opening one read. A bucket takes a minute to drain.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import time
from contextlib import suppress

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from store.rate_limits import SharedLedger
from web.core import security
from web.core.failures import TooManyRefusals
from web.core.services import KEY, Services, services

log = logging.getLogger(__name__)

MINUTE = 60.0
OPEN = frozenset(
    {
        "launch.launch",
        "install.install",
        "events.receive",
        "renewal.renew",
        "tab.start",
        "tab.callback",
        "tab.page",
    }
)
"""What anybody may call and what costs more than reading a file."""
REFUSALS = frozenset({400, 401, 403, 413, 415, 422})
WEIGHT = 10
"""What a refusal counts; an event nobody has proven yet counts one, so that ten of them weigh as much."""
IPV6_NETWORK = 64
"""Bits of an IPv6 address that are one stranger's: the rest of it they choose as they like."""


def refused() -> None:
    """This request is refused although its answer does not say so."""
    g.refused = WEIGHT


def unproven() -> None:
    """Whether this request will be refused shows later, and must not show by whether it counts."""
    g.refused = 1


def register(app: Flask) -> None:
    """Hold back who was refused too often, and count refusals."""
    shared: Services = app.extensions[KEY]
    ledger, unit = SharedLedger(shared.db), MINUTE / shared.config.refusals_per_minute / WEIGHT

    def patience() -> float:
        """Seconds until the stranger's bucket has room for what counts least; 0 or less: it has now."""
        return ledger.empty_at(_bucket()) + unit - MINUTE - time.time()

    def hold_back() -> None:
        if request.endpoint not in OPEN:
            return
        with suppress(SQLAlchemyError):  # without a store nobody is let in anyway
            seconds = patience()
            if seconds <= 0:
                return
            security.allow_framing_by_anyone()  # the explanation may stand in a portal's frame
            raise TooManyRefusals(time.time() + seconds)

    def count(response: Response) -> Response:
        weight = WEIGHT if response.status_code in REFUSALS else g.get("refused", 0)
        if request.endpoint in OPEN and weight:
            with suppress(SQLAlchemyError):  # they are refused all the same
                _add(ledger, weight * unit)
                if patience() > 0:
                    log.warning("refused too often: %s", _stranger())
        return response

    app.before_request(hold_back)
    app.after_request(count)


def _add(ledger: SharedLedger, seconds: float) -> None:
    now = time.time()
    ledger.add(_bucket(), seconds, now=now, latest=now + MINUTE + seconds)


def _bucket() -> str:
    """Named so that nobody reads an address in the store.

    Each address of the app counts for itself: a page of somebody's that makes a browser send forged events
    must not keep a whole company from opening the app.
    """
    secret, whose = services().config.client_secret.encode(), f"{request.endpoint} {_stranger()}"
    return f"refused:{hmac.new(secret, whose.encode(), hashlib.sha256).hexdigest()}"


def _stranger() -> str:
    """The client's address, or its network; behind proxies what the last trusted of them saw (PROXIES)."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given.partition("%")[0])
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv4Address):
        return given
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
