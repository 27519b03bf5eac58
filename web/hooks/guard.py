"""Keeps webhooks from reaching into the house: only addresses of the open internet, and those that were allowed.

The name is resolved here, every address it has is looked at, and the connection then goes to one that was looked at: a
name that changes its mind in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from charter.message import Refused

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]
Resolver = Callable[..., Sequence[tuple[Any, ...]]]
"""Like socket.getaddrinfo."""

LONGEST = 2_000
_NEVER: Networks = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",  # a cloud's own services, on an address that looks public
        "192.88.99.0/24",  # 6to4 relays
        "192.0.0.0/24",
        "64:ff9b:1::/48",  # NAT64 within one network
        "2001::/23",  # protocol assignments, Teredo among them
        "3fff::/20",  # for documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, as it once was
    )
)
_NAT64, _6TO4 = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")


class UnusableAddress(Refused):
    """Webhooks cannot be sent to this address: {why}. Give one that reads like https://example.com/hook."""


class ForbiddenAddress(Refused):
    """{host} is at an address inside this network, where webhooks must not reach. Whoever runs the server can allow its
    network, with CHARTER_WEBHOOK_NETWORKS."""


class Unresolved(Refused):
    """{host} is not known to the name service at this moment. Check the name."""


class Target(NamedTuple):
    """Where a message goes: an address that was looked at, and the name that is meant."""

    scheme: str
    host: str
    port: int
    path: str
    address: Address

    @property
    def named(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"https": 443, "http": 80}


def checked(url: str) -> SplitResult:
    """The parts of an address that webhooks may be sent to, as far as can be seen from it; raises UnusableAddress."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise UnusableAddress(why="it is too long, or holds characters that have to be escaped")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UnusableAddress(why="it cannot be read") from None
    if parts.scheme not in _PORTS or not host:
        raise UnusableAddress(why="it does not begin with https:// and a name")
    if parts.username is not None or parts.password is not None:
        raise UnusableAddress(why="it holds a user or a password")
    if parts.fragment:
        raise UnusableAddress(why="it has a part after #")
    return parts


def find(url: str, allowed: Networks = (), resolver: Resolver = socket.getaddrinfo) -> Target:
    """Where a message to an address goes; raises UnusableAddress, Unresolved or ForbiddenAddress.

    Without TLS only networks that were allowed can be reached: nobody else can see what goes there.
    """
    parts = checked(url)
    host = str(parts.hostname)
    port = parts.port or _PORTS[parts.scheme]
    addresses = _resolved(host, port, resolver)
    if not all(may_reach(address, allowed) for address in addresses):
        raise ForbiddenAddress(host=host)
    if parts.scheme == "http" and not all(_within(address, allowed) for address in addresses):
        raise UnusableAddress(why="what is sent could be read on the way; it has to begin with https://")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, addresses[0])


def may_reach(address: Address, allowed: Networks = ()) -> bool:
    """Whether an address is one of the open internet, or was allowed; so are all that are hidden in it."""
    return all(_within(each, allowed) or _is_public(each) for each in _meant(address))


def _meant(address: Address) -> Iterator[Address]:
    """The address, or the IPv4 address that one of IPv6 leads to."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            yield address.ipv4_mapped
            return
        if address in _6TO4 and address.sixtofour is not None:
            yield address.sixtofour
        elif address in _NAT64:
            yield IPv4Address(int(address) & 0xFFFFFFFF)
            return
    yield address


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not _within(address, _NEVER)
    )


def _within(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks if network.version == address.version)


def _resolved(host: str, port: int, resolver: Resolver) -> list[Address]:
    try:
        found = resolver(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unresolved(host=host) from None
    addresses = dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found)
    if not addresses:
        raise Unresolved(host=host)
    return list(addresses)
