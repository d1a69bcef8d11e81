"""Where we connect to: no private networks unless the operator allows them (wire.md §2)."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from b24.errors import ForbiddenAddress, NotSent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_MAX_TRIED = 3  # addresses of one name we try to connect to

# Instance metadata of the big clouds: nobody's portal, even where private networks are allowed.
_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse what can be no portal by its looks: raises ForbiddenAddress.

    https only (http too if `allow_private`), a host, no user name or password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ForbiddenAddress("BAD_ADDRESS") from None
    schemes = {"https", "http"} if allow_private else {"https"}
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise ForbiddenAddress("BAD_ADDRESS")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenAddress("BAD_ADDRESS")


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """The addresses of `host` one may connect to, as text. Raises NotSent (unknown) or ForbiddenAddress."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("UNKNOWN_HOST") from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    allowed = [one for one in addresses if is_allowed(one, allow_private=allow_private)]
    if not allowed:
        raise ForbiddenAddress("FORBIDDEN_ADDRESS")
    return allowed[:_MAX_TRIED]


def is_allowed(text: str, *, allow_private: bool) -> bool:
    """Whether one may connect to this IP address.

    Link-local, multicast, unspecified and metadata addresses are never allowed; loopback, private and
    reserved ones only with `allow_private`. An IPv4 address inside an IPv6 one counts as itself.
    """
    try:
        address = _unwrapped(ipaddress.ip_address(text))
    except ValueError:  # with a scope, as in fe80::1%eth0
        return False
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if allow_private:
        return True
    return address.is_global and not address.is_reserved and not getattr(address, "is_site_local", False)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
