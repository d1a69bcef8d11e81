"""Where we connect to: no private networks unless the operator allows them (wire.md §2)."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from b24.errors import ForbiddenAddress, NotSent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_MAX_TRIED = 3  # addresses of one name we try to connect to

# Instance metadata of the clouds (AWS, Alibaba, Azure's wire server, Oracle, Google, Scaleway): nobody's
# portal, even where private networks are allowed.
_METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
            "fd00:c1::a9fe:a9fe", "fd20:ce::254", "fd00:42::42",
        ),
    )
)  # fmt: skip
_WRAPPING = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""IPv6 networks whose last 32 bits are an IPv4 address: NAT64, NAT64 of one's own, IPv4-compatible."""
_OWN = frozenset(map(ipaddress.ip_address, ("::", "::1")))
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


def endpoint(text: str) -> str:
    """A portal's REST address in its one spelling, "https://host[:port]/rest/"; "" for what can be none.

    It becomes part of addresses that are called and of headers (who may frame the page), so nothing else may
    be hidden in it.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:  # UnicodeError is one
        return ""
    plain = parts.scheme in ("http", "https") and parts.username is None and parts.password is None
    if not (plain and host and _PATH.fullmatch(parts.path)) or parts.query or parts.fragment:
        return ""
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}/"


def _host(name: str) -> str:
    """The name in ASCII, or an IPv6 address in brackets; "" for anything else."""
    if "%" in name:  # a scope, which means something on one machine only
        return ""
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    ascii_name = name if name.isascii() else name.encode("idna").decode()
    return ascii_name if _HOST.fullmatch(ascii_name) else ""


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
    allowed = [address for address in addresses if is_allowed(address, allow_private=allow_private)]
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
    """The IPv4 address that an IPv6 address stands for: mapped, compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address not in _OWN and any(address in network for network in _WRAPPING):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
