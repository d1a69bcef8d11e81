"""Strangers at the open addresses: whoever is refused again and again has to wait (docs/security.md).

Only refusals count, so that a company behind one address is never held back for working. Each process counts
for itself: with several of them a stranger gets as many times the number, and no store is written for them.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from web import security
from web.failures import TooManyRefusals
from web.services import KEY

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

log = logging.getLogger(__name__)

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
    most = app.extensions[KEY].config.refusals_per_minute

    @functools.cache
    def counting() -> tuple[FixedWindowRateLimiter, RateLimitItem]:
        """Made for the first refusal: the package takes all its stores along, too much for the start."""
        from limits import RateLimitItemPerMinute
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        return FixedWindowRateLimiter(MemoryStorage()), RateLimitItemPerMinute(most * WEIGHT)

    def hold_back() -> None:
        if request.endpoint not in OPEN or not counting.cache_info().currsize:
            return
        limiter, rule = counting()
        if not limiter.test(rule, *_whose()):
            security.allow_framing_by_anyone()  # the explanation may stand in a portal's frame
            raise TooManyRefusals(limiter.get_window_stats(rule, *_whose()).reset_time)

    def count(response: Response) -> Response:
        cost = WEIGHT if response.status_code in REFUSALS else g.get("refused", 0)
        if request.endpoint in OPEN and cost:
            limiter, rule = counting()
            limiter.hit(rule, *_whose(), cost=cost)
            if not limiter.test(rule, *_whose()):
                log.warning("refused too often: %s", _stranger())
        return response

    app.before_request(hold_back)
    app.after_request(count)


def _whose() -> tuple[str, str]:
    """Each address of the app counts for itself: a page of somebody's that makes a browser send forged events
    must not keep a whole company from opening the app."""
    return request.endpoint or "", _stranger()


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
